use std::{collections::BTreeMap, fmt::Debug, ops::Bound};

use proptest::{collection::vec, prelude::*};

use super::{
    node::{Node, least},
    *,
};

/// A sum that keeps count as well: its order and every entry matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    keys: u64,
    values: u64,
    entries: u64,
}

impl Summary<u16, u32> for Sum {
    fn of(key: &u16, value: &u32) -> Self {
        Self {
            keys: u64::from(*key),
            values: u64::from(*value),
            entries: 1,
        }
    }
    fn add(&mut self, other: &Self) {
        self.keys = self.keys.wrapping_add(other.keys);
        self.values = self.values.wrapping_add(other.values);
        self.entries = self.entries.wrapping_add(other.entries);
    }
    fn sub(&mut self, other: &Self) {
        self.keys = self.keys.wrapping_sub(other.keys);
        self.values = self.values.wrapping_sub(other.values);
        self.entries = self.entries.wrapping_sub(other.entries);
    }
}

type Model = BTreeMap<u16, u32>;

fn naive(model: &Model, pred: impl Fn(&u16) -> bool) -> Sum {
    model
        .iter()
        .take_while(|entry| pred(entry.0))
        .fold(Sum::default(), |mut sum, (key, value)| {
            sum.add(&Sum::of(key, value));
            sum
        })
}

/// Order, fill, equal depth, counts and sums of every node.
fn check<K: Ord + Clone + Debug, V: Clone, S: Summary<K, V> + PartialEq + Debug>(tree: &Tree<K, V, S>) {
    let Some(root) = &tree.root else {
        return assert_eq!(tree.len, 0);
    };
    assert_eq!(tree.len, check_node(root, None, None, true).0);
}

/// The entries and the depth below a node whose keys lie in `from..to`.
fn check_node<K: Ord + Clone + Debug, V: Clone, S: Summary<K, V> + PartialEq + Debug>(
    node: &Node<K, V, S>,
    from: Option<&K>,
    to: Option<&K>,
    is_root: bool,
) -> (usize, usize) {
    match node {
        Node::Leaf(leaf) => {
            assert_eq!(leaf.keys.len(), leaf.values.len());
            assert!(
                leaf.keys.len() >= if is_root { 1 } else { least(LEAF) },
                "a leaf of {}",
                leaf.keys.len()
            );
            assert!(leaf.keys.is_sorted_by(|left, right| left < right));
            assert!(from.is_none_or(|from| leaf.keys.iter().all(|key| from <= key)));
            assert!(to.is_none_or(|to| leaf.keys.iter().all(|key| key < to)));
            (leaf.keys.len(), 0)
        }
        Node::Branch(branch) => {
            let size = branch.children.len();
            assert!(size >= if is_root { 2 } else { least(FAN) }, "a branch of {size}");
            assert_eq!([branch.keys.len(), branch.counts.len(), branch.sums.len()], [size; 3]);
            assert!(
                from.is_none_or(|from| *from == branch.keys[0]),
                "the first key is the border above"
            );
            let mut depths = Vec::new();
            for at in 0..size {
                let child = &branch.children[at];
                let from = if at == 0 { from } else { branch.keys.get(at) };
                let (count, depth) = check_node(child, from, branch.keys.get(at + 1).or(to), false);
                assert_eq!((branch.counts[at], &branch.sums[at]), (count, &child.summary()));
                depths.push(depth);
            }
            assert!(
                depths.iter().all(|depth| *depth == depths[0]),
                "uneven depths {depths:?}"
            );
            (branch.counts.iter().sum(), depths[0] + 1)
        }
    }
}

fn assert_same(tree: &Tree<u16, u32, Sum>, model: &Model) {
    check(tree);
    assert_eq!(tree.len(), model.len());
    assert!(tree.iter().eq(model.iter()), "forwards");
    assert!(tree.iter().rev().eq(model.iter().rev()), "backwards");
    assert_eq!(tree.summary(), naive(model, |_| true));
}

#[derive(Debug, Clone)]
enum Op {
    Insert(u16, u32),
    Remove(u16),
    Update(u16, u32),
    /// From one key to another, which is near it as often as not.
    Rekey(u16, u16),
    /// Runs of neighbours fill and empty whole nodes.
    InsertRun(u16, u16),
    RemoveRun(u16, u16),
    Keep,
    Return,
}

fn ops(keys: u16, count: usize) -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        8 => (0..keys, any::<u32>()).prop_map(|(key, value)| Op::Insert(key, value)),
        6 => (0..keys).prop_map(Op::Remove),
        2 => (0..keys, any::<u32>()).prop_map(|(key, value)| Op::Update(key, value)),
        2 => (0..keys, 0..keys).prop_map(|(from, to)| Op::Rekey(from, to)),
        2 => (0..keys, 0..9_u16).prop_map(|(from, by)| Op::Rekey(from, from.saturating_add(by).saturating_sub(4))),
        2 => (0..keys, 1..keys / 4).prop_map(|(key, run)| Op::InsertRun(key, run)),
        1 => (0..keys, 1..keys / 2).prop_map(|(key, run)| Op::RemoveRun(key, run)),
        1 => Just(Op::Keep),
        1 => Just(Op::Return),
    ];
    vec(op, 1..count)
}

/// Runs the operations on a tree beside a model. `Keep` keeps a version of both; `Return` goes on from the one kept
/// first, so that versions fork. In the end every version kept must be what it was.
fn run(ops: Vec<Op>, check_each: bool) {
    let (mut tree, mut model) = (Tree::<u16, u32, Sum>::new(), Model::new());
    let mut kept = Vec::new();
    for op in ops {
        match op {
            Op::Insert(key, value) => assert_eq!(tree.insert(key, value), model.insert(key, value)),
            Op::Remove(key) => assert_eq!(tree.remove(&key), model.remove(&key)),
            Op::Update(key, by) => {
                let change = |value: &mut u32| *value ^= by;
                assert_eq!(tree.update(&key, change), model.get_mut(&key).map(change).is_some());
            }
            Op::Rekey(from, to) => {
                let value = model.remove(&from);
                assert_eq!(tree.rekey(&from, to), value.is_some());
                model.extend(value.map(|value| (to, value)));
            }
            Op::InsertRun(key, run) => {
                for key in key..key.saturating_add(run) {
                    assert_eq!(tree.insert(key, 7), model.insert(key, 7));
                }
            }
            Op::RemoveRun(key, run) => {
                for key in (key..key.saturating_add(run)).rev() {
                    assert_eq!(tree.remove(&key), model.remove(&key));
                }
            }
            Op::Keep => kept.push((tree.clone(), model.clone())),
            Op::Return => {
                if let Some((earlier, its_model)) = kept.first() {
                    let changes: Vec<_> = tree.diff(earlier).collect();
                    assert_eq!(changes, naive_diff(&model, its_model));
                    (tree, model) = (earlier.clone(), its_model.clone());
                }
            }
        }
        if check_each {
            assert_same(&tree, &model);
        }
    }
    kept.push((tree, model));
    kept.iter().for_each(|(tree, model)| assert_same(tree, model));
    for pair in kept.windows(2) {
        assert_eq!(pair[0].0 == pair[1].0, pair[0].1 == pair[1].1);
        assert_eq!(
            pair[0].0.diff(&pair[1].0).collect::<Vec<_>>(),
            naive_diff(&pair[0].1, &pair[1].1)
        );
    }
}

fn naive_diff<'a>(before: &'a Model, after: &'a Model) -> Vec<Change<'a, u16, u32>> {
    let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    keys.into_iter()
        .map(|key| Change {
            key,
            before: before.get(key),
            after: after.get(key),
        })
        .filter(|change| change.before != change.after)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 1_000 }))]

    #[test]
    fn small_trees_agree_with_a_model_after_every_operation(ops in ops(400, 60)) {
        run(ops, true);
    }

    #[test]
    fn large_trees_agree_with_a_model(ops in ops(20_000, 60)) {
        run(ops, false);
    }

    #[test]
    fn ranges_and_prefixes_agree_with_a_model(
        model in prop::collection::btree_map(0_u16..3_000, any::<u32>(), 0..2_500),
        bounds in vec((0_u16..3_100, 0_u16..3_100), 20),
    ) {
        let mut tree = Tree::<u16, u32, Sum>::new();
        tree.extend(model.iter().map(|(key, value)| (key.reverse_bits(), *value)));
        let model: Model = model.into_iter().map(|(key, value)| (key.reverse_bits(), value)).collect();
        for (start, end) in bounds.into_iter().map(|(start, end)| (start.reverse_bits(), end.reverse_bits())) {
            prop_assert_eq!(tree.get(&start), model.get(&start));
            prop_assert_eq!(tree.prefix_len(|key| *key < start), model.range(..start).count());
            prop_assert_eq!(tree.prefix_summary(|key| *key < start), naive(&model, |key| *key < start));
            prop_assert!(tree.iter_while(|key| *key < start).eq(model.range(..start)));
            prop_assert!(tree.range_from_partition(|key| *key < start).rev().eq(model.range(start..).rev()));
            prop_assert!(tree.range(..=end).eq(model.range(..=end)));
            if start < end {
                prop_assert!(tree.range(start..end).eq(model.range(start..end)));
                let inner = (Bound::Excluded(start), Bound::Included(end));
                prop_assert!(tree.range(inner).rev().eq(model.range(inner).rev()));
            } else {
                prop_assert_eq!(tree.range(start..end).next(), None);
            }
        }
    }

    #[test]
    fn both_ends_of_a_range_meet(len in 0_u16..500, ends in vec(any::<bool>(), 500), skip in 0_usize..600) {
        let tree: Tree<u16, u16> = (0..len).map(|key| (key, key)).collect();
        let (mut range, mut model) = (tree.iter(), 0..len);
        for from_front in ends {
            prop_assert_eq!(range.len(), model.len());
            if from_front {
                prop_assert_eq!(range.next().map(|entry| *entry.0), model.next());
            } else {
                prop_assert_eq!(range.next_back().map(|entry| *entry.0), model.next_back());
            }
        }
        let mut range = tree.iter();
        prop_assert_eq!(range.nth(skip), tree.nth(skip));
        prop_assert_eq!(range.next(), tree.nth(skip + 1));
    }

    #[test]
    fn bulk_loads_take_any_order(entries in vec((0_u16..2_000, any::<u32>()), 0..3_000), sorted in 0_usize..3_000) {
        let mut entries = entries;
        let sorted = sorted.min(entries.len());
        entries[..sorted].sort_by_key(|entry| entry.0);
        let model: Model = entries.iter().copied().collect();
        assert_same(&Tree::from_sorted(entries), &model);
        assert_same(&Tree::from_sorted(model.clone()), &model);
    }
}

#[test]
fn every_size_can_be_loaded_and_emptied() {
    for len in (0..3 * LEAF * FAN).step_by(7).chain(0..200) {
        let mut tree: Tree<usize, ()> = Tree::from_sorted((0..len).map(|key| (key, ())));
        check(&tree);
        for key in 0..len {
            assert_eq!(
                tree.remove(&if key % 2 == 0 { key / 2 } else { len - 1 - key / 2 }),
                Some(())
            );
        }
        assert_eq!((tree.len(), tree.heap_bytes()), (0, 0));
    }
}

#[test]
fn first_last_and_nth() {
    let mut tree: Tree<u32, u32> = Tree::new();
    assert_eq!((tree.first(), tree.last(), tree.nth(0)), (None, None, None));
    tree.extend((1..=1_000).map(|key| (key, key + 1)));
    assert_eq!((tree.first(), tree.last()), (Some((&1, &2)), Some((&1_000, &1_001))));
    assert_eq!(
        (tree.nth(499), tree.nth(1_000), tree.nth(usize::MAX)),
        (Some((&500, &501)), None, None)
    );
}

/// A ratio: equal ones may have other terms, which is what the sum adds.
#[derive(Debug, Clone)]
struct Half(u64, u64);

impl PartialEq for Half {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Half {}
impl PartialOrd for Half {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Half {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0 * other.1).cmp(&(other.0 * self.1))
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Terms(u64);

impl Summary<Half, ()> for Terms {
    fn of(key: &Half, (): &()) -> Self {
        Self(key.0)
    }
    fn add(&mut self, other: &Self) {
        self.0 += other.0;
    }
    fn sub(&mut self, other: &Self) {
        self.0 -= other.0;
    }
}

#[test]
fn an_equal_key_with_other_terms_replaces_what_was_added() {
    let mut tree: Tree<Half, (), Terms> = (1..500).map(|n| (Half(n, 1_000), ())).collect();
    let before = tree.summary().0;
    assert_eq!(tree.insert(Half(2, 10), ()), Some(())); // Equal to 200 / 1000.
    assert_eq!(tree.summary().0, before - 200 + 2);
    assert_eq!(tree.remove(&Half(1, 5)), Some(())); // Also equal, and takes off what the entry had added.
    assert_eq!(tree.summary().0, before - 200);
    check(&tree);
}

/// Bytes of two versions, the nodes that they share counted once.
fn bytes_of_both<K, V, S>(left: &Tree<K, V, S>, right: &Tree<K, V, S>) -> usize {
    let mut seen = BTreeSet::new();
    left.heap_bytes_beside(&mut seen) + right.heap_bytes_beside(&mut seen)
}

#[test]
fn a_clone_shares_memory_and_a_change_copies_one_path() {
    let tree: Tree<u64, [u64; 12]> = (0..100_000).map(|key| (key, [key; 12])).collect();
    let mut fork = tree.clone();
    let bytes = tree.heap_bytes();
    assert!(fork.ptr_eq(&tree));
    assert_eq!(bytes_of_both(&tree, &fork), bytes);

    assert_eq!((fork.remove(&100_000), fork.update(&100_000, |_| {})), (None, false));
    assert!(fork.ptr_eq(&tree), "what changes nothing copies nothing");

    fork.insert(50_000, [0; 12]);
    let path = bytes_of_both(&tree, &fork) - bytes;
    let (leaf, branch) = (
        size_of::<node::Leaf<u64, [u64; 12]>>(),
        size_of::<node::Branch<u64, [u64; 12], ()>>(),
    );
    assert_eq!(
        path,
        leaf + 3 * branch + 4 * size_of::<usize>(),
        "a leaf and three branches"
    );
    fork.update(&50_001, |value| value[0] = 1);
    assert_eq!(
        bytes_of_both(&tree, &fork) - bytes,
        path,
        "what is no longer shared changes in place"
    );
    assert_eq!(tree.get(&50_001), Some(&[50_001; 12]));
}

#[test]
#[allow(clippy::disallowed_types)] // comparisons are counted beside the values compared
fn a_diff_of_two_versions_compares_only_what_changed() {
    use std::cell::Cell;
    thread_local!(static COMPARED: Cell<usize> = const { Cell::new(0) });
    #[derive(Debug, Clone, Eq)]
    struct Counted(u64);
    impl PartialEq for Counted {
        fn eq(&self, other: &Self) -> bool {
            COMPARED.set(COMPARED.get() + 1);
            self.0 == other.0
        }
    }
    let before: Tree<u64, Counted> = (0..100_000).map(|key| (2 * key, Counted(key))).collect();
    let mut after = before.clone();
    after.insert(40_000, Counted(1));
    after.remove(&80_000);
    after.insert(120_001, Counted(2)); // Splits a full leaf, and the branch above it.
    let keys: Vec<u64> = before.diff(&after).map(|change| *change.key).collect();
    assert_eq!(keys, [40_000, 80_000, 120_001]);
    assert!(COMPARED.get() <= 8 * LEAF, "{} values compared", COMPARED.get());
}

#[test]
fn insertions_fill_nodes() {
    let fill = |keys: &mut dyn Iterator<Item = u64>| {
        let mut tree: Tree<u64, [u64; 12]> = Tree::new();
        for key in keys {
            tree.insert(key, [0; 12]);
        }
        check(&tree);
        tree.heap_bytes() as f64 / (tree.len() * 104) as f64
    };
    let n = 20_000_u64;
    assert!(fill(&mut (0..n)) < 1.05);
    assert!(fill(&mut (0..n).rev()) < 1.05);
    assert!(fill(&mut (0..n).map(|key| key.wrapping_mul(0x9E37_79B9_7F4A_7C15))) < 1.3);
    assert!(
        fill(&mut (0..n).map(|key| (key % 50) << 32 | key)) < 1.45,
        "fifty rising runs"
    );
}

#[test]
fn trees_cross_threads() {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Tree<u64, u64>>();
    is_send_and_sync::<Tree<u16, u32, Sum>>();
    is_send_and_sync::<Range<'_, u16, u32, Sum>>();
}
