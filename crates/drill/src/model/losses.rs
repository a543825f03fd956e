//! The waterfall: first loss at once, the buffer once a block for all, income for what is left.

use ballast_protocol::{Bounds, Module, TypeId};

use super::number::{add, part};
use super::{Done, Model};

impl Model {
    /// What is left of each line; where they are more than buffer and fund hold, as much of it for each as it is of them
    /// all. Without a ring-fence none knows of the others.
    pub(super) fn fix_lines(&mut self) {
        let buffer = self.balance(self.coin(), Module::SurplusBuffer) + self.fund_that_stays();
        let all: u128 = self.types.keys().map(|id| self.rest_of_line(*id)).sum();
        let line = |id: TypeId| {
            let rest = self.rest_of_line(id);
            if !self.is_fenced() {
                if rest < buffer { rest } else { buffer }
            } else if all <= buffer {
                rest
            } else {
                part(rest, buffer, all, ballast_num::Round::Down).unwrap_or(0)
            }
        };
        self.lines = self.types.keys().map(|id| (*id, line(*id))).collect();
    }

    /// Whether coins that stand behind one type stand behind no other.
    fn is_fenced(&self) -> bool {
        self.limits.ring_fence == Bounds::Enforced
    }

    /// A line, less what the type has drawn on it.
    fn rest_of_line(&self, id: TypeId) -> u128 {
        let drawn = self.losses.get(&id).map_or(0, |losses| losses.surplus + losses.fund);
        self.spec(id).map_or(0, |spec| spec.line.raw().saturating_sub(drawn))
    }

    /// What a type's losses of this block ask of the common steps, up to its line.
    fn draws(&self, kind: TypeId) -> u128 {
        let losses = self.losses.get(&kind).copied().unwrap_or_default();
        losses.asked.min(losses.bad_debt).min(self.line(kind))
    }

    /// What the fund would pay, were all marked losses booked now.
    pub(super) fn marked_on_fund(&self) -> Result<u128, ballast_protocol::Rejected> {
        let mut drawn = 0_u128;
        for kind in self.types.keys() {
            let first = self.balance(self.coin(), Module::FirstLoss(*kind));
            let loss = match self.marked_loss(*kind) {
                Err(ballast_protocol::Rejected::NoPrice(_)) => 0,
                loss => loss?,
            };
            drawn = add(drawn, loss.saturating_sub(first).min(self.rest_of_line(*kind)))?;
        }
        Ok(drawn.saturating_sub(self.balance(self.coin(), Module::SurplusBuffer)))
    }

    pub(super) fn line(&self, id: TypeId) -> u128 {
        self.lines.get(&id).copied().unwrap_or(0)
    }

    /// First-loss capital pays at once; the rest is bad debt, and asks for the buffer.
    pub(super) fn absorb(&mut self, kind: TypeId, loss: u128) -> Done {
        let coin = self.coin();
        let first = loss.min(self.balance(coin, Module::FirstLoss(kind)));
        self.burn(coin, Module::FirstLoss(kind), first)?;
        let losses = self.losses.entry(kind).or_default();
        losses.first_loss += first;
        losses.bad_debt = add(losses.bad_debt, loss - first)?;
        losses.asked += loss - first;
        Ok(())
    }

    /// At the end of a block each type gets what it asks, up to its line; then what the buffer has above all that is left
    /// of the lines, and above its floor, goes to bad debt, to each type its part.
    pub(super) fn settle_losses(&mut self) -> Done {
        let coin = self.coin();
        let kinds: Vec<TypeId> = self.losses.keys().copied().collect();
        let (mut buffer, mut fund) = (self.balance(coin, Module::SurplusBuffer), self.fund_assets());
        let due: Vec<u128> = kinds.iter().map(|kind| self.draws(*kind)).collect();
        // Lines never exceed both, but insurers may have left since: then each gets its part.
        let (all, both) = (due.iter().sum::<u128>(), buffer + fund);
        let paid: Vec<u128> = due
            .iter()
            .map(|due| {
                if all <= both {
                    Ok(*due)
                } else {
                    part(*due, both, all, ballast_num::Round::Down)
                }
            })
            .collect::<Result<_, _>>()?;
        let (all, before) = (paid.iter().sum::<u128>(), buffer);
        for (kind, paid) in kinds.iter().zip(paid) {
            let mine = part(paid, before.min(all), all.max(1), ballast_num::Round::Down)?;
            let of_fund = (paid - mine).min(fund);
            let of_buffer = paid - of_fund;
            (buffer, fund) = (buffer - of_buffer, fund - of_fund);
            let losses = self.losses.entry(*kind).or_default();
            losses.asked = 0;
            losses.bad_debt -= paid;
            losses.surplus += of_buffer;
            losses.fund += of_fund;
            self.burn(coin, Module::SurplusBuffer, of_buffer)?;
            self.burn(coin, Module::InsuranceFund, of_fund)?;
        }
        let lines: u128 = if self.is_fenced() {
            self.types.keys().map(|id| self.rest_of_line(*id)).sum()
        } else {
            0
        };
        let kept = lines.max(self.limits.surplus_floor.raw());
        let spare = self.balance(coin, Module::SurplusBuffer).saturating_sub(kept);
        let bad_debt: u128 = self.losses.values().map(|losses| losses.bad_debt).sum();
        for kind in kinds {
            let losses = self.losses.entry(kind).or_default();
            let paid = if bad_debt <= spare {
                losses.bad_debt
            } else {
                part(losses.bad_debt, spare, bad_debt, ballast_num::Round::Down)?
            };
            losses.bad_debt -= paid;
            losses.repaid += paid;
            self.burn(coin, Module::SurplusBuffer, paid)?;
        }
        Ok(())
    }

    /// Gives recovered coins back to those who bore the loss, the last first; what nobody bore is a surplus.
    pub(super) fn recover(&mut self, kind: TypeId, amount: u128) -> Done {
        let coin = self.coin();
        let losses = self.losses.entry(kind).or_default();
        let (mut left, mut back) = (amount, [0; 5]);
        let borne = [
            &mut losses.bad_debt,
            &mut losses.repaid,
            &mut losses.fund,
            &mut losses.surplus,
            &mut losses.first_loss,
        ];
        for (back, borne) in back.iter_mut().zip(borne) {
            *back = left.min(*borne);
            *borne -= *back;
            left -= *back;
        }
        let [_, repaid, fund, surplus, first] = back;
        self.mint(coin, Module::SurplusBuffer.into(), repaid + surplus + left)?;
        self.mint(coin, Module::InsuranceFund.into(), fund)?;
        self.mint(coin, Module::FirstLoss(kind).into(), first)
    }
}
