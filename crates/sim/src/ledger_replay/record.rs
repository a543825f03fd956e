//! What the record says, row by row: the operations of a block, and what each vault holds and owes by them.

use std::collections::BTreeMap;

use ballast_engine::State;
use ballast_num::{Amount, Arithmetic, Index, NormalizedDebt, Price, Round, Timestamp, mul_div};
use ballast_protocol::Rejected;

use super::RATIO;
use super::compare::PATIENCE;
use super::owners::KIND;
use super::read::{Entry, What};

/// The rows of one block, by vault.
pub(super) type Rows = BTreeMap<u64, Vec<What>>;

/// The recorded rows, read up to a moment.
#[derive(Clone, Debug)]
pub(super) struct Record<'a> {
    entries: &'a [Entry],
    next: usize,
    /// What the vaults hold and owe; what they owe grows by our index.
    kept: BTreeMap<u64, (Amount, NormalizedDebt)>,
    /// The price at which a vault broke when its seizure began, by its last one.
    implied: BTreeMap<u64, (Timestamp, Price)>,
}

impl<'a> Record<'a> {
    pub(super) fn new(entries: &'a [Entry]) -> Self {
        Self {
            entries,
            next: 0,
            kept: BTreeMap::new(),
            implied: BTreeMap::new(),
        }
    }

    /// Reads on to a moment and returns what it read.
    pub(super) fn read_until(&mut self, now: Timestamp, state: &State) -> Rows {
        let index = state.vaults().totals(KIND).map_or(Index::ONE, |totals| totals.index);
        let mut rows = Rows::new();
        while let Some(entry) = self.entries.get(self.next).filter(|entry| entry.at <= now) {
            self.next += 1;
            rows.entry(entry.vault).or_default().push(entry.what);
            self.keep(entry, index);
        }
        rows
    }

    fn keep(&mut self, entry: &Entry, index: Index) {
        let (held, owed) = self.kept.entry(entry.vault).or_default();
        let normalized = |amount: Amount| amount.normalize(index, Round::Down).unwrap_or_default();
        match entry.what {
            What::Open => {}
            What::Deposit(amount) => *held = held.try_add(amount).unwrap_or(*held),
            What::Withdraw(amount) => *held = held.saturating_sub(amount),
            What::Draw(amount) => *owed = owed.try_add(normalized(amount)).unwrap_or(*owed),
            What::Repay(amount) => *owed = owed.saturating_sub(normalized(amount)),
            What::Seizure { debt, collateral } => {
                let breaks = owed
                    .debt(index, Round::Up)
                    .ok()
                    .and_then(|debt| break_price(*held, debt));
                let last = self.implied.get(&entry.vault).map_or(0, |(at, _)| at.0);
                if let Some(breaks) = breaks.filter(|_| last == 0 || entry.at.0 - last > PATIENCE) {
                    self.implied.insert(entry.vault, (entry.at, breaks));
                }
                *owed = owed.saturating_sub(normalized(debt));
                *held = held.saturating_sub(collateral);
            }
        }
    }

    /// The price at which a vault breaks as recorded, rounded up; none without debt or collateral.
    pub(super) fn breaks_at(&self, vault: u64, state: &State) -> Option<Price> {
        let (held, owed) = self.kept.get(&vault)?;
        let index = state.vaults().totals(KIND).ok()?.index;
        let debt = owed.debt(index, Round::Up).ok().filter(|debt| !debt.is_zero())?;
        break_price(*held, debt)
    }

    /// The price at which a vault broke, as recorded, when the seizure that began at this moment did.
    pub(super) fn implied(&self, vault: u64, at: Timestamp) -> Option<Price> {
        let (began, breaks) = self.implied.get(&vault)?;
        (*began == at).then_some(*breaks)
    }

    /// What a vault holds and owes; less than the debt floor is a remainder of fees.
    pub(super) fn holds(&self, vault: u64, state: &State) -> (Amount, Amount) {
        let (held, owed) = self.kept.get(&vault).copied().unwrap_or_default();
        let debt = || -> Result<Amount, Rejected> {
            let debt = owed.debt(state.vaults().totals(KIND)?.index, Round::Up)?;
            let is_dust = debt < state.vaults().spec(KIND)?.debt_floor;
            Ok(if is_dust { Amount::ZERO } else { debt })
        };
        (held, debt().unwrap_or_default())
    }
}

/// The price at which so much collateral stands at the liquidation ratio of so much debt, rounded up.
fn break_price(collateral: Amount, debt: Amount) -> Option<Price> {
    let find = || -> Result<Price, Arithmetic> {
        let least = debt.mul_ratio(RATIO, Round::Up)?;
        let raw = mul_div(least.raw(), Price::ONE.raw(), collateral.raw(), Round::Up)?;
        Ok(Price::from_raw(raw))
    };
    find().ok()
}

/// The rows that owners, not the peer, made.
pub(super) fn of_owners(rows: &Rows) -> Rows {
    let own = |whats: &Vec<What>| -> Vec<What> { whats.iter().filter(|what| !what.is_seizure()).copied().collect() };
    rows.iter()
        .map(|(vault, whats)| (*vault, own(whats)))
        .filter(|(_, whats)| !whats.is_empty())
        .collect()
}
