//! A genesis of figures: how a vector starts, and how it goes on after a step that we did otherwise.

use std::collections::BTreeMap;

use ballast_num::{Amount, Decimals, Index, NormalizedDebt, Price, Rate, Ratio, Timestamp};
use ballast_protocol::{
    Asset, AuctionSpec, BidSpec, Bounds, Breaker, FlowLimit, Genesis, GrowthSpec, Opening, OpeningBalance,
    OpeningDeposit, OpeningVault, PeerRules, PoolId, PoolPrice, PoolSpec, Rest, Seizure, Trigger, TypeSpec, coins,
};
use num_bigint::BigInt;

use super::shares::{Pair, PeerShares};
use super::{ETHER, FEED, Folds, KIND, Liquity, PURSE};
use crate::bounds::{LiquitySlack, PeerPool};
use crate::chain::{self, COIN, Chain, MOST};
use crate::figures::{Figure, Figures, distance};
use crate::schema::{Scenario, integer};

/// Ether of every account: more than any vector moves.
const ETHER_EACH: u128 = 10_u128.pow(33);
/// Coins of the purse, in wei.
const PURSE_COINS: u128 = 1_000_000;
/// Coins that a trove leaves for its liquidator.
pub(super) const DEPOSIT: u64 = 200;

fn ten(power: u32) -> BigInt {
    BigInt::from(10).pow(power)
}

impl Liquity {
    pub(super) fn open(scenario: &Scenario) -> Result<Self, String> {
        let number = |name: &str| scenario.init.get(name).and_then(integer);
        let price = number("price").ok_or("init: no price")?;
        let now = number("t")
            .and_then(|now| u64::try_from(now).ok())
            .unwrap_or(1_700_000_000);
        let steps = scenario
            .steps
            .iter()
            .flat_map(|step| &step.changed)
            .map(|(path, figure)| (path.as_str(), figure));
        let amounts = scenario
            .start
            .iter()
            .chain(steps)
            .filter(|(path, _)| path.starts_with("lusd.") || path.ends_with(".debt"));
        let amounts = amounts.filter_map(|(_, figure)| match figure {
            Figure::Number(number) => Some(number.clone()),
            _ => None,
        });
        let most = amounts.max().unwrap_or_default();
        let fine = (0..=9).rev().find(|fine| &most * ten(*fine) <= ten(36));
        let mut figures = Figures::default();
        figures.put("price", price.clone());
        figures.put("sp.P", ten(18));
        let mut liquity = Self {
            chain: Chain::new(&genesis(9, now)?)?,
            now,
            clock: now,
            names: BTreeMap::new(),
            fine: fine.ok_or("amounts that no power of ten fits into 128 bits")?,
            price,
            zero: BTreeMap::new(),
            folds: Folds {
                shares: PeerShares::default(),
                status: BTreeMap::new(),
                last_fee: BigInt::ZERO,
                pool: PeerPool::new(ten(18), 0),
                still: Figures::default(),
            },
            slack: LiquitySlack::default(),
        };
        liquity.account(PURSE);
        let users = scenario.init.get("users").and_then(serde_json::Value::as_array);
        for user in users.into_iter().flatten().filter_map(serde_json::Value::as_str) {
            liquity.account(user);
        }
        for step in &scenario.steps {
            liquity.account(&step.by);
        }
        liquity.rebuild(&figures)?;
        Ok(liquity)
    }

    pub(super) fn rebuild(&mut self, figures: &Figures) -> Result<(), String> {
        self.price = figures.number("price");
        let mut genesis = genesis(self.fine, self.clock)?;
        let opening = &mut genesis.opening;
        let price = self.quote();
        if !price.is_zero() {
            opening.prices.push((FEED, price));
        }
        opening
            .debt_indices
            .push((KIND, Index::from_raw(ballast_num::RAY * self.wei())));
        let scale = figures.number("sp.scale");
        self.folds = Folds {
            shares: PeerShares::of(figures, &self.folds.shares),
            status: BTreeMap::new(),
            last_fee: figures.number("lastFeeOperationTime"),
            pool: PeerPool::new(figures.number("sp.P"), u32::try_from(&scale).map_err(|_| "sp.scale")?),
            still: Figures::default(),
        };
        for (path, figure) in figures.iter() {
            if path == "baseRate" || path.starts_with("surplus.") {
                self.folds.still.set(path, figure.clone());
            }
        }
        let names: Vec<String> = self.names.keys().cloned().collect();
        let mut pooled = BigInt::ZERO;
        let mut gained = BigInt::ZERO;
        let (mut owed, mut locked) = (BigInt::ZERO, BigInt::ZERO);
        let mut minted = BigInt::from(PURSE_COINS);
        self.zero.clear();
        for name in &names {
            let account = self.account(name);
            let coins = if name == PURSE {
                PURSE_COINS.into()
            } else {
                figures.number(&format!("lusd.{name}"))
            };
            if name != PURSE {
                minted += &coins;
            }
            opening.balances.push(OpeningBalance {
                asset: COIN,
                account,
                amount: self.coins(&coins)?,
            });
            opening.balances.push(OpeningBalance {
                asset: ETHER,
                account,
                amount: Amount::from_raw(ETHER_EACH),
            });
            self.zero.insert(
                name.clone(),
                BigInt::from(ETHER_EACH) - figures.number(&format!("eth.{name}")),
            );
            let part = |part: &str| figures.number(&format!("trove.{name}.{part}"));
            let status = match figures.text(&format!("trove.{name}.status")) {
                "active" => "active",
                "closedByOwner" => "closedByOwner",
                "closedByLiquidation" => "closedByLiquidation",
                "closedByRedemption" => "closedByRedemption",
                _ => "",
            };
            if !status.is_empty() {
                self.folds.status.insert(name.clone(), status);
            }
            if status == "active" {
                let applied = Pair {
                    collateral: part("coll"),
                    debt: part("debt"),
                };
                let (held, owes) = (part("coll") + part("pendingColl"), part("debt") + part("pendingDebt"));
                self.folds.shares.insert(name, part("stake"), applied);
                owed += &owes;
                locked += &held;
                opening.vaults.push(OpeningVault {
                    owner: account,
                    collateral_type: KIND,
                    collateral: Amount::from_raw(u128::try_from(&held).map_err(|_| "coll")?),
                    normalized_debt: NormalizedDebt::from_raw(u128::try_from(&owes).map_err(|_| "debt")?),
                    deposit: self.coins(&(BigInt::from(DEPOSIT) * ten(18)))?,
                });
                minted += BigInt::from(DEPOSIT) * ten(18);
            }
            let deposit = figures.number(&format!("sp.{name}.compounded"));
            let gain = figures.number(&format!("sp.{name}.collGain"));
            if deposit > BigInt::ZERO || gain > BigInt::ZERO {
                pooled += &deposit;
                gained += &gain;
                opening.pool_deposits.push(self.deposit(account, &deposit, &gain)?);
                self.folds.pool.moved(name, deposit);
            }
        }
        let rest = (figures.number("sp.total") - pooled).max(BigInt::ZERO);
        let rest_gained = (figures.number("sp.coll") - gained).max(BigInt::ZERO);
        if rest > BigInt::ZERO || rest_gained > BigInt::ZERO {
            let purse = self.account(PURSE);
            opening.pool_deposits.push(self.deposit(purse, &rest, &rest_gained)?);
        }
        opening.surplus = self.coins(&figures.number("lusd.staking"))?;
        minted += figures.number("sp.total") + figures.number("lusd.staking");
        opening.bad_debt = self.coins(&(minted - &owed).max(BigInt::ZERO))?;
        // What the peer's roundings have left over with all troves together belongs to none of them.
        let in_all =
            |part: &str| figures.number(&format!("activePool.{part}")) + figures.number(&format!("defaultPool.{part}"));
        self.slack.gem += distance(&in_all("coll"), &locked);
        self.slack.supply += distance(&in_all("debt"), &owed);
        self.chain = Chain::new(&genesis)?;
        Ok(())
    }

    fn deposit(
        &self,
        owner: ballast_protocol::AccountId,
        coins: &BigInt,
        gain: &BigInt,
    ) -> Result<OpeningDeposit, String> {
        let gain = Amount::from_raw(u128::try_from(gain).map_err(|_| "collGain")?);
        Ok(OpeningDeposit {
            owner,
            pool: PoolId::stability(KIND),
            amount: self.coins(coins)?,
            gain,
        })
    }

    /// Wei in our base units. Error: more than any genesis states.
    pub(super) fn coins(&self, wei: &BigInt) -> Result<Amount, String> {
        let raw = u128::try_from(wei * self.wei()).ok().filter(|raw| *raw <= MOST);
        raw.map(Amount::from_raw)
            .ok_or_else(|| format!("{wei} coins do not fit"))
    }

    /// The peer's price as a feed says it.
    pub(super) fn quote(&self) -> Price {
        Price::from_raw(u128::try_from(&self.price * ten(9)).unwrap_or(0))
    }
}

/// Liquity's constants as parameters, without accounts.
fn genesis(fine: u32, time: u64) -> Result<Genesis, String> {
    let scaled = |amount: u64| Amount::from_raw(coins(amount).raw() * 10_u128.pow(fine));
    let digits = u8::try_from(18 - fine).map_err(|error| error.to_string())?;
    let decimals = Decimals::new(digits).map_err(|error| error.to_string())?;
    let kind = TypeSpec {
        initial_ratio: Ratio::percent(110),
        liquidation_ratio: Ratio::percent(110),
        penalty: Ratio::ZERO,
        slippage: Ratio::ZERO,
        restore_margin: Ratio::ZERO,
        wick_band: Ratio::ZERO,
        stability_fee: Rate::ONE,
        borrowing_fee: Ratio::basis_points(50),
        liquidation_deposit: scaled(DEPOSIT),
        caller_share: Ratio::basis_points(50),
        debt_ceiling: Amount::from_raw(MOST),
        growth: GrowthSpec::unlimited(),
        outflow: FlowLimit::NONE,
        flash_ceiling: Amount::MAX,
        debt_floor: scaled(2_000),
        warning_band: Ratio::ZERO,
        stress: Ratio::ZERO,
        line: Amount::from_raw(MOST),
        // There are no auctions: what the pool cannot pay is shared out.
        market: None,
        auction: AuctionSpec {
            breaker: Breaker::NoStart,
            ..AuctionSpec::standard()
        },
        pool: PoolSpec {
            discount: Ratio::ZERO,
            floor: scaled(1),
            cooldown: ballast_num::Seconds(0),
            ticket_min: Amount::ZERO,
        },
        bids: BidSpec::none(),
        peer: PeerRules {
            trigger: Trigger::CommandOnly,
            seizure: Seizure::Whole,
            pool_price: PoolPrice::Debt,
            reset: Trigger::CommandOnly,
            bounds: Bounds::Waived,
            rest: Rest::Shared,
            ..PeerRules::default()
        },
        ..TypeSpec::standard(KIND, "ETH", ETHER, FEED)
    };
    Ok(Genesis {
        chain_id: 1,
        time: Timestamp(time),
        authority: ballast_protocol::AccountId::numbered(1),
        limits: chain::limits(),
        assets: vec![
            Asset {
                id: COIN,
                symbol: "LUSD".to_owned(),
                decimals: Decimals::MAX,
                feed: None,
            },
            Asset {
                id: ETHER,
                symbol: "ETH".to_owned(),
                decimals,
                feed: Some(FEED),
            },
        ],
        feeds: vec![chain::feed(FEED, "ETH-USD")],
        sources: Vec::new(),
        types: vec![kind],
        markets: Vec::new(),
        opening: Opening::default(),
    })
}
