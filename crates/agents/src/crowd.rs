//! The crowd of a development reserve: its prices, borrowers, keepers and an arbitrageur, each through the public API.

use std::time::Duration;

use ballast_client::{Client, Error, Terms, Wallet};
use ballast_num::{Amount, Ratio, Seconds, Timestamp};
use ballast_protocol::{Genesis, Observation};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::board::{Board, Own, Step};
use crate::borrower::Temper;
use crate::development::{BORROWERS, KEEPERS, Recording, Role, feeds};
use crate::keeper::{Keeper, Taken, take};
use crate::{arbitrage, borrower, keeper};

/// How long a transaction may wait: a minute of the clock where the chain is as fast as it gets.
const LIFE: Seconds = Seconds(5 * 3_600);
/// How long to wait before a node is spoken to again that did not answer.
const AWAY: Duration = Duration::from_secs(1);
/// How often a borrower looks, at least and at most.
const LOOKS: (u64, u64) = (5, 20);
/// How often the arbitrageur looks.
const TRADES: Duration = Duration::from_secs(2);

/// Runs at the node of this URL until it is dropped; what does not work is logged, and tried again. `speed` says how many seconds of the chain pass in
/// one of the clock, `seed` makes the borrowers' whims.
pub async fn run(url: &str, genesis: &Genesis, recording: Recording, speed: u32, seed: u64) {
    let client = loop {
        match Client::connect(url).await {
            Ok(client) => break client,
            Err(error) => {
                tracing::warn!(%error, "the crowd waits for its node");
                tokio::time::sleep(AWAY).await;
            }
        }
    };
    let mut crowd = JoinSet::new();
    let wallet = |role: Role, number| {
        client.signer(role.key(number)).on(Terms {
            life: LIFE,
            ..Terms::default()
        })
    };
    crowd.spawn(speak(client.clone(), genesis.clone(), recording, beat(speed)));
    for number in 1..KEEPERS {
        crowd.spawn(keep(wallet(Role::Keeper, number)));
    }
    crowd.spawn(trade(wallet(Role::Keeper, KEEPERS)));
    for number in 1..=BORROWERS {
        let wallet = wallet(Role::Borrower, number);
        crowd.spawn(borrow(wallet, Temper::of(number), seed.wrapping_add(number.into())));
    }
    // None ends by itself but by a fault that the others do not share.
    while let Some(ended) = crowd.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "one of the crowd has ended");
        }
    }
}

/// How long a minute of the chain takes, five seconds at most: how often sources speak, and blocks come at least, so that
/// feeds stay fresh and the engine's clocks keep up (rule R4).
pub fn beat(speed: u32) -> Duration {
    Duration::from_secs(60) / speed.max(12)
}

/// Brings the recorded price of each feed, as each of its sources, on every beat.
async fn speak(client: Client, genesis: Genesis, recording: Recording, beat: Duration) {
    let mut ticks = interval(beat);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = Timestamp(0);
    loop {
        ticks.tick().await;
        match client.status().await {
            Ok(status) if status.now > last => last = status.now,
            Ok(_) => continue,
            Err(error) => {
                tracing::debug!(%error, "no time to speak of");
                continue;
            }
        }
        let mut words = JoinSet::new();
        for (place, sources) in feeds(&genesis) {
            let Some(price) = recording.price_at(place, last) else {
                continue;
            };
            for source in sources {
                let observation = Observation {
                    feed: genesis.feeds[place].id,
                    source: *source,
                    price,
                    time: last,
                };
                let signed = Role::Source
                    .key(source.0)
                    .sign_observation(observation, client.domain());
                let client = client.clone();
                words.spawn(async move { client.observe(&signed).await });
            }
        }
        while let Some(said) = words.join_next().await {
            if let Ok(Err(error)) = said {
                tracing::debug!(%error, "a word was not taken");
            }
        }
    }
}

/// Says what came of a step, for whoever watches the log.
fn told(who: &str, step: &Step, taken: &Taken) {
    match taken {
        Taken::Done(_) => tracing::debug!(who, why = step.why, "done"),
        Taken::NotSent(why_not) => tracing::debug!(who, why = step.why, why_not, "would not work"),
        Taken::Failed(error) => tracing::debug!(who, why = step.why, %error, "did not work"),
    }
}

async fn keep(wallet: Wallet) {
    let terms = keeper::Terms {
        most_held: Amount::MAX,
        life: LIFE,
        sells_within: Some(Ratio::percent(2)),
        ..keeper::Terms::default()
    };
    loop {
        // Nobody else uses its account: what it bought before a restart it sells too.
        let ended = match Keeper::new(wallet.clone(), terms.clone()).owning_all().await {
            Ok(mut keeper) => keeper.run(|step, taken| told("keeper", step, taken)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a keeper begins again");
        }
        tokio::time::sleep(AWAY).await;
    }
}

async fn trade(wallet: Wallet) {
    let mut ticks = interval(TRADES);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        act(&wallet, "arbitrageur", |board, own| {
            arbitrage::decide(board, own, arbitrage::Terms::default())
        })
        .await;
    }
}

async fn borrow(wallet: Wallet, temper: Temper, seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    loop {
        let (least, most) = LOOKS;
        let wait = Duration::from_millis(1_000 * least + random.next_u64() % (1_000 * (most - least)));
        tokio::time::sleep(wait).await;
        act(&wallet, "borrower", |board, own| {
            borrower::decide(board, own, temper, &mut random)
        })
        .await;
    }
}

/// Looks, decides, and takes each step.
async fn act(wallet: &Wallet, who: &str, decide: impl FnOnce(&Board, &Own) -> Vec<Step>) {
    let client = wallet.client();
    let seen = async {
        let board = Board::look(client).await?;
        let own = Own::look(client, wallet.address(), board.status.height).await?;
        Ok::<_, Error>((board, own))
    };
    match seen.await {
        Ok((board, own)) => {
            for step in decide(&board, &own) {
                told(who, &step, &take(wallet, &step).await);
            }
        }
        Err(error) => tracing::debug!(who, %error, "the node did not answer"),
    }
}
