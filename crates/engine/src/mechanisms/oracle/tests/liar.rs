//! Rule R3: a single liar can neither stop nor cause a liquidation, at any price and any timing.

use ballast_num::{Price, Ratio, Round};
use ballast_protocol::{FeedState, SourceId};
use proptest::prelude::*;

use super::*;
use crate::mechanisms::oracle::{PRICE_MAX, PRICE_MIN};

const LIAR: u32 = 5;

/// What happens in a block of six seconds.
#[derive(Clone, Debug)]
struct Step {
    /// Basis points by which the market moves.
    drift: i64,
    /// For each honest source: whether it speaks, and by how many basis points it differs from the market.
    honest: [(bool, i64); 4],
    /// What the liar says, and by how many seconds it pre- or post-dates it.
    lie: Option<(Lie, i64)>,
}

#[derive(Clone, Debug)]
enum Lie {
    Anything(u128),
    /// Basis points off the market: where outliers, disputes and halts begin.
    Near(i64),
}

impl Lie {
    fn price(&self, market: Price) -> Price {
        match self {
            Self::Anything(raw) => Price::from_raw(*raw),
            Self::Near(points) => moved(market, *points),
        }
    }
}

fn moved(price: Price, basis_points: i64) -> Price {
    let factor = u32::try_from(10_000 + basis_points).unwrap();
    price.mul_ratio(Ratio::basis_points(factor), Round::Down).unwrap()
}

fn lie() -> impl Strategy<Value = (Lie, i64)> {
    let any_price = prop_oneof![
        Just(PRICE_MIN.raw()),
        Just(PRICE_MAX.raw()),
        PRICE_MIN.raw()..=PRICE_MAX.raw(),
        any::<u128>(),
    ];
    let lie = prop_oneof![
        any_price.prop_map(Lie::Anything),
        (-2_500_i64..2_500).prop_map(Lie::Near)
    ];
    (lie, -130_i64..=8)
}

fn step(drift: i64, silence: f64) -> impl Strategy<Value = Step> {
    let honest = proptest::array::uniform4((proptest::bool::weighted(1.0 - silence), -20_i64..=20));
    (-drift..=drift, honest, proptest::option::weighted(0.8, lie())).prop_map(|(drift, honest, lie)| Step {
        drift,
        honest,
        lie,
    })
}

/// Plays a block and returns the least and largest fresh honest word.
fn play(chain: &mut Chain, market: &mut Price, step: &Step) -> Option<(Price, Price)> {
    *market = moved(*market, step.drift);
    chain.advance(6);
    let now = chain.clock.now.raw();
    let lie = |chain: &mut Chain| {
        if let Some((lie, offset)) = &step.lie {
            // A refused lie is as good as none.
            let _ = chain.say(LIAR, lie.price(*market), now.checked_add_signed(*offset).unwrap());
        }
    };
    lie(chain);
    for (source, (speaks, off)) in (1..).zip(step.honest) {
        if speaks {
            chain.say(source, moved(*market, off), now).unwrap();
        }
    }
    chain.close();
    let fresh = (1..LIAR).filter_map(|source| {
        let word = chain.oracle.observations.get(&(FEED, SourceId(source)))?;
        (now.saturating_sub(word.time.raw()) <= spec().heartbeat.raw()).then_some(word.price)
    });
    let words: Vec<_> = fresh.collect();
    Some((*words.iter().min()?, *words.iter().max()?))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// In a market that moves within the round limit between rounds, the price that judges stays among the honest words
    /// in every round, and the feed never goes Stale: a vault that all of them call healthy is not liquidatable, and
    /// one that all of them call broken is.
    #[test]
    fn a_liar_neither_stops_nor_causes_a_liquidation(steps in proptest::collection::vec(step(30, 0.1), 1..80)) {
        let mut chain = Chain::open(spec(), usd(2_000));
        let mut market = usd(2_000);
        for step in &steps {
            let (least, most) = play(&mut chain, &mut market, step).unwrap();
            let quote = chain.quote();
            prop_assert_ne!(quote.state, FeedState::Stale);
            if !chain.has_closed() {
                continue;
            }
            let judging = quote.price(Use::Liquidate).unwrap();
            prop_assert!((least..=most).contains(&judging), "{judging} is not in {least}..={most}, {:?}", quote.state);
            prop_assert!((least..=most).contains(&quote.low));
        }
    }

    /// In any market, with any silence: what judges is never under the lowest honest word (no liquidation is caused), and
    /// never over the higher of the highest honest word and the last price lowered by the limit in each round since (none
    /// is stopped for longer than the round limit makes all wait).
    #[test]
    fn in_a_crash_a_liar_does_no_more(steps in proptest::collection::vec(step(4_000, 0.4), 1..60)) {
        let mut chain = Chain::open(spec(), usd(2_000));
        let (mut market, mut bound) = (usd(2_000), usd(2_000));
        for step in &steps {
            market = market.clamp(usd(1), usd(1_000_000));
            let honest = play(&mut chain, &mut market, step);
            if !chain.has_closed() {
                continue;
            }
            let (least, most) = honest.unwrap();
            let (quote, last) = (chain.quote(), chain.last());
            bound = bound.mul_ratio(spec().round_limit.complement(), Round::Up).unwrap().max(most);
            prop_assert!((least..=most).contains(&quote.spot), "{} is not in {least}..={most}", quote.spot);
            prop_assert!(last.judging() >= least && last.judging() <= bound);
            prop_assert!(quote.low <= quote.spot && quote.spot <= quote.judging);
        }
    }

    /// Without the honest, the liar is not a quorum: the feed is Stale, whatever it says.
    #[test]
    fn a_liar_alone_is_no_feed(lies in proptest::collection::vec(lie(), 1..80)) {
        let mut chain = Chain::open(spec(), usd(2_000));
        let mut market = usd(2_000);
        chain.advance(200);
        for lie in lies {
            let step = Step { drift: 0, honest: [(false, 0); 4], lie: Some(lie) };
            play(&mut chain, &mut market, &step);
            prop_assert!(!chain.has_closed());
            prop_assert_eq!(chain.quote().state, FeedState::Stale);
        }
    }
}
