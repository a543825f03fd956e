//! A part of a whole, handed out piece by piece without a remainder.

use ballast_num::{Amount, Arithmetic, Round};

/// Hands out a part of a whole in proportion: after each piece what was handed out is part × pieces so far ÷ whole, rounded
/// down. So the pieces of all add up to the part exactly, and each is off by less than a unit.
///
/// ```
/// # use {ballast_engine::kernel::Portions, ballast_num::Amount};
/// let [part, whole, piece] = [10, 3, 1].map(Amount::from_raw);
/// let mut portions = Portions::of(part, whole);
/// let handed = [(); 3].map(|()| portions.next(piece).map(|due| due.raw()));
/// assert_eq!(handed, [Ok(3), Ok(3), Ok(4)]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Portions {
    part: Amount,
    whole: Amount,
    seen: Amount,
    given: Amount,
}

impl Portions {
    /// A part that the pieces of a whole share.
    pub const fn of(part: Amount, whole: Amount) -> Self {
        Self {
            part,
            whole,
            seen: Amount::ZERO,
            given: Amount::ZERO,
        }
    }

    /// What is due to the next `piece` of the whole: never more than it is, where the part is no more than the whole.
    /// Error: `Overflow` of more pieces than a number holds.
    pub fn next(&mut self, piece: Amount) -> Result<Amount, Arithmetic> {
        self.seen = self.seen.try_add(piece)?;
        let due = self
            .part
            .prorate(self.seen.raw(), self.whole.raw().max(1), Round::Down)?;
        let piece = due.try_sub(self.given)?;
        self.given = due;
        Ok(piece)
    }
}
