#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use ballast_engine::{State, apply_block};
use ballast_protocol::{AssetId, Block, Height, Outcome, coins};

use super::*;
use crate::config::Config;
use crate::keepers::keeper;
use crate::population::Population;
use crate::run::observations;
use crate::scenario::{DAILY_VOLUME, Scenario};
use crate::world::{self, Rules, market_of};

const STEP: Seconds = Seconds(12);

/// A reserve of sixty vaults, its keepers, and what the market outside says.
struct Reserve {
    state: State,
    desk: Desk,
    spots: Vec<Option<Price>>,
}

impl Reserve {
    fn new(configure: impl Fn(&mut Config)) -> Self {
        let scenario = Scenario::black_thursday().unwrap();
        let mut config = Config::default();
        config.liquidity.share_of_debt = Ratio::percent(40);
        configure(&mut config);
        let population = Population::drawn(&scenario, &config, 60, 1).unwrap();
        let state = world::state(&scenario, &config, &population, Rules::Ballast).unwrap();
        let spots = scenario.opening_prices();
        let volumes = vec![DAILY_VOLUME; spots.len()];
        Self {
            state,
            desk: Desk::new(&config, volumes, Rules::Ballast),
            spots,
        }
    }

    /// The prices outside become so many per cent of what they are.
    fn moves_to(&mut self, percent: u32) {
        for price in self.spots.iter_mut().flatten() {
            *price = price.mul_ratio(Ratio::percent(percent), Round::Down).unwrap();
        }
    }

    /// One block; every transaction in it succeeds.
    fn block(&mut self) {
        let chain = self.state.chain();
        let (height, time) = (Height(chain.height.0 + 1), Timestamp(chain.time.0 + STEP.0));
        let view = View {
            state: &self.state,
            spots: &self.spots,
            carried_over: &[],
        };
        let transactions = self.desk.transactions(view, (time, &self.spots), STEP).unwrap();
        let block = Block {
            height,
            time,
            observations: observations(&self.spots, time),
            transactions,
        };
        let result = apply_block(&mut self.state, &block).unwrap();
        let failed = result.receipts.iter().find(|receipt| receipt.outcome != Outcome::Done);
        assert_eq!(failed, None);
    }

    /// What the keepers would decide, without their deciding it.
    fn decided(&self) -> Vec<Sent> {
        let view = View {
            state: &self.state,
            spots: &self.spots,
            carried_over: &[],
        };
        let mut means = self.desk.means(view).unwrap();
        self.desk.clone().arbitrage(view, &mut means).unwrap()
    }

    /// The first pool's price ÷ the price outside.
    fn apart(&self) -> Ratio {
        let curve = self.state.markets().curve(market_of(0)).unwrap().unwrap();
        curve.spot().relative_to(self.spots[0].unwrap(), Round::Down).unwrap()
    }

    /// What the keepers have in coins, and in collateral at the prices outside.
    fn wealth(&self) -> Amount {
        let ledger = self.state.ledger();
        let of = |number: u32| {
            let coins = ledger.balance(COIN, keeper(number));
            let held = self.spots.iter().enumerate().map(|(feed, spot)| {
                let held = ledger.balance(AssetId(world::id(feed)), keeper(number));
                market::usd(held, spot.unwrap()).unwrap()
            });
            Amount::try_sum(held.chain([coins])).unwrap()
        };
        Amount::try_sum((0..5).map(of)).unwrap()
    }
}

fn orders(sent: &[Sent]) -> Vec<Order> {
    let order = |sent: &Sent| match sent.command {
        Command::Queue { order, .. } => Some(order),
        _ => None,
    };
    sent.iter().filter_map(order).collect()
}

#[test]
fn pools_that_stand_where_the_market_stands_are_left_alone() {
    let mut reserve = Reserve::new(|_| ());
    assert!(reserve.decided().is_empty());
    // Within the fee of 0.3 % and the margin of 0.5 % there is no profit.
    for (points, trades) in [(9_925, false), (9_700, true), (10_075, false), (10_300, true)] {
        reserve.spots = Scenario::black_thursday().unwrap().opening_prices();
        for price in reserve.spots.iter_mut().flatten() {
            *price = price.mul_ratio(Ratio::basis_points(points), Round::Down).unwrap();
        }
        assert_eq!(!orders(&reserve.decided()).is_empty(), trades, "at {points}");
    }
}

#[test]
fn a_dearer_pool_is_sold_to_with_what_is_bought_outside() {
    let mut reserve = Reserve::new(|_| ());
    reserve.moves_to(97);
    let sent = reserve.decided();
    // Coins out, collateral in, and the sale.
    let Order::Sell { amount, limit, .. } = orders(&sent)[0] else {
        panic!("{sent:?}")
    };
    // He pays the impact of his purchase, and asks for his margin on top of it.
    let spot = reserve.spots[0].unwrap();
    let margin = Ratio::basis_points(10_050);
    let paid = limit.div_ratio(margin, Round::Down).unwrap();
    assert!(paid > spot, "{paid}");
    let cost = market::usd(amount, paid).unwrap();
    assert!(cost <= sent[0].cost && sent[0].cost < cost.try_add(coins(1)).unwrap());
    // The smaller pool is not worth a ticket.
    assert_eq!(sent.len(), 3);

    let before = reserve.wealth();
    for _ in 0..60 {
        reserve.block();
    }
    assert!(reserve.apart() < Ratio::basis_points(10_090), "{}", reserve.apart());
    assert!(
        reserve.wealth() > before,
        "a trade that loses is none that anyone makes"
    );
}

#[test]
fn a_cheaper_pool_is_bought_from_and_sold_outside() {
    let mut reserve = Reserve::new(|_| ());
    reserve.moves_to(110);
    assert!(
        orders(&reserve.decided())
            .iter()
            .all(|order| matches!(order, Order::Buy { .. }))
    );
    let before = reserve.wealth();
    for _ in 0..600 {
        reserve.block();
    }
    // The impact of what was sold outside keeps some of the way.
    assert!(reserve.apart() > Ratio::basis_points(9_800), "{}", reserve.apart());
    assert!(reserve.wealth() > before);
}

#[test]
fn one_trade_a_market_is_on_its_way() {
    let mut reserve = Reserve::new(|_| ());
    reserve.moves_to(95);
    // Decided, sent two blocks later, and then a minute in the queue.
    for _ in 0..4 {
        reserve.block();
        assert!(reserve.decided().is_empty());
    }
    assert_eq!(reserve.state.queue().iter().count(), 2);
}

#[test]
fn nobody_trades_without_liquidity() {
    let mut reserve = Reserve::new(|config| config.liquidity.share_of_debt = Ratio::ZERO);
    reserve.moves_to(90);
    assert!(reserve.decided().is_empty());
}
