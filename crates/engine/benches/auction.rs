//! What auctions cost: `cargo bench -p ballast-engine --bench auction`. Takes and resets are of one auction among as many
//! as named, each undone before the next, and include the ledger and the events.

use std::hint::black_box;

use ballast_engine::kernel::{Clock, Context, Ledger, Prices, Quote, Savepoint};
use ballast_engine::mechanisms::auction::{Auctions, Lot, Terms, price};
use ballast_num::{Amount, Decimals, Price, Rate, Ratio, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, AssetId, AuctionId, AuctionSpec, Bounds, Breaker, Curve, Event, FeedId, FeedState, FlowLimit,
    GrowthSpec, Limits, Module, PeerRules, PoolSpec, RoundNumber, Sharing, TypeId, TypeSpec, VaultId,
};
use divan::Bencher;

const COIN: AssetId = AssetId(1);
const ETH: AssetId = AssetId(2);
const KIND: TypeId = TypeId(1);
const BUYER: AccountId = AccountId::numbered(1);
const KEEPER: AccountId = AccountId::numbered(2);
const SIZES: [u64; 2] = [100, 10_000];
const CURVES: [(&str, Curve); 3] = [
    (
        "linear",
        Curve::Linear {
            duration: Seconds(10_000),
        },
    ),
    (
        "stair",
        Curve::Stair {
            cut: Rate::from_raw(990_000_000_000_000_000_000_000_000),
            step: Seconds(90),
        },
    ),
    (
        "exponential",
        Curve::Exponential {
            cut: Rate::from_raw(999_888_000_000_000_000_000_000_000),
        },
    ),
];

fn main() {
    divan::main();
}

/// A price of a 5000-second-old auction.
#[divan::bench(args = ["linear", "stair", "exponential"])]
fn price_after_5000_seconds(bencher: Bencher<'_, '_>, name: &str) {
    let curve = CURVES
        .iter()
        .find(|(of, _)| *of == name)
        .map(|(_, curve)| *curve)
        .expect("the name is one of three");
    bencher.bench_local(|| {
        price(
            black_box(Price::whole(2_400)),
            black_box(&curve),
            black_box(Seconds(5_000)),
        )
    });
}

#[divan::bench(args = SIZES)]
fn take(bencher: Bencher<'_, '_>, auctions: u64) {
    let mut hall = Hall::with(auctions);
    hall.age(1_800);
    let id = AuctionId(auctions / 2);
    bencher.bench_local(|| {
        hall.undone(|auctions, ctx, terms| auctions.take(ctx, terms, id, Amount::whole(1, Decimals::MAX), Price::MAX))
    });
}

#[divan::bench(args = SIZES)]
fn reset(bencher: Bencher<'_, '_>, auctions: u64) {
    let mut hall = Hall::with(auctions);
    hall.age(7_201);
    let id = AuctionId(auctions / 2);
    bencher.bench_local(|| hall.undone(|auctions, ctx, terms| auctions.reset(ctx, terms, id, Some(KEEPER))));
}

#[divan::bench(args = SIZES)]
fn restart(bencher: Bencher<'_, '_>, auctions: u64) {
    let mut hall = Hall::with(auctions);
    bencher.bench_local(|| hall.undone(|auctions, ctx, terms| auctions.restart(ctx, terms)));
}

struct Hall {
    auctions: Auctions,
    ledger: Ledger,
    spec: TypeSpec,
    limits: Limits,
    quote: Quote,
    prices: Prices,
    events: Vec<Event>,
}

impl Hall {
    /// Lots of 10 ETH with a debt of 15 000 coins.
    fn with(auctions: u64) -> Self {
        let mut hall = Self {
            auctions: Auctions::default(),
            ledger: Ledger::default(),
            spec: spec(),
            limits: limits(),
            prices: [quote()].into_iter().collect(),
            quote: quote(),
            events: Vec::new(),
        };
        let coins = |whole| Amount::whole(whole, Decimals::MAX);
        hall.ledger.mint(COIN, BUYER, coins(1_000_000)).expect("it fits");
        for vault in 1..=auctions {
            let owner = AccountId::numbered(1_000 + vault);
            let (collateral, debt, penalty, booked) = (coins(10), coins(15_000), coins(1_500), Amount::ZERO);
            let lot = Lot {
                vault: VaultId(vault),
                owner,
                collateral,
                debt,
                penalty,
                booked,
            };
            hall.ledger
                .mint(ETH, Module::Vaults(KIND), collateral)
                .expect("it fits");
            hall.act(|auctions, ctx, terms| auctions.start(ctx, terms, &lot, None));
        }
        hall
    }

    fn age(&mut self, seconds: u64) {
        self.quote.live_time = Seconds(seconds);
        self.prices = [self.quote.clone()].into_iter().collect();
    }

    fn act<T, E: std::fmt::Debug>(
        &mut self,
        action: impl FnOnce(&mut Auctions, &mut Context<'_>, Terms<'_>) -> Result<T, E>,
    ) {
        let mut ctx = Context {
            clock: Clock {
                now: Timestamp(0),
                host_time: Seconds(0),
                step: Seconds(0),
            },
            caller: BUYER,
            limits: &self.limits,
            prices: &self.prices,
            ledger: &mut self.ledger,
            events: &mut self.events,
        };
        let terms = Terms {
            spec: &self.spec,
            decimals: Decimals::MAX,
        };
        black_box(action(&mut self.auctions, &mut ctx, terms).expect("the bench asks for what is allowed"));
        self.events.clear();
    }

    fn undone<T, E: std::fmt::Debug>(
        &mut self,
        action: impl FnOnce(&mut Auctions, &mut Context<'_>, Terms<'_>) -> Result<T, E>,
    ) {
        let (auctions, ledger) = (Savepoint::of(&mut self.auctions), Savepoint::of(&mut self.ledger));
        self.act(action);
        auctions.restore(&mut self.auctions);
        ledger.restore(&mut self.ledger);
    }
}

fn quote() -> Quote {
    let price = Price::whole(2_000);
    Quote {
        feed: FeedId(1),
        state: FeedState::Live,
        round: RoundNumber(1),
        closed: Timestamp(0),
        age: Seconds(0),
        heartbeat: Seconds(60),
        spot: price,
        mean: price,
        judging: price,
        deviation: Ratio::ZERO,
        judging_before: price,
        low: price,
        live_time: Seconds(0),
        quiet: false,
    }
}

fn limits() -> Limits {
    Limits {
        coin: COIN,
        debt_ceiling: Amount::MAX,
        auction_ceiling: Amount::MAX,
        block_work: 0,
        protective_share: Ratio::ZERO,
        liquidation_work: 0,
        caller_work_share: Ratio::ZERO,
        liquidation_window: 0,
        blocks_to_clear: 1,
        work_price: Amount::ZERO,
        mint: FlowLimit::NONE,
        surplus_floor: Amount::ZERO,
        fund: ballast_protocol::FundSpec::standard(),
        clock_step: Seconds(0),
        transaction_life: Seconds(0),
        ring_fence: Bounds::Enforced,
    }
}

fn spec() -> TypeSpec {
    TypeSpec {
        id: KIND,
        name: "ETH-A".into(),
        collateral: ETH,
        feed: FeedId(1),
        initial_ratio: Ratio::percent(160),
        liquidation_ratio: Ratio::percent(150),
        glide_per_day: Ratio::percent(1),
        initial_gap: Ratio::percent(5),
        penalty: Ratio::percent(10),
        slippage: Ratio::percent(5),
        restore_margin: Ratio::percent(10),
        wick_band: Ratio::percent(10),
        round_seizure: Ratio::percent(50),
        grace: Seconds(0),
        sharing: Sharing::Never,
        growth: GrowthSpec::unlimited(),
        outflow: FlowLimit::NONE,
        flash_ceiling: Amount::MAX,
        stability_fee: Rate::ONE,
        borrowing_fee: Ratio::ZERO,
        liquidation_deposit: Amount::ZERO,
        caller_share: Ratio::ZERO,
        debt_ceiling: Amount::MAX,
        debt_floor: Amount::whole(1_000, Decimals::MAX),
        warning_band: Ratio::ZERO,
        stress: Ratio::percent(30),
        line: Amount::ZERO,
        bids: ballast_protocol::BidSpec::none(),
        pool: PoolSpec {
            discount: Ratio::percent(5),
            floor: Amount::ZERO,
            cooldown: Seconds(0),
            ticket_min: Amount::ZERO,
        },
        market: None,
        auction: AuctionSpec {
            start_factor: Ratio::percent(120),
            curve: CURVES[1].1,
            duration: Seconds(7_200),
            reset_ratio: Ratio::percent(40),
            keeper_flat: Amount::whole(100, Decimals::MAX),
            keeper_share: Ratio::percent(1),
            ceiling: Amount::MAX,
            breaker: Breaker::Open,
        },
        peer: PeerRules::default(),
    }
}
