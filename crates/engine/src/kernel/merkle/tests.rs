use std::collections::BTreeMap;

use ballast_protocol::proof::{
    MAX_DEPTH, ProofError, inner_hash, keys, leaf_hash, path, value_hash, verify_absence, verify_membership,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

type Model = BTreeMap<Path, Hash>;

/// The root by definition: slow and obvious.
fn root_of(model: &Model) -> Hash {
    subtree(&model.iter().collect::<Vec<_>>(), 0)
}

fn subtree(leaves: &[(&Path, &Hash)], depth: usize) -> Hash {
    match leaves {
        [] => Hash::EMPTY,
        [(path, value)] => leaf_hash(path, value),
        _ => {
            let (right, left): (Vec<_>, Vec<_>) = leaves.iter().partition(|(path, _)| path.bit(depth));
            inner_hash(&subtree(&left, depth + 1), &subtree(&right, depth + 1))
        }
    }
}

fn apply(model: &mut Model, changes: &[Change]) {
    for (path, value) in changes {
        match value {
            Some(value) => drop(model.insert(*path, *value)),
            None => drop(model.remove(path)),
        }
    }
}

fn check(tree: &MerkleTree, model: &Model) {
    assert_eq!(tree.root(), root_of(model));
    assert_eq!((tree.len(), tree.is_empty()), (model.len(), model.is_empty()));
    check_shape(&tree.node);
    assert!(model.iter().all(|(path, value)| tree.get(path) == Some(*value)));
}

/// Counts leaves; a subtree is a bucket if and only if they fit into one.
fn check_shape(node: &Node) -> usize {
    match node {
        Node::Empty => 0,
        Node::Bucket(_) => {
            let leaves = node.leaves();
            assert!((1..=BUCKET).contains(&leaves.len()) && leaves.is_sorted_by(|a, b| a.path < b.path));
            leaves.len()
        }
        Node::Branch(branch) => {
            let count = branch.children.iter().map(check_shape).sum();
            assert!(count > BUCKET);
            count
        }
    }
}

/// A proof leads to the root from the leaf or the gap that it names.
fn check_proof(tree: &MerkleTree, model: &Model, path: &Path) {
    let proof = tree.prove(path);
    let end = match proof.end {
        End::Here => leaf_hash(path, &model[path]),
        End::Empty => Hash::EMPTY,
        End::Other { path: other, value } => {
            assert!(other != *path && other.common_bits(path) >= proof.siblings.len());
            assert_eq!(model.get(&other), Some(&value));
            leaf_hash(&other, &value)
        }
    };
    assert_eq!(proof.end == End::Here, model.contains_key(path));
    let root = proof
        .siblings
        .iter()
        .enumerate()
        .rev()
        .fold(end, |hash, (depth, sibling)| {
            if path.bit(depth) {
                inner_hash(sibling, &hash)
            } else {
                inner_hash(&hash, sibling)
            }
        });
    assert_eq!(root, tree.root());
}

fn value(number: u64) -> Hash {
    value_hash(&number.to_le_bytes())
}

/// Paths as they are in practice, from a range of keys small enough that they come up again.
fn hashed_path() -> impl Strategy<Value = Path> {
    (0..800u32).prop_map(|key| path(1, &key.to_le_bytes()))
}

/// Paths that share up to 255 bits with each other: zeros, with a few bits set.
fn crowded_path() -> impl Strategy<Value = Path> {
    let bit = prop_oneof![0..MAX_DEPTH, 245..MAX_DEPTH, Just(250), Just(255)];
    vec(bit, 0..3).prop_map(|bits| {
        let mut bytes = [0; 32];
        bits.into_iter().for_each(|bit| bytes[bit / 8] |= 0x80 >> (bit % 8));
        Path(bytes)
    })
}

fn changes(path: impl Strategy<Value = Path>) -> impl Strategy<Value = Vec<Change>> {
    let value = prop_oneof![Just(None), (0..50u64).prop_map(|number| Some(value(number)))];
    vec((path, value), 0..300)
}

/// Applies batch after batch, keeps a clone of every version, and checks them all at the end.
fn check_history(batches: &[Vec<Change>]) {
    let (mut tree, mut model, mut versions) = (MerkleTree::default(), Model::new(), Vec::new());
    for (index, batch) in batches.iter().enumerate() {
        tree.update(batch.clone());
        apply(&mut model, batch);
        check(&tree, &model);
        if index % 3 != 2 {
            versions.push((tree.clone(), model.clone())); // each third version is then changed in place
        }
    }
    versions.iter().for_each(|(tree, model)| check(tree, model));

    for path in batches.iter().flatten().map(|change| change.0).take(200) {
        check_proof(&tree, &model, &path);
    }
    let rebuilt = MerkleTree::from_leaves(model.iter().rev().map(|(path, value)| (*path, *value)));
    assert_eq!(rebuilt.root(), tree.root());
    tree.update(model.keys().map(|path| (*path, None)).collect());
    check(&tree, &Model::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn equals_the_model_on_hashed_paths(batches in vec(changes(hashed_path()), 1..8)) {
        check_history(&batches);
    }

    #[test]
    fn equals_the_model_on_crowded_paths(batches in vec(changes(crowded_path()), 1..8)) {
        check_history(&batches);
    }

    #[test]
    fn the_order_of_changes_to_different_paths_does_not_matter(
        shuffled in proptest::collection::btree_set(any::<u32>(), 1..200).prop_map(Vec::from_iter).prop_shuffle(),
    ) {
        let change = |key: &u32| (path(1, &key.to_le_bytes()), Some(value(u64::from(*key))));
        let mut one_by_one = MerkleTree::default();
        shuffled.iter().for_each(|key| one_by_one.update(vec![change(key)]));
        let mut at_once = MerkleTree::default();
        at_once.update(shuffled.iter().rev().map(change).collect());
        prop_assert_eq!(one_by_one.root(), at_once.root());
    }

    #[test]
    fn proofs_verify_and_tampered_ones_do_not(count in 0..120u64, key in 0..240u64, bit in 0..256usize) {
        let bytes = |key: u64| key.to_le_bytes();
        let tree = MerkleTree::from_leaves((0..count).map(|key| (path(1, &bytes(key)), value(key))));
        let (root, proof) = (tree.root(), tree.prove(&path(1, &bytes(key))));
        let member = |root: &Hash, key, value, proof: &Proof| verify_membership(root, 1, &bytes(key), &bytes(value), proof);
        let absent = |root: &Hash, key, proof: &Proof| verify_absence(root, 1, &bytes(key), proof);
        let flipped = |mut hash: Hash| {
            hash.0[bit / 8] ^= 1 << (bit % 8);
            hash
        };
        if key < count {
            prop_assert_eq!(member(&root, key, key, &proof), Ok(()));
            prop_assert!(member(&root, key, key + 1, &proof).is_err());
            prop_assert!(member(&root, key + 1, key, &proof).is_err());
            prop_assert!(member(&flipped(root), key, key, &proof).is_err());
            prop_assert_eq!(absent(&root, key, &proof), Err(ProofError::NotAbsence));
        } else {
            prop_assert_eq!(absent(&root, key, &proof), Ok(()));
            prop_assert!(absent(&flipped(root), key, &proof).is_err());
            prop_assert_eq!(member(&root, key, key, &proof), Err(ProofError::NotMembership));
        }
        let verifies = |proof: &Proof| member(&root, key, key, proof).is_ok() || absent(&root, key, proof).is_ok();
        for at in 0..proof.siblings.len() {
            let mut changed = proof.clone();
            changed.siblings[at] = flipped(changed.siblings[at]);
            prop_assert!(!verifies(&changed));
            let mut cut = proof.clone();
            cut.siblings.remove(at);
            prop_assert!(!verifies(&cut));
        }
        for at in 0..=proof.siblings.len() {
            let mut extended = proof.clone();
            extended.siblings.insert(at, Hash::EMPTY);
            prop_assert!(!verifies(&extended));
        }
    }

    #[test]
    fn entries_hash_as_the_verifier_hashes_them(
        lengths in vec((any::<u16>(), 0..140usize, proptest::option::of(0..600usize)), 0..60),
        fill: u8,
    ) {
        let bytes = vec![fill; 600];
        let entries: Vec<_> = lengths
            .iter()
            .map(|(table, key, value)| Entry { table: *table, key: &bytes[..*key], value: value.map(|to| &bytes[..to]) })
            .collect();
        let expected: Vec<_> =
            entries.iter().map(|entry| (path(entry.table, entry.key), entry.value.map(value_hash))).collect();
        prop_assert_eq!(hash_entries(entries.iter().copied()), expected);
    }
}

/// The undocumented function of BLAKE3 against the documented one: every number of lanes, every number of blocks.
#[test]
fn a_batch_hashes_as_one_by_one() {
    fn check<const N: usize>() {
        let byte = |index: usize| u8::try_from(index * 31 % 251).unwrap();
        for count in 0..70 {
            let inputs: Vec<[u8; N]> = (0..count)
                .map(|input| std::array::from_fn(|at| byte(at + 7 * input)))
                .collect();
            let expected: Vec<_> = inputs
                .iter()
                .map(|i| Hash(*blake3::keyed_hash(&keys::LEAF, i).as_bytes()))
                .collect();
            assert_eq!(
                hash_batch(&keys::LEAF, &inputs),
                expected,
                "{count} inputs of {N} bytes"
            );
        }
    }
    check::<64>();
    check::<128>();
    check::<192>();
    check::<256>();
    check::<1024>();
}

#[test]
fn every_length_near_a_block_boundary_is_padded_right() {
    let bytes = [0xa5; 300];
    for length in 0..=bytes.len() {
        let entry = Entry {
            table: 0x0102,
            key: &bytes[..length],
            value: Some(&bytes[..length]),
        };
        let expected = (path(0x0102, entry.key), Some(value_hash(&bytes[..length])));
        assert_eq!(hash_entries([entry]), [expected], "{length} bytes");
    }
}

#[test]
fn the_last_of_two_changes_to_a_path_counts() {
    let (a, b) = (path(1, b"a"), path(1, b"b"));
    let mut tree = MerkleTree::default();
    tree.update(vec![
        (a, Some(value(1))),
        (b, Some(value(2))),
        (a, None),
        (b, None),
        (b, Some(value(3))),
    ]);
    check(&tree, &Model::from([(b, value(3))]));
}

/// Two paths that differ in the last bit only, and a bucketful more that share 250 bits.
#[test]
fn paths_may_differ_in_their_last_bit() {
    let model: Model = (0..64u8)
        .map(|low| {
            (
                Path(std::array::from_fn(|at| if at == 31 { low } else { 0xee })),
                value(u64::from(low)),
            )
        })
        .collect();
    let mut tree = MerkleTree::from_leaves(model.clone());
    check(&tree, &model);
    for path in model.keys() {
        check_proof(&tree, &model, path);
        assert!(tree.prove(path).siblings.len() == MAX_DEPTH);
    }
    let last: Model = model.into_iter().take(2).collect();
    tree.update(
        (2..64u8)
            .map(|low| (Path(std::array::from_fn(|at| if at == 31 { low } else { 0xee })), None))
            .collect(),
    );
    check(&tree, &last);
}

/// More changes than travel together, twice.
#[test]
fn a_large_batch_equals_the_model() {
    let key = |number: u64| path(2, &number.to_le_bytes());
    let mut model: Model = (0..20_000).map(|number| (key(number), value(number))).collect();
    let mut tree = MerkleTree::from_leaves(model.clone());
    let before = (tree.clone(), model.clone());
    check(&tree, &model);

    let batch: Vec<_> = (10_000..30_000)
        .map(|number| (key(number), (number % 3 > 0).then(|| value(number + 1))))
        .collect();
    tree.update(batch.clone());
    apply(&mut model, &batch);
    check(&tree, &model);
    check(&before.0, &before.1);
}

/// The format of the state root: it changes only with its version.
#[test]
fn golden_root() {
    let keys: Vec<_> = (0..100u8).map(|number| [number; 8]).collect();
    let entries: Vec<_> = keys
        .iter()
        .zip(0u16..)
        .map(|(key, table)| Entry {
            table,
            key,
            value: Some(&key[..5]),
        })
        .collect();
    let mut tree = MerkleTree::default();
    assert_eq!(tree.root().to_string(), "0".repeat(64));
    tree.update(hash_entries(entries));
    assert_eq!(
        tree.root().to_string(),
        "f9aa4d9d8ed265c3281f8ee60f6da8c8a7b984b20675d7a0b67e4f5dbc9c279f"
    );
}

#[test]
fn versions_can_cross_threads() {
    fn check<T: Send + Sync + Clone>() {}
    check::<MerkleTree>();
}
