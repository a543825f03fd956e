//! What must hold from one block to the next.

use std::collections::BTreeMap;

use ballast_num::{Amount, RAY, Round, U256, cmp_products};
use ballast_protocol::{AssetId, AuctionId, BlockResult, Command, Event, Limits, MarketId, Module, TypeId, TypeSpec};

use super::{Breach, fits, vault_debt};
use crate::flows::block::RESETS;
use crate::state::State;

/// How many invariants [`check_block`] checks.
pub const BLOCK: u64 = 6;

/// The figures of a state that no block may worsen: taken after each block and compared with the next, so that no state
/// has to be kept. In coins × 10²⁷ where nothing says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What vaults and lots owe, what surplus buffer, first loss and residue hold, all losses borne by others than insurers
    /// and not recovered, and what insurers have earned.
    has: U256,
    /// All coins.
    supply: U256,
    /// The same, in base units.
    coins: Amount,
    /// Net outflow of each type's window, and what its vaults would hold if it had not left, in base units.
    outflow: BTreeMap<TypeId, (Amount, Amount)>,
    /// Collateral that fees have brought into the surplus buffer, in base units.
    fees: BTreeMap<AssetId, Amount>,
    /// What rounding has left over, in base units.
    residue: BTreeMap<AssetId, Amount>,
    /// Each market's liquidity, rounded down, and its shares.
    markets: BTreeMap<MarketId, (Amount, Amount)>,
}

impl Standing {
    /// The figures of a state. Fails if one does not fit its type.
    pub fn of(state: &State) -> Result<Self, Breach> {
        const NAME: &str = "reserve_pays_only_losses";
        let coin = state.governance().limits.coin;
        let held = |asset, module| state.ledger().balance(asset, module);
        let mut parts = vec![
            fits(state.auctions().all_on_sale(), NAME)?.debt,
            held(coin, Module::SurplusBuffer),
            held(coin, Module::Residue),
            state.fund().totals().earned,
        ];
        for spec in state.vaults().types() {
            let losses = state.backstop().losses(spec.id);
            parts.extend([losses.first_loss, losses.surplus, losses.repaid, losses.bad_debt]);
            parts.push(held(coin, Module::FirstLoss(spec.id)));
        }
        let mut has = vault_debt(state, NAME)?;
        for part in parts {
            has = fits(has.try_add(U256::product(part.raw(), RAY)), NAME)?;
        }
        let collaterals = || state.vaults().types().map(|spec| spec.collateral);
        let of = |module| move |asset| (asset, held(asset, module));
        Ok(Self {
            has,
            supply: U256::product(state.ledger().supply(coin).raw(), RAY),
            coins: state.ledger().supply(coin),
            outflow: outflow(state)?,
            fees: collaterals().map(of(Module::SurplusBuffer)).collect(),
            residue: collaterals().chain([coin]).map(of(Module::Residue)).collect(),
            markets: state
                .markets()
                .specs()
                .map(|spec| liquidity(state, spec.id))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// What must hold between a state and the one that a block made of it. Takes the figures before, returns those after.
pub fn check_block(before: &Standing, after: &State, result: &BlockResult) -> Result<Standing, Breach> {
    let now = Standing::of(after)?;
    work_is_bounded(&after.governance().limits, result)?;
    residue_never_falls(before, &now)?;
    reserve_pays_only_losses(before, &now)?;
    markets_never_lose(before, &now)?;
    flows_are_limited(before, after, result)?;
    outflow_is_limited(before, after)?;
    Ok(now)
}

/// In a block the coin has grown by no more than its limit left room for, and by what the engine has minted of itself:
/// interest, pay of keepers, losses recovered. Exact (rule R16, docs/limits.md).
pub fn flows_are_limited(before: &Standing, after: &State, result: &BlockResult) -> Result<(), Breach> {
    const NAME: &str = "flows_are_limited";
    let terms = &after.governance().limits.mint;
    if terms.is_none() {
        return Ok(());
    }
    let of_receipts = result.receipts.iter().flat_map(|receipt| &receipt.events);
    let own = result.events.iter().chain(of_receipts).flat_map(|event| match event {
        Event::InterestAccrued { minted, .. } => [*minted, Amount::ZERO, Amount::ZERO],
        Event::KeeperPaid { amount, .. } => [*amount, Amount::ZERO, Amount::ZERO],
        Event::LossRecovered(back) => [back.surplus, back.fund, back.first_loss],
        _ => [Amount::ZERO; 3],
    });
    let own = fits(Amount::try_sum(own), NAME)?;
    let flow = after.limiter().minted();
    Breach::unless(flow.opening == before.coins, NAME, || {
        format!(
            "the limit counts from {}, and there were {}",
            flow.opening, before.coins
        )
    })?;
    let room = terms.of(flow.opening).saturating_sub(flow.used);
    let most = fits(Amount::try_sum([before.coins, room, own]), NAME)?;
    let is = after.ledger().supply(after.governance().limits.coin);
    Breach::unless(is <= most, NAME, || {
        format!(
            "{is} coins after {}, {room} left by the limit, {own} minted by the engine",
            before.coins
        )
    })
}

/// After a block no more has left a type, net, than may leave freely and as shares of its vaults, or less than before
/// (rules R16, R18; docs/limits.md).
pub fn outflow_is_limited(before: &Standing, after: &State) -> Result<(), Breach> {
    const NAME: &str = "outflow_is_limited";
    for spec in after.vaults().types().filter(|spec| !spec.outflow.is_none()) {
        let (was, base) = before.outflow.get(&spec.id).copied().unwrap_or_default();
        let shares = fits(base.mul_ratio(spec.outflow.share, Round::Down), NAME)?;
        let most = fits(spec.outflow.of(base).try_add(shares), NAME)?.max(was);
        let is = after.outflow().used(spec.id);
        Breach::unless(is <= most, NAME, || {
            format!("{is} has left {}, and {most} might have", spec.id)
        })?;
    }
    Ok(())
}

fn outflow(state: &State) -> Result<BTreeMap<TypeId, (Amount, Amount)>, Breach> {
    let of = |spec: &TypeSpec| {
        let used = state.outflow().used(spec.id);
        let held = state.ledger().balance(spec.collateral, Module::Vaults(spec.id));
        Ok((spec.id, (used, fits(held.try_add(used), "outflow_is_limited")?)))
    };
    state.vaults().types().map(of).collect()
}

/// A market's liquidity and shares: none while its pool is empty.
fn liquidity(state: &State, id: MarketId) -> Result<(MarketId, (Amount, Amount)), Breach> {
    const NAME: &str = "markets_never_lose";
    let curve = fits(state.markets().curve(id), NAME)?;
    let shares = fits(state.markets().pool(id), NAME)?.shares;
    Ok((id, (curve.map_or(Amount::ZERO, |curve| curve.liquidity()), shares)))
}

/// Whatever trades, enters and leaves, a share of a market's pool never loses liquidity: every rounding and fee is the
/// pool's. Liquidity is rounded down, so what it is after a block may be one more than it shows.
pub fn markets_never_lose(before: &Standing, after: &Standing) -> Result<(), Breach> {
    const NAME: &str = "markets_never_lose";
    for (id, (was, shares_before)) in &before.markets {
        let (is, shares) = after.markets.get(id).copied().unwrap_or_default();
        let at_most = fits(is.try_add(Amount::ONE), NAME)?;
        let kept = cmp_products(at_most.raw(), shares_before.raw(), was.raw(), shares.raw()).is_ge();
        Breach::unless(kept, NAME, || {
            format!("{id}: liquidity {was} of {shares_before} shares, and {is} of {shares} a block later")
        })?;
    }
    Ok(())
}

/// Nobody gains at the reserve's cost, by whatever sequence of operations: what it is owed and holds, and the losses that
/// it has told, grow in a block by at least as much as the coins in circulation. So it pays for nothing but losses of
/// collateral, which their events explain, and every rounding, fee, interest and penalty is on its side. Exact: debts
/// are compared before any rounding. Of collateral that it has earned it pays nothing at all.
pub fn reserve_pays_only_losses(before: &Standing, after: &Standing) -> Result<(), Breach> {
    const NAME: &str = "reserve_pays_only_losses";
    let needed = fits(before.has.try_add(after.supply), NAME)?;
    let there = fits(after.has.try_add(before.supply), NAME)?;
    Breach::unless(needed.compare(there).is_le(), NAME, || {
        let missing = needed.try_sub(there);
        format!("{missing:?} × 10⁻²⁷ coins have left the reserve, and no loss explains it")
    })?;
    falls_nowhere(NAME, "the surplus buffer", &before.fees, &after.fees)
}

/// What rounding left over is never paid out: after a block the residue account holds no less of any asset than before.
pub fn residue_never_falls(before: &Standing, after: &Standing) -> Result<(), Breach> {
    falls_nowhere(
        "residue_never_falls",
        "the residue account",
        &before.residue,
        &after.residue,
    )
}

fn falls_nowhere(
    invariant: &'static str,
    holder: &str,
    before: &BTreeMap<AssetId, Amount>,
    after: &BTreeMap<AssetId, Amount>,
) -> Result<(), Breach> {
    before.iter().try_for_each(|(asset, was)| {
        let is = after.get(asset).copied().unwrap_or(Amount::ZERO);
        Breach::unless(*was <= is, invariant, || {
            format!("{holder} held {was} of {asset}, and {is} a block later")
        })
    })
}

/// A block has spent no more work than its limits allow, and what the auctions that it looks at in turn cost at most.
pub fn work_is_bounded(limits: &Limits, result: &BlockResult) -> Result<(), Breach> {
    let reset = Command::ResetAuction { auction: AuctionId(0) }.work();
    let most = limits
        .block_work
        .saturating_add(limits.liquidation_work.saturating_mul(2))
        .saturating_add(reset.saturating_mul(RESETS as u64));
    Breach::unless(result.work <= most, "work_is_bounded", || {
        format!("{} units spent, {most} allowed", result.work)
    })
}

#[cfg(test)]
mod tests;
