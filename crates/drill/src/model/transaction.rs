//! One transaction: admitted or not, then done on a clone that is kept or dropped, then charged.

use ballast_num::{Amount, Price, Round, Timestamp};
use ballast_protocol::{
    AccountId, AssetId, Command, Fee, Module, Order, Outcome, Rejected, Signer, TicketId, Transaction,
};

use super::number::worth;
use super::vault::Batch;
use super::{Done, Model, Ticket};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) outcome: Outcome,
    pub(crate) work: u64,
    pub(crate) fee: Option<Fee>,
}

impl Settled {
    pub(super) fn not_admitted(reason: Rejected) -> Self {
        Self {
            outcome: Outcome::NotAdmitted(reason),
            work: 0,
            fee: None,
        }
    }
}

/// Work units, by the published table: 50 for the admission, 50 if a session signs, and for each command what it costs.
pub(super) fn work(transaction: &Transaction) -> u64 {
    let of = |command: &Command| match command {
        Command::Send { .. } | Command::SetDelegate { .. } | Command::CancelTicket { .. } => 10,
        Command::AddFirstLoss { .. } | Command::SetStandingOrder { .. } | Command::SetParameter(_) => 15,
        Command::OpenVault { .. } | Command::TransferVault { .. } | Command::ResetAuction { .. } => 20,
        Command::Deposit { .. } | Command::Withdraw { .. } | Command::ClaimPoolGain { .. } => 25,
        Command::DrawDebt { .. } | Command::RepayDebt { .. } | Command::TakeAuction { .. } => 30,
        Command::CloseVault { .. } | Command::SplitVault { .. } | Command::MergeVaults { .. } => 40,
        Command::RevokeSession { .. } => 40,
        Command::Queue { .. } | Command::Liquidate { .. } | Command::GrantSession { .. } => 60,
    };
    let session = if transaction.signer == Signer::Wallet { 0 } else { 50 };
    50 + session + transaction.commands.iter().map(of).sum::<u64>()
}

impl Model {
    pub(super) fn settle(&mut self, transaction: &Transaction) -> Settled {
        let settled = self.settle_signed(transaction);
        self.acting = None;
        settled
    }

    fn settle_signed(&mut self, transaction: &Transaction) -> Settled {
        let work = work(transaction);
        let (after_success, after_failure) = match self.admit(transaction, work) {
            Ok(fees) => fees,
            Err(reason) => return Settled::not_admitted(reason),
        };
        self.sign(transaction);
        // The same asset in either case is paid at once, before the commands.
        let at_once = transaction.fee.asset == transaction.fee.on_failure;
        let mut trial = self.clone();
        let end = transaction.commands.len();
        if at_once && let Err(reason) = trial.take_fee(transaction, &after_failure) {
            return Settled::not_admitted(reason);
        }
        let done = trial.run(transaction).and_then(|()| {
            let fee = after_success.map_err(|reason| (end, reason))?;
            if !at_once {
                trial.take_fee(transaction, &fee).map_err(|reason| (end, reason))?;
            }
            Ok(fee)
        });
        match done {
            Ok(fee) => {
                *self = trial;
                Settled {
                    outcome: Outcome::Done,
                    work,
                    fee: Some(fee),
                }
            }
            Err((command, reason)) => {
                // Admission has seen this balance.
                let _ = self.take_fee(transaction, &after_failure);
                let command = u32::try_from(command).unwrap_or(u32::MAX);
                Settled {
                    outcome: Outcome::Failed { command, reason },
                    work,
                    fee: Some(after_failure),
                }
            }
        }
    }

    fn take_fee(&mut self, transaction: &Transaction, fee: &Fee) -> Done {
        self.pay(fee.asset, transaction.sender, Module::SurplusBuffer, fee.amount.raw())
    }

    /// Uses up the nonce; the fee after success, which may lack a price, and after failure, which is held.
    fn admit(&mut self, transaction: &Transaction, work: u64) -> Result<(Result<Fee, Rejected>, Fee), Rejected> {
        let (now, life) = (self.time, self.limits.transaction_life.0);
        let expiry = transaction.expiry;
        if transaction.commands.is_empty() {
            return Err(Rejected::Empty);
        }
        self.may_sign(transaction)?;
        if expiry.0 < now {
            return Err(Rejected::Expired {
                expiry,
                now: Timestamp(now),
            });
        }
        if expiry.0 > now + life {
            let latest = Timestamp(now + life);
            return Err(Rejected::ExpiryTooFar { expiry, latest });
        }
        let in_coin = self
            .work_price
            .checked_mul(work.into())
            .ok_or(ballast_num::Arithmetic::Overflow)?;
        let (in_coin, limit) = (Amount::from_raw(in_coin), transaction.fee.limit);
        if in_coin > limit {
            return Err(Rejected::FeeOverLimit { fee: in_coin, limit });
        }
        let fee = |asset| {
            let (amount, price) = self.fee_in(asset, in_coin.raw())?;
            Ok(Fee {
                payer: transaction.sender,
                asset,
                amount: Amount::from_raw(amount),
                in_coin,
                work_price: Amount::from_raw(self.work_price),
                price: price.map(Price::from_raw),
            })
        };
        let after_failure: Fee = fee(transaction.fee.on_failure)?;
        let after_success = fee(transaction.fee.asset);
        if let Signer::Session(key) = transaction.signer {
            let held = &after_failure;
            self.within_limit((transaction.sender, key), held.asset, held.amount.raw())?;
        }
        let nonce = transaction.nonce;
        let window = self.check_nonce(transaction)?;
        let balance = self.balance(after_failure.asset, transaction.sender);
        if balance < after_failure.amount.raw() {
            return Err(Rejected::InsufficientBalance {
                asset: after_failure.asset,
                balance: Amount::from_raw(balance),
                needed: after_failure.amount,
            });
        }
        self.nonces.insert((window, transaction.sender, nonce));
        Ok((after_success, after_failure))
    }

    /// A nonce is free again two windows of time after the one in which it was used. Returns the present window.
    fn check_nonce(&self, transaction: &Transaction) -> Result<u64, Rejected> {
        /// Runs of neighbours that are remembered of one window.
        const RUNS: usize = 256;
        let (sender, nonce) = (transaction.sender, transaction.nonce);
        let window = self.time / self.limits.transaction_life.0;
        let used = |age, nonce| window >= age && self.nonces.contains(&(window - age, sender, nonce));
        if used(0, nonce) || used(1, nonce) {
            return Err(Rejected::NonceUsed { nonce });
        }
        let before = |nonce: u64| nonce.checked_sub(1).is_some_and(|before| used(0, before));
        let after = |nonce: u64| nonce.checked_add(1).is_some_and(|after| used(0, after));
        let of_sender = self.nonces.range((window, sender, 0)..=(window, sender, u64::MAX));
        let runs = of_sender.filter(|(_, _, nonce)| !before(*nonce)).count();
        if runs >= RUNS && !before(nonce) && !after(nonce) {
            return Err(Rejected::NoncesScattered { nonce });
        }
        Ok(window)
    }

    /// A fee in the coin, or in a listed collateral at the lower of spot and mean, which is told, rounded up.
    fn fee_in(&self, id: AssetId, in_coin: u128) -> Result<(u128, Option<u128>), Rejected> {
        if id == self.coin() || in_coin == 0 {
            return Ok((in_coin, None));
        }
        let asset = self.asset(id)?;
        let is_listed = self.types.values().any(|kind| kind.spec.collateral == id);
        let feed = asset
            .feed
            .filter(|_| is_listed)
            .ok_or(Rejected::NoFeeAsset { asset: id })?;
        let quote = self.quote(feed)?;
        quote.heard()?;
        let price = quote.spot.min(quote.mean);
        Ok((worth(in_coin, price, asset.decimals.get(), Round::Up)?, Some(price)))
    }

    /// The commands and the judgement; an error names the command, the judgement being one more.
    fn run(&mut self, transaction: &Transaction) -> Result<(), (usize, Rejected)> {
        let unstoppable = |command: &Command| {
            matches!(
                command,
                Command::Deposit { .. }
                    | Command::RepayDebt { .. }
                    | Command::CancelTicket { .. }
                    | Command::ClaimPoolGain { .. }
                    | Command::Liquidate { .. }
                    | Command::TakeAuction { .. }
                    | Command::ResetAuction { .. }
            )
        };
        let (coins, mut inside) = (self.coins(), self.inside());
        let mut batch = Batch::default();
        let last = transaction.commands.len() - 1;
        for (at, command) in transaction.commands.iter().enumerate() {
            let (before, inside_before) = (self.vaults.clone(), self.inside());
            let done = self.command(transaction, &mut batch, command);
            if unstoppable(command) {
                self.leave_out_paid(&mut inside, &inside_before);
            }
            // What is beyond health after the last command is for the judgement to refuse.
            let done = done.and_then(|()| {
                if at < last {
                    self.count_deferred(&before, &batch)
                } else {
                    Ok(())
                }
            });
            done.map_err(|reason| (at, reason))?;
        }
        let end = transaction.commands.len();
        self.judge(&batch).map_err(|reason| (end, reason))?;
        if transaction.commands.iter().all(unstoppable) {
            self.count_in(&inside);
            return Ok(());
        }
        self.may_mint(coins).map_err(|reason| (end, reason))?;
        self.may_leave(transaction.sender, &batch, &inside)
            .map_err(|reason| (end, reason))
    }

    fn command(&mut self, transaction: &Transaction, batch: &mut Batch, command: &Command) -> Done {
        let caller = transaction.sender;
        match *command {
            Command::OpenVault { collateral_type } => self.open_vault(batch, caller, collateral_type),
            Command::Deposit { vault, amount } => self.deposit(batch, caller, batch.named(vault)?, amount.raw()),
            Command::Withdraw { vault, amount } => self.withdraw(batch, caller, batch.named(vault)?, amount.raw()),
            Command::DrawDebt { vault, amount } => self.draw(batch, caller, batch.named(vault)?, amount.raw()),
            Command::RepayDebt { vault, amount } => self.repay(batch, caller, batch.named(vault)?, amount),
            Command::CloseVault { vault } => self.close_vault(batch, caller, batch.named(vault)?),
            Command::SplitVault {
                vault,
                collateral,
                debt,
            } => self.split(batch, caller, batch.named(vault)?, collateral.raw(), debt.raw()),
            Command::MergeVaults { from, into } => self.merge(batch, caller, batch.named(from)?, batch.named(into)?),
            Command::TransferVault { vault, to } => self.transfer(batch, caller, batch.named(vault)?, to),
            Command::SetDelegate { delegate, permission } => {
                self.set_delegate(caller, delegate, permission);
                Ok(())
            }
            Command::SetStandingOrder { vault, order } => self.set_order(caller, batch.named(vault)?, order),
            Command::Send { asset, to, amount } => self.send(caller, asset, to, amount.raw()),
            Command::Liquidate { vault } => {
                // Sharing out would change what waits to be judged.
                let shares = |vault| self.kind(self.vault(vault)?.kind).map(|kind| kind.worth.is_some());
                if batch.has_touched(vault) || !batch.touched.is_empty() && shares(vault).unwrap_or(false) {
                    return Err(Rejected::NotInBatch);
                }
                // What an order does its owner has signed himself.
                let acting = self.acting.take();
                let answered = self.answered(vault);
                self.acting = acting;
                if !answered {
                    return self.liquidate(vault, Some(caller));
                }
                // What the order did stands, whether or not there is anything left to seize.
                let mut trial = self.clone();
                if trial.liquidate(vault, Some(caller)).is_ok() {
                    *self = trial;
                }
                Ok(())
            }
            Command::TakeAuction {
                auction,
                amount,
                price_max,
            } => {
                if !batch.touched.is_empty() {
                    return Err(Rejected::NotInBatch);
                }
                self.take(caller, auction, amount.raw(), price_max)
            }
            Command::ResetAuction { auction } => self.reset(auction, Some(caller)),
            Command::Queue { order, expiry } => self.queue(caller, order, expiry),
            Command::ClaimPoolGain { pool } => self.claim(pool, caller),
            Command::CancelTicket { ticket } => {
                let now = self.time;
                let open = self.tickets.get_mut(&ticket).ok_or(Rejected::UnknownTicket(ticket))?;
                if open.owner != caller {
                    return Err(Rejected::NotTicketOwner(ticket));
                }
                open.cancelled = open.cancelled.or(Some(now));
                Ok(())
            }
            Command::AddFirstLoss {
                collateral_type,
                amount,
            } => {
                self.spec(collateral_type)?;
                if amount.is_zero() {
                    return Err(Rejected::ZeroAmount);
                }
                self.pay(self.coin(), caller, Module::FirstLoss(collateral_type), amount.raw())
            }
            Command::SetParameter(change) => self.set_parameter(caller, change),
            Command::GrantSession {
                key,
                scope,
                ref limits,
                expiry,
            } => self.grant(caller, key, (scope, limits, expiry)),
            Command::RevokeSession { key } => self.revoke(caller, key),
        }
    }

    /// Queues an order, with what it brings along: one a lane of a venue for an owner, and of enough.
    fn queue(&mut self, owner: AccountId, mut order: Order, expiry: Timestamp) -> Done {
        let now = Timestamp(self.time);
        let mut pays_max = None;
        let (amount, least, cooldown, escrow) = match order {
            Order::EnterPool { pool, amount } => {
                let terms = self.pool_terms(pool)?;
                (
                    amount.raw(),
                    terms.least,
                    terms.cooldown,
                    vec![(self.coin(), amount.raw())],
                )
            }
            Order::ExitPool { pool, amount } => {
                let terms = self.pool_terms(pool)?;
                let (held, _) = self.position(pool, owner)?;
                if held == 0 {
                    return Err(Rejected::NoDeposit);
                }
                (amount.raw(), terms.least.min(held), terms.cooldown, Vec::new())
            }
            Order::Sell { market, amount, .. } => {
                let pool = self.market(market)?;
                let spec = &pool.spec;
                let escrow = vec![(spec.base, amount.raw())];
                // Worth a ticket, at the lowest that its price may be.
                let least = match self.quote(spec.feed) {
                    Ok(quote) => pool.base_for(spec.ticket_min.raw(), quote.low).unwrap_or(u128::MAX),
                    Err(_) => 0,
                };
                (amount.raw(), least.max(spec.sale_min.raw()), spec.cooldown.0, escrow)
            }
            Order::Buy { market, amount, .. } => {
                let spec = &self.market(market)?.spec;
                let escrow = vec![(self.coin(), amount.raw())];
                (amount.raw(), spec.ticket_min.raw(), spec.cooldown.0, escrow)
            }
            Order::AddLiquidity {
                market, base, coins, ..
            } => {
                let spec = &self.market(market)?.spec;
                if base.is_zero() {
                    return Err(Rejected::ZeroAmount);
                }
                let escrow = vec![(spec.base, base.raw()), (self.coin(), coins.raw())];
                (coins.raw(), spec.ticket_min.raw(), spec.cooldown.0, escrow)
            }
            Order::RemoveLiquidity { market, shares, .. } => {
                let pool = self.market(market)?;
                let (has, _) = self.positions.get(&(market, owner)).copied().unwrap_or_default();
                if shares.raw() > has {
                    return Err(Rejected::TooFewShares {
                        market,
                        asked: shares,
                        held: Amount::from_raw(has),
                    });
                }
                let least = pool.shares_for(pool.spec.ticket_min.raw()).min(has);
                (shares.raw(), least, pool.spec.lock.0, Vec::new())
            }
            Order::EnterFund { amount, .. } => {
                let fund = &self.limits.fund;
                let escrow = vec![(self.coin(), amount.raw())];
                (amount.raw(), fund.ticket_min.raw(), fund.entry_cooldown.0, escrow)
            }
            Order::ExitFund { shares } => {
                let held = self.stake(owner);
                if held == 0 {
                    return Err(Rejected::NoShares);
                }
                if shares.raw() > held {
                    let available = Amount::from_raw(held);
                    return Err(Rejected::TooMuch {
                        asked: shares,
                        available,
                    });
                }
                let small = self.limits.fund.ticket_min.raw();
                let least = self.shares_worth(small)?.min(held);
                let stays = self.share_value(held - shares.raw(), self.fund_assets())?;
                // All goes with an exit, itself large enough, that would leave too little.
                let shares = if shares.raw() >= least && stays < small {
                    held
                } else {
                    shares.raw()
                };
                order = Order::ExitFund {
                    shares: Amount::from_raw(shares),
                };
                pays_max = Some(self.share_value(shares, self.fund_assets())?);
                (shares, least, self.limits.fund.exit_cooldown.0, Vec::new())
            }
        };
        if amount == 0 {
            return Err(Rejected::ZeroAmount);
        }
        if expiry <= now {
            return Err(Rejected::Expired { expiry, now });
        }
        if let Order::ExitFund { .. } = order {
            let latest = Timestamp(now.0 + cooldown + self.limits.fund.exit_window.0);
            if expiry > latest {
                return Err(Rejected::ExpiryTooFar { expiry, latest });
            }
        }
        if amount < least {
            let (amount, least) = (Amount::from_raw(amount), Amount::from_raw(least));
            return Err(Rejected::BelowTicketMin { amount, least });
        }
        let place = |order: &Order| (order.venue(), order.lane());
        let mine = |ticket: &Ticket| ticket.owner == owner && place(&ticket.order) == place(&order);
        if let Some((ticket, _)) = self.tickets.iter().find(|(_, ticket)| mine(ticket)) {
            let (venue, lane) = place(&order);
            return Err(Rejected::AlreadyQueued {
                ticket: *ticket,
                venue,
                lane,
            });
        }
        for (asset, amount) in &escrow {
            self.pay(*asset, owner, Module::Queue, *amount)?;
        }
        self.last_ticket += 1;
        let ticket = Ticket {
            owner,
            order,
            escrow,
            pays_max,
            included: now.0,
            ready: self.host_time + cooldown,
            expiry: expiry.0,
            cancelled: None,
        };
        self.tickets.insert(TicketId(self.last_ticket), ticket);
        if let Order::RemoveLiquidity { market, shares, .. } = order {
            self.ask_exit(market, owner, shares.raw())?;
        }
        Ok(())
    }
}
