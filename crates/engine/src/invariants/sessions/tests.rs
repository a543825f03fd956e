use ballast_num::{Amount, Timestamp};
use ballast_protocol::{AccountId, AssetId, CommandKind, Genesis, Limits, Opening, Scope, SessionKey};

use super::is_bounded;
use crate::mechanisms::sessions::{Allowance, LIFE_MAX, Session};
use crate::state::State;

const COIN: AssetId = AssetId(1);

fn state() -> State {
    let coin = ballast_protocol::Asset {
        id: COIN,
        symbol: "USD".into(),
        decimals: ballast_num::Decimals::MAX,
        feed: None,
    };
    let genesis = Genesis {
        chain_id: 1,
        time: Timestamp(1_000_000),
        authority: AccountId::numbered(1),
        limits: Limits::standard(COIN),
        assets: vec![coin],
        feeds: Vec::new(),
        sources: Vec::new(),
        types: Vec::new(),
        markets: Vec::new(),
        opening: Opening::default(),
    };
    State::genesis(&genesis).unwrap()
}

/// Whether a session holds after a change.
fn holds(change: impl FnOnce(&mut Session)) -> bool {
    let mut session = Session {
        key: SessionKey([7; 32]),
        scope: Scope::from_iter([CommandKind::Send]),
        expiry: Timestamp(1_000_000 + LIFE_MAX.0),
        allowances: vec![Allowance {
            asset: COIN,
            limit: Amount::from_raw(100),
            spent: Amount::from_raw(100),
        }],
    };
    change(&mut session);
    is_bounded(&state(), &session)
}

#[test]
fn a_session_beyond_its_bounds_is_found() {
    assert!(holds(|_| ()));
    assert!(
        !holds(|session| session.allowances[0].spent = Amount::from_raw(101)),
        "overspent"
    );
    assert!(
        !holds(|session| session.allowances[0].asset = AssetId(77)),
        "of nothing listed"
    );
    assert!(
        !holds(|session| session.allowances.push(session.allowances[0])),
        "an asset twice"
    );
    assert!(!holds(|session| session.scope = Scope::default()), "may do nothing");
    let more = [CommandKind::Send, CommandKind::SetDelegate];
    assert!(
        !holds(|session| session.scope = more.into_iter().collect()),
        "for the wallet alone"
    );
    assert!(!holds(|session| session.expiry.0 += 1), "lives too long");
}
