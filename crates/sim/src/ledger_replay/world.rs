//! The first state of the recorded type: its parameters of October 2020, no vault, and the coins and ether that its
//! owners will bring.

use std::collections::BTreeMap;

use ballast_num::{Amount, NormalizedDebt, Price, Rate, Ratio, Round, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, Asset, AssetId, Bounds, Command, FeeOffer, FeedId, FlowLimit, Genesis, GrowthSpec, Limits, Opening,
    OpeningBalance, OpeningDeposit, OpeningVault, PeerRules, PoolId, Signer, Transaction, TypeId, TypeSpec, coins,
};

use super::owners::{KIND, owner};
use super::read::{What, per_second};
use super::{Ledger, RATIO, STEP};
use crate::config::Config;
use crate::population::DECIMALS;
use crate::run::Failed;
use crate::world::{AUTHORITY, BadWorld, COIN, MARKET, POOL_OWNER, first_source, keeper};

/// Everything else that the peer lends against.
const REST: (TypeId, AssetId, FeedId) = (TypeId(2), AssetId(2), FeedId(2));
/// About the recorded type's debt: what keepers' capital is a share of.
pub const BOOK: Amount = coins(100_000_000);
/// Between two blocks elsewhere, in which settings count keepers' latency.
const SHORT_STEP: Seconds = Seconds(12);
/// Coins with which the market pays for what keepers sell: ten times what they ever do.
const MARKET_COINS: Amount = coins(10_000_000_000);

/// The settings under which the recorded vaults lived, as far as we have them; keepers and market as given.
///
/// The peer had no initial ratio, no issuance check, no pool and no liquidation deposit: the initial ratio is the least
/// that the bounds allow, the stress of the issuance check is nothing, the others are none. Recorded draws kept the
/// peer's debt ceiling; ours would keep it too if every vault were as recorded, so a ceiling here would only refuse owners
/// whose fellows' vaults are not. Fees for work are none, as
/// gas was paid outside the ledger. Keepers' latency is given in blocks of [`SHORT_STEP`]: two of ours would be ten minutes,
/// in which an auction falls by 7 %. Only the sensitivity table has a pool: this share of [`BOOK`].
pub(super) fn config(given: &Config, pool: Ratio) -> Config {
    let mut config = given.clone();
    let kind = &mut config.collateral;
    kind.liquidation_ratio = RATIO;
    kind.initial_gap = Ratio::from_raw(1);
    kind.initial_ratio = Ratio::from_raw(RATIO.raw() + 1);
    kind.penalty = Ratio::percent(13);
    kind.stability_fee_per_second = per_second(Ratio::percent(6));
    kind.borrowing_fee = Ratio::ZERO;
    kind.liquidation_deposit = Amount::ZERO;
    kind.debt_floor = coins(100);
    kind.stress = Ratio::ZERO;
    config.pool.share_of_debt = pool;
    config.keepers.latency_blocks = config
        .keepers
        .latency_blocks
        .saturating_mul(SHORT_STEP.0)
        .div_ceil(STEP.0);
    config.limits.work_price = Amount::ZERO;
    config.limits.clock_step = STEP;
    // The week without prices is a hole in the record, not in the market: the type goes on after it.
    config.feed.stale_limit = Seconds(30 * Seconds::DAY.0);
    config.limits.debt_ceiling = coins(100_000_000_000);
    config.collateral.debt_ceiling = config.limits.debt_ceiling;
    config
}

/// New coin and new debt in an hour: the most that the engine takes, since no recorded draw is to be refused for its size.
const UNLIMITED: Amount = coins(1 << 60);

/// The genesis. Errors: a sum that does not fit, for which the ledger is too small by far; a start without a price.
pub(super) fn genesis(
    ledger: &Ledger,
    config: &Config,
    time: Timestamp,
    price: Option<Price>,
) -> Result<Genesis, Failed> {
    let (kind, asset, feed) = REST;
    let mut opening = Opening::default();
    let mut minted = Amount::ZERO;
    let mut balance = |asset, account, amount: Amount| {
        opening.balances.push(OpeningBalance { asset, account, amount });
        if asset == COIN {
            minted = minted.try_add(amount).map_err(BadWorld::from)?;
        }
        Ok::<_, BadWorld>(())
    };
    for (vault, (ether, repaid)) in brought(ledger)? {
        // Three times: an owner also restores a vault that only we have seized from.
        let ether = ether.mul_ratio(Ratio::percent(300), Round::Up)?;
        balance(AssetId(1), owner(vault), ether)?;
        balance(COIN, owner(vault), repaid)?;
    }
    let capital = BOOK.mul_ratio(config.keepers.capital_share, Round::Down)?;
    for number in 0..config.keepers.count {
        balance(COIN, keeper(number), capital)?;
    }
    balance(COIN, MARKET, MARKET_COINS)?;
    let pool = BOOK.mul_ratio(config.pool.share_of_debt, Round::Down)?;
    if !pool.is_zero() {
        minted = minted.try_add(pool)?;
        opening.pool_deposits.push(OpeningDeposit {
            owner: POOL_OWNER,
            pool: PoolId::stability(KIND),
            amount: pool,
            gain: Amount::ZERO,
        });
    }
    opening.vaults.push(OpeningVault {
        owner: AUTHORITY,
        collateral_type: kind,
        collateral: minted.mul_ratio(Ratio::percent(1_000), Round::Up)?,
        normalized_debt: NormalizedDebt::from_raw(minted.raw()),
        deposit: Amount::ZERO,
    });
    opening.prices = price.map(|price| (FeedId(1), price)).into_iter().collect();
    opening.prices.push((feed, Price::ONE));

    let mut rest = config.collateral.clone();
    rest.stability_fee_per_second = Rate::ONE;
    rest.debt_ceiling = config.limits.debt_ceiling;
    rest.debt_floor = rest.debt_floor.max(coins(100_000)); // one vault owes all
    // The record has the peer's floor, and no ceiling is kept: the two are not bound to each other here.
    let peer = PeerRules {
        floor: Bounds::Waived,
        ..PeerRules::default()
    };
    // Nor is how fast the peer lent, and let out.
    let spec = |kind: &crate::config::Collateral, named, of| TypeSpec {
        growth: GrowthSpec {
            debt_gap: UNLIMITED,
            ..GrowthSpec::standard()
        },
        outflow: FlowLimit {
            floor: UNLIMITED,
            ..FlowLimit::standard_outflow()
        },
        ..kind.spec(named, of, &config.pool, &config.auction, peer)
    };
    Ok(Genesis {
        chain_id: 1,
        time,
        authority: AUTHORITY,
        limits: Limits {
            mint: FlowLimit {
                floor: UNLIMITED,
                share: Ratio::ONE,
                window: Seconds::HOUR,
            },
            ..config.limits.spec(COIN)
        },
        assets: vec![
            listed(COIN, "DAI", None),
            listed(AssetId(1), "ETH", Some(FeedId(1))),
            listed(asset, "REST", Some(feed)),
        ],
        sources: Vec::new(),
        feeds: vec![
            config.feed.spec(FeedId(1), "ETH-USD", first_source(0)),
            config.feed.spec(feed, "REST-USD", first_source(1)),
        ],
        markets: Vec::new(),
        types: vec![
            spec(&config.collateral, (KIND, "ETH-B"), (AssetId(1), FeedId(1))),
            spec(&rest, (kind, "REST"), (asset, feed)),
        ],
        opening,
    })
}

/// What each recorded owner ever locks, and ever repays: enough to do so again.
fn brought(ledger: &Ledger) -> Result<BTreeMap<u64, (Amount, Amount)>, BadWorld> {
    let mut all: BTreeMap<u64, (Amount, Amount)> = BTreeMap::new();
    for entry in &ledger.entries {
        let (ether, repaid) = all.entry(entry.vault).or_default();
        match entry.what {
            What::Deposit(amount) => *ether = ether.try_add(amount)?,
            // Our index is a round ahead at most: a thousandth more pays for it.
            What::Repay(amount) => {
                *repaid = Amount::try_sum([*repaid, amount, amount.mul_ratio(Ratio::basis_points(10), Round::Up)?])?;
            }
            _ => {}
        }
    }
    Ok(all)
}

/// A transaction of the authority.
pub(super) fn authority(sender: AccountId, number: usize, now: Timestamp, command: Command) -> Transaction {
    Transaction {
        sender,
        signer: Signer::Wallet,
        nonce: number as u64,
        expiry: now.after(Seconds::HOUR).unwrap_or(Timestamp::MAX),
        fee: FeeOffer {
            asset: COIN,
            on_failure: COIN,
            limit: Amount::MAX,
        },
        commands: vec![command],
    }
}

fn listed(id: AssetId, symbol: &str, feed: Option<FeedId>) -> Asset {
    Asset {
        id,
        symbol: symbol.into(),
        decimals: DECIMALS,
        feed,
    }
}
