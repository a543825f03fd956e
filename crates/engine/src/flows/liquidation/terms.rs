//! Which vaults are broken: the prices and ratios by which those of a type are judged in a block (rules R3, R4 and R9).

use ballast_num::{Amount, Price, Ratio, Round, Usd};
use ballast_protocol::{Rejected, RoundNumber, Seizure, TypeId, TypeSpec};

use crate::kernel::{Use, coin_value};
use crate::mechanisms::auction;
use crate::mechanisms::vault::{Bar, ShareMap, Totals, Vaults};
use crate::state::State;

/// On which terms the vaults of a type are judged in this block.
pub(crate) struct JudgingTerms {
    pub(crate) spec: TypeSpec,
    pub(crate) totals: Totals,
    /// What has been shared out over the type: it changes while its vaults are liquidated.
    pub(crate) map: ShareMap,
    /// The price by which vaults are judged (rule R3).
    pub(crate) judging: Price,
    /// The kindest price of two rounds, or of the type's grace, for vaults above the wick band (rules R9, R11).
    pub(super) wick: Price,
    /// What the pool and the auctions take as the price.
    pub(crate) low: Price,
    pub(super) round: RoundNumber,
    /// After a gap only vaults under 1 + penalty go (rule R4).
    pub(super) quiet: bool,
}

impl JudgingTerms {
    /// The terms of a type at this block's prices. Errors: `UnknownType`, `NoPrice`.
    pub(crate) fn of(state: &State, kind: TypeId) -> Result<Self, Rejected> {
        let spec = state.vaults.spec(kind)?.clone();
        let quote = state.prices.quote(spec.feed)?;
        Ok(Self {
            totals: *state.vaults.totals(kind)?,
            map: state.vaults.share_map(kind),
            judging: quote.price(Use::Liquidate)?,
            wick: state.vaults.kindest(kind, quote)?,
            low: quote.price(Use::Sell)?,
            round: quote.round,
            quiet: quote.quiet,
            spec,
        })
    }

    /// What the type's auctions go by.
    pub(crate) fn auction(&self) -> auction::Terms<'_> {
        auction::Terms {
            spec: &self.spec,
            decimals: self.totals.decimals,
        }
    }

    /// The bar of the type's places at a price and a ratio.
    pub(crate) fn bar(&self, price: Price, ratio: Ratio) -> Bar {
        Bar {
            map: self.map,
            ..Vaults::bar(&self.totals, price, ratio)
        }
    }

    /// Under this, at the judging price, a vault goes at once and has no round limit.
    pub(super) fn deep(&self) -> Bar {
        let deep = Ratio::ONE
            .try_add(self.spec.penalty)
            .and_then(|sum| sum.try_add(self.spec.wick_band));
        let ratio = deep.unwrap_or(Ratio::MAX).min(self.totals.liquidation_ratio);
        let whole = self.spec.peer.seizure != Seizure::Restore;
        self.bar(self.judging, if whole { self.totals.liquidation_ratio } else { ratio })
    }

    /// Under this, at the kinder of two rounds, a vault inside the wick band goes.
    pub(super) fn shallow(&self) -> Bar {
        let price = if self.spec.peer.seizure == Seizure::Restore {
            self.wick
        } else {
            self.judging
        };
        self.bar(price, self.totals.liquidation_ratio)
    }

    /// Under this a vault is worth less than its debt and penalty.
    pub(super) fn penalty_bar(&self) -> Bar {
        let ratio = Ratio::ONE.try_add(self.spec.penalty).unwrap_or(Ratio::MAX);
        self.bar(self.judging, ratio.min(self.totals.liquidation_ratio))
    }

    /// Under this a vault is worth less than its debt.
    pub(super) fn par_bar(&self) -> Bar {
        self.bar(self.judging, Ratio::ONE)
    }

    /// How many vaults are broken, if `under` tells how many are under a bar: each bar's are the riskiest so many.
    pub(super) fn broken(&self, under: impl Fn(&Bar) -> usize) -> usize {
        if self.quiet {
            under(&self.penalty_bar())
        } else {
            under(&self.deep()).max(under(&self.shallow()))
        }
    }

    /// The least that a lot which was cut may raise: what a take may leave to another buyer, debt floor × (1 + penalty).
    pub(crate) fn least_lot(&self) -> Result<Amount, Rejected> {
        Ok(self.auction().least_remainder()?)
    }

    /// Value of collateral at `price`, in coins of 1 USD, rounded down.
    pub(crate) fn value(&self, collateral: Amount, price: Price) -> Result<Amount, Rejected> {
        Ok(coin_value(collateral, price, self.totals.decimals, Round::Down)?)
    }

    /// Collateral that is worth `coins` at `price`.
    pub(crate) fn worth(&self, coins: Amount, price: Price, round: Round) -> Result<Amount, Rejected> {
        Ok(Usd::from_unsigned(coins.raw())?.to_amount(price, self.totals.decimals, round)?)
    }
}
