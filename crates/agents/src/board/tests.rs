//! A board of ether at 2,000, made by hand.

use ballast_num::{Decimals, Price, Ratio, Seconds, Timestamp};
use ballast_protocol::api::{BalanceInfo, Positions, TicketInfo};
use ballast_protocol::{
    AuctionId, FeedState, Height, MarketSpec, Order, RoundNumber, TicketId, TypeSpec, VaultId, coins, proof,
};

use super::*;

pub(crate) const COIN: AssetId = AssetId(0);
pub(crate) const ETHER: AssetId = AssetId(1);
pub(crate) const FEED: FeedId = FeedId(1);
pub(crate) const TYPE: TypeId = TypeId(1);
pub(crate) const MARKET: MarketId = MarketId(1);
pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000);

/// Ether at 2,000, a market of 500 ether at that price, no auction and no vault.
pub(crate) fn board() -> Board {
    let asset = |id, symbol: &str, feed| AssetInfo {
        id,
        symbol: symbol.into(),
        decimals: Decimals::MAX,
        feed,
        supply: coins(1),
    };
    let price = Price::whole(2_000);
    Board {
        status: Status {
            chain_id: 1,
            genesis: proof::Hash([0; 32]),
            height: Height(1),
            time: NOW,
            now: NOW,
            root: proof::Hash([0; 32]),
            coin: COIN,
            supply: coins(1),
            bad_debt: Amount::ZERO,
            surplus: Amount::ZERO,
            insurance_fund: Amount::ZERO,
            total_ratio: None,
            vaults: 0,
            work_price: Amount::ONE,
            waiting: 0,
            oldest_height: Height(0),
            oldest_block: Height(1),
        },
        assets: vec![asset(COIN, "USB", None), asset(ETHER, "ETH", Some(FEED))],
        feeds: vec![FeedInfo {
            id: FEED,
            name: "ETH-USD".into(),
            state: FeedState::Live,
            round: RoundNumber(1),
            closed: NOW,
            spot: price,
            mean: price,
            judging: price,
            low: price,
            heartbeat: Seconds(600),
            quorum: 3,
            sources: Vec::new(),
        }],
        types: vec![TypeInfo {
            spec: TypeSpec::standard(TYPE, "ETH-A", ETHER, FEED),
            debt: Amount::ZERO,
            on_sale: Amount::ZERO,
            liquidation_ratio: Ratio::percent(150),
            indebted_vaults: 0,
            first_loss: Amount::ZERO,
            marked_loss: None,
        }],
        markets: vec![MarketInfo {
            spec: MarketSpec::standard(MARKET, ETHER, FEED),
            decimals: Decimals::MAX,
            base: coins(500),
            coins: coins(1_000_000),
            shares: coins(1),
            price: Some(price),
            mean: Some(price),
            locked_depth: coins(1),
            least_depth: coins(1),
        }],
        auctions: Vec::new(),
        riskiest: Vec::new(),
    }
}

/// A lot of ten ether at a price.
pub(crate) fn lot(price: Option<u32>) -> AuctionInfo {
    AuctionInfo {
        id: AuctionId(1),
        collateral_type: TYPE,
        vault: VaultId(1),
        lot: coins(10),
        to_raise: coins(15_000),
        price: price.map(Price::whole),
        needs_reset: price.is_none(),
        elapsed: Seconds(1),
    }
}

/// An account with so many coins and ether.
pub(crate) fn own(usd: u64, ether: u64) -> Own {
    let account = AccountId::numbered(1);
    let held = |asset, symbol: &str, units| BalanceInfo {
        asset,
        symbol: symbol.into(),
        amount: coins(units),
    };
    Own {
        account: AccountInfo {
            account,
            height: Height(1),
            balances: vec![held(COIN, "USB", usd), held(ETHER, "ETH", ether)],
            fund_shares: Amount::ZERO,
            nonce_next: 0,
        },
        positions: Positions {
            account,
            height: Height(1),
            pools: Vec::new(),
            markets: Vec::new(),
            tickets: Vec::new(),
            sessions: Vec::new(),
            fund_shares: Amount::ZERO,
            fund_value: Amount::ZERO,
        },
        vaults: Vec::new(),
    }
}

/// An order that waits in the market.
pub(crate) fn waiting() -> TicketInfo {
    TicketInfo {
        id: TicketId(1),
        owner: AccountId::numbered(1),
        order: Order::Sell {
            market: MARKET,
            amount: coins(1),
            limit: Price::whole(1),
        },
        queued: NOW,
        ready_in: Seconds(1),
        expiry: NOW,
        cancelled: None,
    }
}

/// A vault of ten ether that owes so much, and how it stands.
pub(crate) fn vault(debt: u64, health: Health) -> VaultInfo {
    let debt = coins(debt);
    VaultInfo {
        id: VaultId(7),
        owner: AccountId::numbered(1),
        collateral_type: TYPE,
        collateral: coins(10),
        debt,
        ratio: Ratio::of(coins(20_000).raw(), debt.raw(), Round::Down).ok(),
        liquidation_price: None,
        health,
        lots_on_sale: 0,
        standing_order: None,
    }
}

#[test]
fn coins_and_collateral_are_worth_each_other() {
    let board = board();
    let price = Price::whole(2_000);
    assert_eq!(
        board.bought(coins(3_000), price, ETHER),
        Some(Amount::from_raw(1_500_000_000_000_000_000))
    );
    assert_eq!(board.worth(coins(2), price, ETHER), Some(coins(4_000)));
    assert_eq!(board.bought(coins(1), Price::ZERO, ETHER), None);
    assert_eq!(board.worth(Amount::MAX, Price::MAX, ETHER), None, "too large to count");
}
