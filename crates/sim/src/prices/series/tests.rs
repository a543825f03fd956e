use super::*;

fn samples(times: &[u64]) -> Series {
    let rows = times
        .iter()
        .map(|at| Sample {
            at: Timestamp(*at),
            price: Price::ONE,
        })
        .collect();
    Series::new(Rows::Samples(rows)).unwrap()
}

fn bars(starts: &[u64]) -> Result<Series, BadRows> {
    let one = Price::ONE;
    let rows = starts.iter().map(|start| Bar {
        start: Timestamp(*start),
        open: one,
        high: one,
        low: one,
        close: one,
    });
    Series::new(Rows::Bars(rows.collect()))
}

fn gap(from: u64, to: u64) -> Gap {
    Gap {
        from: Timestamp(from),
        to: Timestamp(to),
    }
}

#[test]
fn a_bar_is_as_long_as_the_most_common_spacing() {
    // Spacings 60, 60, 180: two bars are missing.
    let series = bars(&[0, 60, 120, 300]).unwrap();
    assert_eq!(series.interval(), Seconds(60));
    assert_eq!(series.gaps().collect::<Vec<_>>(), [gap(180, 300)]);
    assert_eq!((series.start(), series.end()), (Timestamp(0), Timestamp(360)));
}

#[test]
fn of_equally_common_spacings_the_shortest_is_the_length() {
    assert_eq!(bars(&[0, 60, 180]).unwrap().interval(), Seconds(60));
    assert_eq!(bars(&[0, 120, 180]).unwrap().interval(), Seconds(60));
}

#[test]
fn bars_shorter_than_most_are_refused() {
    let overlap = Problem::Overlap {
        spacing: Seconds(30),
        length: Seconds(60),
    };
    assert_eq!(
        bars(&[0, 60, 120, 150]),
        Err(BadRows {
            row: Some(3),
            problem: overlap
        })
    );
}

#[test]
fn samples_are_bridged_over_four_median_spacings_and_no_more() {
    // Median of 10, 10, 10, 40, 41: 10.
    let series = samples(&[0, 10, 20, 30, 70, 111]);
    assert_eq!(series.interval(), Seconds(10));
    assert_eq!(series.gaps().collect::<Vec<_>>(), [gap(70, 111)]);
    assert_eq!(series.end(), Timestamp(111));
}

#[test]
fn of_two_middle_spacings_the_lower_is_the_median() {
    assert_eq!(samples(&[0, 10, 30]).interval(), Seconds(10));
    assert_eq!(samples(&[0, 20, 30]).interval(), Seconds(10));
    assert_eq!(samples(&[0, 7]).interval(), Seconds(7));
}

#[test]
fn one_row_tells_no_spacing() {
    let too_few = |found| {
        Err(BadRows {
            row: None,
            problem: Problem::TooFewRows { found },
        })
    };
    assert_eq!(bars(&[]), too_few(0));
    assert_eq!(bars(&[5]), too_few(1));
    assert!(bars(&[5, 6]).is_ok());
}
