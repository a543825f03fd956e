//! Vaults: records and batches, collateral in and out; debt, management and judgement are beside it.

mod debt;
mod judge;
mod manage;

use ballast_num::{Amount, Round};
use ballast_protocol::{AccountId, ClosingCause, Module, Rejected, Sharing, TypeId, TypeSpec, VaultId, VaultRef};
use num_bigint::BigUint;

use super::number::{add, big, owed, sub};
use super::sharing::Worth;
use super::{Done, Model};

use Round::Up;

/// A vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vault {
    pub(crate) owner: AccountId,
    pub(crate) kind: TypeId,
    pub(crate) collateral: u128,
    pub(crate) normalized: u128,
    pub(crate) deposit: u128,
    pub(crate) seized_in: u64,
    /// In a type that may share out: the shares of a vault in debt, what it owed when they were written, and how often
    /// the type had shared out by then.
    pub(crate) shares: u128,
    pub(crate) written: u128,
    pub(crate) written_after: usize,
}

impl Vault {
    /// One with nothing in it.
    pub(crate) fn empty(owner: AccountId, kind: TypeId) -> Self {
        Self {
            owner,
            kind,
            collateral: 0,
            normalized: 0,
            deposit: 0,
            seized_in: 0,
            shares: 0,
            written: 0,
            written_after: 0,
        }
    }
}

/// A collateral type.
#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub(crate) spec: TypeSpec,
    pub(crate) decimals: u8,
    /// What a share is worth, if the type may share out.
    pub(crate) worth: Option<Worth>,
    /// Normalized debt of all its vaults.
    pub(crate) total: u128,
    pub(crate) opening: u128,
    pub(crate) drawn: u128,
    /// What batches of this block owed beyond health between their steps.
    pub(super) deferred: u128,
    /// Normalized debt that the hour's bucket holds from earlier blocks.
    pub(crate) recent: u128,
    /// Prices that judged within the grace, and the live time at which each ceased to.
    pub(super) ended: Vec<(u64, u128)>,
    pub(crate) index: u128,
    pub(super) accrued: u64,
    /// The liquidation ratio in force.
    pub(crate) ratio: u128,
    pub(super) glided: u64,
    pub(crate) closed: Option<ClosingCause>,
    /// Stressed loss, what covers it, and the glide gap.
    pub(crate) issuance: Option<(u128, u128, u128)>,
    /// Coins that its market had as the block began, in locked depth at the low price.
    pub(super) depth: u128,
}

/// What a batch has opened, and what each vault was before it: nothing, for those that it has opened.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    pub(super) opened: Vec<VaultId>,
    pub(super) touched: Vec<(VaultId, Option<Vault>, MustBeSafe)>,
}

type MustBeSafe = bool;

impl Batch {
    pub(super) fn named(&self, vault: VaultRef) -> Result<VaultId, Rejected> {
        match vault {
            VaultRef::Id(id) => Ok(id),
            VaultRef::Opened(n) => self.opened.get(usize::from(n)).copied().ok_or(Rejected::NotOpened(n)),
        }
    }

    pub(super) fn has_touched(&self, vault: VaultId) -> bool {
        self.touched.iter().any(|(id, ..)| *id == vault)
    }

    pub(super) fn touch(&mut self, id: VaultId, before: Option<Vault>) {
        if !self.has_touched(id) {
            self.touched.push((id, before, false));
        }
    }

    fn must_be_safe(&mut self, id: VaultId) {
        self.touched
            .iter_mut()
            .filter(|(touched, ..)| *touched == id)
            .for_each(|(.., safe)| *safe = true);
    }
}

impl Type {
    pub(super) fn new(spec: TypeSpec, decimals: u8, index: u128, now: u64) -> Self {
        let ratio = spec.liquidation_ratio.raw();
        let worth = (spec.sharing == Sharing::WhenCovered).then(Worth::at_first);
        Self {
            spec,
            decimals,
            worth,
            total: 0,
            opening: 0,
            drawn: 0,
            deferred: 0,
            recent: 0,
            ended: Vec::new(),
            index,
            accrued: now,
            ratio,
            glided: 0,
            closed: None,
            issuance: None,
            depth: 0,
        }
    }

    /// Whether collateral value ≥ debt × ratio, with nothing rounded.
    pub(crate) fn reaches(&self, normalized: u128, collateral: u128, price: u128, ratio: u128) -> bool {
        let scale = BigUint::from(10_u8).pow(36 - u32::from(self.decimals));
        big(collateral) * price * scale >= big(normalized) * self.index * ratio
    }

    /// From the liquidation ratio, the one in force or the coming one, whichever asks for more, to the band above it.
    pub(super) fn warned(&self) -> (u128, u128) {
        let least = self.ratio.max(self.spec.liquidation_ratio.raw());
        (least, least + self.spec.warning_band.raw())
    }

    pub(crate) fn owed(&self, normalized: u128) -> Result<u128, Rejected> {
        owed(normalized, self.index, Up)
    }
}

fn some(amount: u128) -> Done {
    if amount == 0 { Err(Rejected::ZeroAmount) } else { Ok(()) }
}

fn too_much(asked: u128, available: u128) -> Rejected {
    Rejected::TooMuch {
        asked: Amount::from_raw(asked),
        available: Amount::from_raw(available),
    }
}

impl Model {
    pub(crate) fn vault(&self, id: VaultId) -> Result<Vault, Rejected> {
        self.vaults.get(&id).copied().ok_or(Rejected::UnknownVault(id))
    }

    fn managed(&self, id: VaultId, caller: AccountId) -> Result<Vault, Rejected> {
        let vault = self.vault(id)?;
        if vault.owner != caller && !self.delegates.contains(&(vault.owner, caller)) {
            return Err(Rejected::NotOwner { vault: id, caller });
        }
        Ok(vault)
    }

    /// A vault that its owner may take from: as long as part of it is on sale, it answers for what that does not bring in.
    fn free(&self, id: VaultId, caller: AccountId) -> Result<Vault, Rejected> {
        let vault = self.managed(id, caller)?;
        let lots = self.lots_of(id);
        if lots > 0 {
            return Err(Rejected::LotsOnSale { vault: id, lots });
        }
        Ok(vault)
    }

    /// How many auctions sell parts of a vault.
    pub(crate) fn lots_of(&self, id: VaultId) -> u16 {
        let lots = self.auctions.values().filter(|auction| auction.vault == id);
        u16::try_from(lots.count()).unwrap_or(u16::MAX)
    }

    fn not_quiet(&self, kind: TypeId) -> Done {
        let feed = self.spec(kind)?.feed;
        match self.quotes.get(&feed) {
            Some(quote) if quote.quiet => Err(Rejected::Quiet { feed }),
            _ => Ok(()),
        }
    }

    pub(super) fn add_vault(&mut self, vault: Vault) -> Result<VaultId, Rejected> {
        self.last_vault += 1;
        let id = VaultId(self.last_vault);
        self.keep(id, vault)?;
        Ok(id)
    }

    pub(super) fn forget_vault(&mut self, id: VaultId) {
        self.vaults.remove(&id);
        self.orders.remove(&id);
        self.taken.remove(&id);
    }

    pub(super) fn open_vault(&mut self, batch: &mut Batch, owner: AccountId, kind: TypeId) -> Done {
        self.kind(kind)?;
        let id = self.add_vault(Vault::empty(owner, kind))?;
        batch.opened.push(id);
        batch.touch(id, None);
        Ok(())
    }

    pub(super) fn deposit(&mut self, batch: &mut Batch, caller: AccountId, id: VaultId, amount: u128) -> Done {
        some(amount)?;
        let vault = self.vault(id)?;
        let collateral = add(vault.collateral, amount)?;
        self.pay(
            self.spec(vault.kind)?.collateral,
            caller,
            Module::Vaults(vault.kind),
            amount,
        )?;
        batch.touch(id, Some(vault));
        self.keep(id, Vault { collateral, ..vault })
    }

    pub(super) fn withdraw(&mut self, batch: &mut Batch, caller: AccountId, id: VaultId, amount: u128) -> Done {
        some(amount)?;
        let vault = self.free(id, caller)?;
        self.not_quiet(vault.kind)?;
        let collateral = sub(vault.collateral, amount).map_err(|_| too_much(amount, vault.collateral))?;
        self.pay(
            self.spec(vault.kind)?.collateral,
            Module::Vaults(vault.kind),
            caller,
            amount,
        )?;
        batch.touch(id, Some(vault));
        self.keep(id, Vault { collateral, ..vault })
    }

    pub(super) fn close_vault(&mut self, batch: &mut Batch, caller: AccountId, id: VaultId) -> Done {
        let vault = self.free(id, caller)?;
        let (coin, kind) = (self.coin(), vault.kind);
        let debt = self.kind(kind)?.owed(vault.normalized)?;
        let from_deposit = debt.min(vault.deposit);
        self.burn(coin, caller, debt - from_deposit)?;
        self.burn(coin, Module::LiquidationDeposits(kind), from_deposit)?;
        self.pay(
            coin,
            Module::LiquidationDeposits(kind),
            caller,
            vault.deposit - from_deposit,
        )?;
        self.pay(
            self.spec(kind)?.collateral,
            Module::Vaults(kind),
            caller,
            vault.collateral,
        )?;
        self.kind_mut(kind)?.settle_debt(vault.normalized)?;
        batch.touch(id, Some(vault));
        self.forget_vault(id);
        Ok(())
    }

    pub(super) fn send(
        &mut self,
        caller: AccountId,
        asset: ballast_protocol::AssetId,
        to: AccountId,
        amount: u128,
    ) -> Done {
        some(amount)?;
        self.pay(asset, caller, to, amount)
    }
}
