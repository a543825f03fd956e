//! The waterfall: first loss at once, the buffer once a block for all, income for what is left.

use ballast_protocol::{Bounds, Module, TypeId};

use super::number::{add, part};
use super::{Done, Model};

impl Model {
    /// What is left of each line; where they are more than the buffer holds, as much of it for each as it is of them all.
    /// Without a ring-fence none knows of the others.
    pub(super) fn fix_lines(&mut self) {
        let buffer = self.balance(self.coin(), Module::SurplusBuffer);
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
        let drawn = self.losses.get(&id).map_or(0, |losses| losses.surplus);
        self.spec(id).map_or(0, |spec| spec.line.raw().saturating_sub(drawn))
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
        // Lines that overlap may ask for more than there is: each then gets the part that its claim is of all of them.
        let claim = |kind: &TypeId| {
            let losses = self.losses.get(kind).copied().unwrap_or_default();
            (*kind, losses.asked.min(losses.bad_debt).min(self.line(*kind)))
        };
        let claims: Vec<(TypeId, u128)> = kinds.iter().map(claim).collect();
        let claimed: u128 = claims.iter().map(|(_, claim)| claim).sum();
        let buffer = self.balance(coin, Module::SurplusBuffer);
        for (kind, claim) in claims {
            let paid = if claimed <= buffer {
                claim
            } else {
                part(claim, buffer, claimed, ballast_num::Round::Down)?
            };
            let losses = self.losses.entry(kind).or_default();
            losses.asked = 0;
            losses.bad_debt -= paid;
            losses.surplus += paid;
            self.burn(coin, Module::SurplusBuffer, paid)?;
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
        let (mut left, mut back) = (amount, [0; 4]);
        let borne = [
            &mut losses.bad_debt,
            &mut losses.repaid,
            &mut losses.surplus,
            &mut losses.first_loss,
        ];
        for (back, borne) in back.iter_mut().zip(borne) {
            *back = left.min(*borne);
            *borne -= *back;
            left -= *back;
        }
        let [_, repaid, surplus, first] = back;
        self.mint(coin, Module::SurplusBuffer.into(), repaid + surplus + left)?;
        self.mint(coin, Module::FirstLoss(kind).into(), first)
    }
}
