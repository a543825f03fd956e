//! The root is a function of the contents alone: what was never written since genesis counts like everything else.

use ballast_engine::{State, invariants};
use ballast_num::{Decimals, Timestamp};
use ballast_protocol::{AccountId, Asset, AssetId, Genesis, Limits, Opening};

#[test]
fn records_that_genesis_made_and_nobody_wrote_are_under_the_root() {
    let coin = AssetId(0);
    let genesis = Genesis {
        chain_id: 1,
        time: Timestamp(1),
        authority: AccountId::numbered(1),
        limits: Limits::standard(coin),
        assets: vec![Asset {
            id: coin,
            symbol: "USD".into(),
            decimals: Decimals::MAX,
            feed: None,
        }],
        feeds: Vec::new(),
        sources: Vec::new(),
        types: Vec::new(),
        markets: Vec::new(),
        opening: Opening::default(),
    };
    let state = State::genesis(&genesis).expect("a reserve with a coin alone is valid");
    assert_eq!(invariants::root_is_exact(&state), Ok(()));
}
