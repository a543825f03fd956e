//! Keepers: accounts outside the engine that buy from its auctions, trade in its markets, and sell on the market outside.
//!
//! They have no power that another account lacks: what they do arrives as transactions in a block, `latency` blocks after
//! the state that made them decide, at a price limit, and may fail. Each knows the market's price of the block that it
//! has seen, has its own capital, asks for a margin after the impact of its own sale, and sells in the block after the
//! one in which it has bought. Of the lots on sale the oldest come first. They also reset auctions, call liquidations that the
//! engine had to carry over, and with what is left keep the reserve's own markets near the one outside (`arbitrage`).

mod arbitrage;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ballast_engine::State;
use ballast_engine::kernel::prices::Use;
use ballast_engine::mechanisms::auction::Auction;
use ballast_num::{Amount, Arithmetic, Price, Ratio, Round, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, AssetId, AuctionId, Command, FeeOffer, Height, MarketId, Order, Rejected, Signer, Transaction, TypeId,
    VaultId, Venue,
};

use crate::config::Config;
use crate::market::{self, Market};
use crate::world::{COIN, MARKET, Rules, feed_of, id, keeper};

/// Coins below which a keeper does not bother to buy.
const LEAST_PURCHASE: Amount = ballast_protocol::coins(50);
/// Coins that a keeper keeps back for fees.
const FEES: Amount = ballast_protocol::coins(20);
/// Purchases, resets and calls that all keepers send together for one block, each.
const PURCHASES: usize = 256;
const RESETS: usize = 16;
const CALLS: usize = 64;
/// The stand-in for the bidder of March 2020 pays less than this share of the market's price.
pub const PEERS_BID: Ratio = Ratio::percent(5);

/// When a price is good enough to buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// When it can be sold with this margin.
    Arbitrage(Ratio),
    /// When it is below this share of the market's price; what is bought is kept.
    Below(Ratio),
}

/// All keepers, and what they have sent that is not yet included.
#[derive(Clone, Debug)]
pub struct Desk {
    count: u32,
    latency: u64,
    style: Style,
    market: Market,
    /// Least profit of a trade in the reserve's own markets.
    arbitrage_margin: Ratio,
    pending: VecDeque<(Height, Vec<Sent>)>,
    /// How many transactions each account has sent: nonces far apart would be refused.
    nonces: BTreeMap<AccountId, u64>,
}

#[derive(Clone, Debug)]
struct Sent {
    sender: AccountId,
    command: Command,
    /// Coins that it may cost.
    cost: Amount,
    /// In which feed's collateral.
    feed: usize,
}

/// What the keepers can still do, beside what is on its way.
struct Means {
    /// Each keeper's coins.
    capital: Vec<(AccountId, Amount)>,
    /// Coins that will have bought what is to be sold outside, one a feed.
    pressed: Vec<Amount>,
    /// Lots for which a take is on its way.
    taking: BTreeSet<AuctionId>,
    /// Markets for which a trade is on its way or waits.
    trading: BTreeSet<MarketId>,
}

impl Means {
    /// The keeper with most coins.
    fn richest(&mut self) -> Option<&mut (AccountId, Amount)> {
        self.capital.iter_mut().max_by_key(|(_, own)| *own)
    }
}

/// A lot on sale, as keepers see it.
struct Lot {
    id: AuctionId,
    feed: usize,
    spot: Price,
    price: Price,
    amount: Amount,
}

/// What a keeper sees: the state after a block, and the market's prices then.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// After the last block.
    pub state: &'a State,
    /// The market's price of each collateral; none in a gap of the record.
    pub spots: &'a [Option<Price>],
    /// Types whose liquidations did not fit the last block.
    pub carried_over: &'a [TypeId],
}

impl Desk {
    /// The keepers of a replay under these rules; `volumes` are what each feed's market turns over in a day, in USD.
    pub fn new(config: &Config, volumes: Vec<Amount>, rules: Rules) -> Self {
        let keepers = &config.keepers;
        Self {
            count: keepers.count,
            latency: keepers.latency_blocks.max(1),
            style: match rules {
                Rules::Ballast => Style::Arbitrage(keepers.margin),
                Rules::PeersOf2020 => Style::Below(PEERS_BID),
            },
            market: Market::new(&config.market, volumes),
            arbitrage_margin: config.liquidity.arbitrage_margin,
            pending: VecDeque::new(),
            nonces: BTreeMap::new(),
        }
    }

    /// The transactions of the next block, whose time is `now`: what was decided `latency` blocks before, and sales at
    /// the prices of `now`. Error: a sum that does not fit.
    pub fn transactions(
        &mut self,
        view: View<'_>,
        now: (Timestamp, &[Option<Price>]),
        step: Seconds,
    ) -> Result<Vec<Transaction>, Arithmetic> {
        if self.count == 0 {
            return Ok(Vec::new());
        }
        self.market.pass(step);
        let height = view.state.chain().height.0;
        let decided = self.decide(view)?;
        self.pending
            .push_back((Height(height.saturating_add(self.latency)), decided));
        let mut sent = self.sales(view.state, now.1)?;
        if let Some((due, _)) = self.pending.front()
            && due.0 <= height.saturating_add(1)
        {
            sent.extend(self.pending.pop_front().map(|(_, due)| due).unwrap_or_default());
        }
        Ok(sent.into_iter().map(|sent| self.sign(sent, now.0)).collect())
    }

    /// What the keepers decide on seeing a state.
    fn decide(&mut self, view: View<'_>) -> Result<Vec<Sent>, Arithmetic> {
        let mut means = self.means(view)?;
        let mut sent = self.purchases(view, &mut means)?;
        if self.style != Style::Below(PEERS_BID) {
            sent.extend(self.arbitrage(view, &mut means)?);
            for kind in view.carried_over {
                let places = view.state.vaults().index().places(*kind).take(CALLS);
                sent.extend(places.map(|place| self.call(place.id())));
            }
        }
        Ok(sent)
    }

    /// What is left to them.
    fn means(&self, view: View<'_>) -> Result<Means, Arithmetic> {
        let mut means = Means {
            capital: self.capital(view.state),
            pressed: vec![Amount::ZERO; view.spots.len()],
            taking: BTreeSet::new(),
            trading: BTreeSet::new(),
        };
        let waiting = view.state.queue().iter().map(|(_, ticket)| &ticket.order);
        let mut trades: Vec<&Order> = waiting.collect();
        for sent in self.pending.iter().flat_map(|(_, sent)| sent) {
            match &sent.command {
                Command::TakeAuction { auction, .. } => {
                    means.taking.insert(*auction);
                }
                Command::Queue { order, .. } => trades.push(order),
                _ => {}
            }
            means.pressed[sent.feed] = means.pressed[sent.feed].try_add(sent.cost)?;
            if let Some(own) = means.capital.iter_mut().find(|(account, _)| *account == sent.sender) {
                own.1 = own.1.saturating_sub(sent.cost);
            }
        }
        means
            .trading
            .extend(trades.into_iter().filter_map(|order| match order.venue() {
                Venue::Market(market) => Some(market),
                _ => None,
            }));
        Ok(means)
    }

    /// Takes of lots that are cheap enough and not yet in flight, the oldest first, as far as the capital
    /// reaches; resets.
    fn purchases(&self, view: View<'_>, means: &mut Means) -> Result<Vec<Sent>, Arithmetic> {
        let (lots, mut sent) = self.lots(view);
        sent.reserve(PURCHASES);
        let mut purchases = 0;
        for lot in lots {
            if purchases == PURCHASES {
                break;
            }
            if means.taking.contains(&lot.id) {
                continue;
            }
            let Some(room) = self.room(lot.feed, lot.spot, lot.price, means.pressed[lot.feed]) else {
                continue;
            };
            let Some((account, own)) = means.richest() else {
                break;
            };
            let spend = room.min(*own);
            if spend < LEAST_PURCHASE {
                continue;
            }
            let amount = market::worth(spend, lot.price)?.min(lot.amount);
            let cost = market::usd(amount, lot.price)?.try_add(Amount::ONE)?;
            *own = own.saturating_sub(cost);
            let sender = *account;
            means.pressed[lot.feed] = means.pressed[lot.feed].try_add(cost)?;
            purchases += 1;
            sent.push(Sent {
                sender,
                command: Command::TakeAuction {
                    auction: lot.id,
                    amount,
                    price_max: lot.price,
                },
                cost,
                feed: lot.feed,
            });
        }
        Ok(sent)
    }

    /// The lots that may be bought, the oldest first; resets of those whose price is over.
    fn lots(&self, view: View<'_>) -> (Vec<Lot>, Vec<Sent>) {
        let (mut lots, mut resets) = (Vec::new(), Vec::new());
        // All that a price of one type's auctions depends on in one block: many lots share it.
        let mut prices: BTreeMap<(TypeId, Price, Seconds, Seconds), Option<Price>> = BTreeMap::new();
        for (id, auction) in view.state.auctions().iter() {
            let feed = feed_of(auction.collateral_type);
            let Some(spot) = view.spots.get(feed).copied().flatten() else {
                continue;
            };
            if !sells(view.state, auction.collateral_type) {
                continue;
            }
            let (start, age) = (auction.started, auction.age_at_start);
            let key = (auction.collateral_type, auction.start_price, start, age);
            let price = *prices.entry(key).or_insert_with(|| price(view.state, &auction));
            match price {
                None if self.style != Style::Below(PEERS_BID) && resets.len() < RESETS => {
                    resets.push(self.reset(id, feed));
                }
                None => {}
                Some(price) => lots.push(Lot {
                    id,
                    feed,
                    spot,
                    price,
                    amount: auction.lot,
                }),
            }
        }
        (lots, resets)
    }

    /// How many coins may be spent at this price; `None` if it is too dear.
    fn room(&self, feed: usize, spot: Price, price: Price, pressed: Amount) -> Option<Amount> {
        match self.style {
            Style::Arbitrage(margin) => {
                let room = self.market.room(feed, spot, margin, price).saturating_sub(pressed);
                (!room.is_zero()).then_some(room)
            }
            Style::Below(share) => {
                let limit = spot.mul_ratio(share, Round::Down).unwrap_or(Price::ZERO);
                (price < limit).then_some(Amount::MAX)
            }
        }
    }

    /// Sales of all that the keepers hold, at the market's present price; the market pays from its own coins.
    fn sales(&mut self, state: &State, spots: &[Option<Price>]) -> Result<Vec<Sent>, Arithmetic> {
        let mut sent = Vec::new();
        if self.style == Style::Below(PEERS_BID) {
            return Ok(sent);
        }
        let mut coins = state.ledger().balance(COIN, MARKET);
        for (feed, spot) in spots.iter().enumerate() {
            let Some(spot) = *spot else { continue };
            let asset = AssetId(id(feed));
            for number in 0..self.count {
                let held = state.ledger().balance(asset, keeper(number));
                if held.is_zero() || market::usd(held, spot)? > coins {
                    continue;
                }
                let paid = self.market.sell(feed, held, spot)?;
                coins = coins.saturating_sub(paid);
                let send = |sender, to, asset, amount| Sent {
                    sender,
                    command: Command::Send { asset, to, amount },
                    cost: Amount::ZERO,
                    feed,
                };
                sent.push(send(keeper(number), MARKET, asset, held));
                if !paid.is_zero() {
                    sent.push(send(MARKET, keeper(number), COIN, paid));
                }
            }
        }
        Ok(sent)
    }

    /// Each keeper's coins, but for what his next fees may take.
    fn capital(&self, state: &State) -> Vec<(AccountId, Amount)> {
        let accounts = (0..self.count).map(keeper);
        accounts
            .map(|account| {
                let coins = state.ledger().balance(COIN, account);
                (account, coins.saturating_sub(FEES))
            })
            .collect()
    }

    fn reset(&self, auction: AuctionId, feed: usize) -> Sent {
        Sent {
            sender: keeper(self.turn(auction.0)),
            command: Command::ResetAuction { auction },
            cost: Amount::ZERO,
            feed,
        }
    }

    fn call(&self, vault: VaultId) -> Sent {
        Sent {
            sender: keeper(self.turn(vault.0)),
            command: Command::Liquidate { vault },
            cost: Amount::ZERO,
            feed: 0,
        }
    }

    /// Whose turn a number is.
    fn turn(&self, number: u64) -> u32 {
        u32::try_from(number % u64::from(self.count.max(1))).unwrap_or(0)
    }

    fn sign(&mut self, sent: Sent, now: Timestamp) -> Transaction {
        let nonce = self.nonces.entry(sent.sender).or_default();
        *nonce = nonce.saturating_add(1);
        Transaction {
            sender: sent.sender,
            signer: Signer::Wallet,
            nonce: *nonce,
            expiry: now.after(Seconds::HOUR).unwrap_or(Timestamp::MAX),
            fee: FeeOffer {
                asset: COIN,
                on_failure: COIN,
                limit: ballast_protocol::coins(10),
            },
            commands: vec![sent.command],
        }
    }
}

/// Whether a type's auctions can be taken from now: its feed is heard, and not quiet after a gap.
fn sells(state: &State, kind: TypeId) -> bool {
    let quote = state
        .vaults()
        .spec(kind)
        .ok()
        .and_then(|spec| state.prices().quote(spec.feed).ok());
    quote.is_some_and(|quote| quote.price(Use::Take).is_ok())
}

/// The present price of an auction; `None` if it must be reset, or has no price.
fn price(state: &State, auction: &Auction) -> Option<Price> {
    let find = || -> Result<Option<Price>, Rejected> {
        let spec = state.vaults().spec(auction.collateral_type)?;
        let live_time = state.prices().quote(spec.feed)?.live_time;
        Ok(if auction.needs_reset(&spec.auction, live_time)? {
            None
        } else {
            Some(auction.price(&spec.auction, live_time)?)
        })
    };
    find().ok().flatten()
}

#[cfg(test)]
mod tests;
