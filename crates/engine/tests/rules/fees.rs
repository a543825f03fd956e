//! R6: work is paid, whatever comes of it, and nobody can buy the others out of protecting themselves.

use ballast_num::{Amount, Price, Ratio};
use ballast_protocol::{AssetId, Module, Transaction, coins};

use crate::common::{COIN, ETH, World, outcome, who};

/// A work unit costs a thousandth of a coin: a transfer of 60 units costs 0.06.
fn world() -> World {
    World::with(|genesis| {
        genesis.limits.work_price = Amount::from_raw(coins(1).raw() / 1_000);
        genesis.types[0].line = coins(1_000_000);
        // Nobody but the others has coins: mallory and dave have ether only.
        genesis
            .opening
            .balances
            .retain(|balance| balance.asset != COIN || balance.account != who("mallory"));
        genesis.opening.bad_debt = Amount::ZERO;
    })
}

fn paying(mut transaction: Transaction, asset: AssetId, on_failure: AssetId) -> Transaction {
    (transaction.fee.asset, transaction.fee.on_failure) = (asset, on_failure);
    transaction
}

fn milli(thousandths: u128) -> Amount {
    Amount::from_raw(coins(1).raw() / 1_000 * thousandths)
}

/// Fail on purpose and have the work for nothing; or replay what failed, since it left no trace.
#[test]
fn failing_for_free() {
    let mut world = world();
    let surplus = |world: &World| world.state.ledger().balance(COIN, Module::SurplusBuffer);
    let before = (world.balance(COIN, "alice"), surplus(&world));
    let transaction = world.transaction("alice: open; deposit 10; draw 100; draw 1000000000");
    let result = world.apply(12, None, vec![transaction.clone()]);
    let receipt = &result.receipts[0];
    assert_eq!(outcome(receipt)[0], "Failed");
    // 50 for admission, 20, 25, 30 and 30 for the commands.
    assert_eq!((receipt.work, receipt.fee.unwrap().amount), (155, milli(155)));
    assert_eq!(before.0.try_sub(world.balance(COIN, "alice")), Ok(milli(155)));
    assert_eq!(surplus(&world).try_sub(before.1), Ok(milli(155)));
    let again = world.apply(12, None, vec![transaction]);
    assert_eq!(outcome(&again.receipts[0]), ["NotAdmitted", "NonceUsed"]);
    assert!(again.receipts[0].fee.is_none());
}

/// Replay a transaction after its nonce was forgotten; use one nonce in two windows of life.
#[test]
fn replaying_a_transaction() {
    let mut world = World::with(|genesis| genesis.limits.transaction_life = ballast_num::Seconds(600));
    let mut transaction = world.transaction("alice: send 1 USD to bob");
    transaction.expiry = ballast_num::Timestamp(world.now().0 + 500);
    let twins = world.apply(12, None, vec![transaction.clone(), transaction.clone()]);
    assert_eq!(outcome(&twins.receipts[1]), ["NotAdmitted", "NonceUsed"]);
    let mut other = transaction.clone();
    other.expiry = ballast_num::Timestamp(world.now().0 + 599);
    assert_eq!(
        outcome(&world.apply(12, None, vec![other.clone()]).receipts[0])[1],
        "NonceUsed"
    );
    other.expiry = ballast_num::Timestamp(world.now().0 + 5_000);
    assert_eq!(
        outcome(&world.apply(12, None, vec![other]).receipts[0])[1],
        "ExpiryTooFar"
    );
    // All windows pass, and with them the nonce; the transaction is dead by then.
    for _ in 0..200 {
        world.apply(12, None, Vec::new());
    }
    assert_eq!(
        outcome(&world.apply(12, None, vec![transaction]).receipts[0])[1],
        "Expired"
    );
}

/// A newcomer with ether only opens a first vault, and pays out of what the batch draws.
#[test]
fn a_newcomer_pays_from_what_the_batch_draws() {
    let mut world = world();
    let line = "mallory: open; deposit 10; draw 1000";
    let transaction = paying(world.transaction(line), COIN, ETH);
    let receipt = world.apply(12, None, vec![transaction]).receipts.remove(0);
    assert_eq!(outcome(&receipt)[0], "Done");
    assert_eq!(receipt.fee.map(|fee| (fee.asset, fee.amount)), Some((COIN, milli(125))));
    assert_eq!(
        world.balance(COIN, "mallory"),
        coins(1_000).try_sub(milli(125)).unwrap()
    );
    assert_eq!(world.balance(ETH, "mallory"), coins(990));
}

/// Fail after drawing: the fee is taken from the balance that was named and held, at the lower of spot and mean.
#[test]
fn a_failure_is_paid_in_collateral_at_the_lower_of_spot_and_mean() {
    let mut world = World::with(|genesis| {
        genesis.limits.work_price = Amount::from_raw(coins(1).raw() / 1_000);
        genesis.feeds[0].mean_window = ballast_num::Seconds(1_800);
    });
    // The mean falls behind a rise: 155 thousandths of a coin at 2000 and not at 4000.
    world.check("price 4000");
    let mean = world.state.prices().quote(crate::common::FEED).unwrap().mean;
    assert!(mean < Price::whole(2_100), "{mean}");
    let line = "mallory: open; deposit 10; draw 100; draw 1000000000";
    let transaction = paying(world.transaction(line), COIN, ETH);
    let before = world.balance(ETH, "mallory");
    let receipt = world.apply(12, None, vec![transaction]).receipts.remove(0);
    let mean = world.state.prices().quote(crate::common::FEED).unwrap().mean;
    let fee = receipt.fee.unwrap();
    assert_eq!(
        (outcome(&receipt)[0].as_str(), fee.asset, fee.in_coin, fee.price),
        ("Failed", ETH, milli(155), Some(mean))
    );
    assert_eq!(before.try_sub(world.balance(ETH, "mallory")), Ok(fee.amount));
    let exact = fee.in_coin.raw() * 1_000_000_000 / (mean.raw() / 1_000_000_000_000_000_000);
    assert!(
        fee.amount.raw().abs_diff(exact) < exact / 1_000_000,
        "{} {exact}",
        fee.amount
    );
}

/// Promise a fee that only success would bring: without a balance held before, nothing is executed for anyone.
#[test]
fn working_without_a_held_balance() {
    let mut world = world();
    let transaction = world.transaction("mallory: open; deposit 10; draw 1000");
    let root_free = world.state.chain().work_price;
    let again = transaction.clone();
    let receipt = world.apply(12, None, vec![transaction]).receipts.remove(0);
    assert_eq!(outcome(&receipt), ["NotAdmitted", "InsufficientBalance"]);
    assert_eq!((receipt.work, receipt.fee, world.state.vaults().len()), (0, None, 1));
    assert_eq!(world.state.chain().work_price, root_free);
    // Not even the nonce is used: with coins to pay, the same transaction goes through.
    world.check("bob: send 1 USD to mallory");
    let receipt = world.apply(12, None, vec![again]).receipts.remove(0);
    assert_eq!(outcome(&receipt)[0], "Done");
    // Nor with the promise of coins that the batch would bring, and nothing to pay with if it fails.
    world.check("dave: send 1000 ETH to bob");
    let promise = paying(world.transaction("dave: send 1 USD to bob"), COIN, ETH);
    let receipt = world.apply(12, None, vec![promise]).receipts.remove(0);
    assert_eq!(outcome(&receipt), ["NotAdmitted", "InsufficientBalance"]);
    // Nor in an asset that is no listed collateral, nor over the limit that the sender set.
    let unknown = paying(world.transaction("alice: send 1 USD to bob"), COIN, AssetId(9));
    let mut dear = world.transaction("alice: send 1 USD to bob");
    dear.fee.limit = milli(59);
    let result = world.apply(12, None, vec![unknown, dear]);
    assert_eq!(outcome(&result.receipts[0])[1], "UnknownAsset");
    assert_eq!(outcome(&result.receipts[1])[1], "FeeOverLimit");
}

/// Spend the held balance inside the batch, so that nothing is left to pay with.
#[test]
fn spending_the_fee_before_it_is_taken() {
    let mut world = world();
    // The failure balance is ether; the batch sends all of it away and then fails.
    let transaction = paying(world.transaction("mallory: send 1000 ETH to bob; close #1"), COIN, ETH);
    let receipt = world.apply(12, None, vec![transaction]).receipts.remove(0);
    assert_eq!(outcome(&receipt)[0], "Failed");
    assert_eq!(receipt.fee.unwrap().asset, ETH);
    // It draws coins to pay with, and sends them away: then the batch fails, and ether pays.
    let line = "mallory: open; deposit 10; draw 1000; send 1000 USD to bob";
    let transaction = paying(world.transaction(line), COIN, ETH);
    let receipt = world.apply(12, None, vec![transaction]).receipts.remove(0);
    assert_eq!(outcome(&receipt), ["Failed", "InsufficientBalance"]);
    assert_eq!((receipt.fee.unwrap().asset, world.state.vaults().len()), (ETH, 1));
}

/// Fill the block, so that no owner can repay before the price breaks him.
#[test]
fn filling_the_block_against_those_who_repay() {
    let mut world = World::with(|genesis| {
        genesis.limits.block_work = 1_000;
        genesis.limits.protective_share = Ratio::percent(25);
    });
    world.check("alice: open; deposit 10; draw 12000");
    let mut lines = vec!["mallory: send 1 USD to bob"; 20];
    lines.extend([
        "alice: repay 6000 #2",
        "alice: deposit 1 #2",
        "alice: deposit 1 #2; withdraw 0.1 #2",
    ]);
    let receipts = world.block(12, Some(Price::whole(1_500)), &lines).receipts;
    let done = |receipt: &ballast_protocol::Receipt| outcome(receipt)[0] == "Done";
    // Twelve transfers of 60 fill what is not reserved.
    assert_eq!(receipts[..20].iter().filter(|receipt| done(receipt)).count(), 12);
    assert_eq!(outcome(&receipts[12]), ["NotAdmitted", "BlockFull"]);
    assert!(done(&receipts[20]) && done(&receipts[21]), "{:?}", &receipts[20..]);
    // A batch is protective only if each member is.
    assert_eq!(outcome(&receipts[22]), ["NotAdmitted", "BlockFull"]);
    // They ran before the liquidations of the block's own round.
    assert_eq!(world.debt(2), coins(6_000));
}

/// Fill block after block: it costs an eighth more each time, and falls back when they are empty again.
#[test]
fn filling_every_block() {
    let base = Amount::from_raw(8_000);
    let mut world = World::with(|genesis| {
        genesis.limits.block_work = 1_000;
        genesis.limits.protective_share = Ratio::ZERO;
        genesis.limits.work_price = base;
    });
    let price = |world: &World| world.state.chain().work_price;
    let full = vec!["mallory: send 1 USD to bob"; 20];
    world.block(12, None, &full);
    // 16 transfers of 60 are 960 units, 460 above half of the block: 92 % of an eighth.
    assert_eq!(price(&world), Amount::from_raw(8_000 + 8_000 * 460 / 500 / 8));
    for _ in 0..20 {
        world.block(12, None, &full);
    }
    let high = price(&world);
    assert!(high > Amount::from_raw(70_000), "{high}");
    world.block(12, None, &[]);
    assert_eq!(price(&world), Amount::from_raw(high.raw() - high.raw() / 8));
    for _ in 0..40 {
        world.block(12, None, &[]);
    }
    assert_eq!(price(&world), base);
}

/// Make a block do more than it was given work for: liquidations, orders, warnings and transactions together.
#[test]
fn overloading_a_block() {
    let mut world = World::with(|genesis| {
        genesis.limits.block_work = 2_000;
        genesis.limits.liquidation_work = 600;
        genesis.types[0].peer.floor = ballast_protocol::Bounds::Waived;
    });
    for _ in 0..20 {
        world.check("mallory: open; deposit 10; draw 12000; order topup 1 under 1.5 to 1.6");
    }
    let lines = vec!["bob: send 1 USD to dave"; 60];
    // The world checks `work_is_bounded` after each block; here it must bite.
    let result = world.block(12, Some(Price::whole(1_400)), &lines);
    assert!(result.work > 2_000 && result.work <= 2_000 + 2 * 600, "{}", result.work);
    let full = result
        .receipts
        .iter()
        .filter(|receipt| outcome(receipt)[1] == "BlockFull")
        .count();
    assert!(full > 20);
}
