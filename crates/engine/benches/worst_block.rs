//! The worst block: `cargo bench -p ballast-engine --bench worst_block`. A price breaks a third of all vaults, more than the
//! budget reaches; every tier of bids, the pool, the market and the auctions have lots to take, each queue is full, the
//! fund pays, and ordinary transactions fill what is left. As a test, it runs on a toy population.
//!
//! What it prints before the figures: how many vaults went in which band and by how much debt, the fair order of rule R7.

#![allow(clippy::disallowed_types, clippy::unwrap_used, clippy::cast_possible_truncation)] // a bench is a host

mod support;

use std::collections::BTreeSet;

use ballast_engine::invariants::work_is_bounded;
use ballast_engine::{Executed, State, apply_block, execute_block};
use ballast_num::{Amount, NormalizedDebt, Price, Ratio, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, Block, Command, Event, FeeOffer, Limits, MarketId, MarketSpec, OpeningBalance, OpeningDeposit,
    OpeningLiquidity, Order, PoolBought, PoolId, Transaction, VaultId, coins,
};
use divan::Bencher;
use support::{COIN, ETHER, FEED, TYPE, account, block, books, tick};

/// The allocator of the `ballast` program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const MARKET: MarketId = MarketId(1);
/// Who fill the queues: as many as a round meets on one side.
const CROWD: u64 = 256;

fn main() {
    show_order();
    divan::main();
}

/// Whether cargo measures (it then says `--bench`) or only tests that the bench runs.
fn measures() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

fn vaults() -> u64 {
    if measures() { 1_000_000 } else { 3_000 }
}

/// One of the crowd: no owner of a vault has such a number.
fn trader(number: u64) -> AccountId {
    account(1 << 40 | number)
}

/// A reserve with the standard budgets, in which every route has something, just before the price falls.
fn reserve() -> State {
    let mut genesis = books(vaults(), vaults() / 3);
    let standard = Limits::standard(COIN);
    // One round may fall so far without a halt.
    genesis.feeds[0].round_limit = Ratio::percent(50);
    // As many vaults and no floor that would forbid them: the budget is what the block is judged by.
    genesis.types[0].peer.floor = ballast_protocol::Bounds::Waived;
    genesis.limits.block_work = standard.block_work;
    genesis.limits.liquidation_work = standard.liquidation_work;
    genesis.limits.work_price = Amount::ZERO;
    let spec = &mut genesis.types[0];
    (spec.bids.cooldown, spec.pool.cooldown) = (Seconds::ZERO, Seconds::ZERO);
    spec.market = Some(MARKET);
    let ether = 100_000;
    genesis.markets = vec![MarketSpec {
        cooldown: Seconds::ZERO,
        ..MarketSpec::standard(MARKET, ETHER, FEED)
    }];
    let opening = &mut genesis.opening;
    // One in a hundred of those that break owes more than it will be worth.
    for vault in opening.vaults.iter_mut().take(vaults() as usize / 3).step_by(100) {
        vault.collateral = coins(9);
        vault.normalized_debt = vault
            .normalized_debt
            .try_add(NormalizedDebt::from_raw(coins(500).raw()))
            .unwrap();
    }
    // Bids and pool together have what a tenth of the lots cost: the rest is for market and auction.
    opening.pool_deposits.clear();
    let mut owed = Amount::ZERO;
    for pool in genesis.types[0].pools() {
        for number in 0..CROWD {
            let amount = coins(1_000 * vaults().div_ceil(10_000));
            opening.pool_deposits.push(OpeningDeposit {
                owner: trader(number),
                pool,
                amount,
                gain: Amount::ZERO,
            });
            owed = owed.try_add(amount).unwrap();
        }
    }
    opening.liquidity.push(OpeningLiquidity {
        owner: trader(CROWD),
        market: MARKET,
        base: coins(ether),
        coins: coins(1_420 * ether),
    });
    opening.fund.push((trader(CROWD), coins(1_000_000)));
    opening.surplus = coins(1_000_000);
    owed = Amount::try_sum([owed, coins(1_420 * ether), coins(2_000_000)]).unwrap();
    for number in 0..CROWD {
        for (asset, amount) in [(COIN, coins(100_000)), (ETHER, coins(100))] {
            opening.balances.push(OpeningBalance {
                asset,
                account: trader(number),
                amount,
            });
        }
        owed = owed.try_add(coins(100_000)).unwrap();
    }
    // The safe vault owes what nobody else does.
    let safe = opening.vaults.last_mut().unwrap();
    safe.normalized_debt = NormalizedDebt::from_raw(owed.raw());
    safe.collateral = owed;
    State::genesis(&genesis).unwrap()
}

fn say(time: Timestamp, sender: AccountId, nonce: u64, commands: Vec<Command>) -> Transaction {
    Transaction {
        sender,
        nonce,
        expiry: Timestamp(time.0 + 600),
        fee: FeeOffer {
            asset: COIN,
            on_failure: COIN,
            limit: coins(1),
        },
        commands,
    }
}

/// Everyone of the crowd queues an entry and an exit of every pool, and a sale or a purchase in the market.
fn fill_queues(state: &State) -> Block {
    let mut next = block(state, 12);
    let expiry = Timestamp(next.time.0 + 600);
    let pools: Vec<PoolId> = state.vaults().spec(TYPE).unwrap().pools().collect();
    for number in 0..CROWD {
        let mut orders = Vec::new();
        for pool in &pools {
            let (pool, amount) = (*pool, coins(100));
            orders.push(Order::EnterPool { pool, amount });
            orders.push(Order::ExitPool { pool, amount });
        }
        orders.push(if number % 2 == 0 {
            Order::Sell {
                market: MARKET,
                amount: coins(10),
                limit: Price::whole(1_300),
            }
        } else {
            Order::Buy {
                market: MARKET,
                amount: coins(10_000),
                limit: Price::whole(2_000),
            }
        });
        let commands = orders.into_iter().map(|order| Command::Queue { order, expiry });
        next.transactions
            .push(say(next.time, trader(number), 1, commands.collect()));
    }
    next
}

/// The block of the crash, with as many deposits and draws as it has room for.
fn crash(state: &State) -> Block {
    let mut next = tick(state, 12, Price::whole(1_400));
    let room = state.governance().limits.block_work / 80;
    for number in 0..room.min(vaults() / 2) {
        let at = vaults() - number;
        let vault = VaultId(at).into();
        let amount = Amount::from_raw(1_000_000_000_000);
        let command = if number % 2 == 0 {
            Command::Deposit { vault, amount }
        } else {
            Command::DrawDebt { vault, amount }
        };
        next.transactions.push(say(next.time, account(at), 1, vec![command]));
    }
    next
}

/// The state before the crash, and its block.
fn ready() -> (State, Block) {
    let mut state = reserve();
    let queued = fill_queues(&state);
    let told = apply_block(&mut state, &queued).expect("the block follows");
    assert_eq!(support::done(&told.receipts) as u64, CROWD);
    let block = crash(&state);
    (state, block)
}

/// That each route has taken something and the work is what the limits allow.
fn check(events: &[Event]) {
    let told: BTreeSet<&str> = events
        .iter()
        .map(|event| match event {
            Event::PoolBought(PoolBought { pool, .. }) if *pool == PoolId::stability(TYPE) => "pool",
            Event::PoolBought(_) => "bids",
            Event::LotSoldInMarket(_) => "market",
            Event::AuctionStarted { .. } => "auction",
            Event::PoolEntered { .. } => "entry",
            Event::PoolExited { .. } => "exit",
            Event::SoldInMarket { .. } => "sale",
            Event::BoughtInMarket { .. } => "purchase",
            _ => "",
        })
        .collect();
    for route in ["bids", "pool", "market", "auction", "entry", "sale", "purchase"] {
        assert!(told.contains(route), "nothing of {route}: {told:?}");
    }
}

/// Prints in which bands, and how much each, the vaults of the worst block went.
fn show_order() {
    let (mut state, block) = ready();
    let result = apply_block(&mut state, &block).expect("the block follows");
    work_is_bounded(&state.governance().limits, &result).unwrap();
    let ratio = |seized: &ballast_protocol::Seized| {
        let value = seized
            .collateral
            .usd_value(seized.price, ballast_num::Decimals::MAX, ballast_num::Round::Down);
        Ratio::of(
            value.unwrap().raw().unsigned_abs(),
            seized.debt.raw().max(1),
            ballast_num::Round::Down,
        )
    };
    let seized: Vec<_> = result
        .events
        .iter()
        .filter_map(|event| match event {
            Event::VaultSeized(seized) => Some(*seized),
            _ => None,
        })
        .collect();
    let left = result.events.iter().find_map(|event| match event {
        Event::WorkCarriedOver { vaults, .. } => Some(*vaults),
        _ => None,
    });
    println!(
        "{} vaults seized within {} of {} units of work, {} carried over",
        seized.len(),
        result.work,
        state.governance().limits.block_work,
        left.unwrap_or(0)
    );
    for (at, part) in seized.chunks(seized.len().div_ceil(5).max(1)).enumerate() {
        let debt = Amount::try_sum(part.iter().map(|seized| seized.debt)).unwrap();
        let mean = Amount::from_raw(debt.raw() / part.len() as u128);
        let first = part.first().map(ratio);
        println!(
            "fifth {}: {} vaults, mean debt {}, first at a ratio of {:?}",
            at + 1,
            part.len(),
            mean.in_units(ballast_num::Decimals::MAX),
            first.and_then(Result::ok).map(|ratio| ratio.to_string())
        );
    }
}

fn worst(bencher: Bencher<'_, '_>, run: impl Fn(&mut State, &Block)) {
    bencher
        .with_inputs(ready)
        .bench_local_refs(|(state, block)| run(state, block));
}

/// All of it.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn worst_block(bencher: Bencher<'_, '_>) {
    worst(bencher, |state, block| {
        let Executed { events, .. } = execute_block(state, block).expect("the block follows");
        check(&events);
    });
}

/// The same, and the state root.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn worst_block_with_root(bencher: Bencher<'_, '_>) {
    worst(bencher, |state, block| {
        check(&apply_block(state, block).expect("the block follows").events);
    });
}
