//! What readers are told of the time before a start.

use ballast_node::{Node, Settings};
use ballast_protocol::Height;
use ballast_signing::TransactionHash;
use commonware_runtime::Supervisor;

use crate::common::send;
use crate::{begin, now, run, settings};

/// Blocks of one transaction each.
pub(crate) async fn blocks(node: &Node, nonces: std::ops::RangeInclusive<u64>) -> Vec<TransactionHash> {
    let mut hashes = Vec::new();
    for nonce in nonces {
        let submitted = node.submit(send(1, nonce, now(node), node.domain())).unwrap();
        hashes.push(submitted.hash);
        submitted.included().await.unwrap();
    }
    hashes
}

#[test]
fn a_restart_does_not_forget_what_became_of_transactions() {
    run(|context| async move {
        let (node, _) = begin(&context.child("first"), settings()).await;
        let hashes = blocks(&node, 1..=5).await;
        let told = |node: &Node, hash| {
            let (published, index) = node.view().transaction(hash)?;
            let sealed = published.sealed.as_ref()?;
            let changes: Vec<_> = sealed.changes.iter().map(|change| change.key.to_vec()).collect();
            Some((published.height(), index, sealed.result.clone(), changes))
        };
        let before: Vec<_> = hashes.iter().map(|hash| told(&node, *hash)).collect();
        assert!(before.iter().all(Option::is_some));
        node.stop().await;

        let (node, started) = begin(&context.child("second"), settings()).await;
        assert_eq!(started.height, Height(5));
        let after: Vec<_> = hashes.iter().map(|hash| told(&node, *hash)).collect();
        assert_eq!(after, before);
        assert_eq!(node.view().oldest_block(), Height(1), "each block can be told again");
    });
}

#[test]
fn a_restart_keeps_no_more_blocks_than_it_may() {
    keeps_four_of_ten(Settings {
        heights_kept: 4,
        ..settings()
    });
}

#[test]
fn memory_grows_with_no_number_of_full_blocks() {
    // Each block holds one.
    keeps_four_of_ten(Settings {
        transactions_kept: 4,
        ..settings()
    });
}

fn keeps_four_of_ten(few: Settings) {
    run(|context| async move {
        let (node, _) = begin(&context.child("first"), few.clone()).await;
        let hashes = blocks(&node, 1..=10).await;
        let last_four = (Height(7), Height(7));
        assert_eq!((node.view().oldest(), node.view().oldest_block()), last_four);
        node.stop().await;
        let (node, _) = begin(&context.child("second"), few).await;
        assert_eq!((node.view().oldest(), node.view().oldest_block()), last_four);
        let found: Vec<bool> = hashes
            .iter()
            .map(|hash| node.view().transaction(*hash).is_some())
            .collect();
        assert_eq!(found, [[false; 6].as_slice(), &[true; 4]].concat());
    });
}
