//! The peer's operations as commands.

use std::collections::BTreeMap;

use ballast_num::{Amount, Ratio, Round};
use ballast_protocol::{Command, Event, Order, PoolBought, PoolId, Repayment, TicketOutcome, VaultRef};
use num_bigint::BigInt;

use super::genesis::DEPOSIT;
use super::shares::{Pair, up};
use super::{FEED, KIND, Liquity, PURSE};
use crate::chain::{COIN, Stop};
use crate::schema::{Args, Step};

/// Refuses, for a reason that the engine cannot be asked about.
fn refuse<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Refused(why.into()))
}

fn wad() -> BigInt {
    BigInt::from(10).pow(18)
}

/// The peer's one-off fee: 0.5 %, rounded down.
pub(super) fn fee(coins: &BigInt) -> BigInt {
    coins * 5_u8 / 1_000_u16
}

/// What the pool has bought in one operation, in wei.
#[derive(Default)]
struct Bought {
    coins: BigInt,
    collateral: BigInt,
    /// How far the collateral may be from the peer's.
    slack: BigInt,
}

impl Liquity {
    pub(super) fn operate(&mut self, step: &Step) -> Result<(), Stop> {
        let (by, args) = (step.by.as_str(), &step.args);
        match step.op.as_str() {
            "openTrove" => self.open_trove(by, args),
            "closeTrove" => self.close_trove(by),
            "adjustTrove" => {
                let is_increase = args
                    .0
                    .get("isDebtIncrease")
                    .is_some_and(|is| *is == serde_json::Value::Bool(true));
                let (change, zero) = (args.amount("lusdChange"), BigInt::ZERO);
                if is_increase && change == zero {
                    return refuse("a draw of nothing");
                }
                let (drawn, repaid) = if is_increase { (change, zero) } else { (zero, change) };
                self.adjust(
                    by,
                    &args.amount("coll"),
                    &args.amount("collWithdrawal"),
                    &drawn,
                    &repaid,
                )
            }
            "addColl" => self.adjust(by, &args.amount("coll"), &BigInt::ZERO, &BigInt::ZERO, &BigInt::ZERO),
            "withdrawColl" => self.adjust(by, &BigInt::ZERO, &args.amount("coll"), &BigInt::ZERO, &BigInt::ZERO),
            "withdrawLUSD" => self.adjust(by, &BigInt::ZERO, &BigInt::ZERO, &args.amount("lusd"), &BigInt::ZERO),
            "repayLUSD" => self.adjust(by, &BigInt::ZERO, &BigInt::ZERO, &BigInt::ZERO, &args.amount("lusd")),
            // What a liquidation does not need goes back at once here: there is nothing to claim.
            "claimCollateral" => refuse("nothing to claim"),
            "liquidate" => self.liquidate(by, &[args.text("borrower").to_owned()]),
            "liquidateTroves" => {
                let count = usize::try_from(&args.amount("n")).unwrap_or(usize::MAX);
                let vaults = self.riskiest_first();
                let riskiest: Vec<String> = vaults
                    .iter()
                    .take(count)
                    .map(|vault| self.name(vault).to_owned())
                    .collect();
                self.liquidate(by, &riskiest)
            }
            "batchLiquidateTroves" => {
                let names = args.0.get("borrowers").and_then(serde_json::Value::as_array);
                let names = names.into_iter().flatten().filter_map(serde_json::Value::as_str);
                let names: Vec<String> = names.map(str::to_owned).collect();
                self.liquidate(by, &names)
            }
            "provideToSP" => self.provide(by, &args.amount("lusd")),
            "withdrawFromSP" => self.withdraw(by, &args.amount("lusd")),
            "withdrawGainToTrove" => self.gain_to_trove(by),
            "transfer" => {
                let coins = self.coins(&args.amount("lusd")).or_else(refuse)?;
                self.send(by, args.text("to"), coins)
            }
            "setPrice" => {
                self.price = args.amount("price");
                self.round()
            }
            other => Err(Stop::Broken(format!("unknown operation `{other}`"))),
        }
    }

    fn say(&mut self, user: &str, commands: Vec<Command>) -> Result<Vec<Event>, Stop> {
        let account = self.account(user);
        self.chain.transact(self.clock, account, commands)
    }

    /// The next round of prices, a second later.
    fn round(&mut self) -> Result<(), Stop> {
        self.round_events().map(drop)
    }

    fn round_events(&mut self) -> Result<Vec<Event>, Stop> {
        self.clock += 1;
        self.chain.prices.insert(FEED, self.quote());
        self.chain.pass(self.clock)
    }

    fn send(&mut self, from: &str, to: &str, amount: Amount) -> Result<(), Stop> {
        if amount.is_zero() {
            return Ok(());
        }
        let to = self.account(to);
        self.say(
            from,
            vec![Command::Send {
                asset: COIN,
                to,
                amount,
            }],
        )
        .map(drop)
    }

    /// A draw of coins. The peer rounds its fee down to a wei: so much less is drawn that debt comes out as the peer's,
    /// and the purse pays the part of a wei that is missing.
    fn draw(&mut self, by: &str, coins: &BigInt, mut batch: Vec<Command>, vault: VaultRef) -> Result<(), Stop> {
        let owed = self.coins(&(coins + fee(coins))).or_else(refuse)?;
        let said = self.coins(coins).or_else(refuse)?;
        let rate = Ratio::basis_points(50);
        let with_fee = |amount: Amount| amount.mul_ratio(rate, Round::Up).and_then(|fee| amount.try_add(fee));
        let mut amount = said;
        while with_fee(amount).is_ok_and(|sum| sum > owed) {
            let over = with_fee(amount).map_or(0, |sum| sum.raw() - owed.raw());
            amount = amount.saturating_sub(Amount::from_raw((over / 2).max(1)));
        }
        batch.push(Command::DrawDebt { vault, amount });
        self.say(by, batch)?;
        self.slack.fee += 1;
        self.send(PURSE, by, said.saturating_sub(amount))?;
        if BigInt::from(self.now) - &self.folds.last_fee >= BigInt::from(60) {
            self.folds.last_fee = self.now.into();
        }
        Ok(())
    }

    fn open_trove(&mut self, by: &str, args: &Args) -> Result<(), Stop> {
        let vault = VaultRef::Opened(0);
        let collateral = ether(&args.amount("coll"))?;
        let mut batch = vec![Command::OpenVault { collateral_type: KIND }];
        if !collateral.is_zero() {
            batch.push(Command::Deposit {
                vault,
                amount: collateral,
            });
        }
        self.draw(by, &args.amount("lusd"), batch, vault)?;
        self.folds.status.insert(by.to_owned(), "active");
        self.stake(by);
        Ok(())
    }

    fn close_trove(&mut self, by: &str) -> Result<(), Stop> {
        let Some((id, vault)) = self.trove(by) else {
            return refuse("no trove");
        };
        self.touch(by);
        // What sharing out has rounded up is no reason to refuse what the peer accepts.
        let error = self.folds.shares.error(by);
        let owed = vault.normalized_debt.raw().saturating_mul(self.wei());
        let missing = Amount::from_raw(owed)
            .saturating_sub(vault.deposit)
            .saturating_sub(self.balance(by));
        if BigInt::from(missing.raw()) <= &error.debt * self.wei() {
            self.send(PURSE, by, missing)?;
        }
        self.say(by, vec![Command::CloseVault { vault: id.into() }])?;
        self.slack.gem += error.collateral;
        self.slack.coin += &error.debt;
        self.slack.supply += error.debt;
        self.folds.shares.remove(by);
        self.folds.status.insert(by.to_owned(), "closedByOwner");
        Ok(())
    }

    fn adjust(
        &mut self,
        by: &str,
        added: &BigInt,
        taken: &BigInt,
        drawn: &BigInt,
        repaid: &BigInt,
    ) -> Result<(), Stop> {
        let zero = BigInt::ZERO;
        let Some((id, _)) = self.trove(by) else {
            return refuse("no trove");
        };
        if *added > zero && *taken > zero {
            return refuse("collateral both ways has no command");
        }
        self.touch(by);
        let vault = VaultRef::Id(id);
        let mut batch = Vec::new();
        if *added > zero {
            batch.push(Command::Deposit {
                vault,
                amount: ether(added)?,
            });
        }
        if *repaid > zero {
            let coins = self.coins(repaid).or_else(refuse)?;
            batch.push(Command::RepayDebt {
                vault,
                amount: Repayment::Exactly(coins),
            });
        }
        if *taken > zero {
            batch.push(Command::Withdraw {
                vault,
                amount: ether(taken)?,
            });
        }
        if *drawn > zero {
            self.draw(by, drawn, batch, vault)?;
        } else {
            self.say(by, batch)?;
        }
        self.stake(by);
        Ok(())
    }

    /// What is pending for a trove becomes its own, as with each operation on it.
    fn touch(&mut self, name: &str) {
        if let Some(all) = self.all().get(name) {
            self.folds.shares.apply(name, all);
        }
    }

    /// The peer's stake of a trove, renewed with each operation on it.
    fn stake(&mut self, name: &str) {
        let all = self.all().remove(name).unwrap_or_default();
        self.folds.shares.stake(name, all);
    }

    fn balance(&mut self, name: &str) -> Amount {
        let account = self.account(name);
        self.chain.state.ledger().balance(COIN, account)
    }

    /// Liquidates those of the named that are under the ratio; refused if none is.
    fn liquidate(&mut self, by: &str, names: &[String]) -> Result<(), Stop> {
        let mut why = "nothing to liquidate".to_owned();
        let mut bought = Bought::default();
        let held = self.deposits();
        let total = BigInt::from(self.chain.state.pools().total(PoolId::stability(KIND)).raw() / self.wei());
        let slack = self.slack.coin.clone();
        let mut is_any = false;
        for name in names {
            let Some((vault, _)) = self.trove(name) else { continue };
            let before = self.all();
            match self.say(by, vec![Command::Liquidate { vault }]) {
                Ok(events) => {
                    is_any = true;
                    self.close_liquidated(name, &before, &events, &mut bought);
                }
                Err(Stop::Refused(reason)) => why = reason,
                Err(broken) => return Err(broken),
            }
        }
        if !is_any {
            return refuse(why);
        }
        if bought.coins > BigInt::ZERO {
            let Bought {
                coins,
                collateral,
                slack: bought,
            } = bought;
            self.folds
                .pool
                .offset(&coins, &collateral, &total, &held, &slack, &bought);
        }
        let locked = self.locked();
        self.folds.shares.snapshot(locked, &self.slack.gem);
        Ok(())
    }

    /// What a liquidated trove leaves: coins that the pool has paid, what was shared out, and how far both may be from the
    /// peer's, as far as what the trove held and owed may be.
    fn close_liquidated(&mut self, name: &str, before: &BTreeMap<String, Pair>, events: &[Event], bought: &mut Bought) {
        let all = before.get(name).cloned().unwrap_or_default();
        let error = self.folds.shares.error(name);
        self.folds.shares.apply(name, &all);
        self.folds.shares.remove(name);
        self.folds.status.insert(name.to_owned(), "closedByLiquidation");
        let (mut paid, mut collateral, mut shared) = (BigInt::ZERO, BigInt::ZERO, None);
        for event in events {
            match event {
                Event::PoolBought(PoolBought {
                    collateral: of, debt, ..
                }) => {
                    paid += debt.raw() / self.wei();
                    collateral += of.raw();
                }
                Event::LotShared(lot) => {
                    shared = Some(Pair {
                        collateral: lot.collateral.raw().into(),
                        debt: lot.normalized.raw().into(),
                    });
                }
                _ => {}
            }
        }
        let is_exact = error == Pair::default();
        let one = u8::from(!is_exact);
        let of_caller = &error.collateral / 200 + one;
        let of_pool = if paid > BigInt::ZERO {
            &error.collateral + &of_caller + up(&(&collateral * &error.debt), &all.debt) + one
        } else {
            BigInt::ZERO
        };
        self.slack.gem += &of_caller + &of_pool;
        bought.coins += paid;
        bought.collateral += collateral;
        bought.slack += &of_pool;
        match shared {
            Some(lot) => {
                let error = Pair {
                    collateral: error.collateral + of_caller + of_pool,
                    debt: error.debt,
                };
                self.folds.shares.share(&lot, &error, before);
            }
            // The pool has paid all that was owed.
            None => {
                self.slack.coin += &error.debt;
                self.slack.supply += error.debt;
            }
        }
    }

    /// What each depositor has in the pool, in wei.
    fn deposits(&self) -> BTreeMap<String, BigInt> {
        let wei = self.wei();
        let position = |account| self.chain.state.pools().position(PoolId::stability(KIND), account).ok();
        let held = self
            .names
            .iter()
            .filter_map(|(name, account)| Some((name.clone(), position(*account)?.coins.raw() / wei)));
        held.map(|(name, coins)| (name, coins.into())).collect()
    }

    /// What the peer does with each operation on a deposit: the gain is paid, and what is left counts anew.
    fn settle(&mut self, by: &str) {
        let held = self.deposits().get(by).cloned().unwrap_or_default();
        let pool = &self.folds.pool;
        self.slack.coin += pool.coins_bound(by, &held);
        self.slack.gem += pool.gain_bound(by);
    }

    fn gain(&mut self, by: &str) -> Option<Amount> {
        let account = self.account(by);
        let position = self
            .chain
            .state
            .pools()
            .position(PoolId::stability(KIND), account)
            .ok()?;
        Some(position.gain)
    }

    fn provide(&mut self, by: &str, coins: &BigInt) -> Result<(), Stop> {
        let amount = self.coins(coins).or_else(refuse)?;
        let expiry = ballast_num::Timestamp(self.clock + 3_600);
        let mut batch = vec![Command::Queue {
            order: Order::EnterPool {
                pool: PoolId::stability(KIND),
                amount,
            },
            expiry,
        }];
        if self.gain(by).is_some_and(|gain| !gain.is_zero()) {
            batch.push(Command::ClaimPoolGain {
                pool: PoolId::stability(KIND),
            });
        }
        self.settle(by);
        self.say(by, batch)?;
        self.execute()?;
        self.moved(by);
        Ok(())
    }

    fn withdraw(&mut self, by: &str, coins: &BigInt) -> Result<(), Stop> {
        let account = self.account(by);
        let position = self.chain.state.pools().position(PoolId::stability(KIND), account);
        let position = position.or_else(|error| refuse(error.to_string()))?;
        let amount = self.coins(coins).unwrap_or(Amount::from_raw(u128::MAX));
        let expiry = ballast_num::Timestamp(self.clock + 3_600);
        let mut batch = Vec::new();
        if !amount.is_zero() && !position.coins.is_zero() {
            batch.push(Command::Queue {
                order: Order::ExitPool {
                    pool: PoolId::stability(KIND),
                    amount,
                },
                expiry,
            });
        }
        if !position.gain.is_zero() {
            batch.push(Command::ClaimPoolGain {
                pool: PoolId::stability(KIND),
            });
        }
        self.settle(by);
        if !batch.is_empty() {
            self.say(by, batch)?;
            self.execute()?;
        }
        self.moved(by);
        Ok(())
    }

    /// The next round executes what was queued; what it leaves in the queue waits, which the peer calls refused.
    fn execute(&mut self) -> Result<(), Stop> {
        let events = self.round_events()?;
        let closed = |outcome| {
            events
                .iter()
                .any(|event| matches!(event, Event::TicketClosed { outcome: of, .. } if *of == outcome))
        };
        if closed(TicketOutcome::Executed)
            || closed(TicketOutcome::Void)
            || self.chain.state.queue().iter().next().is_none()
        {
            Ok(())
        } else {
            refuse("the queued command waits")
        }
    }

    fn moved(&mut self, by: &str) {
        let held = self.deposits().get(by).cloned().unwrap_or_default();
        self.folds.pool.moved(by, held);
    }

    fn gain_to_trove(&mut self, by: &str) -> Result<(), Stop> {
        let Some((id, _)) = self.trove(by) else {
            return refuse("no trove");
        };
        let Some(amount) = self.gain(by) else {
            return refuse("no deposit");
        };
        self.settle(by);
        self.touch(by);
        let error = self.folds.pool.gain_bound(by);
        self.folds.shares.blur(by, error);
        let claim = Command::ClaimPoolGain {
            pool: PoolId::stability(KIND),
        };
        self.say(
            by,
            vec![
                claim,
                Command::Deposit {
                    vault: id.into(),
                    amount,
                },
            ],
        )?;
        self.moved(by);
        self.stake(by);
        Ok(())
    }
}

/// An amount of ether; what does not fit is more than anyone has.
fn ether(wei: &BigInt) -> Result<Amount, Stop> {
    u128::try_from(wei).map_or_else(|_| refuse("more ether than there is"), |raw| Ok(Amount::from_raw(raw)))
}

/// The least debt of a trove, its deposit included.
pub(super) fn least_debt() -> BigInt {
    BigInt::from(1_800 + DEPOSIT) * wad()
}
