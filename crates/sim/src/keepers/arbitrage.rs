//! Trades between the reserve's own markets and the one outside: what keeps a pool's price where the engine may sell.
//!
//! A keeper queues like anyone (rule R1): he meets a batch about a minute later, within his limit, or gets back what he
//! brought. Collateral that he sells here he has bought outside, at the price that he saw and the impact of his purchase; what
//! he buys here he sells there in the block after. The market outside hands over what is paid for, and is the only account
//! that does so: no other has such a counterparty. One trade a market is on its way at a time, of the keeper with most coins.

use ballast_engine::mechanisms::market::Curve;
use ballast_num::{Amount, Arithmetic, Price, Ratio, Round, Seconds, Timestamp};
use ballast_protocol::{AccountId, Command, MarketSpec, Order};

use super::{Desk, Means, Sent, View};
use crate::market;
use crate::world::{COIN, MARKET, feed_of_market};

/// A trade that has found no batch by then is returned.
const PATIENCE: Seconds = Seconds(600);

/// A market of the reserve's, as a keeper sees it.
struct Seen<'a> {
    spec: &'a MarketSpec,
    curve: Curve,
    feed: usize,
    spot: Price,
    expiry: Timestamp,
}

impl Desk {
    /// A trade for each market that is dearer or cheaper than the one outside by more than fee and margin.
    /// Error: a sum that does not fit.
    pub(super) fn arbitrage(&mut self, view: View<'_>, means: &mut Means) -> Result<Vec<Sent>, Arithmetic> {
        let mut sent = Vec::new();
        let expiry = view.state.chain().time.after(PATIENCE)?;
        for spec in view.state.markets().specs() {
            let feed = feed_of_market(spec.id);
            let spot = view.spots.get(feed).copied().flatten();
            let curve = view.state.markets().curve(spec.id).ok().flatten();
            let (Some(spot), Some(curve), false) = (spot, curve, means.trading.contains(&spec.id)) else {
                continue;
            };
            let seen = Seen {
                spec,
                curve,
                feed,
                spot,
                expiry,
            };
            let pressed = means.pressed.get(feed).copied().unwrap_or_default();
            let Some((keeper, own)) = means.richest() else { break };
            let trade = match self.sale_to(&seen, *keeper, *own)? {
                Some(sale) => sale,
                None => self.purchase_from(&seen, *keeper, *own, pressed)?,
            };
            for sent in &trade {
                *own = own.saturating_sub(sent.cost);
            }
            sent.extend(trade);
        }
        Ok(sent)
    }

    /// Buys collateral outside and sells it to a pool that pays more; `None` if it does not.
    fn sale_to(&mut self, seen: &Seen<'_>, keeper: AccountId, own: Amount) -> Result<Option<Vec<Sent>>, Arithmetic> {
        // What it would take at the price before its own impact, bought at the price after that: so less is taken.
        let (most, _) = self.wanted_at(seen, seen.spot)?;
        let dearest = self.market.ask(seen.feed, seen.spot, market::usd(most, seen.spot)?);
        let (most, limit) = self.wanted_at(seen, dearest)?;
        let amount = most.min(market::worth(own, dearest)?);
        let cost = market::usd(amount, dearest)?.try_add(Amount::ONE)?;
        if cost < seen.spec.ticket_min || cost > own {
            return Ok(None);
        }
        self.market.bought(seen.feed, cost)?;
        let send = |sender, command, cost| Sent {
            sender,
            command,
            cost,
            feed: seen.feed,
        };
        let pays = Command::Send {
            asset: COIN,
            to: MARKET,
            amount: cost,
        };
        let gets = Command::Send {
            asset: seen.spec.base,
            to: keeper,
            amount,
        };
        let sells = Order::Sell {
            market: seen.spec.id,
            amount,
            limit,
        };
        Ok(Some(vec![
            send(keeper, pays, cost),
            send(MARKET, gets, Amount::ZERO),
            send(keeper, queued(sells, seen.expiry), Amount::ZERO),
        ]))
    }

    /// How much can be sold to a pool with the margin on a purchase at `price`, and the limit for it: after the fee it must
    /// bring the margin, down to the price at which the pool then stands.
    fn wanted_at(&self, seen: &Seen<'_>, price: Price) -> Result<(Amount, Price), Arithmetic> {
        let limit = price.mul_ratio(Ratio::ONE.try_add(self.arbitrage_margin)?, Round::Up)?;
        let floor = limit.div_ratio(seen.spec.fee.complement(), Round::Up)?;
        let after = standing_at(seen, floor).filter(|_| seen.curve.spot() > floor);
        let most = after.map_or(Amount::ZERO, |after| after.base().saturating_sub(seen.curve.base()));
        Ok((most.div_ratio(seen.spec.fee.complement(), Round::Down)?, limit))
    }

    /// Buys from a pool what can be sold outside for more, half as much as would leave no profit.
    fn purchase_from(
        &self,
        seen: &Seen<'_>,
        sender: AccountId,
        own: Amount,
        pressed: Amount,
    ) -> Result<Vec<Sent>, Arithmetic> {
        let keeps = seen.spec.fee.complement();
        let dearest = seen.curve.spot().div_ratio(keeps, Round::Up)?;
        let room = self.market.room(seen.feed, seen.spot, self.arbitrage_margin, dearest);
        let spend = room.saturating_sub(pressed).prorate(1, 2, Round::Down)?;
        let outside = self.market.bid(seen.feed, seen.spot, pressed.try_add(spend)?);
        let limit = outside.mul_ratio(self.arbitrage_margin.complement(), Round::Down)?;
        let Some(after) = standing_at(seen, limit.mul_ratio(keeps, Round::Down)?) else {
            return Ok(Vec::new());
        };
        let most = after.coins().saturating_sub(seen.curve.coins());
        let amount = most.div_ratio(keeps, Round::Down)?.min(spend).min(own);
        if amount < seen.spec.ticket_min {
            return Ok(Vec::new());
        }
        let buys = Order::Buy {
            market: seen.spec.id,
            amount,
            limit,
        };
        Ok(vec![Sent {
            sender,
            command: queued(buys, seen.expiry),
            cost: amount,
            feed: seen.feed,
        }])
    }
}

/// The same liquidity at another price; `None` where it cannot stand there.
fn standing_at(seen: &Seen<'_>, price: Price) -> Option<Curve> {
    Curve::standing_at(
        seen.spec.curve,
        crate::population::DECIMALS,
        seen.curve.liquidity(),
        price,
    )
    .ok()
}

fn queued(order: Order, expiry: Timestamp) -> Command {
    Command::Queue { order, expiry }
}

#[cfg(test)]
mod tests;
