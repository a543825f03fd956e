//! R8: ratios belong to the type; the initial one jumps, the liquidation ratio glides.

use ballast_num::{Amount, Ratio};
use ballast_protocol::coins;

use crate::common::{COIN, KIND, World};

/// 160 % where 150 % is the ratio; the glide is 10 % a day.
fn world() -> World {
    let mut world = World::with_type(|spec| {
        spec.glide_per_day = Ratio::percent(10);
        spec.line = coins(1_000_000);
    });
    world.check("alice: open; deposit 10; draw 12500");
    world
}

fn ratio(world: &World) -> Ratio {
    world.state.vaults().totals(KIND).unwrap().liquidation_ratio
}

/// Raise the ratio over a vault and seize it in the next block.
#[test]
fn a_parameter_that_liquidates_by_surprise() {
    let mut world = world();
    world.check(
        "authority: set initial-ratio 1.8; set liquidation-ratio 1.7 -> ParameterChanged
         price 2000             -> no VaultSeized",
    );
    assert!(ratio(&world) < Ratio::basis_points(15_001));
    world.pass(7_200);
    // Two hours at 10 % a day are 0.83 %.
    assert!(ratio(&world) > Ratio::basis_points(15_080) && ratio(&world) < Ratio::basis_points(15_084));
    world.check("price 1900 -> no VaultSeized");
}

/// Borrow at the old ratio as long as the glide lasts.
#[test]
fn borrowing_at_the_old_ratio_during_the_glide() {
    let mut world = world();
    world.check(
        "authority: set initial-ratio 1.8; set liquidation-ratio 1.7
         alice: draw 100        -> GlideGap
         alice: withdraw 0.1    -> BelowInitialRatio
         alice: deposit 1       // 22000 are more than 12500 × 1.7
         alice: draw 100        -> BelowInitialRatio
         bob: open; deposit 10; draw 12000 -> BelowInitialRatio
         bob: open; deposit 10; draw 11000 -> DebtDrawn",
    );
}

/// Issue against old debt that the new ratio does not cover yet, and let the others bear the gap; however much capital
/// the type has.
#[test]
fn issuing_while_the_glide_leaves_a_gap() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12500
         bob: open; deposit 100; draw 1000
         authority: set initial-ratio 1.8; set liquidation-ratio 1.7
         bob: draw 1000         -> GlideGap
         carol: first-loss 100000
         bob: draw 1000         -> GlideGap
         bob: repay 400
         alice: deposit 3
         bob: draw 1000         -> DebtDrawn",
    );
    // 12,500 × 1.7 − 20,000 was the gap.
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12500
         authority: set initial-ratio 1.8; set liquidation-ratio 1.7",
    );
    assert_eq!(world.books().stressed_loss, coins(1_250));
}

/// Set ratios that contradict each other, so that a fresh vault is liquidatable.
#[test]
fn ratios_that_contradict_each_other() {
    let mut world = world();
    world.check(
        "authority: set liquidation-ratio 1.51 -> BadParameter
         authority: set initial-ratio 1.54     -> BadParameter
         authority: set liquidation-ratio 1.18 -> BadParameter
         authority: set penalty 0.51           -> BadParameter
         mallory: set penalty 0.1              -> NotAuthority",
    );
    assert_eq!(ratio(&world), Ratio::percent(150));
    assert_eq!(
        world.balance(COIN, "alice").saturating_sub(coins(1_012_500)),
        Amount::ZERO
    );
}
