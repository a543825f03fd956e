//! R10: where a lot goes does not decide whose it is.

use ballast_num::{Price, Seconds};
use ballast_protocol::Seized;
use proptest::prelude::{ProptestConfig, proptest};

use crate::common::{World, seizures};
use crate::r10_market::market;

/// What stands ready to buy: bids in a tier, a pool, a market; what they do not take is for the auction.
#[derive(Clone, Copy, Debug)]
struct Routes {
    bids: Option<u64>,
    pool: Option<u64>,
    ether_in_market: Option<u64>,
}

/// Whom a fall of the price seizes, and how much of each, if so much stands ready.
fn seized(routes: Routes, vaults: &[u64], price: u64) -> Vec<Seized> {
    let mut world = World::with(|genesis| {
        genesis.types[0].bids.cooldown = Seconds::ZERO;
        genesis.types[0].pool.cooldown = Seconds::ZERO;
        if let Some(ether) = routes.ether_in_market {
            market(genesis, ether);
        }
    });
    let names = ["alice", "bob", "carol", "keeper"];
    for (name, draw) in names.iter().cycle().zip(vaults) {
        world.check(&format!("{name}: open; deposit 10; draw {draw}"));
    }
    if let Some(coins) = routes.bids {
        world.check(&format!("mallory: bid {coins} in 1"));
    }
    if let Some(coins) = routes.pool {
        world.check(&format!("mallory: enter {coins}"));
    }
    world.check("price 2000");
    let price = Price::whole(price.try_into().unwrap());
    let crash = world.round(price).events;
    seizures(&crash)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever routes there are, in whichever order they get how much, the same vaults lose the same debt and collateral.
    #[test]
    fn routes_do_not_choose_who_is_liquidated(
        vaults in proptest::collection::vec(4_000_u64..12_900, 1..9),
        price in 900_u64..1_900,
        bids in 100_u64..60_000,
        pool in 100_u64..60_000,
        ether in 20_u64..400,
    ) {
        let none = Routes { bids: None, pool: None, ether_in_market: None };
        let auction_alone = seized(none, &vaults, price);
        for routes in [
            Routes { bids: Some(bids), ..none },
            Routes { pool: Some(pool), ..none },
            Routes { ether_in_market: Some(ether), ..none },
            Routes { bids: Some(bids), pool: Some(pool), ether_in_market: Some(ether) },
            // What one route took, the other takes.
            Routes { bids: Some(pool), pool: Some(bids), ether_in_market: Some(ether) },
        ] {
            let found = seized(routes, &vaults, price);
            assert_eq!(found, auction_alone, "{routes:?}");
        }
    }
}
