//! R1: crowds in the queue, of one owner, of many names, and of many owners.

use ballast_num::{Amount, NormalizedDebt, Price, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, Command, Event, FeeOffer, OpeningBalance, Order, PoolId, Signer, TicketId, TicketOutcome, Transaction,
    coins,
};

use crate::common::{COIN, KIND, World};

/// Fill the queue with dust, so that those behind wait round after round.
#[test]
fn delaying_others_with_dust() {
    let mut world = World::with_type(|spec| spec.pool.cooldown = Seconds::ZERO);
    world.check(
        "mallory: enter 99.9    -> BelowTicketMin
         mallory: enter 1000
         price 2000             -> PoolEntered
         mallory: exit 99.9     -> BelowTicketMin
         mallory: exit 950
         price 2000             -> PoolExited",
    );
    // What would have been left is too little for a place, so it went too: no dust to queue with.
    assert_eq!(
        world.balance(COIN, "mallory"),
        coins(1_000_000).try_sub(coins(1)).unwrap()
    );
    // All of a deposit may leave, however little the pool has left of it: here what its floor had kept back.
    world.check(
        "carol: enter 1000
         price 2000
         mallory: exit 1        -> Done
         price 2000             -> PoolExited",
    );
}

/// Take every place in the queue under one name.
#[test]
fn an_owner_with_many_tickets() {
    let mut world = World::new();
    world.check(
        "mallory: enter 100
         mallory: enter 100     -> AlreadyQueued
         carol: enter 100       -> TicketQueued
         pass 3660
         mallory: exit 100
         mallory: exit 100      -> AlreadyQueued
         mallory: enter 100     -> TicketQueued",
    );
}

/// How many owners a crowd has: more than three rounds or blocks deal with.
const CROWD: u64 = 1_000;

fn member(number: u64) -> AccountId {
    AccountId::numbered(10_000 + number)
}

/// A world with a thousand people more, who have 200 coins each.
fn crowded(cooldown: Seconds) -> World {
    World::with(|genesis| {
        genesis.types[0].pool.cooldown = cooldown;
        let balances = (0..CROWD).map(|number| OpeningBalance {
            asset: COIN,
            account: member(number),
            amount: coins(200),
        });
        genesis.opening.balances.extend(balances);
        let bank = &mut genesis.opening.vaults[0].normalized_debt;
        *bank = bank
            .try_add(NormalizedDebt::from_raw(coins(200 * CROWD).raw()))
            .unwrap();
    })
}

/// A block in which everyone sends one command.
fn everyone(world: &mut World, nonce: u64, price: Option<u32>, command: impl Fn(u64) -> Command) -> Vec<Event> {
    let transaction = |number| Transaction {
        sender: member(number),
        signer: Signer::Wallet,
        nonce,
        expiry: Timestamp(world.now().0 + 3_600),
        fee: FeeOffer {
            asset: COIN,
            on_failure: COIN,
            limit: Amount::MAX,
        },
        commands: vec![command(number)],
    };
    let transactions = (0..CROWD).map(transaction).collect();
    world.apply(12, price.map(Price::whole), transactions).events
}

fn enter(expiry: Timestamp) -> impl Fn(u64) -> Command {
    move |_| Command::Queue {
        order: Order::EnterPool {
            pool: PoolId::stability(KIND),
            amount: coins(200),
        },
        expiry,
    }
}

fn closed(events: &[Event], how: TicketOutcome) -> usize {
    let is_closed = |event: &&Event| matches!(event, Event::TicketClosed { outcome, .. } if *outcome == how);
    events.iter().filter(is_closed).count()
}

/// How many of the crowd are closed in so many blocks, with or without a round.
fn block_by_block(world: &mut World, price: Option<u32>, how: TicketOutcome) -> [usize; 5] {
    [(); 5].map(|()| closed(&world.block(12, price.map(Price::whole), &[]).events, how))
}

/// A thousand tickets expire at once, in front of a living one: none is lost, and the living one waits for four rounds at
/// most, though nothing but the round's own walk returns them.
#[test]
fn a_thousand_tickets_that_expire_at_once() {
    let mut world = crowded(Seconds::ZERO);
    let expiry = world.now().after(Seconds(30)).unwrap();
    everyone(&mut world, 1, None, enter(expiry));
    world.check("carol: enter 500");
    // 256 by the round's walk and 256 at the block's end; the living one is behind them all.
    let returned = block_by_block(&mut world, Some(2_000), TicketOutcome::Expired);
    assert_eq!(returned, [512, 488, 0, 0, 0]);
    assert!(world.state.queue().iter().next().is_none());
    assert_eq!(world.state.pools().total(PoolId::stability(KIND)), coins(500));
    let all = (0..CROWD).all(|number| world.state.ledger().balance(COIN, member(number)) == coins(200));
    assert!(all);
    // Without rounds the blocks alone return them.
    let expiry = world.now().after(Seconds(20)).unwrap();
    everyone(&mut world, 2, None, enter(expiry));
    let returned = block_by_block(&mut world, None, TicketOutcome::Expired);
    assert_eq!(returned, [256, 256, 256, 232, 0]);
}

/// A thousand call back at once.
#[test]
fn a_thousand_cancels_at_once() {
    let mut world = crowded(Seconds::ZERO);
    world.check("price 2000");
    let expiry = world.now().after(Seconds::DAY).unwrap();
    everyone(&mut world, 1, None, enter(expiry));
    everyone(&mut world, 2, None, |number| Command::CancelTicket {
        ticket: TicketId(number + 1),
    });
    // All are ready: each round executes 256 of them, and the cancels come too late.
    assert_eq!(
        block_by_block(&mut world, Some(2_000), TicketOutcome::Executed),
        [256, 256, 256, 232, 0]
    );
    assert_eq!(world.state.pools().total(PoolId::stability(KIND)), coins(200 * CROWD));
    assert!(world.state.queue().iter().next().is_none());
}

/// A thousand call back at once what is not ready yet.
#[test]
fn a_thousand_cancels_in_time() {
    let mut world = crowded(Seconds::HOUR);
    let expiry = world.now().after(Seconds::DAY).unwrap();
    everyone(&mut world, 1, None, enter(expiry));
    everyone(&mut world, 2, None, |number| Command::CancelTicket {
        ticket: TicketId(number + 1),
    });
    assert_eq!(
        block_by_block(&mut world, Some(2_000), TicketOutcome::Cancelled),
        [256, 256, 256, 232, 0]
    );
    assert!(world.state.queue().iter().next().is_none());
}
