#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use ballast_engine::apply_block;
use ballast_protocol::{Block, OpeningAuction};

use super::*;
use crate::population::Population;
use crate::run::observations;
use crate::scenario::{DAILY_VOLUME, Scenario};
use crate::world;

const STEP: Seconds = Seconds(12);

/// A reserve of 60 vaults without pools, and the prices that it is told.
struct Fallen {
    config: Config,
    state: State,
    spots: Vec<Option<Price>>,
}

impl Fallen {
    /// Prices fall by 2 % a block until lots have stood in auctions for some blocks: older ones are cheaper.
    fn new(configure: impl Fn(&mut Config)) -> Self {
        let scenario = Scenario::black_thursday().unwrap();
        let mut config = Config::default();
        config.pool.share_of_debt = Ratio::ZERO;
        configure(&mut config);
        let population = Population::drawn(&scenario, &config, 60, 1).unwrap();
        let state = world::state(&scenario, &config, &population, Rules::Ballast).unwrap();
        let mut fallen = Self {
            config,
            state,
            spots: scenario.opening_prices(),
        };
        for _ in 0..20 {
            for price in fallen.spots.iter_mut().flatten() {
                *price = price.mul_ratio(Ratio::percent(98), Round::Down).unwrap();
            }
            fallen.block(STEP);
        }
        // Auctions start above the oracle's price: let them fall under the market's.
        for _ in 0..30 {
            fallen.block(Seconds::MINUTE);
        }
        assert!(
            fallen.state.auctions().iter().count() > 5,
            "the fall broke too few vaults"
        );
        fallen
    }

    /// The same reserve before its first fall, with lots in its books that started at one price and are so old.
    fn with_lots(ages: &[u64]) -> Self {
        let scenario = Scenario::black_thursday().unwrap();
        let mut config = Config::default();
        config.pool.share_of_debt = Ratio::ZERO;
        let population = Population::drawn(&scenario, &config, 60, 1).unwrap();
        let mut genesis = world::genesis(&scenario, &config, &population, Rules::Ballast).unwrap();
        let spots = scenario.opening_prices();
        for (id, age) in (1..).zip(ages) {
            genesis.opening.auctions.push(OpeningAuction {
                id: AuctionId(id),
                collateral_type: TypeId(1),
                owner: AccountId::numbered(1),
                lot: ballast_protocol::coins(1),
                debt: ballast_protocol::coins(50),
                to_raise: ballast_protocol::coins(50),
                elapsed: Seconds(*age),
                start_price: spots[0].unwrap(),
            });
            // The debt of a lot is coins that somebody holds.
            let market = genesis.opening.balances.iter_mut();
            let held = market.filter(|held| held.account == MARKET).last().unwrap();
            held.amount = held.amount.try_add(ballast_protocol::coins(50)).unwrap();
        }
        let state = State::genesis(&genesis).unwrap();
        let mut fallen = Self { config, state, spots };
        fallen.block(STEP);
        fallen
    }

    fn block(&mut self, step: Seconds) {
        let chain = self.state.chain();
        let (height, time) = (Height(chain.height.0 + 1), Timestamp(chain.time.0 + step.0));
        let block = Block {
            height,
            time,
            observations: observations(&self.spots, time),
            transactions: Vec::new(),
        };
        apply_block(&mut self.state, &block).unwrap();
    }

    fn desk(&self) -> Desk {
        Desk::new(&self.config, vec![DAILY_VOLUME; self.spots.len()], Rules::Ballast)
    }

    fn view(&self) -> View<'_> {
        View {
            state: &self.state,
            spots: &self.spots,
            carried_over: &[],
        }
    }

    /// What is sent for the next block.
    fn sent(&self, desk: &mut Desk) -> Vec<Transaction> {
        let time = Timestamp(self.state.chain().time.0 + STEP.0);
        desk.transactions(self.view(), (time, &self.spots), STEP).unwrap()
    }
}

/// The takes among what was decided: who, what, and for how much at most.
fn takes(sent: &[Sent]) -> Vec<(AccountId, AuctionId, Amount)> {
    let take = |sent: &Sent| match sent.command {
        Command::TakeAuction { auction, .. } => Some((sent.sender, auction, sent.cost)),
        _ => None,
    };
    sent.iter().filter_map(take).collect()
}

#[test]
fn what_is_decided_on_a_state_is_in_the_block_so_many_later() {
    for latency in [1, 2, 4] {
        let mut fallen = Fallen::new(|config| config.keepers.latency_blocks = latency);
        let mut desk = fallen.desk();
        let seen = takes(&desk.decide(fallen.view()).unwrap());
        assert!(!seen.is_empty());
        for _ in 1..latency {
            assert!(fallen.sent(&mut desk).is_empty(), "latency {latency}: too early");
            fallen.block(STEP);
        }
        let taken: Vec<AuctionId> = fallen
            .sent(&mut desk)
            .iter()
            .filter_map(|transaction| match transaction.commands[0] {
                Command::TakeAuction { auction, .. } => Some(auction),
                _ => None,
            })
            .collect();
        let first: Vec<AuctionId> = seen.iter().map(|(_, auction, _)| *auction).collect();
        assert_eq!(taken, first, "latency {latency}");
    }
}

#[test]
fn a_lot_in_flight_is_not_asked_for_twice() {
    let fallen = Fallen::new(|config| config.keepers.latency_blocks = 9);
    let mut desk = fallen.desk();
    let first = takes(&desk.decide(fallen.view()).unwrap());
    fallen.sent(&mut desk);
    let second = takes(&desk.decide(fallen.view()).unwrap());
    assert!(
        second
            .iter()
            .all(|(_, auction, _)| first.iter().all(|(_, taken, _)| taken != auction))
    );
}

#[test]
fn nobody_spends_more_than_he_has_in_flight_or_at_once() {
    let fallen = Fallen::new(|config| {
        config.keepers.latency_blocks = 9;
        config.keepers.capital_share = Ratio::basis_points(20);
    });
    let mut desk = fallen.desk();
    let mut spent: BTreeMap<AccountId, Amount> = BTreeMap::new();
    for _ in 0..3 {
        for (sender, _, cost) in takes(&desk.decide(fallen.view()).unwrap()) {
            let sum = spent.entry(sender).or_default();
            *sum = sum.try_add(cost).unwrap();
        }
        fallen.sent(&mut desk);
    }
    assert!(spent.len() > 1, "one keeper alone would not need to share");
    let mut exhausted = 0;
    for (account, sum) in spent {
        let own = fallen.state.ledger().balance(COIN, account);
        // A unit for each purchase: what is paid rounds up.
        assert!(sum <= own.try_add(Amount::from_raw(256)).unwrap(), "{sum} of {own}");
        exhausted += u32::from(own.saturating_sub(sum) < LEAST_PURCHASE);
    }
    assert!(exhausted > 0, "with so little capital somebody runs out");
}

#[test]
fn the_oldest_lot_is_bought_first_and_none_above_what_its_sale_brings() {
    let fallen = Fallen::new(|config| {
        config.keepers.count = 1;
        config.keepers.capital_share = Ratio::percent(30);
    });
    let mut desk = fallen.desk();
    let bought: Vec<AuctionId> = takes(&desk.decide(fallen.view()).unwrap())
        .into_iter()
        .map(|(_, id, _)| id)
        .collect();
    assert!(bought.len() > 1 && bought.is_sorted(), "{bought:?}");
    let (lots, _) = desk.lots(fallen.view());
    let most = |lot: &Lot| {
        lot.spot
            .mul_ratio(fallen.config.keepers.margin.complement(), Round::Down)
            .unwrap()
    };
    for lot in lots.iter().filter(|lot| bought.contains(&lot.id)) {
        assert!(lot.price < most(lot), "{} for {}", lot.price, lot.spot);
    }
}

#[test]
fn lots_of_one_start_and_price_are_priced_by_the_age_that_each_began_at() {
    let fallen = Fallen::with_lots(&[0, 600, 1_800]);
    let (lots, _) = fallen.desk().lots(fallen.view());
    let seen: Vec<Price> = lots.iter().map(|lot| lot.price).collect();
    let own = fallen.state.auctions().iter();
    let own: Vec<Price> = own
        .map(|(_, auction)| price(&fallen.state, &auction).unwrap())
        .collect();
    assert_eq!(seen, own);
    assert!(
        own.is_sorted_by(|younger, older| younger > older),
        "older lots are cheaper: {own:?}"
    );
}
