//! The six loads of tables (docs/state.md): undo, nesting, forks, readers, heights by name, snapshots, root and changes.

use std::collections::BTreeMap;
use std::thread;

use ballast_engine::kernel::table::take_changes;
use ballast_engine::kernel::{ChangeSet, Savepoint, Table, Var};
use ballast_engine::{History, State, apply_block, apply_block_with_changes, invariants};
use ballast_num::{Amount, NormalizedDebt, Price};
use ballast_protocol::{Height, OpeningVault, Outcome, coins, proof, table};
use proptest::prelude::*;

use crate::common::{KIND, World, who};

type Records = BTreeMap<(u16, Vec<u8>), Vec<u8>>;

fn records(state: &State) -> Records {
    let all = state.records();
    let of = |change: ballast_engine::kernel::Change<'_>| {
        ((change.table, change.key.to_vec()), change.after.unwrap().to_vec())
    };
    all.iter().map(of).collect()
}

/// A world with something in every table that commands reach.
fn busy() -> World {
    let mut world = World::with(|genesis| {
        genesis.types[0].pool.cooldown = ballast_num::Seconds::ZERO;
        genesis.types[0].line = coins(1_000_000);
        genesis.feeds[0].mean_window = ballast_num::Seconds(1_800);
        genesis.limits.liquidation_work = 120;
        genesis.types[0].peer.floor = ballast_protocol::Bounds::Waived;
    });
    world.check(
        "carol: enter 5000; first-loss 100
         alice: open; deposit 10; draw 12000
         alice: order repay 5000 under 1.5 to 1.6; delegate bob
         bob: open; deposit 10; draw 11000
         dave: open; deposit 10; draw 12500
         mallory: open; deposit 10; draw 12400
         mallory: open; deposit 10; draw 12400
         pass 120",
    );
    world.check("price 1100 -> VaultSeized, LossAbsorbed, PoolBought, AuctionStarted, WorkCarriedOver");
    world.check("carol: enter 100; exit 1000; cancel #2");
    world
}

/// A transaction that touches every table and then fails, between two blocks that are otherwise the same.
#[test]
fn a_failed_transaction_leaves_its_nonce_and_nothing_else() {
    let world = busy();
    let lines = [
        "carol: claim; enter 7; exit 3; send 1 ETH to dave; reset #99",
        "keeper: take 1 of #1 at 5000; open; deposit 5; draw 600; delegate dave; send 1 USD to bob; draw 1000000 #99",
        "keeper: open; deposit 5; give #9 to bob; first-loss 5",
        "authority: set ceiling 5; set floor 2; set penalty 0.12; set initial-ratio 0.1",
    ];
    let mut failed = world.clone();
    let result = failed.block(12, None, &lines);
    for receipt in &result.receipts {
        assert!(matches!(receipt.outcome, Outcome::Failed { .. }), "{receipt:?}");
    }
    // The same transactions with nothing but their failing command.
    let mut short = world.clone();
    let lasts = [
        "carol: reset #99",
        "keeper: draw 1000000 #99",
        "keeper: give #9 to bob",
        "authority: set initial-ratio 0.1",
    ];
    short.block(12, None, &lasts);
    let (mut long, mut short) = (records(&failed.state), records(&short.state));
    // The work paid for differs; all else is equal, byte for byte.
    long.remove(&(table::CHAIN, Vec::new()));
    short.remove(&(table::CHAIN, Vec::new()));
    assert_eq!(long, short);
    let touched: Vec<u16> = records(&world.state).keys().map(|(table, _)| *table).collect();
    for table in [
        table::TICKETS,
        table::TICKETS_CANCELLED,
        table::POOLS,
        table::POOL_GAINS,
        table::AUCTIONS,
        table::LOSSES,
        table::STANDING_ORDERS,
        table::DELEGATES,
        table::PRICE_MEANS,
        table::ACCOUNTS,
    ] {
        assert!(touched.contains(&table), "the world has nothing in table {table}");
    }
}

/// Two tables and a record, as a mechanism has them.
#[derive(Clone)]
struct Piece {
    left: Table<u8, u32>,
    right: Table<u8, u32>,
    only: Var<u32>,
}

/// What both tables and the record hold.
type Contents = (Vec<(u8, u32)>, Vec<(u8, u32)>, u32);

ballast_engine::pieces!(Piece { left, right, only });

impl Piece {
    fn records(&self) -> Contents {
        let of = |table: &Table<u8, u32>| table.iter().map(|(key, value)| (*key, *value)).collect();
        (of(&self.left), of(&self.right), *self.only.get())
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Set(u8, u32),
    Remove(u8),
    Change(u8),
    Mark,
    GoBack,
    Keep,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_u8..12, 0_u32..5).prop_map(|(key, value)| Step::Set(key, value)),
        3 => (0_u8..12).prop_map(Step::Remove),
        3 => (0_u8..12).prop_map(Step::Change),
        3 => Just(Step::Mark),
        2 => Just(Step::GoBack),
        1 => Just(Step::Keep),
    ]
}

proptest! {
    /// Savepoints nest to any depth: going back restores what stood there, keeping one leaves it to the one around it,
    /// and what was undone is in no change feed.
    #[test]
    fn savepoints_nest(steps in proptest::collection::vec(step(), 1..120)) {
        let mut piece = Piece { left: Table::new(1), right: Table::new(2), only: Var::new(3, 0) };
        drop(take_changes(&mut piece));
        let first = piece.records();
        let mut marks: Vec<(Savepoint, _)> = Vec::new();
        for step in steps {
            match step {
                Step::Set(key, value) => {
                    piece.left.set(key, value);
                    piece.only.set(value);
                }
                Step::Remove(key) => {
                    piece.left.remove(&key);
                    piece.right.set(key, 9);
                }
                Step::Change(key) => {
                    let add = |value: &mut u32| {
                        *value += 1;
                        Ok::<_, ()>(())
                    };
                    let _ = piece.right.change(&key, add);
                }
                Step::Mark => {
                    let records = piece.records();
                    marks.push((Savepoint::of(&mut piece), records));
                }
                Step::GoBack => if let Some((mark, records)) = marks.pop() {
                    mark.restore(&mut piece);
                    prop_assert_eq!(piece.records(), records);
                },
                Step::Keep => drop(marks.pop()),
            }
        }
        if let Some((outermost, records)) = marks.into_iter().next() {
            outermost.restore(&mut piece);
            prop_assert_eq!(piece.records(), records);
        }
        let after = piece.records();
        let changes = take_changes(&mut piece);
        let changed = |before: &[(u8, u32)], after: &[(u8, u32)]| {
            (0..12_u8).filter(|key| before.iter().find(|(at, _)| at == key) != after.iter().find(|(at, _)| at == key)).count()
        };
        let expected = changed(&first.0, &after.0) + changed(&first.1, &after.1) + usize::from(first.2 != after.2);
        prop_assert_eq!(changes.len(), expected);
    }
}

/// Two blocks with one parent live at once; the one that loses vanishes without a trace.
#[test]
fn two_blocks_with_one_parent() {
    let parent = busy();
    let bytes = records(&parent.state);
    let (mut left, mut right) = (parent.clone(), parent.clone());
    left.check("price 1300");
    right.check("alice: deposit 1 #2; repay 100 #2");
    assert_ne!(left.state.root(), right.state.root());
    assert_eq!(records(&parent.state), bytes);
    drop(left);
    // As if the other had never been.
    let mut alone = parent.clone();
    alone.check("alice: deposit 1 #2; repay 100 #2");
    assert_eq!(
        (alone.state.root(), records(&alone.state)),
        (right.state.root(), records(&right.state))
    );
}

/// A block that is invalid, or that is only tried, leaves the state as it was.
#[test]
fn a_block_that_is_refused_leaves_nothing() {
    let mut world = busy();
    let (bytes, root) = (records(&world.state), world.state.root());
    let mut wrong = world.next(12, Some(Price::whole(900)), Vec::new());
    wrong.height = Height(wrong.height.0 + 1);
    assert!(apply_block(&mut world.state, &wrong).is_err());
    wrong.height = Height(wrong.height.0 - 1);
    wrong.time = ballast_num::Timestamp(world.now().0 - 1);
    assert!(apply_block(&mut world.state, &wrong).is_err());
    assert_eq!((records(&world.state), world.state.root()), (bytes, root));
}

/// Readers in other threads see the last committed state, whole, while blocks run.
#[test]
fn readers_see_the_last_committed_state_while_a_block_runs() {
    let mut world = busy();
    let committed = world.state.clone();
    let (root, bytes) = (committed.root(), records(&committed));
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let (reader, bytes) = (committed.clone(), &bytes);
                scope.spawn(move || {
                    for _ in 0..20 {
                        assert_eq!(reader.root(), root);
                        assert_eq!(invariants::check_all(&reader), Ok(()));
                        assert!(&records(&reader) == bytes);
                    }
                })
            })
            .collect();
        for price in (900..1_100).step_by(10) {
            world.round(Price::whole(price));
        }
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    assert_ne!(world.state.root(), root);
}

/// Recent heights are there by name, as many as asked for, and those of a branch that lost are not.
#[test]
fn recent_heights_by_name() {
    let mut world = World::new();
    let mut history = History::new(3);
    let mut roots = BTreeMap::new();
    history.record(&world.state);
    for price in [1_900, 1_800, 1_700, 1_600] {
        world.round(Price::whole(price));
        history.record(&world.state);
        roots.insert(world.state.chain().height, world.state.root());
    }
    assert_eq!(history.heights().collect::<Vec<_>>(), [Height(2), Height(3), Height(4)]);
    for height in history.heights() {
        assert_eq!(history.at(height).map(State::root), roots.get(&height).copied());
    }
    assert!(history.at(Height(1)).is_none() && history.at(Height(5)).is_none());
    // Another block 3 wins.
    let mut other = history.at(Height(2)).unwrap().clone();
    let mut block = world.next(12, None, Vec::new());
    block.height = Height(3);
    apply_block(&mut other, &block).unwrap();
    history.record(&other);
    assert_eq!(history.heights().collect::<Vec<_>>(), [Height(2), Height(3)]);
    assert_eq!(history.latest().map(State::root), Some(other.root()));
    assert_ne!(roots.get(&Height(3)), Some(&other.root()));
    assert_eq!(History::new(0).latest().map(State::root), None);
}

/// A snapshot shares its records with the state, one place in memory for both, and so does a later state but for what
/// its blocks have touched.
#[test]
fn a_snapshot_shares_its_records() {
    let mut world = World::with(|genesis| {
        let vault = |n: u64| OpeningVault {
            owner: who("bank"),
            collateral_type: KIND,
            collateral: coins(10 + n % 90),
            normalized_debt: NormalizedDebt::from_raw(coins(1_000).raw()),
            deposit: Amount::ZERO,
        };
        genesis.opening.vaults.extend((0..100_000).map(vault));
    });
    let snapshots: Vec<State> = (0..100).map(|_| world.state.clone()).collect();
    let copied = |one: &State, other: &State| {
        let pairs = one.vaults().records().zip(other.vaults().records());
        pairs.filter(|(one, other)| !std::ptr::eq(one.1, other.1)).count()
    };
    for snapshot in [&snapshots[0], &snapshots[99]] {
        assert_eq!(copied(&world.state, snapshot), 0);
    }
    let before = snapshots[0].root();
    // Both live on, apart.
    let block = world.next(
        12,
        Some(Price::whole(1_990)),
        vec![world.clone().transaction("bank: repay 100 #5")],
    );
    apply_block(&mut world.state, &block).unwrap();
    assert_eq!(snapshots[0].root(), before);
    assert_ne!(world.state.root(), before);
    let own = copied(&world.state, &snapshots[0]);
    assert!((1..100).contains(&own), "{own} records copied to change one");
    assert_eq!(
        snapshots[99]
            .vaults()
            .vault(ballast_protocol::VaultId(5))
            .unwrap()
            .normalized_debt
            .raw(),
        coins(1_000).raw()
    );
    assert_eq!(world.debt(5), coins(900));
}

fn apply(records: &mut Records, changes: &ChangeSet) {
    let mut last = None;
    for change in changes.iter() {
        let key = (change.table, change.key.to_vec());
        assert_ne!(change.before, change.after, "a change that changes nothing: {key:?}");
        assert_ne!(last.as_ref(), Some(&key), "twice in one feed");
        let before = match change.after {
            Some(value) => records.insert(key.clone(), value.to_vec()),
            None => records.remove(&key),
        };
        assert_eq!(before.as_deref(), change.before, "{key:?}");
        last = Some(key);
    }
}

/// The change feed of a block, applied to the records before it, gives those after it: nothing is missing, nothing is
/// told in vain, and what failed or was undone inside the block is not told at all.
#[test]
fn the_change_feed_is_exact() {
    let mut world = busy();
    let mut replica = records(&world.state);
    let scripts: [(Option<u32>, &[&str]); 6] = [
        (None, &[]),
        (
            Some(1_350),
            &[
                "alice: repay 100 #2",
                "dave: send 9 ETH to bob",
                "keeper: take 1 of #1 at 5000",
            ],
        ),
        (Some(1_200), &["carol: claim", "dave: open; deposit 5; draw 1000"]),
        (
            None,
            &[
                "dave: open; close",
                "mallory: send 5 USD to bob",
                "bob: send 5 USD to mallory",
            ],
        ),
        (Some(1_250), &["authority: set floor 600", "carol: exit 100"]),
        (Some(1_250), &["alice: close #2"]),
    ];
    for (price, lines) in scripts {
        let transactions = lines.iter().map(|line| world.transaction(line)).collect();
        let block = world.next(12, price.map(Price::whole), transactions);
        let (_, changes) = apply_block_with_changes(&mut world.state, &block).unwrap();
        apply(&mut replica, &changes);
        assert!(replica == records(&world.state), "after {lines:?}");
        assert_eq!(invariants::root_is_exact(&world.state), Ok(()));
    }
}

/// Every record is proven to be there by the root alone, its absence and any other value are not, and a key beside it is
/// proven absent.
#[test]
fn every_record_has_a_proof() {
    let world = busy();
    let root = world.state.root();
    let mut tables = Vec::new();
    for ((table, key), value) in records(&world.state) {
        let proof = world.state.prove(table, &key);
        assert_eq!(
            proof::verify_membership(&root, table, &key, &value, &proof),
            Ok(()),
            "table {table}"
        );
        assert!(proof::verify_absence(&root, table, &key, &proof).is_err());
        let other = [value.as_slice(), &[0]].concat();
        assert!(proof::verify_membership(&root, table, &key, &other, &proof).is_err());
        assert!(proof::verify_membership(&root, table + 1, &key, &value, &proof).is_err());
        let beside = [key.as_slice(), &[7]].concat();
        let absent = world.state.prove(table, &beside);
        assert_eq!(proof::verify_absence(&root, table, &beside, &absent), Ok(()));
        assert!(proof::verify_membership(&root, table, &beside, &value, &absent).is_err());
        tables.push(table);
    }
    tables.dedup();
    assert!(tables.len() >= 25, "only {tables:?}");
}
