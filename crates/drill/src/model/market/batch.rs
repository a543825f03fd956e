//! The batch of a market as exact fractions: who trades, at which price, and what each gets.

use ballast_num::{Round, WAD};
use ballast_protocol::{AccountId, AuctionId, Breaker, Lane, MarketId, Module, Order, Rejected, TicketId};
use num_bigint::BigUint;

use super::super::number::{Figure, big, fit, part, quotient, share, sub};
use super::super::oracle::Closed;
use super::super::{Done, Model};
use super::Market;

use Round::{Down, Up};

/// Most trades and most lots in a batch.
const TRADES: usize = 256;

/// A fraction: so many coins for so much of the base.
#[derive(Clone, Debug)]
struct Price {
    coins: BigUint,
    base: BigUint,
}

impl Price {
    fn new(coins: u128, base: u128) -> Self {
        Self {
            coins: big(coins),
            base: big(base),
        }
    }

    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (&self.coins * &other.base).cmp(&(&other.coins * &self.base))
    }

    fn coins_for(&self, base: u128) -> Figure {
        fit(&(&self.coins * base / &self.base))
    }

    fn base_for(&self, coins: u128) -> Figure {
        fit(&(&self.base * coins / &self.coins))
    }
}

/// Someone in the batch: a ticket, or the engine.
#[derive(Clone, Debug)]
struct Trader {
    ticket: Option<TicketId>,
    sells: bool,
    amount: u128,
    net: u128,
    /// Of the batch's price.
    limit: u128,
    /// What of `net` trades.
    filled: u128,
}

impl Market {
    fn spot(&self) -> Price {
        Price::new(self.coins, self.base)
    }

    /// At which price this all trades.
    fn price(&self, sold: u128, bought: u128) -> Price {
        Price::new(self.coins + bought, self.base + sold)
    }

    /// Fills the traders; none if no price has any. Those between two limits trade whole; on a limit one side is cut.
    fn agree(&self, traders: &mut [Trader]) -> Result<Option<Price>, Rejected> {
        let sum = |sells: bool, inside: &dyn Fn(u128) -> bool| -> u128 {
            let of_side = traders
                .iter()
                .filter(|trader| trader.sells == sells && inside(trader.limit));
            of_side.map(|trader| trader.net).sum()
        };
        let mut limits: Vec<u128> = traders.iter().map(|trader| trader.limit).collect();
        limits.sort_unstable();
        limits.dedup();
        let at = |limit: u128| Price::new(limit, self.per_coin);
        for limit in &limits {
            let (limit, price) = (*limit, at(*limit));
            // Just under it and just over it.
            let under = self.price(sum(true, &|other| other < limit), sum(false, &|other| other >= limit));
            let over = self.price(sum(true, &|other| other <= limit), sum(false, &|other| other > limit));
            if under.cmp(&price).is_lt() {
                // Under this limit, and above the one before.
                for trader in traders.iter_mut() {
                    let inside = if trader.sells {
                        trader.limit < limit
                    } else {
                        trader.limit >= limit
                    };
                    trader.filled = if inside { trader.net } else { 0 };
                }
                return Ok(Some(under));
            }
            if over.cmp(&price).is_le() {
                self.cut(traders, limit)?;
                return Ok(Some(price));
            }
        }
        for trader in traders.iter_mut() {
            trader.filled = if trader.sells { trader.net } else { 0 };
        }
        let sold = traders.iter().map(|trader| trader.filled).sum();
        Ok((sold > 0).then(|| self.price(sold, 0)))
    }

    /// Trades on a limit: `(coins + bought) ÷ (base + sold)` is to be the limit, and the pool is not to lose by rounding.
    fn cut(&self, traders: &mut [Trader], limit: u128) -> Done {
        let on = |sells: bool, traders: &[Trader]| -> u128 {
            let marginal = traders
                .iter()
                .filter(|trader| trader.sells == sells && trader.limit == limit);
            marginal.map(|trader| trader.net).sum()
        };
        let inside = |sells: bool, traders: &[Trader]| -> u128 {
            let of_side = traders.iter().filter(|trader| trader.sells == sells);
            let inside = of_side.filter(|trader| {
                if sells {
                    trader.limit < limit
                } else {
                    trader.limit > limit
                }
            });
            inside.map(|trader| trader.net).sum()
        };
        let price = Price::new(limit, self.per_coin);
        let pays = !price.cmp(&self.spot()).is_gt();
        let (mut sells, mut buys) = (on(true, traders), on(false, traders));
        let (base, coins) = (self.base + inside(true, traders), self.coins + inside(false, traders));
        let full = Price::new(coins + buys, base + sells);
        let too_many_sales = if pays {
            full.cmp(&price).is_lt()
        } else {
            full.cmp(&price).is_le()
        };
        if too_many_sales {
            let all = quotient(
                &(big(coins + buys) * self.per_coin),
                limit,
                if pays { Down } else { Up },
            )?;
            sells = sub(all, base)?;
        } else {
            let all = quotient(
                &(big(base + sells) * limit),
                self.per_coin,
                if pays { Up } else { Down },
            )?;
            buys = sub(all, coins)?;
        }
        // The engine first, then in proportion by the tickets' numbers.
        let (mut whole, mut handed) = ([on(false, traders), on(true, traders)], [0_u128; 2]);
        if let Some(engine) = traders
            .iter()
            .find(|trader| trader.ticket.is_none() && trader.limit == limit)
        {
            whole[1] -= engine.net;
        }
        let mut seen = [0_u128; 2];
        let mut rest = [buys, sells];
        traders.sort_by_key(|trader| trader.ticket);
        for trader in traders.iter_mut() {
            let side = usize::from(trader.sells);
            let better = if trader.sells {
                trader.limit < limit
            } else {
                trader.limit > limit
            };
            trader.filled = if better {
                trader.net
            } else if trader.limit != limit {
                0
            } else if trader.ticket.is_none() {
                let filled = trader.net.min(rest[1]);
                rest[1] -= filled;
                filled
            } else {
                seen[side] += trader.net;
                let due = part(rest[side], seen[side], whole[side].max(1), Down)?;
                let filled = due - handed[side];
                handed[side] = due;
                filled
            };
        }
        Ok(())
    }
}

impl Model {
    /// Clears the batch at one price, pays everyone, and hands the lots what they brought.
    pub(super) fn batch(&mut self, id: MarketId, closed: &Closed) -> Done {
        let market = self.market(id)?.clone();
        let left = WAD - market.spec.fee.raw();
        let tickets = self.met(id, Lane::Trade, closed)?;
        let mut traders = Vec::new();
        for (number, ticket) in &tickets {
            let (sells, amount, limit) = match ticket.order {
                Order::Sell { amount, limit, .. } => (true, amount, limit),
                Order::Buy { amount, limit, .. } => (false, amount, limit),
                _ => continue,
            };
            let limit = if sells {
                part(limit.raw(), WAD, left, Up).unwrap_or(u128::MAX)
            } else {
                share(limit.raw(), left, Down)?
            };
            traders.push(Trader {
                ticket: Some(*number),
                sells,
                amount: amount.raw(),
                net: share(amount.raw(), left, Down)?,
                limit,
                filled: 0,
            });
        }
        let offers = self.offers(id)?;
        let offered = offers.iter().map(|(_, amount, _)| amount).sum();
        if let Some((_, _, limit)) = offers.first() {
            traders.push(Trader {
                ticket: None,
                sells: true,
                amount: offered,
                net: share(offered, left, Down)?,
                limit: part(*limit, WAD, left, Up)?,
                filled: 0,
            });
        }
        // Whoever has nothing left after the fee trades nothing.
        let price = if market.shares == 0 {
            None
        } else {
            market.agree(&mut traders)?
        };
        if traders.iter().all(|trader| trader.filled == 0) || price.is_none() {
            return tickets.iter().try_for_each(|(number, _)| self.return_ticket(*number));
        }
        let Some(price) = price else { return Ok(()) };
        let (coin, of) = (self.coin(), market.spec.base);
        let mut after = market;
        let mut paid = Vec::new();
        for trader in &traders {
            let given = match trader.filled {
                0 => 0,
                filled if filled == trader.net => trader.amount,
                filled => part(filled, WAD, left, Up)?.min(trader.amount),
            };
            let got = if trader.sells {
                price.coins_for(trader.filled)?
            } else {
                price.base_for(trader.filled)?
            };
            let (asset, other) = if trader.sells { (of, coin) } else { (coin, of) };
            if trader.sells {
                after.base += given;
                after.coins = after.coins.wrapping_sub(got);
            } else {
                after.coins = after.coins.wrapping_add(given);
                after.base = after.base.wrapping_sub(got);
            }
            if let Some(ticket) = trader.ticket.and_then(|number| self.tickets.remove(&number)) {
                self.pay(asset, Module::Queue, Module::Market(id), given)?;
                self.pay(asset, Module::Queue, ticket.owner, trader.amount - given)?;
                paid.push((other, ticket.owner, got));
            } else {
                paid.push((other, AccountId::numbered(0), 0));
                self.sell_offers(id, &offers, given, got)?;
            }
        }
        for (asset, owner, amount) in paid {
            self.pay(asset, Module::Market(id), owner, amount)?;
        }
        after.changed(self.host_time)?;
        self.markets.insert(id, after);
        Ok(())
    }

    /// Lots of the types that sell here, the oldest first: how much of each, and the limit.
    fn offers(&self, id: MarketId) -> Result<Vec<(AuctionId, u128, u128)>, Rejected> {
        let market = self.market(id)?;
        let quote = self.quote(market.spec.feed)?;
        if quote.quiet || quote.heard().is_err() {
            return Ok(Vec::new());
        }
        let Some((most, limit)) = market.allowance(self.host_time, quote.low)? else {
            return Ok(Vec::new());
        };
        let (mut offers, mut offered) = (Vec::new(), 0);
        for (number, auction) in self.auctions.iter().take(4_096) {
            let spec = self.spec(auction.kind)?;
            if spec.market != Some(id) || spec.auction.breaker >= Breaker::NoTake {
                continue;
            }
            let needed =
                part(auction.to_raise, market.per_coin, limit, Up).map_or(u128::MAX, |needed| needed.saturating_add(1));
            let amount = needed.min(auction.lot).min(most - offered);
            if amount == 0 || offers.len() == TRADES {
                break;
            }
            offered += amount;
            offers.push((*number, amount, limit));
        }
        Ok(offers)
    }

    /// Shares what the engine sold out over the lots that offered it.
    fn sell_offers(&mut self, id: MarketId, offers: &[(AuctionId, u128, u128)], given: u128, got: u128) -> Done {
        let (mut sold, mut paid) = (0, 0);
        for (number, amount, _) in offers {
            let amount = (*amount).min(given - sold);
            if amount == 0 {
                break;
            }
            sold += amount;
            let so_far = part(got, sold, given, Down)?;
            self.sell_lot(id, *number, amount, so_far - paid)?;
            paid = so_far;
        }
        Ok(())
    }

    fn sell_lot(&mut self, id: MarketId, number: AuctionId, collateral: u128, coins: u128) -> Done {
        let auction = self
            .auctions
            .get(&number)
            .copied()
            .ok_or(Rejected::UnknownAuction(number))?;
        let paid = coins.min(auction.to_raise);
        self.pay(self.coin(), Module::Market(id), auction.owner, coins - paid)?;
        self.exchange(number, Module::Market(id).into(), collateral, paid)
    }
}
