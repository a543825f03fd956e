//! What a stability pool costs: `cargo bench -p ballast-engine --bench stability_pool`. Each figure is the time of one
//! operation on a pool of the given number of deposits; owners are drawn at random.

use ballast_engine::kernel::table::take_changes;
use ballast_engine::mechanisms::stability_pool::StabilityPools;
use ballast_num::Amount;
use ballast_protocol::{AccountId, PoolId, TypeId};
use divan::{Bencher, black_box, counter::ItemsCount};

const DEPOSITS: [u64; 2] = [1_000, 100_000];
const BATCH: usize = 1_000;
const ETH: PoolId = PoolId::stability(TypeId(1));
const FLOOR: Amount = coins(1);

fn main() {
    divan::main();
}

const fn coins(whole: u128) -> Amount {
    Amount::from_raw(whole * 1_000_000_000_000_000_000)
}

/// The owner of a number, spread over all accounts so that neighbours in number are not neighbours in the table.
fn owner(number: u64) -> AccountId {
    AccountId::numbered(number.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// A pool after a thousand absorptions, the last of which left a tenth.
fn pool(deposits: u64) -> StabilityPools {
    let mut pools = StabilityPools::default();
    for number in 0..deposits {
        pools.enter(ETH, owner(number), coins(10_000)).expect("the total fits");
    }
    for _ in 0..1_000 {
        pools
            .absorb(ETH, coins(100), coins(1), FLOOR)
            .expect("it is far above the floor");
    }
    let most = Amount::from_raw(pools.spendable(ETH, FLOOR).raw() / 10 * 9);
    pools
        .absorb(ETH, most, coins(1_000), FLOOR)
        .expect("it is above the floor");
    forget(&mut pools);
    pools
}

/// Drops the undo log, as the end of a block does.
fn forget(pools: &mut StabilityPools) {
    take_changes(pools);
}

fn picks(deposits: u64, seed: &mut u64) -> Vec<AccountId> {
    (0..BATCH)
        .map(|_| {
            *seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            owner((*seed >> 33) % deposits)
        })
        .collect()
}

#[divan::bench(args = DEPOSITS)]
fn absorb(bencher: Bencher, deposits: u64) {
    let pools = pool(deposits);
    bencher
        .counter(ItemsCount::new(BATCH))
        .with_inputs(|| pools.clone())
        .bench_local_refs(|pools| {
            for _ in 0..BATCH {
                pools
                    .absorb(ETH, Amount::from_raw(1_000_000_007), coins(1), FLOOR)
                    .expect("it is above the floor");
            }
        });
}

#[divan::bench(args = DEPOSITS)]
fn enter_and_exit(bencher: Bencher, deposits: u64) {
    let (pools, mut seed) = (pool(deposits), 1);
    let inputs = || (pools.clone(), picks(deposits, &mut seed));
    bencher
        .counter(ItemsCount::new(BATCH))
        .with_inputs(inputs)
        .bench_local_refs(|(pools, owners)| {
            for owner in owners {
                pools.enter(ETH, *owner, coins(3)).expect("the total fits");
                black_box(
                    pools
                        .exit(ETH, *owner, coins(3), FLOOR)
                        .expect("the owner has a deposit"),
                );
            }
        });
}

#[divan::bench(args = DEPOSITS)]
fn position(bencher: Bencher, deposits: u64) {
    let (pools, mut seed) = (pool(deposits), 1);
    let inputs = || picks(deposits, &mut seed);
    bencher
        .counter(ItemsCount::new(BATCH))
        .with_inputs(inputs)
        .bench_local_refs(|owners| {
            for owner in owners {
                black_box(pools.position(ETH, *owner).expect("the owner has a deposit"));
            }
        });
}
