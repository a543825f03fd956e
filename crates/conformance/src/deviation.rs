//! Where we do otherwise on purpose: rules over an operation and the state before it (docs/conformance.md).

use std::fmt;

/// A reason to do otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deviation {
    /// Maker charges fees under 1 a second, which take coins back from the surplus; our parameter cannot say that.
    NegativeFee,
    /// Maker refuses collateral for a vault under the debt floor; whatever makes a vault safer is welcome here.
    TopUpOfDust,
    /// Maker refuses a new fee while interest is not charged up to now; here it always is.
    FeeBetweenDrips,
    /// Maker sells at a price of zero; here a lot is never given away.
    SaleAtZero,
    /// Maker accepts a take of nothing; here a command that moves nothing is refused.
    TakeOfNothing,
    /// The peer counts in 256 bits and we in 128: what only the wider number holds is refused here.
    WiderNumber,
    /// Liquity refuses a closing or liquidation of the only trove; here the last vault may go as any other.
    LastTrove,
    /// Liquity refuses what lets the ratio of all troves fall under 150 %, and all but safe business while it is under.
    SystemRatio,
    /// Liquity refuses a repayment or top-up that leaves a trove under the liquidation ratio; here both are welcome.
    Rescue,
    /// Liquity refuses an exit that would not leave 1 coin in the pool; here it pays what is above that.
    ExitAtFloor,
    /// Liquity gives each owner one trove; here he may open more vaults.
    SecondTrove,
    /// Liquity's borrower names a highest fee; here the one-off fee is a parameter that a draw cannot change.
    FeeLimit,
    /// Liquity shares out what a batch leaves at its end; here each lot is shared before the next vault is judged.
    LotsOfABatch,
    /// Liquity refuses a repayment of all that a trove owes, its deposit too; here a vault may stand without debt.
    RepaidWhole,
}

impl Deviation {
    /// What the peer decides, where the rule leaves it no choice.
    pub(crate) const fn peer_accepts(self) -> Option<bool> {
        match self {
            Self::SaleAtZero | Self::TakeOfNothing | Self::WiderNumber | Self::LotsOfABatch => Some(true),
            Self::NegativeFee | Self::SystemRatio => None,
            _ => Some(false),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::NegativeFee => "negative fee",
            Self::TopUpOfDust => "top-up of dust",
            Self::FeeBetweenDrips => "fee between drips",
            Self::SaleAtZero => "sale at zero",
            Self::TakeOfNothing => "take of nothing",
            Self::WiderNumber => "wider number",
            Self::LastTrove => "last trove",
            Self::SystemRatio => "ratio of the system",
            Self::Rescue => "rescue under the ratio",
            Self::ExitAtFloor => "exit at the floor",
            Self::SecondTrove => "second trove",
            Self::FeeLimit => "fee limit",
            Self::LotsOfABatch => "lots of a batch",
            Self::RepaidWhole => "repaid whole",
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
