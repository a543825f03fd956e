//! Balances and rights: `ballast send`, `delegate`, `session`, `first-loss`.

use ballast_num::Seconds;
use ballast_protocol::{AccountId, Command, CommandKind, Permission, Scope, SessionKey, SpendingLimit};
use clap::{Args, Subcommand};

use super::write::Saying;
use crate::Failure;
use crate::names::Names;
use crate::units::duration;

#[derive(Args)]
pub(crate) struct Send {
    /// How much, in whole units: 10, 0.5
    amount: String,
    /// Of which asset: its symbol or number
    asset: String,
    /// To whom
    to: AccountId,
}

impl Saying for Send {
    fn commands(&self, names: &Names) -> Result<Vec<Command>, Failure> {
        let asset = names.asset(&self.asset)?.id;
        Ok(vec![Command::Send {
            asset,
            to: self.to,
            amount: names.amount(&self.amount, asset)?,
        }])
    }
}

#[derive(Subcommand)]
pub(crate) enum Delegate {
    /// It may act on all your vaults from now on
    Grant(Whom),
    /// It may not any more
    Revoke(Whom),
}

#[derive(Args)]
pub(crate) struct Whom {
    /// Which account
    delegate: AccountId,
}

impl Saying for Delegate {
    fn commands(&self, _: &Names) -> Result<Vec<Command>, Failure> {
        let (whom, permission) = match self {
            Self::Grant(whom) => (whom, Permission::Granted),
            Self::Revoke(whom) => (whom, Permission::Revoked),
        };
        Ok(vec![Command::SetDelegate {
            delegate: whom.delegate,
            permission,
        }])
    }
}

#[derive(Subcommand)]
pub(crate) enum FirstLoss {
    /// Adds coins of yours to it: `first-loss add ETH-A 1000`
    Add {
        /// Of which collateral type
        #[arg(value_name = "TYPE")]
        kind: String,
        /// How many coins
        #[arg(value_name = "COINS")]
        amount: String,
    },
}

impl Saying for FirstLoss {
    fn commands(&self, names: &Names) -> Result<Vec<Command>, Failure> {
        let Self::Add { kind, amount } = self;
        Ok(vec![Command::AddFirstLoss {
            collateral_type: names.collateral_type(kind)?.spec.id,
            amount: names.coins(amount)?,
        }])
    }
}

#[derive(Subcommand)]
pub(crate) enum Session {
    /// Lets a key act for you: `session grant 0x… --allow Deposit,RepayDebt --limit 100:USB --for 7d`
    Grant {
        /// The key, as `ballast key session` prints it
        #[arg(value_name = "KEY")]
        session: SessionKey,
        /// What it may do: names of commands and orders, with commas between
        #[arg(long, value_name = "COMMANDS", required = true, value_delimiter = ',', value_parser = kind)]
        allow: Vec<CommandKind>,
        /// What may leave your balance meanwhile, fees included: AMOUNT:ASSET, once for each asset
        #[arg(long, value_name = "AMOUNT:ASSET")]
        limit: Vec<String>,
        /// For how long: 12h, 7d
        #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
        life: Seconds,
    },
    /// Takes a key's rights back at once
    Revoke {
        /// The key
        #[arg(value_name = "KEY")]
        session: SessionKey,
    },
}

/// A kind of command by its name, in any case, with or without hyphens.
fn kind(text: &str) -> Result<CommandKind, String> {
    let plain = text.replace(['-', '_'], "");
    let named = |kind: &&CommandKind| kind.to_string().eq_ignore_ascii_case(&plain);
    CommandKind::ALL.iter().find(named).copied().ok_or_else(|| {
        let delegable = CommandKind::ALL.iter().filter(|kind| kind.is_delegable());
        let known: Vec<_> = delegable.map(ToString::to_string).collect();
        format!("no command has this name: choose of {}", known.join(", "))
    })
}

impl Saying for Session {
    fn commands(&self, names: &Names) -> Result<Vec<Command>, Failure> {
        let command = match self {
            Self::Revoke { session } => Command::RevokeSession { key: *session },
            Self::Grant {
                session,
                allow,
                limit,
                life,
            } => Command::GrantSession {
                key: *session,
                scope: allow.iter().copied().collect::<Scope>(),
                limits: limit
                    .iter()
                    .map(|text| spending(text, names))
                    .collect::<Result<_, _>>()?,
                expiry: names.now.after(*life).map_err(Failure::bad_input)?,
            },
        };
        Ok(vec![command])
    }
}

fn spending(text: &str, names: &Names) -> Result<SpendingLimit, Failure> {
    let (amount, asset) = text
        .split_once(':')
        .ok_or_else(|| Failure::BadInput(format!("{text:?} is no limit: write AMOUNT:ASSET, such as 100:USB")))?;
    let asset = names.asset(asset)?.id;
    Ok(SpendingLimit {
        asset,
        amount: names.amount(amount, asset)?,
    })
}
