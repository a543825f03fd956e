//! Events and fees alone tell every balance; each event that moves value is needed for that.

use std::collections::BTreeSet;

use ballast_protocol::{BlockResult, Event};

use crate::compare;
use crate::generate::Generator;
use crate::pair::Pair;
use crate::random::Random;
use crate::world;

/// The events that move value.
const MOVING: &str = "AuctionStarted AuctionTaken BadDebtRepaid BoughtInMarket CollateralDeposited CollateralReturned CollateralWithdrawn \
    DebtDrawn DebtRepaid DrawSettled FirstLossAdded FundEntered FundExited FundIncomePaid InterestAccrued KeeperPaid LiquidityAdded LiquidityRemoved LossAbsorbed LossRecovered LotSoldInMarket PoolBought PoolEntered \
    PoolExited PoolGainPaid ResidueBooked Sent SoldInMarket TicketClosed TicketQueued VaultClosed VaultSeized VaultSplit";

/// Runs a world; `seen` gets the result of each block, and both sides before and after it.
fn world(seed: u64, number: u64, operations: usize, mut seen: impl FnMut(&BlockResult, &Pair, &Pair)) {
    let mut random = Random::new(seed, number);
    let mut pair = Pair::genesis(&world::genesis(&mut random)).unwrap();
    let mut generator = Generator::new(random);
    let mut done = 0;
    while done < operations {
        let block = generator.block(&pair.model);
        done += block.transactions.iter().map(|tx| tx.commands.len()).sum::<usize>();
        let before = pair.clone();
        // Compares what was told with the engine's ledger.
        let result = pair
            .apply(&block)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        seen(&result, &before, &pair);
    }
}

/// What a reader makes of a block who missed one event, counted over receipts and then the engine's own.
fn missing(result: &BlockResult, missed: usize) -> BlockResult {
    let (mut result, mut at) = (result.clone(), 0);
    let lists = result.receipts.iter_mut().map(|receipt| &mut receipt.events);
    for events in lists.chain([&mut result.events]) {
        if (at..at + events.len()).contains(&missed) {
            events.remove(missed - at);
            break;
        }
        at += events.len();
    }
    result
}

fn name(event: &Event) -> String {
    let told = format!("{event:?}");
    let end = told.find(|letter: char| !letter.is_alphanumeric());
    told[..end.unwrap_or(told.len())].to_owned()
}

/// Whether a reader who was told only this still knows every balance.
fn is_enough(told: &BlockResult, before: &Pair, after: &Pair) -> bool {
    let mut reader = before.told.clone();
    reader.block(told);
    compare::told(&after.engine, &reader).is_ok()
}

#[test]
fn events_and_fees_tell_every_balance_and_none_that_moves_value_may_be_missed() {
    let (mut needed, mut fees) = (BTreeSet::new(), 0);
    for (seed, number) in [7, 1, 2]
        .into_iter()
        .flat_map(|seed| (0..8).map(move |number| (seed, number)))
    {
        world(seed, number, 5_000, |result, before, after| {
            let receipts = result.receipts.iter().flat_map(|receipt| &receipt.events);
            for (at, event) in receipts.chain(&result.events).enumerate() {
                if !is_enough(&missing(result, at), before, after) {
                    needed.insert(name(event));
                }
            }
            for at in 0..result.receipts.len() {
                let mut missing = result.clone();
                missing.receipts[at].fee = None;
                fees += u32::from(!is_enough(&missing, before, after));
            }
        });
    }
    let needed: Vec<String> = needed.into_iter().collect();
    assert_eq!(needed, MOVING.split_whitespace().collect::<Vec<_>>());
    assert!(fees > 1_000, "{fees} fees");
}
