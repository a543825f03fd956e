//! What must always hold, as functions: tests call them after every command, simulations and nodes the cheap ones after
//! every block and all at the end, an audit on demand.
//!
//! Each rounds against itself. [`check_cheap`] and [`check_block`] cost O(types + assets), [`check_all`] reads every record.

mod block;
mod sessions;

use std::collections::BTreeMap;

use ballast_num::{Amount, NormalizedDebt, RAY, U256};
use ballast_protocol::{AssetId, Module, Order, Rejected, RoundNumber, TypeId, VaultId, Venue};

pub use block::{
    BLOCK, Standing, check_block, flows_are_limited, markets_never_lose, outflow_is_limited, reserve_pays_only_losses,
    residue_never_falls, work_is_bounded,
};
pub use sessions::sessions_are_bounded;

use crate::kernel::ranking::{Place, Position, Ranking, Sums};
use crate::kernel::share_map::Base;
use crate::state::State;

/// A broken invariant, with the evidence. The engine must stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{invariant}: {evidence}")]
pub struct Breach {
    /// Which function found it.
    pub invariant: &'static str,
    /// The figures.
    pub evidence: String,
}

impl Breach {
    fn unless(holds: bool, invariant: &'static str, evidence: impl FnOnce() -> String) -> Result<(), Self> {
        if holds {
            Ok(())
        } else {
            Err(Self {
                invariant,
                evidence: evidence(),
            })
        }
    }
}

/// A sum that does not fit its type is a breach too.
fn fits<T, E: std::fmt::Display>(result: Result<T, E>, invariant: &'static str) -> Result<T, Breach> {
    result.map_err(|error| Breach {
        invariant,
        evidence: error.to_string(),
    })
}

/// How many invariants each set holds: what a replay counts.
pub const CHEAP: u64 = 3;
/// How many invariants [`check_all`] checks.
pub const ALL: u64 = CHEAP + 11;

/// The cheap invariants.
pub fn check_cheap(state: &State) -> Result<(), Breach> {
    supply_is_backed(state)?;
    totals_match_index(state)?;
    modules_hold_what_they_owe(state)
}

/// Every invariant.
pub fn check_all(state: &State) -> Result<(), Breach> {
    check_cheap(state)?;
    value_is_conserved(state)?;
    debts_add_up(state)?;
    rankings_are_exact(state)?;
    seized_index_is_exact(state)?;
    auctions_add_up(state)?;
    lots_are_counted(state)?;
    lines_are_kept(state)?;
    queue_is_escrowed(state)?;
    queue_is_indexed(state)?;
    deposits_are_backed(state)?;
    market_shares_add_up(state)?;
    fund_adds_up(state)?;
    sessions_are_bounded(state)?;
    no_dead_records(state)
}

/// For each asset the balances add up to the supply, exactly.
pub fn value_is_conserved(state: &State) -> Result<(), Breach> {
    const NAME: &str = "value_is_conserved";
    let mut sums: BTreeMap<AssetId, Amount> = BTreeMap::new();
    for (asset, _, amount) in state.ledger().balances() {
        let sum = sums.entry(asset).or_default();
        *sum = fits(sum.try_add(amount), NAME)?;
    }
    for (asset, supply) in state.ledger().supplies() {
        let sum = sums.remove(&asset).unwrap_or_default();
        Breach::unless(sum == supply, NAME, || {
            format!("{asset}: balances {sum}, supply {supply}")
        })?;
    }
    Breach::unless(sums.is_empty(), NAME, || format!("balances without a supply: {sums:?}"))
}

/// Every coin in circulation is owed by a vault, owed by a lot on sale, or booked as bad debt. Exact: normalized debt ×
/// index is compared before any rounding.
pub fn supply_is_backed(state: &State) -> Result<(), Breach> {
    const NAME: &str = "supply_is_backed";
    let supply = state.ledger().supply(state.governance().limits.coin);
    let on_sale = fits(state.auctions().all_on_sale(), NAME)?.debt;
    let bad_debt = fits(state.backstop().bad_debt(), NAME)?;
    let booked = U256::product(fits(on_sale.try_add(bad_debt), NAME)?.raw(), RAY);
    let backing = fits(booked.try_add(vault_debt(state, NAME)?), NAME)?;
    Breach::unless(U256::product(supply.raw(), RAY).compare(backing).is_le(), NAME, || {
        format!("supply {supply}, on sale {on_sale}, bad debt {bad_debt}, backing × 10^27 {backing:?}")
    })
}

/// What all vaults owe, in coins × 10²⁷, before any rounding.
fn vault_debt(state: &State, invariant: &'static str) -> Result<U256, Breach> {
    let mut sum = U256::ZERO;
    for spec in state.vaults().types() {
        let totals = fits(state.vaults().totals(spec.id), invariant)?;
        let debt = U256::product(totals.normalized_debt.raw(), totals.index.raw());
        sum = fits(sum.try_add(debt), invariant)?;
    }
    Ok(sum)
}

/// A type's total of normalized debt is the sum that its index keeps. Once lots have been shared out, the sum may be less by
/// under a base unit a vault, which reading each rounds up, and more by what `Shares::owed_more` in `mechanisms::vault` bounds.
pub fn totals_match_index(state: &State) -> Result<(), Breach> {
    const NAME: &str = "totals_match_index";
    for spec in state.vaults().types() {
        let vaults = state.vaults();
        let total = fits(vaults.totals(spec.id), NAME)?.normalized_debt;
        let (sum, _) = fits(vaults.share_map(spec.id).totals(&vaults.index().sums(spec.id)), NAME)?;
        let (less, more) = match vaults.shares(spec.id).filter(|shares| shares.sharings > 0) {
            Some(shares) => (vaults.index().len(spec.id) as u128, shares.owed_more),
            None => (0, 0),
        };
        let matches = if sum < total {
            total.saturating_sub(sum).raw() <= less
        } else {
            sum.saturating_sub(total).raw() <= more
        };
        Breach::unless(matches, NAME, || {
            format!(
                "{}: total {total}, index {sum}, {less} less or {more} more allowed",
                spec.id
            )
        })?;
    }
    Ok(())
}

/// Each pool has in the ledger what its books say.
pub fn modules_hold_what_they_owe(state: &State) -> Result<(), Breach> {
    const NAME: &str = "modules_hold_what_they_owe";
    let coin = state.governance().limits.coin;
    for spec in state.vaults().types() {
        for id in spec.pools() {
            let pool = state.pools().pool(id);
            let coins = state.ledger().balance(coin, id.module());
            let collateral = state.ledger().balance(spec.collateral, id.module());
            Breach::unless((coins, collateral) == (pool.total, pool.collateral), NAME, || {
                format!("{id}: {coins} coins and {collateral} collateral held, {pool:?}")
            })?;
        }
    }
    for spec in state.markets().specs() {
        let pool = fits(state.markets().pool(spec.id), NAME)?;
        let [base, coins] = [spec.base, coin].map(|asset| state.ledger().balance(asset, Module::Market(spec.id)));
        Breach::unless((base, coins) == (pool.base, pool.coins), NAME, || {
            format!("{}: {base} of the collateral and {coins} coins held, {pool:?}", spec.id)
        })?;
    }
    Ok(())
}

/// What the vaults of a type add up to.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    debt: NormalizedDebt,
    /// Collateral of the vaults that owe something.
    indebted: Amount,
    /// Collateral of the others.
    free: Amount,
    deposits: Amount,
}

/// A type's vaults add up to its total debt, its locked collateral and its deposits: exactly in a type that has not shared
/// out. In one that has, they owe no less than its total and hold no more than is locked for them, and the difference is
/// within what its sharings can have rounded (docs/sharing.md).
pub fn debts_add_up(state: &State) -> Result<(), Breach> {
    const NAME: &str = "debts_add_up";
    let mut sums: BTreeMap<TypeId, Counted> = BTreeMap::new();
    for (_, vault) in state.vaults().iter() {
        let counted = sums.entry(vault.collateral_type).or_default();
        counted.debt = fits(counted.debt.try_add(vault.normalized_debt), NAME)?;
        let collateral = if vault.normalized_debt.is_zero() {
            &mut counted.free
        } else {
            &mut counted.indebted
        };
        *collateral = fits(collateral.try_add(vault.collateral), NAME)?;
        counted.deposits = fits(counted.deposits.try_add(vault.deposit), NAME)?;
    }
    for spec in state.vaults().types() {
        let found = sums.remove(&spec.id).unwrap_or_default();
        let total = fits(state.vaults().totals(spec.id), NAME)?.normalized_debt;
        let locked = state.ledger().balance(spec.collateral, Module::Vaults(spec.id));
        let coin = state.governance().limits.coin;
        let deposits = state.ledger().balance(coin, Module::LiquidationDeposits(spec.id));
        let shares = state.vaults().shares(spec.id).filter(|shares| shares.sharings > 0);
        let (owed_more, held_more) = shares.map_or((0, 0), |shares| (shares.owed_more, shares.held_more));
        let held = state.vaults().held(spec.id);
        let owed = total <= found.debt && found.debt.saturating_sub(total).raw() <= owed_more;
        let backed = found.indebted <= held && held.saturating_sub(found.indebted).raw() <= held_more;
        let booked = held.try_add(found.free) == Ok(locked) && found.deposits == deposits;
        Breach::unless(owed && backed && booked, NAME, || {
            format!(
                "{}: vaults {found:?}, total debt {total}, locked {locked}, held {held}, deposits {deposits}, {shares:?}",
                spec.id
            )
        })?;
    }
    Breach::unless(sums.is_empty(), NAME, || {
        format!("vaults of unknown types: {:?}", sums.keys())
    })
}

/// The liquidation index holds exactly the indebted vaults, and the ranking of auctions exactly the lots that owe, in
/// the order of debt ÷ collateral.
pub fn rankings_are_exact(state: &State) -> Result<(), Breach> {
    for spec in state.vaults().types() {
        let vaults = state.vaults().records().map(|(id, record)| (id, *record));
        ranking_is_exact(spec.id, "vaults", state.vaults().index(), vaults)?;
        ranking_is_exact(spec.id, "lots", state.auctions().ranking(), state.auctions().iter())?;
    }
    Ok(())
}

fn ranking_is_exact<K: Copy + Ord, V: Position>(
    kind: TypeId,
    what: &str,
    ranking: &Ranking<K>,
    positions: impl Iterator<Item = (K, V)>,
) -> Result<(), Breach> {
    let mut expected: Vec<Place<K>> = positions
        .filter(|(_, position)| position.collateral_type() == kind)
        .filter_map(|(id, position)| Some(Place::new(id, position.standing()?)))
        .collect();
    expected.sort_unstable();
    let key = |place: &Place<K>| (place.id(), place.standing());
    let found: Vec<_> = ranking.places(kind).map(key).collect();
    let expected: Vec<_> = expected.iter().map(key).collect();
    Breach::unless(found == expected, "rankings_are_exact", || {
        let at = found.iter().zip(&expected).position(|(left, right)| left != right);
        format!(
            "{what} of {kind}: {} places, {} expected, first difference at {at:?}",
            found.len(),
            expected.len()
        )
    })?;
    let mut counted = Sums::default();
    for (_, standing) in expected {
        counted.base = match standing.base {
            Base::Above(debt) => counted.base.wrapping_add(debt),
            Base::Below(debt) => counted.base.wrapping_sub(debt),
        };
        counted.holding = counted.holding.wrapping_add(standing.holding);
    }
    let sums = ranking.sums(kind);
    Breach::unless(sums == counted, "rankings_are_exact", || {
        format!("{what} of {kind}: {sums:?}, counted {counted:?}")
    })
}

/// The index of vaults that lost a part holds exactly those that still owe something, by round.
pub fn seized_index_is_exact(state: &State) -> Result<(), Breach> {
    for spec in state.vaults().types() {
        let mut expected: Vec<(RoundNumber, Place<VaultId>)> = state
            .vaults()
            .iter()
            .filter(|(_, vault)| vault.collateral_type == spec.id)
            .filter(|(_, vault)| vault.seizures.round() != RoundNumber(0))
            .filter_map(|(id, vault)| Some((vault.seizures.round(), state.vaults().place(id)?)))
            .collect();
        expected.sort_unstable();
        let found = state.vaults().seized().places(spec.id);
        let equal = found.map(|(round, place)| (round, *place)).eq(expected.iter().copied());
        Breach::unless(equal, "seized_index_is_exact", || {
            format!("{}: {} vaults seized in some round", spec.id, expected.len())
        })?;
    }
    Ok(())
}

/// Running auctions add up to what is on sale and to the collateral held for them.
pub fn auctions_add_up(state: &State) -> Result<(), Breach> {
    const NAME: &str = "auctions_add_up";
    let counted = fits(state.auctions().recount(), NAME)?;
    for spec in state.vaults().types() {
        let counted = counted.get(&spec.id).copied().unwrap_or_default();
        let kept = state.auctions().on_sale(spec.id);
        Breach::unless(counted == kept, NAME, || {
            format!("{}: counted {counted:?}, kept {kept:?}", spec.id)
        })?;
        let lots = state
            .auctions()
            .iter()
            .filter(|(_, auction)| auction.collateral_type == spec.id);
        let lots = fits(Amount::try_sum(lots.map(|(_, auction)| auction.lot)), NAME)?;
        let held = state.ledger().balance(spec.collateral, Module::Auctions(spec.id));
        Breach::unless(lots == held, NAME, || format!("{}: lots {lots}, held {held}", spec.id))?;
    }
    Ok(())
}

/// Each vault counts exactly the auctions that name it.
pub fn lots_are_counted(state: &State) -> Result<(), Breach> {
    let mut auctions: BTreeMap<VaultId, usize> = BTreeMap::new();
    for (_, auction) in state.auctions().iter() {
        *auctions.entry(auction.vault).or_default() += 1;
    }
    for (id, vault) in state.vaults().iter() {
        let (counted, kept) = (auctions.get(&id).copied().unwrap_or(0), vault.seizures.lots());
        Breach::unless(counted == usize::from(kept), "lots_are_counted", || {
            format!("{id}: {counted} auctions name it, it counts {kept}")
        })?;
    }
    Ok(())
}

/// No type has drawn more than its line, and no draw is left unsettled.
pub fn lines_are_kept(state: &State) -> Result<(), Breach> {
    for spec in state.vaults().types() {
        let losses = state.backstop().losses(spec.id);
        let drawn = fits(losses.surplus.try_add(losses.fund), "lines_are_kept")?;
        let kept = drawn <= spec.line && losses.unsettled.is_zero();
        Breach::unless(kept, "lines_are_kept", || {
            format!("{}: a line of {}, {losses:?}", spec.id, spec.line)
        })?;
    }
    Ok(())
}

/// The shares of insurers add up to those of the fund, which has coins exactly if it has shares, and none is promised twice.
pub fn fund_adds_up(state: &State) -> Result<(), Breach> {
    const NAME: &str = "fund_adds_up";
    let insurers = fits(Amount::try_sum(state.fund().insurers().map(|(_, shares)| shares)), NAME)?;
    let totals = *state.fund().totals();
    let coins = state
        .ledger()
        .balance(state.governance().limits.coin, Module::InsuranceFund);
    let leaving = state.queue().leaving(Venue::Fund);
    let whole = insurers == totals.shares && coins.is_zero() == totals.shares.is_zero();
    Breach::unless(whole, NAME, || {
        format!("insurers hold {insurers}, {totals:?}, {coins} coins, {leaving} shares are leaving")
    })
}

/// What queued orders brought along is in escrow.
pub fn queue_is_escrowed(state: &State) -> Result<(), Breach> {
    const NAME: &str = "queue_is_escrowed";
    let mut brought: BTreeMap<AssetId, Amount> = BTreeMap::new();
    for (asset, amount) in state
        .queue()
        .iter()
        .flat_map(|(_, ticket)| ticket.escrow.iter().copied())
    {
        let sum = brought.entry(asset).or_default();
        *sum = fits(sum.try_add(amount), NAME)?;
    }
    for (asset, _) in state.ledger().supplies() {
        let brought = brought.remove(&asset).unwrap_or_default();
        let held = state.ledger().balance(asset, Module::Queue);
        Breach::unless(brought == held, NAME, || {
            format!("{asset}: tickets {brought}, escrow {held}")
        })?;
    }
    Breach::unless(brought.values().all(|amount| amount.is_zero()), NAME, || {
        format!("escrow of what does not exist: {brought:?}")
    })
}

/// Every open ticket is found when it is due, when it expires, by its owner, and if it is cancelled; and nothing else is.
pub fn queue_is_indexed(state: &State) -> Result<(), Breach> {
    Breach::unless(state.queue().is_indexed(), "queue_is_indexed", || {
        format!("{} tickets do not match their orders", state.queue().iter().count())
    })
}

/// No pool owes its depositors more than it has.
pub fn deposits_are_backed(state: &State) -> Result<(), Breach> {
    for pool in state.vaults().types().flat_map(|spec| spec.pools()) {
        let backed = state.pools().deposits_are_backed(pool);
        backed.map_err(|unbacked| Breach {
            invariant: "deposits_are_backed",
            evidence: unbacked.to_string(),
        })?;
    }
    Ok(())
}

/// All shares of a market belong to someone, but for the dead ones of its first entry; its depth is that of the shares
/// which have no exit queued; and nobody has queued the exit of more than he has.
pub fn market_shares_add_up(state: &State) -> Result<(), Breach> {
    const NAME: &str = "market_shares_add_up";
    for spec in state.markets().specs() {
        let pool = fits(state.markets().pool(spec.id), NAME)?;
        let leaving = state.queue().leaving(Venue::Market(spec.id));
        fits(state.markets().shares_add_up(spec.id, pool, leaving), NAME)?;
    }
    for (id, ticket) in state.queue().iter() {
        if let Order::RemoveLiquidity { market, shares, .. } = ticket.order {
            let held = state.markets().shares(market, ticket.owner);
            Breach::unless(shares <= held, NAME, || {
                format!(
                    "{id} takes {shares} shares of {market} from {} who has {held}",
                    ticket.owner
                )
            })?;
        }
    }
    Ok(())
}

/// Standing orders belong to vaults that exist: what ends a vault ends its order.
pub fn no_dead_records(state: &State) -> Result<(), Breach> {
    for (id, _) in state.vaults().standing_orders() {
        let exists = state.vaults().vault(id).is_ok();
        Breach::unless(exists, "no_dead_records", || {
            format!("a standing order of {id}, which does not exist")
        })?;
    }
    Ok(())
}

/// The root is the commitment to all records.
pub fn root_is_exact(state: &State) -> Result<(), Breach> {
    let (kept, computed) = (state.root(), state.root_from_scratch());
    Breach::unless(kept == computed, "root_is_exact", || {
        format!("kept {kept}, computed {computed}")
    })
}

impl From<Rejected> for Breach {
    fn from(error: Rejected) -> Self {
        Self {
            invariant: "engine",
            evidence: error.to_string(),
        }
    }
}
