//! What came of a transaction, and under which nonce it was sent.

use ballast_node::api::Rate;
use ballast_protocol::api::Brought;

use super::*;
use crate::common::signed;

#[test]
fn the_same_bytes_brought_again_are_answered_with_what_they_did() {
    served(settings(), api_settings(), |at| async move {
        let mine = at.client.signer(wallet(2));
        let once = mine.sign(mine.prepare(gift(7)).await.unwrap());
        let first = at.client.settle(&once).await.unwrap();
        let again = at.client.settle(&once).await.unwrap();
        assert_eq!((first, gifts(&at, 7).await), (again, 1));
        let both = [at.client.settle(&once), at.client.settle(&once)];
        for end in futures_util::future::join_all(both).await {
            end.unwrap();
        }
        assert_eq!(gifts(&at, 7).await, 1);

        let mut many = vec![once];
        for to in 8..=10 {
            many.push(mine.sign(mine.prepare(gift(to)).await.unwrap()));
        }
        let brought = at.client.submit_many(&many).await.unwrap();
        assert!(
            matches!(&brought[0], Brought::Refused(error) if error.code == "NonceUsed"),
            "{brought:?}"
        );
        assert!(
            brought[1..].iter().all(|one| matches!(one, Brought::Included(_))),
            "{brought:?}"
        );
        assert_eq!(gifts(&at, 9).await, 1);
    });
}

#[test]
fn who_asks_too_often_waits_and_is_done() {
    let slow = ApiSettings {
        rate: Some(Rate {
            per_second: 1,
            burst: 1,
        }),
        ..api_settings()
    };
    served(settings(), slow, |at| async move {
        let (now, domain) = (at.node.now(), at.node.domain());
        for number in 1..=3 {
            let one = signed(1, number, now, gift(number), domain);
            at.client.settle(&one).await.unwrap();
        }
        assert!(at.road.brought() > 3, "the node has refused some");
    });
}

#[test]
fn what_nobody_heard_has_expired_and_what_somebody_may_have_heard_is_unknown() {
    served(settings(), api_settings(), |at| async move {
        let mine = at.client.signer(wallet(1)).on(Terms {
            life: Seconds(2),
            ..Terms::default()
        });
        // The first block is a second old: the node remembers all since.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        at.road.cut(&[Cut::Last]);
        let lost = mine.send(gift(1)).await.unwrap_err();
        assert!(matches!(lost, Error::Unknown { .. }), "{lost}");
        *at.road.to.lock().unwrap() = Some(at.address);
        assert_eq!(gifts(&at, 1).await, 1, "it was heard");

        at.road.cut(&[Cut::BeforeRequest; 1_000]);
        let expired = mine.send(gift(2)).await.unwrap_err();
        assert!(matches!(expired, Error::Expired { .. }), "{expired}");
        assert_eq!(gifts(&at, 2).await, 0);
    });
}

#[test]
fn bytes_that_were_executed_before_a_crash_are_never_said_to_be_in_no_block() {
    let forgetful = Settings {
        heights_kept: 2,
        ..settings()
    };
    served(forgetful, api_settings(), |at| async move {
        let mine = at.client.signer(wallet(1)).on(Terms {
            life: Seconds(2),
            ..Terms::default()
        });
        let kept = mine.sign(mine.prepare(gift(1)).await.unwrap());
        let done = at.client.settle(&kept).await.unwrap();
        while at.client.transaction(done.hash).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let forgotten = at.client.settle(&kept).await.unwrap_err();
        assert!(matches!(forgotten, Error::Unknown { .. }), "{forgotten}");
        tokio::time::sleep(Duration::from_secs(3)).await;
        let expired = at.client.settle(&kept).await.unwrap_err();
        assert!(matches!(expired, Error::Unknown { .. }), "{expired}");

        // Another has spent what it would send: the reason is told, and is no proof.
        let stranger = at.client.signer(WalletKey::from_bytes([99; 32]).unwrap());
        let poor = stranger.sign(stranger.prepare(gift(2)).await.unwrap());
        let refused = at.client.settle(&poor).await.unwrap_err().to_string();
        assert!(
            refused.contains("is not known") && refused.contains("balance"),
            "{refused}"
        );
        let mut unsigned = mine.sign(mine.prepare(gift(3)).await.unwrap());
        unsigned.signature = poor.signature;
        let refused = at.client.settle(&unsigned).await.unwrap_err();
        assert!(matches!(refused, Error::Refused { status: 401, .. }), "{refused}");
        assert_eq!(gifts(&at, 1).await, 1);
    });
}

#[test]
fn three_hundred_programs_of_an_account_need_no_span_of_nonces_each() {
    served(settings(), api_settings(), |at| async move {
        for to in 1..=300 {
            let fresh = at.client.signer(wallet(1));
            assert_eq!(fresh.dry_run(gift(to)).await.unwrap().receipt.outcome, Outcome::Done);
            fresh.send(gift(to)).await.unwrap();
        }
        let refused = at.client.signer(wallet(1));
        for _ in 0..3 {
            let dear = refused.clone().on(Terms {
                fee_max: Some(Amount::ONE),
                ..Terms::default()
            });
            dear.send(gift(1)).await.unwrap_err();
            refused.send(gift(1)).await.unwrap();
        }
        assert_eq!(at.client.account(wallet(1).address()).await.unwrap().nonce_next, 303);

        // At once: whoever is late takes the next.
        let two = [at.client.signer(wallet(1)), at.client.signer(wallet(1))];
        let sends = two.iter().flat_map(|one| (0..8).map(move |_| one.send(gift(2))));
        for done in futures_util::future::join_all(sends).await {
            done.unwrap();
        }
        assert_eq!(at.client.account(wallet(1).address()).await.unwrap().nonce_next, 319);
    });
}

#[test]
fn what_the_node_remembers_all_of_has_expired_though_its_history_does_not_answer() {
    let nowhere = tempfile::tempdir().unwrap();
    let without_answers = Settings {
        history: Some(nowhere.path().join("no such folder").join("history.sqlite")),
        ..settings()
    };
    served(without_answers, api_settings(), |at| async move {
        let mine = at.client.signer(wallet(1)).on(Terms {
            life: Seconds(2),
            ..Terms::default()
        });
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        at.road.cut(&[Cut::BeforeRequest; 1_000]);
        let expired = mine.send(gift(1)).await.unwrap_err();
        assert!(matches!(expired, Error::Expired { .. }), "{expired}");
    });
}
