//! What a wallet cannot lend, by mistake or because someone has talked it into it (docs/sessions.md).

use ballast_protocol::{CommandKind, coins};

use crate::common::{COIN, World, key, who};

/// The keys of Alice's sessions, and whether the bounds hold.
fn keys(world: &World) -> Vec<u8> {
    let sessions = world.state.sessions().of(who("alice"));
    sessions.iter().map(|session| session.key.0[0]).collect()
}

/// Grant oneself more, or another key the same.
#[test]
fn granting_itself_more() {
    let mut world = World::new();
    world.check(
        "alice:   grant 1 Send+GrantSession 100USD 3600  -> Failed, NotDelegable
         alice:   grant 1 Send+RevokeSession 100USD 3600 -> Failed, NotDelegable
         alice:   grant 1 Send 100USD 3600
         alice/1: grant 1 Send 1000000USD 3600           -> NotAdmitted, OutOfScope
         alice/1: grant 2 Send 1000000USD 3600           -> NotAdmitted, OutOfScope
         alice/1: revoke 1                               -> NotAdmitted, OutOfScope",
    );
}

/// Name a delegate, who has no limits, or leave an order that spends when no session signs.
#[test]
fn leaving_a_delegate_or_a_standing_order_behind() {
    let mut world = World::new();
    world.check(
        "alice:   open; deposit 10; draw 10000
         alice:   grant 1 Send+SetDelegate 100USD 3600      -> Failed, NotDelegable
         alice:   grant 1 Send+SetStandingOrder 100USD 3600 -> Failed, NotDelegable
         alice:   grant 1 Send 100USD 3600
         alice/1: delegate mallory                          -> NotAdmitted, OutOfScope
         alice/1: order repay 5000 under 1.5 to 1.6         -> NotAdmitted, OutOfScope",
    );
}

/// Take all that a vault holds without anything leaving a balance: give the vault away, or merge it into one of a stranger
/// who has named the owner his delegate.
#[test]
fn carrying_a_whole_vault_away() {
    let mut world = World::new();
    world.check(
        "alice:   open; deposit 10
         mallory: open; deposit 1
         mallory: delegate alice
         alice:   grant 1 TransferVault - 3600 -> Failed, NotDelegable
         alice:   grant 1 MergeVaults - 3600   -> Failed, NotDelegable",
    );
    // So the wallet itself can do this.
    world.check("alice: merge #2 into #3");
    assert_eq!(world.collateral(3), coins(11));
}

/// All that is for the wallet alone, and nothing else: whoever adds a command decides.
#[test]
fn lending_what_is_for_the_wallet_alone() {
    for kind in CommandKind::ALL {
        let mut world = World::new();
        let expected = if kind.is_delegable() {
            "SessionGranted"
        } else {
            "NotDelegable"
        };
        world.check(&format!("alice: grant 1 {kind} - 3600 -> {expected}"));
        world.check(&format!("alice: grant 1 Send+{kind} 1USD 3600 -> {expected}"));
    }
}

/// Grant what has no bounds, or cannot be kept.
#[test]
fn a_session_without_bounds() {
    let mut world = World::new();
    let days = 90 * 86_400;
    world.check(&format!(
        "alice: grant 1 - 1USD 3600                    -> Failed, EmptyScope
         alice: grant 1 Send 1XXX 3600                 -> Failed, UnknownAsset
         alice: grant 1 Send 1USD+2ETH+3USD 3600       -> Failed, AssetTwice
         alice: grant 1 Send 1USD+1USD+1USD+1USD+1USD+1USD+1USD+1USD+1USD 3600 -> Failed, TooManyLimits
         alice: grant 1 Send 1USD 0                    -> Failed, Expired
         alice: grant 1 Send 1USD {}                   -> Failed, ExpiryTooFar
         alice: grant 1 Send 1USD {}                   -> SessionGranted",
        days + 13, // a grant is executed 12 s after it was said here
        days + 12,
    ));
    assert_eq!(keys(&world), [1]);
}

/// Hoard keys: the ninth is refused until one has ended or is taken back.
#[test]
fn the_ninth_session() {
    let mut world = World::new();
    for number in [8, 3, 5, 1, 7, 2, 6] {
        world.check(&format!("alice: grant {number} Send 1USD 36000"));
    }
    world.check(
        "alice: grant 4 Send 1USD 60
         alice: grant 9 Send 1USD 36000 -> Failed, TooManySessions
         alice: grant 8 Send 2USD 36000
         bob:   grant 9 Send 1USD 36000",
    );
    assert_eq!(keys(&world), [1, 2, 3, 4, 5, 6, 7, 8]);
    // The one that has ended makes room, and is forgotten.
    world.check(
        "wait 60
         alice: grant 9 Send 1USD 36000
         alice: grant 10 Send 1USD 36000 -> Failed, TooManySessions
         alice: revoke 2
         alice: grant 10 Send 1USD 36000",
    );
    assert_eq!(keys(&world), [1, 3, 5, 6, 7, 8, 9, 10]);
}

/// Keep the larger of two grants: the newer counts alone, from nothing spent.
#[test]
fn an_old_grant_under_a_new_one() {
    let mut world = World::new();
    world.check(
        "alice:   grant 1 Send+Deposit 100USD+5ETH 36000
         alice/1: send 90 USD to mallory
         alice:   grant 1 Send 20USD 3600
         alice/1: send 1 ETH to mallory  -> Failed, OverSessionLimit
         alice/1: deposit 1 #1           -> NotAdmitted, OutOfScope
         alice/1: send 21 USD to mallory -> Failed, OverSessionLimit
         alice/1: send 20 USD to mallory
         alice/1: send 1 USD to mallory  -> Failed, OverSessionLimit
         wait 3600
         alice/1: send 1 USD to mallory  -> NotAdmitted, SessionExpired",
    );
    assert_eq!(world.balance(COIN, "mallory"), coins(1_000_110));
    assert_eq!(world.state.sessions().of(who("alice"))[0].key, key("1"));
}

/// A grant that fails with its batch lends nothing, and one that succeeds is worth something in its own block.
#[test]
fn a_grant_in_a_batch_that_fails() {
    let mut world = World::new();
    let lines = [
        "alice: grant 1 Send 100USD 3600; send 10000000 USD to bob",
        "alice/1: send 1 USD to mallory",
        "alice: grant 1 Send 100USD 3600",
        "alice/1: send 1 USD to mallory",
    ];
    let receipts = world.block(12, None, &lines).receipts;
    let outcomes = receipts
        .iter()
        .map(|receipt| crate::common::outcome(receipt)[0].clone());
    assert_eq!(outcomes.collect::<Vec<_>>(), ["Failed", "NotAdmitted", "Done", "Done"]);
}
