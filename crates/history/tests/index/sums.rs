//! What liquidations say adds up, and to what the events say.

use ballast_history::{LiquidationFilter, Order, Page, Reader};
use ballast_num::Amount;
use ballast_protocol::Event;
use ballast_protocol::api::LiquidationInfo;
use std::time::Duration;

use crate::crash::{Crash, crash, losses, place};

fn all(crash: &Crash) -> Vec<LiquidationInfo> {
    let (_folder, path) = place();
    drop(crash.live(&path));
    let mut reader = Reader::open(&path, Duration::from_secs(60)).unwrap();
    let page = Page {
        order: Order::Oldest,
        after: None,
        limit: 1_000_000,
    };
    reader
        .liquidations(&LiquidationFilter::default(), &page)
        .unwrap()
        .liquidations
}

fn events(crash: &Crash) -> impl Iterator<Item = &Event> {
    crash.steps.iter().flat_map(|step| {
        let of_receipts = step.result.receipts.iter().flat_map(|receipt| &receipt.events);
        step.result.events.iter().chain(of_receipts)
    })
}

fn sum(amounts: impl Iterator<Item = Amount>) -> Amount {
    Amount::try_sum(amounts).unwrap()
}

#[test]
fn all_that_was_seized_has_gone_somewhere_or_is_still_on_sale() {
    gone_somewhere(crash());
    gone_somewhere(losses());
}

fn gone_somewhere(crash: &Crash) {
    let all = all(crash);
    let over: Vec<_> = all.iter().filter(|info| info.is_over).collect();
    assert!(over.len() > 20, "{} of {}", over.len(), all.len());
    for info in over {
        let went = &info.went;
        let parts = [
            went.caller,
            went.bids.collateral,
            went.pool.collateral,
            went.buyers.collateral,
            went.market.collateral,
            went.shared.collateral,
            went.owner.collateral,
        ];
        assert_eq!(sum(parts.into_iter()), info.collateral, "{info:?}");
    }
    let state = &crash.steps.last().unwrap().state;
    for info in all.iter().filter(|info| !info.is_over) {
        assert_eq!(
            state.auctions().auction(info.auction.unwrap()).unwrap().vault,
            info.vault
        );
    }
    assert!(all.iter().any(|info| !info.went.buyers.is_nothing()));
}

#[test]
fn pools_and_bids_are_told_apart_from_buyers() {
    let all = all(crash());
    let some = |part: fn(&LiquidationInfo) -> bool| all.iter().any(part);
    assert!(some(|info| !info.went.pool.is_nothing() || !info.went.bids.is_nothing()));
    assert!(some(|info| !info.went.owner.is_nothing()));
}

#[test]
fn a_row_a_seizure_and_losses_as_the_events_say() {
    assert!(!as_the_events_say(losses()).is_zero());
    as_the_events_say(crash());
}

/// What was lost.
fn as_the_events_say(crash: &Crash) -> Amount {
    let all = all(crash);
    let seized = |event: &Event| matches!(event, Event::VaultSeized(_));
    assert_eq!(all.len(), events(crash).filter(|event| seized(event)).count());

    let lost = sum(events(crash).filter_map(|event| match event {
        Event::LossAbsorbed { amount, .. } => Some(*amount),
        _ => None,
    }));
    let by = |part: fn(&LiquidationInfo) -> Amount| sum(all.iter().map(part));
    assert_eq!(by(|info| info.losses.lost), lost);
    let settled = |part: fn(&ballast_protocol::DrawSettled) -> Amount| {
        sum(events(crash).filter_map(|event| match event {
            Event::DrawSettled(settled) => Some(part(settled)),
            _ => None,
        }))
    };
    assert_eq!(by(|info| info.losses.surplus), settled(|settled| settled.surplus));
    assert_eq!(by(|info| info.losses.fund), settled(|settled| settled.fund));
    for info in &all {
        let losses = &info.losses;
        let borne = [losses.first_loss, losses.surplus, losses.fund, losses.holders];
        assert_eq!(sum(borne.into_iter()), losses.lost, "{info:?}");
        assert!(
            info.ratio_before.is_some_and(|ratio| ratio < info.liquidation_ratio),
            "{info:?}"
        );
        for said in ["rule R9", "under its liquidation ratio of"] {
            assert!(info.explanation.contains(said), "{}", info.explanation);
        }
        assert_eq!(info.explanation.contains("rule R12"), !losses.lost.is_zero());
    }
    lost
}
