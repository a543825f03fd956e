//! What a wallet lends a session: the kinds of commands that it may send, and how much may leave while it does.

pub(crate) mod limits;
#[cfg(test)]
mod tests;

use std::fmt;

use ballast_num::Amount;
use borsh::{BorshDeserialize, BorshSerialize, io};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{AssetId, Command, Order};

/// Defines the kinds and the list of all of them.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// What a command does, by its name; a queued order by the order's own. Numbers only ever grow: they are bits of
        /// signed scopes.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize,
            Deserialize,
        )]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum CommandKind {
            $($(#[$doc])* $kind,)*
        }

        impl CommandKind {
            /// Each of them, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];
        }
    };
}

kinds! {
    /// [`Command::OpenVault`].
    OpenVault,
    /// [`Command::Deposit`].
    Deposit,
    /// [`Command::Withdraw`].
    Withdraw,
    /// [`Command::DrawDebt`].
    DrawDebt,
    /// [`Command::RepayDebt`].
    RepayDebt,
    /// [`Command::CloseVault`].
    CloseVault,
    /// [`Command::SplitVault`].
    SplitVault,
    /// [`Command::MergeVaults`].
    MergeVaults,
    /// [`Command::TransferVault`].
    TransferVault,
    /// [`Command::SetDelegate`].
    SetDelegate,
    /// [`Command::SetStandingOrder`].
    SetStandingOrder,
    /// [`Command::Send`].
    Send,
    /// [`Command::Liquidate`].
    Liquidate,
    /// [`Command::TakeAuction`].
    TakeAuction,
    /// [`Command::ResetAuction`].
    ResetAuction,
    /// [`Order::EnterPool`].
    EnterPool,
    /// [`Order::ExitPool`].
    ExitPool,
    /// [`Order::Sell`].
    Sell,
    /// [`Order::Buy`].
    Buy,
    /// [`Order::AddLiquidity`].
    AddLiquidity,
    /// [`Order::RemoveLiquidity`].
    RemoveLiquidity,
    /// [`Order::EnterFund`].
    EnterFund,
    /// [`Order::ExitFund`].
    ExitFund,
    /// [`Command::ClaimPoolGain`].
    ClaimPoolGain,
    /// [`Command::CancelTicket`].
    CancelTicket,
    /// [`Command::AddFirstLoss`].
    AddFirstLoss,
    /// [`Command::SetParameter`].
    SetParameter,
    /// [`Command::GrantSession`].
    GrantSession,
    /// [`Command::RevokeSession`].
    RevokeSession,
}

impl CommandKind {
    /// Whether a session may do this. What takes value out of the reach of its owner without taking it out of a balance, or
    /// lets it leave later, no spending limit would stop (docs/sessions.md).
    pub const fn is_delegable(self) -> bool {
        !matches!(
            self,
            // Another owner: all that the vault holds would leave with it, or into a vault of someone else's.
            Self::TransferVault | Self::MergeVaults
            // Others who may act without any limit, or the session itself with a wider one.
            | Self::SetDelegate | Self::GrantSession | Self::RevokeSession
            // Spends balances later, when no session signs.
            | Self::SetStandingOrder
            // Not about the sender's own things.
            | Self::SetParameter
        )
    }

    const fn bit(self) -> u64 {
        1 << self as u8
    }
}

impl fmt::Display for CommandKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Command {
    /// What it does.
    pub const fn kind(&self) -> CommandKind {
        match self {
            Self::OpenVault { .. } => CommandKind::OpenVault,
            Self::Deposit { .. } => CommandKind::Deposit,
            Self::Withdraw { .. } => CommandKind::Withdraw,
            Self::DrawDebt { .. } => CommandKind::DrawDebt,
            Self::RepayDebt { .. } => CommandKind::RepayDebt,
            Self::CloseVault { .. } => CommandKind::CloseVault,
            Self::SplitVault { .. } => CommandKind::SplitVault,
            Self::MergeVaults { .. } => CommandKind::MergeVaults,
            Self::TransferVault { .. } => CommandKind::TransferVault,
            Self::SetDelegate { .. } => CommandKind::SetDelegate,
            Self::SetStandingOrder { .. } => CommandKind::SetStandingOrder,
            Self::Send { .. } => CommandKind::Send,
            Self::Liquidate { .. } => CommandKind::Liquidate,
            Self::TakeAuction { .. } => CommandKind::TakeAuction,
            Self::ResetAuction { .. } => CommandKind::ResetAuction,
            Self::Queue { order, .. } => match order {
                Order::EnterPool { .. } => CommandKind::EnterPool,
                Order::ExitPool { .. } => CommandKind::ExitPool,
                Order::Sell { .. } => CommandKind::Sell,
                Order::Buy { .. } => CommandKind::Buy,
                Order::AddLiquidity { .. } => CommandKind::AddLiquidity,
                Order::RemoveLiquidity { .. } => CommandKind::RemoveLiquidity,
                Order::EnterFund { .. } => CommandKind::EnterFund,
                Order::ExitFund { .. } => CommandKind::ExitFund,
            },
            Self::ClaimPoolGain { .. } => CommandKind::ClaimPoolGain,
            Self::CancelTicket { .. } => CommandKind::CancelTicket,
            Self::AddFirstLoss { .. } => CommandKind::AddFirstLoss,
            Self::SetParameter(_) => CommandKind::SetParameter,
            Self::GrantSession { .. } => CommandKind::GrantSession,
            Self::RevokeSession { .. } => CommandKind::RevokeSession,
        }
    }
}

/// A set of kinds of commands. Canonical bytes: a number of 64 bits, in which bit n stands for the kind of number n and no
/// others are set. In JSON: the list of their names in that order, `["Deposit","RepayDebt"]`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, BorshSerialize)]
pub struct Scope(u64);

impl Scope {
    /// The set with these bits; none if one of them stands for no kind.
    pub fn from_bits(bits: u64) -> Option<Self> {
        let known = CommandKind::ALL.iter().fold(0, |bits, kind| bits | kind.bit());
        (bits & !known == 0).then_some(Self(bits))
    }

    /// Bit n stands for the kind of number n.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether it holds nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it holds this kind.
    pub const fn contains(self, kind: CommandKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// What it holds, in the order of the kinds' numbers.
    pub fn kinds(self) -> impl Iterator<Item = CommandKind> {
        CommandKind::ALL
            .iter()
            .copied()
            .filter(move |kind| self.contains(*kind))
    }
}

impl FromIterator<CommandKind> for Scope {
    fn from_iter<I: IntoIterator<Item = CommandKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | kind.bit()))
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.kinds()).finish()
    }
}

/// Refuses bits that stand for no kind.
impl BorshDeserialize for Scope {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        Self::from_bits(u64::deserialize_reader(reader)?)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a bit of the scope stands for no command"))
    }
}

/// As the list of names.
impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.kinds())
    }
}

/// From a list of names in any order, each once.
impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> de::Visitor<'de> for Names {
            type Value = Scope;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of names of commands, each once")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut names: A) -> Result<Scope, A::Error> {
                let mut scope = Scope::default();
                while let Some(kind) = names.next_element::<CommandKind>()? {
                    if scope.contains(kind) {
                        return Err(de::Error::custom(format!("{kind} is listed twice")));
                    }
                    scope.0 |= kind.bit();
                }
                Ok(scope)
            }
        }
        deserializer.deserialize_seq(Names)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Scope {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Scope".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let kind = generator.subschema_for::<CommandKind>();
        schemars::json_schema!({ "type": "array", "items": kind, "uniqueItems": true })
    }
}

/// Most spending limits of a session. A grant with more can't be read, from bytes or from JSON.
pub const LIMITS_MAX: u32 = 8;

/// How much of an asset may leave its owner's balance while a session acts: gross, fees included, over the session's whole
/// life. What comes in gives no room back, and of an asset without a limit nothing leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SpendingLimit {
    /// Which asset.
    pub asset: AssetId,
    /// Most base units of it.
    pub amount: Amount,
}

/// What is wrong with a session that a wallet would grant.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize, thiserror::Error,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum SessionFault {
    /// It may do nothing.
    #[error("its scope is empty: name what it may do")]
    EmptyScope,
    /// Something that only the wallet itself does.
    #[error("{0} is for the wallet alone: leave it out of the scope")]
    NotDelegable(CommandKind),
    /// More limits than a session has.
    #[error("{limits} spending limits: a session has at most {most}")]
    TooManyLimits {
        /// How many were asked for.
        limits: u32,
        /// The most.
        most: u32,
    },
    /// Two limits of one asset.
    #[error("two spending limits of {0}: state one")]
    AssetTwice(AssetId),
    /// More sessions than an account has.
    #[error("{most} other sessions are alive: revoke one first")]
    TooManySessions {
        /// The most.
        most: u32,
    },
}
