//! What a transaction costs: work units, in proportion to the records that it touches (rule R6, docs/fees.md).

use crate::{Command, Signer, Transaction};

/// Work units of admission: signature, nonce, fee.
const ADMISSION_WORK: u64 = 50;
/// Work units of finding a session and writing down what it has spent.
const SESSION_WORK: u64 = 50;
/// Work units of a liquidation and of what it sets in motion.
pub const LIQUIDATION_WORK: u64 = 60;

impl Command {
    /// Its work units, measured by the engine's benchmarks.
    pub const fn work(&self) -> u64 {
        match self {
            Self::Send { .. } | Self::SetDelegate { .. } | Self::CancelTicket { .. } => 10,
            Self::AddFirstLoss { .. } | Self::SetStandingOrder { .. } | Self::SetParameter(_) => 15,
            Self::OpenVault { .. } | Self::TransferVault { .. } | Self::ResetAuction { .. } => 20,
            Self::Deposit { .. } | Self::Withdraw { .. } | Self::ClaimPoolGain { .. } => 25,
            Self::DrawDebt { .. } | Self::RepayDebt { .. } | Self::TakeAuction { .. } => 30,
            Self::CloseVault { .. } | Self::SplitVault { .. } | Self::MergeVaults { .. } => 40,
            Self::RevokeSession { .. } => 40,
            // An order also pays for its execution from the queue.
            Self::Queue { .. } | Self::GrantSession { .. } => 60,
            Self::Liquidate { .. } => LIQUIDATION_WORK,
        }
    }
}

impl Transaction {
    /// Its work units, with those of its admission; its fee is this many times the price of a work unit.
    pub fn work(&self) -> u64 {
        let admission = match self.signer {
            Signer::Wallet => ADMISSION_WORK,
            Signer::Session(_) => ADMISSION_WORK + SESSION_WORK,
        };
        self.commands
            .iter()
            .map(Command::work)
            .fold(admission, u64::saturating_add)
    }
}
