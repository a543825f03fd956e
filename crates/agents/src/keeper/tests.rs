use ballast_num::Price;

use super::*;
use crate::board::tests::{COIN, ETHER, MARKET, board, lot, own, vault, waiting};
use ballast_protocol::api::Health;

fn commands(steps: Vec<Step>) -> Vec<Command> {
    steps.into_iter().flat_map(|step| step.commands).collect()
}

#[test]
fn a_lot_is_bought_only_below_the_margin() {
    for (price, buys) in [(1_961, false), (1_960, true), (1_000, true)] {
        let mut board = board();
        board.auctions.push(lot(Some(price)));
        let steps = commands(decide(&board, &own(100_000, 0), &Terms::default()));
        let expected = Command::TakeAuction {
            auction: lot(None).id,
            amount: coins(10),
            price_max: Price::whole(price),
        };
        assert_eq!(steps, if buys { vec![expected] } else { Vec::new() }, "at {price}");
    }
}

#[test]
fn nobody_spends_more_than_he_has_or_said() {
    let mut board = board();
    board.auctions = vec![lot(Some(1_000)), lot(Some(1_000)), lot(Some(1_000))];
    let terms = Terms {
        most: coins(6_000),
        ..Terms::default()
    };
    let steps = commands(decide(&board, &own(10_020, 0), &terms));
    let amounts: Vec<Amount> = steps
        .iter()
        .map(|command| match command {
            Command::TakeAuction { amount, .. } => *amount,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(amounts[0], coins(6));
    // What is left of 10,000 after 6,000 and a base unit for rounding.
    assert!(
        amounts[1] < coins(4) && amounts[1] > Amount::from_raw(3_999_999_999_999_999_000),
        "{amounts:?}"
    );
    assert_eq!(amounts.len(), 2, "the third is not worth it");
}

#[test]
fn no_trade_without_a_live_price() {
    for state in [FeedState::Disputed, FeedState::Halted, FeedState::Stale] {
        let mut board = board();
        board.auctions.push(lot(Some(1)));
        board.feeds[0].state = state;
        let terms = Terms {
            sells_within: Some(Ratio::percent(1)),
            ..Terms::default()
        };
        assert_eq!(decide(&board, &own(100_000, 10), &terms), Vec::new(), "{state:?}");
    }
}

#[test]
fn what_stands_still_is_restarted_and_what_is_broken_called() {
    let mut board = board();
    board.auctions.push(lot(None));
    board.riskiest = vec![vault(15_000, Health::Liquidatable), vault(10_000, Health::Warned)];
    let steps = commands(decide(&board, &own(0, 0), &Terms::default()));
    let reset = Command::ResetAuction { auction: lot(None).id };
    let call = Command::Liquidate {
        vault: vault(1, Health::Warned).id,
    };
    assert_eq!(steps, [reset, call]);
    let others = Terms {
        types: Some(vec![TypeId(9)]),
        ..Terms::default()
    };
    assert_eq!(decide(&board, &own(100_000, 0), &others), Vec::new(), "not its types");
}

#[test]
fn what_was_bought_is_sold_once_at_a_time_and_not_below_its_limit() {
    let board = board();
    let terms = Terms {
        sells_within: Some(Ratio::percent(2)),
        ..Terms::default()
    };
    let mut own = own(0, 3);
    let sells = Order::Sell {
        market: MARKET,
        amount: coins(3),
        limit: Price::whole(1_960),
    };
    assert_eq!(
        commands(decide(&board, &own, &terms)),
        [queued(sells, board.status.now)]
    );
    own.positions.tickets.push(waiting());
    assert_eq!(decide(&board, &own, &terms), Vec::new());
    assert_eq!(own.balance(ETHER), coins(3));
    assert_eq!(own.balance(COIN), coins(0));
}
