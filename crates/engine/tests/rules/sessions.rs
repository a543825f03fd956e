//! What the key of a session tries with what its owner has lent it (docs/sessions.md). `alice/1` is her session of key 1.

use ballast_num::{Amount, Rate, Seconds};
use ballast_protocol::{AssetId, CommandKind, Transaction, coins};

use super::r10_market::market;
use crate::common::{COIN, ETH, World, key, outcome, who};

/// What is left of Alice's session of key 1.
fn left(world: &World, asset: AssetId) -> Amount {
    let sessions = world.state.sessions().of(who("alice"));
    let session = sessions.iter().find(|session| session.key == key("1")).unwrap();
    let of = session.allowances.iter().find(|of| of.asset == asset);
    of.map_or(Amount::ZERO, |of| of.left())
}

/// Take the limit twice, a part at a time.
#[test]
fn exceeding_the_limit_in_pieces() {
    let mut world = World::new();
    world.check(
        "alice:   grant 1 Send 100USD 3600                       -> SessionGranted
         alice/1: send 60 USD to mallory                         -> Sent
         alice/1: send 41 USD to mallory                         -> Failed, OverSessionLimit
         alice/1: send 40 USD to mallory
         alice/1: send 0.000000000000000001 USD to mallory       -> OverSessionLimit",
    );
    assert_eq!(world.balance(COIN, "mallory"), coins(1_000_100));
    assert_eq!(world.balance(COIN, "alice"), coins(999_900));
    assert_eq!(left(&world, COIN), Amount::ZERO);
}

/// Take it twice inside of one transaction. A batch that fails has spent nothing but its fee.
#[test]
fn exceeding_the_limit_inside_of_a_batch() {
    let mut world = World::new();
    world.check(
        "alice:   grant 1 Send+Deposit 100USD+1ETH 3600
         alice:   open
         alice/1: deposit 1; send 60 USD to mallory; send 41 USD to mallory -> Failed, OverSessionLimit",
    );
    assert_eq!((left(&world, COIN), left(&world, ETH)), (coins(100), coins(1)));
    assert_eq!(world.balance(COIN, "mallory"), coins(1_000_000));
    world.check("alice/1: deposit 1; send 60 USD to mallory; send 40 USD to mallory");
    assert_eq!((left(&world, COIN), left(&world, ETH)), (Amount::ZERO, Amount::ZERO));
}

/// Spend by failing: each failure costs the owner its fee.
#[test]
fn failing_until_the_fees_have_eaten_the_balance() {
    // 50 + 50 units of admission and 10 of the transfer: 0.11 a transaction.
    let milli = |thousandths| Amount::from_raw(coins(1).raw() / 1_000 * thousandths);
    let mut world = World::with(|genesis| genesis.limits.work_price = milli(1));
    world.check("alice: grant 1 Send 0.3USD 3600");
    let before = world.balance(COIN, "alice");
    world.check(
        "alice/1: send 1000000000 USD to mallory -> Failed, OverSessionLimit
         alice/1: send 1 USD to mallory          -> Failed, OverSessionLimit",
    );
    assert_eq!(left(&world, COIN), milli(80));
    // Not even admitted: a fee beyond the limit is never taken.
    world.check("alice/1: send 1 USD to mallory -> NotAdmitted, OverSessionLimit");
    assert_eq!(before.try_sub(world.balance(COIN, "alice")), Ok(milli(220)));
    assert_eq!(left(&world, COIN), milli(80));
}

/// Pay the fee in an asset of which nothing may leave; or more of it than may, after the batch has passed.
#[test]
fn paying_fees_out_of_what_was_not_lent() {
    let milli = |thousandths| Amount::from_raw(coins(1).raw() / 1_000 * thousandths);
    let mut world = World::with(|genesis| genesis.limits.work_price = milli(1));
    let paying = |mut transaction: Transaction, asset, on_failure| {
        (transaction.fee.asset, transaction.fee.on_failure) = (asset, on_failure);
        transaction
    };
    world.check("alice: grant 1 Send+OpenVault 1USD 3600");
    for (asset, on_failure, expected) in [
        (ETH, ETH, ["NotAdmitted", "OverSessionLimit"]),
        (COIN, ETH, ["NotAdmitted", "OverSessionLimit"]),
        // After the commands, and what is held for the failure is within the limit.
        (ETH, COIN, ["Failed", "OverSessionLimit"]),
    ] {
        let transaction = paying(world.transaction("alice/1: open"), asset, on_failure);
        let result = world.apply(12, None, vec![transaction]);
        assert_eq!(outcome(&result.receipts[0]), expected);
    }
    // 100 of admission and 20 of the command, once.
    assert_eq!(left(&world, COIN), milli(880));
    assert_eq!(world.balance(ETH, "alice"), coins(1_000));
    // All of the rest is sent, and nothing is left for the fee that comes last.
    world.check("alice: grant 1 Send 1USD+1ETH 3600");
    let transaction = world.transaction("alice/1: send 1 USD to mallory");
    let result = world.apply(12, None, vec![paying(transaction, COIN, ETH)]);
    assert_eq!(outcome(&result.receipts[0]), ["Failed", "OverSessionLimit"]);
    assert_eq!(left(&world, COIN), coins(1));
    assert!(left(&world, ETH) < coins(1));
}

/// Bring something in to have more to carry out.
#[test]
fn going_to_and_fro_for_more_room() {
    let mut world = World::new();
    world.check(
        "alice:   grant 1 Deposit+Withdraw+Send 10ETH 3600; open
         alice/1: deposit 6; withdraw 6
         alice/1: deposit 5                                 -> OverSessionLimit
         bob:     send 100 ETH to alice
         alice/1: send 5 ETH to mallory                     -> OverSessionLimit
         alice/1: send 2 ETH to alice
         alice/1: withdraw 0; send 2 ETH to mallory; send 1 ETH to mallory -> Failed
         alice/1: send 2 ETH to mallory
         alice/1: send 0.1 ETH to mallory                   -> OverSessionLimit",
    );
    assert_eq!(left(&world, ETH), Amount::ZERO);
}

/// Draw on the owner's vault, since drawing takes nothing out of his balance, and carry the coins away.
#[test]
fn carrying_away_what_was_drawn() {
    let mut world = World::new();
    world.check(
        "alice:   open; deposit 100
         alice:   grant 1 DrawDebt+Withdraw+Send 100USD 3600
         alice/1: draw 50000; send 100.1 USD to mallory -> Failed, OverSessionLimit
         alice/1: draw 50000; send 100 USD to mallory
         alice/1: withdraw 10; send 1 ETH to mallory    -> Failed, OverSessionLimit",
    );
    // The debt is the owner's, and so are the coins.
    assert_eq!(
        (world.debt(2), world.balance(COIN, "alice")),
        (coins(50_000), coins(1_049_900))
    );
}

/// Each way in which something leaves an account, without a limit for it. What the wallet may do as well is refused for the
/// session alone, so nothing but the limit stops it.
#[test]
fn every_way_out_counts() {
    let ways = [
        (CommandKind::Send, "send 1 USD to alice"),
        (CommandKind::Deposit, "deposit 1"),
        (CommandKind::Deposit, "deposit 1 #1"),
        (CommandKind::RepayDebt, "repay 100"),
        (CommandKind::RepayDebt, "repay 100 #1"),
        (CommandKind::CloseVault, "close"),
        (CommandKind::TakeAuction, "take 1 of #1 at 5000"),
        (CommandKind::EnterPool, "enter 500"),
        (CommandKind::EnterPool, "bid 500 in 0"),
        (CommandKind::Sell, "sell 1 at 1000"),
        (CommandKind::Buy, "buy 1000 at 3000"),
        (CommandKind::AddLiquidity, "add 1 2000"),
        (CommandKind::EnterFund, "insure 500"),
        (CommandKind::AddFirstLoss, "first-loss 5"),
    ];
    let mut world = World::with(|genesis| {
        market(genesis, 1_000);
        // Its lots stay on sale.
        genesis.types[0].market = None;
    });
    world.check(
        "alice: open; deposit 10; draw 5000
         bob: open; deposit 10; draw 12500
         price 1800
         price 1800 -> AuctionStarted",
    );
    let scope: Vec<String> = ways.iter().map(|(kind, _)| kind.to_string()).collect();
    world.check(&format!(
        "alice: grant 1 {} - 3600; grant 2 {} 1000000USD+1000ETH 3600",
        scope.join("+"),
        scope.join("+")
    ));
    for (kind, way) in ways {
        let mut trial = world.clone();
        trial.check(&format!("alice/1: {way} -> Failed, OverSessionLimit"));
        let before = (trial.balance(COIN, "alice"), trial.balance(ETH, "alice"));
        trial.check(&format!("alice/2: {way}"));
        let after = (trial.balance(COIN, "alice"), trial.balance(ETH, "alice"));
        assert!(after != before || kind == CommandKind::Send, "{way}");
    }
    // What else a session may do takes nothing out of the balance of its owner.
    let quiet = CommandKind::ALL.iter().filter(|kind| kind.is_delegable());
    let quiet: Vec<String> = quiet
        .map(ToString::to_string)
        .filter(|kind| !scope.contains(kind))
        .collect();
    let known = "OpenVault Withdraw DrawDebt SplitVault Liquidate ResetAuction ExitPool RemoveLiquidity ExitFund \
                 ClaimPoolGain CancelTicket";
    assert_eq!(quiet.join(" "), known);
}

/// Spend what no limit was set for.
#[test]
fn an_asset_that_is_not_listed() {
    let mut world = World::new();
    world.check(
        "alice:   grant 1 Send 100USD 3600
         alice/1: send 1 ETH to mallory                  -> Failed, OverSessionLimit
         alice/1: send 1 USD to mallory; send 1 ETH to mallory -> Failed, OverSessionLimit",
    );
    assert_eq!(left(&world, COIN), coins(100));
}

/// Slip something in behind what is allowed: the whole batch is refused before it costs anything.
#[test]
fn a_batch_whose_last_command_is_out_of_scope() {
    let mut world = World::with(|genesis| genesis.limits.work_price = Amount::from_raw(1_000_000_000));
    world.check("alice: grant 1 Deposit+Send 100USD+5ETH 3600; open");
    let before = (
        world.balance(COIN, "alice"),
        world.state.ledger().account(who("alice")).cloned(),
    );
    world.check(
        "alice/1: deposit 1; send 1 USD to bob; withdraw 1 -> NotAdmitted, OutOfScope
         alice/1: delegate mallory                         -> NotAdmitted, OutOfScope
         alice/1: enter 500                                -> NotAdmitted, OutOfScope",
    );
    assert_eq!(
        before,
        (
            world.balance(COIN, "alice"),
            world.state.ledger().account(who("alice")).cloned()
        )
    );
}

/// Use a key whose session was taken back, also earlier in the same block.
#[test]
fn a_revoked_key() {
    let mut world = World::new();
    world.check(
        "alice:   grant 1 Send 100USD 3600
         alice:   revoke 1               -> SessionRevoked
         alice/1: send 1 USD to mallory  -> NotAdmitted, UnknownSession
         alice:   revoke 1               -> Failed, UnknownSession
         alice:   grant 1 Send 100USD 3600",
    );
    let lines = [
        "alice/1: send 1 USD to mallory",
        "alice: revoke 1",
        "alice/1: send 2 USD to mallory",
    ];
    let receipts = world.block(12, None, &lines).receipts;
    let outcomes = receipts.iter().map(|receipt| outcome(receipt)[0].clone());
    assert_eq!(outcomes.collect::<Vec<_>>(), ["Done", "Done", "NotAdmitted"]);
    assert_eq!(world.balance(COIN, "mallory"), coins(1_000_001));
}

/// Use a key whose time is over.
#[test]
fn an_expired_key() {
    let mut world = World::new();
    // Blocks are 12 s apart, and the grant is a block old.
    world.check(
        "alice:   grant 1 Send 100USD 36
         alice/1: send 1 USD to mallory
         alice/1: send 1 USD to mallory
         alice/1: send 1 USD to mallory -> NotAdmitted, SessionExpired",
    );
    assert_eq!(world.balance(COIN, "mallory"), coins(1_000_002));
}

/// Use one's own session, or the key that someone else has trusted, on another account.
#[test]
fn someone_elses_key() {
    let mut world = World::new();
    world.check(
        "alice:   grant 1 Send 100USD 3600
         mallory: grant 2 Send 1000000USD 3600
         mallory: grant 1 Send+Deposit 1000000USD 3600
         alice/2: send 1 USD to mallory   -> NotAdmitted, UnknownSession
         bob/1:   send 1 USD to mallory   -> NotAdmitted, UnknownSession
         alice/1: deposit 1 #1            -> NotAdmitted, OutOfScope
         mallory/1: send 200 USD to bob
         alice/1: send 101 USD to mallory -> OverSessionLimit",
    );
}

/// Call the owner's own vault to be liquidated while his standing order may not spend: the order is his own word.
#[test]
fn liquidating_the_owner_past_his_standing_order() {
    let mut world = World::with_type(|kind| {
        kind.glide_per_day = ballast_num::Ratio::percent(10);
        kind.stability_fee = Rate::ONE;
    });
    world.check(
        "alice: open; deposit 10; draw 10000
         alice: order repay 5000 under 1.5 to 1.6
         alice: grant 1 Liquidate - 36000
         authority: set initial-ratio 1.75; set liquidation-ratio 1.7
         price 1500.6
         price 1500.6            -> no StandingOrderExecuted
         alice/1: liquidate #2   -> NotLiquidatable",
    );
    for _ in 0..9 {
        world.block(60, None, &[]);
    }
    world.check("alice/1: liquidate #2 -> StandingOrderExecuted, no VaultSeized");
    assert!(world.debt(2) < coins(9_500), "{}", world.debt(2));
}

/// Use up the owner's nonces to lock him out: they are one space, and he takes the next.
#[test]
fn using_up_the_owners_nonces() {
    let mut world = World::new();
    world.check("alice: grant 1 Send 100USD 3600");
    let mine = world.transaction("alice: revoke 1");
    let mut first = world.transaction("alice/1: send 1 USD to mallory");
    first.nonce = mine.nonce;
    let receipts = world.apply(12, None, vec![first, mine.clone()]).receipts;
    assert_eq!(outcome(&receipts[1]), ["NotAdmitted", "NonceUsed"]);
    // As far apart as they can be: those of the wallet, next to one of its own, are never refused.
    for number in 1..300_u64 {
        let mut far = world.transaction("alice/1: send 0.01 USD to mallory");
        far.nonce = number << 40;
        world.apply(1, None, vec![far]);
    }
    let mut next = mine;
    next.nonce += 1;
    let receipts = world.apply(12, None, vec![next]).receipts;
    assert_eq!(outcome(&receipts[0]), ["Done", "SessionRevoked"]);
}

/// A session lasts no longer than its transactions may, and no session outlives the longest life.
#[test]
fn a_transaction_signed_ahead_for_after_the_end() {
    let mut world = World::with(|genesis| genesis.limits.transaction_life = Seconds::DAY);
    world.check("alice: grant 1 Send 100USD 60");
    let ahead = world.transaction("alice/1: send 1 USD to mallory");
    let result = world.apply(600, None, vec![ahead]);
    assert_eq!(outcome(&result.receipts[0]), ["NotAdmitted", "SessionExpired"]);
}
