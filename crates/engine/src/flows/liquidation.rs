//! Liquidation, told from top to bottom: which vaults a price broke, in which order they go, how much of each is
//! seized, and that it is. Where the collateral then goes is told in [`super::disposal`].

use ballast_num::{Amount, NormalizedDebt, Price, RAY, Ratio, Round, Usd, WAD, cmp_products3, mul_div};
use ballast_protocol::{
    AccountId, Breaker, Event, LossCause, Module, Rejected, RoundNumber, Seized, Seizure, SeizureRule, Trigger, TypeId,
    TypeSpec, VaultId,
};

use super::disposal::{self, Lot};
use super::transaction::{LIQUIDATION_WORK, LOOK_WORK};
use crate::kernel::{Clock, Savepoint};
use crate::mechanisms::auction;
use crate::mechanisms::vault::{Bar, Totals, Vault, Vaults};
use crate::state::{ENGINE, State};

/// On which terms the vaults of a type are judged in this block.
pub(crate) struct Terms {
    pub(crate) spec: TypeSpec,
    pub(crate) totals: Totals,
    /// The price by which vaults are judged (rule R3).
    pub(crate) judging: Price,
    /// The kindest price of two rounds, or of the type's grace, for vaults above the wick band (rules R9, R11).
    wick: Price,
    /// What the pool and the auctions take as the price.
    pub(crate) low: Price,
    round: RoundNumber,
    /// After a gap only vaults under 1 + penalty go (rule R4).
    quiet: bool,
}

/// How much of a vault is seized.
struct Decision {
    rule: SeizureRule,
    /// Debt taken off the vault, in coins, rounded up.
    debt: Amount,
    normalized: NormalizedDebt,
    collateral: Amount,
    penalty: Amount,
    /// Debt above the collateral's value: booked at once (rule R23).
    loss: Amount,
}

impl Terms {
    /// The terms of a type at this block's prices. Errors: `UnknownType`, `NoPrice`.
    pub(crate) fn of(state: &State, kind: TypeId) -> Result<Self, Rejected> {
        let spec = state.vaults.spec(kind)?.clone();
        let quote = state.prices.quote(spec.feed)?;
        Ok(Self {
            totals: *state.vaults.totals(kind)?,
            judging: quote.liquidation()?,
            wick: state.vaults.kindest(kind, quote)?,
            low: quote.low,
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

    fn bar(&self, price: Price, ratio: Ratio) -> Bar {
        Vaults::bar(&self.totals, price, ratio)
    }

    /// Under this, at the judging price, a vault goes at once and has no round limit.
    fn deep(&self) -> Bar {
        let deep = Ratio::ONE
            .try_add(self.spec.penalty)
            .and_then(|sum| sum.try_add(self.spec.wick_band));
        let ratio = deep.unwrap_or(Ratio::MAX).min(self.totals.liquidation_ratio);
        let whole = self.spec.peer.seizure != Seizure::Restore;
        self.bar(self.judging, if whole { self.totals.liquidation_ratio } else { ratio })
    }

    /// Under this, at the kinder of two rounds, a vault inside the wick band goes.
    fn shallow(&self) -> Bar {
        let price = if self.spec.peer.seizure == Seizure::Restore {
            self.wick
        } else {
            self.judging
        };
        self.bar(price, self.totals.liquidation_ratio)
    }

    /// Under this a vault is worth less than its debt and penalty.
    fn penalty_bar(&self) -> Bar {
        let ratio = Ratio::ONE.try_add(self.spec.penalty).unwrap_or(Ratio::MAX);
        self.bar(self.judging, ratio.min(self.totals.liquidation_ratio))
    }

    /// Under this a vault is worth less than its debt.
    fn par_bar(&self) -> Bar {
        self.bar(self.judging, Ratio::ONE)
    }

    /// Value of collateral at the low price, in coins of 1 USD, rounded down.
    pub(crate) fn value(&self, collateral: Amount, price: Price) -> Result<Amount, Rejected> {
        let value = collateral.usd_value(price, self.totals.decimals, Round::Down)?;
        Ok(Amount::from_raw(value.raw().unsigned_abs()))
    }

    /// Collateral that is worth `coins` at `price`.
    pub(crate) fn worth(&self, coins: Amount, price: Price, round: Round) -> Result<Amount, Rejected> {
        Ok(Usd::from_unsigned(coins.raw())?.to_amount(price, self.totals.decimals, round)?)
    }
}

/// Liquidates one vault for a caller. Errors, in order: `UnknownVault`, `NoPrice`, `NotLiquidatable`,
/// `RoundLimitReached`, `NoAuctionRoom`, `NothingToSeize`.
pub(crate) fn by_command(
    state: &mut State,
    clock: Clock,
    caller: AccountId,
    id: VaultId,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let terms = Terms::of(state, state.vaults.vault(id)?.collateral_type)?;
    let decision = decide(state, &terms, id)?;
    carry_out(state, clock, &terms, id, &decision, Some(caller), events)
}

/// Liquidates the broken vaults of a type as far as `budget` reaches, in the bands of rule R7, and returns how many are
/// left. The budget is work units.
pub(crate) fn by_engine(
    state: &mut State,
    clock: Clock,
    kind: TypeId,
    budget: &mut u64,
    events: &mut Vec<Event>,
) -> Result<u64, Rejected> {
    let terms = Terms::of(state, kind)?;
    if terms.spec.peer.trigger == Trigger::CommandOnly {
        // Broken until someone calls: so long exits wait.
        return Ok(broken(state, &terms) as u64);
    }
    // First vaults between 1 and 1 + penalty, where waiting turns the penalty into a loss; then those above; then those
    // whose loss has already happened.
    for band in [Band::Closing, Band::Above, Band::Lost] {
        liquidate_band(state, clock, &terms, band, budget, events)?;
    }
    Ok(broken(state, &terms).saturating_sub(untouchable(state, &terms)) as u64)
}

/// The bands of rule R7: where a vault's ratio lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Band {
    /// From 1 to 1 + penalty.
    Closing,
    /// Over 1 + penalty.
    Above,
    /// Under 1.
    Lost,
}

/// How many vaults of the type are broken: they are the first so many places of its index.
fn broken(state: &State, terms: &Terms) -> usize {
    let under = |bar: &Bar| state.vaults.index().count_under(terms.spec.id, bar);
    if terms.quiet {
        under(&terms.penalty_bar())
    } else {
        under(&terms.deep()).max(under(&terms.shallow()))
    }
}

/// How many broken vaults have already lost what this round may take.
fn untouchable(state: &State, terms: &Terms) -> usize {
    let first = state.vaults.index().count_under(terms.spec.id, &terms.deep());
    let count = broken(state, terms).saturating_sub(first);
    let places = state.vaults.index().places_from(terms.spec.id, first).take(count);
    places
        .filter(|place| {
            state
                .vaults
                .vault(place.id())
                .is_ok_and(|vault| vault.seized_in == terms.round)
        })
        .count()
}

fn liquidate_band(
    state: &mut State,
    clock: Clock,
    terms: &Terms,
    band: Band,
    budget: &mut u64,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let kind = terms.spec.id;
    let window = terms_window(state);
    // Vaults that were looked at and stay: without room, or with nothing more to lose in this round. All others of a
    // window leave it, so these are the first of the band.
    let mut passed = 0;
    while *budget >= LIQUIDATION_WORK {
        let index = state.vaults.index();
        let (par, closing) = (
            index.count_under(kind, &terms.par_bar()),
            index.count_under(kind, &terms.penalty_bar()),
        );
        let all = broken(state, terms);
        let (start, end) = match band {
            Band::Lost => (0, par.min(all)),
            Band::Closing => (par.min(all), closing.min(all)),
            Band::Above => (closing.min(all), all),
        };
        let mut next: Vec<(NormalizedDebt, VaultId)> = index
            .places_from(kind, start + passed)
            .take(end.saturating_sub(start + passed).min(window))
            .map(|place| (place.normalized_debt(), place.id()))
            .collect();
        if next.is_empty() {
            return Ok(());
        }
        next.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
        for (_, id) in next {
            if *budget < LIQUIDATION_WORK {
                return Ok(());
            }
            let Ok(decision) = decide(state, terms, id) else {
                *budget -= LOOK_WORK;
                passed += 1;
                continue;
            };
            *budget -= LIQUIDATION_WORK;
            // A lot that nobody may sell, or a figure that does not fit, keeps one vault where it is, not the chain.
            let done = protected(state, events, |state, events| {
                carry_out(state, clock, terms, id, &decision, None, events)
            });
            passed += usize::from(done.is_err());
        }
    }
    Ok(())
}

/// Does something to one vault, or nothing at all: a refusal leaves state and events as they were.
pub(crate) fn protected(
    state: &mut State,
    events: &mut Vec<Event>,
    act: impl FnOnce(&mut State, &mut Vec<Event>) -> Result<(), Rejected>,
) -> Result<(), Rejected> {
    let (before, told) = (Savepoint::of(state), events.len());
    let done = act(state, events);
    if done.is_err() {
        before.restore(state);
        events.truncate(told);
    }
    done
}

fn terms_window(state: &State) -> usize {
    state.governance.get().limits.liquidation_window.max(1) as usize
}

/// How much of a vault is seized now (rule R9).
fn decide(state: &State, terms: &Terms, id: VaultId) -> Result<Decision, Rejected> {
    let vault = state.vaults.vault(id)?;
    let (nd, collateral) = (vault.normalized_debt, vault.collateral);
    let under = |bar: &Bar| !nd.is_zero() && !bar.is_reached(nd, collateral);
    let not_liquidatable = || Rejected::NotLiquidatable {
        vault: id,
        price: terms.judging,
    };
    if terms.quiet && !under(&terms.penalty_bar()) {
        return Err(not_liquidatable());
    }
    let deep = under(&terms.deep());
    if !deep && !under(&terms.shallow()) {
        return Err(not_liquidatable());
    }
    if !deep && vault.seized_in == terms.round {
        return Err(Rejected::RoundLimitReached { vault: id });
    }
    let decision = match terms.spec.peer.seizure {
        Seizure::Restore => {
            let decision = restore(terms, vault, deep)?;
            fit(state, terms, vault, decision)?
        }
        Seizure::UpToCeiling => up_to_ceiling(state, terms, vault)?,
        Seizure::Whole => whole_as_peer(terms, vault)?,
    };
    if decision.collateral.is_zero() && !collateral.is_zero() {
        return Err(Rejected::NothingToSeize);
    }
    Ok(decision)
}

/// x = (m·D − V) ÷ (m − 1 − p), where that helps; else the whole vault (docs/liquidation.md, eq. 2).
fn restore(terms: &Terms, vault: &Vault, deep: bool) -> Result<Decision, Rejected> {
    let spec = &terms.spec;
    let value = terms.value(vault.collateral, terms.low)?;
    let owed = vault.normalized_debt.debt(terms.totals.index, Round::Up)?;
    let whole = |rule| whole(terms, vault, owed, value, rule);

    let with_penalty = Ratio::ONE.try_add(spec.penalty)?;
    let helpful = terms.bar(terms.low, with_penalty.try_add(spec.slippage)?);
    if !helpful.is_reached(vault.normalized_debt, vault.collateral) {
        return whole(SeizureRule::WholeTooDeep);
    }
    let target = terms.totals.liquidation_ratio.try_add(spec.restore_margin)?;
    let missing = owed.mul_ratio(target, Round::Up)?.saturating_sub(value);
    let share = target.try_sub(with_penalty)?;
    let needed = Amount::from_raw(mul_div(missing.raw(), WAD, share.raw(), Round::Up)?);
    let (debt, rule) = match owed.mul_ratio(spec.round_seizure, Round::Down)? {
        limit if !deep && needed > limit => (limit, SeizureRule::PartialRoundLimit),
        _ => (needed, SeizureRule::PartialToTarget),
    };
    // Roundings can ask for more than a vault of a few base units owes.
    if debt.is_zero() || debt >= owed || owed.saturating_sub(debt) < spec.debt_floor {
        return whole(SeizureRule::WholeAvoidsDust);
    }
    let penalty = debt.mul_ratio(spec.penalty, Round::Up)?;
    let collateral = terms
        .worth(debt.try_add(penalty)?, terms.low, Round::Up)?
        .min(vault.collateral);
    let normalized = debt.normalize(terms.totals.index, Round::Down)?;
    Ok(Decision {
        rule,
        debt,
        normalized,
        collateral,
        penalty,
        loss: Amount::ZERO,
    })
}

/// All of a vault, with the penalty cut to what is left (rule R9) and what is missing as a loss.
fn whole(terms: &Terms, vault: &Vault, owed: Amount, value: Amount, rule: SeizureRule) -> Result<Decision, Rejected> {
    let penalty = owed
        .mul_ratio(terms.spec.penalty, Round::Up)?
        .min(value.saturating_sub(owed));
    Ok(Decision {
        rule,
        debt: owed,
        normalized: vault.normalized_debt,
        collateral: vault.collateral,
        penalty,
        loss: owed.saturating_sub(value),
    })
}

/// Cuts a decision to what the pool and the auction ceilings can take, unless that would leave dust.
fn fit(state: &State, terms: &Terms, vault: &Vault, decision: Decision) -> Result<Decision, Rejected> {
    let spec = &terms.spec;
    let to_raise = decision.debt.try_add(decision.penalty)?;
    let pool = state.pools.spendable(spec.id, spec.pool.floor);
    let stopped = spec.auction.breaker >= Breaker::NoStart;
    let room = pool.try_add(if stopped {
        Amount::ZERO
    } else {
        disposal::auction_room(state, spec)
    })?;
    if to_raise <= room {
        return Ok(decision);
    }
    if stopped {
        return Err(Rejected::Stopped(spec.id));
    }
    let debt = decision.debt.prorate(room.raw(), to_raise.raw(), Round::Down)?;
    if debt.is_zero() {
        return Err(Rejected::NoAuctionRoom);
    }
    let owed = vault.normalized_debt.debt(terms.totals.index, Round::Up)?;
    if owed.saturating_sub(debt) < spec.debt_floor {
        return Ok(decision); // the ceiling is exceeded by less than the debt floor and its penalty
    }
    let part = |amount: Amount, round| amount.prorate(debt.raw(), decision.debt.raw(), round);
    Ok(Decision {
        rule: decision.rule,
        debt,
        normalized: debt.normalize(terms.totals.index, Round::Down)?,
        collateral: part(decision.collateral, Round::Down)?,
        penalty: part(decision.penalty, Round::Down)?,
        loss: part(decision.loss, Round::Up)?,
    })
}

/// Maker's way: all debt that fits under the ceilings, collateral in proportion, no loss booked yet.
fn up_to_ceiling(state: &State, terms: &Terms, vault: &Vault) -> Result<Decision, Rejected> {
    let (spec, index) = (&terms.spec, terms.totals.index);
    let room = disposal::auction_room(state, spec);
    if spec.auction.breaker >= Breaker::NoStart {
        return Err(Rejected::Stopped(spec.id));
    }
    if room.is_zero() {
        return Err(Rejected::NoAuctionRoom);
    }
    let with_penalty = Ratio::ONE.try_add(spec.penalty)?;
    // ⌊room ÷ index ÷ (1 + penalty)⌋, rounded once: two divisions may lose a unit each.
    let mut fits = mul_div(
        room.normalize(index, Round::Down)?.raw(),
        WAD,
        with_penalty.raw(),
        Round::Down,
    )?;
    while let Some(more) = fits.checked_add(1)
        && cmp_products3([more, index.raw(), with_penalty.raw()], [room.raw(), RAY, WAD]).is_le()
    {
        fits = more;
    }
    let fits = NormalizedDebt::from_raw(fits);
    let mut normalized = vault.normalized_debt.min(fits);
    if normalized < vault.normalized_debt {
        let rest = vault.normalized_debt.try_sub(normalized)?.debt(index, Round::Down)?;
        if rest < spec.debt_floor {
            normalized = vault.normalized_debt;
        } else if normalized.debt(index, Round::Down)? < spec.debt_floor {
            return Err(Rejected::NoAuctionRoom);
        }
    }
    let collateral = vault
        .collateral
        .prorate(normalized.raw(), vault.normalized_debt.raw(), Round::Down)?;
    if collateral.is_zero() {
        return Err(Rejected::NothingToSeize);
    }
    let debt = normalized.debt(index, Round::Up)?;
    let penalty = debt.mul_ratio(spec.penalty, Round::Down)?;
    Ok(Decision {
        rule: SeizureRule::Peer,
        debt,
        normalized,
        collateral,
        penalty,
        loss: Amount::ZERO,
    })
}

/// Liquity's way: all debt and all collateral.
fn whole_as_peer(terms: &Terms, vault: &Vault) -> Result<Decision, Rejected> {
    let debt = vault.normalized_debt.debt(terms.totals.index, Round::Up)?;
    let (normalized, collateral) = (vault.normalized_debt, vault.collateral);
    let (penalty, loss) = (Amount::ZERO, Amount::ZERO);
    Ok(Decision {
        rule: SeizureRule::Peer,
        debt,
        normalized,
        collateral,
        penalty,
        loss,
    })
}

/// Takes debt and collateral off the vault, pays the caller, books the loss and sends the lot on its way.
fn carry_out(
    state: &mut State,
    clock: Clock,
    terms: &Terms,
    id: VaultId,
    decision: &Decision,
    caller: Option<AccountId>,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let spec = &terms.spec;
    let vault = *state.vaults.vault(id)?;
    let ends = decision.normalized == vault.normalized_debt;
    let deposit = if ends { vault.deposit } else { Amount::ZERO };
    let caller_collateral = match caller {
        Some(_) => caller_collateral(terms, decision)?,
        None => Amount::ZERO,
    };
    // What the caller takes out of the penalty, the penalty has to spare.
    let paid = terms.value(caller_collateral, terms.low)?;
    let penalty = decision.penalty.saturating_sub(paid);
    let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
    let collateral = decision.collateral.try_sub(caller_collateral)?;

    mechanisms
        .vaults
        .seize(id, decision.normalized, decision.collateral, deposit, terms.round)?;
    let payee = caller.map_or(Module::SurplusBuffer.into(), ballast_protocol::Holder::Account);
    ctx.ledger
        .transfer(ctx.limits.coin, Module::LiquidationDeposits(spec.id), payee, deposit)?;
    ctx.ledger
        .transfer(spec.collateral, Module::Vaults(spec.id), payee, caller_collateral)?;
    ctx.tell(Event::VaultSeized(Seized {
        vault: id,
        owner: vault.owner,
        collateral_type: spec.id,
        rule: decision.rule,
        price: terms.judging,
        price_low: terms.low,
        liquidation_ratio: terms.totals.liquidation_ratio,
        debt: decision.debt,
        normalized: decision.normalized,
        collateral: decision.collateral,
        penalty,
        loss: decision.loss,
        caller,
        caller_collateral,
        deposit,
    }));
    mechanisms
        .backstop
        .absorb(&mut ctx, spec, decision.loss, LossCause::Seizure(id))?;
    let lot = Lot {
        vault: id,
        owner: vault.owner,
        collateral,
        debt: decision.debt.try_sub(decision.loss)?,
        booked: decision.loss,
        penalty,
    };
    disposal::sell(mechanisms, &mut ctx, terms, lot, caller)
}

/// What a caller gets of the seized collateral: his share, but no more than the penalty is worth above what the pool's
/// discount may cost (rule R7). Else first-loss capital would pay him, and the pool's depositors would share it.
fn caller_collateral(terms: &Terms, decision: &Decision) -> Result<Amount, Rejected> {
    let share = decision.collateral.mul_ratio(terms.spec.caller_share, Round::Down)?;
    if terms.spec.peer.seizure != Seizure::Restore {
        return Ok(share);
    }
    let discounted = decision
        .debt
        .div_ratio(terms.spec.pool.discount.complement(), Round::Up)?
        .saturating_sub(decision.debt);
    let spare = decision.penalty.saturating_sub(discounted);
    Ok(share.min(terms.worth(spare, terms.low, Round::Down)?))
}
