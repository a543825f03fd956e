//! In which part of a block a transaction runs, and how much work each part has room for: the engine and whoever makes blocks
//! for it judge by the same.

use ballast_num::{Amount, Arithmetic, Ratio, Round};
use ballast_protocol::{Command, Limits, Transaction};

/// In which part of the block a transaction runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockPart {
    /// Only repays, deposits and cancels: first, on reserved work (rule R6).
    Protective,
    /// Only `Liquidate` commands: with the liquidations (rule R7).
    Liquidating,
    /// Everything else.
    Ordinary,
}

impl BlockPart {
    /// Where a transaction belongs.
    pub fn of(transaction: &Transaction) -> Self {
        let all =
            |test: fn(&Command) -> bool| !transaction.commands.is_empty() && transaction.commands.iter().all(test);
        let protective = |command: &Command| {
            matches!(
                command,
                Command::Deposit { .. } | Command::RepayDebt { .. } | Command::CancelTicket { .. }
            )
        };
        if all(protective) {
            Self::Protective
        } else if all(|command| matches!(command, Command::Liquidate { .. })) {
            Self::Liquidating
        } else {
            Self::Ordinary
        }
    }
}

/// How much work the parts of a block have room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockRoom {
    /// Protective and ordinary transactions together.
    pub work: u64,
    /// Of that, kept for protective ones.
    pub reserved: u64,
    /// Liquidations that somebody asks for: a share of the work on liquidations, beside the rest.
    pub callers: u64,
}

impl BlockRoom {
    /// As the limits of a chain have it, shares rounded down. Error: `Overflow`.
    pub fn of(limits: &Limits) -> Result<Self, Arithmetic> {
        let part_of = |work: u64, share: Ratio| {
            let part = Amount::from_raw(work.into()).mul_ratio(share, Round::Down)?;
            Ok::<_, Arithmetic>(u64::try_from(part.raw()).unwrap_or(work))
        };
        Ok(Self {
            work: limits.block_work,
            reserved: part_of(limits.block_work, limits.protective_share)?,
            callers: part_of(limits.liquidation_work, limits.caller_work_share)?,
        })
    }
}
