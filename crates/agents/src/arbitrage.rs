//! An arbitrageur: trades in the reserve's own markets until they stand at the feeds' prices, as far as it has the means.
//!
//! It keeps what it buys, so it is a market maker with an inventory; in a development reserve it stands for all who trade
//! between this market and others.

use ballast_engine::mechanisms::market::Curve;
use ballast_num::{Ratio, Round};
use ballast_protocol::Order;
use ballast_protocol::api::MarketInfo;

use crate::board::{Board, Own, Step};
use crate::keeper::{is_live, queued};

/// On which terms an arbitrageur trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Profit beyond the market's fee, as a share of the price.
    pub margin: Ratio,
    /// Most of its balance that one order may take.
    pub part: Ratio,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            margin: Ratio::basis_points(10),
            part: Ratio::percent(25),
        }
    }
}

/// An order for each market that stands away from its feed by more than fee and margin, unless one waits already.
pub fn decide(board: &Board, own: &Own, terms: Terms) -> Vec<Step> {
    let markets = board.markets.iter().filter(|market| !own.waits_in(market.spec.id));
    markets
        .filter_map(|market| sale(board, own, terms, market).or_else(|| purchase(board, own, terms, market)))
        .collect()
}

/// The pool as it stands, and as it would at another price with the same liquidity.
fn curves(market: &MarketInfo, at: ballast_num::Price) -> Option<(Curve, Curve)> {
    let (kind, decimals) = (market.spec.curve, market.decimals);
    let now = Curve::new(kind, decimals, market.base, market.coins).ok()?;
    let then = Curve::standing_at(kind, decimals, now.liquidity(), at).ok()?;
    Some((now, then))
}

/// Sells to a pool that pays more than the feed says.
fn sale(board: &Board, own: &Own, terms: Terms, market: &MarketInfo) -> Option<Step> {
    let spec = &market.spec;
    let feed = board.feed(spec.feed).filter(|feed| is_live(feed))?;
    let limit = feed
        .spot
        .mul_ratio(Ratio::ONE.try_add(terms.margin).ok()?, Round::Up)
        .ok()?;
    let floor = limit.div_ratio(spec.fee.complement(), Round::Up).ok()?;
    if market.price? <= floor {
        return None;
    }
    let (now, then) = curves(market, floor)?;
    let most = then.base().saturating_sub(now.base());
    let held = own.balance(spec.base).mul_ratio(terms.part, Round::Down).ok()?;
    let amount = most.min(held);
    let worth = board.worth(amount, feed.low, spec.base)?;
    if worth < spec.ticket_min || amount < spec.sale_min {
        return None;
    }
    let why = format!(
        "sell {} where the pool pays {}",
        amount.in_units(market.decimals),
        market.price?
    );
    let order = Order::Sell {
        market: spec.id,
        amount,
        limit,
    };
    Some(Step::of(queued(order, board.status.now), why))
}

/// Buys from a pool that asks less than the feed says.
fn purchase(board: &Board, own: &Own, terms: Terms, market: &MarketInfo) -> Option<Step> {
    let spec = &market.spec;
    let feed = board.feed(spec.feed).filter(|feed| is_live(feed))?;
    let limit = feed.spot.mul_ratio(terms.margin.complement(), Round::Down).ok()?;
    let ceiling = limit.mul_ratio(spec.fee.complement(), Round::Down).ok()?;
    if market.price? >= ceiling {
        return None;
    }
    let (now, then) = curves(market, ceiling)?;
    let most = then.coins().saturating_sub(now.coins());
    let coins = own.balance(board.status.coin);
    let amount = most.min(coins.mul_ratio(terms.part, Round::Down).ok()?);
    if amount < spec.ticket_min || amount.is_zero() {
        return None;
    }
    let why = format!(
        "buy for {} coins where the pool asks {}",
        amount.in_units(market.decimals),
        market.price?
    );
    let order = Order::Buy {
        market: spec.id,
        amount,
        limit,
    };
    Some(Step::of(queued(order, board.status.now), why))
}

#[cfg(test)]
mod tests;
