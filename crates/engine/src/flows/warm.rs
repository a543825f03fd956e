//! Reading ahead: what a group of transactions will search for, brought near the processor before the first runs.
//!
//! In a state that is larger than the processor's caches most of the time of a transaction goes into waiting for
//! memory, and waiting for many lines at once takes little longer than for one. Nothing here changes any result.

use ballast_num::{Amount, NormalizedDebt, Round};
use ballast_protocol::{Command, Repayment, Transaction, VaultId, VaultRef};

use crate::kernel::table::NEAR;
use crate::mechanisms::vault::{Vault, VaultRecord, Vaults};
use crate::state::State;

/// Reads the accounts of the senders, the vaults that are named, and where these stand in the order of liquidation
/// before and after.
pub(crate) fn warm(state: &State, transactions: &[(usize, &Transaction)]) {
    if state.vaults.len() < NEAR {
        return;
    }
    let senders: Vec<_> = transactions
        .iter()
        .map(|(_, transaction)| &transaction.sender)
        .collect();
    state.ledger.warm(&senders);
    let commands = transactions.iter().flat_map(|(_, transaction)| &transaction.commands);
    let named: Vec<(VaultId, &Command)> = commands
        .filter_map(|command| Some((vault(command)?, command)))
        .collect();
    state
        .vaults
        .book
        .warm(&named, |before, command| expected(&state.vaults, before, command));
}

/// The vault that a command changes, if it is of those that owners send most.
const fn vault(command: &Command) -> Option<VaultId> {
    match command {
        Command::Deposit {
            vault: VaultRef::Id(id),
            ..
        }
        | Command::Withdraw {
            vault: VaultRef::Id(id),
            ..
        }
        | Command::DrawDebt {
            vault: VaultRef::Id(id),
            ..
        }
        | Command::RepayDebt {
            vault: VaultRef::Id(id),
            ..
        } => Some(*id),
        _ => None,
    }
}

/// What a vault will be after a command that succeeds, or nearly: it is only a guess at which memory will be needed.
fn expected(vaults: &Vaults, record: &VaultRecord, command: &Command) -> Option<VaultRecord> {
    let before = vaults.vault_of(record);
    let index = vaults.totals(before.collateral_type).ok()?.index;
    let normalized = |amount: Amount| amount.normalize(index, Round::Up).ok();
    let (mut collateral, mut debt) = (before.collateral, before.normalized_debt);
    match command {
        Command::Deposit { amount, .. } => collateral = collateral.try_add(*amount).ok()?,
        Command::Withdraw { amount, .. } => collateral = collateral.saturating_sub(*amount),
        Command::DrawDebt { amount, .. } => {
            let fee = vaults.spec(before.collateral_type).ok()?.borrowing_fee;
            let added = amount.try_add(amount.mul_ratio(fee, Round::Up).ok()?).ok()?;
            debt = debt.try_add(normalized(added)?).ok()?;
        }
        Command::RepayDebt {
            amount: Repayment::Exactly(amount),
            ..
        } => debt = debt.try_sub(normalized(*amount)?).ok()?,
        _ => debt = NormalizedDebt::ZERO,
    }
    let after = Vault {
        collateral,
        normalized_debt: debt,
        ..before
    };
    vaults.record_of(&after).ok()
}
