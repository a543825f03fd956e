//! One transaction: admission, its commands in order, the judgement at the end, and the fee.
//!
//! Two savepoints: the outer one holds nonce and fee and survives a failure, the inner one holds everything else
//! (rule R6). A transaction that is not admitted changes nothing.

use ballast_num::{Amount, Price, Round, Seconds, Timestamp};
use ballast_protocol::{
    AssetId, Bounds, Command, Event, Fee, Module, Order, Outcome, ParameterChange, ParameterFault, Receipt, Rejected,
    Signer, Transaction, VaultRef,
};

use crate::flows::{disposal, fund_queue, liquidation, market_queue, pool_queue, protection};
use crate::kernel::ledger::Due;
use crate::kernel::{Clock, Context, Savepoint, Use};
use crate::mechanisms::backstop::Backstop;
use crate::mechanisms::vault::{Batch, CEILING_MAX, Vaults};
use crate::mechanisms::{auction, sessions};
use crate::state::State;

/// Hard bound of the base price of a work unit: a thousandth of a coin. So no setting can price out the authority that
/// would have to take it back.
pub(crate) const WORK_PRICE_MAX: Amount = Amount::from_raw(1_000_000_000_000_000);
/// Work units of a look at a vault that then stays as it is.
pub(crate) const LOOK_WORK: u64 = 2;

/// Runs a transaction against the state, at the prices of this block. `batch` is scratch space.
pub(crate) fn execute(state: &mut State, clock: Clock, transaction: &Transaction, batch: &mut Batch) -> Receipt {
    let work = transaction.work();
    let refused = |reason| Receipt {
        outcome: Outcome::NotAdmitted(reason),
        work: 0,
        fee: None,
        events: Vec::new(),
    };
    let fees = match admit(state, clock, transaction, work) {
        Ok(fees) => fees,
        Err(reason) => return refused(reason),
    };

    let (inner, mark) = (Savepoint::of(state), state.ledger.crossings().len());
    batch.clear();
    let mut events = Vec::with_capacity(transaction.commands.len());
    let end = transaction.commands.len();
    let done = run(state, clock, transaction, batch, &mut events).and_then(|()| match &fees {
        Fees::Paid(fee) => Ok(*fee),
        Fees::Due { on_success, .. } => {
            let paid = on_success
                .clone()
                .and_then(|fee| pay(state, transaction, &fee).map(|()| fee));
            paid.map_err(|reason| (end, reason))
        }
    });
    let receipt = match done {
        Ok(fee) => {
            let moved = state.ledger.crossings().since(mark);
            state.outflow.count(moved);
            Receipt {
                outcome: Outcome::Done,
                work,
                fee: Some(fee),
                events,
            }
        }
        Err((command, reason)) => {
            inner.restore(state);
            let fee = match fees {
                Fees::Paid(fee) => fee,
                Fees::Due { on_failure, .. } => {
                    let paid = pay(state, transaction, &on_failure);
                    debug_assert!(paid.is_ok(), "admission has seen this balance");
                    on_failure
                }
            };
            let command = u32::try_from(command).unwrap_or(u32::MAX);
            Receipt {
                outcome: Outcome::Failed { command, reason },
                work,
                fee: Some(fee),
                events: Vec::new(),
            }
        }
    };
    if let Signer::Session(key) = transaction.signer
        && let Some(left) = state.ledger.watch().end()
    {
        state.sessions.spend(transaction.sender, key, &left);
    }
    receipt
}

/// What a transaction that would be admitted may cost its sender, and what he has: a host that lets several of one sender wait
/// adds them up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// What is held from admission on: what the fee is paid in if the commands fail.
    pub asset: AssetId,
    /// The most that it may cost of that: its limit at the present price, rounded up; nothing while work is free.
    pub cost_max: Amount,
    /// What the sender has of it.
    pub balance: Amount,
    /// What the session that signs may still spend of it; none if the wallet signs.
    pub allowance: Option<Amount>,
}

/// Whether a transaction would be admitted at a time: a host asks before it lets one wait. Errors: `BadSession` with
/// `TooManyLimits` for a grant that no block's bytes can hold; those of admission.
pub(crate) fn check_admission(state: &State, transaction: &Transaction, now: Timestamp) -> Result<Admission, Rejected> {
    for command in &transaction.commands {
        if let Command::GrantSession { limits, .. } = command {
            sessions::check_count(limits)?;
        }
    }
    let clock = Clock {
        now: now.max(state.chain().time),
        ..state.clock()
    };
    let Judged { fees, nonce, left } = judge(state, clock, transaction, transaction.work())?;
    let (held, due) = fees.held();
    let (sender, fee) = (transaction.sender, (held.asset, held.amount));
    state.ledger.check_admission(sender, nonce, fee, due, left.as_deref())?;
    let allowance = left.map(|left| {
        let of_asset = left.into_iter().find(|(asset, _)| *asset == held.asset);
        of_asset.map_or(Amount::ZERO, |(_, left)| left)
    });
    Ok(Admission {
        asset: held.asset,
        cost_max: if held.in_coin.is_zero() {
            Amount::ZERO
        } else {
            // A limit that nobody could hold is one that nobody can pay twice.
            in_asset(state, held.asset, transaction.fee.limit).map_or(Amount::MAX, |(amount, _)| amount)
        },
        balance: state.ledger.balance(held.asset, sender),
        allowance,
    })
}

/// What an admitted transaction pays.
enum Fees {
    /// The same asset in either case: paid before the first command.
    Paid(Fee),
    /// One asset after success, if it has a price then, and another after failure, which is held.
    Due {
        on_success: Result<Fee, Rejected>,
        on_failure: Fee,
    },
}

impl Fees {
    /// What must be there at admission, and whether it moves then.
    const fn held(&self) -> (&Fee, Due) {
        match self {
            Self::Paid(fee) => (fee, Due::Now),
            Self::Due { on_failure, .. } => (on_failure, Due::Later),
        }
    }
}

/// A transaction that may be admitted, if its sender has not used its nonce and has its fee.
struct Judged {
    fees: Fees,
    /// Its nonce, and the window of time in which that is used.
    nonce: (u64, u64),
    /// What the session that signs may still spend; none if the wallet signs.
    left: Option<Vec<(AssetId, Amount)>>,
}

/// Uses up the nonce and takes or finds the fee, outside of the savepoint that a failure goes back to.
/// Errors, in order: those of [`judge`], `OverSessionLimit`, `NonceUsed`, `NoncesScattered`, `InsufficientBalance`.
fn admit(state: &mut State, clock: Clock, transaction: &Transaction, work: u64) -> Result<Fees, Rejected> {
    let Judged { fees, nonce, left } = judge(state, clock, transaction, work)?;
    let (held, due) = fees.held();
    let sender = transaction.sender;
    if let Some(left) = left {
        state.ledger.watch().begin(sender, left);
    }
    let admitted = state.ledger.admit(sender, nonce, (held.asset, held.amount), due);
    if admitted.is_err() {
        state.ledger.watch().end();
    }
    admitted.map(|()| fees)
}

/// All of admission but the sender's own record. Errors, in order: `Empty`, `UnknownSession`, `SessionExpired`, `OutOfScope`,
/// `Expired`, `ExpiryTooFar`, `FeeOverLimit`, `NoFeeAsset`, `NoPrice`.
fn judge(state: &State, clock: Clock, transaction: &Transaction, work: u64) -> Result<Judged, Rejected> {
    let Transaction {
        sender,
        signer,
        nonce,
        expiry,
        commands,
        ..
    } = transaction;
    if commands.is_empty() {
        return Err(Rejected::Empty);
    }
    let left = match *signer {
        Signer::Wallet => None,
        Signer::Session(key) => Some(state.sessions.acting(*sender, key, clock.now, commands)?.left()),
    };
    if *expiry < clock.now {
        return Err(Rejected::Expired {
            expiry: *expiry,
            now: clock.now,
        });
    }
    let life = state.governance.get().limits.transaction_life;
    let latest = clock.now.after(life)?;
    if *expiry > latest {
        return Err(Rejected::ExpiryTooFar {
            expiry: *expiry,
            latest,
        });
    }
    Ok(Judged {
        fees: fees(state, transaction, work)?,
        nonce: (*nonce, nonce_window(clock.now, life)),
        left,
    })
}

/// The fee, whatever becomes of the commands. Errors, in order: `FeeOverLimit`, `NoFeeAsset`, `NoPrice`.
fn fees(state: &State, transaction: &Transaction, work: u64) -> Result<Fees, Rejected> {
    let offer = &transaction.fee;
    let work_price = state.chain.get().work_price;
    let in_coin = Amount::from_raw(
        work_price
            .raw()
            .checked_mul(u128::from(work))
            .ok_or(ballast_num::Arithmetic::Overflow)?,
    );
    if in_coin > offer.limit {
        return Err(Rejected::FeeOverLimit {
            fee: in_coin,
            limit: offer.limit,
        });
    }
    let fee_in = |asset| {
        let (amount, price) = in_asset(state, asset, in_coin)?;
        Ok(Fee {
            payer: transaction.sender,
            asset,
            amount,
            in_coin,
            work_price,
            price,
        })
    };
    let on_failure = fee_in(offer.on_failure)?;
    Ok(if offer.asset == offer.on_failure {
        Fees::Paid(on_failure)
    } else {
        Fees::Due {
            on_success: fee_in(offer.asset),
            on_failure,
        }
    })
}

/// The window of time in which a nonce is used: as long as a transaction may live.
pub(crate) fn nonce_window(now: Timestamp, life: Seconds) -> u64 {
    now.0 / life.0.max(1)
}

/// A fee in base units of an asset: the coin, or a collateral at the lower of spot and mean, rounded up, and that price.
fn in_asset(state: &State, id: AssetId, in_coin: Amount) -> Result<(Amount, Option<Price>), Rejected> {
    if id == state.governance.get().limits.coin || in_coin.is_zero() {
        return Ok((in_coin, None));
    }
    let asset = state.asset(id).ok_or(Rejected::UnknownAsset(id))?;
    let listed = state.vaults.types().any(|spec| spec.collateral == id);
    let feed = asset
        .feed
        .filter(|_| listed)
        .ok_or(Rejected::NoFeeAsset { asset: id })?;
    let price = state.prices.quote(feed)?.price(Use::Fee)?;
    let value = ballast_num::Usd::from_unsigned(in_coin.raw())?;
    Ok((value.to_amount(price, asset.decimals, Round::Up)?, Some(price)))
}

fn pay(state: &mut State, transaction: &Transaction, fee: &Fee) -> Result<(), Rejected> {
    state
        .ledger
        .transfer(fee.asset, transaction.sender, Module::SurplusBuffer, fee.amount)
}

/// Runs the commands and the judgement. The error names the command.
fn run(
    state: &mut State,
    clock: Clock,
    transaction: &Transaction,
    batch: &mut Batch,
    events: &mut Vec<Event>,
) -> Result<(), (usize, Rejected)> {
    let mut run = Run {
        state,
        clock,
        transaction,
        events,
        batch,
    };
    let end = transaction.commands.len();
    let last = end.saturating_sub(1);
    let coin = run.state.governance.get().limits.coin;
    let (supply, mark) = (run.state.ledger.supply(coin), run.state.ledger.crossings().len());
    for (at, command) in transaction.commands.iter().enumerate() {
        let moved = run.state.ledger.crossings().len();
        run.command(command).map_err(|reason| (at, reason))?;
        if is_free(command) {
            run.state.ledger.forget_outflow(moved);
        }
        // After the last command the judgement itself lets nothing pass that is beyond health.
        if at < last && run.batch.has_unmeasured() {
            let (mechanisms, ctx) = run.state.lend(clock, transaction.sender, run.events);
            let counted = mechanisms.vaults.count_deferred(&ctx, run.batch);
            counted.map_err(|reason| (at, reason))?;
        }
    }
    let (mechanisms, ctx) = run.state.lend(clock, transaction.sender, run.events);
    mechanisms
        .vaults
        .judge(&ctx, run.batch)
        .map_err(|reason| (end, reason))?;
    if transaction.commands.iter().all(is_free) {
        return Ok(());
    }
    let (limits, now) = (&state.governance.get().limits, state.ledger.supply(coin));
    let within = state.limiter.check_minted(&limits.mint, supply, now);
    within.map_err(|reason| (end, reason))?;
    let beyond = state.outflow.beyond(state.ledger.crossings().since(mark));
    for excess in beyond.map_err(|reason| (end, reason))? {
        let (mechanisms, ctx) = state.lend(clock, transaction.sender, events);
        let shared = mechanisms.vaults.take_share(&ctx, batch, &excess);
        shared.map_err(|reason| (end, reason))?;
    }
    Ok(())
}

/// Whether limits of flow leave a command alone (rule R18): one that only protects, liquidates or sells. What it mints and
/// brings in is counted; what it takes out has been paid for and is not, whatever it stands in a transaction with.
const fn is_free(command: &Command) -> bool {
    matches!(
        command,
        Command::Deposit { .. }
            | Command::RepayDebt { .. }
            | Command::CancelTicket { .. }
            | Command::Liquidate { .. }
            | Command::TakeAuction { .. }
            | Command::ResetAuction { .. }
            | Command::ClaimPoolGain { .. }
    )
}

struct Run<'a> {
    state: &'a mut State,
    clock: Clock,
    transaction: &'a Transaction,
    events: &'a mut Vec<Event>,
    batch: &'a mut Batch,
}

impl Run<'_> {
    fn command(&mut self, command: &Command) -> Result<(), Rejected> {
        let sender = self.transaction.sender;
        let State {
            governance,
            prices,
            ledger,
            vaults,
            queue,
            pools,
            auctions,
            markets,
            fund,
            assets,
            sessions,
            ..
        } = &mut *self.state;
        let limits = &governance.get().limits;
        let ctx = &mut Context {
            clock: self.clock,
            caller: sender,
            limits,
            prices,
            ledger,
            events: self.events,
        };
        let batch = &mut *self.batch;
        let id = |vault, batch: &Batch| match vault {
            VaultRef::Id(id) => Ok(id),
            VaultRef::Opened(n) => batch.opened(n),
        };
        match *command {
            Command::OpenVault { collateral_type } => vaults.open(ctx, batch, collateral_type).map(drop),
            Command::Deposit { vault, amount } => vaults.deposit(ctx, batch, id(vault, batch)?, amount),
            Command::Withdraw { vault, amount } => vaults.withdraw(ctx, batch, id(vault, batch)?, amount),
            Command::DrawDebt { vault, amount } => vaults.draw(ctx, batch, id(vault, batch)?, amount),
            Command::RepayDebt { vault, amount } => vaults.repay(ctx, batch, id(vault, batch)?, amount).map(drop),
            Command::CloseVault { vault } => vaults.close(ctx, batch, id(vault, batch)?),
            Command::SplitVault {
                vault,
                collateral,
                debt,
            } => vaults.split(ctx, batch, id(vault, batch)?, collateral, debt).map(drop),
            Command::MergeVaults { from, into } => vaults.merge(ctx, batch, id(from, batch)?, id(into, batch)?),
            Command::TransferVault { vault, to } => vaults.hand_over(ctx, batch, id(vault, batch)?, to),
            Command::SetDelegate { delegate, permission } => {
                vaults.set_delegate(ctx, delegate, permission);
                Ok(())
            }
            Command::SetStandingOrder { vault, order } => vaults.set_standing_order(ctx, id(vault, batch)?, order),
            Command::Send { asset, to, amount } => Vaults::send(ctx, asset, to, amount),
            Command::Queue { order, expiry } => {
                let order = fund_queue::without_dust(ctx, fund, order)?;
                let place = match order {
                    Order::EnterPool { pool, amount } | Order::ExitPool { pool, amount } => {
                        let asked = (pool, order.lane(), amount);
                        pool_queue::place((vaults, pools), limits.coin, sender, asked)?
                    }
                    Order::Sell { market, .. }
                    | Order::Buy { market, .. }
                    | Order::AddLiquidity { market, .. }
                    | Order::RemoveLiquidity { market, .. } => market_queue::place(ctx, markets, (market, order))?,
                    Order::EnterFund { amount, .. } => fund_queue::entry(limits, amount),
                    Order::ExitFund { shares } => fund_queue::exit(ctx, fund, shares)?,
                };
                queue.add(ctx, order, place, expiry)?;
                match order {
                    Order::RemoveLiquidity { market, .. } => {
                        let leaving = queue.leaving(order.venue());
                        markets.lock(market, &self.clock, leaving)
                    }
                    _ => Ok(()),
                }
            }
            Command::ClaimPoolGain { pool } => {
                let collateral = vaults.spec(pool.collateral_type)?.collateral;
                disposal::pay_pool_gain(ctx, pools, (pool, collateral), sender)
            }
            Command::CancelTicket { ticket } => queue.cancel(ctx, ticket),
            Command::AddFirstLoss {
                collateral_type,
                amount,
            } => {
                vaults.spec(collateral_type)?;
                Backstop::add_first_loss(ctx, collateral_type, amount)
            }
            Command::Liquidate { vault } => {
                // A lot that is shared out changes every vault of its type, those that wait to be judged too.
                let shares = |id| Ok::<_, Rejected>(vaults.shares(vaults.vault(id)?.collateral_type).is_some());
                if batch.defers(vault) || batch.defers_any() && shares(vault).unwrap_or(false) {
                    return Err(Rejected::NotInBatch);
                }
                // The owner's standing order comes first; a vault that it leaves broken is seized by the same call.
                let answered = protection::answer(self.state, self.clock, vault, self.events);
                let called = liquidation::protected(self.state, self.events, |state, events| {
                    liquidation::by_command(state, self.clock, sender, vault, events)
                });
                if answered { Ok(()) } else { called }
            }
            Command::TakeAuction {
                auction,
                amount,
                price_max,
            } => {
                if self.batch.defers_any() {
                    return Err(Rejected::NotInBatch);
                }
                disposal::take(self.state, self.clock, sender, auction, amount, price_max, self.events)
            }
            Command::ResetAuction { auction: id } => {
                let collateral_type = auctions.auction(id)?.collateral_type;
                let decimals = vaults.totals(collateral_type)?.decimals;
                let terms = auction::Terms {
                    spec: vaults.spec(collateral_type)?,
                    decimals,
                };
                auctions.reset(ctx, terms, id, Some(sender))
            }
            Command::SetParameter(change) => self.set_parameter(change),
            Command::GrantSession {
                key,
                scope,
                ref limits,
                expiry,
            } => {
                let is_listed = |asset| assets.contains_key(&asset);
                sessions.grant(ctx, is_listed, key, (scope, limits, expiry))
            }
            Command::RevokeSession { key } => sessions.revoke(ctx, key),
        }
    }

    /// Errors: `NotAuthority`, `UnknownType`, `BadParameter`.
    fn set_parameter(&mut self, change: ParameterChange) -> Result<(), Rejected> {
        let caller = self.transaction.sender;
        let mut governance = self.state.governance.get().clone();
        if governance.authority != caller {
            return Err(Rejected::NotAuthority { caller });
        }
        let mut types = self.state.vaults.types();
        let bounded = types.all(|spec| spec.peer.bounds == Bounds::Enforced);
        drop(types);
        match change {
            ParameterChange::GlobalDebtCeiling(amount) | ParameterChange::GlobalAuctionCeiling(amount)
                if bounded && amount > CEILING_MAX =>
            {
                return Err(Rejected::BadParameter(ParameterFault::OutOfBounds));
            }
            ParameterChange::GlobalDebtCeiling(amount) => governance.limits.debt_ceiling = amount,
            ParameterChange::GlobalAuctionCeiling(amount) => governance.limits.auction_ceiling = amount,
            ParameterChange::WorkPrice(amount) if amount > WORK_PRICE_MAX => {
                return Err(Rejected::BadParameter(ParameterFault::OutOfBounds));
            }
            ParameterChange::WorkPrice(amount) => governance.limits.work_price = amount,
            ParameterChange::Type(id, parameter) => {
                let vaults = &mut self.state.vaults;
                vaults.change_type(id, parameter)?;
                liquidation::check_floor(vaults.spec(id)?, &governance.limits, vaults.types().count())
                    .map_err(Rejected::BadParameter)?;
            }
        }
        if *self.state.governance.get() != governance {
            self.state.governance.set(governance);
        }
        self.events.push(Event::ParameterChanged(change));
        Ok(())
    }
}
