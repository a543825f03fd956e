//! Names of things: small copyable ids with a canonical encoding, ordered as their numbers are.

use std::cmp::Ordering;
use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::hex_text;

/// Defines an integer id with its display prefix, for example `vault 7`.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident($int:ty), $prefix:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            BorshSerialize, BorshDeserialize, Serialize, Deserialize,
        )]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub $int);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, " {}"), self.0)
            }
        }
    };
}

id!(
    /// An asset that the ledger counts: a collateral, the coin, a share.
    AssetId(u32), "asset"
);
id!(
    /// A price feed: USD for one whole unit of something.
    FeedId(u32), "feed"
);
id!(
    /// A registered signer of observations; the number is unique over all feeds.
    SourceId(u32), "source"
);
id!(
    /// A collateral type: one collateral, one debt asset, one set of parameters.
    TypeId(u32), "collateral type"
);
id!(
    /// A vault, numbered from 1 in the order of opening.
    VaultId(u64), "vault"
);
id!(
    /// An auction, numbered from 1 in the order of starting.
    AuctionId(u64), "auction"
);
id!(
    /// A queued command (rule R1), numbered from 1 in the order of inclusion.
    TicketId(u64), "ticket"
);
id!(
    /// A market: a pool of a collateral against the coin.
    MarketId(u32), "market"
);
id!(
    /// How many blocks stand before this one; genesis is height 0.
    Height(u64), "height"
);
id!(
    /// The number of a feed's closed rounds so far.
    RoundNumber(u64), "round"
);

/// An account: the 20 bytes of an Ethereum address.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct AccountId(pub [u8; 20]);

/// The order of the bytes, compared in words: accounts are keys of the largest tables.
impl Ord for AccountId {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.words().cmp(&other.words())
    }
}

impl PartialOrd for AccountId {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl AccountId {
    /// The bytes as big-endian words, so that their order is that of the bytes.
    #[inline]
    fn words(&self) -> (u64, u64, u32) {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, tail @ ..] = self.0;
        let (first, second) = ([a, b, c, d, e, f, g, h], [i, j, k, l, m, n, o, p]);
        (
            u64::from_be_bytes(first),
            u64::from_be_bytes(second),
            u32::from_be_bytes(tail),
        )
    }

    /// The account whose last eight bytes are `number`: for tests, simulations and examples.
    pub const fn numbered(number: u64) -> Self {
        let tail = number.to_be_bytes();
        let mut bytes = [0; 20];
        let mut at = 0;
        while at < 8 {
            bytes[12 + at] = tail[at];
            at += 1;
        }
        Self(bytes)
    }
}

// As it is shown everywhere: `0x` and 40 hexadecimal digits.
hex_text!(AccountId(20));

/// The name of a transaction: the digest that was signed. Clients look it up by this.
///
/// It does not depend on the signature, so that one transaction has one name however often it was signed.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct TransactionHash(pub [u8; 32]);

hex_text!(TransactionHash(32));

/// Who holds a balance: an account, or a module of the reserve.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Holder {
    /// A user's own balance.
    Account(AccountId),
    /// A balance that only the rules move.
    Module(Module),
}

impl From<AccountId> for Holder {
    fn from(account: AccountId) -> Self {
        Self::Account(account)
    }
}

impl From<Module> for Holder {
    fn from(module: Module) -> Self {
        Self::Module(module)
    }
}

/// A pool of coins that buys liquidated collateral of one type. A lot meets the pools of its type in their order (rule R10).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolId {
    /// Whose collateral it buys.
    pub collateral_type: TypeId,
    /// On which terms.
    pub buyer: Buyer,
}

/// On which terms a pool buys, in the order in which they are asked.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Buyer {
    /// Standing bids of a tier, counted from 0: the smallest discount first.
    Bids(u8),
    /// The stability pool.
    StabilityPool,
}

impl PoolId {
    /// The stability pool of a type.
    pub const fn stability(collateral_type: TypeId) -> Self {
        Self {
            collateral_type,
            buyer: Buyer::StabilityPool,
        }
    }

    /// A tier of a type's standing bids.
    pub const fn bids(collateral_type: TypeId, tier: u8) -> Self {
        Self {
            collateral_type,
            buyer: Buyer::Bids(tier),
        }
    }

    /// Who holds its coins and what they have bought.
    pub const fn module(self) -> Module {
        match self.buyer {
            Buyer::Bids(tier) => Module::Bids(self.collateral_type, tier),
            Buyer::StabilityPool => Module::StabilityPool(self.collateral_type),
        }
    }
}

impl fmt::Display for PoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.buyer {
            Buyer::Bids(tier) => write!(f, "tier {tier} of the bids for {}", self.collateral_type),
            Buyer::StabilityPool => write!(f, "the stability pool of {}", self.collateral_type),
        }
    }
}

/// The balances that belong to the reserve's own parts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Module {
    /// Collateral locked in the vaults of a type.
    Vaults(TypeId),
    /// Coins that stand as bids in a tier of a type, and the collateral they have bought.
    Bids(TypeId, u8),
    /// Coins that wait in a type's stability pool, and the collateral it has bought.
    StabilityPool(TypeId),
    /// Lots on sale.
    Auctions(TypeId),
    /// Liquidation deposits of open vaults, in the coin.
    LiquidationDeposits(TypeId),
    /// First-loss capital of a type, in the coin (step 2 of the waterfall).
    FirstLoss(TypeId),
    /// Fees and penalties collected (step 3 of the waterfall).
    SurplusBuffer,
    /// Coins of insurers (step 4 of the waterfall).
    InsuranceFund,
    /// What queued commands have brought along (rule R1).
    Queue,
    /// What divisions have left over in a stability pool, once it is known: value that belongs to nobody and is never paid
    /// out.
    Residue,
    /// Both reserves of a market's pool.
    Market(MarketId),
}
