//! Whether engine and model agree, figure by figure.

use std::collections::BTreeMap;
use std::fmt::Debug;

use ballast_engine::State;
use ballast_engine::mechanisms::vault::Admission;
use ballast_protocol::{AccountId, BlockResult, Event, Venue};
use num_bigint::BigUint;

use crate::fold::Balances;
use crate::model::{Applied, Model};
use crate::world::{ASSETS, USERS};

/// The first difference, if there is one.
pub(crate) type Agreement = Result<(), String>;

fn same<T: PartialEq + Debug>(what: impl Fn() -> String, engine: T, model: T) -> Agreement {
    if engine == model {
        Ok(())
    } else {
        Err(format!("{}\n  engine: {engine:?}\n  model:  {model:?}", what()))
    }
}

/// Two sorted lists of entries, of which the first difference is told.
fn same_all<T: PartialEq + Debug>(
    what: &str,
    engine: impl Iterator<Item = T>,
    model: impl Iterator<Item = T>,
) -> Agreement {
    let (mut engine, mut model) = (engine, model);
    loop {
        let (ours, theirs) = (engine.next(), model.next());
        if ours.is_none() && theirs.is_none() {
            return Ok(());
        }
        same(|| what.to_owned(), ours, theirs)?;
    }
}

/// What came of each transaction, and of the block.
pub(crate) fn results(engine: &BlockResult, model: &Applied) -> Agreement {
    same(
        || "number of receipts".to_owned(),
        engine.receipts.len(),
        model.settled.len(),
    )?;
    for (at, (receipt, settled)) in engine.receipts.iter().zip(&model.settled).enumerate() {
        let ours = (&receipt.outcome, receipt.work, receipt.fee);
        same(
            || format!("transaction {at}"),
            ours,
            (&settled.outcome, settled.work, settled.fee),
        )?;
    }
    let carried_over = engine.events.iter().filter_map(|event| match event {
        Event::WorkCarriedOver {
            collateral_type,
            vaults,
        } => Some((*collateral_type, *vaults)),
        _ => None,
    });
    same_all(
        "vaults carried over",
        carried_over,
        model.carried_over.iter().map(|(kind, vaults)| (*kind, *vaults)),
    )?;
    same(|| "work of the block".to_owned(), engine.work, model.work)
}

/// Every record.
pub(crate) fn states(engine: &State, model: &Model) -> Agreement {
    let chain = engine.chain();
    let ours = (chain.height.0, chain.time.0, chain.host_time.0, chain.work_price.raw());
    same(
        || "height, time, host time, work price".to_owned(),
        ours,
        (model.height, model.time, model.host_time, model.work_price),
    )?;
    same(|| "limits".to_owned(), &engine.governance().limits, &model.limits)?;
    let minted = engine.limiter().minted();
    same(
        || "minted in the window".to_owned(),
        (minted.used.raw(), minted.opening.raw()),
        model.minted,
    )?;
    for (id, door) in &model.doors {
        same(
            || format!("outflow of {id}"),
            engine.outflow().used(*id).raw(),
            door.flowed(),
        )?;
    }
    quotes(engine, model)?;
    let balances: BTreeMap<_, _> = engine
        .ledger()
        .balances()
        .map(|(asset, holder, amount)| ((asset, holder), amount.raw()))
        .collect();
    same_all("balance", balances.iter(), model.balances.iter())?;
    for asset in ASSETS {
        let supply = model.supplies.get(&asset).copied().unwrap_or(0);
        same(
            || format!("supply of {asset}"),
            engine.ledger().supply(asset).raw(),
            supply,
        )?;
    }
    let vaults = engine.vaults().iter().map(|(id, vault)| {
        (
            id,
            vault.owner,
            vault.collateral_type,
            vault.collateral.raw(),
            vault.normalized_debt.raw(),
            vault.deposit.raw(),
            (vault.seizures.round().0, vault.seizures.lots()),
            engine.vaults().taken(id).map(|taken| (taken.amount.raw(), taken.at.0)),
        )
    });
    let expected = model.vaults.iter().map(|(id, vault)| {
        (
            *id,
            vault.owner,
            vault.kind,
            vault.collateral,
            vault.normalized,
            vault.deposit,
            (vault.seized_in, model.lots_of(*id)),
            model.taken.get(id).copied(),
        )
    });
    same_all("vault", vaults, expected)?;
    let orders = engine.vaults().standing_orders().map(|(id, order)| (id, *order));
    same_all(
        "standing order",
        orders,
        model.orders.iter().map(|(id, order)| (*id, *order)),
    )?;
    let sessions = engine.sessions().iter().flat_map(|(owner, sessions)| {
        sessions.iter().map(move |session| {
            let (key, limits) = (session.key, session.allowances.iter());
            let limits = limits.map(|of| (of.asset, (of.limit.raw(), of.spent.raw()))).collect();
            let session = crate::model::Session {
                may: session.scope.kinds().collect(),
                expiry: session.expiry.0,
                limits,
            };
            (owner, key, session)
        })
    });
    let expected = model.sessions.iter();
    same_all(
        "session",
        sessions,
        expected.map(|((owner, key), session)| (*owner, *key, session.clone())),
    )?;
    types(engine, model)?;
    sales(engine, model)
}

/// Every balance and supply, as who reads nothing but what was told has them.
pub(crate) fn told(engine: &State, told: &Balances) -> Agreement {
    let ledger = engine.ledger();
    let balances = ledger.balances();
    let balances: BTreeMap<_, _> = balances
        .map(|(asset, holder, amount)| ((asset, holder), amount.raw()))
        .collect();
    same_all("balance as told by events", balances.iter(), told.balances())?;
    for asset in ASSETS {
        let supply = ledger.supply(asset).raw();
        same(
            || format!("supply of {asset} as told by events"),
            supply,
            told.supply(asset),
        )?;
    }
    Ok(())
}

/// Who may act for whom, among all users.
pub(crate) fn delegates(engine: &State, model: &Model) -> Agreement {
    for owner in (0..=USERS).map(AccountId::numbered) {
        for delegate in (0..=USERS).map(AccountId::numbered) {
            let (ours, theirs) = (
                engine.vaults().is_delegate(owner, delegate),
                model.delegates.contains(&(owner, delegate)),
            );
            same(|| format!("{delegate} a delegate of {owner}"), ours, theirs)?;
        }
    }
    Ok(())
}

fn quotes(engine: &State, model: &Model) -> Agreement {
    let ours = engine.prices().iter().map(|quote| crate::model::Quote {
        feed: quote.feed,
        state: quote.state,
        round: quote.round.0,
        age: quote.age.0,
        heartbeat: quote.heartbeat.0,
        spot: quote.spot.raw(),
        mean: quote.mean.raw(),
        deviation: quote.deviation.raw(),
        judging: quote.judging.raw(),
        judging_before: quote.judging_before.raw(),
        low: quote.low.raw(),
        live_time: quote.live_time.0,
        quiet: quote.quiet,
    });
    same_all("quote", ours, model.quotes.values().copied())
}

fn types(engine: &State, model: &Model) -> Agreement {
    same_all(
        "parameters",
        engine.vaults().types(),
        model.types.values().map(|kind| &kind.spec),
    )?;
    for (id, kind) in &model.types {
        let totals = engine.vaults().totals(*id).map_err(|error| error.to_string())?;
        let ours = (
            (
                totals.normalized_debt.raw(),
                totals.opening.raw(),
                totals.drawn.raw(),
                totals.index.raw(),
            ),
            (totals.recent.raw(), totals.liquidation_ratio.raw(), totals.admission),
        );
        let theirs = (
            (kind.total, kind.opening, kind.drawn, kind.index),
            (
                kind.recent,
                kind.ratio,
                kind.closed.map_or(Admission::Open, Admission::Closed),
            ),
        );
        same(|| format!("totals of {id}"), ours, theirs)?;
        let ours = engine.vaults().shares(*id).map(|shares| {
            let (high, low) = shares.debt.parts();
            let debt = (BigUint::from(high) << 128) + low;
            (shares.unit, debt, shares.sharings)
        });
        let theirs = kind.worth.as_ref().map(|worth| {
            let debt = worth.debts.last().cloned().unwrap_or_default();
            (worth.unit, debt, worth.sharings() as u64)
        });
        same(|| format!("shares of {id}"), ours, theirs)?;
        let kept = model.kept_for_debt(*id).map_err(|error| error.to_string())?;
        same(
            || format!("held for debts of {id}"),
            engine.vaults().held(*id).raw(),
            kept,
        )?;
        let losses = engine.backstop().losses(*id);
        let expected = model.losses.get(id).copied().unwrap_or_default();
        let ours = [
            losses.first_loss,
            losses.surplus,
            losses.fund,
            losses.bad_debt,
            losses.repaid,
        ];
        let ours = ours.map(|amount| amount.raw());
        same(
            || format!("losses of {id}"),
            ours,
            [
                expected.first_loss,
                expected.surplus,
                expected.fund,
                expected.bad_debt,
                expected.repaid,
            ],
        )?;
    }
    Ok(())
}

/// Auctions, pools and tickets.
fn sales(engine: &State, model: &Model) -> Agreement {
    let auctions = engine.auctions().iter().map(|(id, auction)| {
        let auction = crate::model::Auction {
            kind: auction.collateral_type,
            vault: auction.vault,
            keeper_paid: auction.keeper_paid.raw(),
            owner: auction.owner,
            lot: auction.lot.raw(),
            debt: auction.debt.raw(),
            booked: auction.booked.raw(),
            to_raise: auction.to_raise.raw(),
            start_price: auction.start_price.raw(),
            started: auction.started.0,
        };
        (id, auction)
    });
    same_all(
        "auction",
        auctions,
        model.auctions.iter().map(|(id, auction)| (*id, *auction)),
    )?;
    let pools = engine.vaults().types().flat_map(|spec| spec.pools());
    for id in pools {
        let pool = engine.pools().pool(id);
        let (total, collateral) = model
            .pools
            .get(&id)
            .map_or((0, 0), |pool| (pool.total, pool.collateral));
        same(
            || id.to_string(),
            (pool.total.raw(), pool.collateral.raw()),
            (total, collateral),
        )?;
        let positions = engine.pools().positions(id).map(|position| {
            position
                .map(|(owner, position)| (owner, position.coins.raw(), position.gain.raw()))
                .ok()
        });
        let owners = model.deposits.keys().filter(|(of, _)| *of == id);
        let expected = owners.map(|(_, owner)| {
            model
                .position(id, *owner)
                .ok()
                .map(|(coins, gain)| (*owner, coins, gain))
        });
        same_all("pool deposit", positions, expected)?;
    }
    for (id, market) in &model.markets {
        let (books, clock) = (engine.markets(), engine.clock());
        let pool = books.pool(*id).map_err(|error| error.to_string())?;
        let depth = books.least_depth(*id, &clock).map_err(|error| error.to_string())?;
        let leaving = engine.queue().leaving(Venue::Market(*id));
        let ours = [pool.base, pool.coins, pool.shares, leaving, depth].map(|amount| amount.raw());
        let least = market.least_depth(model.host_time).map_err(|error| error.to_string())?;
        let theirs = [market.base, market.coins, market.shares, market.leaving, least];
        same(|| format!("pool and depth of {id}"), ours, theirs)?;
        let owners = books.owners(*id).map(|(owner, shares)| (owner, shares.raw()));
        let expected = model.positions.iter().filter(|((of, _), _)| of == id);
        let expected = expected.map(|((_, owner), (shares, _))| (*owner, *shares));
        same_all("market owner", owners, expected)?;
    }
    let insurers = engine.fund().insurers().map(|(owner, shares)| (owner, shares.raw()));
    let expected = model.fund.stakes.iter().map(|(owner, shares)| (*owner, *shares));
    same_all("insurer", insurers, expected)?;
    same(
        || "insurers' earnings".to_owned(),
        engine.fund().totals().earned.raw(),
        model.fund.earned,
    )?;
    let tickets = engine.queue().iter().map(|(id, ticket)| {
        let times = (ticket.ready.0, ticket.expiry.0, ticket.cancelled.map(|at| at.0));
        let escrow: Vec<_> = ticket
            .escrow
            .iter()
            .map(|(asset, amount)| (*asset, amount.raw()))
            .collect();
        let pays_max = ticket.pays_max.map(|most| most.raw());
        (id, ticket.owner, ticket.order, escrow, pays_max, times)
    });
    let expected = model.tickets.iter().map(|(id, ticket)| {
        let times = (ticket.ready, ticket.expiry, ticket.cancelled);
        let escrow = ticket.escrow.clone();
        (*id, ticket.owner, ticket.order, escrow, ticket.pays_max, times)
    });
    same_all("ticket", tickets, expected)
}
