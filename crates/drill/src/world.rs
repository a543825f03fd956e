//! The worlds that the drill starts from: small, cramped, and each a little different.

use ballast_num::{Amount, Decimals, Index, NormalizedDebt, Price, RAY, Rate, Ratio, Round, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, Asset, AssetId, Bounds, FeedId, FeedSpec, FlowLimit, Genesis, Limits, MarketId, MarketSpec, Opening,
    OpeningBalance, OpeningLiquidity, OpeningVault, Sharing, SourceId, SupplyWatch, TypeId, TypeSpec, coins,
};

use crate::random::Random;

/// The reserve's coin.
pub(crate) const COIN: AssetId = AssetId(1);
/// All assets: the coin, three collaterals of 18, 8 and 6 decimals, and one that has no use.
pub(crate) const ASSETS: [AssetId; 5] = [COIN, AssetId(2), AssetId(3), AssetId(4), AssetId(5)];
/// The types; the first two share a collateral and a feed.
pub(crate) const TYPES: [TypeId; 4] = [TypeId(1), TypeId(2), TypeId(3), TypeId(4)];
/// How many users there are; the authority is one more.
pub(crate) const USERS: u64 = 14;

/// First prices in whole dollars by feed.
pub(crate) const FIRST_PRICES: [(FeedId, u32); 4] = [(FeedId(1), 2_000), (FeedId(2), 40_000), (FeedId(3), 1), SUPPLY];
/// The supply of the third type's collateral.
const SUPPLY: (FeedId, u32) = (FeedId(4), 21_000_000);

/// The authority.
pub(crate) const fn authority() -> AccountId {
    AccountId::numbered(USERS + 1)
}

/// A user or, once in a while, the authority or a stranger.
pub(crate) fn anyone(random: &mut Random) -> AccountId {
    if random.chance(30) {
        return AccountId::numbered(random.under(200));
    }
    AccountId::numbered(1 + random.under(USERS))
}

/// A genesis with limits that are sometimes so narrow that everything overflows them.
pub(crate) fn genesis(random: &mut Random) -> Genesis {
    let mut limits = Limits::standard(COIN);
    limits.debt_ceiling = random.of([coins(3_000_000), coins(40_000_000), coins(40_000_000)]);
    limits.auction_ceiling = random.of([coins(30_000), coins(100_000_000)]);
    limits.block_work = random.of([1_200, 100_000, 100_000]);
    limits.liquidation_work = random.of([80, 400, 2_000, 100_000]);
    limits.liquidation_window = random.of([1, 3, 64]);
    limits.caller_work_share = random.of([Ratio::ZERO, Ratio::percent(20), Ratio::percent(60)]);
    limits.transaction_life = random.of([Seconds(900), Seconds::DAY]);
    limits.work_price = random.of([Amount::ZERO, limits.work_price]);
    limits.surplus_floor = random.of([Amount::ZERO, coins(10_000)]);
    limits.ring_fence = random.of([Bounds::Enforced, Bounds::Enforced, Bounds::Waived]);
    limits.fund.entry_cooldown = Seconds(661);
    limits.fund.exit_cooldown = Seconds(600);
    limits.fund.exit_window = random.of([Seconds(900), Seconds::DAY]);
    limits.fund.exit_share = random.of([Ratio::percent(10), Ratio::ONE]);
    limits.fund.income_share = random.of([Ratio::ZERO, Ratio::percent(20), Ratio::ONE]);
    let asset = |(id, decimals): (u32, u8)| Asset {
        id: AssetId(id),
        symbol: format!("A{id}"),
        decimals: Decimals::new(decimals).unwrap_or(Decimals::MAX),
        feed: (2..5).contains(&id).then(|| FeedId(id - 1)),
    };
    let mut types = vec![first(random), second(random), third(random), fourth()];
    // The first type clears within the blocks where the work is ample; the others' floors are as low as they like.
    let ample = limits.liquidation_work == 100_000;
    for spec in types.iter_mut().skip(usize::from(ample)) {
        spec.peer.floor = Bounds::Waived;
    }
    let markets = markets(random);
    let routed = [1, 1, 2].map(MarketId);
    for (spec, market) in types.iter_mut().zip(routed) {
        spec.market = random.of([Some(market), Some(market), None]);
    }
    let opening = opening(random, &types);
    grow_slowly(random, &mut types, &mut limits);
    Genesis {
        chain_id: 1,
        time: Timestamp(1_600_000_000),
        authority: authority(),
        limits,
        assets: [(1, 18), (2, 18), (3, 8), (4, 6), (5, 18)].map(asset).to_vec(),
        feeds: feeds(random),
        sources: Vec::new(),
        types,
        markets,
        opening,
    }
}

/// One of ether and one of bitcoin.
fn markets(random: &mut Random) -> Vec<MarketSpec> {
    let mut market = |id, base, feed| MarketSpec {
        fee: random.of([Ratio::basis_points(1), Ratio::basis_points(30), Ratio::percent(2)]),
        band: random.of([Ratio::percent(3), Ratio::percent(20)]),
        lock: random.of([Seconds::MINUTE, Seconds(900)]),
        cooldown: random.of([Seconds(0), Seconds(60)]),
        ticket_min: coins(1),
        sale_min: random.of([Amount::ONE, Amount::from_raw(1_000)]),
        ..MarketSpec::standard(MarketId(id), AssetId(base), FeedId(feed))
    };
    vec![market(1, 2, 1), market(2, 3, 2)]
}

/// Five sources, three sources, and one that alone closes each round.
fn feeds(random: &mut Random) -> Vec<FeedSpec> {
    let mut main = FeedSpec::standard(FeedId(1), "ETH-USD", 10);
    main.stale_limit = Seconds(900);
    main.gap = Seconds(900);
    main.gap_grace = Seconds(60);
    main.confirm_rounds = random.of([0, 3]);
    let mut small = FeedSpec::standard(FeedId(2), "BTC-USD", 20);
    small.sources.truncate(3);
    small.quorum = 2;
    small.mean_window = random.of([Seconds(100), Seconds(3_600)]);
    small.gap = Seconds(2_000);
    small.gap_grace = Seconds(30);
    let mut lone = FeedSpec::standard(FeedId(3), "USD-USD", 30);
    lone.sources = vec![SourceId(30)];
    lone.quorum = 1;
    lone.mean_window = Seconds::ZERO;
    lone.gap_grace = Seconds::ZERO;
    let mut supply = FeedSpec::supply(SUPPLY.0, "BTC", 40);
    supply.sources.truncate(3);
    supply.quorum = 2;
    supply.mean_window = Seconds::HOUR;
    supply.heartbeat = Seconds(600);
    vec![main, small, lone, supply]
}

/// Gaps, ramps and a limit that are sometimes met, and a watch over one supply.
fn grow_slowly(random: &mut Random, types: &mut [TypeSpec], limits: &mut Limits) {
    // No draw of its own.
    let deep = limits.fund.exit_share == Ratio::ONE;
    for spec in types.iter_mut() {
        spec.growth.debt_gap = random.of([coins(60_000), coins(10_000_000), coins(10_000_000)]);
        spec.growth.ramp = random.of([Seconds(0), Seconds(0), Seconds(1_800)]);
        // What the pools hold at first is some 190,000 coins.
        if spec.market.is_some() && deep {
            spec.growth.depth_multiple = Ratio::percent(200);
        }
        // No draws of their own: the worlds of a seed stay the same.
        if spec.growth.debt_gap == coins(60_000) {
            spec.outflow.share = Ratio::percent(2);
        }
        if !spec.growth.ramp.is_zero() {
            spec.outflow.window = Seconds::HOUR;
        }
    }
    if let Some(third) = types.get_mut(2) {
        let watch = SupplyWatch {
            feed: SUPPLY.0,
            sigmas: Ratio::percent(random.of([0, 300])),
        };
        third.growth.supply = random.of([None, Some(watch)]);
    }
    let narrow = FlowLimit {
        floor: coins(20_000),
        share: Ratio::percent(random.of([0, 20])),
        window: Seconds(7_200),
    };
    let standard = FlowLimit::standard_mint();
    limits.mint = random.of([standard, standard, standard, narrow]);
}

fn first(random: &mut Random) -> TypeSpec {
    let mut spec = TypeSpec::standard(TypeId(1), "ETH-A", AssetId(2), FeedId(1));
    spec.debt_ceiling = coins(2_000_000);
    spec.flash_ceiling = random.of([coins(500), coins(20_000), coins(10_000_000)]);
    spec.grace = random.of([Seconds(0), Seconds(100), Seconds(900)]);
    spec.auction.ceiling = random.of([coins(20_000), coins(10_000_000)]);
    spec.line = random.of([Amount::ZERO, coins(100), coins(100_000)]);
    spec.pool.cooldown = random.of([Seconds(0), Seconds(120)]);
    spec.warning_band = random.of([Ratio::ZERO, spec.warning_band, Ratio::ONE]);
    spec.pool.ticket_min = random.of([coins(1), coins(100), coins(1_500)]);
    spec.bids.cooldown = random.of([Seconds(0), Seconds(120)]);
    spec.bids.discounts.truncate(random.of([0, 2, 4]));
    // No draw of its own: the worlds of a seed stay the same.
    if !spec.pool.cooldown.is_zero() {
        spec.sharing = Sharing::WhenCovered;
    }
    spec
}

/// With an index far from 1, a borrowing fee and no deposit.
fn second(random: &mut Random) -> TypeSpec {
    let mut spec = TypeSpec::standard(TypeId(2), "ETH-B", AssetId(2), FeedId(1));
    spec.liquidation_ratio = Ratio::percent(130);
    spec.initial_ratio = Ratio::percent(135);
    spec.penalty = Ratio::percent(10);
    spec.borrowing_fee = random.of([Ratio::ZERO, Ratio::basis_points(50)]);
    spec.liquidation_deposit = Amount::ZERO;
    spec.stability_fee = Rate::ONE;
    spec.line = random.of([coins(50_000), coins(1_000_000_000)]);
    spec.debt_floor = random.of([Amount::ZERO, Amount::from_raw(7), coins(100)]);
    spec.pool.cooldown = Seconds(0);
    spec
}

/// With few decimals, high interest and a quick auction.
fn third(random: &mut Random) -> TypeSpec {
    let mut spec = TypeSpec::standard(TypeId(3), "BTC-A", AssetId(3), FeedId(2));
    spec.stability_fee = Rate::from_raw(RAY + 20_000_000_000_000_000_000);
    spec.auction.curve = random.of([
        ballast_protocol::Curve::Linear { duration: Seconds(600) },
        ballast_protocol::Curve::Exponential {
            cut: Rate::from_raw(RAY - RAY / 1_000),
        },
    ]);
    spec.auction.duration = Seconds(900);
    spec.grace = random.of([Seconds(0), Seconds(1_000)]);
    spec.round_seizure = random.of([Ratio::percent(20), Ratio::percent(100)]);
    spec.line = random.of([coins(500), coins(100_000)]);
    // No draw of its own: the worlds of a seed stay the same.
    if !spec.pool.cooldown.is_zero() {
        spec.sharing = Sharing::WhenCovered;
    }
    spec.auction.ceiling = random.of([coins(2_000), spec.auction.ceiling]);
    spec
}

/// A stable collateral with narrow ratios.
fn fourth() -> TypeSpec {
    let mut spec = TypeSpec::standard(TypeId(4), "USD-A", AssetId(4), FeedId(3));
    spec.initial_ratio = Ratio::percent(112);
    spec.liquidation_ratio = Ratio::percent(110);
    spec.initial_gap = Ratio::percent(1);
    spec.penalty = Ratio::percent(5);
    spec.slippage = Ratio::percent(2);
    spec.wick_band = Ratio::percent(2);
    spec.restore_margin = Ratio::percent(1);
    spec.pool.discount = Ratio::percent(2);
    spec.bids.discounts = vec![Ratio::ZERO, Ratio::percent(1)];
    spec.line = coins(100_000);
    spec.stress = Ratio::percent(5);
    spec
}

/// 96 ether and 4.8 bitcoin with as many coins as they are worth. Each owner but the first doubles the pool.
fn opening_liquidity() -> Vec<OpeningLiquidity> {
    let pools = [
        (1, coins(12), coins(24_000)),
        (2, Amount::from_raw(60_000_000), coins(24_000)),
    ];
    let parts = [(1, 1), (2, 1), (3, 2), (4, 4)];
    let times = |amount: Amount, times: u128| amount.prorate(times, 1, Round::Down).unwrap_or(Amount::ZERO);
    let of = |(market, base, coins): (u32, Amount, Amount)| {
        parts.map(|(owner, part)| OpeningLiquidity {
            owner: AccountId::numbered(owner),
            market: MarketId(market),
            base: times(base, part),
            coins: times(coins, part),
        })
    };
    pools.into_iter().flat_map(of).collect()
}

/// Collateral for everyone, and coins that one large vault owes.
fn opening(random: &mut Random, types: &[TypeSpec]) -> Opening {
    let mut balances = Vec::new();
    for user in 1..=USERS + 1 {
        let account = AccountId::numbered(user);
        let whole = [(1, 20_000, 18), (2, 300, 18), (3, 15, 8), (4, 400_000, 6), (5, 10, 18)];
        for (asset, most, decimals) in whole {
            let units = 10_u128.pow(decimals) * (most / 2) + random.under_wide(10_u128.pow(decimals) * most / 2);
            balances.push(OpeningBalance {
                asset: AssetId(asset),
                account,
                amount: Amount::from_raw(units),
            });
        }
    }
    let first_loss = coins(random.under(20_000));
    let little = coins(random.under(20_000));
    let surplus = random.of([little, coins(10), coins(300_000), coins(400_000)]);
    let fund = random.of([Amount::ZERO, coins(50), coins(50_000)]);
    let deposit = types.first().map_or(Amount::ZERO, |first| first.liquidation_deposit);
    let held = balances
        .iter()
        .filter(|balance| balance.asset == COIN)
        .map(|balance| balance.amount);
    let liquidity = opening_liquidity();
    let brought = liquidity.iter().map(|opened| opened.coins);
    let owed = held.chain([first_loss, surplus, fund, deposit]).chain(brought);
    let owed = Amount::try_sum(owed).unwrap_or(Amount::MAX);
    let vault = OpeningVault {
        owner: AccountId::numbered(1),
        collateral_type: TypeId(1),
        collateral: coins(1_000),
        normalized_debt: NormalizedDebt::from_raw(owed.raw()),
        deposit,
    };
    Opening {
        balances,
        prices: FIRST_PRICES.map(|(feed, usd)| (feed, Price::whole(usd))).to_vec(),
        debt_indices: vec![(TypeId(2), Index::from_raw(RAY * 37 / 10))],
        vaults: vec![vault],
        pool_deposits: Vec::new(),
        auctions: Vec::new(),
        liquidity,
        first_loss: vec![(TypeId(1), first_loss)],
        surplus,
        fund: if fund.is_zero() {
            Vec::new()
        } else {
            vec![(AccountId::numbered(2), fund)]
        },
        bad_debt: Amount::ZERO,
    }
}
