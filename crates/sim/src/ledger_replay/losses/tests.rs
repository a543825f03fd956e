use ballast_num::{Decimals, Price};
use ballast_protocol::{LossRecovered, TypeId, VaultId, coins};

use super::*;

const KIND: TypeId = TypeId(1);

fn loss(cause: LossCause, amount: u64, step: WaterfallStep) -> Event {
    Event::LossAbsorbed {
        collateral_type: KIND,
        step,
        amount: coins(amount),
        cause,
    }
}

fn started(auction: u64) -> Event {
    Event::AuctionStarted {
        auction: AuctionId(auction),
        vault: VaultId(1),
        collateral_type: KIND,
        lot: coins(1),
        debt: coins(10),
        to_raise: coins(11),
        start_price: Price::whole(10),
    }
}

/// Notes events at their times and gives the parts in whole coins.
fn parts(events: &[(u64, Event)]) -> Vec<(When, Cause, String)> {
    let mut losses = Losses::default();
    for (at, event) in events {
        losses.note(event, Timestamp(*at)).expect("the figures are small");
    }
    let text = |(when, cause, amount): (When, Cause, Amount)| (when, cause, amount.in_units(Decimals::MAX).to_string());
    losses.parts().map(text).collect()
}

#[test]
fn a_shortfall_counts_where_its_vault_was_seized_not_where_its_sale_ended() {
    let (seized, ended) = (FLASH_LOW.1.0 - 1, FLASH_LOW.1.0 + 7_200);
    let short = loss(LossCause::Auction(AuctionId(5)), 3, WaterfallStep::LossSharing);
    assert_eq!(
        parts(&[(seized, started(5)), (ended, short)]),
        [(When::FlashLow, Cause::SoldTooLow, "3".to_owned())]
    );
}

#[test]
fn the_week_without_prices_reaches_a_day_beyond_itself() {
    let late = |at| (at, loss(LossCause::Seizure(VaultId(1)), 1, WaterfallStep::LossSharing));
    let whens = |at| parts(&[late(at)])[0].0;
    assert_eq!(whens(NO_PRICES.0.0 - 1), When::Else);
    assert_eq!(whens(NO_PRICES.0.0), When::NoPrices);
    assert_eq!(whens(NO_PRICES.1.0 + PATIENCE - 1), When::NoPrices);
    assert_eq!(whens(NO_PRICES.1.0 + PATIENCE), When::Else);
}

#[test]
fn what_other_steps_pay_is_no_bad_debt() {
    let paid = loss(LossCause::Seizure(VaultId(1)), 9, WaterfallStep::FirstLoss);
    assert_eq!(parts(&[(1, paid)]), []);
}

#[test]
fn a_recovery_lowers_the_loss_of_the_lot_whose_sale_it_was() {
    let recovered = |sale| {
        Event::LossRecovered(LossRecovered {
            collateral_type: KIND,
            sale,
            bad_debt: coins(1),
            surplus: coins(2),
            fund: coins(1),
            first_loss: coins(1),
        })
    };
    let in_hour = FLASH_LOW.0.0;
    let late = || loss(LossCause::Seizure(VaultId(1)), 6, WaterfallStep::LossSharing);
    assert_eq!(
        parts(&[
            (10, late()),
            (10, started(1)),
            (in_hour, late()),
            (in_hour, started(2)),
            (in_hour + 9_000, recovered(Sale::Auction(AuctionId(2)))),
        ]),
        [
            (When::FlashLow, Cause::SeizedTooLate, "2".to_owned()),
            (When::Else, Cause::SeizedTooLate, "6".to_owned()),
        ]
    );
    // A pool buys in the block of the seizure.
    assert_eq!(
        parts(&[(10, late()), (10, recovered(Sale::Pool(VaultId(1))))]),
        [(When::Else, Cause::SeizedTooLate, "2".to_owned())]
    );
}
