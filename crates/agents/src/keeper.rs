//! A keeper: buys what is liquidated below the market, restarts auctions that stand still, calls liquidations that wait.
//!
//! What it does is decided from a [`Board`] and from its [`Book`] alone ([`purchases`], [`chores`]) and tried before it is
//! sent, so that it pays for little that fails. The engine needs no keeper to stay solvent; a keeper earns by being early
//! (docs/keeper.md).

mod book;
mod work;

use ballast_num::{Amount, Ratio, Round, Seconds, Timestamp};
use ballast_protocol::api::{AuctionInfo, FeedInfo};
use ballast_protocol::{AssetId, AuctionId, Command, FeedState, Order, TypeId, coins};

use crate::board::{Board, Own, Step};

pub use book::Book;
pub use work::{Keeper, Taken, take};

/// Calls and resets of one block.
const CALLS: usize = 8;
/// An order that has found no batch by then comes back.
const PATIENCE: Seconds = Seconds(3_600);

/// On which terms a keeper trades.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Buys at so much under the feed's low price at least.
    pub margin: Ratio,
    /// Most coins of one purchase.
    pub most: Amount,
    /// Least coins of one purchase.
    pub least: Amount,
    /// Most that it may have bought and not sold yet, in coins at the feed's low price: what it buys beside it counts too.
    pub most_held: Amount,
    /// Coins that stay for fees.
    pub reserve: Amount,
    /// How long a purchase may wait for its block, by the chain's time: prices move on.
    pub life: Seconds,
    /// Only these types; none is all.
    pub types: Option<Vec<TypeId>>,
    /// Sells what it has bought in the reserve's markets, for so much under the feed's low price at least; none keeps it.
    pub sells_within: Option<Ratio>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            margin: Ratio::percent(2),
            most: coins(50_000),
            least: coins(50),
            most_held: coins(200_000),
            reserve: coins(20),
            life: Seconds(30),
            types: None,
            sells_within: None,
        }
    }
}

impl Terms {
    fn wants(&self, kind: TypeId) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(&kind))
    }
}

/// A lot to buy from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// Which.
    pub auction: AuctionId,
    /// What is bought.
    pub asset: AssetId,
    /// How much of it, in its base units.
    pub amount: Amount,
    /// The transaction.
    pub step: Step,
    /// Coins that it costs at most.
    cost: Amount,
}

/// What a keeper with these terms buys in a state, all of it together within its means.
pub fn purchases(board: &Board, own: &Own, book: &Book, terms: &Terms) -> Vec<Purchase> {
    let mut left = own.balance(board.status.coin).saturating_sub(terms.reserve);
    let mut room = terms.most_held.saturating_sub(book.worth(board));
    let auctions = board.auctions.iter().filter(|auction| {
        terms.wants(auction.collateral_type) && !auction.needs_reset && !book.is_unsettled(auction.id)
    });
    let mut purchases = Vec::new();
    for auction in auctions {
        if let Some((purchase, worth)) = purchase(board, auction, terms, left, room) {
            left = left.saturating_sub(purchase.cost);
            room = room.saturating_sub(worth);
            purchases.push(purchase);
        }
    }
    purchases
}

/// What else it does: resets, calls, sales.
pub fn chores(board: &Board, own: &Own, book: &Book, terms: &Terms) -> Vec<Step> {
    let still = board
        .auctions
        .iter()
        .filter(|auction| terms.wants(auction.collateral_type) && auction.needs_reset);
    let resets = still.take(CALLS).map(|auction| {
        let why = format!("restart {}: it is too old or too cheap", auction.id);
        Step::of(Command::ResetAuction { auction: auction.id }, why)
    });
    let broken = board.liquidatable().filter(|vault| terms.wants(vault.collateral_type));
    let calls = broken.take(CALLS).map(|vault| {
        let why = format!("liquidate {}: it is under its ratio", vault.id);
        Step::of(Command::Liquidate { vault: vault.id }, why)
    });
    let mut steps: Vec<Step> = resets.chain(calls).collect();
    if let Some(within) = terms.sells_within {
        steps.extend(sales(board, own, book, terms, within));
    }
    steps
}

/// Whether a feed says what a trade can be judged by.
pub(crate) fn is_live(feed: &FeedInfo) -> bool {
    feed.state == FeedState::Live
}

/// A purchase of a lot that is cheap enough, with at most `left` coins and for at most `room` coins' worth, and what it is
/// worth by the feed.
fn purchase(
    board: &Board,
    auction: &AuctionInfo,
    terms: &Terms,
    left: Amount,
    room: Amount,
) -> Option<(Purchase, Amount)> {
    let spec = &board.kind(auction.collateral_type)?.spec;
    let asset = spec.collateral;
    let feed = board.feed(spec.feed).filter(|feed| is_live(feed))?;
    let price = auction.price?;
    let dearest = feed.low.mul_ratio(terms.margin.complement(), Round::Down).ok()?;
    if price > dearest {
        return None;
    }
    let affordable = board.bought(left.min(terms.most), price, asset)?;
    let amount = affordable.min(board.bought(room, feed.low, asset)?).min(auction.lot);
    let cost = board.worth(amount, price, asset)?.try_add(Amount::ONE).ok()?;
    if cost < terms.least.min(auction.to_raise) || amount.is_zero() {
        return None;
    }
    let why = format!(
        "buy {} {} from {} at {price}, where the feed says {}",
        amount.in_units(board.decimals(asset)),
        board.asset(asset).map_or("", |asset| asset.symbol.as_str()),
        auction.id,
        feed.low
    );
    let command = Command::TakeAuction {
        auction: auction.id,
        amount,
        price_max: price,
    };
    let purchase = Purchase {
        auction: auction.id,
        asset,
        amount,
        step: Step::of(command, why),
        cost,
    };
    Some((purchase, board.worth(amount, feed.low, asset)?))
}

/// Orders that sell what it has bought, one a market.
fn sales<'a>(
    board: &'a Board,
    own: &'a Own,
    book: &'a Book,
    terms: &'a Terms,
    within: Ratio,
) -> impl Iterator<Item = Step> + 'a {
    board.markets.iter().filter_map(move |market| {
        let spec = &market.spec;
        let traded = board
            .types
            .iter()
            .any(|kind| kind.spec.collateral == spec.base && terms.wants(kind.spec.id));
        // The account may have more, and has less if its owner has spent some.
        let amount = book.held(spec.base).min(own.balance(spec.base));
        let feed = board.feed(spec.feed).filter(|feed| is_live(feed))?;
        let worth = board.worth(amount, feed.low, spec.base)?;
        if !traded || worth < spec.ticket_min || amount < spec.sale_min || own.waits_in(spec.id) {
            return None;
        }
        let limit = feed.low.mul_ratio(within.complement(), Round::Up).ok()?;
        let order = Order::Sell {
            market: spec.id,
            amount,
            limit,
        };
        let why = format!("sell {} at {limit} or more", amount.in_units(board.decimals(spec.base)));
        Some(Step::of(queued(order, board.status.now), why))
    })
}

/// A command that queues an order for a while.
pub(crate) fn queued(order: Order, now: Timestamp) -> Command {
    let expiry = Timestamp(now.0.saturating_add(PATIENCE.0));
    Command::Queue { order, expiry }
}

#[cfg(test)]
mod tests;
