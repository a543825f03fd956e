//! Opening and closing vaults; collateral in and out.

use ballast_num::{Amount, NormalizedDebt, Round};
use ballast_protocol::{AccountId, AssetId, Event, Module, Rejected, TypeId, VaultClosed, VaultId};

use super::{Batch, Seizures, Totals, Vault, Vaults};
use crate::kernel::Context;

impl Vaults {
    /// Opens an empty vault of the caller. Error: `UnknownType`.
    pub(crate) fn open(
        &mut self,
        ctx: &mut Context<'_>,
        batch: &mut Batch,
        collateral_type: TypeId,
    ) -> Result<VaultId, Rejected> {
        self.spec(collateral_type)?;
        let vault = Vault {
            owner: ctx.caller,
            collateral_type,
            collateral: Amount::ZERO,
            normalized_debt: NormalizedDebt::ZERO,
            deposit: Amount::ZERO,
            seizures: Seizures::default(),
        };
        let id = self.add(vault)?;
        batch.open(id, &vault);
        ctx.tell(Event::VaultOpened {
            vault: id,
            owner: ctx.caller,
            collateral_type,
        });
        Ok(id)
    }

    /// Adds a vault under the next number.
    pub(crate) fn add(&mut self, vault: Vault) -> Result<VaultId, Rejected> {
        let number = self
            .last
            .get()
            .0
            .checked_add(1)
            .ok_or(ballast_num::Arithmetic::Overflow)?;
        let id = VaultId(number);
        self.last.set(id);
        self.write(id, &vault)?;
        Ok(id)
    }

    /// Puts a vault into the books at genesis: its collateral, deposit and coins are minted by the caller.
    pub(crate) fn open_at_genesis(&mut self, vault: Vault) -> Result<VaultId, Rejected> {
        let totals = *self.totals(vault.collateral_type)?;
        let normalized_debt = totals.normalized_debt.try_add(vault.normalized_debt)?;
        self.totals.set(
            vault.collateral_type,
            Totals {
                normalized_debt,
                opening: normalized_debt,
                ..totals
            },
        );
        self.add(vault)
    }

    /// Locks collateral of the caller in anyone's vault. Errors: `ZeroAmount`, `UnknownVault`, `InsufficientBalance`.
    pub(crate) fn deposit(
        &mut self,
        ctx: &mut Context<'_>,
        batch: &mut Batch,
        id: VaultId,
        amount: Amount,
    ) -> Result<(), Rejected> {
        not_zero(amount)?;
        let vault = self.vault(id)?;
        let collateral = self.spec(vault.collateral_type)?.collateral;
        let after = Vault {
            collateral: vault.collateral.try_add(amount)?,
            ..vault
        };

        ctx.ledger
            .transfer(collateral, ctx.caller, Module::Vaults(vault.collateral_type), amount)?;
        batch.touch(id, &vault, Some(&after));
        self.write(id, &after)?;
        ctx.tell(Event::CollateralDeposited {
            vault: id,
            collateral_type: vault.collateral_type,
            by: ctx.caller,
            amount,
        });
        Ok(())
    }

    /// Releases collateral to the caller. Errors: `ZeroAmount`, `UnknownVault`, `NotOwner`, `LotsOnSale`, `Quiet`,
    /// `TooMuch`; at the batch's end those of the judgement.
    pub(crate) fn withdraw(
        &mut self,
        ctx: &mut Context<'_>,
        batch: &mut Batch,
        id: VaultId,
        amount: Amount,
    ) -> Result<(), Rejected> {
        not_zero(amount)?;
        let vault = self.unencumbered(id, ctx.caller)?;
        self.check_not_quiet(ctx, vault.collateral_type)?;
        let collateral = self.spec(vault.collateral_type)?.collateral;
        let rest = vault.collateral.try_sub(amount);
        let rest = rest.map_err(|_| Rejected::TooMuch {
            asked: amount,
            available: vault.collateral,
        })?;

        ctx.ledger
            .transfer(collateral, Module::Vaults(vault.collateral_type), ctx.caller, amount)?;
        let after = Vault {
            collateral: rest,
            ..vault
        };
        batch.touch(id, &vault, Some(&after));
        self.write(id, &after)?;
        ctx.tell(Event::CollateralWithdrawn {
            vault: id,
            collateral_type: vault.collateral_type,
            to: ctx.caller,
            amount,
        });
        Ok(())
    }

    /// Repays what is owed, from the deposit first and then from the caller, and returns the collateral and what is left
    /// of the deposit to the caller. Errors: `UnknownVault`, `NotOwner`, `LotsOnSale`, `InsufficientBalance`.
    pub(crate) fn close(&mut self, ctx: &mut Context<'_>, batch: &mut Batch, id: VaultId) -> Result<(), Rejected> {
        let vault = self.unencumbered(id, ctx.caller)?;
        let kind = vault.collateral_type;
        let (collateral, coin) = (self.spec(kind)?.collateral, ctx.limits.coin);
        let totals = *self.totals(kind)?;
        let owed = vault.normalized_debt.debt(totals.index, Round::Up)?;
        let deposit_used = owed.min(vault.deposit);
        let deposit_returned = vault.deposit.try_sub(deposit_used)?;
        let paid = owed.try_sub(deposit_used)?;

        ctx.ledger.burn(coin, ctx.caller, paid)?;
        ctx.ledger.burn(coin, Module::LiquidationDeposits(kind), deposit_used)?;
        ctx.ledger
            .transfer(coin, Module::LiquidationDeposits(kind), ctx.caller, deposit_returned)?;
        ctx.ledger
            .transfer(collateral, Module::Vaults(kind), ctx.caller, vault.collateral)?;
        self.remove_debt(kind, vault.normalized_debt)?;
        batch.touch(id, &vault, None);
        self.forget(id)?;
        ctx.tell(Event::VaultClosed(VaultClosed {
            vault: id,
            collateral_type: kind,
            to: ctx.caller,
            collateral: vault.collateral,
            paid,
            deposit_used,
            deposit_returned,
        }));
        Ok(())
    }

    /// Moves a balance of the caller. Errors: `ZeroAmount`, `InsufficientBalance`.
    pub(crate) fn send(ctx: &mut Context<'_>, asset: AssetId, to: AccountId, amount: Amount) -> Result<(), Rejected> {
        not_zero(amount)?;
        ctx.ledger.transfer(asset, ctx.caller, to, amount)?;
        ctx.tell(Event::Sent {
            asset,
            from: ctx.caller,
            to,
            amount,
        });
        Ok(())
    }

    /// Error: `Quiet`, while the quiet period after a gap of the type's feed runs (rule R4).
    pub(super) fn check_not_quiet(&self, ctx: &Context<'_>, collateral_type: TypeId) -> Result<(), Rejected> {
        let feed = self.spec(collateral_type)?.feed;
        match ctx.prices.quote(feed) {
            Ok(quote) if quote.quiet => Err(Rejected::Quiet { feed }),
            _ => Ok(()),
        }
    }
}

/// Error: `ZeroAmount`.
pub(super) fn not_zero(amount: Amount) -> Result<(), Rejected> {
    if amount.is_zero() {
        Err(Rejected::ZeroAmount)
    } else {
        Ok(())
    }
}
