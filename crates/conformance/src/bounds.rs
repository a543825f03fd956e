//! How far our figures may lie from the peers': derived, a term for each division that rounds (docs/conformance.md).

use std::collections::BTreeMap;

use num_bigint::BigInt;

use crate::figures::Allowed;

/// What rounding may have moved so far, in a vector of Maker.
#[derive(Clone, Default)]
pub(crate) struct MakerSlack {
    /// Dai, sin and what auctions are to raise, in rad.
    pub(crate) coin: BigInt,
    /// Normalized debt, in wei.
    pub(crate) art: BigInt,
    /// Collateral, in wei.
    pub(crate) gem: BigInt,
    /// Fee indices by ilk, in ray.
    pub(crate) rate: BTreeMap<String, BigInt>,
    /// Auction start prices, in ray.
    pub(crate) top: BigInt,
    /// The value that the step returns.
    pub(crate) ret: BigInt,
}

impl MakerSlack {
    pub(crate) fn allowed(&self, path: &str) -> Allowed {
        let parts: Vec<&str> = path.split('.').collect();
        let bound = match parts.as_slice() {
            ["vat", "debt" | "vice"] | ["dog", "Dirt"] | ["vow", "Sin" | "Ash"] => &self.coin,
            ["vat", "dai" | "sin", ..] | ["vow", "sin", _] | ["dog", "ilks", _, "dirt"] => &self.coin,
            ["clip", _, "sales", _, "tab"] | ["ret", "tab"] => &self.coin,
            ["vat", "gem", ..] | ["vat", "urns", .., "ink"] => &self.gem,
            ["clip", _, "sales", _, "lot"] | ["ret", "lot"] => &self.gem,
            ["vat", "urns", .., "art"] | ["vat", "ilks", _, "Art"] => &self.art,
            ["vat", "ilks", ilk, "rate"] => return self.rate.get(*ilk).map_or(Allowed::Equal, within),
            ["clip", _, "sales", _, "top"] => &self.top,
            ["ret"] | ["ret", "price"] => &self.ret,
            _ => return Allowed::Equal,
        };
        within(bound)
    }
}

fn within(bound: &BigInt) -> Allowed {
    Allowed::Within(bound.clone())
}

/// What is relative is counted in 10⁻³⁶.
fn relative_one() -> BigInt {
    BigInt::from(10).pow(36)
}

fn wad() -> BigInt {
    BigInt::from(10).pow(18)
}

/// The product that Liquity keeps, with 18 digits, computed from what our pool has bought; and how far the peer's deposits
/// may be from ours because of its digits.
#[derive(Clone)]
pub(crate) struct PeerPool {
    /// What is left of a coin, × 10¹⁸ × 10⁹ for each scale.
    pub(crate) product: BigInt,
    /// How many times the product has been moved up by 10⁹.
    pub(crate) scale: u32,
    /// What the last loss per coin was rounded up by; it is taken off the next one.
    carried: BigInt,
    /// What the last gain per coin was rounded down by; it is added to the next one.
    carried_gain: BigInt,
    deposits: BTreeMap<String, PeerDeposit>,
}

/// How far off a deposit may be since its owner last moved it.
#[derive(Clone, Default)]
struct PeerDeposit {
    /// Its coins then.
    coins: BigInt,
    /// The scale then.
    scale: u32,
    /// Relative error of what is left, in 10⁻³⁶.
    error: BigInt,
    /// Error of the gain, in wei.
    gain: BigInt,
}

impl PeerPool {
    pub(crate) fn new(product: BigInt, scale: u32) -> Self {
        Self {
            product,
            scale,
            carried: BigInt::ZERO,
            carried_gain: BigInt::ZERO,
            deposits: BTreeMap::new(),
        }
    }

    /// An owner has moved his deposit: what is left of it now stands as new.
    pub(crate) fn moved(&mut self, owner: &str, coins: BigInt) {
        let deposit = PeerDeposit {
            coins,
            scale: self.scale,
            ..PeerDeposit::default()
        };
        self.deposits.insert(owner.to_owned(), deposit);
    }

    /// The pool of `total` has spent `coins` for `collateral`; `held` is what each had before, `slack` how far the
    /// peer's total may be from ours, and `bought_slack` how far what the collateral was. Units: wei.
    ///
    /// loss = ⌊(coins × 10¹⁸ − carried) ÷ total⌋ + 1; product' = ⌊product × (10¹⁸ − loss) ÷ 10¹⁸⌋, moved up by 10⁹ while
    /// under 10⁹ (Liquity's StabilityPool; reproduced to the last digit by all vectors).
    pub(crate) fn offset(
        &mut self,
        coins: &BigInt,
        collateral: &BigInt,
        total: &BigInt,
        held: &BTreeMap<String, BigInt>,
        slack: &BigInt,
        bought_slack: &BigInt,
    ) {
        let lost = coins * wad() - &self.carried;
        let loss: BigInt = &lost / total + 1;
        self.carried = &loss * total - lost;
        let factor: BigInt = wad() - loss;
        let billion = BigInt::from(10).pow(9);
        let mut product: BigInt = &self.product * &factor;
        for _ in 0..2 {
            if &product / wad() < billion {
                product *= &billion;
                self.scale += 1;
            }
        }
        self.product = product / wad();
        let least = BigInt::from(1);
        let left = (total - coins).max(least.clone());
        // The peer's gain per coin differs by less than a digit and by what it carries, of a pool that may have been larger.
        let digits: BigInt = &self.carried_gain / total + 1;
        self.carried_gain = (collateral * wad() + &self.carried_gain) % total;
        let step = relative_one() * 2 / factor.max(least.clone())
            + relative_one() / self.product.clone().max(least)
            + relative_one() * slack / left;
        for (owner, deposit) in &mut self.deposits {
            let held = held.get(owner).cloned().unwrap_or_default();
            let share = &held * collateral / total;
            let beyond = self.scale.saturating_sub(deposit.scale) >= 2;
            // S has 18 digits a coin; the share is as wrong as the deposit and the total; two scales on, the peer drops it.
            deposit.gain +=
                &held * &digits / wad() + 2 + &share * &deposit.error / relative_one() + &share * slack / total;
            if *bought_slack > BigInt::ZERO {
                deposit.gain += &held * bought_slack / total + 1;
            }
            if beyond {
                deposit.gain += share;
            }
            deposit.error += &step;
        }
    }

    /// How far what is left of a deposit may be from the peer's. The peer reads as nothing what is under 10⁻⁹ of the
    /// deposit.
    pub(crate) fn coins_bound(&self, owner: &str, held: &BigInt) -> BigInt {
        let Some(deposit) = self.deposits.get(owner) else {
            return BigInt::ZERO;
        };
        let dropped = if self.scale > deposit.scale
            || deposit.error > BigInt::ZERO && held * BigInt::from(10).pow(9) < deposit.coins
        {
            &deposit.coins / BigInt::from(10).pow(9)
        } else {
            BigInt::ZERO
        };
        if deposit.error == BigInt::ZERO {
            return BigInt::ZERO;
        }
        held * &deposit.error / relative_one() + 1 + dropped
    }

    /// How far its gain may be from the peer's.
    pub(crate) fn gain_bound(&self, owner: &str) -> BigInt {
        self.deposits
            .get(owner)
            .map_or(BigInt::ZERO, |deposit| deposit.gain.clone())
    }
}

/// What rounding may have moved so far, in a vector of Liquity; in wei.
#[derive(Clone, Default)]
pub(crate) struct LiquitySlack {
    /// Coins of accounts and of the pool.
    pub(crate) coin: BigInt,
    /// Collateral of accounts, of the pool, and of all troves together.
    pub(crate) gem: BigInt,
    /// All coins together, and what all troves owe.
    pub(crate) supply: BigInt,
    /// Fees: less than a wei for each draw.
    pub(crate) fee: BigInt,
}
