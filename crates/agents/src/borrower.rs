//! A borrower: opens vaults, draws, trades what it has drawn, and looks after its vaults as well as its temper lets it.
//!
//! Its whims come from a generator with a seed, so that one board and one seed make the same steps.

use ballast_num::{Amount, Ratio, Round};
use ballast_protocol::api::{Health, TypeInfo, VaultInfo};
use ballast_protocol::{Command, Order, Repayment, VaultRef, coins};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use crate::board::{Board, Own, Step};
use crate::keeper::{is_live, queued};

/// How a borrower looks after its vaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temper {
    /// Acts when it is warned.
    Careful,
    /// Acts when it is warned, every other time.
    Ordinary,
    /// Never acts: the engine will.
    Careless,
}

impl Temper {
    /// That of a borrower by its number: one in four is careful, one in four careless.
    pub const fn of(number: u32) -> Self {
        match number % 4 {
            0 => Self::Careful,
            1 => Self::Careless,
            _ => Self::Ordinary,
        }
    }
}

/// Coins that a new vault draws, about.
const DRAWS: u64 = 4_000;
/// Vaults that a borrower has at most.
const VAULTS_MAX: usize = 24;
/// In how many looks a borrower has a whim.
const WHIM: u64 = 6;

/// Whether something that happens once in so many looks happens in this one.
fn happens(random: &mut ChaCha8Rng, once_in: u64) -> bool {
    random.next_u64().is_multiple_of(once_in.max(1))
}

/// A number from `least` up to, not including, `end`.
fn between(random: &mut ChaCha8Rng, least: u64, end: u64) -> u64 {
    least + random.next_u64() % end.saturating_sub(least).max(1)
}

/// What a borrower does about a state.
pub fn decide(board: &Board, own: &Own, temper: Temper, random: &mut ChaCha8Rng) -> Vec<Step> {
    let mut steps: Vec<Step> = own
        .vaults
        .iter()
        .filter_map(|vault| guard(board, own, vault, temper, random))
        .collect();
    if steps.is_empty() && happens(random, WHIM) {
        steps.extend(whim(board, own, random));
    }
    steps
}

/// Brings a vault that is warned a fifth above its liquidation ratio: by repaying, else by adding collateral.
fn guard(board: &Board, own: &Own, vault: &VaultInfo, temper: Temper, random: &mut ChaCha8Rng) -> Option<Step> {
    let acts = match temper {
        Temper::Careful => true,
        Temper::Ordinary => happens(random, 2),
        Temper::Careless => false,
    };
    if vault.health != Health::Warned || !acts {
        return None;
    }
    let kind = board.kind(vault.collateral_type)?;
    let price = board.feed(kind.spec.feed)?.judging;
    let value = board.worth(vault.collateral, price, kind.spec.collateral)?;
    let wanted = kind.liquidation_ratio.mul_ratio(Ratio::percent(120), Round::Up).ok()?;
    let id = VaultRef::Id(vault.id);
    let bearable = value.div_ratio(wanted, Round::Down).ok()?;
    let excess = vault.debt.saturating_sub(bearable);
    let rest = vault.debt.saturating_sub(excess);
    let coins_held = own.balance(board.status.coin);
    // A debt between nothing and the floor is not allowed.
    if coins_held > excess && (rest >= kind.spec.debt_floor || rest.is_zero()) {
        let why = format!(
            "repay {} of {}, which is warned",
            excess.in_units(board.decimals(board.status.coin)),
            vault.id
        );
        let amount = Repayment::Exactly(excess);
        return Some(Step::of(Command::RepayDebt { vault: id, amount }, why));
    }
    let missing = vault.debt.mul_ratio(wanted, Round::Up).ok()?.saturating_sub(value);
    let amount = board.bought(missing, price, kind.spec.collateral)?;
    let amount = amount.min(own.balance(kind.spec.collateral).prorate(1, 2, Round::Down).ok()?);
    (!amount.is_zero()).then(|| {
        let why = format!("add collateral to {}, which is warned", vault.id);
        Step::of(Command::Deposit { vault: id, amount }, why)
    })
}

/// Something that nobody must do: a new vault, more debt, less, or a trade.
fn whim(board: &Board, own: &Own, random: &mut ChaCha8Rng) -> Option<Step> {
    let kind = pick(&board.types, random)?;
    match between(random, 0, 4) {
        0 => open(board, own, kind, random),
        1 => change(board, own, random),
        _ => trade(board, own, kind, random),
    }
}

fn pick<'a, T>(among: &'a [T], random: &mut ChaCha8Rng) -> Option<&'a T> {
    let count = u64::try_from(among.len()).ok().filter(|count| *count > 0)?;
    among.get(usize::try_from(random.next_u64() % count).ok()?)
}

/// A new vault at 1.1 to 1.8 times the initial ratio.
fn open(board: &Board, own: &Own, kind: &TypeInfo, random: &mut ChaCha8Rng) -> Option<Step> {
    let spec = &kind.spec;
    let feed = board.feed(spec.feed).filter(|feed| is_live(feed))?;
    if own.vaults.len() >= VAULTS_MAX {
        return None;
    }
    let debt = coins(between(random, DRAWS / 4, DRAWS * 2)).max(spec.debt_floor);
    let above = Ratio::percent(u32::try_from(between(random, 110, 180)).ok()?);
    let ratio = spec.initial_ratio.mul_ratio(above, Round::Up).ok()?;
    let owed = debt.try_add(spec.liquidation_deposit).ok()?;
    let price = feed.spot.min(feed.mean);
    let amount = board.bought(owed.mul_ratio(ratio, Round::Up).ok()?, price, spec.collateral)?;
    // Half of what it holds stays, to look after what it has.
    if amount > own.balance(spec.collateral).prorate(1, 2, Round::Down).ok()? {
        return None;
    }
    let vault = VaultRef::Opened(0);
    Some(Step {
        commands: vec![
            Command::OpenVault {
                collateral_type: spec.id,
            },
            Command::Deposit { vault, amount },
            Command::DrawDebt { vault, amount: debt },
        ],
        why: format!(
            "open a vault of {} and draw {}",
            spec.name,
            debt.in_units(board.decimals(board.status.coin))
        ),
    })
}

/// A tenth more or less debt in one of its vaults.
fn change(board: &Board, own: &Own, random: &mut ChaCha8Rng) -> Option<Step> {
    let vault = pick(&own.vaults, random)?;
    let kind = board.kind(vault.collateral_type)?;
    let part = vault.debt.prorate(1, 10, Round::Down).ok()?;
    let id = VaultRef::Id(vault.id);
    let far = kind.spec.initial_ratio.mul_ratio(Ratio::percent(130), Round::Up).ok()?;
    if vault.ratio? > far && !part.is_zero() {
        let why = format!("draw a tenth more from {}", vault.id);
        return Some(Step::of(
            Command::DrawDebt {
                vault: id,
                amount: part,
            },
            why,
        ));
    }
    let rest = vault.debt.saturating_sub(part);
    let can = own.balance(board.status.coin) > part && rest >= kind.spec.debt_floor && !part.is_zero();
    can.then(|| {
        let amount = Repayment::Exactly(part);
        Step::of(
            Command::RepayDebt { vault: id, amount },
            format!("repay a tenth of {}", vault.id),
        )
    })
}

/// Buys collateral with a third of its coins, or sells a tenth of its collateral, within a percent of the feed.
fn trade(board: &Board, own: &Own, kind: &TypeInfo, random: &mut ChaCha8Rng) -> Option<Step> {
    let market = board.market_of(kind.spec.collateral)?;
    let spec = &market.spec;
    let feed = board.feed(spec.feed).filter(|feed| is_live(feed))?;
    if own.waits_in(spec.id) {
        return None;
    }
    let order = if happens(random, 2) {
        let amount = own.balance(board.status.coin).prorate(1, 3, Round::Down).ok()?;
        let limit = feed.spot.mul_ratio(Ratio::percent(101), Round::Down).ok()?;
        (amount >= spec.ticket_min).then_some(Order::Buy {
            market: spec.id,
            amount,
            limit,
        })
    } else {
        let amount: Amount = own.balance(spec.base).prorate(1, 10, Round::Down).ok()?;
        let limit = feed.spot.mul_ratio(Ratio::percent(99), Round::Up).ok()?;
        let worth = board.worth(amount, feed.low, spec.base)?;
        (worth >= spec.ticket_min && amount >= spec.sale_min).then_some(Order::Sell {
            market: spec.id,
            amount,
            limit,
        })
    }?;
    let why = match order {
        Order::Buy { .. } => format!("buy {}", kind.spec.name),
        _ => format!("sell {}", kind.spec.name),
    };
    Some(Step::of(queued(order, board.status.now), why))
}

#[cfg(test)]
mod tests;
