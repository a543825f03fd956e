//! Sharing out beside a loop over all vaults, its bounds, and where it ends.

use ballast_num::{Decimals, Index, Price, Timestamp};
use ballast_protocol::{AccountId, AssetId, FeedId, Limits, Sharing, TypeSpec};

use super::super::{Seizures, Vault};
use super::*;
use crate::kernel::{Clock, Ledger, Prices};

const KIND: TypeId = TypeId(1);
const COIN: AssetId = AssetId(0);
const ETHER: AssetId = AssetId(1);
const NOBODY: VaultId = VaultId(0);

/// Vaults of a type that shares, and the ledger that holds their collateral.
struct World {
    vaults: Vaults,
    ledger: Ledger,
    events: Vec<Event>,
}

impl World {
    fn new() -> Self {
        let spec = TypeSpec {
            sharing: Sharing::WhenCovered,
            ..TypeSpec::standard(KIND, "ETH-A", ETHER, FeedId(1))
        };
        let mut vaults = Vaults::default();
        vaults.add_type(spec, Decimals::MAX, Index::ONE, Timestamp(0)).unwrap();
        Self {
            vaults,
            ledger: Ledger::default(),
            events: Vec::new(),
        }
    }

    /// With vaults 1, 2, … that hold and owe so much.
    fn of(vaults: &[(u128, u128)]) -> Self {
        let mut world = Self::new();
        for (id, (collateral, debt)) in (1..).zip(vaults) {
            world.set(id, *collateral, *debt);
        }
        world
    }

    /// Makes a vault hold and owe so much, whatever it did before; the ledger and the type's total follow.
    fn set(&mut self, id: u64, collateral: u128, debt: u128) {
        let (held, owed) = self.vault(id).unwrap_or((0, 0));
        self.ledger
            .burn(ETHER, Module::Vaults(KIND), Amount::from_raw(held))
            .unwrap();
        self.ledger
            .mint(ETHER, Module::Vaults(KIND), Amount::from_raw(collateral))
            .unwrap();
        self.vaults.remove_debt(KIND, NormalizedDebt::from_raw(owed)).unwrap();
        let mut totals = *self.vaults.totals(KIND).unwrap();
        totals.normalized_debt = totals.normalized_debt.try_add(NormalizedDebt::from_raw(debt)).unwrap();
        self.vaults.totals.set(KIND, totals);
        let vault = Vault {
            owner: AccountId::numbered(id),
            collateral_type: KIND,
            collateral: Amount::from_raw(collateral),
            normalized_debt: NormalizedDebt::from_raw(debt),
            deposit: Amount::ZERO,
            seizures: Seizures::default(),
        };
        self.vaults.write(VaultId(id), &vault).unwrap();
        assert_eq!(
            self.vault(id),
            Some((collateral, debt)),
            "what is read is what was written"
        );
    }

    fn close(&mut self, id: u64) {
        self.set(id, 0, 0);
        self.vaults.forget(VaultId(id)).unwrap();
    }

    /// What a vault holds and owes.
    fn vault(&self, id: u64) -> Option<(u128, u128)> {
        let vault = self.vaults.vault(VaultId(id)).ok()?;
        Some((vault.collateral.raw(), vault.normalized_debt.raw()))
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Vaults, &mut Context<'_>) -> T) -> T {
        let limits = Limits::standard(COIN);
        let mut ctx = Context {
            clock: Clock::default(),
            caller: AccountId::default(),
            limits: &limits,
            prices: &Prices::default(),
            ledger: &mut self.ledger,
            events: &mut self.events,
        };
        act(&mut self.vaults, &mut ctx)
    }

    /// Shares out a lot that was seized from a vault which is gone.
    fn share(&mut self, collateral: u128, debt: u128) -> Result<(), Rejected> {
        self.ledger
            .mint(ETHER, Module::Vaults(KIND), Amount::from_raw(collateral))?;
        self.share_of(NOBODY, collateral, debt)
    }

    fn share_of(&mut self, from: VaultId, collateral: u128, debt: u128) -> Result<(), Rejected> {
        let (collateral, debt) = (Amount::from_raw(collateral), Amount::from_raw(debt));
        self.with(|vaults, ctx| vaults.share_out(ctx, KIND, from, collateral, debt))
    }

    fn total(&self) -> u128 {
        self.vaults.totals(KIND).unwrap().normalized_debt.raw()
    }

    fn shares(&self) -> &Shares {
        self.vaults.shares(KIND).unwrap()
    }

    /// Together the vaults owe the total or a little more, and hold what is held for them or a little less.
    fn check_sums(&self) {
        let (mut held, mut free, mut owed) = (0, 0, 0);
        for (_, vault) in self.vaults.iter() {
            owed += vault.normalized_debt.raw();
            *(if vault.normalized_debt.is_zero() {
                &mut free
            } else {
                &mut held
            }) += vault.collateral.raw();
        }
        let (total, shares) = (self.total(), self.shares());
        assert!(
            total <= owed && owed <= total + shares.owed_more,
            "{owed} owed, total {total}, {shares:?}"
        );
        let there = self.vaults.held(KIND).raw();
        assert_eq!(self.ledger.balance(ETHER, Module::Vaults(KIND)).raw(), there + free);
        assert!(
            held <= there && there <= held + shares.held_more,
            "{held} held of {there}, {shares:?}"
        );
    }
}

/// The example of docs/sharing.md.
#[test]
fn a_lot_goes_to_all_in_proportion() {
    let mut world = World::of(&[(30_000, 1_000), (10_000, 700)]);
    world.share(4_000, 300).unwrap();
    // 3 parts and 1: a base unit less of collateral; of debt one more for each vault, and rounded up.
    assert_eq!(
        (world.vault(1), world.vault(2)),
        (Some((32_999, 1_227)), Some((10_999, 776)))
    );
    assert_eq!(world.total(), 2_000);
    world.check_sums();
    // Whoever comes later has no part in it, and takes his part in the next.
    world.set(3, 44_000, 10);
    world.share(8_800, 100).unwrap();
    assert_eq!(
        (world.vault(1), world.vault(3)),
        (Some((36_299, 1_266)), Some((48_400, 61)))
    );
    world.check_sums();
}

/// One vault as a loop keeps it, with 20 binary digits below the point.
#[derive(Clone, Copy)]
struct Kept {
    shares: u128,
    collateral: u128,
    debt: u128,
    /// The debt with a base unit more a vault and sharing: the most that it can be.
    debt_max: u128,
}

const POINT: u32 = 20;

/// 1,000 lots over 100,000 vaults, some of which come, go and change between: each vault has what a loop over all of them
/// gives it, within the bound that docs/sharing.md proves; the order is that of the first day; and the sums are exact.
#[test]
fn a_thousand_lots_over_a_hundred_thousand_vaults_beside_a_loop() {
    const VAULTS: u64 = 100_000;
    const LOTS: u64 = 1_000;
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |under: u64| {
        // splitmix64
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % under
    };
    let mut world = World::new();
    let mut loops: Vec<Kept> = Vec::new();
    let keep = |world: &World, id: u64| {
        let (collateral, debt) = world.vault(id).unwrap();
        let place = world.vaults.place(VaultId(id));
        Kept {
            shares: place.map_or(0, |place| place.standing().holding),
            collateral: collateral << POINT,
            debt: debt << POINT,
            debt_max: debt << POINT,
        }
    };
    for id in 1..=VAULTS {
        world.set(
            id,
            1_000_000 + u128::from(random(1 << 34)),
            1 + u128::from(random(1 << 44)),
        );
        loops.push(keep(&world, id));
    }
    for lot in 0..LOTS {
        // Someone adds collateral, repays, closes, or comes back.
        let id = 1 + random(VAULTS);
        let changed = match lot % 4 {
            0 => (1 + u128::from(random(1 << 34)), 1 + u128::from(random(1 << 44))),
            1 => (world.vault(id).unwrap().0, 0),
            _ => world
                .vault(id)
                .map(|(held, owed)| (held + 5, owed.saturating_sub(7)))
                .unwrap(),
        };
        world.set(id, changed.0, changed.1);
        loops[usize::try_from(id).unwrap() - 1] = keep(&world, id);

        let before: Vec<VaultId> = if lot % 100 == 0 { order(&world) } else { Vec::new() };
        let (collateral, debt) = (1 + u128::from(random(1 << 35)), 1 + u128::from(random(1 << 44)));
        let (shares, count) = (
            loops.iter().map(|kept| kept.shares).sum::<u128>(),
            world.vaults.index().len(KIND) as u128,
        );
        world.share(collateral, debt).unwrap();
        if lot % 100 == 0 {
            assert_eq!(order(&world), before, "lot {lot} moved someone");
        }
        // 100 and 96 digits for a share's part, so that shares of 60 bits times it fit.
        let part = ballast_num::mul_div(collateral, 1 << 100, shares, Round::Down).unwrap();
        let owed = ballast_num::mul_div(debt, 1 << 96, shares, Round::Down).unwrap();
        let owed_max = ballast_num::mul_div(debt + count, 1 << 96, shares, Round::Up).unwrap();
        for kept in &mut loops {
            kept.collateral += (kept.shares * part) >> (100 - POINT);
            kept.debt += (kept.shares * owed) >> (96 - POINT);
            kept.debt_max += (kept.shares * owed_max) >> (96 - POINT);
        }
    }
    world.check_sums();
    for (id, kept) in (1..).zip(&loops) {
        let (collateral, debt) = world.vault(id).unwrap();
        let exact = kept.collateral >> POINT;
        assert!(
            collateral <= exact + 1 && exact <= collateral + 2,
            "vault {id}: {collateral}, a loop has {exact}"
        );
        let (least, most) = (kept.debt >> POINT, kept.debt_max >> POINT);
        assert!(
            least <= debt + 1 && debt <= most + 2,
            "vault {id} owes {debt}, a loop has {least} to {most}"
        );
    }
}

fn order(world: &World) -> Vec<VaultId> {
    world.vaults.index().places(KIND).map(|place| place.id()).collect()
}

/// Whoever leaves last pays what he is shown; what rounding kept of collateral belongs to nobody, and shares begin anew.
#[test]
fn the_last_to_leave_and_the_residue() {
    let mut world = World::of(&[(7, 100), (5, 100), (3, 100)]);
    world.share(10, 100).unwrap();
    world.check_sums();
    assert_eq!(
        [1, 2, 3].map(|id| world.vault(id).unwrap()),
        [(11, 149), (8, 135), (4, 121)]
    );
    for id in 1..=3 {
        world.close(id);
        world.check_sums();
    }
    assert_eq!(world.total(), 0);
    world.with(|vaults, ctx| vaults.settle_shares(ctx, KIND)).unwrap();
    assert_eq!(
        world.ledger.balance(ETHER, Module::Residue).raw(),
        2,
        "25 less 11, 8 and 4"
    );
    assert_eq!(world.ledger.balance(ETHER, Module::Vaults(KIND)), Amount::ZERO);
    assert_eq!(*world.shares(), Shares::default());
    world.set(4, 1_000, 10);
    assert_eq!(world.vaults.share_map(KIND), ShareMap::Unshared);
}

/// A vault of which only a part was seized has no part in it: it keeps exactly what it was left.
#[test]
fn what_is_left_of_the_seized_vault_stands_aside() {
    let mut world = World::of(&[(30_000, 1_000), (10_000, 700), (9_000, 5_000)]);
    world
        .ledger
        .mint(ETHER, Module::Vaults(KIND), Amount::from_raw(4_000))
        .unwrap();
    world.share_of(VaultId(3), 4_000, 300).unwrap();
    assert_eq!(world.vault(3), Some((9_000, 5_000)));
    assert_eq!(
        (world.vault(1), world.vault(2)),
        (Some((32_999, 1_227)), Some((10_999, 776)))
    );
    world.check_sums();
}

/// With nobody else in debt, or nobody who holds anything, nothing is shared out; a vault without debt has no part.
#[test]
fn a_lot_that_nobody_can_have() {
    let mut world = World::of(&[(30_000, 0), (0, 10)]);
    assert_eq!(world.share(10, 1), Err(Rejected::NobodyToShareWith(KIND)));
    world.set(3, 500, 10);
    assert_eq!(
        world.share_of(VaultId(3), 10, 1),
        Err(Rejected::NobodyToShareWith(KIND))
    );
    world.share_of(NOBODY, 10, 1).unwrap();
    assert_eq!(
        [1, 2, 3].map(|id| world.vault(id).unwrap()),
        [(30_000, 0), (0, 10), (509, 14)]
    );
}

/// A share never comes to be worth more than a base unit, since reading collateral back exactly rests on it: the sharing
/// that would make it so is refused, and changes nothing.
#[test]
fn collateral_cannot_outgrow_its_shares() {
    let mut world = World::of(&[(1, 1_000)]);
    world.share((1 << 24) - 1, 5).unwrap();
    assert_eq!((world.vault(1), world.shares().unit), (Some((1 << 24, 1_006)), ONE));
    let before = *world.shares();
    assert_eq!(world.share(1, 5), Err(Arithmetic::Overflow.into()));
    assert_eq!((*world.shares(), world.vault(1)), (before, Some((1 << 24, 1_006))));
}

/// Make the figures of a type overflow: a write or a sharing that would is refused.
#[test]
fn figures_that_do_not_fit_are_refused() {
    let mut world = World::of(&[(1, 1_000)]);
    assert_eq!(world.share(1, DEBT_END), Err(Arithmetic::Overflow.into()));
    world.share(1, DEBT_END >> 2).unwrap();
    let vault = world.vaults.vault(VaultId(1)).unwrap();
    // Five times these shares would owe more than fits.
    let collateral = Amount::from_raw(vault.collateral.raw() * 5);
    let written = world.vaults.write(VaultId(1), &Vault { collateral, ..vault });
    assert_eq!(written, Err(Arithmetic::Overflow.into()));
    assert_eq!(world.vaults.vault(VaultId(1)), Ok(vault));
}

/// Repay all while a lot is on sale, hold more than shares can stand for, and let the lot end short: no shares hold that
/// debt, so it is not owed again, and the sale, with its block, goes on.
#[test]
fn a_shortfall_that_no_record_holds_is_not_owed() {
    for (collateral, owed) in [(1 << 103, 50), (1 << 104, 0)] {
        let mut world = World::of(&[(collateral, 0)]);
        world.vaults.lot_started(VaultId(1)).unwrap();
        let (shortfall, low) = (Amount::from_raw(50), Price::whole(1));
        let again = world.with(|vaults, ctx| vaults.lot_ended(ctx, VaultId(1), shortfall, low));
        assert_eq!(again, Ok(Amount::from_raw(owed)));
        let vault = world.vaults.vault(VaultId(1)).unwrap();
        assert_eq!((vault.normalized_debt.raw(), vault.seizures.lots()), (owed, 0));
        assert_eq!((vault.collateral.raw(), world.total()), (collateral, owed));
    }
}
