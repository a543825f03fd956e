//! R2: a proposer delays, never chooses. The oracle's own tests hold the rest.

use ballast_engine::apply_block;
use ballast_num::{Price, Timestamp};
use ballast_protocol::{Event, Observation, SourceId};

use crate::common::{FEED, World};

fn say(world: &mut World, words: &[(u32, u32)], ahead: u64) -> Vec<Event> {
    let mut block = world.next(12, None, Vec::new());
    block.observations = words
        .iter()
        .map(|(source, price)| Observation {
            feed: FEED,
            source: SourceId(*source),
            price: Price::whole(*price),
            time: Timestamp(block.time.0 + ahead),
        })
        .collect();
    apply_block(&mut world.state, &block).unwrap().events
}

fn median(events: &[Event]) -> Option<Price> {
    events.iter().find_map(|event| match event {
        Event::RoundClosed { median, .. } => Some(*median),
        _ => None,
    })
}

/// Hold two honest words back and close the round with the three that suit.
#[test]
fn picking_three_of_five_observations() {
    let mut world = World::new();
    assert_eq!(median(&say(&mut world, &[(4, 1_990), (5, 1_995)], 0)), None);
    let events = say(&mut world, &[(1, 1_950), (2, 1_960), (3, 1_970)], 0);
    assert_eq!(median(&events), Some(Price::whole(1_970)));
}

/// Send words from the future, which would stay fresh for longer than any honest one.
#[test]
fn post_dated_observations() {
    let mut world = World::new();
    assert_eq!(
        median(&say(&mut world, &[(1, 1_900), (2, 1_900), (3, 1_900)], 11)),
        None
    );
    assert_eq!(
        median(&say(&mut world, &[(1, 1_900), (2, 1_900), (3, 1_900)], 10)),
        Some(Price::whole(1_900))
    );
}
