//! The prices of one block: what each feed says and what each use may take from it (docs/oracle.md).
//!
//! The oracle makes one [`Quote`] a feed after its rounds have closed; every check of the block reads the same quotes.

use std::collections::BTreeMap;

use ballast_num::{Amount, Arithmetic, Decimals, Price, Ratio, Round, Seconds, Timestamp};
use ballast_protocol::{FeedId, FeedState, NoPrice, Rejected, RoundNumber};

/// What a feed says in this block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Which feed.
    pub feed: FeedId,
    /// Its state (rule R3).
    pub state: FeedState,
    /// How many rounds it has closed.
    pub round: RoundNumber,
    /// Block time at which the last one closed.
    pub closed: Timestamp,
    /// Its age now.
    pub age: Seconds,
    /// Age at which it becomes Stale.
    pub heartbeat: Seconds,
    /// Median of the last closed round.
    pub spot: Price,
    /// Time-weighted mean over the feed's window, rounded down by less than 10⁻²⁷ USD.
    pub mean: Price,
    /// Standard deviation to expect of the price over that window, as a share of it, rounded down.
    pub deviation: Ratio,
    /// The price by which a vault is judged, kinder to its owner: `spot` when Live; while Halted or Disputed the
    /// higher of the median and the last Live price moved toward it (rule R3).
    pub judging: Price,
    /// The same of the round before: the wick band takes the kinder of the two (rule R9).
    pub judging_before: Price,
    /// What pools and auctions take as low price: `spot` when Live, else the lower of the same two (rule R3).
    pub low: Price,
    /// The feed's live time (rule R4).
    pub live_time: Seconds,
    /// Whether the quiet period after a gap still runs (rule R4).
    pub quiet: bool,
}

/// What a price is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// To count collateral behind new debt, or behind what stays after a withdrawal.
    Borrow,
    /// To measure what a batch owes beyond health between its steps: as [`Use::Borrow`], in a quiet period too.
    Health,
    /// To take a fee in collateral.
    Fee,
    /// To judge a vault. In a quiet period only vaults under 1 + penalty are liquidated: the flow asks [`Quote::quiet`].
    Liquidate,
    /// To sell a seized lot to the stability pool, to start an auction, or to count what a vault can still owe.
    Sell,
    /// To let someone take from an auction, or to reset one.
    Take,
    /// To mark losses in the books, whatever the feed's state.
    Mark,
}

impl Quote {
    /// What each use may take from a feed in each state: the table of docs/oracle.md.
    ///
    /// Errors: `NoPrice`, when the state allows no price for this; `Quiet`, after a gap.
    pub fn price(&self, wanted: Use) -> Result<Price, Rejected> {
        let lower = self.spot.min(self.mean);
        match (wanted, self.state) {
            (Use::Mark, _) => Ok(self.low),
            (_, FeedState::Stale) => Err(self.stale().into()),
            (Use::Liquidate, _) => Ok(self.judging),
            (Use::Sell, _) => Ok(self.low),
            (Use::Fee, _) => Ok(lower),
            (Use::Borrow | Use::Take, _) if self.quiet => Err(Rejected::Quiet { feed: self.feed }),
            (Use::Take, _) => Ok(self.low),
            (Use::Borrow | Use::Health, FeedState::Disputed) => Err(NoPrice::Disputed { feed: self.feed }.into()),
            (Use::Borrow | Use::Health, FeedState::Halted) => Err(NoPrice::Halted { feed: self.feed }.into()),
            (Use::Borrow | Use::Health, FeedState::Live) => Ok(lower),
        }
    }

    /// The kinder of the last two rounds, for vaults inside the wick band (rule R9).
    pub fn wick(&self) -> Price {
        self.judging.max(self.judging_before)
    }

    fn stale(&self) -> NoPrice {
        NoPrice::Stale {
            feed: self.feed,
            age: self.age,
            limit: self.heartbeat,
        }
    }
}

/// The quotes of all feeds that have a round.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    quotes: BTreeMap<FeedId, Quote>,
}

impl Prices {
    /// The quote of a feed. Error: `NoPrice::None` before its first round.
    pub fn quote(&self, feed: FeedId) -> Result<&Quote, NoPrice> {
        self.quotes.get(&feed).ok_or(NoPrice::None { feed })
    }

    /// All quotes, by feed.
    pub fn iter(&self) -> impl Iterator<Item = &Quote> {
        self.quotes.values()
    }
}

impl FromIterator<Quote> for Prices {
    fn from_iter<I: IntoIterator<Item = Quote>>(quotes: I) -> Self {
        Self {
            quotes: quotes.into_iter().map(|quote| (quote.feed, quote)).collect(),
        }
    }
}

/// What collateral is worth at a price, in base units of the coin: a coin counts as its target of 1 USD, and has 18
/// decimals as [`ballast_num::Usd`]. Error: `Overflow` from 1.7·10²⁰ USD on.
pub fn coin_value(collateral: Amount, price: Price, decimals: Decimals, round: Round) -> Result<Amount, Arithmetic> {
    let value = collateral.usd_value(price, decimals, round)?;
    Ok(Amount::from_raw(value.raw().unsigned_abs()))
}
