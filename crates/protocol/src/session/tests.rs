use serde::de::value::{Error, SeqDeserializer};
use serde::de::{Deserialize, IntoDeserializer};

use ballast_num::{Amount, Timestamp};

use super::{CommandKind, LIMITS_MAX, Scope, SpendingLimit};
use crate::{AssetId, Command, SessionKey};

/// The scope that a list of names is.
fn read(names: &[&str]) -> Option<Scope> {
    let names: SeqDeserializer<_, Error> = names.to_vec().into_deserializer();
    <Scope as Deserialize>::deserialize(names).ok()
}

#[test]
fn a_scope_holds_what_was_put_in_and_nothing_else() {
    for kind in CommandKind::ALL {
        let scope = Scope::from_iter([*kind]);
        assert!(
            CommandKind::ALL
                .iter()
                .all(|other| scope.contains(*other) == (other == kind))
        );
        assert_eq!(scope.kinds().collect::<Vec<_>>(), [*kind]);
    }
    let all: Scope = CommandKind::ALL.iter().copied().collect();
    assert_eq!(
        all.bits().count_ones() as usize,
        CommandKind::ALL.len(),
        "no two share a bit"
    );
    assert_eq!(all.kinds().collect::<Vec<_>>(), CommandKind::ALL);
}

#[test]
fn bytes_are_canonical() {
    let scope = Scope::from_iter([CommandKind::Deposit, CommandKind::RepayDebt]);
    let bytes = borsh::to_vec(&scope).expect("it is a number");
    assert_eq!(bytes, [0b10010, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(borsh::from_slice::<Scope>(&bytes).ok(), Some(scope));
    let unknown = 1_u64 << CommandKind::ALL.len();
    assert!(borsh::from_slice::<Scope>(&unknown.to_le_bytes()).is_err());
    assert!(borsh::from_slice::<Scope>(&u64::MAX.to_le_bytes()).is_err());
}

#[test]
fn names_are_read_in_any_order_and_once() {
    let scope = Scope::from_iter([CommandKind::Deposit, CommandKind::RepayDebt]);
    assert_eq!(read(&["RepayDebt", "Deposit"]), Some(scope));
    assert_eq!(read(&[]), Some(Scope::default()));
    assert_eq!(read(&["Deposit", "Deposit"]), None);
    assert_eq!(read(&["Deposits"]), None);
}

#[test]
fn the_wallet_keeps_to_itself_what_no_limit_would_stop() {
    let kept: Vec<_> = CommandKind::ALL.iter().filter(|kind| !kind.is_delegable()).collect();
    assert_eq!(
        kept,
        [
            &CommandKind::MergeVaults,
            &CommandKind::TransferVault,
            &CommandKind::SetDelegate,
            &CommandKind::SetStandingOrder,
            &CommandKind::SetParameter,
            &CommandKind::GrantSession,
            &CommandKind::RevokeSession,
        ]
    );
}

#[test]
fn a_grant_with_thousands_of_limits_is_not_even_read() {
    let grant = |count: u32| Command::GrantSession {
        key: SessionKey([1; 32]),
        scope: Scope::from_iter([CommandKind::Send]),
        limits: (0..count)
            .map(|asset| SpendingLimit {
                asset: AssetId(asset),
                amount: Amount::ONE,
            })
            .collect(),
        expiry: Timestamp(1),
    };
    for (count, is_read) in [(0, true), (LIMITS_MAX, true), (LIMITS_MAX + 1, false), (4_000, false)] {
        let bytes = borsh::to_vec(&grant(count)).expect("memory is written");
        assert_eq!(
            borsh::from_slice::<Command>(&bytes).ok(),
            is_read.then(|| grant(count)),
            "{count} in bytes"
        );
        let json = serde_json::to_string(&grant(count)).expect("memory is written");
        assert_eq!(
            serde_json::from_str::<Command>(&json).ok(),
            is_read.then(|| grant(count)),
            "{count} in JSON"
        );
    }
}
