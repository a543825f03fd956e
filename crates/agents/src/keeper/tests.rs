use ballast_num::Price;

use super::book::Unsettled;
use super::*;
use crate::board::tests::{COIN, ETHER, MARKET, NOW, board, lot, own, vault, waiting};
use ballast_protocol::api::Health;

/// All that a keeper does about a state which has bought nothing yet.
fn decide(board: &Board, own: &Own, terms: &Terms) -> Vec<Step> {
    with(&Book::default(), board, own, terms)
}

fn with(book: &Book, board: &Board, own: &Own, terms: &Terms) -> Vec<Step> {
    let bought = purchases(board, own, book, terms).into_iter().map(|one| one.step);
    bought.chain(chores(board, own, book, terms)).collect()
}

/// The book of a keeper that has bought so much ether.
fn bought(ether: u64) -> Book {
    let mut book = Book::default();
    book.add(ETHER, coins(ether));
    book
}

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
    let (board, book) = (board(), bought(3));
    let terms = Terms {
        sells_within: Some(Ratio::percent(2)),
        ..Terms::default()
    };
    let sells = |ether| {
        let order = Order::Sell {
            market: MARKET,
            amount: coins(ether),
            limit: Price::whole(1_960),
        };
        vec![queued(order, board.status.now)]
    };
    let mut own = own(0, 5);
    assert_eq!(commands(with(&book, &board, &own, &terms)), sells(3));
    own.positions.tickets.push(waiting());
    assert_eq!(with(&book, &board, &own, &terms), Vec::new());
    assert_eq!(own.balance(COIN), coins(0));
}

#[test]
fn what_its_owner_had_before_is_not_sold() {
    let terms = Terms {
        sells_within: Some(Ratio::percent(2)),
        ..Terms::default()
    };
    assert_eq!(decide(&board(), &own(0, 500), &terms), Vec::new());
    let sold = commands(with(&bought(7), &board(), &own(0, 2), &terms));
    assert!(
        matches!(sold[..], [Command::Queue { order: Order::Sell { amount, .. }, .. }] if amount == coins(2)),
        "no more than is there: {sold:?}"
    );
}

#[test]
fn nobody_holds_more_than_he_said() {
    let mut board = board();
    board.auctions.push(lot(Some(1_000)));
    let terms = Terms {
        most_held: coins(10_000),
        ..Terms::default()
    };
    let amount = |ether| {
        let steps = commands(with(&bought(ether), &board, &own(100_000, 0), &terms));
        steps.first().map(|command| match command {
            Command::TakeAuction { amount, .. } => *amount,
            other => panic!("{other:?}"),
        })
    };
    // At 2,000 by the feed, five ether are worth what it may hold.
    assert_eq!([0, 3, 5, 9].map(amount), [Some(coins(5)), Some(coins(2)), None, None]);
}

#[test]
fn an_auction_is_let_alone_while_an_earlier_purchase_from_it_is_in_doubt() {
    let mut board = board();
    board.auctions.push(lot(Some(1_000)));
    let mut book = Book::default();
    let one = Unsettled {
        hash: Default::default(),
        until: NOW,
        asset: ETHER,
        amount: coins(1),
    };
    book.doubt(lot(None).id, one);
    assert_eq!(with(&book, &board, &own(100_000, 0), &Terms::default()), Vec::new());
    book.settle(lot(None).id);
    assert_eq!(with(&book, &board, &own(100_000, 0), &Terms::default()).len(), 1);
}
