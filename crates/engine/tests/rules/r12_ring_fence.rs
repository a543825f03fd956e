//! R12 as a drill: each type in turn falls by 99.9 % in one observation and stays there, while everyone leaves.

use ballast_engine::invariants::{self, Standing};
use ballast_engine::{State, apply_block};
use ballast_num::{Amount, NormalizedDebt, Price, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, Asset, AssetId, Block, Command, FeeOffer, FeedId, FeedSpec, Genesis, Height, Module, Observation,
    OpeningBalance, OpeningDeposit, OpeningVault, Order, PoolId, Repayment, Signer, SourceId, Transaction, TypeId,
    TypeSpec, VaultId, coins,
};

use crate::common::{COIN, genesis};

/// Types, each with a collateral and a feed of its own.
const TYPES: u32 = 4;
/// Vaults of a type; the first of them all is the bank's, which owes whatever else there is.
const VAULTS: u64 = 12;
const PRICE: u32 = 2_000;
const INSURER: AccountId = AccountId::numbered(900);
const DEPOSITOR: AccountId = AccountId::numbered(901);

fn owner(kind: u32, number: u64) -> AccountId {
    AccountId::numbered(1_000 * u64::from(kind) + number)
}

/// Four types with lines of 30, 20, 10 and 5 thousand, a buffer of 6 and a fund of 40 thousand, little first loss.
fn reserve() -> Genesis {
    let mut genesis = genesis();
    genesis.limits.fund.exit_cooldown = Seconds(600);
    let (template, feed) = (genesis.types[0].clone(), genesis.feeds[0].clone());
    genesis.types.clear();
    genesis.feeds.clear();
    genesis.opening = Default::default();
    let opening = &mut genesis.opening;
    let mut owed = Amount::ZERO;
    for kind in 1..=TYPES {
        let (id, asset, of_feed) = (TypeId(kind), AssetId(kind), FeedId(kind));
        if kind > 1 {
            let like = genesis.assets[1].clone();
            genesis.assets.push(Asset {
                id: asset,
                feed: Some(of_feed),
                ..like
            });
        }
        genesis.feeds.push(FeedSpec {
            id: of_feed,
            sources: (10 * kind..10 * kind + 5).map(SourceId).collect(),
            confirm_rounds: 3,
            ..feed.clone()
        });
        let mut spec = TypeSpec {
            id,
            collateral: asset,
            feed: of_feed,
            debt_ceiling: coins(100_000_000),
            line: coins([30_000, 20_000, 10_000, 5_000][kind as usize - 1]),
            ..template.clone()
        };
        spec.pool.cooldown = Seconds::ZERO;
        genesis.types.push(spec);
        opening.prices.push((of_feed, Price::whole(PRICE)));
        for number in 0..VAULTS {
            let debt = coins(5_000 + 100 * number);
            owed = owed.try_add(debt).unwrap();
            opening.vaults.push(OpeningVault {
                owner: owner(kind, number),
                collateral_type: id,
                collateral: coins(5),
                normalized_debt: NormalizedDebt::from_raw(debt.raw()),
                deposit: Amount::ZERO,
            });
            opening.balances.push(OpeningBalance {
                asset: COIN,
                account: owner(kind, number),
                amount: debt,
            });
        }
        opening.first_loss.push((id, coins(500)));
        opening.pool_deposits.push(OpeningDeposit {
            owner: DEPOSITOR,
            pool: PoolId::stability(id),
            amount: coins(2_000),
            gain: Amount::ZERO,
        });
    }
    opening.surplus = coins(6_000);
    opening.fund.push((INSURER, coins(40_000)));
    // The bank owes what stands in reserve.
    let tied = Amount::try_sum([coins(6_000), coins(40_000), coins(2_500 * u64::from(TYPES))]).unwrap();
    opening.vaults[0].collateral = coins(1_000_000);
    let bank = opening.vaults[0].normalized_debt.raw() + tied.raw();
    opening.vaults[0].normalized_debt = NormalizedDebt::from_raw(bank);
    genesis
}

/// Everyone whom it pays to leave does: insurer, depositors, and the owners of the other types' vaults, but the bank.
fn leavers(now: Timestamp, falling: u32) -> Vec<Transaction> {
    let say = |sender, commands| Transaction {
        sender,
        signer: Signer::Wallet,
        nonce: 1,
        expiry: Timestamp(now.0 + 600),
        fee: FeeOffer {
            asset: COIN,
            on_failure: COIN,
            limit: Amount::MAX,
        },
        commands,
    };
    let expiry = Timestamp(now.0 + 80_000);
    let shares = coins(40_000);
    let mut all = vec![say(
        INSURER,
        vec![Command::Queue {
            order: Order::ExitFund { shares },
            expiry,
        }],
    )];
    let exits = (1..=TYPES).map(|kind| Command::Queue {
        order: Order::ExitPool {
            pool: PoolId::stability(TypeId(kind)),
            amount: coins(2_000),
        },
        expiry,
    });
    all.push(say(DEPOSITOR, exits.collect()));
    for kind in (1..=TYPES).filter(|kind| *kind != falling) {
        for number in 0..VAULTS {
            let vault = VaultId(u64::from(kind - 1) * VAULTS + number + 1);
            let amount = Repayment::Exactly(coins(5_000 + 100 * number));
            if vault != VaultId(1) {
                let repay = Command::RepayDebt {
                    vault: vault.into(),
                    amount,
                };
                all.push(say(owner(kind, number), vec![repay]));
            }
        }
    }
    all
}

fn block(state: &State, prices: &[Price], transactions: Vec<Transaction>) -> Block {
    let time = Timestamp(state.chain().time.0 + 60);
    let words = (1..=TYPES).zip(prices).flat_map(|(kind, price)| {
        (10 * kind..10 * kind + 5).map(move |source| Observation {
            feed: FeedId(kind),
            source: SourceId(source),
            price: *price,
            time,
        })
    });
    Block {
        height: Height(state.chain().height.0 + 1),
        time,
        observations: words.collect(),
        transactions,
    }
}

#[test]
fn each_type_falls_to_a_thousandth_while_everyone_leaves() {
    let genesis = reserve();
    let start = State::genesis(&genesis).unwrap();
    let held = start.common_steps().unwrap();
    for falling in 1..=TYPES {
        for leave in [false, true] {
            let mut state = start.clone();
            let mut prices = vec![Price::whole(PRICE); TYPES as usize];
            prices[falling as usize - 1] = Price::whole(PRICE / 1_000);
            let mut lost = false;
            for round in 0..120 {
                let transactions = match (leave, round) {
                    (true, 0) => leavers(state.chain().time, falling),
                    _ => Vec::new(),
                };
                let before = (Standing::of(&state).unwrap(), state.common_steps().unwrap());
                let next = block(&state, &prices, transactions);
                let result = apply_block(&mut state, &next).unwrap();
                invariants::check_all(&state).unwrap_or_else(|breach| panic!("{falling}: {breach}"));
                invariants::check_block(&before.0, &state, &result).unwrap_or_else(|breach| panic!("{breach}"));
                // The lines in force never exceed what steps 3 and 4 held, net of those who are leaving.
                let lines = (1..=TYPES).map(|kind| state.backstop().line(TypeId(kind)));
                let lines = Amount::try_sum(lines).unwrap();
                assert!(
                    lines <= before.1,
                    "{falling}, round {round}: lines {lines}, held {}",
                    before.1
                );
                let losses = state.backstop().losses(TypeId(falling));
                lost |= !losses.bad_debt.is_zero() || !losses.surplus.is_zero();
            }
            assert!(lost, "type {falling} has lost nothing");
            for spec in &genesis.types {
                let losses = state.backstop().losses(spec.id);
                let drawn = losses.surplus.try_add(losses.fund).unwrap();
                assert!(drawn <= spec.line, "{}: {drawn} of {}", spec.id, spec.line);
                if spec.id != TypeId(falling) {
                    assert_eq!(losses, Default::default(), "{} lost with type {falling}", spec.id);
                    let own = state.ledger().balance(COIN, Module::FirstLoss(spec.id));
                    assert_eq!(own, coins(500));
                }
            }
            // The others have lost at most its line of what stood behind them all.
            let line = genesis.types[falling as usize - 1].line;
            let left = state.common_steps().unwrap();
            assert!(
                leave || held.saturating_sub(left) <= line,
                "{falling}: {held} became {left}"
            );
        }
    }
}
