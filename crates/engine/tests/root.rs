//! The root is a function of the contents alone: what was never written since genesis counts like everything else.

use ballast_engine::kernel::{BadRecords, RecordBytes};
use ballast_engine::{State, invariants};
use ballast_num::{Decimals, Timestamp};
use ballast_protocol::{AccountId, Asset, AssetId, Genesis, Limits, Opening, table};

/// A reserve with a coin alone.
fn bare() -> State {
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
    State::genesis(&genesis).expect("a reserve with a coin alone is valid")
}

#[test]
fn records_that_genesis_made_and_nobody_wrote_are_under_the_root() {
    let state = bare();
    assert_eq!(invariants::root_is_exact(&state), Ok(()));
}

#[test]
fn records_that_are_not_those_of_a_state_are_refused() {
    let state = bare();
    let mut told = Vec::new();
    state.tell_records(|record| told.push((record.table, record.key.to_vec(), record.value.to_vec())));
    let restore = |told: &[(u16, Vec<u8>, Vec<u8>)]| {
        let records = told.iter().map(|(table, key, value)| RecordBytes {
            table: *table,
            key,
            value,
        });
        State::restore(records).map(|state| state.root())
    };
    assert_eq!(restore(&told), Ok(state.root()));
    assert_eq!(
        restore(&[]),
        Err(BadRecords::Missing { table: table::CHAIN }),
        "nothing"
    );
    for at in 0..told.len() {
        let (table, key, value) = told[at].clone();
        let without = [&told[..at], &told[at + 1..]].concat();
        let refused = restore(&without);
        assert_ne!(refused, Ok(state.root()), "without a record of table {table}");

        let twice = [&told[..=at], &told[at..]].concat();
        assert!(restore(&twice).is_err(), "a record of table {table} twice");

        let mut longer = told.clone();
        longer[at].2.push(0);
        let refused = restore(&longer);
        assert_eq!(
            refused,
            Err(BadRecords::Undecodable { table }),
            "a byte more in {value:?}"
        );

        let mut elsewhere = told.clone();
        elsewhere[at].0 = u16::MAX;
        assert!(restore(&elsewhere).is_err(), "{key:?} in a table that is none");
    }
}
