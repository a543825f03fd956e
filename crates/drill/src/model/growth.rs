//! How fast there may be more: of the coin, of a type's debt, of a collateral.

use ballast_num::{Amount, Price, RAY, Ratio, Round, Seconds, WAD};
use ballast_protocol::{FlowLimit, Rejected, TypeId};

use super::number::{add, big, normalize, owed, part, quotient, share};
use super::{Done, Model};

use Round::{Down, Up};

/// What a limit comes to, if there is one.
fn most(limit: &FlowLimit, stock: u128) -> Option<u128> {
    let of_stock = share(stock, limit.share.raw(), Down).unwrap_or(u128::MAX);
    (limit.floor != Amount::MAX).then(|| limit.floor.raw().max(of_stock))
}

impl Model {
    /// What the last block has made more goes into the bucket, then the bucket empties for the time that has passed.
    pub(super) fn drain_minted(&mut self, step: u64) {
        let now = self.coins();
        let terms = self.limits.mint;
        let Some(limit) = most(&terms, now) else { return };
        let (held, before) = self.minted;
        let filled = (held + now).saturating_sub(before);
        let emptied = part(limit, step.into(), terms.window.0.into(), Down).unwrap_or(u128::MAX);
        self.minted = (filled.saturating_sub(emptied), now);
    }

    /// Whether the coin may have grown from what it was to what it is.
    pub(super) fn may_mint(&self, before: u128) -> Done {
        let (held, opening) = self.minted;
        let now = self.coins();
        let Some(limit) = most(&self.limits.mint, opening).filter(|_| now > before) else {
            return Ok(());
        };
        let grown = (held + now).saturating_sub(opening);
        if grown <= limit {
            return Ok(());
        }
        let stood = (held + before).saturating_sub(opening);
        let wait = part(stood, self.limits.mint.window.0.into(), limit, Up).unwrap_or(u128::MAX);
        Err(Rejected::MintLimit {
            grown: Amount::from_raw(grown),
            limit: Amount::from_raw(limit),
            room: Amount::from_raw(limit.saturating_sub(stood)),
            wait: Seconds(u64::try_from(wait).unwrap_or(u64::MAX)),
        })
    }

    /// The same of a type's debt, an hour's gap being what empties in an hour.
    pub(super) fn drain_debt(&mut self, id: TypeId, step: u64) -> Done {
        let kind = self.kind_mut(id)?;
        let gap = kind.spec.growth.debt_gap;
        if gap != Amount::MAX {
            let filled = (kind.recent + kind.total).saturating_sub(kind.opening);
            let emptied = normalize(gap.raw(), kind.index, Down)
                .and_then(|hour| part(hour, step.into(), 3_600, Down))
                .unwrap_or(u128::MAX);
            kind.recent = filled.saturating_sub(emptied);
        }
        Ok(())
    }

    /// What a type may owe: its ceiling, or the part that it has grown into since genesis, where all types are listed; and no
    /// more than so many times what its market could pay as the block began.
    pub(crate) fn ceiling(&self, id: TypeId) -> Result<u128, Rejected> {
        let kind = self.kind(id)?;
        let growth = &kind.spec.growth;
        let (ceiling, ramp) = (kind.spec.debt_ceiling.raw(), growth.ramp.0);
        let grown = if self.host_time >= ramp {
            ceiling
        } else {
            part(ceiling, self.host_time.into(), ramp.into(), Down)?
        };
        if growth.depth_multiple.is_zero() {
            return Ok(grown);
        }
        let deep = share(kind.depth, growth.depth_multiple.raw(), Down).unwrap_or(u128::MAX);
        Ok(grown.min(deep))
    }

    /// The coins of a market as deep as it was at the least in a day, that stands at the low price.
    pub(super) fn remember_depth(&mut self, id: TypeId) -> Done {
        let (market, feed) = {
            let spec = self.spec(id)?;
            (spec.market, spec.feed)
        };
        let low = self.quotes.get(&feed).map(|quote| quote.low);
        let coins = match (market, low) {
            (Some(market), Some(low)) => self.market(market)?.coins_at(self.host_time, low),
            _ => Ok(0),
        };
        self.kind_mut(id)?.depth = coins.unwrap_or(0);
        Ok(())
    }

    /// Whether a type's debt may come to so much, by the gap.
    pub(super) fn within_gap(&self, id: TypeId, total: u128) -> Done {
        let kind = self.kind(id)?;
        let gap = kind.spec.growth.debt_gap;
        let counted = add(kind.recent, total)?.saturating_sub(kind.opening);
        if gap != Amount::MAX && big(counted) * kind.index > big(gap.raw()) * RAY {
            return Err(Rejected::GapExceeded {
                collateral_type: id,
                drawn: Amount::from_raw(owed(counted, kind.index, Up)?),
                gap,
            });
        }
        Ok(())
    }

    /// Whether there is no more of the collateral than its mean, and what is usual, explain.
    pub(super) fn authentic(&self, id: TypeId) -> Done {
        let Some(watch) = self.spec(id)?.growth.supply else {
            return Ok(());
        };
        let quote = self.quote(watch.feed)?;
        quote.borrowing()?;
        let usual = share(quote.deviation, watch.sigmas.raw(), Down).unwrap_or(u128::MAX);
        let band = big(WAD) + usual.max(Ratio::percent(2).raw());
        let most = quotient(&(big(quote.mean) * band), WAD, Down)?;
        if quote.spot > most {
            return Err(Rejected::SupplyJump {
                collateral_type: id,
                supply: Price::from_raw(quote.spot),
                mean: Price::from_raw(quote.mean),
                most: Price::from_raw(most),
            });
        }
        Ok(())
    }
}
