//! Receipts explain each fee, seizure and loss: what, why, at which price, by which rule.

use std::fmt::Write;

use ballast_num::{Amount, Price, Rate, Seconds};
use ballast_protocol::{Outcome, coins};

use crate::common::{COIN, World};

/// The events of a small crash, told by the receipts alone: a vault opened with a fee, a partial liquidation through
/// the pool, whole ones to auctions, losses through first loss to bad debt, one lot that brings back more than was booked
/// and one that brings less.
#[test]
fn a_crash_told_by_its_receipts() {
    let mut world = World::with(|genesis| {
        genesis.limits.work_price = Amount::from_raw(coins(1).raw() / 1_000);
        genesis.types[0].pool.cooldown = Seconds::ZERO;
        genesis.types[0].line = coins(50_000);
        genesis.types[0].borrowing_fee = ballast_num::Ratio::basis_points(50);
        genesis.types[0].liquidation_deposit = coins(20);
        genesis.types[0].stability_fee = Rate::from_raw(1_000_000_001_547_125_957_863_212_448);
    });
    let mut told = String::new();
    let mut play = |world: &mut World, price: Option<u32>, lines: &[&str]| {
        let result = world.block(12, price.map(Price::whole), lines);
        let said = price.map(|price| format!(", ether at {price}")).unwrap_or_default();
        writeln!(told, "# block {}{said}", result.height.0).unwrap();
        for event in &result.events {
            writeln!(told, "{event:?}").unwrap();
        }
        for (line, receipt) in lines.iter().zip(&result.receipts) {
            let outcome = match &receipt.outcome {
                Outcome::Done => "done".to_owned(),
                other => format!("{other:?}"),
            };
            writeln!(told, "## {line}: {outcome}, {} units, {:?}", receipt.work, receipt.fee).unwrap();
            for event in &receipt.events {
                writeln!(told, "{event:?}").unwrap();
            }
        }
    };
    play(
        &mut world,
        None,
        &[
            "alice: open; deposit 10; draw 12000",
            "bob: open; deposit 10; draw 12500",
        ],
    );
    play(&mut world, None, &["carol: enter 3000", "dave: first-loss 100"]);
    play(&mut world, Some(1_760), &[]);
    play(&mut world, Some(1_760), &["mallory: withdraw 1 #3"]);
    play(&mut world, Some(1_000), &[]);
    play(
        &mut world,
        None,
        &["keeper: take 100 of #1 at 2000", "keeper: take 100 of #2 at 1100"],
    );
    world.pass(1_080);
    play(&mut world, None, &["keeper: take 100 of #3 at 1100", "carol: claim"]);
    insta::assert_snapshot!(told);
    assert!(world.balance(COIN, "keeper") < coins(1_000_000));
}
