//! Where a seized lot goes: standing bids, stability pool, Dutch auction and the market in which lots on auction sell, then
//! the type's other vaults; what bids, pool, market and auction do not pay is a loss for the waterfall (rule R10).

use ballast_num::{Amount, Price, Ratio, Round};
use ballast_protocol::{
    AccountId, AssetId, AuctionId, Event, LossCause, MarketId, Module, PoolBought, PoolId, PoolPrice, Rejected, Rest,
    Sale, TypeSpec,
};

use super::liquidation::JudgingTerms;
use super::pool_queue::book_residue;
use crate::kernel::{Clock, Context, Use};
use crate::mechanisms::auction::{self, Auction, Lot, Received, Taken};
use crate::mechanisms::stability_pool::StabilityPools;
use crate::state::{ENGINE, Mechanisms, State};

/// What the auctions of a type may still take on, in coins to raise.
pub(crate) fn auction_room(state: &State, spec: &TypeSpec) -> Amount {
    state.auctions.room(
        spec.id,
        spec.auction.ceiling,
        state.governance.get().limits.auction_ceiling,
    )
}

/// Sells a lot.
pub(crate) fn sell(
    mechanisms: Mechanisms<'_>,
    ctx: &mut Context<'_>,
    terms: &JudgingTerms,
    mut lot: Lot,
    keeper: Option<AccountId>,
) -> Result<(), Rejected> {
    let Mechanisms {
        vaults,
        pools,
        auctions,
        backstop,
        ..
    } = mechanisms;
    let spec = &terms.spec;
    for pool in spec.pools() {
        let recovered = sell_to_pool(pools, ctx, terms, pool, &mut lot)?;
        backstop.recover(ctx, spec.id, Sale::Pool(lot.vault), recovered)?;
    }

    let to_raise = lot.to_raise()?;
    if spec.peer.rest == Rest::Shared && !lot.debt.is_zero() {
        return vaults.share_out(ctx, spec.id, lot.vault, lot.collateral, lot.debt);
    }
    if lot.collateral.is_zero() {
        // The pools paid at most low price × (1 − discount): the rest is a deficit (rule R10).
        backstop.absorb(ctx, spec, lot.debt, LossCause::PoolSale(lot.vault))
    } else if to_raise.is_zero() {
        ctx.ledger
            .transfer(spec.collateral, Module::Vaults(spec.id), lot.owner, lot.collateral)?;
        let (owner, amount) = (lot.owner, lot.collateral);
        ctx.tell(Event::CollateralReturned {
            owner,
            collateral_type: spec.id,
            from: Module::Vaults(spec.id),
            amount,
        });
        Ok(())
    } else {
        auctions.start(ctx, terms.auction(), &lot, keeper)?;
        vaults.lot_started(lot.vault)
    }
}

/// Coins that all pools of a type may spend together.
pub(crate) fn spendable(pools: &StabilityPools, spec: &TypeSpec) -> Amount {
    let spendable = spec.pools().filter_map(|pool| {
        let terms = spec.pool_terms(pool.buyer)?;
        Some(pools.spendable(pool, terms.floor))
    });
    spendable.fold(Amount::ZERO, |sum, coins| sum.try_add(coins).unwrap_or(Amount::MAX))
}

/// Shares a lot out over the other vaults of its type, which have its penalty for their pains. Only while it is worth what
/// it owes at the low price: no loss is ever handed on (rule R10). Error: `NoAuctionRoom` if it is not.
pub(crate) fn share_out(
    mechanisms: Mechanisms<'_>,
    ctx: &mut Context<'_>,
    terms: &JudgingTerms,
    lot: &Lot,
) -> Result<(), Rejected> {
    if terms.value(lot.collateral, terms.low)? < lot.debt {
        return Err(Rejected::NoAuctionRoom);
    }
    mechanisms
        .vaults
        .share_out(ctx, terms.spec.id, lot.vault, lot.collateral, lot.debt)
}

/// Lets a pool buy what it can pay for; returns the booked loss that it repaid.
fn sell_to_pool(
    pools: &mut StabilityPools,
    ctx: &mut Context<'_>,
    terms: &JudgingTerms,
    pool: PoolId,
    lot: &mut Lot,
) -> Result<Amount, Rejected> {
    let spec = &terms.spec;
    let of_pool = spec.pool_terms(pool.buyer).ok_or(Rejected::UnknownPool(pool))?;
    let spendable = pools.spendable(pool, of_pool.floor);
    if spendable.is_zero() {
        return Ok(Amount::ZERO);
    }
    let to_raise = lot.to_raise()?;
    let (price, coins, collateral) = match spec.peer.pool_price {
        PoolPrice::Discounted => {
            let price = terms
                .low
                .mul_ratio(Ratio::ONE.saturating_sub(of_pool.discount), Round::Down)?;
            let worth = terms.value(lot.collateral, price)?;
            let coins = without_crumb(worth.min(to_raise).min(spendable), worth, to_raise, terms.least_lot()?);
            // The whole lot if the pool pays all that it is worth; else what the coins buy, rounded up: the pool pays at
            // most its price (rule R10), and the coins are at most what the lot is worth, so that the lot has as much.
            let all = coins == worth;
            (
                price,
                coins,
                if all {
                    lot.collateral
                } else {
                    terms.worth(coins, price, Round::Up)?.min(lot.collateral)
                },
            )
        }
        PoolPrice::Debt => {
            let coins = lot.debt.min(spendable);
            let collateral = lot
                .collateral
                .prorate(coins.raw(), lot.debt.raw().max(1), Round::Down)?;
            (terms.low, coins, collateral)
        }
    };
    if coins.is_zero() || collateral.is_zero() {
        return Ok(Amount::ZERO);
    }
    let received = lot.receive(coins)?;
    lot.collateral = lot.collateral.try_sub(collateral)?;

    pools.absorb(pool, coins, collateral, of_pool.floor)?;
    let coin = ctx.limits.coin;
    ctx.ledger
        .burn(coin, pool.module(), received.debt.try_add(received.recovered)?)?;
    ctx.ledger
        .transfer(coin, pool.module(), Module::SurplusBuffer, received.penalty)?;
    ctx.ledger
        .transfer(spec.collateral, Module::Vaults(spec.id), pool.module(), collateral)?;
    let Received {
        debt,
        penalty,
        recovered,
    } = received;
    ctx.tell(Event::PoolBought(PoolBought {
        pool,
        vault: lot.vault,
        collateral,
        debt,
        recovered,
        penalty,
        price,
    }));
    Ok(recovered)
}

/// What the pool pays of what it can pay, where the lot is `worth` so much to it: less, so that no rest goes to auction
/// that is too small for it (docs/stability-pool.md).
fn without_crumb(coins: Amount, worth: Amount, to_raise: Amount, least: Amount) -> Amount {
    let rest = to_raise.saturating_sub(coins);
    if coins == worth || rest.is_zero() || rest >= least {
        coins
    } else {
        to_raise.saturating_sub(least)
    }
}

/// Buys from an auction; a shortfall at its end is owed by its vault again as far as that is worth more than it owes,
/// and else goes to the waterfall; a recovered loss goes back to who bore it.
pub(crate) fn take(
    state: &mut State,
    clock: Clock,
    buyer: AccountId,
    id: AuctionId,
    amount: Amount,
    price_max: Price,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let (mechanisms, mut ctx) = state.lend(clock, buyer, events);
    let auction = mechanisms.auctions.auction(id)?;
    let kind = auction.collateral_type;
    let terms = auction::Terms {
        spec: mechanisms.vaults.spec(kind)?,
        decimals: mechanisms.vaults.totals(kind)?.decimals,
    };
    let taken = mechanisms.auctions.take(&mut ctx, terms, id, amount, price_max)?;
    book_sale(mechanisms, &mut ctx, &auction, &taken)
}

/// Sells part of a running auction's lot to a market, which holds `coins` for it; ends as [`take`].
pub(crate) fn sell_to_market(
    state: &mut State,
    clock: Clock,
    (id, market): (AuctionId, MarketId),
    collateral: Amount,
    coins: Amount,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
    let auction = mechanisms.auctions.auction(id)?;
    let kind = auction.collateral_type;
    let terms = auction::Terms {
        spec: mechanisms.vaults.spec(kind)?,
        decimals: mechanisms.vaults.totals(kind)?.decimals,
    };
    let sold = mechanisms
        .auctions
        .sell_to_market(&mut ctx, terms, (id, market), collateral, coins)?;
    book_sale(mechanisms, &mut ctx, &auction, &sold)
}

/// What a sale from an auction leaves to book: a recovered loss, and at its end a shortfall.
fn book_sale(
    mechanisms: Mechanisms<'_>,
    ctx: &mut Context<'_>,
    auction: &Auction,
    taken: &Taken,
) -> Result<(), Rejected> {
    let (kind, id) = (taken.collateral_type, taken.auction);
    mechanisms
        .backstop
        .recover(ctx, kind, Sale::Auction(id), taken.recovered)?;
    let Some(auction::Ending { shortfall, .. }) = taken.ending else {
        return Ok(());
    };
    let spec = mechanisms.vaults.spec(kind)?.clone();
    let low = ctx.prices.quote(spec.feed)?.price(Use::Sell)?;
    // What keepers were paid was no debt of the owner's.
    let returnable = shortfall.saturating_sub(auction.keeper_paid);
    let owed_again = mechanisms.vaults.lot_ended(ctx, auction.vault, returnable, low)?;
    mechanisms
        .backstop
        .absorb(ctx, &spec, shortfall.try_sub(owed_again)?, LossCause::Auction(id))
}

/// Pays out the collateral that a deposit in a pool has bought. Error: `NoDeposit` if there is none.
pub(crate) fn pay_pool_gain(
    ctx: &mut Context<'_>,
    pools: &mut StabilityPools,
    (pool, collateral): (PoolId, AssetId),
    owner: AccountId,
) -> Result<(), Rejected> {
    let amount = pools.claim(pool, owner)?;
    ctx.ledger.transfer(collateral, pool.module(), owner, amount)?;
    ctx.tell(Event::PoolGainPaid { pool, owner, amount });
    // A claim rounds nothing, so it leaves nothing over, unless it ends the deposit.
    match pools.position(pool, owner) {
        Err(Rejected::NoDeposit) => book_residue(ctx, pools, (pool, collateral), owner),
        _ => Ok(()),
    }
}
