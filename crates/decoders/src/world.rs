//! A small reserve: ether and a coin, one collateral type with its pools and its market, and eight people.

use std::sync::OnceLock;

use ballast_engine::State;
use ballast_num::{Amount, Decimals, NormalizedDebt, Price, Timestamp};
use ballast_protocol::{
    AccountId, Asset, AssetId, FeedId, FeedSpec, Genesis, Limits, MarketId, MarketSpec, Opening, OpeningBalance,
    OpeningDeposit, OpeningLiquidity, OpeningVault, PoolId, TypeId, TypeSpec, coins,
};

/// The coin.
pub const COIN: AssetId = AssetId(0);
/// The collateral.
pub const ETHER: AssetId = AssetId(1);
/// Its price, by sources 1 to 5.
pub const FEED: FeedId = FeedId(1);
/// The collateral type.
pub const TYPE: TypeId = TypeId(1);
/// The market.
pub const MARKET: MarketId = MarketId(1);
/// The time of height 0.
pub const START: Timestamp = Timestamp(1_700_000_000);
/// How many people have 1,000 ether and 100,000 coins each; the first is the authority too, and owes all coins.
pub const PEOPLE: u8 = 8;
/// USD that an ether costs at first.
pub const PRICE: u32 = 2_000;

/// Its genesis.
pub fn genesis() -> Genesis {
    let asset = |id, symbol: &str, feed| Asset {
        id,
        symbol: symbol.to_owned(),
        decimals: Decimals::MAX,
        feed,
    };
    let people = || (1..=PEOPLE).map(|number| AccountId::numbered(number.into()));
    let has = |asset, amount| move |account| OpeningBalance { asset, account, amount };
    let (held, pooled, traded) = (coins(100_000), coins(20_000), coins(200_000));
    let mut spec = TypeSpec::standard(TYPE, "ETH-A", ETHER, FEED);
    spec.market = Some(MARKET);
    let owed = people().map(|_| held).chain([pooled, traded, spec.liquidation_deposit]);
    let owed = Amount::try_sum(owed).expect("these fit");
    let bank = OpeningVault {
        owner: AccountId::numbered(1),
        collateral_type: TYPE,
        collateral: coins(2_000),
        normalized_debt: NormalizedDebt::from_raw(owed.raw()),
        deposit: spec.liquidation_deposit,
    };
    Genesis {
        chain_id: 31_337,
        time: START,
        authority: AccountId::numbered(1),
        limits: Limits::standard(COIN),
        assets: vec![asset(COIN, "USB", None), asset(ETHER, "ETH", Some(FEED))],
        feeds: vec![FeedSpec::standard(FEED, "ETH-USD", 1)],
        sources: Vec::new(),
        types: vec![spec],
        markets: vec![MarketSpec::standard(MARKET, ETHER, FEED)],
        opening: Opening {
            balances: people()
                .map(has(COIN, held))
                .chain(people().map(has(ETHER, coins(1_000))))
                .collect(),
            prices: vec![(FEED, Price::whole(PRICE))],
            vaults: vec![bank],
            pool_deposits: vec![OpeningDeposit {
                owner: AccountId::numbered(2),
                pool: PoolId::stability(TYPE),
                amount: pooled,
                gain: Amount::ZERO,
            }],
            liquidity: vec![OpeningLiquidity {
                owner: AccountId::numbered(3),
                market: MARKET,
                base: coins(100),
                coins: traded,
            }],
            ..Opening::default()
        },
    }
}

/// Its state at height 0; made once.
pub fn state() -> State {
    static STATE: OnceLock<State> = OnceLock::new();
    STATE
        .get_or_init(|| State::genesis(&genesis()).expect("the small reserve is sound"))
        .clone()
}

/// The least genesis: a coin, and nothing to draw it against.
pub fn least() -> Genesis {
    let mut least = genesis();
    least.assets.truncate(1);
    (least.feeds, least.types, least.markets) = (Vec::new(), Vec::new(), Vec::new());
    least.opening = Opening::default();
    least
}
