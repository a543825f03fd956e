use ballast_num::{Amount, Price};

use super::*;
use crate::board::tests::{board, own, waiting};
use ballast_protocol::{Command, coins};

/// The board with the pool's price where it is and the feed at this one.
fn outside(price: u32) -> Board {
    let mut board = board();
    let price = Price::whole(price);
    for feed in &mut board.feeds {
        (feed.spot, feed.mean, feed.judging, feed.low) = (price, price, price, price);
    }
    board
}

fn order(steps: &[Step]) -> Option<Order> {
    steps
        .iter()
        .flat_map(|step| &step.commands)
        .find_map(|command| match command {
            Command::Queue { order, .. } => Some(*order),
            _ => None,
        })
}

/// Coins that purchases would spend.
fn spent(steps: &[Step]) -> Amount {
    let amounts = steps
        .iter()
        .flat_map(|step| &step.commands)
        .map(|command| match command {
            Command::Queue {
                order: Order::Buy { amount, .. },
                ..
            } => *amount,
            _ => Amount::ZERO,
        });
    Amount::try_sum(amounts).expect("small")
}

#[test]
fn nothing_is_traded_within_fee_and_margin() {
    for price in [1_993, 2_000, 2_007] {
        assert_eq!(
            decide(&outside(price), &own(1_000_000, 1_000), Terms::default()),
            Vec::new(),
            "{price}"
        );
    }
}

#[test]
fn a_dear_pool_is_sold_to_until_it_stands_at_the_feed() {
    let board = outside(1_800);
    let Some(Order::Sell { amount, limit, .. }) = order(&decide(&board, &own(0, 1_000_000), Terms::default())) else {
        panic!("it sells");
    };
    assert!(
        limit >= Price::whole(1_800),
        "never below the feed and the margin: {limit}"
    );
    // 500 × √(2000 ÷ 1800) = 527: 27 more, less what fee and margin leave.
    assert!(amount > coins(25) && amount < coins(27), "{amount}");
}

#[test]
fn a_cheap_pool_is_bought_from_as_far_as_the_coins_reach() {
    let board = outside(2_200);
    let rich = decide(&board, &own(10_000_000, 0), Terms::default());
    let Some(Order::Buy { amount, limit, .. }) = order(&rich) else {
        panic!("it buys");
    };
    assert!(
        limit <= Price::whole(2_200),
        "never above the feed and the margin: {limit}"
    );
    // 1,000,000 × √(2200 ÷ 2000) = 1,048,809: 48,809 more, less what fee and margin leave.
    assert!(amount > coins(46_000) && amount < coins(48_809), "{amount}");
    let poor = decide(&board, &own(4_000, 0), Terms::default());
    assert_eq!(spent(&poor), coins(1_000), "a quarter of what it has");
    assert_eq!(
        decide(&board, &own(300, 0), Terms::default()),
        Vec::new(),
        "less than a ticket"
    );
}

#[test]
fn one_order_at_a_time() {
    let mut own = own(1_000_000, 1_000);
    own.positions.tickets.push(waiting());
    assert_eq!(decide(&outside(1_000), &own, Terms::default()), Vec::new());
}

#[test]
fn an_empty_pool_is_left_alone() {
    let mut board = outside(1_000);
    let market = &mut board.markets[0];
    (market.base, market.coins, market.price) = (Amount::ZERO, Amount::ZERO, None);
    assert_eq!(decide(&board, &own(1_000_000, 1_000), Terms::default()), Vec::new());
}
