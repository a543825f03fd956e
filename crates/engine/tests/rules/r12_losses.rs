//! R12 and R23 as far as built: a type issues within its cover; a loss is marked before it is booked.

use ballast_num::{Amount, Price, Seconds};
use ballast_protocol::{Event, WaterfallStep, coins};

use crate::common::{COIN, KIND, World, names};

/// Go on issuing while the stress would eat more than the type's own capital: the coin's holders carry the risk.
#[test]
fn issuing_beyond_ones_own_cover() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         bob: open; deposit 100; draw 1000
         price 1900             // 30 % less than 19000 is 13300: covered
         bob: draw 100
         price 1640             // 11480 after the stress: 520 short
         bob: draw 100          -> Uncovered
         carol: first-loss 519
         bob: draw 100          -> Uncovered
         carol: first-loss 1
         bob: draw 100          -> DebtDrawn",
    );
}

/// Hide a loss until it is booked: it is marked in the block that sees it, and booked when the vault is processed.
#[test]
fn a_loss_that_nobody_marks() {
    let mut world = World::with(|genesis| genesis.limits.liquidation_work = 1);
    world.check(
        "alice: open; deposit 10; draw 12000
         price 1000             -> WorkCarriedOver, no LossAbsorbed",
    );
    let books = world.books();
    assert_eq!((books.marked_loss, books.bad_debt), (coins(2_000), Amount::ZERO));
    assert_eq!(books.assets, books.vault_debt.try_sub(coins(2_000)).unwrap());

    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         price 1000             -> VaultSeized, LossAbsorbed",
    );
    let books = world.books();
    assert_eq!((books.marked_loss, books.bad_debt), (Amount::ZERO, coins(2_000)));
}

/// Skip a step of the waterfall, or take more than a line from what is common.
#[test]
fn a_loss_that_skips_a_step_or_exceeds_its_line() {
    let mut world = World::with(|genesis| {
        genesis.types[0].line = coins(300);
        genesis.opening.surplus = coins(10_000);
        genesis.opening.bad_debt = coins(10_000);
        genesis.types[0].pool.cooldown = Seconds::ZERO;
    });
    world.check(
        "carol: first-loss 500
         alice: open; deposit 10; draw 12000",
    );
    let events = world.round(Price::whole(1_000)).events;
    let steps: Vec<(WaterfallStep, Amount)> = events
        .iter()
        .filter_map(|event| match event {
            Event::LossAbsorbed { step, amount, .. } => Some((*step, *amount)),
            _ => None,
        })
        .collect();
    let expected = [
        (WaterfallStep::FirstLoss, coins(500)),
        (WaterfallStep::SurplusBuffer, coins(300)),
        (WaterfallStep::LossSharing, coins(1_200)),
    ];
    assert_eq!(steps, expected, "{:?}", names(&events));
    assert_eq!(world.state.backstop().losses(KIND).bad_debt, coins(11_200));
    // What the auction brings above the debt goes back the way it came: to the last who bore it first.
    world.check("keeper: take 10 of #1 at 2000 -> LossRecovered, AuctionEnded");
    let losses = world.state.backstop().losses(KIND);
    assert_eq!(
        (losses.first_loss, losses.surplus, losses.bad_debt),
        (coins(500), coins(300), coins(10_200))
    );
    assert_eq!(
        world
            .state
            .ledger()
            .balance(COIN, ballast_protocol::Module::SurplusBuffer),
        coins(9_700)
    );
}
