//! What is said of a transaction of which no receipt came.

use std::time::Duration;

use ballast_client::{Error, Terms};
use ballast_node::Settings;
use ballast_num::Seconds;

use crate::common::wallet;
use crate::road::{Cut, api_settings, served, settings};
use crate::{gift, gifts};

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
