use super::*;

/// Under which the vault is called, and the price at which it breaks.
const RATIO: Ratio = Ratio::percent(130);
const BREAKS: Price = Price::whole(2_000);
const HOUR: u64 = 3_600;
/// A full hour of a quiet week.
const MORNING: u64 = 1_610_000_000 / HOUR * HOUR;

fn minutes(after: u64) -> Timestamp {
    Timestamp(MORNING + after * 60)
}

fn recorded(at: u64) -> Recorded {
    Recorded {
        at: minutes(at),
        vault: 1,
        last: minutes(at),
        blocks: 1,
        debt: ballast_protocol::coins(50_000),
    }
}

fn ours(at: u64) -> Ours {
    Ours {
        at: minutes(at),
        price: BREAKS,
        seen: Seen::Never,
    }
}

/// Full hours after the morning at which the price was so many dollars.
fn under(hours: &[(u64, u32)]) -> Watched {
    let sample = |&(hour, price): &(u64, u32)| Sample {
        at: minutes(hour * 60),
        price: Price::whole(price),
        breaks: BREAKS,
    };
    Watched {
        least: Some(Ratio::percent(131)),
        under: hours.iter().map(sample).collect(),
        implied: Some(BREAKS),
        sampled: Some(Price::whole(1_990)),
        ..Watched::default()
    }
}

fn check(of: Recorded, by: &[u64], watched: &Watched, timing: Timing, why: Why) {
    let by: Vec<Ours> = by.iter().map(|at| ours(*at)).collect();
    let compared = compare(of, &by, watched, RATIO);
    assert_eq!((compared.timing, compared.why), (timing, why), "{of:?} beside {by:?}");
}

#[test]
fn within_the_hour_or_between_its_lots_is_the_same() {
    let nothing = Watched::default();
    check(recorded(600), &[540], &nothing, Timing::Same, Why::Alike);
    check(recorded(600), &[660], &nothing, Timing::Same, Why::Alike);
    check(recorded(600), &[539], &nothing, Timing::Earlier, Why::BetweenSamples);
    check(recorded(600), &[661], &nothing, Timing::Later, Why::NothingLeft);
    let long = Recorded {
        last: minutes(900),
        ..recorded(600)
    };
    check(long, &[800], &nothing, Timing::Same, Why::Alike);
    check(long, &[960], &nothing, Timing::Same, Why::Alike);
}

#[test]
fn the_peer_seizes_in_the_hour_in_which_its_price_first_counts() {
    // Ours at 06:15; the peer samples at 07:00, and may call from 08:00 on.
    let fall = under(&[(7, 1_990)]);
    check(recorded(480), &[375], &fall, Timing::Earlier, Why::DelayedPrice);
    check(recorded(540), &[375], &fall, Timing::Earlier, Why::DelayedPrice);
    // Its lots may take longer than that hour: 50,000 coins each, 216 of them.
    let slow = Recorded {
        last: minutes(700),
        blocks: 216,
        ..recorded(480)
    };
    check(slow, &[375], &fall, Timing::Earlier, Why::DelayedPrice);
    // A sample that counts only after the last lot explains nothing.
    check(recorded(479), &[375], &fall, Timing::Earlier, Why::BetweenSamples);
    // Nor does one before ours.
    check(
        recorded(480),
        &[375],
        &under(&[(6, 1_990)]),
        Timing::Earlier,
        Why::BetweenSamples,
    );
}

#[test]
fn a_fall_that_its_owner_averted_is_not_the_one_at_which_the_peer_seized() {
    let averted = |hour: u64| Watched {
        averted: Some(minutes(hour * 60)),
        ..under(&[(8, 1_990)])
    };
    check(recorded(545), &[375], &averted(7), Timing::Earlier, Why::Averted);
    check(recorded(545), &[375], &averted(6), Timing::Earlier, Why::DelayedPrice);
}

#[test]
fn what_the_peer_left_alone_is_told_by_how_far_it_was_under() {
    check(
        recorded(541),
        &[375],
        &under(&[(7, 1_980)]),
        Timing::Earlier,
        Why::WithinSpread,
    );
    check(
        recorded(541),
        &[375],
        &under(&[(7, 1_979)]),
        Timing::Earlier,
        Why::NotCalled,
    );
    // 1900 counts from 09:00 to 10:00, in which the peer seized: that hour it did not leave alone.
    let falling = under(&[(7, 1_990), (8, 1_900)]);
    check(recorded(541), &[375], &falling, Timing::Earlier, Why::WithinSpread);
    check(recorded(601), &[375], &falling, Timing::Earlier, Why::NotCalled);
    check(
        recorded(541),
        &[375],
        &under(&[(7, 1_799)]),
        Timing::Earlier,
        Why::NotCalled,
    );
}

#[test]
fn a_vault_that_could_not_be_restored_is_told_by_what_hindered_it() {
    let hindered = |obstacle| Watched {
        obstacle: Some(obstacle),
        ..under(&[(7, 1_990)])
    };
    let day = 1_440 + 375;
    let of = |obstacle| Why::NotRestored(obstacle);
    let (under_ratio, coins) = (Obstacle::UnderRatio, Obstacle::Coins);
    check(
        recorded(day + 1),
        &[375],
        &hindered(under_ratio),
        Timing::SeizedBefore,
        of(under_ratio),
    );
    // Within the day the prices tell why it was under its ratio.
    check(
        recorded(day),
        &[375],
        &hindered(under_ratio),
        Timing::Earlier,
        Why::WithinSpread,
    );
    check(recorded(day), &[375], &hindered(coins), Timing::Earlier, of(coins));
    // Too early to be restored at all.
    check(
        recorded(480),
        &[375],
        &hindered(coins),
        Timing::Earlier,
        Why::DelayedPrice,
    );
}

#[test]
fn a_record_that_breaks_far_from_every_price_explains_nothing_else() {
    let lacking = Watched {
        sampled: Some(Price::whole(2_201)),
        ..under(&[])
    };
    check(recorded(600), &[], &lacking, Timing::Avoided, Why::RecordLacks);
    check(recorded(600), &[375], &lacking, Timing::Earlier, Why::RecordLacks);
    check(recorded(600), &[600], &lacking, Timing::Same, Why::Alike);
    let near = Watched {
        sampled: Some(Price::whole(2_200)),
        ..under(&[])
    };
    check(recorded(600), &[], &near, Timing::Avoided, Why::NeverUnder);
}

#[test]
fn what_we_left_alone_is_told_by_what_our_engine_knew() {
    let seen = |least: u32, judged: u32| Watched {
        least: Some(Ratio::percent(least)),
        least_judged: Some(Ratio::percent(judged)),
        ..Watched::default()
    };
    check(recorded(600), &[], &seen(130, 130), Timing::Avoided, Why::NeverUnder);
    check(recorded(600), &[], &seen(129, 130), Timing::Avoided, Why::OneRoundOnly);
    check(recorded(600), &[700], &seen(129, 129), Timing::Later, Why::TakenLate);
    let diverged = Watched {
        diverged: true,
        ..seen(129, 129)
    };
    check(recorded(600), &[], &diverged, Timing::Avoided, Why::VaultsDiffer);
    let in_the_hole = Recorded {
        at: NO_PRICES.0,
        last: NO_PRICES.0,
        ..recorded(0)
    };
    check(in_the_hole, &[], &diverged, Timing::Excluded, Why::NoPrices);
}

#[test]
fn a_kind_counts_seizures_rows_debt_and_each_vault_once() {
    let slow = Recorded {
        last: minutes(700),
        blocks: 216,
        ..recorded(480)
    };
    let all: Vec<Compared> = [slow, recorded(9_000)]
        .into_iter()
        .map(|of| compare(of, &[], &Watched::default(), RATIO))
        .collect();
    let count = &counts(&all)[&(Timing::Avoided, Why::NothingLeft)];
    assert_eq!((count.seizures, count.blocks, count.vaults.len()), (2, 217, 1));
    assert_eq!(count.debt, ballast_protocol::coins(100_000));
}
