//! R10: where a lot goes does not decide whose it is, nor who is next.

use ballast_num::{Price, Ratio, Seconds};
use ballast_protocol::{BidSpec, Genesis, Seized, VaultId, coins};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use proptest::sample::subsequence;

use crate::common::{World, seizures};
use crate::r10_market::market;

/// What stands ready to buy, in coins: bids in three tiers and a pool, at discounts in percent that rise in this order, a
/// market, and room on auction for what these leave.
#[derive(Clone, Debug)]
struct Routes {
    bids: [u64; 3],
    pool: u64,
    discounts: [u64; 4],
    ether_in_market: Option<u64>,
    auctions: u64,
}

/// All that nobody else takes goes on auction.
const AUCTION_ALONE: Routes = Routes {
    bids: [0; 3],
    pool: 0,
    discounts: [1, 2, 3, 5],
    ether_in_market: None,
    auctions: 1_000_000,
};

/// Vaults of ten ether each with so much debt, and how ether falls: to a price that breaks nobody at once, then further.
#[derive(Clone, Debug)]
struct Crash {
    debts: Vec<u64>,
    prices: [u64; 2],
    /// How many vaults of the index are sorted by debt at a time.
    window: u32,
}

fn crash() -> impl Strategy<Value = Crash> {
    let debts = proptest::collection::vec(7_000_u64..12_900, 1..10);
    (debts, 1_600_u64..2_000, 500_u64..950, 1_u32..6).prop_map(|(debts, first, further, window)| Crash {
        debts,
        prices: [first, first * further / 1_000],
        window,
    })
}

/// Whom the second fall seizes, in order, and how much of each.
fn seized(routes: &Routes, crash: &Crash) -> Vec<Seized> {
    let genesis = |genesis: &mut Genesis| {
        let [discounts @ .., of_pool] = routes
            .discounts
            .map(|percent| Ratio::percent(percent.try_into().unwrap()));
        let spec = &mut genesis.types[0];
        spec.bids = BidSpec {
            discounts: discounts.to_vec(),
            cooldown: Seconds::ZERO,
            ..BidSpec::standard()
        };
        (spec.pool.discount, spec.pool.cooldown) = (of_pool, Seconds::ZERO);
        spec.slippage = Ratio::percent(10);
        spec.auction.ceiling = coins(routes.auctions);
        genesis.limits.liquidation_window = crash.window;
        if let Some(ether) = routes.ether_in_market {
            market(genesis, ether);
        }
    };
    let mut world = World::with(genesis);
    let names = ["alice", "bob", "carol", "keeper"];
    for (name, debt) in names.iter().cycle().zip(&crash.debts) {
        world.check(&format!("{name}: open; deposit 10; draw {debt}"));
    }
    for (tier, coins) in routes.bids.iter().enumerate().filter(|(_, coins)| **coins > 0) {
        world.check(&format!("mallory: bid {coins} in {tier}"));
    }
    if routes.pool > 0 {
        world.check(&format!("mallory: enter {}", routes.pool));
    }
    world.check("price 2000");
    let [first, last] = crash.prices.map(|price| Price::whole(price.try_into().unwrap()));
    assert_eq!(seizures(&world.round(first).events), []);
    seizures(&world.round(last).events)
}

fn ids(seized: &[Seized]) -> Vec<VaultId> {
    let mut ids: Vec<VaultId> = seized.iter().map(|seized| seized.vault).collect();
    ids.dedup();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever routes there are, whichever holds how much and whichever pays best, the same vaults lose the same debt and
    /// collateral in the same order: as if everything went on auction.
    #[test]
    fn routes_do_not_choose_who_is_liquidated(
        crash in crash(),
        coins in Just(vec![100_u64, 1_500, 12_000, 60_000]).prop_shuffle(),
        discounts in subsequence((1_u64..=10).collect::<Vec<_>>(), 4),
        used in subsequence(vec![0_usize, 1, 2, 3], 0..=4),
        ether in proptest::option::of(20_u64..400),
    ) {
        let of = |route: usize| if used.contains(&route) { coins[route] } else { 0 };
        let routes = Routes {
            bids: [0, 1, 2].map(of),
            pool: of(3),
            discounts: discounts.try_into().unwrap(),
            ether_in_market: ether,
            ..AUCTION_ALONE
        };
        prop_assert_eq!(seized(&routes, &crash), seized(&AUCTION_ALONE, &crash));
    }

    /// Where all routes together are too small, they still choose nobody: who goes are the first of the order that prices
    /// alone make, and not all of them.
    #[test]
    fn scarce_routes_put_nobody_before_another(
        crash in crash(),
        coins in Just(vec![0_u64, 600, 1_500, 4_000]).prop_shuffle(),
        auctions in 600_u64..20_000,
        with_market in any::<bool>(),
    ) {
        let routes = Routes {
            bids: [coins[0], coins[1], coins[2]],
            pool: coins[3],
            ether_in_market: with_market.then_some(200),
            auctions,
            ..AUCTION_ALONE
        };
        let (found, all) = (ids(&seized(&routes, &crash)), ids(&seized(&AUCTION_ALONE, &crash)));
        prop_assert_eq!(&found[..], &all[..found.len()]);
    }
}
