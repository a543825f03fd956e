//! Vectors of a peer, Liquity (vectors/liquity/sp.jsonl), whose product has 18 digits and corrects its own error.
//!
//! Its figures may differ from the exact ones by a bound that each absorption moves, worth being derived once. A deposit
//! of `c` coins becomes `c'`, the peer's product `P` becomes `P'`. The factor of the step is off by at most one in its
//! 18th digit: `c·10⁻¹⁸`. The new product is cut to an integer: `c' ÷ P'`. What was off before shrinks with the rest.
//! Gain in collateral: the figure per coin is off by at most one in its 18th digit, `c·10⁻¹⁸`; and coins that were off
//! gained `collateral ÷ total` each. Reading rounds once more. Ours is off by at most a unit each ([`super::model`]).

use ballast_num::{Round, mul_div};

use super::{COIN, ETH, coins, owner, units};
use crate::mechanisms::stability_pool::StabilityPools;

enum Step {
    /// Who, how much.
    Enter(u64, u128),
    /// Who, and what the peer paid of both.
    Exit(u64, u128, u128),
    /// A liquidation: what the pool spent and received, the peer's product after it, and what it says each then has.
    Absorb {
        coins: u128,
        collateral: u128,
        product: u128,
        then: &'static [(u64, u128, u128)],
    },
}
use Step::{Absorb, Enter, Exit};

/// What the peer said last of a deposit, and by how much that may be off.
#[derive(Clone, Copy, Default)]
struct Peer {
    coins: u128,
    coins_off: u128,
    gain_off: u128,
}

fn compare(steps: &[Step]) {
    let mut pools = StabilityPools::default();
    let mut peers = [Peer::default(); 6];
    let up = |a, b, c| mul_div(a, b, c, Round::Up).unwrap();
    for step in steps {
        match *step {
            Enter(who, amount) => {
                pools.enter(ETH, owner(who), units(amount)).unwrap();
                peers[usize::try_from(who).unwrap()].coins += amount;
            }
            Exit(who, paid, gain) => {
                let peer = std::mem::take(&mut peers[usize::try_from(who).unwrap()]);
                let ours = pools.exit(ETH, owner(who), units(paid), coins(1)).unwrap();
                assert!(ours <= units(paid) && paid - ours.raw() <= peer.coins_off + 2);
                let ours = pools.claim(ETH, owner(who)).unwrap();
                assert!(ours.raw().abs_diff(gain) <= peer.gain_off + 2);
            }
            Absorb {
                coins: spent,
                collateral,
                product,
                then,
            } => {
                let whole = pools.total(ETH).raw();
                pools.absorb(ETH, units(spent), units(collateral), coins(1)).unwrap();
                for (who, coins, gain) in then {
                    let peer = &mut peers[usize::try_from(*who).unwrap()];
                    peer.gain_off += up(peer.coins, 1, COIN) + up(peer.coins_off, collateral, whole);
                    peer.coins_off =
                        up(peer.coins_off, whole - spent, whole) + up(peer.coins, 1, COIN) + coins.div_ceil(product);
                    peer.coins = *coins;

                    let ours = pools.position(ETH, owner(*who)).unwrap();
                    let off = (ours.coins.raw().abs_diff(*coins), ours.gain.raw().abs_diff(*gain));
                    assert!(
                        off.0 <= peer.coins_off + 2,
                        "coins of {who} off by {}, not {}",
                        off.0,
                        peer.coins_off
                    );
                    assert!(
                        off.1 <= peer.gain_off + 2,
                        "gain of {who} off by {}, not {}",
                        off.1,
                        peer.gain_off
                    );
                }
            }
        }
        assert_eq!(pools.deposits_are_backed(ETH), Ok(()));
    }
}

#[test]
fn equal_2_liq() {
    compare(&[
        Enter(1, 10_000_000_000_000_000_000_000),
        Enter(2, 10_000_000_000_000_000_000_000),
        Enter(3, 10_000_000_000_000_000_000_000),
        Absorb {
            coins: 9_999_999_999_999_999_999_999,
            collateral: 99_500_000_000_000_000_000,
            product: 666_666_666_666_666_666,
            then: &[
                (1, 6_666_666_666_666_666_660_000, 33_166_666_666_666_660_000),
                (2, 6_666_666_666_666_666_660_000, 33_166_666_666_666_660_000),
                (3, 6_666_666_666_666_666_660_000, 33_166_666_666_666_660_000),
            ],
        },
        Absorb {
            coins: 9_999_999_999_999_999_999_999,
            collateral: 99_500_000_000_000_000_000,
            product: 333_333_333_333_333_333,
            then: &[
                (1, 3_333_333_333_333_333_330_000, 66_333_333_333_333_326_633),
                (2, 3_333_333_333_333_333_330_000, 66_333_333_333_333_326_633),
                (3, 3_333_333_333_333_333_330_000, 66_333_333_333_333_326_633),
            ],
        },
        Enter(5, 1_000_000_000_000_000_000),
        Exit(1, 3_333_333_333_333_333_330_000, 66_333_333_333_333_326_633),
        Exit(2, 3_333_333_333_333_333_330_000, 66_333_333_333_333_326_633),
        Exit(3, 3_333_333_333_333_333_330_000, 66_333_333_333_333_326_633),
    ]);
}

#[test]
fn join_mid_2_2() {
    compare(&[
        Enter(1, 10_000_000_000_000_000_000_000),
        Enter(2, 10_000_000_000_000_000_000_000),
        Enter(3, 10_000_000_000_000_000_000_000),
        Absorb {
            coins: 9_999_999_999_999_999_999_999,
            collateral: 99_500_000_000_000_000_000,
            product: 666_666_666_666_666_666,
            then: &[
                (1, 6_666_666_666_666_666_660_000, 33_166_666_666_666_660_000),
                (2, 6_666_666_666_666_666_660_000, 33_166_666_666_666_660_000),
                (3, 6_666_666_666_666_666_660_000, 33_166_666_666_666_660_000),
            ],
        },
        Absorb {
            coins: 9_999_999_999_999_999_999_999,
            collateral: 99_500_000_000_000_000_000,
            product: 333_333_333_333_333_333,
            then: &[
                (1, 3_333_333_333_333_333_330_000, 66_333_333_333_333_326_633),
                (2, 3_333_333_333_333_333_330_000, 66_333_333_333_333_326_633),
                (3, 3_333_333_333_333_333_330_000, 66_333_333_333_333_326_633),
            ],
        },
        Enter(4, 10_000_000_000_000_000_000_000),
        Absorb {
            coins: 9_999_999_999_999_999_999_999,
            collateral: 99_500_000_000_000_000_000,
            product: 166_666_666_666_666_666,
            then: &[
                (1, 1_666_666_666_666_666_660_000, 82_916_666_666_666_659_950),
                (2, 1_666_666_666_666_666_660_000, 82_916_666_666_666_659_950),
                (3, 1_666_666_666_666_666_660_000, 82_916_666_666_666_659_950),
                (4, 4_999_999_999_999_999_984_999, 49_750_000_000_000_000_000),
            ],
        },
        Absorb {
            coins: 9_999_000_000_000_000_000_003,
            collateral: 99_490_050_000_000_000_000,
            product: 16_666_666_666_666,
            then: &[
                (1, 166_666_666_666_660_000, 99_498_341_666_666_661_550),
                (2, 166_666_666_666_660_000, 99_498_341_666_666_661_550),
                (3, 166_666_666_666_660_000, 99_498_341_666_666_661_550),
                (4, 499_999_999_999_980_000, 99_495_025_000_000_004_850),
            ],
        },
        Enter(5, 1_000_000_000_000_000_000),
        Exit(1, 166_666_666_666_660_000, 99_498_341_666_666_661_550),
        Exit(2, 166_666_666_666_660_000, 99_498_341_666_666_661_550),
        Exit(3, 166_666_666_666_660_000, 99_498_341_666_666_661_550),
        Exit(4, 499_999_999_999_980_000, 99_495_025_000_000_004_850),
    ]);
}

#[test]
fn scale_one_depositor() {
    compare(&[
        Enter(1, 1_000_000_000_000_000_000_000_000_000),
        Absorb {
            coins: 999_999_990_999_999_999_999_999_999,
            collateral: 9_950_000_000_000_000_000_000_000,
            product: 9_000_000_000,
            then: &[(1, 9_000_000_000_000_000_000, 9_950_000_000_000_000_000_000_000)],
        },
        Enter(5, 1_000_000_000_000_000_000),
        Exit(1, 9_000_000_000_000_000_000, 9_950_000_000_000_000_000_000_000),
        Enter(2, 1_000_000_000_000_000_000_000_000_000),
        Absorb {
            coins: 989_999_999_999_999_999_999_999_999,
            collateral: 9_950_000_000_000_000_000_000_000,
            product: 90_000_008_909_999_991,
            then: &[
                (2, 10_000_000_989_999_999_000_000_000, 9_949_999_990_050_000_000_000_000),
                (5, 10_000_000_989_999_999, 9_949_999_990_050_000),
            ],
        },
    ]);
}
