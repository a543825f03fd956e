use ballast_num::{Price, Seconds};
use ballast_protocol::{AuctionTaken, TicketOutcome, coins};

use super::*;
use crate::board::tests::{ETHER, MARKET, NOW, TYPE, board, lot};

const TICKET: TicketId = TicketId(4);

fn me() -> AccountId {
    AccountId::numbered(1)
}

fn taken(by: AccountId, ether: u64) -> Event {
    Event::AuctionTaken(AuctionTaken {
        auction: lot(None).id,
        collateral_type: TYPE,
        by,
        collateral: coins(ether),
        price: Price::whole(1_900),
        oracle_price: None,
        debt: Amount::ZERO,
        recovered: Amount::ZERO,
        penalty: Amount::ZERO,
    })
}

fn offered(ether: u64) -> Event {
    Event::TicketQueued {
        ticket: TICKET,
        owner: me(),
        order: Order::Sell {
            market: MARKET,
            amount: coins(ether),
            limit: Price::whole(1_960),
        },
        escrow: vec![(ETHER, coins(ether))],
        ready: Seconds(1),
        expiry: NOW,
    }
}

fn closed(returned: Vec<(AssetId, Amount)>) -> Event {
    Event::TicketClosed {
        ticket: TICKET,
        owner: me(),
        outcome: TicketOutcome::Expired,
        returned,
    }
}

#[test]
fn what_was_bought_is_held_until_it_is_sold_and_comes_back_if_it_is_not() {
    let (board, mut book) = (board(), Book::default());
    book.enter(me(), &[taken(me(), 3), taken(AccountId::numbered(2), 50)], &board);
    assert_eq!(book.held(ETHER), coins(3), "what others buy is not its own");
    book.enter(me(), &[offered(2)], &board);
    assert_eq!((book.held(ETHER), book.worth(&board)), (coins(1), coins(6_000)));
    // Half of it was sold.
    book.close(&[closed(vec![(ETHER, coins(1))])]);
    assert_eq!((book.held(ETHER), book.worth(&board)), (coins(2), coins(4_000)));
    book.close(&[closed(vec![(ETHER, coins(1))])]);
    assert_eq!(book.held(ETHER), coins(2), "an order ends once");

    book.enter(me(), &[offered(2)], &board);
    book.lose_track();
    book.close(&[closed(vec![(ETHER, coins(2))])]);
    assert_eq!(book.held(ETHER), Amount::ZERO, "what may be sold is not sold again");
}

#[test]
fn what_is_in_doubt_or_without_a_price_counts_as_held() {
    let (mut board, mut book) = (board(), Book::default());
    let auction = lot(None).id;
    let one = Unsettled {
        hash: TransactionHash::default(),
        until: NOW,
        asset: ETHER,
        amount: coins(2),
    };
    book.doubt(auction, one);
    assert!(book.is_unsettled(auction));
    assert_eq!((book.worth(&board), book.held(ETHER)), (coins(4_000), Amount::ZERO));
    book.settle(auction);
    assert_eq!((book.is_unsettled(auction), book.worth(&board)), (false, Amount::ZERO));
    book.add(ETHER, coins(1));
    board.feeds.clear();
    assert_eq!(book.worth(&board), Amount::MAX);
}
