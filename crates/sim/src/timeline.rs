//! What the plots show: the reserve's figures at moments spread evenly over a replay, and its sales.

use ballast_engine::State;
use ballast_num::{Amount, Arithmetic, Price, Ratio, Round, Timestamp};
use ballast_protocol::Module;

use crate::market::usd;
use crate::tally::{Sale, Tally};
use crate::waterfall::{self, Steps};
use crate::world::COIN;

/// Moments that are kept.
const MOMENTS: u64 = 720;
/// Sales that are kept; of more, every second is dropped, again and again.
const SALES: usize = 3_000;

/// The figures at one moment. Amounts are coins or USD with 18 decimals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Block time.
    pub time: Timestamp,
    /// The market's price of each collateral; the last known one in a gap.
    pub prices: Vec<Price>,
    /// Of each collateral: what vaults and lots owe, and what their collateral is worth at the market's price.
    pub by_type: Vec<(Amount, Amount)>,
    /// What the vaults owe.
    pub vault_debt: Amount,
    /// What the lots on sale owe.
    pub auction_debt: Amount,
    /// Collateral in vaults, at market prices.
    pub vault_collateral: Amount,
    /// Collateral in auctions, at market prices.
    pub auction_collateral: Amount,
    /// Coins in standing bids and stability pools.
    pub pool: Amount,
    /// What stands in the reserve's own markets: coins, and collateral at market prices.
    pub liquidity: Amount,
    /// First-loss capital, surplus buffer and insurance fund.
    pub reserves: Amount,
    /// Debt liquidated so far.
    pub liquidated: Amount,
    /// What owners gave up beyond their debt so far.
    pub own_collateral: Amount,
    /// What the waterfall has paid so far, or would pay now for what is marked.
    pub losses: Steps,
}

impl Moment {
    /// The figures after a block. `prices` are the market's, or the last known ones. Error: a sum that does not fit.
    pub fn of(state: &State, prices: &[Price], tally: &Tally) -> Result<Self, Arithmetic> {
        let mut moment = Self {
            time: state.chain().time,
            prices: prices.to_vec(),
            liquidated: tally.debt_liquidated,
            ..Self::default()
        };
        moment.own_collateral = tally.own_collateral;
        moment.losses = Steps::sum(&waterfall::booked(state)?)?.try_add(Steps::sum(&waterfall::marked(state)?)?)?;
        let ledger = state.ledger();
        moment.reserves = waterfall::common(state)?;
        for (spec, price) in state.vaults().types().zip(prices) {
            let kind = spec.id;
            let debt = state.vaults().totals(kind).and_then(|totals| totals.debt(Round::Up));
            let locked = usd(ledger.balance(spec.collateral, Module::Vaults(kind)), *price)?;
            let on_sale = usd(ledger.balance(spec.collateral, Module::Auctions(kind)), *price)?;
            let (debt, lots) = (debt.unwrap_or(Amount::ZERO), state.auctions().on_sale(kind).debt);
            moment.by_type.push((debt.try_add(lots)?, locked.try_add(on_sale)?));
            add(&mut moment.vault_debt, debt)?;
            add(&mut moment.auction_debt, lots)?;
            add(&mut moment.vault_collateral, locked)?;
            add(&mut moment.auction_collateral, on_sale)?;
            for pool in spec.pools() {
                add(&mut moment.pool, state.pools().total(pool))?;
            }
            if let Some(market) = spec.market {
                let pool = Module::Market(market);
                add(&mut moment.liquidity, ledger.balance(COIN, pool))?;
                add(
                    &mut moment.liquidity,
                    usd(ledger.balance(spec.collateral, pool), *price)?,
                )?;
            }
            add(&mut moment.reserves, ledger.balance(COIN, Module::FirstLoss(kind)))?;
        }
        Ok(moment)
    }

    /// Debt ÷ all value that stands behind it (docs/replay.md, eq. 1), rounded down; none if nothing does.
    pub fn capital_efficiency(&self) -> Option<Ratio> {
        let debt = self.vault_debt.try_add(self.auction_debt).ok()?;
        let lent = [self.pool, self.liquidity, self.reserves];
        let behind = [self.vault_collateral, self.auction_collateral].into_iter().chain(lent);
        let behind = Amount::try_sum(behind).ok()?;
        Ratio::of(debt.raw(), behind.raw(), Round::Down).ok()
    }

    /// Collateral value ÷ debt over vaults and lots of one collateral, rounded down; none without debt.
    pub fn ratio_of(&self, feed: usize) -> Option<Ratio> {
        let (debt, value) = self.by_type.get(feed)?;
        Ratio::of(value.raw(), debt.raw(), Round::Down).ok()
    }

    /// Collateral value ÷ debt over all vaults and lots, rounded down; none without debt.
    pub fn total_ratio(&self) -> Option<Ratio> {
        let debt = self.vault_debt.try_add(self.auction_debt).ok()?;
        let value = self.vault_collateral.try_add(self.auction_collateral).ok()?;
        Ratio::of(value.raw(), debt.raw(), Round::Down).ok()
    }
}

/// The moments and sales of a replay.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// By time.
    pub moments: Vec<Moment>,
    /// By time.
    pub sales: Vec<(Timestamp, Sale)>,
    /// Of so many sales one is kept.
    pub thinned: u64,
    seen: u64,
}

impl Timeline {
    /// Whether the moment of block `number`, of `blocks` in all, is kept.
    pub fn wants(number: u64, blocks: u64) -> bool {
        let every = (blocks / MOMENTS).max(1);
        number.is_multiple_of(every) || number == blocks
    }

    /// Adds a sale.
    pub fn add_sale(&mut self, time: Timestamp, sale: Sale) {
        self.thinned = self.thinned.max(1);
        if self.seen.is_multiple_of(self.thinned) {
            self.sales.push((time, sale));
        }
        self.seen += 1;
        if self.sales.len() > SALES {
            let mut keep = false;
            self.sales.retain(|_| {
                keep = !keep;
                keep
            });
            self.thinned *= 2;
        }
    }
}

fn add(sum: &mut Amount, term: Amount) -> Result<(), Arithmetic> {
    *sum = sum.try_add(term)?;
    Ok(())
}
