//! The worst block: `cargo bench -p ballast-engine --bench worst_block`. A price breaks a third of all vaults, more than the
//! budget reaches; every tier of bids, the pool, the market and the auctions have lots to take, each queue is full, losses
//! are settled, and ordinary transactions fill what is left. Where auctions have the standard ceilings instead, most broken
//! vaults are looked at and find no room. As a test, it runs on a toy population.
//!
//! What it prints before the figures: which vaults the first block reaches and which wait how long, the fair order of
//! rule R7. It ends with an error if a less urgent vault goes before a more urgent one, or if one waits for ever.

#![allow(clippy::disallowed_types, clippy::unwrap_used, clippy::cast_possible_truncation)] // a bench is a host

mod support;

use std::collections::BTreeSet;

use ballast_engine::invariants::work_is_bounded;
use ballast_engine::{Executed, State, apply_block, execute_block};
use ballast_num::{Amount, Decimals, NormalizedDebt, Price, Ratio, Round, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, Block, Command, Event, FeeOffer, Limits, MarketId, MarketSpec, OpeningBalance, OpeningDeposit,
    OpeningLiquidity, Order, PoolBought, PoolId, Seized, SeizureRule, Signer, Transaction, VaultId, coins,
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

/// How much the auctions of a reserve may have on sale.
#[derive(Clone, Copy)]
enum Auctions {
    /// Whatever the budget seizes.
    Ample,
    /// As much as the standard parameters let them.
    Standard,
}

/// A reserve with the standard budgets, in which every route has something, just before the price falls.
fn reserve(auctions: Auctions) -> State {
    let mut genesis = books(vaults(), vaults() / 3);
    let standard = Limits::standard(COIN);
    // One round may fall so far without a halt.
    genesis.feeds[0].round_limit = Ratio::percent(50);
    // As many vaults and no floor that would forbid them: the budget is what the block is judged by.
    genesis.types[0].peer.floor = ballast_protocol::Bounds::Waived;
    genesis.limits.block_work = standard.block_work;
    genesis.limits.liquidation_work = standard.liquidation_work;
    genesis.limits.work_price = Amount::ZERO;
    if !measures() {
        // A budget that a toy population exceeds as well.
        genesis.limits.liquidation_work = 60 * 250;
    }
    let spec = &mut genesis.types[0];
    match auctions {
        Auctions::Ample => spec.auction.ceiling = genesis.limits.auction_ceiling,
        Auctions::Standard => genesis.limits.auction_ceiling = standard.auction_ceiling,
    }
    (spec.bids.cooldown, spec.pool.cooldown) = (Seconds::ZERO, Seconds::ZERO);
    spec.market = Some(MARKET);
    // What bids and pool pay less than a lot owes is a loss: buffer and fund pay it.
    spec.line = coins(2_000_000);
    let ether = 100_000;
    genesis.markets = vec![MarketSpec {
        cooldown: Seconds::ZERO,
        ..MarketSpec::standard(MARKET, ETHER, FEED)
    }];
    let opening = &mut genesis.opening;
    // One in a hundred of those that break owes about as much as it will be worth, or more.
    for vault in opening.vaults.iter_mut().take(vaults() as usize / 3).step_by(100) {
        vault.collateral = coins(9);
        vault.normalized_debt = vault
            .normalized_debt
            .try_add(NormalizedDebt::from_raw(coins(200).raw()))
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
    opening.surplus = coins(1);
    owed = Amount::try_sum([owed, coins(1_420 * ether), coins(1_000_001)]).unwrap();
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
        signer: Signer::Wallet,
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

/// The block of the crash, with as many deposits and withdrawals as it has room for.
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
            Command::Withdraw { vault, amount }
        };
        next.transactions.push(say(next.time, account(at), 1, vec![command]));
    }
    next
}

/// The state before the crash, and its block.
fn ready(auctions: Auctions) -> (State, Block) {
    let mut state = reserve(auctions);
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
            Event::DrawSettled(_) => "loss",
            Event::PoolEntered { .. } => "entry",
            Event::PoolExited { .. } => "exit",
            Event::SoldInMarket { .. } => "sale",
            Event::BoughtInMarket { .. } => "purchase",
            _ => "",
        })
        .collect();
    for route in ["bids", "pool", "market", "auction", "loss", "entry", "sale", "purchase"] {
        assert!(told.contains(route), "nothing of {route}: {told:?}");
    }
}

/// The bands of rule R7, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Band {
    /// Worth more than its debt, less than debt and penalty: waiting turns the penalty into a loss.
    Closing,
    /// Worth more.
    Above,
    /// Worth less than its debt: the loss has happened.
    Lost,
}

/// What a vault of the crash was worth for each coin that it owed.
fn ratio(seized: &Seized) -> Ratio {
    let value = seized.collateral.usd_value(seized.price, Decimals::MAX, Round::Down);
    Ratio::of(
        value.unwrap().raw().unsigned_abs(),
        seized.debt.raw().max(1),
        Round::Down,
    )
    .unwrap()
}

/// In which band a vault that was seized whole went. One that was seized in part had more.
fn band(seized: &Seized, penalty: Ratio) -> Band {
    match ratio(seized) {
        _ if seized.rule != SeizureRule::WholeTooDeep => Band::Above,
        ratio if ratio < Ratio::ONE => Band::Lost,
        ratio if ratio < Ratio::ONE.try_add(penalty).unwrap() => Band::Closing,
        _ => Band::Above,
    }
}

/// Plays the crash, and empty blocks without a price until no broken vault waits. Prints of each block how many went in
/// which band, in which ratios and with how much debt; asserts that the bands keep their order, over all blocks, and that
/// nobody waits longer than the budget makes necessary.
fn show_order() {
    let (mut state, mut next) = ready(Auctions::Ample);
    let (limits, penalty) = (
        state.governance().limits.clone(),
        state.vaults().spec(TYPE).unwrap().penalty,
    );
    let mut last = Band::Closing;
    let mut all = 0;
    println!("block  band     vaults  ratios             mean debt  waiting  work");
    for number in 1_u64.. {
        let result = apply_block(&mut state, &next).expect("the block follows");
        work_is_bounded(&limits, &result).unwrap();
        let asked = next.transactions.len();
        if asked > 0 {
            println!(
                "{} of {asked} deposits and withdrawals done",
                support::done(&result.receipts)
            );
        }
        let told = |event: &Event| match event {
            Event::VaultSeized(seized) => Some(*seized),
            _ => None,
        };
        let seized: Vec<Seized> = result.events.iter().filter_map(told).collect();
        let waiting = result.events.iter().find_map(|event| match event {
            Event::WorkCarriedOver { vaults, .. } => Some(*vaults),
            _ => None,
        });
        for part in seized.chunk_by(|left, right| band(left, penalty) == band(right, penalty)) {
            let band = band(&part[0], penalty);
            assert!(band >= last, "{band:?} after {last:?}");
            last = band;
            let debt = Amount::try_sum(part.iter().map(|seized| seized.debt)).unwrap();
            let mean = Amount::from_raw(debt.raw() / part.len() as u128)
                .in_units(Decimals::MAX)
                .to_string();
            let (least, most) = (
                part.iter().map(ratio).min().unwrap(),
                part.iter().map(ratio).max().unwrap(),
            );
            let ratios = [least, most].map(|ratio| ratio.to_string().chars().take(6).collect::<String>());
            println!(
                "{number:>5}  {:<7}  {:>6}  {:<17}  {:>9.7}  {:>7}  {}",
                format!("{band:?}"),
                part.len(),
                ratios.join(" to "),
                mean,
                waiting.unwrap_or(0),
                result.work
            );
        }
        all += seized.len() as u64;
        let Some(waiting) = waiting else { break };
        // What one block has work for, less what looks cost, goes in each.
        let reach = limits.liquidation_work / 61;
        assert!(
            !seized.is_empty() && number <= (all + waiting).div_ceil(reach),
            "{waiting} wait after {number} blocks"
        );
        next = block(&state, 12);
    }
}

fn worst(bencher: Bencher<'_, '_>, auctions: Auctions, run: impl Fn(&mut State, &Block)) {
    bencher
        .with_inputs(|| ready(auctions))
        .bench_local_refs(|(state, block)| run(state, block));
}

/// All of it.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn worst_block(bencher: Bencher<'_, '_>) {
    worst(bencher, Auctions::Ample, |state, block| {
        let Executed { events, .. } = execute_block(state, block).expect("the block follows");
        check(&events);
    });
}

/// The same, and the state root.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn worst_block_with_root(bencher: Bencher<'_, '_>) {
    worst(bencher, Auctions::Ample, |state, block| {
        check(&apply_block(state, block).expect("the block follows").events);
    });
}

/// Under the standard ceilings, which most lots do not fit: each broken vault is looked at.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn worst_block_without_room(bencher: Bencher<'_, '_>) {
    worst(bencher, Auctions::Standard, |state, block| {
        let Executed { events, .. } = execute_block(state, block).expect("the block follows");
        check(&events);
    });
}

/// The same, and the state root.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn worst_block_without_room_with_root(bencher: Bencher<'_, '_>) {
    worst(bencher, Auctions::Standard, |state, block| {
        check(&apply_block(state, block).expect("the block follows").events);
    });
}
