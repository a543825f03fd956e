//! What an audit catches: each test rewrites a journal as somebody might who can compute its checksums.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

mod common;

use ballast_journal::{Audited, Entry, Unproven, Unrecoverable, audit, audit_with_snapshots, recover};
use ballast_num::Price;
use ballast_protocol::{Height, proof::Hash};
use ballast_signing::{Evidence, Signature};
use common::chain::Chain;
use commonware_runtime::Runner as _;
use commonware_runtime::deterministic::{Context, Runner};

/// What an audit says of a chain of 30 blocks with its entries changed, and what a start says, which checks less.
fn told(change: impl FnOnce(&mut Vec<Entry>) + Send + 'static) -> (Result<Audited, Unrecoverable>, bool) {
    Runner::default().start(|context| async move {
        let chain = Chain::of(30);
        let mut entries = chain.entries.clone();
        change(&mut entries);
        let log = chain.write_log(&context, 1, &entries).await;
        let starts = recover(&chain.genesis, &log, &chain.snapshots(&context)).await.is_ok();
        (audit(&chain.genesis, &log, 7, |_| ()).await, starts)
    })
}

fn flip(signature: &mut Signature) {
    match signature {
        Signature::Secp256k1(bytes) => bytes[9] ^= 1,
        Signature::Ed25519(bytes) => bytes[9] ^= 1,
    }
}

#[test]
fn an_honest_journal_is_clean_and_every_block_is_told() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(30);
        let log = chain.write_log(&context, 1, &chain.entries).await;
        let mut heights = Vec::new();
        let audited = audit(&chain.genesis, &log, 7, |height| heights.push(height.0))
            .await
            .unwrap();
        assert!(heights.into_iter().eq(1..=30));
        let expected = Audited {
            height: Height(30),
            root: chain.last().root(),
            blocks: 30,
            transactions: 66,
            observations: 150,
            ..Audited::default()
        };
        assert_eq!(audited, expected);
    });
}

#[test]
fn a_signature_that_was_changed_is_caught() {
    let (audited, starts) = told(|entries| flip(&mut entries[11].block.signatures[1]));
    let error = audited.unwrap_err();
    let Unrecoverable::Unproven {
        height: Height(12),
        why,
    } = &error
    else {
        panic!("{error:?}");
    };
    assert!(matches!(**why, Unproven::Transaction { at: 1, .. }), "{why:?}");
    assert!(
        error.to_string().contains("the block of height 12: transaction 1"),
        "{error}"
    );
    assert!(starts, "a start does not check signatures again");
}

#[test]
fn an_observation_that_nobody_made_is_caught() {
    let (audited, _) = told(|entries| entries[4].block.block.observations[2].price = Price::whole(1));
    let error = audited.unwrap_err();
    let Unrecoverable::Unproven { height: Height(5), why } = &error else {
        panic!("{error:?}");
    };
    assert!(matches!(**why, Unproven::Observation { at: 2, .. }), "{why:?}");

    let (audited, _) = told(|entries| {
        let Evidence::Wallet(signature) = &mut entries[4].block.evidence[0] else {
            panic!("wallets sign here");
        };
        flip(signature);
    });
    assert!(
        matches!(audited, Err(Unrecoverable::Unproven { height: Height(5), .. })),
        "{audited:?}"
    );
}

#[test]
fn evidence_that_is_missing_is_caught() {
    let (audited, _) = told(|entries| entries[4].block.signatures.truncate(2));
    let error = audited.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("8 observations and transactions, and evidence for 7"),
        "{error}"
    );
}

#[test]
fn a_transaction_of_somebody_else_is_caught() {
    let (audited, _) = told(|entries| {
        let block = &mut entries[8].block.block;
        block.transactions[0].sender = block.transactions[1].sender;
    });
    assert!(
        matches!(audited, Err(Unrecoverable::Unproven { height: Height(9), .. })),
        "{audited:?}"
    );
}

#[test]
fn a_root_that_was_changed_is_caught_where_a_start_does_not_look() {
    let (audited, starts) = told(|entries| entries[16].root = Hash([3; 32]));
    assert!(
        matches!(audited, Err(Unrecoverable::Root { height: Height(17), .. })),
        "{audited:?}"
    );
    assert!(starts, "a start compares the last root, and every 64th");
}

/// An audit of a chain of 20 blocks, whose log begins at `first`, after something was done beside it.
async fn with_snapshots(context: &Context, chain: &Chain, first: u64) -> Result<Audited, Unrecoverable> {
    let entries = &chain.entries[usize::try_from(first - 1).unwrap()..];
    let log = chain.write_log(context, first, entries).await;
    audit_with_snapshots(&chain.genesis, &log, &chain.snapshots(context), 7, |_| ()).await
}

#[test]
fn snapshots_must_have_the_roots_of_the_log() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(20);
        let snapshots = chain.snapshots(&context);
        snapshots.save(chain.state(10)).await.unwrap();
        snapshots.save(chain.state(20)).await.unwrap();
        let audited = with_snapshots(&context, &chain, 1).await.unwrap();
        assert_eq!((audited.since, audited.blocks, audited.snapshots), (None, 20, 2));
    });
    // 10: also where an audit begins with it.
    for first in [1, 10] {
        of_another_history(first);
    }
}

fn of_another_history(first: u64) {
    Runner::default().start(|context| async move {
        let chain = Chain::of(20);
        // Whole, of this chain and height, and of another history: without the last transaction of block 10.
        let mut state = chain.state(9).clone();
        let mut block = chain.entries[9].block.block.clone();
        block.transactions.pop();
        ballast_engine::apply_block(&mut state, &block).unwrap();
        chain.snapshots(&context).save(&state).await.unwrap();
        let error = with_snapshots(&context, &chain, first).await.unwrap_err();
        assert!(
            matches!(error, Unrecoverable::Snapshot { height: Height(10), .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains("remove this snapshot"), "{error}");
    });
}

#[test]
fn a_log_that_begins_later_is_audited_from_the_oldest_snapshot_that_it_continues() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(20);
        let snapshots = chain.snapshots(&context);
        for height in [4, 8, 12] {
            snapshots.save(chain.state(height)).await.unwrap();
        }
        let audited = with_snapshots(&context, &chain, 6).await.unwrap();
        assert_eq!((audited.since, audited.blocks), (Some(Height(8)), 12));
        assert_eq!(
            (audited.height, audited.root, audited.snapshots),
            (Height(20), chain.last().root(), 1)
        );
    });
    Runner::default().start(|context| async move {
        let chain = Chain::of(20);
        let error = with_snapshots(&context, &chain, 6).await.unwrap_err();
        assert!(
            matches!(error, Unrecoverable::Gap { first: Height(6), .. }),
            "{error:?}"
        );
    });
}
