//! R20 and step 4 of the waterfall: insurers come by the queue, stay slashable to the end, and leave with no more than their
//! shares were worth when they asked.

use ballast_num::{Amount, NormalizedDebt, Price, Ratio, Seconds};
use ballast_protocol::{AccountId, DrawSettled, Event, Genesis, Module, Order, TicketId, Venue, coins};

use crate::common::{COIN, FEED, KIND, World, names, outcome, who};

/// Insurers: Dave with 60,000 coins and Mallory with 40,000; a line of 50,000 and a buffer of 1,000.
fn insured() -> World {
    insured_with(|_| ())
}

fn insured_with(change: impl FnOnce(&mut Genesis)) -> World {
    World::with(|genesis| {
        genesis.types[0].line = coins(50_000);
        genesis.limits.fund.income_share = Ratio::ZERO;
        genesis.limits.fund.exit_share = Ratio::ONE;
        slow(genesis);
        // The bank owes what the buffer holds.
        genesis.opening.surplus = coins(1_000);
        let owed = genesis.opening.vaults[0].normalized_debt.raw() + coins(1_000).raw();
        genesis.opening.vaults[0].normalized_debt = NormalizedDebt::from_raw(owed);
        for (name, units) in [("dave", 60_000), ("mallory", 40_000)] {
            let mut balances = genesis.opening.balances.iter_mut();
            let own = balances.find(|balance| (balance.asset, balance.account) == (COIN, who(name)));
            let own = own.unwrap();
            own.amount = own.amount.try_sub(coins(units)).unwrap();
            genesis.opening.fund.push((who(name), coins(units)));
        }
        change(genesis);
    })
}

/// A block every six hours is often enough.
fn slow(genesis: &mut Genesis) {
    genesis.limits.clock_step = Seconds::DAY;
    genesis.limits.fund.entry_cooldown = Seconds(13 * 3_600);
    genesis.feeds[0].heartbeat = Seconds(12 * 3_600);
    genesis.feeds[0].gap = Seconds::DAY;
}

fn fund(world: &World) -> Amount {
    world.state.ledger().balance(COIN, Module::InsuranceFund)
}

fn settled(events: &[Event]) -> Vec<(Amount, Amount)> {
    let draws = events.iter().filter_map(|event| match event {
        Event::DrawSettled(DrawSettled { surplus, fund, .. }) => Some((*surplus, *fund)),
        _ => None,
    });
    draws.collect()
}

/// So many days, a block and a round every six hours at the present price.
fn days(world: &mut World, days: u64) {
    let price = world.state.prices().quote(FEED).unwrap().spot;
    for _ in 0..4 * days {
        world.block(6 * 3_600, Some(price), &[]);
    }
}

/// The buffer pays before the fund, both together at most the line, and what a sale recovers goes back the other way.
#[test]
fn a_loss_that_skips_the_buffer_or_exceeds_the_line() {
    let mut world = insured();
    world.check("alice: open; deposit 10; draw 12000");
    let events = world.round(Price::whole(1_000)).events;
    // 2000 are missing, there is no first loss: the buffer has 1000, insurers pay the rest.
    assert_eq!(settled(&events), [(coins(1_000), coins(1_000))]);
    assert_eq!(fund(&world), coins(99_000));
    world.check("keeper: take 10 of #1 at 2000 -> LossRecovered, AuctionEnded");
    // The lot brought 11000 for 10000 of debt: the fund is made whole before the buffer.
    assert_eq!(fund(&world), coins(100_000));
    let losses = world.state.backstop().losses(KIND);
    assert_eq!((losses.fund, losses.surplus), (Amount::ZERO, coins(1_000)));
}

/// See a loss coming and ask to leave before it is booked: whoever asked pays his part all the same.
#[test]
fn insurers_leaving_before_a_known_loss() {
    let mut world = insured();
    world.check(
        "alice: open; deposit 30; draw 36000
         mallory: uninsure 40000 -> TicketQueued",
    );
    days(&mut world, 6);
    world.round(Price::whole(1_000));
    let before = world.balance(COIN, "mallory");
    // 6000 are missing: 1000 from the buffer, 5000 from the fund, of which hers is two fifths.
    assert_eq!(fund(&world), coins(95_000));
    days(&mut world, 2);
    let paid = world.balance(COIN, "mallory").try_sub(before).unwrap();
    assert_eq!(paid, coins(38_000));
}

/// Time the exit so that it is due while the loss is marked but not booked yet: it pays net of the mark.
#[test]
fn an_exit_between_the_mark_and_the_booking() {
    let mut world = insured_with(|genesis| {
        // Nothing is liquidated: the work never suffices.
        genesis.limits.liquidation_work = 1;
        genesis.types[0].peer.floor = ballast_protocol::Bounds::Waived;
    });
    world.check(
        "alice: open; deposit 30; draw 36000
         mallory: uninsure 40000",
    );
    world.round(Price::whole(1_000));
    let before = world.balance(COIN, "mallory");
    days(&mut world, 8);
    assert_eq!(fund(&world), coins(62_000));
    let paid = world.balance(COIN, "mallory").try_sub(before).unwrap();
    assert_eq!(paid, coins(38_000));
}

/// Ask to leave in good times and keep the request as an option: it earns nothing meanwhile and lapses.
#[test]
fn an_exit_held_as_an_option() {
    let mut world = insured_with(|genesis| {
        genesis.limits.fund.income_share = Ratio::ONE;
        genesis.types[0].borrowing_fee = Ratio::percent(1);
    });
    world.check(
        "mallory: uninsure 40000
         alice: open; deposit 100; draw 100000 -> DebtDrawn",
    );
    // A fee of 1000 goes to insurers; Mallory's part of it stays with those who stay.
    assert_eq!(fund(&world), coins(101_000));
    let before = world.balance(COIN, "mallory");
    days(&mut world, 8);
    let paid = world.balance(COIN, "mallory").try_sub(before).unwrap();
    assert_eq!(paid, coins(40_000));
    assert_eq!(fund(&world), coins(61_000));

    // One that names a later end than its window is refused, and one that finds no room until its end lapses.
    let mut world = insured_with(|genesis| {
        genesis.limits.fund.exit_window = Seconds(2 * 86_400);
        genesis.limits.fund.exit_share = Ratio::percent(1);
    });
    world.check("mallory: uninsure 40000 -> ExpiryTooFar");
    let mut world = insured_with(|genesis| genesis.limits.fund.exit_share = Ratio::percent(1));
    world.check("mallory: uninsure 40000");
    days(&mut world, 11);
    // A hundredth of the fund on each of some days; then the rest earns and insures again.
    let left = world.state.fund().shares(who("mallory"));
    assert!(left > coins(34_000) && left < coins(38_000), "{left}");
    assert!(world.state.queue().leaving(Venue::Fund).is_zero());
}

/// Run for the exit first: all who are due share what may leave in a day.
#[test]
fn a_run_on_the_fund() {
    let mut world = insured_with(|genesis| genesis.limits.fund.exit_share = Ratio::percent(10));
    world.check(
        "mallory: uninsure 40000
         dave: uninsure 60000",
    );
    let before = ["mallory", "dave"].map(|name| world.balance(COIN, name));
    days(&mut world, 7);
    let after = ["mallory", "dave"].map(|name| world.balance(COIN, name));
    let paid = |at: usize| after[at].try_sub(before[at]).unwrap();
    // Both are due on the same day; each gets his part of a tenth. Whoever is due first has at most the day to himself.
    let all = paid(0).try_add(paid(1)).unwrap();
    assert!(all <= coins(10_000) && all > coins(9_000), "{all}");
}

/// Enter when a loss is past and income is known, or count on escrowed coins that are no resource yet.
#[test]
fn joining_for_known_income() {
    let mut world = insured_with(|genesis| {
        genesis.limits.fund.income_share = Ratio::ONE;
        genesis.types[0].borrowing_fee = Ratio::percent(1);
    });
    world.check(
        "bob: insure 100000
         bob: insure 500                       -> AlreadyQueued
         alice: open; deposit 100; draw 100000 -> DebtDrawn
         price 2000                            -> no FundEntered",
    );
    days(&mut world, 1);
    // He pays for the income that was earned before him: his coins are worth what they were.
    let shares = world.state.fund().shares(who("bob"));
    assert!(shares < coins(100_000) && shares > coins(99_000), "{shares}");
    let value = world.state.fund().value(shares, fund(&world)).unwrap();
    assert!(
        value <= coins(100_000) && coins(100_000).try_sub(value).unwrap() <= Amount::ONE,
        "{value}"
    );
}

/// Be the first insurer with next to nothing, blow the share's value up, and let the second's coins round down to no share.
#[test]
fn robbing_the_second_insurer() {
    let mut world = World::with(|genesis| {
        slow(genesis);
        genesis.limits.fund.income_share = Ratio::ONE;
        genesis.types[0].borrowing_fee = Ratio::percent(50);
    });
    world.check(
        "mallory: insure 0.000000000000000001 -> BelowTicketMin
         mallory: insure 100",
    );
    days(&mut world, 1);
    world.check(
        "mallory: open; deposit 900; draw 700000
         bob: insure 100",
    );
    days(&mut world, 1);
    // A fee of 350,000 coins made each share 3501 times as dear; the second insurer has lost a base unit at most.
    assert!(fund(&world) > coins(350_000));
    let value = world
        .state
        .fund()
        .value(world.state.fund().shares(who("bob")), fund(&world));
    assert!(coins(100).try_sub(value.unwrap()).unwrap() <= Amount::from_raw(5_000));
}

/// Send coins to the fund's account to change what shares are worth: no command can name it.
#[test]
fn donating_to_the_fund() {
    let mut world = insured();
    let before = fund(&world);
    // Accounts and modules are different holders: whatever account is named, the fund's balance does not move.
    world.check("mallory: send 5 USD to bob; first-loss 5");
    assert_eq!(fund(&world), before);
    let value = world.state.fund().value(coins(40_000), before).unwrap();
    assert_eq!(value, coins(40_000));
    assert_eq!(world.state.fund().shares(AccountId::default()), Amount::ZERO);
}

/// Take out all with the last share, or find an empty fund and dilute those who lost in it.
#[test]
fn a_fund_that_loses_all_begins_anew() {
    let mut world = insured_with(|genesis| genesis.types[0].line = coins(1_000_000));
    world.check("alice: open; deposit 300; draw 380000");
    let events = world.round(Price::whole(500)).events;
    // 230,000 are missing: buffer and fund pay all that they have, their shares are void.
    assert_eq!(settled(&events), [(coins(1_000), coins(100_000))]);
    assert!(names(&events).contains(&"FundWiped".to_owned()));
    assert_eq!(world.state.fund().totals().shares, Amount::ZERO);
    world.check(
        "mallory: uninsure 1 -> NoShares
         bob: insure 500",
    );
    days(&mut world, 1);
    assert_eq!(world.state.fund().shares(who("bob")), coins(500));
    assert_eq!(world.state.fund().insurers().count(), 1);
}

/// Keep an exit open through the loss of everything, and be paid out of what others bring afterwards: what is void stays
/// void, and who joins anew, whoever he was, has what he brings.
#[test]
fn old_shares_of_a_wiped_fund() {
    let mut world = insured_with(|genesis| genesis.types[0].line = coins(1_000_000));
    world.check("alice: open; deposit 300; draw 380000");
    // Asked for a block earlier, her shares would have been no cover of the loss.
    let crash = world.block(12, Some(Price::whole(500)), &["mallory: uninsure 40000"]);
    assert!(outcome(&crash.receipts[0]).contains(&"TicketQueued".to_owned()));
    let events = crash.events;
    assert!(names(&events).contains(&"FundWiped".to_owned()));
    assert_eq!(
        (fund(&world), world.state.fund().totals().generation),
        (Amount::ZERO, 1)
    );
    for name in ["mallory", "dave"] {
        assert_eq!(world.state.fund().shares(who(name)), Amount::ZERO);
    }

    let before = world.balance(COIN, "mallory");
    world.check(
        "bob: insure 300
         carol: insure 700",
    );
    // Mallory's exit is due in these days, while the fund holds what Bob and Carol brought.
    let told: Vec<String> = (0..32)
        .flat_map(|_| names(&world.block(6 * 3_600, Some(Price::whole(500)), &[]).events))
        .collect();
    assert!(
        told.contains(&"FundEntered".to_owned()) && !told.contains(&"FundExited".to_owned()),
        "{told:?}"
    );
    assert_eq!(world.balance(COIN, "mallory"), before);
    assert!(world.state.queue().leaving(Venue::Fund).is_zero());
    let shares = |world: &World| ["bob", "carol", "mallory", "dave"].map(|name| world.state.fund().shares(who(name)));
    assert_eq!(shares(&world), [coins(300), coins(700), Amount::ZERO, Amount::ZERO]);

    // Mallory joins as anyone does: her old shares neither come back nor weigh on the new.
    world.check("mallory: insure 1000");
    days(&mut world, 1);
    assert_eq!(shares(&world), [coins(300), coins(700), coins(1_000), Amount::ZERO]);
    assert_eq!(fund(&world), coins(2_000));
    world.check("dave: uninsure 1 -> NoShares");
}

/// Count twice on coins whose owners have asked to take them out: lines shrink with the request.
#[test]
fn lines_on_coins_that_are_leaving() {
    let mut world = insured_with(|genesis| genesis.types[0].line = coins(101_000));
    world.check("price 2000");
    assert_eq!(world.state.backstop().line(KIND), coins(101_000));
    world.check(
        "mallory: uninsure 40000
         price 2000",
    );
    assert_eq!(world.state.backstop().line(KIND), coins(61_000));
    assert_eq!(world.state.common_steps().unwrap(), coins(61_000));
}

/// Leave as the last insurer after income that nobody else shares: what no share stands for is the surplus buffer's.
#[test]
fn the_last_insurer_takes_no_income_of_his_notice() {
    let mut world = insured_with(|genesis| {
        genesis.limits.fund.income_share = Ratio::ONE;
        genesis.types[0].borrowing_fee = Ratio::percent(1);
        genesis.opening.fund.truncate(1);
    });
    world.check(
        "dave: uninsure 60000
         alice: open; deposit 100; draw 100000",
    );
    let buffer = |world: &World| world.state.ledger().balance(COIN, Module::SurplusBuffer);
    let (before, held) = (world.balance(COIN, "dave"), buffer(&world));
    days(&mut world, 8);
    assert_eq!(world.balance(COIN, "dave").try_sub(before), Ok(coins(60_000)));
    assert_eq!(buffer(&world).try_sub(held), Ok(coins(1_000)));
    assert!(fund(&world).is_zero());
}

/// Ask for all but a little more than nothing, which goes too: what is burned is paid for.
#[test]
fn an_exit_that_leaves_dust_is_paid_for_all() {
    let mut world = insured();
    world.check(
        "mallory: uninsure 0     -> ZeroAmount
         mallory: uninsure 99    -> BelowTicketMin
         mallory: uninsure 39901 -> TicketQueued",
    );
    let asked = world.state.queue().ticket(TicketId(1)).expect("it is queued");
    let all = Order::ExitFund { shares: coins(40_000) };
    assert_eq!((asked.order, asked.pays_max), (all, Some(coins(40_000))));
    let before = world.balance(COIN, "mallory");
    days(&mut world, 8);
    assert_eq!(world.balance(COIN, "mallory").try_sub(before), Ok(coins(40_000)));
    assert_eq!(fund(&world), coins(60_000));

    // What a loss makes small only later stays, with its part of what is left.
    let mut world = insured();
    world.check(
        "alice: open; deposit 30; draw 36000
         mallory: uninsure 39900",
    );
    world.round(Price::whole(1_000));
    let before = world.balance(COIN, "mallory");
    days(&mut world, 8);
    // 39,900 × 0.95
    assert_eq!(world.balance(COIN, "mallory").try_sub(before), Ok(coins(37_905)));
    assert_eq!(world.state.fund().shares(who("mallory")), coins(100));
    world.check("mallory: uninsure 99 -> BelowTicketMin");
    world.check("mallory: uninsure 100 -> TicketQueued");
}

/// Take a part right after a loss, and let the rest earn what comes back: each share keeps what was fixed for it.
#[test]
fn the_rest_of_an_exit_earns_nothing() {
    let mut world = insured_with(|genesis| {
        genesis.types[0].line = coins(100_000);
        genesis.types[0].borrowing_fee = Ratio::percent(50);
        genesis.limits.fund.income_share = Ratio::ONE;
        genesis.limits.fund.exit_share = Ratio::percent(10);
        for (_, amount) in &mut genesis.opening.fund {
            *amount = coins(50_000);
        }
    });
    world.check(
        "mallory: uninsure 50000
         alice: open; deposit 100; draw 80000",
    );
    // A fee of 40,000 came to the fund. Of the 120,000 that she owes 70,000 are missing: the buffer pays 1000.
    world.round(Price::whole(500));
    assert_eq!(fund(&world), coins(71_000));
    let asked = |world: &World| {
        let ticket = world.state.queue().ticket(TicketId(1)).expect("it waits");
        (ticket.order.amount(), ticket.pays_max)
    };
    let paid = |world: &mut World| {
        let events = world.block(6 * 3_600, Some(Price::whole(500)), &[]).events;
        events.into_iter().find_map(|event| match event {
            Event::FundExited { shares, amount, .. } => Some((shares, amount)),
            _ => None,
        })
    };
    assert_eq!(asked(&world), (coins(50_000), Some(coins(50_000))));
    let first = (0..32).find_map(|_| paid(&mut world));
    assert_eq!(first, Some((coins(10_000), coins(7_100))));
    assert_eq!(asked(&world), (coins(40_000), Some(coins(40_000))));

    // Another fee of 40,000: her 40,000 shares are worth more than they were, and get no more than they were worth.
    world.check("bob: open; deposit 900; draw 80000");
    assert_eq!(fund(&world), coins(103_900));
    let later: Vec<_> = (0..9).filter_map(|_| paid(&mut world)).collect();
    assert!(later.len() > 1, "{later:?}");
    for (shares, amount) in later {
        assert!(
            amount <= shares && shares.try_sub(amount).unwrap() <= Amount::ONE,
            "{amount} for {shares}"
        );
    }
}
