use commonware_runtime::{Runner as _, deterministic};

use super::*;
use crate::samples::least;

/// A snapshot of these parts, with the hash of one that is whole.
fn sealed(key: &Key, content: &[u8], closing: &[u8]) -> Vec<u8> {
    let hash: [u8; 32] = key.check(&[content, closing]);
    [content, closing, &hash].concat()
}

#[test]
fn a_snapshot_has_neither_more_nor_less_than_it_says() {
    let genesis = least();
    let (key, state) = (Key::of(&genesis.hash()), State::genesis(&genesis).expect("it is sound"));
    let whole = encode(&key, &state).concat();
    assert_eq!(decode(&key, &whole, None).map(|read| read.root()), Ok(state.root()));
    let (content, closing) = whole[..whole.len() - 32].split_at(whole.len() - CLOSING);
    assert_eq!(sealed(&key, content, closing), whole);

    let read = |content: &[u8], closing: &[u8]| decode(&key, &sealed(&key, content, closing), None).map(|_| ());
    assert_eq!(read(content, closing), Ok(()));
    let longer = [content, b"left"].concat();
    assert_eq!(
        read(&longer, closing),
        Err(BadSnapshot::NotWhole),
        "the beginning of one more record"
    );
    assert_eq!(
        read(content, &closing_of(1)),
        Err(BadSnapshot::NotWhole),
        "another number of records"
    );
    assert_eq!(
        read(content, &[0; CLOSING - 32]),
        Err(BadSnapshot::NotWhole),
        "another end"
    );
}

#[test]
fn no_byte_may_be_another_than_was_hashed() {
    let genesis = least();
    let (key, state) = (Key::of(&genesis.hash()), State::genesis(&genesis).expect("it is sound"));
    let whole = encode(&key, &state).concat();
    let read = |bytes: &[u8], height| Content::of(&key, bytes, Some(Height(height))).map(|content| content.root);
    assert_eq!(read(&whole, 0), Ok(state.root()));
    assert_eq!(read(&whole, 1), Err(BadSnapshot::NotWhole), "of another height");
    for at in 0..whole.len() {
        let mut other = whole.clone();
        other[at] ^= 0x10;
        assert_eq!(read(&other, 0), Err(BadSnapshot::NotWhole), "byte {at}");
        assert_eq!(read(&whole[..at], 0), Err(BadSnapshot::NotWhole), "cut at {at}");
    }
}

#[test]
fn what_leads_to_another_root_than_is_written_is_told_by_the_state_alone() {
    let genesis = least();
    let (key, state) = (Key::of(&genesis.hash()), State::genesis(&genesis).expect("it is sound"));
    let mut whole = encode(&key, &state).concat();
    whole[16] ^= 1; // the root, in the title
    let (content, closing) = whole[..whole.len() - 32].split_at(whole.len() - CLOSING);
    let wrong = sealed(&key, content, closing);
    deterministic::Runner::new(deterministic::Config::new()).start(|context| async move {
        let snapshots = Snapshots::new(context, "snapshots", &genesis.hash());
        let height = Height(0);
        snapshots.put(height, vec![wrong]).await.unwrap();
        let written = snapshots.read(height).await.unwrap().unwrap();
        assert_eq!(snapshots.check(&written, ReadBack::Bytes), Ok(()));
        let refused = snapshots.check(&written, ReadBack::State);
        assert!(matches!(refused, Err(BadSnapshot::Root { .. })), "{refused:?}");
    });
}
