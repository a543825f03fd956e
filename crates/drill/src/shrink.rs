//! The shortest run of blocks that still diverges: whole stretches are left out as long as that keeps the divergence,
//! first of blocks, then of transactions.

use ballast_protocol::{Block, Genesis, Height};

use crate::pair::Pair;

/// Most runs that are tried.
const TRIES: u32 = 400;

/// What kind of difference this is: its words up to the first number.
fn kind(difference: &str) -> &str {
    difference
        .split(|letter: char| letter.is_ascii_digit())
        .next()
        .unwrap_or_default()
}

/// What differs after the blocks, if anything does.
fn replay(genesis: &Genesis, blocks: &[Block]) -> Option<String> {
    let mut pair = Pair::genesis(genesis).ok()?;
    for (block, height) in blocks.iter().zip(1..) {
        let block = Block {
            height: Height(height),
            ..block.clone()
        };
        if let Err(difference) = pair
            .apply(&block)
            .and_then(|_| pair.check_all())
            .and_then(|()| pair.check_root())
        {
            return Some(difference);
        }
    }
    None
}

/// A shorter run, and what differs after it; the whole run if no shorter one was found.
pub(crate) fn shortest(genesis: &Genesis, blocks: &[Block], difference: &str) -> (Vec<Block>, String) {
    let mut tries = TRIES;
    let whole = (blocks.to_vec(), difference.to_owned());
    let fewer = shrink(genesis, whole, &mut tries, without_blocks, |blocks| blocks.len());
    shrink(genesis, fewer, &mut tries, without_transactions, |blocks| {
        blocks.iter().map(|block| block.transactions.len()).sum()
    })
}

/// Blocks, and what differs after them.
type Run = (Vec<Block>, String);

/// Leaves out stretches of half the length, a quarter, and so on down to one, as long as tries last.
fn shrink(
    genesis: &Genesis,
    mut best: Run,
    tries: &mut u32,
    without: impl Fn(&[Block], usize, usize) -> Vec<Block>,
    length: impl Fn(&[Block]) -> usize,
) -> Run {
    let mut size = length(&best.0).div_ceil(2);
    while size > 0 {
        let mut at = 0;
        while at < length(&best.0) && *tries > 0 {
            *tries -= 1;
            let fewer = without(&best.0, at, size);
            match replay(genesis, &fewer).filter(|difference| kind(difference) == kind(&best.1)) {
                Some(difference) => best = (fewer, difference),
                None => at += size,
            }
        }
        size /= 2;
    }
    best
}

fn without_blocks(blocks: &[Block], at: usize, size: usize) -> Vec<Block> {
    let left_out = at..at + size;
    let kept = blocks
        .iter()
        .enumerate()
        .filter(|(number, _)| !left_out.contains(number));
    kept.map(|(_, block)| block.clone()).collect()
}

fn without_transactions(blocks: &[Block], at: usize, size: usize) -> Vec<Block> {
    let left_out = at..at + size;
    let mut number = 0;
    let mut fewer = blocks.to_vec();
    for block in &mut fewer {
        block.transactions.retain(|_| {
            number += 1;
            !left_out.contains(&(number - 1))
        });
    }
    fewer
}
