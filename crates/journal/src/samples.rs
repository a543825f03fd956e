//! What unit tests begin with.

use ballast_num::{Decimals, Timestamp};
use ballast_protocol::{AccountId, Asset, AssetId, Genesis, Limits, Opening};

/// A reserve of a coin alone.
pub(crate) fn least() -> Genesis {
    let coin = Asset {
        id: AssetId(0),
        symbol: "USB".into(),
        decimals: Decimals::MAX,
        feed: None,
    };
    Genesis {
        chain_id: 31_337,
        time: Timestamp(1_700_000_000),
        authority: AccountId::numbered(1),
        limits: Limits::standard(coin.id),
        assets: vec![coin],
        feeds: Vec::new(),
        sources: Vec::new(),
        types: Vec::new(),
        markets: Vec::new(),
        opening: Opening::default(),
    }
}
