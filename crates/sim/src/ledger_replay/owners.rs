//! The recorded owners: they send as ordinary transactions what their vaults record.
//!
//! The rows of one vault in one block are one batch, judged at its end, in the order that needs least: open, deposit,
//! draw, repay, withdraw. If the batch is refused, its commands are sent again one by one in the next block, so that one
//! that the engine refuses does not take the others with it; what is refused then is counted by reason.

use std::collections::{BTreeMap, BTreeSet};

use ballast_engine::State;
use ballast_engine::kernel::prices::Use;
use ballast_num::{Amount, Round, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, Command, Event, FeeOffer, Outcome, Receipt, Rejected, Repayment, Signer, Transaction, TypeId, VaultId,
    VaultRef,
};

use super::compare::Obstacle;
use super::read::What;
use crate::market::usd;
use crate::world::COIN;

/// The recorded type.
pub(super) const KIND: TypeId = TypeId(1);
const FIRST_OWNER: u64 = 10_000_000;

/// The account of a recorded vault's owner: one a vault.
pub(super) const fn owner(vault: u64) -> AccountId {
    AccountId::numbered(FIRST_OWNER + vault)
}

/// What became of the recorded operations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Recorded, of all vaults.
    pub recorded: u64,
    /// Carried out here.
    pub done: u64,
    /// Skipped, as our engine had liquidated the vault before.
    pub skipped: u64,
    /// Refused, by the kind of refusal.
    pub refused: BTreeMap<String, u64>,
    /// Vaults that their owners brought back to the record, after a seizure of ours that the record does not have.
    pub restored: u64,
    /// Coins that they drew for it: debt that the record does not have.
    pub redrawn: Amount,
    /// Repayments that were taken as all that was owed, as they would have left less than the debt floor.
    pub rounded: u64,
}

/// The owners, and which vault of ours belongs to which.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners {
    vaults: BTreeMap<u64, VaultId>,
    recorded: BTreeMap<VaultId, u64>,
    /// Vaults that our engine has seized from and whose record has not started anew.
    seized: BTreeSet<u64>,
    /// Vaults of which an operation was refused.
    pub(super) diverged: BTreeSet<u64>,
    /// What each transaction of the block under way is: vault, operations, whether it may be sent again one by one.
    sent: BTreeMap<u64, (u64, Vec<What>, bool)>,
    again: Vec<(u64, What)>,
    /// Restorations of the block under way, by nonce: of which vault, and the debt that it draws.
    restoring: BTreeMap<u64, (u64, Amount)>,
    nonce: u64,
    /// What last kept owners from restoring their vaults.
    obstacles: BTreeMap<u64, Obstacle>,
    /// Vaults restored since this was last taken.
    pub(super) restored: Vec<u64>,
    pub(super) operations: Operations,
}

impl Owners {
    /// Our vault of a recorded one.
    pub(super) fn vault(&self, recorded: u64) -> Option<VaultId> {
        self.vaults.get(&recorded).copied()
    }

    /// The recorded vault of ours.
    pub(super) fn recorded(&self, vault: VaultId) -> Option<u64> {
        self.recorded.get(&vault).copied()
    }

    /// Notes that our engine has seized from a vault.
    pub(super) fn note_seizure(&mut self, recorded: u64) {
        self.seized.insert(recorded);
    }

    /// The transactions of a block: what was refused in the one before, then what is recorded now.
    pub(super) fn transactions(
        &mut self,
        state: &State,
        rows: &BTreeMap<u64, Vec<What>>,
        now: Timestamp,
    ) -> Vec<(u64, Transaction)> {
        self.sent.clear();
        let mut all = Vec::new();
        for (vault, what) in std::mem::take(&mut self.again) {
            all.extend(self.batch(state, vault, &[what], now, false));
        }
        for (vault, whats) in rows {
            let mut whats = whats.clone();
            self.operations.recorded += whats.len() as u64;
            if self.seized.contains(vault) {
                self.operations.skipped += whats.len() as u64;
                continue;
            }
            whats.sort_by_key(place);
            all.extend(self.batch(state, *vault, &whats, now, true));
        }
        all
    }

    /// Whether a vault of ours is not as recorded: our engine has seized from it, or an operation was refused.
    pub(super) fn differs(&self, recorded: u64) -> bool {
        self.seized.contains(&recorded) || self.diverged.contains(&recorded)
    }

    /// What last kept the owner of a vault from restoring it.
    pub(super) fn obstacle(&self, recorded: u64) -> Option<Obstacle> {
        self.obstacles.get(&recorded).copied()
    }

    /// Notes what keeps the owner of a vault from restoring it.
    pub(super) fn hinder(&mut self, recorded: u64, obstacle: Obstacle) {
        self.obstacles.insert(recorded, obstacle);
    }

    /// Brings a vault that only our engine has seized from back to its record, by closing it and opening another; does
    /// nothing if that must fail.
    pub(super) fn restore(
        &mut self,
        state: &State,
        recorded: u64,
        (collateral, debt): (Amount, Amount),
        now: Timestamp,
    ) -> Option<(u64, Transaction)> {
        if let Some(obstacle) = self.hinders(state, recorded, (collateral, debt)) {
            self.obstacles.insert(recorded, obstacle);
            return None;
        }
        self.obstacles.insert(recorded, Obstacle::Refused); // until it is done
        let mut commands = Vec::new();
        if let Some(id) = self.vault(recorded).filter(|id| state.vaults().vault(*id).is_ok()) {
            commands.push(Command::CloseVault { vault: id.into() });
        }
        commands.push(Command::OpenVault { collateral_type: KIND });
        let vault = VaultRef::Opened(0);
        if !collateral.is_zero() {
            commands.push(Command::Deposit {
                vault,
                amount: collateral,
            });
        }
        if !debt.is_zero() {
            commands.push(Command::DrawDebt { vault, amount: debt });
        }
        let (nonce, transaction) = self.sign(recorded, commands, now);
        self.restoring.insert(nonce, (recorded, debt));
        Some((nonce, transaction))
    }

    /// What keeps an owner from closing his vault and opening it as recorded.
    fn hinders(&self, state: &State, recorded: u64, (collateral, debt): (Amount, Amount)) -> Option<Obstacle> {
        let find = || -> Result<Option<Obstacle>, Rejected> {
            let spec = state.vaults().spec(KIND)?;
            let Ok(price) = state.prices().quote(spec.feed)?.price(Use::Borrow) else {
                return Ok(Some(Obstacle::NoPrice));
            };
            let least = debt.mul_ratio(spec.initial_ratio, Round::Up)?;
            if usd(collateral, price)? < least {
                return Ok(Some(Obstacle::UnderRatio));
            }
            let held = self.vault(recorded).and_then(|id| state.vaults().vault(id).ok());
            let index = state.vaults().totals(KIND)?.index;
            let owed = held.map_or(Ok(Amount::ZERO), |vault| vault.normalized_debt.debt(index, Round::Up))?;
            let locked = held.map_or(Amount::ZERO, |vault| vault.collateral);
            let (account, ledger) = (owner(recorded), state.ledger());
            if ledger.balance(COIN, account) < owed {
                return Ok(Some(Obstacle::Coins));
            }
            let ether = ledger.balance(spec.collateral, account).try_add(locked)?;
            Ok((ether < collateral).then_some(Obstacle::Ether))
        };
        find().unwrap_or(Some(Obstacle::NoPrice))
    }

    /// Ends an episode: the record has lost the vault, so its owner closes what is left of ours.
    pub(super) fn close(&mut self, state: &State, recorded: u64, now: Timestamp) -> Option<(u64, Transaction)> {
        self.seized.remove(&recorded);
        self.diverged.remove(&recorded);
        self.obstacles.remove(&recorded);
        let vault = self
            .vaults
            .remove(&recorded)
            .filter(|id| state.vaults().vault(*id).is_ok())?;
        Some(self.sign(recorded, vec![Command::CloseVault { vault: vault.into() }], now))
    }

    fn batch(
        &mut self,
        state: &State,
        recorded: u64,
        whats: &[What],
        now: Timestamp,
        may_split: bool,
    ) -> Option<(u64, Transaction)> {
        let existing = self.vault(recorded);
        let mut commands = Vec::new();
        let vault = match existing {
            Some(id) => VaultRef::Id(id),
            None => {
                commands.push(Command::OpenVault { collateral_type: KIND });
                VaultRef::Opened(0)
            }
        };
        let held = existing.and_then(|id| state.vaults().vault(id).ok());
        let index = state.vaults().totals(KIND).map(|totals| totals.index).ok()?;
        let floor = state.vaults().spec(KIND).map(|spec| spec.debt_floor).ok()?;
        let mut collateral = held.map_or(Amount::ZERO, |vault| vault.collateral);
        let mut debt = held
            .and_then(|vault| vault.normalized_debt.debt(index, Round::Up).ok())
            .unwrap_or_default();
        for what in whats {
            match *what {
                What::Deposit(amount) if !amount.is_zero() => {
                    collateral = collateral.try_add(amount).unwrap_or(collateral);
                    commands.push(Command::Deposit { vault, amount });
                }
                What::Draw(amount) if !amount.is_zero() => {
                    debt = debt.try_add(amount).unwrap_or(debt);
                    commands.push(Command::DrawDebt { vault, amount });
                }
                What::Repay(amount) if !amount.is_zero() && !debt.is_zero() => {
                    let rest = debt.saturating_sub(amount);
                    let all = rest < floor;
                    if all && rest != Amount::ZERO {
                        self.operations.rounded += 1;
                    }
                    let exact = if all {
                        Repayment::All
                    } else {
                        Repayment::Exactly(amount)
                    };
                    debt = if all { Amount::ZERO } else { rest };
                    commands.push(Command::RepayDebt { vault, amount: exact });
                }
                What::Withdraw(amount) if !amount.min(collateral).is_zero() => {
                    let amount = amount.min(collateral);
                    collateral = collateral.saturating_sub(amount);
                    commands.push(Command::Withdraw { vault, amount });
                }
                // Nothing to do here: what is recorded has no effect on what our vault holds.
                _ => self.operations.done += u64::from(whats.len() == 1 && existing.is_some()),
            }
        }
        if commands.is_empty() {
            return None;
        }
        let (nonce, transaction) = self.sign(recorded, commands, now);
        self.sent.insert(nonce, (recorded, whats.to_vec(), may_split));
        Some((nonce, transaction))
    }

    fn sign(&mut self, recorded: u64, commands: Vec<Command>, now: Timestamp) -> (u64, Transaction) {
        self.nonce += 1;
        let transaction = Transaction {
            sender: owner(recorded),
            signer: Signer::Wallet,
            nonce: self.nonce,
            expiry: now.after(Seconds::HOUR).unwrap_or(Timestamp::MAX),
            fee: FeeOffer {
                asset: COIN,
                on_failure: COIN,
                limit: Amount::MAX,
            },
            commands,
        };
        (self.nonce, transaction)
    }

    /// Reads what came of a transaction.
    pub(super) fn receive(&mut self, nonce: u64, receipt: &Receipt) {
        if let Some((recorded, debt)) = self.restoring.remove(&nonce) {
            if receipt.outcome == Outcome::Done {
                let operations = &mut self.operations;
                operations.restored += 1;
                operations.redrawn = operations.redrawn.try_add(debt).unwrap_or(Amount::MAX);
                self.restored.push(recorded);
                self.seized.remove(&recorded);
                self.diverged.remove(&recorded);
                self.obstacles.remove(&recorded);
                self.take_over(recorded, receipt);
            }
            return;
        }
        let Some((recorded, whats, may_split)) = self.sent.remove(&nonce) else {
            return;
        };
        match &receipt.outcome {
            Outcome::Done => {
                self.operations.done += whats.len() as u64;
                self.take_over(recorded, receipt);
            }
            Outcome::Failed { reason, .. } | Outcome::NotAdmitted(reason) => {
                if may_split && whats.len() > 1 {
                    self.again.extend(whats.into_iter().map(|what| (recorded, what)));
                } else {
                    self.diverged.insert(recorded);
                    *self.operations.refused.entry(kind(reason)).or_default() += whats.len() as u64;
                }
            }
        }
    }
}

impl Owners {
    /// Notes the vault that a transaction has opened.
    fn take_over(&mut self, recorded: u64, receipt: &Receipt) {
        for event in &receipt.events {
            if let Event::VaultOpened { vault, .. } = event {
                self.vaults.insert(recorded, *vault);
                self.recorded.insert(*vault, recorded);
            }
        }
    }
}

/// The order in which a batch needs least.
fn place(what: &What) -> u8 {
    match what {
        What::Open => 0,
        What::Deposit(_) => 1,
        What::Draw(_) => 2,
        What::Repay(_) => 3,
        What::Withdraw(_) => 4,
        What::Seizure { .. } => 5,
    }
}

/// The refusal without its figures.
fn kind(reason: &Rejected) -> String {
    let text = format!("{reason:?}");
    let name = text.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
    match reason {
        Rejected::NoPrice(_) => text.split([' ', '{']).next().unwrap_or_default().to_owned() + ")",
        _ => name,
    }
}
