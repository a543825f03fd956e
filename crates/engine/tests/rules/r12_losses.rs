//! R12 and R23 as far as built: a type issues within its cover; a loss is marked before it is booked.

use ballast_num::{Amount, NormalizedDebt, Price, Ratio, Round, Seconds};
use ballast_protocol::{
    Bounds, DrawSettled, Event, Genesis, Module, OpeningVault, TypeId, TypeSpec, WaterfallStep, coins,
};

use crate::common::{COIN, KIND, World, endow, names, who};

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
    let mut world = World::with(|genesis| {
        genesis.limits.liquidation_work = 1;
        genesis.types[0].peer.floor = ballast_protocol::Bounds::Waived;
    });
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
        endow(genesis, 10_000);
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
            Event::DrawSettled(DrawSettled { surplus, .. }) => Some((WaterfallStep::SurplusBuffer, *surplus)),
            _ => None,
        })
        .collect();
    let expected = [
        (WaterfallStep::FirstLoss, coins(500)),
        // Until the block's end it stands as bad debt; then the line pays.
        (WaterfallStep::LossSharing, coins(1_500)),
        (WaterfallStep::SurplusBuffer, coins(300)),
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
    assert_eq!(buffer(&world), coins(9_700));
}

fn buffer(world: &World) -> Amount {
    world.state.ledger().balance(COIN, Module::SurplusBuffer)
}

const OTHER: TypeId = TypeId(2);

/// Two types of one feed, each with a vault of 10 ether that owes 12000, lines, and a buffer of 1000 coins.
fn two_types(line: u64, other: u64) -> World {
    fenced(Bounds::Enforced, line, other)
}

/// The same, with lines that are cut so that all can be drawn at once, or not.
fn fenced(ring_fence: Bounds, line: u64, other: u64) -> World {
    World::with(|genesis: &mut Genesis| {
        genesis.limits.ring_fence = ring_fence;
        genesis.types[0].line = coins(line);
        genesis.types[0].borrowing_fee = Ratio::percent(1);
        genesis.limits.surplus_floor = coins(1_000);
        genesis.types.push(TypeSpec {
            id: OTHER,
            line: coins(other),
            ..genesis.types[0].clone()
        });
        genesis.opening.surplus = coins(1_000);
        for (kind, name) in [(KIND, "alice"), (OTHER, "bob")] {
            genesis.opening.vaults.push(OpeningVault {
                owner: who(name),
                collateral_type: kind,
                collateral: coins(10),
                normalized_debt: NormalizedDebt::from_raw(coins(12_000).raw()),
                deposit: Amount::ZERO,
            });
        }
    })
}

/// Who asked, for how much, and got what, in coins.
fn draws(events: &[Event]) -> Vec<(TypeId, Amount, Amount)> {
    let draws = events.iter().filter_map(|event| match event {
        Event::DrawSettled(DrawSettled {
            collateral_type,
            asked,
            surplus,
            ..
        }) => Some((*collateral_type, *asked, *surplus)),
        _ => None,
    });
    draws.collect()
}

/// Be liquidated first, and leave nothing in the buffer for the next: lines are fixed at the block's start at what the
/// buffer holds, in proportion, and drawn together at its end.
#[test]
fn the_first_to_lose_drains_the_buffer() {
    for (lines, paid) in [
        ((1_000, 1_000), (500, 500)),
        ((1_500, 500), (750, 250)),
        ((300, 400), (300, 400)),
    ] {
        let mut world = two_types(lines.0, lines.1);
        let events = world.round(Price::whole(1_000)).events;
        let lost = coins(2_000);
        let expected = [(KIND, lost, coins(paid.0)), (OTHER, lost, coins(paid.1))];
        assert_eq!(draws(&events), expected);
        assert_eq!(world.state.backstop().losses(KIND).bad_debt, coins(2_000 - paid.0));
        assert_eq!(buffer(&world), coins(1_000 - paid.0 - paid.1));
    }
}

/// Issue against a line that the buffer could not pay: one that is larger than the buffer, that others share, or that is
/// used up.
#[test]
fn issuing_against_a_line_that_nothing_stands_behind() {
    let short = "alice: open; deposit 10; draw 12000
         bob: open; deposit 100; draw 1000
         price 1640             // 520 short after the stress";
    for (surplus, said) in [(519, "Uncovered"), (520, "DebtDrawn")] {
        let mut world = World::with(|genesis| {
            genesis.types[0].line = coins(1_000_000);
            endow(genesis, surplus);
        });
        world.check(short);
        world.check(&format!("bob: draw 100 -> {said}"));
    }
    // Its half of the buffer is 500: the other's line may be drawn in the same block. 499 and 506 are short.
    for (price, said) in [(1_643, "DebtDrawn"), (1_642, "Uncovered")] {
        let mut world = two_types(1_000, 1_000);
        world.check(&format!("price {price} -> no VaultSeized"));
        world.check(&format!("bank: draw 1000 -> {said}"));
    }
    // 300 of a line of 300 are drawn; so it covers no further loss.
    let mut world = World::with(|genesis| {
        genesis.types[0].line = coins(300);
        endow(genesis, 1_000);
    });
    world.check(
        "alice: open; deposit 10; draw 12000
         price 1000             -> DrawSettled
         keeper: take 10 of #1 at 2000 -> AuctionEnded
         price 2000
         carol: open; deposit 10; draw 12000
         bob: open; deposit 100; draw 1000
         price 1700             // 100 short
         bob: draw 100          -> Uncovered",
    );
}

/// Leave bad debt standing while the buffer earns: what it has above its floor and all lines makes it good.
#[test]
fn income_that_leaves_bad_debt_standing() {
    let mut world = World::with_type(|spec| {
        spec.borrowing_fee = Ratio::percent(1);
        spec.line = coins(300);
    });
    world.check(
        "alice: open; deposit 10; draw 12000
         price 1000             -> DrawSettled, no BadDebtRepaid // her fee of 120 is all that the line can draw
         carol: first-loss 5000",
    );
    let losses = |world: &World| world.state.backstop().losses(KIND);
    assert_eq!(
        (losses(&world).surplus, losses(&world).bad_debt),
        (coins(120), coins(2_000))
    );
    // 500 come in; the 180 that are left of the line stay.
    world.check("bob: open; deposit 1000; draw 50000");
    assert_eq!(
        (losses(&world).repaid, losses(&world).bad_debt),
        (coins(320), coins(1_680))
    );
    assert_eq!((buffer(&world), losses(&world).surplus), (coins(180), coins(120)));
    // What the lot brings later goes to those who stood last: the coin's holders, what the buffer repaid, its line.
    world.check(
        "bob: draw 136000       // a fee of 1360
         keeper: take 10 of #1 at 1100 -> LossRecovered",
    );
    let after = losses(&world);
    assert_eq!(
        (after.bad_debt, after.repaid, after.surplus),
        (coins(0), coins(1_000), coins(120))
    );
}

/// Have a type's own bad debt made good first: each type gets its part of what there is.
#[test]
fn income_that_goes_to_one_type_first() {
    let mut world = two_types(1_000, 1_000);
    world.check(
        "price 1000             -> DrawSettled
         carol: first-loss 5000
         dave: open; deposit 1000; draw 200000 // a fee of 2000, of which 1000 stay for the lines",
    );
    let repaid = [KIND, OTHER].map(|kind| world.state.backstop().losses(kind).repaid);
    assert_eq!((repaid, buffer(&world)), ([coins(500); 2], coins(1_000)));
}

/// Promise one buffer to every type, as pooled reserves do (a peer's way, which a node refuses): each issues as if the
/// others could not lose; two that lose together find less than each was promised; and no income is kept for lines.
#[test]
fn one_buffer_promised_to_every_type() {
    // 506 are short in each type, 1012 in both: more than the buffer holds.
    for (fence, said) in [(Bounds::Enforced, "Uncovered"), (Bounds::Waived, "DebtDrawn")] {
        let mut world = fenced(fence, 1_000, 1_000);
        world.check(&format!("price 1642\nbank: draw 1000 -> {said}"));
    }
    let line = |line: u64| fenced(Bounds::Waived, line, 500);
    let thirds = |of| coins(of).prorate(1, 3, Round::Down).unwrap();
    for (first, paid) in [(400, [coins(400), coins(500)]), (1_500, [thirds(2_000), thirds(1_000)])] {
        let mut world = line(first);
        let events = world.round(Price::whole(1_000)).events;
        let expected = [(KIND, coins(2_000), paid[0]), (OTHER, coins(2_000), paid[1])];
        assert_eq!(draws(&events), expected);
    }
    // Of a fee of 3000 its floor keeps 1000, and the lines nothing.
    let mut world = line(2_000);
    world.check(
        "price 1000             -> DrawSettled
         carol: first-loss 5000
         dave: open; deposit 1000; draw 300000 -> DebtDrawn",
    );
    let repaid = [KIND, OTHER].map(|kind| world.state.backstop().losses(kind).repaid);
    assert_eq!(Amount::try_sum(repaid), Ok(coins(2_000)));
}
