use super::*;
use crate::samples::least;

/// What comes of so many transactions in each of the blocks, of which the last was written down with another root.
fn outcome(blocks: &[usize]) -> Result<(), Unrecoverable> {
    let mut state = State::genesis(&least()).expect("it is sound");
    let right = state.root();
    let mut roots = Roots::default();
    for (height, transactions) in (1..).map(Height).zip(blocks) {
        let last = height.0 == blocks.len() as u64;
        let written = if last { Hash([1; 32]) } else { right };
        roots.executed(&mut state, (height, written), *transactions)?;
    }
    roots.finish(&mut state, Height(1_000), right)?;
    assert_eq!(state.root(), right, "the tree is back");
    Ok(())
}

#[test]
fn a_root_is_compared_after_so_many_blocks_or_transactions_and_named_later() {
    for (blocks, compared) in [
        (vec![10_000], true),
        (vec![9_999], false),
        (vec![4_000, 4_000, 2_000], true),
        (vec![10_000, 4_000, 6_000], true),
        (vec![10_000, 9_999], false),
        (vec![0; 64], true),
        (vec![0; 63], false),
        (vec![0; 128], true),
        (vec![0; 65], false),
    ] {
        let (outcome, last) = (outcome(&blocks), Height(blocks.len() as u64));
        match outcome {
            Ok(()) => assert!(!compared, "{blocks:?}"),
            Err(Unrecoverable::Root { height, .. }) => assert!(compared && height == last, "{blocks:?}: {height}"),
            Err(other) => panic!("{other}"),
        }
    }
}
