//! A tree built from below out of sorted entries.

use triomphe::Arc;

use super::{
    FAN, Summary, Tree,
    node::{Branch, Leaf, Node, Row},
};

/// The tree of the entries up to the first whose key does not rise, and that entry.
pub(super) fn load<K, V, S>(entries: &mut impl Iterator<Item = (K, V)>) -> (Tree<K, V, S>, Option<(K, V)>)
where
    K: Ord + Clone,
    V: Clone,
    S: Summary<K, V>,
{
    let (mut rows, mut leaf, mut unsorted) = (Vec::new(), Leaf::new(), None);
    for (key, value) in entries {
        if leaf.keys.last().is_some_and(|last| *last >= key) {
            unsorted = Some((key, value));
            break;
        }
        if leaf.keys.is_full() {
            rows.extend(Node::Leaf(Arc::new(std::mem::replace(&mut leaf, Leaf::new()))).into_row());
        }
        leaf.keys.push(key);
        leaf.values.push(value);
    }
    rows.extend(Node::Leaf(Arc::new(leaf)).into_row());
    let len = rows.iter().map(|row| row.count).sum();
    while rows.len() > 1 {
        rows = level_above(rows);
    }
    (
        Tree {
            root: rows.pop().map(|row| row.child),
            len,
        },
        unsorted,
    )
}

/// The fewest branches that hold these children, as even as can be.
fn level_above<K, V, S>(rows: Vec<Row<K, V, S>>) -> Vec<Row<K, V, S>>
where
    K: Ord + Clone,
    V: Clone,
    S: Summary<K, V>,
{
    let (below, above) = (rows.len(), rows.len().div_ceil(FAN));
    let mut rows = rows.into_iter();
    let (share, longer) = (below / above, below % above);
    (0..above)
        .filter_map(|at| {
            let mut branch = Branch::of(rows.by_ref().take(share + usize::from(at < longer)));
            branch.refill_last(); // The last leaf of all may hold too little.
            Node::Branch(Arc::new(branch)).into_row()
        })
        .collect()
}
