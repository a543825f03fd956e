//! Which plots a report shows.

use ballast_num::{Amount, Ratio};

use super::Report;
use super::chart::{Chart, Line, Shape, Unit};
use crate::tally::Buyer;
use crate::timeline::Moment;

/// A reserve with almost no debt has a ratio that would flatten the plot.
const RATIO_SHOWN: Ratio = Ratio::percent(1_000);

/// The most collaterals that one plot tells apart, beside the whole.
const COLLATERALS: usize = 8;

/// The plots of the worse order.
pub(super) fn all(report: &Report<'_>) -> Vec<Chart> {
    let timeline = &report.outcomes[0].timeline;
    let moments = &timeline.moments;
    let Some(start) = moments.first().map(|moment| moment.time) else {
        return Vec::new();
    };
    let seconds = |time: ballast_num::Timestamp| whole(time.saturating_since(start).0.into());
    let line = |name: &str, shape, figure: &dyn Fn(&Moment) -> Option<f64>| Line {
        name: name.into(),
        shape,
        points: moments
            .iter()
            .filter_map(|moment| Some((seconds(moment.time), figure(moment)?)))
            .collect(),
    };
    let chart = |title: &str, note: &str, unit, lines| Chart {
        title: title.into(),
        note: note.into(),
        start,
        end: report.outcomes[0].end.time,
        unit,
        lines,
    };
    let prices = report.collaterals.iter().enumerate().map(|(feed, collateral)| {
        let first = moments
            .first()
            .and_then(|moment| moment.prices.get(feed))
            .map(|price| price.raw());
        let share = move |moment: &Moment| Some(100.0 * whole(moment.prices.get(feed)?.raw()) / whole(first?.max(1)));
        line(
            &format!("{} price, % of the start", collateral.symbol),
            Shape::Line,
            &share,
        )
    });
    let mut price_lines: Vec<Line> = prices.take(COLLATERALS).collect();
    let total = || {
        line("total ratio: collateral ÷ debt", Shape::Line, &|moment| {
            moment.total_ratio().filter(|ratio| *ratio <= RATIO_SHOWN).map(percent)
        })
    };
    price_lines.push(total());
    let mut before = Amount::ZERO;
    let steps: Vec<Amount> = moments
        .iter()
        .map(|moment| {
            let step = moment.liquidated.saturating_sub(before);
            before = moment.liquidated;
            step
        })
        .collect();
    let liquidated = Line {
        name: "debt liquidated".into(),
        shape: Shape::Area,
        points: moments
            .iter()
            .zip(steps)
            .map(|(moment, step)| (seconds(moment.time), millions(step)))
            .collect(),
    };
    let sales = |buyer: Buyer, name: &str| Line {
        name: name.into(),
        shape: Shape::Points,
        points: timeline
            .sales
            .iter()
            .filter(|(_, sale)| sale.buyer == buyer)
            .map(|(time, sale)| (seconds(*time), percent(sale.to_spot)))
            .collect(),
    };
    let loss = |step: fn(&Moment) -> Amount| move |moment: &Moment| Some(millions(step(moment)));
    let thinned = match timeline.thinned {
        0 | 1 => "Each dot is a sale.".to_owned(),
        every => format!("Each dot is a sale; one in {every} is drawn."),
    };
    let mut charts = vec![chart(
        "Price and total ratio",
        "The ratio is of all vaults and lots: it rises where risky ones are repaid.",
        Unit::Percent,
        price_lines,
    )];
    if report.collaterals.len() > 1 {
        let ratios = report.collaterals.iter().enumerate().map(|(feed, collateral)| {
            let ratio = move |moment: &Moment| moment.ratio_of(feed).filter(|ratio| *ratio <= RATIO_SHOWN).map(percent);
            line(&collateral.symbol, Shape::Line, &ratio)
        });
        let mut lines: Vec<Line> = ratios.take(COLLATERALS).collect();
        lines.push(total());
        charts.push(chart(
            "Total ratio of each collateral",
            "Collateral value ÷ debt of its vaults and lots.",
            Unit::Percent,
            lines,
        ));
    }
    charts.extend([
        chart(
            "Debt, USD",
            "What vaults and lots on sale owe, and the coins that wait in bids and stability pools.",
            Unit::Millions,
            vec![
                line("vaults", Shape::Line, &|moment| Some(millions(moment.vault_debt))),
                line("lots on sale", Shape::Line, &|moment| {
                    Some(millions(moment.auction_debt))
                }),
                line("bids and pools", Shape::Line, &|moment| Some(millions(moment.pool))),
            ],
        ),
        chart(
            "Liquidations, USD",
            &format!(
                "Debt taken off vaults between two points, about {} apart.",
                between(moments)
            ),
            Unit::Millions,
            vec![liquidated],
        ),
        chart(
            "Sale prices against the market",
            &format!("Price paid ÷ market price. {thinned}"),
            Unit::Percent,
            vec![
                sales(Buyer::Auction, "in auctions"),
                sales(Buyer::Market, "in the reserve's markets"),
                sales(Buyer::Pool, "to stability pools"),
                sales(Buyer::Bids, "to standing bids"),
            ],
        ),
        chart(
            "Who paid for losses, USD",
            "Booked so far, net of what came back, and what the waterfall would book now for vaults and lots under water.",
            Unit::Millions,
            vec![
                line(
                    "owners: penalty and discount",
                    Shape::Line,
                    &loss(|moment| moment.own_collateral),
                ),
                line(
                    "first-loss capital",
                    Shape::Line,
                    &loss(|moment| moment.losses.first_loss),
                ),
                line("surplus buffer", Shape::Line, &loss(|moment| moment.losses.surplus)),
                line("insurance fund", Shape::Line, &loss(|moment| moment.losses.fund)),
                line(
                    "coin holders: bad debt",
                    Shape::Line,
                    &loss(|moment| moment.losses.bad_debt),
                ),
            ],
        ),
        chart(
            "Capital efficiency",
            "Debt ÷ all value behind it.",
            Unit::Percent,
            vec![line("debt ÷ (collateral + pools + liquidity + reserves)", Shape::Line, &|moment| {
                moment.capital_efficiency().map(percent)
            })],
        ),
    ]);
    charts
}

/// The mean time between two moments.
fn between(moments: &[Moment]) -> String {
    let (Some(first), Some(last)) = (moments.first(), moments.last()) else {
        return String::new();
    };
    let apart = last.time.saturating_since(first.time).0 / (moments.len() as u64 - 1).max(1);
    match apart {
        0..120 => format!("{apart} seconds"),
        120..7_200 => format!("{} minutes", apart / 60),
        _ => format!("{} hours", apart / 3_600),
    }
}

/// A plot needs no more than the 53 bits that this keeps.
#[expect(clippy::cast_precision_loss, reason = "a plot needs no more")]
fn whole(number: u128) -> f64 {
    number as f64
}

fn millions(amount: Amount) -> f64 {
    whole(amount.raw()) / 1e24
}

fn percent(ratio: Ratio) -> f64 {
    whole(ratio.raw()) / 1e16
}
