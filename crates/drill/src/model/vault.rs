//! Vaults: what each command does to them, and how they are judged at a batch's end.

use std::collections::BTreeMap;

use ballast_num::{Amount, RAY, Ratio, Round, WAD};
use ballast_protocol::{
    AccountId, ClosingCause, Module, Permission, Protection, Rejected, Repayment, StandingOrder, TypeId, TypeSpec,
    VaultId, VaultRef,
};
use num_bigint::BigUint;

use super::number::{add, big, normalize, owed, part, quotient, share, sub, value};
use super::oracle::Quote;
use super::{Done, Model};

use Round::{Down, Up};

/// A vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vault {
    pub(crate) owner: AccountId,
    pub(crate) kind: TypeId,
    pub(crate) collateral: u128,
    pub(crate) normalized: u128,
    pub(crate) deposit: u128,
    pub(crate) seized_in: u64,
}

/// A collateral type.
#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub(crate) spec: TypeSpec,
    pub(crate) decimals: u8,
    /// Normalized debt of all its vaults.
    pub(crate) total: u128,
    pub(crate) opening: u128,
    pub(crate) drawn: u128,
    /// What batches of this block owed beyond health between their steps.
    pub(super) deferred: u128,
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
        Self {
            spec,
            decimals,
            total: 0,
            opening: 0,
            drawn: 0,
            deferred: 0,
            ended: Vec::new(),
            index,
            accrued: now,
            ratio,
            glided: 0,
            closed: None,
            issuance: None,
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

    pub(super) fn add_vault(&mut self, vault: Vault) -> VaultId {
        self.last_vault += 1;
        self.vaults.insert(VaultId(self.last_vault), vault);
        VaultId(self.last_vault)
    }

    pub(super) fn forget_vault(&mut self, id: VaultId) {
        self.vaults.remove(&id);
        self.orders.remove(&id);
    }

    pub(super) fn open_vault(&mut self, batch: &mut Batch, owner: AccountId, kind: TypeId) -> Done {
        self.kind(kind)?;
        let id = self.add_vault(Vault {
            owner,
            kind,
            collateral: 0,
            normalized: 0,
            deposit: 0,
            seized_in: 0,
        });
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
        self.vaults.insert(id, Vault { collateral, ..vault });
        Ok(())
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
        self.vaults.insert(id, Vault { collateral, ..vault });
        Ok(())
    }

    pub(super) fn draw(&mut self, batch: &mut Batch, caller: AccountId, id: VaultId, amount: u128) -> Done {
        some(amount)?;
        let vault = self.free(id, caller)?;
        let (coin, kind) = (self.coin(), vault.kind);
        let fee = share(amount, self.spec(kind)?.borrowing_fee.raw(), Up)?;
        let deposit = self.deposit_due(&vault)?;
        let normalized = self.issue(kind, add(add(amount, fee)?, deposit)?)?;
        let after = Vault {
            normalized: add(vault.normalized, normalized)?,
            deposit: add(vault.deposit, deposit)?,
            ..vault
        };
        batch.touch(id, Some(vault));
        self.vaults.insert(id, after);
        self.mint(coin, caller.into(), amount)?;
        self.mint(coin, Module::SurplusBuffer.into(), fee)?;
        self.mint(coin, Module::LiquidationDeposits(kind).into(), deposit)
    }

    /// A vault leaves its liquidation deposit with its first debt.
    fn deposit_due(&self, vault: &Vault) -> Result<u128, Rejected> {
        let asked = self.spec(vault.kind)?.liquidation_deposit.raw();
        Ok(if vault.normalized == 0 {
            asked.saturating_sub(vault.deposit)
        } else {
            0
        })
    }

    /// New debt of a type, normalized, after all that may forbid it.
    fn issue(&mut self, id: TypeId, debt: u128) -> Result<u128, Rejected> {
        self.not_quiet(id)?;
        let kind = self.kind(id)?;
        if let Some(cause) = kind.closed {
            return Err(Rejected::TypeClosed {
                collateral_type: id,
                cause,
            });
        }
        if let Some((_, _, gap)) = kind.issuance.filter(|(_, _, gap)| *gap > 0) {
            return Err(Rejected::GlideGap {
                collateral_type: id,
                gap: Amount::from_raw(gap),
            });
        }
        if let Some((loss, cover, _)) = kind.issuance.filter(|(loss, cover, _)| loss > cover) {
            return Err(Rejected::Uncovered {
                collateral_type: id,
                stressed_loss: Amount::from_raw(loss),
                cover: Amount::from_raw(cover),
            });
        }
        let normalized = normalize(debt, kind.index, Up)?;
        let (total, drawn) = (add(kind.total, normalized)?, add(kind.drawn, normalized)?);
        let counted = add(kind.opening, drawn)?;
        let (index, ceiling) = (kind.index, kind.spec.debt_ceiling);
        if big(counted) * index > big(ceiling.raw()) * RAY {
            return Err(Rejected::CeilingExceeded {
                collateral_type: id,
                debt: Amount::from_raw(owed(counted, index, Up)?),
                ceiling,
            });
        }
        let others = self.types.iter().filter(|(other, _)| **other != id);
        let all = others.fold(big(counted) * index, |sum, (_, other)| {
            sum + (big(other.opening) + other.drawn) * other.index
        });
        let ceiling = self.limits.debt_ceiling;
        if all > big(ceiling.raw()) * RAY {
            let debt = Amount::from_raw(quotient(&all, RAY, Up)?);
            return Err(Rejected::GlobalCeilingExceeded { debt, ceiling });
        }
        let kind = self.kind_mut(id)?;
        (kind.total, kind.drawn) = (total, drawn);
        Ok(normalized)
    }

    pub(super) fn repay(&mut self, batch: &mut Batch, caller: AccountId, id: VaultId, how: Repayment) -> Done {
        let vault = self.vault(id)?;
        let kind = self.kind(vault.kind)?;
        let all = kind.owed(vault.normalized)?;
        let amount = match how {
            Repayment::All => all,
            Repayment::Exactly(amount) => amount.raw(),
        };
        some(amount)?;
        if amount > all {
            return Err(too_much(amount, all));
        }
        let normalized = if amount == all {
            vault.normalized
        } else {
            normalize(amount, kind.index, Down)?
        };
        self.burn(self.coin(), caller, amount)?;
        self.kind_mut(vault.kind)?.total -= normalized;
        batch.touch(id, Some(vault));
        self.vaults.insert(
            id,
            Vault {
                normalized: vault.normalized - normalized,
                ..vault
            },
        );
        Ok(())
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
        self.kind_mut(kind)?.total -= vault.normalized;
        batch.touch(id, Some(vault));
        self.forget_vault(id);
        Ok(())
    }

    pub(super) fn split(
        &mut self,
        batch: &mut Batch,
        caller: AccountId,
        id: VaultId,
        collateral: u128,
        debt: u128,
    ) -> Done {
        let vault = self.free(id, caller)?;
        let kind = self.kind(vault.kind)?;
        let all = kind.owed(vault.normalized)?;
        let moved = normalize(debt, kind.index, Up)?.min(vault.normalized);
        if debt > all {
            return Err(too_much(debt, all));
        }
        let rest = sub(vault.collateral, collateral).map_err(|_| too_much(collateral, vault.collateral))?;
        let empty = Vault {
            collateral,
            normalized: 0,
            deposit: 0,
            ..vault
        };
        let deposit = if moved == 0 { 0 } else { self.deposit_due(&empty)? };
        let for_deposit = if deposit == 0 {
            0
        } else {
            self.issue(vault.kind, deposit)?
        };
        self.mint(self.coin(), Module::LiquidationDeposits(vault.kind).into(), deposit)?;
        batch.touch(id, Some(vault));
        batch.must_be_safe(id);
        self.vaults.insert(
            id,
            Vault {
                collateral: rest,
                normalized: vault.normalized - moved,
                ..vault
            },
        );
        let part = self.add_vault(Vault {
            normalized: moved + for_deposit,
            deposit,
            ..empty
        });
        batch.opened.push(part);
        batch.touch(part, None);
        Ok(())
    }

    pub(super) fn merge(&mut self, batch: &mut Batch, caller: AccountId, from: VaultId, into: VaultId) -> Done {
        let (source, target) = (self.free(from, caller)?, self.managed(into, caller)?);
        if from == into || source.kind != target.kind {
            return Err(Rejected::NotMergeable(from, into));
        }
        // What this very batch has made of the source, nobody has judged yet.
        if self.lots_of(into) > 0 && batch.has_touched(from) {
            return Err(Rejected::NotInBatch);
        }
        batch.touch(from, Some(source));
        batch.touch(into, Some(target));
        batch.must_be_safe(into);
        self.forget_vault(from);
        let after = Vault {
            collateral: add(target.collateral, source.collateral)?,
            normalized: add(target.normalized, source.normalized)?,
            deposit: add(target.deposit, source.deposit)?,
            seized_in: target.seized_in.max(source.seized_in),
            ..target
        };
        self.vaults.insert(into, after);
        Ok(())
    }

    pub(super) fn transfer(&mut self, batch: &mut Batch, caller: AccountId, id: VaultId, to: AccountId) -> Done {
        let vault = self.free(id, caller)?;
        batch.touch(id, Some(vault));
        batch.must_be_safe(id);
        self.orders.remove(&id);
        self.vaults.insert(id, Vault { owner: to, ..vault });
        Ok(())
    }

    pub(super) fn set_delegate(&mut self, owner: AccountId, delegate: AccountId, permission: Permission) {
        match permission {
            Permission::Granted => self.delegates.insert((owner, delegate)),
            Permission::Revoked => self.delegates.remove(&(owner, delegate)),
        };
    }

    pub(super) fn set_order(&mut self, caller: AccountId, id: VaultId, order: Option<StandingOrder>) -> Done {
        let vault = self.vault(id)?;
        if vault.owner != caller {
            return Err(Rejected::NotOwner { vault: id, caller });
        }
        let (least, most) = self.kind(vault.kind)?.warned();
        let (liquidation_ratio, warning_ratio) = (Ratio::from_raw(least), Ratio::from_raw(most));
        let Some(order) = order else {
            self.orders.remove(&id);
            return Ok(());
        };
        let (Protection::Repay { limit } | Protection::TopUp { limit }) = order.action;
        let useless = order.trigger < liquidation_ratio
            || order.trigger > warning_ratio
            || order.restore <= order.trigger
            || order.restore > Ratio::percent(10_000)
            || limit.is_zero();
        if useless {
            return Err(Rejected::UselessOrder {
                liquidation_ratio,
                warning_ratio,
            });
        }
        self.orders.insert(id, order);
        Ok(())
    }

    /// What each vault of a batch owes beyond what its initial ratio allows at the lower of spot and mean.
    pub(super) fn beyond_health(&self, vault: &Vault) -> Result<u128, Rejected> {
        let kind = self.kind(vault.kind)?;
        let initial = kind.spec.initial_ratio.raw();
        let price = self.quote(kind.spec.feed).and_then(Quote::borrowing);
        if vault.normalized == 0
            || price
                .as_ref()
                .is_ok_and(|price| kind.reaches(vault.normalized, vault.collateral, *price, initial))
        {
            return Ok(0);
        }
        let allowed = match price {
            Ok(price) => part(value(vault.collateral, price, kind.decimals, Down)?, WAD, initial, Down)?,
            Err(_) => 0,
        };
        Ok(kind.owed(vault.normalized)?.saturating_sub(allowed))
    }

    /// Counts the debt beyond health that a command has added to a batch, all its vaults taken together.
    pub(super) fn count_deferred(&mut self, before: &BTreeMap<VaultId, Vault>, batch: &Batch) -> Done {
        let mut sums: BTreeMap<TypeId, (u128, u128)> = BTreeMap::new();
        for (id, ..) in &batch.touched {
            for (vaults, now) in [(before, false), (&self.vaults, true)] {
                let Some(vault) = vaults.get(id) else { continue };
                let beyond = self.beyond_health(vault)?;
                let (was, is) = sums.entry(vault.kind).or_default();
                *(if now { is } else { was }) += beyond;
            }
        }
        for (id, (was, is)) in sums {
            let kind = self.kind_mut(id)?;
            let deferred = add(kind.deferred, is.saturating_sub(was))?;
            let ceiling = kind.spec.flash_ceiling;
            if is > was && deferred > ceiling.raw() {
                let deferred = Amount::from_raw(deferred);
                return Err(Rejected::FlashCeilingExceeded {
                    collateral_type: id,
                    deferred,
                    ceiling,
                });
            }
            kind.deferred = deferred;
        }
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

    /// What must hold at the end of a batch: no dust, and of each vault that has become riskier or new, was split,
    /// merged or handed over, that it is neither frozen nor under its initial ratio.
    pub(super) fn judge(&self, batch: &Batch) -> Done {
        for (id, before, must_be_safe) in &batch.touched {
            let Some(after) = self.vaults.get(id).filter(|vault| vault.normalized > 0) else {
                continue;
            };
            let kind = self.kind(after.kind)?;
            let (floor, spec) = (kind.spec.debt_floor, &kind.spec);
            let only_deposited = before
                .is_some_and(|before| before.normalized == after.normalized && before.collateral <= after.collateral);
            if big(after.normalized) * kind.index < big(floor.raw()) * RAY && !only_deposited {
                let debt = Amount::from_raw(kind.owed(after.normalized)?);
                return Err(Rejected::BelowDebtFloor {
                    vault: *id,
                    debt,
                    floor,
                });
            }
            let riskier = before
                .is_none_or(|before| after.normalized > before.normalized || after.collateral < before.collateral);
            if !riskier && !must_be_safe {
                continue;
            }
            let quote = self.quote(spec.feed)?;
            quote.heard()?;
            self.not_quiet(spec.id)?;
            let price = quote.borrowing()?;
            if !kind.reaches(after.normalized, after.collateral, quote.judging, kind.ratio) {
                return Err(Rejected::Frozen { vault: *id });
            }
            if !kind.reaches(after.normalized, after.collateral, price, spec.initial_ratio.raw()) {
                let price = ballast_num::Price::from_raw(price);
                return Err(Rejected::BelowInitialRatio {
                    vault: *id,
                    ratio: spec.initial_ratio,
                    price,
                });
            }
        }
        Ok(())
    }
}
