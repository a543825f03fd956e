use proptest::prelude::*;

use super::*;

const TABLE: u16 = 7;
const ENTRIES: [(&[u8], &[u8]); 3] = [(b"grace", b""), (b"alice", b"1"), (b"bob", b"22")];

fn leaf((key, value): (&[u8], &[u8])) -> Hash {
    leaf_hash(&path(TABLE, key), &value_hash(value))
}

fn proof(siblings: &[Hash], end: End) -> Proof {
    Proof {
        siblings: siblings.to_vec(),
        end,
    }
}

/// The root of a state of three entries whose paths begin with 0 (grace), 10 (alice) and 11 (bob), and their proofs.
fn three() -> (Hash, [Proof; 3]) {
    let [grace, alice, bob] = ENTRIES.map(leaf);
    let right = inner_hash(&alice, &bob);
    let proofs = [&[right][..], &[grace, bob], &[grace, alice]].map(|siblings| proof(siblings, End::Here));
    (inner_hash(&grace, &right), proofs)
}

/// Proof that dave, at 1011, is not among the three: alice alone is under 10.
fn no_dave() -> Proof {
    let [grace, _, bob] = ENTRIES.map(leaf);
    proof(
        &[grace, bob],
        End::Other {
            path: path(TABLE, b"alice"),
            value: value_hash(b"1"),
        },
    )
}

/// The root of alice and bob alone, and the proof that grace is not there: no path begins with 0.
fn no_grace() -> (Hash, Proof) {
    let [_, alice, bob] = ENTRIES.map(leaf);
    let right = inner_hash(&alice, &bob);
    (inner_hash(&Hash::EMPTY, &right), proof(&[right], End::Empty))
}

#[test]
fn keys_come_from_their_contexts() {
    let contexts = ["path", "value", "leaf", "inner"].map(|name| format!("ballast state tree v1 {name}"));
    let derived = contexts.map(|context| blake3::derive_key(&context, b""));
    assert_eq!([keys::PATH, keys::VALUE, keys::LEAF, keys::INNER], derived);
}

#[test]
fn paths_of_the_small_state() {
    let turns = |key| {
        (0..4)
            .map(|depth| u8::from(path(TABLE, key).bit(depth)))
            .collect::<Vec<_>>()
    };
    assert_eq!(turns(b"grace"), [0, 0, 0, 1]);
    assert_eq!(turns(b"alice"), [1, 0, 1, 0]);
    assert_eq!(turns(b"dave"), [1, 0, 1, 1]);
    assert_eq!(turns(b"bob"), [1, 1, 1, 1]);
    assert_eq!(path(TABLE, b"alice").common_bits(&path(TABLE, b"dave")), 3);
}

/// The format: these change only with its version.
#[test]
fn golden() {
    let hashes = [
        Hash(path(TABLE, b"alice").0),
        value_hash(b""),
        leaf(ENTRIES[1]),
        three().0,
    ];
    let golden = [
        "a39868f59c12a95a851f643a334a3fa5296a68f0dbcc5d0aa59500126b55d35f",
        "31c59fe93124fe7dec76c38aedcb31317531379f7f4c3f266240463d29f670eb",
        "3185d44fc87f6c7d870b8f8b7c23600556fad33cec52dd58e4abdb9f551cc4f2",
        "a6683af358ec09048e4b37acc77e3337126a574a519697094e2282c9192440bc",
    ];
    assert_eq!(hashes.map(|hash| hash.to_string()), golden);
}

/// Borsh: the number of siblings in four bytes, the siblings, the end and what it brings.
#[test]
fn encoding() {
    let [grace, _, bob] = ENTRIES.map(leaf);
    let other = [path(TABLE, b"alice").0, value_hash(b"1").0].concat();
    let bytes = [&[2, 0, 0, 0], &grace.0[..], &bob.0, &[2], &other].concat();
    assert_eq!(borsh::to_vec(&no_dave()).unwrap(), bytes);
    assert_eq!(borsh::to_vec(&proof(&[], End::Here)).unwrap(), [0, 0, 0, 0, 0]);
    assert_eq!(borsh::to_vec(&proof(&[], End::Empty)).unwrap(), [0, 0, 0, 0, 1]);
}

#[test]
fn what_is_there_is_shown_to_be() {
    let (root, proofs) = three();
    for ((key, value), proof) in ENTRIES.into_iter().zip(&proofs) {
        assert_eq!(verify_membership(&root, TABLE, key, value, proof), Ok(()));
        assert_eq!(verify_absence(&root, TABLE, key, proof), Err(ProofError::NotAbsence));
    }
}

#[test]
fn what_is_not_there_is_shown_not_to_be() {
    let (root, grace) = no_grace();
    assert_eq!(verify_absence(&three().0, TABLE, b"dave", &no_dave()), Ok(()));
    assert_eq!(verify_absence(&root, TABLE, b"grace", &grace), Ok(()));
    assert_eq!(
        verify_absence(&Hash::EMPTY, TABLE, b"dave", &proof(&[], End::Empty)),
        Ok(())
    );
    assert_eq!(
        verify_membership(&three().0, TABLE, b"dave", b"1", &no_dave()),
        Err(ProofError::NotMembership)
    );
    assert_eq!(
        verify_membership(&root, TABLE, b"grace", b"", &grace),
        Err(ProofError::NotMembership)
    );
}

#[test]
fn another_entry_must_stand_where_this_one_would() {
    // The true proof that dave is absent, said of bob: bob's path leaves it at depth 1.
    let elsewhere = ProofError::Elsewhere { shared: 1, depth: 2 };
    assert_eq!(verify_absence(&three().0, TABLE, b"bob", &no_dave()), Err(elsewhere));
    // And of alice, whom it shows to be there.
    assert_eq!(
        verify_absence(&three().0, TABLE, b"alice", &no_dave()),
        Err(ProofError::NotAbsence)
    );
}

/// The rules give every subtree one hash, so these other ways to hash the small state are other roots.
#[test]
fn kinds_of_hash_do_not_mix() {
    let (path, value) = (path(TABLE, b"alice"), value_hash(b"1"));
    assert_ne!(leaf_hash(&path, &value), inner_hash(&Hash(path.0), &value));
    assert_ne!(value_hash(b"ab"), value_hash(b"ab\0"));
    assert_ne!(value_hash(b""), value_hash(b"\x80"));
    assert_ne!(super::path(TABLE, b"\x01a"), super::path(TABLE + 0x100, b"a"));
    assert_ne!(inner_hash(&Hash(path.0), &value), inner_hash(&value, &Hash(path.0)));
}

#[test]
fn a_proof_is_no_deeper_than_a_path() {
    let deep = |depth| proof(&vec![Hash::EMPTY; depth], End::Here);
    let decode = |proof: &Proof| Proof::try_from_slice(&borsh::to_vec(proof).unwrap());

    let root = three().0;
    let outcome = verify_membership(&root, TABLE, b"alice", b"1", &deep(257));
    assert_eq!(outcome, Err(ProofError::TooDeep(257)));
    assert!(matches!(
        verify_membership(&root, TABLE, b"alice", b"1", &deep(256)),
        Err(ProofError::WrongRoot { .. })
    ));
    assert_eq!(decode(&deep(256)).unwrap(), deep(256));
    assert!(decode(&deep(257)).unwrap_err().to_string().contains("257 siblings"));
    assert!(
        Proof::try_from_slice(&u32::MAX.to_le_bytes())
            .unwrap_err()
            .to_string()
            .contains("4294967295 siblings")
    );
}

/// Every bit of everything counts: proof, root, key, value and table.
#[test]
fn any_bit_flipped_is_refused() {
    let flips = |bytes: &[u8]| {
        let bytes = bytes.to_vec();
        (0..8 * bytes.len()).map(move |bit| {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            flipped
        })
    };
    let (root, [_, alice, _]) = three();
    let (bare, no_grace) = no_grace();
    let member = |root: &Hash, table, key: &[u8], value: &[u8], proof: &Proof| {
        verify_membership(root, table, key, value, proof).is_ok()
    };
    let absent = |root: &Hash, table, key: &[u8], proof: &Proof| verify_absence(root, table, key, proof).is_ok();
    assert!(member(&root, TABLE, b"alice", b"1", &alice));

    for flipped in flips(&borsh::to_vec(&alice).unwrap()) {
        assert!(!Proof::try_from_slice(&flipped).is_ok_and(|proof| member(&root, TABLE, b"alice", b"1", &proof)));
    }
    for flipped in flips(&borsh::to_vec(&no_dave()).unwrap()) {
        assert!(!Proof::try_from_slice(&flipped).is_ok_and(|proof| absent(&root, TABLE, b"dave", &proof)));
    }
    for flipped in flips(&borsh::to_vec(&no_grace).unwrap()) {
        assert!(!Proof::try_from_slice(&flipped).is_ok_and(|proof| absent(&bare, TABLE, b"grace", &proof)));
    }
    for flipped in flips(&root.0) {
        let root = Hash::try_from_slice(&flipped).unwrap();
        assert!(!member(&root, TABLE, b"alice", b"1", &alice));
        assert!(!absent(&root, TABLE, b"dave", &no_dave()));
    }
    assert!(flips(b"alice").all(|key| !member(&root, TABLE, &key, b"1", &alice)));
    assert!(flips(b"1").all(|value| !member(&root, TABLE, b"alice", &value, &alice)));
    assert!((0..16).all(|bit| !member(&root, TABLE ^ (1 << bit), b"alice", b"1", &alice)));
}

#[test]
fn a_proof_cut_or_stretched_is_refused() {
    let (root, [_, alice, _]) = three();
    let wrong = |siblings: &[Hash]| {
        let outcome = verify_membership(&root, TABLE, b"alice", b"1", &proof(siblings, End::Here));
        matches!(outcome, Err(ProofError::WrongRoot { .. }))
    };
    let [first, second] = [alice.siblings[0], alice.siblings[1]];
    assert!(wrong(&[]) && wrong(&[first]) && wrong(&[second]) && wrong(&[second, first]));
    for more in [Hash::EMPTY, first, root] {
        assert!(wrong(&[first, second, more]) && wrong(&[first, more, second]) && wrong(&[more, first, second]));
    }
}

proptest! {
    #[test]
    fn common_bits_are_the_bits_in_common(a: [u8; 32], at in 0..=256usize, b: [u8; 32]) {
        let a = Path(a);
        // b with its first `at` bits taken from a, and the next one not.
        let bits = |depth| if depth < at { a.bit(depth) } else if depth == at { !a.bit(depth) } else { Path(b).bit(depth) };
        let mut b = [0; 32];
        (0..MAX_DEPTH).filter(|depth| bits(*depth)).for_each(|depth| b[depth / 8] |= 0x80 >> (depth % 8));
        prop_assert_eq!(a.common_bits(&Path(b)), at);
    }

    #[test]
    fn decoding_never_panics(bytes: Vec<u8>) {
        if let Ok(proof) = Proof::try_from_slice(&bytes) {
            prop_assert_eq!(borsh::to_vec(&proof).unwrap(), bytes);
        }
    }

    #[test]
    fn padding_is_whole_blocks_and_loses_nothing(a: Vec<u8>, b: Vec<u8>) {
        prop_assert_eq!(pad(&a).len() % 64, 0);
        prop_assert!(pad(&a).len() <= a.len() + 64);
        prop_assert_eq!(pad(&a) == pad(&b), a == b);
    }
}
