//! No sequence of one owner's operations gains at the reserve's cost.
//!
//! Prices stand still, and one owner does what he likes: opens, fills, draws, repays, splits, merges, closes, enters and
//! leaves the stability pool, waits, and calls for his own liquidation. His wealth is what he holds, at the price, less
//! what he owes, with nothing rounded. After each block it is compared with his wealth before, at the debt index after
//! (interest is his cost, and must not hide a gain). Every rounding is against him, so the bound is zero.

use ballast_engine::{State, apply_block, invariants};
use ballast_num::{Amount, Index, NormalizedDebt, Price, RAY, Rate, Ratio, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, Block, Breaker, Command, FeeOffer, FeedId, Genesis, Height, Observation, OpeningDeposit, OpeningVault,
    Order, Outcome, PoolId, Repayment, Signer, Transaction, TypeId, VaultId, VaultRef, coins,
};
use num_bigint::BigInt;

use crate::random::Random;
use crate::world::{self, COIN};

/// Whose wealth is watched.
const OWNER: AccountId = AccountId::numbered(2);
/// The type that he uses.
const KIND: TypeId = TypeId(1);
const PRICE: Price = Price::whole(2_000);

/// A world with a passive pool that is deep enough for all that the owner may lose, and no other vault near the edge.
fn genesis(random: &mut Random, fee: Rate) -> Genesis {
    let mut genesis = world::genesis(random);
    genesis.limits = ballast_protocol::Limits::standard(COIN);
    genesis.limits.work_price = Amount::ZERO;
    let feed = &mut genesis.feeds[0];
    (feed.heartbeat, feed.gap) = (Seconds(7 * 86_400), Seconds(30 * 86_400));
    let spec = &mut genesis.types[0];
    spec.debt_ceiling = coins(1_000_000_000);
    spec.line = coins(1_000_000_000);
    spec.stability_fee = fee;
    spec.growth = ballast_protocol::GrowthSpec::standard();
    spec.outflow = ballast_protocol::FlowLimit::standard_outflow();
    spec.peer.floor = ballast_protocol::Bounds::Waived;
    spec.debt_floor = random.of([Amount::ZERO, Amount::from_raw(50), coins(500)]);
    spec.liquidation_deposit = random.of([Amount::ZERO, Amount::from_raw(3), coins(20)]);
    spec.borrowing_fee = random.of([Ratio::ZERO, Ratio::basis_points(1)]);
    spec.caller_share = random.of([Ratio::ZERO, Ratio::basis_points(50), Ratio::percent(50)]);
    spec.pool.discount = random.of([Ratio::ZERO, Ratio::percent(5)]);
    spec.pool.cooldown = Seconds(0);
    spec.bids.discounts = vec![spec.pool.discount];
    spec.bids.cooldown = Seconds(0);
    spec.auction.breaker = Breaker::NoStart;
    let index = random.of([Index::ONE, Index::from_raw(RAY * 37 / 10), Index::from_raw(RAY + 1)]);
    genesis.limits.fund.entry_cooldown = Seconds(8 * 86_400);
    let opening = &mut genesis.opening;
    opening.debt_indices = vec![(KIND, index)];
    let pool = coins(5_000_000);
    opening.pool_deposits = vec![OpeningDeposit {
        owner: AccountId::numbered(9),
        pool: PoolId::stability(KIND),
        amount: pool,
        gain: Amount::ZERO,
    }];
    let deep = OpeningVault {
        owner: AccountId::numbered(9),
        collateral_type: KIND,
        collateral: coins(1_000_000),
        normalized_debt: NormalizedDebt::from_raw(pool.raw()),
        deposit: Amount::ZERO,
    };
    opening.vaults[0].collateral = coins(1_000_000);
    opening.vaults.push(deep);
    genesis
}

/// Wealth in units of 10⁻²⁷ × 10⁻²⁷ coins, exactly: what is held and locked, less what is owed at `index`.
fn wealth(state: &State, index: Index) -> BigInt {
    let mut collateral = state.ledger().balance(ballast_protocol::AssetId(2), OWNER).raw();
    let mut held = state.ledger().balance(COIN, OWNER).raw();
    let mut normalized = 0;
    for (_, vault) in state.vaults().iter().filter(|(_, vault)| vault.owner == OWNER) {
        collateral += vault.collateral.raw();
        held += vault.deposit.raw();
        normalized += vault.normalized_debt.raw();
    }
    for pool in [PoolId::bids(KIND, 0), PoolId::stability(KIND)] {
        if let Ok(position) = state.pools().position(pool, OWNER) {
            held += position.coins.raw();
            collateral += position.gain.raw();
        }
    }
    for (_, ticket) in state.queue().iter().filter(|(_, ticket)| ticket.owner == OWNER) {
        held += ticket.escrow.iter().map(|(_, amount)| amount.raw()).sum::<u128>();
    }
    let ray = BigInt::from(RAY);
    // A collateral of 18 decimals is worth amount × price ÷ 10²⁷ base units of the coin.
    BigInt::from(held) * &ray * &ray + BigInt::from(collateral) * PRICE.raw() * &ray
        - BigInt::from(normalized) * index.raw() * &ray
}

fn amount(random: &mut Random, most: u128) -> Amount {
    Amount::from_raw(match random.under(6) {
        0 => 1 + random.under_wide(100),
        1 => most,
        2 => random.under_wide(1_000_000_000),
        _ => random.under_wide(most).saturating_add(1),
    })
}

fn command(random: &mut Random, state: &State, now: Timestamp) -> Command {
    let own: Vec<VaultId> = state
        .vaults()
        .iter()
        .filter(|(_, vault)| vault.owner == OWNER)
        .map(|(id, _)| id)
        .collect();
    let id = random.pick(&own).unwrap_or(VaultId(77));
    let vault = if random.chance(250) {
        VaultRef::Opened(0)
    } else {
        VaultRef::Id(id)
    };
    let record = state.vaults().vault(id).ok();
    let locked = record.map_or(1, |vault| vault.collateral.raw());
    let owed = record.map_or(1, |vault| vault.normalized_debt.raw().saturating_mul(4));
    let collateral = state.ledger().balance(ballast_protocol::AssetId(2), OWNER).raw();
    let held = state.ledger().balance(COIN, OWNER).raw();
    let drawable = locked.saturating_mul(1_290).saturating_sub(owed / 4).max(1);
    let expiry = Timestamp(now.0 + 1_000_000);
    let pool = random.of([PoolId::bids(KIND, 0), PoolId::stability(KIND)]);
    match random.under(16) {
        0 => Command::OpenVault { collateral_type: KIND },
        1 | 2 => Command::Deposit {
            vault,
            amount: amount(random, collateral / 4),
        },
        3 => Command::Withdraw {
            vault,
            amount: amount(random, locked),
        },
        4..7 => Command::DrawDebt {
            vault,
            amount: amount(random, drawable),
        },
        7 => Command::RepayDebt {
            vault,
            amount: Repayment::All,
        },
        8 => Command::RepayDebt {
            vault,
            amount: Repayment::Exactly(amount(random, owed)),
        },
        9 => Command::SplitVault {
            vault,
            collateral: amount(random, locked),
            debt: amount(random, owed),
        },
        10 => Command::MergeVaults {
            from: vault,
            into: VaultRef::Id(random.pick(&own).unwrap_or(id)),
        },
        11 => Command::CloseVault { vault },
        12 => Command::Queue {
            order: Order::EnterPool {
                pool,
                amount: amount(random, held),
            },
            expiry,
        },
        13 => Command::Queue {
            order: Order::ExitPool {
                pool,
                amount: amount(random, held),
            },
            expiry,
        },
        14 => Command::ClaimPoolGain { pool },
        _ => Command::Liquidate { vault: id },
    }
}

fn block(random: &mut Random, state: &State, nonces: &mut u64) -> Block {
    let now = Timestamp(state.chain().time.0 + random.of([0, 12, 60, 86_400, 400_000]));
    let say = |source| Observation {
        feed: FeedId(1),
        source: ballast_protocol::SourceId(source),
        price: PRICE,
        time: now,
    };
    let mut transactions = Vec::new();
    for _ in 0..1 + random.under(4) {
        *nonces += 1;
        let size = 1 + random.under(4);
        let fee = FeeOffer {
            asset: COIN,
            on_failure: COIN,
            limit: Amount::MAX,
        };
        let commands = (0..size).map(|_| command(random, state, now)).collect();
        let expiry = Timestamp(now.0 + 1_000);
        transactions.push(Transaction {
            sender: OWNER,
            signer: Signer::Wallet,
            nonce: *nonces,
            expiry,
            fee,
            commands,
        });
    }
    Block {
        height: Height(state.chain().height.0 + 1),
        time: now,
        observations: (10..15).map(say).collect(),
        transactions,
    }
}

/// Runs worlds of blocks; returns how many commands were done and how many of the owner's vaults were seized.
fn wander(fee: Rate, worlds: u64, blocks: u64) -> (usize, usize) {
    let (mut done, mut seized) = (0, 0);
    for world in 0..worlds {
        let mut random = Random::new(5, world);
        let mut state = State::genesis(&genesis(&mut random, fee)).unwrap();
        let mut nonces = 0;
        for _ in 0..blocks {
            let block = block(&mut random, &state, &mut nonces);
            let before = state.clone();
            let result = apply_block(&mut state, &block).unwrap();
            let index = state.vaults().totals(KIND).unwrap().index;
            let (was, is) = (wealth(&before, index), wealth(&state, index));
            assert!(
                is <= was,
                "world {world}: richer by {} × 10⁻⁵⁴ coins after {block:#?}\n{result:#?}",
                is - was
            );
            let all_done = result
                .receipts
                .iter()
                .filter(|receipt| receipt.outcome == Outcome::Done);
            done += all_done.count();
            let events = result
                .events
                .iter()
                .chain(result.receipts.iter().flat_map(|receipt| &receipt.events));
            seized += events
                .filter(|event| matches!(event, ballast_protocol::Event::VaultSeized(seized) if seized.owner == OWNER))
                .count();
        }
        invariants::check_all(&state).unwrap();
        assert_eq!(state.auctions().iter().count(), 0, "the pool takes all lots");
    }
    (done, seized)
}

#[test]
fn an_owner_never_gains_while_nothing_moves() {
    let (done, _) = wander(Rate::ONE, 90, 150);
    assert!(done > 3_000, "{done} transactions were done");
}

#[test]
fn an_owner_never_gains_from_his_own_liquidation() {
    let (done, seized) = wander(Rate::from_raw(RAY + 60_000_000_000_000_000_000), 120, 150);
    assert!(
        done > 3_000 && seized > 200,
        "{done} transactions were done, {seized} seizures"
    );
}
