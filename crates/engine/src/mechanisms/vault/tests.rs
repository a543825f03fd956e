//! Tests of the vault mechanism by itself; what batches, prices and flows make of it is attacked in `tests/rules/`.

use std::cmp::Ordering;

use ballast_num::{
    Amount, Decimals, Index, NormalizedDebt, Price, RAY, Rate, Ratio, Round, Seconds, Timestamp, cmp_products,
};
use ballast_protocol::{
    AccountId, AssetId, ClosingCause, Curve, Event, FeedId, Limits, Module, ParameterFault, RoundNumber, TypeId,
    TypeSpec, VaultId, coins,
};
use proptest::prelude::*;

use super::types::{CEILING_MAX, STABILITY_FEE_MAX, check_spec};
use super::{Admission, Bar, Seizures, ShareMap, Vault, VaultRecord, Vaults};
use crate::kernel::ranking::{Place, Ranking};
use crate::kernel::seized::SeizedIndex;
use crate::kernel::share_map::{Base, Standing};
use crate::kernel::{Clock, Context, Ledger, Prices};

const KIND: TypeId = TypeId(1);
const COIN: AssetId = AssetId(0);
const GENESIS: Timestamp = Timestamp(1_000_000);

fn spec() -> TypeSpec {
    TypeSpec::standard(KIND, "ETH-A", AssetId(1), FeedId(1))
}

fn vault(collateral: u128, normalized_debt: u128) -> Vault {
    Vault {
        owner: AccountId::numbered(1),
        collateral_type: KIND,
        collateral: Amount::from_raw(collateral),
        normalized_debt: NormalizedDebt::from_raw(normalized_debt),
        deposit: Amount::ZERO,
        seizures: Seizures::default(),
    }
}

/// As it is kept in a type that never shares.
fn record(vault: &Vault) -> VaultRecord {
    VaultRecord::of(vault, &ShareMap::Plain).unwrap()
}

/// Counting the vaults that a round has seized from looks at few of them, however many they are.
#[test]
fn counting_a_round_is_cheap_and_exact() {
    const VAULTS: u64 = 100_000;
    let mut seized = SeizedIndex::default();
    for number in 1..=VAULTS {
        let after = Vault {
            seizures: Seizures::default().in_round(RoundNumber(number % 4)).unwrap(),
            ..vault(1_000_000, 1_000_000 + u128::from(number))
        };
        seized.replace(VaultId(number), None, Some(&record(&after)));
    }
    // Riskiest first: those that owe most. Of the upper half every fourth was seized in round 3, none counts in round 0.
    for (round, expected) in [(0, 0), (1, 12_500), (3, 12_500), (9, 0)] {
        let mut looks = 0;
        let found = seized.count_while(KIND, RoundNumber(round), |place| {
            looks += 1;
            matches!(place.standing().base, Base::Above(debt) if debt > 1_000_000 + u128::from(VAULTS / 2))
        });
        assert_eq!(found, expected, "round {round}");
        assert!(looks < 64, "round {round}: {looks}");
    }
    // A vault that is gone, or was seized from again, is no longer of its old round.
    let of = |number: u64, round| {
        record(&Vault {
            seizures: Seizures::default().in_round(RoundNumber(round)).unwrap(),
            ..vault(1_000_000, 1_000_000 + u128::from(number))
        })
    };
    seized.replace(VaultId(99_999), Some(&of(99_999, 3)), None);
    seized.replace(VaultId(99_997), Some(&of(99_997, 1)), Some(&of(99_997, 9)));
    let all = |round| seized.count_while(KIND, RoundNumber(round), |_| true);
    assert_eq!([all(1), all(3), all(9)], [24_999, 24_999, 1]);
}

/// Vaults of one type, and blocks that pass over them.
struct Chain {
    vaults: Vaults,
    ledger: Ledger,
    clock: Clock,
    events: Vec<Event>,
}

impl Chain {
    /// One vault that owes `debt` base units at `index`.
    fn owing(spec: TypeSpec, debt: u128, index: Index) -> Self {
        let mut vaults = Vaults::default();
        vaults.add_type(spec, Decimals::MAX, index, GENESIS).unwrap();
        vaults.open_at_genesis(vault(coins(1_000).raw(), debt)).unwrap();
        Self {
            vaults,
            ledger: Ledger::default(),
            clock: Clock {
                now: GENESIS,
                ..Clock::default()
            },
            events: Vec::new(),
        }
    }

    /// A block after so many seconds of block time and live time; returns the coins minted as interest so far.
    fn pass(&mut self, seconds: u64) -> Amount {
        self.clock.now = self.clock.now.after(Seconds(seconds)).unwrap();
        self.clock.host_time = Seconds(self.clock.host_time.0 + seconds);
        let limits = Limits::standard(COIN);
        let mut ctx = Context {
            clock: self.clock,
            caller: AccountId::default(),
            limits: &limits,
            prices: &Prices::default(),
            ledger: &mut self.ledger,
            events: &mut self.events,
        };
        self.vaults.begin_block(&mut ctx, KIND, self.clock.host_time).unwrap();
        self.ledger.balance(COIN, Module::SurplusBuffer)
    }
}

/// Mint interest that nobody owes, a rounding at a time.
#[test]
fn interest_minted_above_what_is_owed() {
    let principal = 1_000_000_007;
    let dear = TypeSpec {
        stability_fee: STABILITY_FEE_MAX,
        ..spec()
    };
    let mut chain = Chain::owing(dear, principal, Index::ONE);
    for block in 1..=500 {
        let minted = chain.pass(700).raw();
        let owed = chain.vaults.totals(KIND).unwrap().debt(Round::Down).unwrap().raw();
        assert!(minted + principal <= owed, "{minted} minted, {owed} owed");
        // Each block may leave less than a unit unminted.
        assert!(minted + principal + block >= owed, "{minted} minted, {owed} owed");
    }
    assert!(chain.pass(1).raw() > 25_000_000, "a fee that shows");
}

/// Let a fee run until it no longer fits, and stop the chain with it.
#[test]
fn a_fee_that_outgrows_its_number() {
    let dear = TypeSpec {
        stability_fee: STABILITY_FEE_MAX,
        ..spec()
    };
    let mut chain = Chain::owing(dear, coins(1_000_000).raw(), Index::ONE);
    chain.pass(3_600);
    let before = *chain.vaults.totals(KIND).unwrap();
    chain.pass(100 * 31_536_000);
    let after = *chain.vaults.totals(KIND).unwrap();
    let cause = ClosingCause::InterestOverflow;
    let closed = Admission::Closed(cause);
    assert_eq!((after.index, after.admission), (before.index, closed));
    assert!(chain.events.contains(&Event::TypeClosedToNewDebt {
        collateral_type: KIND,
        cause
    }));
    // Told once; the next block charges as usual, and the type stays closed.
    chain.pass(100 * 31_536_000);
    let told = chain
        .events
        .iter()
        .filter(|event| matches!(event, Event::TypeClosedToNewDebt { .. }));
    assert_eq!(told.count(), 1);
}

/// Chop time into short blocks to make a glide faster or slower than its speed.
#[test]
fn a_glide_in_many_steps() {
    let ratio = |chain: &Chain| chain.vaults.totals(KIND).unwrap().liquidation_ratio;
    let target = |chain: &mut Chain, percent| {
        let mut to = spec();
        (to.initial_ratio, to.liquidation_ratio) = (Ratio::percent(200), Ratio::percent(percent));
        chain.vaults.types.set(KIND, to);
    };
    let (mut once, mut often) = (Chain::owing(spec(), 1, Index::ONE), Chain::owing(spec(), 1, Index::ONE));
    target(&mut once, 170);
    target(&mut often, 170);
    once.pass(86_400);
    for _ in 0..7_200 {
        often.pass(12);
    }
    assert_eq!(ratio(&once), Ratio::percent(151));
    let lost = Ratio::percent(151).saturating_sub(ratio(&often));
    assert!(lost.raw() <= 7_200 && ratio(&often) <= Ratio::percent(151), "{lost}");
    // It stops at its target, and turns back at the same speed.
    for _ in 0..30 {
        once.pass(86_400);
    }
    assert_eq!(ratio(&once), Ratio::percent(170));
    target(&mut once, 150);
    once.pass(86_400);
    assert_eq!(ratio(&once), Ratio::percent(169));
}

/// Each bound at its edge and just beyond.
#[test]
fn the_bounds_hold_at_their_edges() {
    type Change = fn(&mut TypeSpec);
    let check = |change: Change| {
        let mut changed = spec();
        change(&mut changed);
        check_spec(&changed).err()
    };
    assert_eq!(check(|_| ()), None);
    let cases: [(Change, Change, ParameterFault); 20] = [
        (
            |s| s.initial_ratio = Ratio::percent(155),
            |s| s.initial_ratio = Ratio::basis_points(15_499),
            ParameterFault::InitialRatioTooLow,
        ),
        (
            |s| s.initial_ratio = Ratio::percent(1_000),
            |s| s.initial_ratio = Ratio::percent(1_001),
            ParameterFault::OutOfBounds,
        ),
        (
            |s| s.liquidation_ratio = Ratio::basis_points(11_801),
            |s| s.liquidation_ratio = Ratio::percent(118),
            ParameterFault::LiquidationRatioTooLow,
        ),
        (
            |s| s.stability_fee = Rate::ONE,
            |s| s.stability_fee = Rate::from_raw(RAY - 1),
            ParameterFault::StabilityFeeOutOfBounds,
        ),
        (
            |s| s.penalty = Ratio::percent(44),
            |s| s.penalty = Ratio::percent(51),
            ParameterFault::ShareTooLarge,
        ),
        (
            |s| s.glide_per_day = Ratio::percent(10),
            |s| s.glide_per_day = Ratio::ZERO,
            ParameterFault::OutOfBounds,
        ),
        (
            |s| s.round_seizure = Ratio::ONE,
            |s| s.round_seizure = Ratio::percent(101),
            ParameterFault::OutOfBounds,
        ),
        (
            |s| s.wick_band = Ratio::percent(5),
            |s| s.wick_band = Ratio::percent(4),
            ParameterFault::OutOfBounds,
        ),
        (
            |s| s.pool.discount = Ratio::percent(5),
            |s| s.pool.discount = Ratio::percent(6),
            ParameterFault::ShareTooLarge,
        ),
        (
            |s| s.auction.start_factor = Ratio::ONE,
            |s| s.auction.start_factor = Ratio::percent(99),
            ParameterFault::BadStartFactor,
        ),
        (
            |s| s.auction.curve = Curve::Linear { duration: Seconds(1) },
            |s| s.auction.curve = Curve::Exponential { cut: Rate::ONE },
            ParameterFault::BadCurve,
        ),
        (
            |s| s.warning_band = Ratio::ONE,
            |s| s.warning_band = Ratio::percent(101),
            ParameterFault::OutOfBounds,
        ),
        (
            |s| s.debt_ceiling = CEILING_MAX,
            |s| s.debt_ceiling = CEILING_MAX.try_add(Amount::ONE).unwrap(),
            ParameterFault::OutOfBounds,
        ),
        (
            |s| s.line = CEILING_MAX,
            |s| s.line = CEILING_MAX.try_add(Amount::ONE).unwrap(),
            ParameterFault::OutOfBounds,
        ),
        (
            |s| s.auction.ceiling = CEILING_MAX,
            |s| s.auction.ceiling = CEILING_MAX.try_add(Amount::ONE).unwrap(),
            ParameterFault::OutOfBounds,
        ),
        (
            |s| s.debt_floor = coins(100_000),
            |s| s.debt_floor = coins(100_001),
            ParameterFault::OutOfBounds,
        ),
        (
            |s| s.liquidation_deposit = coins(1_000),
            |s| s.liquidation_deposit = coins(1_001),
            ParameterFault::OutOfBounds,
        ),
        (
            |s| s.auction.keeper_flat = coins(1_000),
            |s| s.auction.keeper_flat = coins(1_001),
            ParameterFault::OutOfBounds,
        ),
        (
            |s| s.pool.floor = coins(1_000_000),
            |s| s.pool.floor = coins(1_000_001),
            ParameterFault::OutOfBounds,
        ),
        (
            |s| s.pool.cooldown = Seconds(604_800),
            |s| s.pool.cooldown = Seconds(604_801),
            ParameterFault::OutOfBounds,
        ),
    ];
    for (at, (inside, outside, fault)) in cases.into_iter().enumerate() {
        assert_eq!((check(inside), check(outside)), (None, Some(fault)), "case {at}");
    }
}

/// Numbers of every magnitude.
fn magnitude() -> impl Strategy<Value = u128> {
    (0_u32..128, any::<u128>()).prop_map(|(shift, number)| number >> shift)
}

proptest! {
    /// The leading bits never put a safer vault before a riskier one: the order is that of the exact ratios, of base debts
    /// above zero and below.
    #[test]
    fn the_order_is_exact(
        left in (magnitude(), magnitude()),
        right in (magnitude(), magnitude()),
        near in any::<bool>(),
        below in any::<(bool, bool)>(),
    ) {
        let debt = |number: u128| number.max(1);
        let left = (debt(left.0), left.1);
        // Half of the cases differ in the last place only.
        let right = if near { (left.0.saturating_add(right.0 & 1), left.1.saturating_sub(right.1 & 1)) } else { (debt(right.0), right.1) };
        let signs = |number: u128, below, holding| if below && holding > 0 { Base::Below(number) } else { Base::Above(number) };
        let bases = (signs(left.0, below.0, left.1), signs(right.0, below.1, right.1));
        let place = |id, base, holding| Place::new(VaultId(id), Standing { base, holding });
        let by_size = cmp_products(right.0, left.1, left.0, right.1);
        let exact = match bases {
            (Base::Above(_), Base::Above(_)) => by_size,
            (Base::Below(_), Base::Below(_)) => by_size.reverse(),
            (Base::Above(_), Base::Below(_)) => Ordering::Less,
            (Base::Below(_), Base::Above(_)) => Ordering::Greater,
        };
        prop_assert_eq!(place(1, bases.0, left.1).cmp(&place(2, bases.1, right.1)), exact.then(1.cmp(&2)));
        prop_assert_eq!(place(1, bases.0, left.1).standing(), Standing { base: bases.0, holding: left.1 });
    }

    /// However vaults come, change and go, the prefix under a bar is what a look at each of them finds.
    #[test]
    fn the_prefix_under_a_bar_is_what_brute_force_finds(
        writes in proptest::collection::vec((0_u64..24, 0_u128..2_000, 0_u128..40), 1..80),
        price in 1_u32..200,
        ratio in 50_u32..300,
    ) {
        let mut index = Ranking::default();
        let mut vaults = std::collections::BTreeMap::new();
        for (id, debt, collateral) in writes {
            // One write in so many closes the vault.
            let after = (debt % 7 != 0).then(|| vault(collateral, debt));
            let before = match after {
                Some(after) => vaults.insert(id, after),
                None => vaults.remove(&id),
            };
            index.replace(VaultId(id), before.as_ref().map(record).as_ref(), after.as_ref().map(record).as_ref());
        }
        let bar = Bar { price: Price::whole(price), scale: 10_u128.pow(18), index: Index::ONE, ratio: Ratio::percent(ratio), map: ShareMap::Plain };
        let under: Vec<&Vault> = vaults
            .values()
            .filter(|vault| !vault.normalized_debt.is_zero())
            .filter(|vault| vault.collateral.raw() * u128::from(price) * 100 < vault.normalized_debt.raw() * u128::from(ratio))
            .collect();
        let sums = index.sums_under(KIND, &bar);
        prop_assert_eq!(index.count_under(KIND, &bar), under.len());
        prop_assert_eq!(sums.base, under.iter().map(|vault| vault.normalized_debt.raw()).sum::<u128>());
        prop_assert_eq!(sums.holding, under.iter().map(|vault| vault.collateral.raw()).sum::<u128>());
    }
}
