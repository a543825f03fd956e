//! Plots as SVG text that takes its colours from the page, so that it reads on light and dark alike.

use ballast_num::Timestamp;
use plotters::prelude::*;

use super::utc;

/// A line, or a cloud of points.
pub(super) struct Line {
    /// What it is.
    pub(super) name: String,
    /// Whether its points are joined.
    pub(super) shape: Shape,
    /// Seconds since the first moment, and the figure.
    pub(super) points: Vec<(f64, f64)>,
}

/// How points are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Joined.
    Line,
    /// Filled down to zero.
    Area,
    /// One by one.
    Points,
}

/// A plot: lines over one span of time.
pub(super) struct Chart {
    /// What the figures are.
    pub(super) title: String,
    /// One sentence that tells how to read it.
    pub(super) note: String,
    /// When the span begins.
    pub(super) start: Timestamp,
    /// When it ends.
    pub(super) end: Timestamp,
    /// What stands after a figure on the axis.
    pub(super) unit: Unit,
    /// At most nine.
    pub(super) lines: Vec<Line>,
}

/// The unit of an axis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Percent.
    Percent,
    /// Millions of USD.
    Millions,
}

const SIZE: (u32, u32) = (960, 300);
/// Marks in the drawing that the page's own colours replace.
const MARKS: [RGBColor; 9] = [
    RGBColor(1, 0, 1),
    RGBColor(2, 0, 2),
    RGBColor(3, 0, 3),
    RGBColor(4, 0, 4),
    RGBColor(5, 0, 5),
    RGBColor(6, 0, 6),
    RGBColor(7, 0, 7),
    RGBColor(8, 0, 8),
    RGBColor(9, 0, 9),
];

impl Chart {
    /// The plot with its heading and legend. Without two moments there is nothing to draw.
    pub(super) fn html(&self) -> String {
        let legend: Vec<String> = self
            .lines
            .iter()
            .enumerate()
            .map(|(at, line)| {
                format!(
                    r#"<span class="line"><span class="key k{}"></span>{}</span>"#,
                    at + 1,
                    super::html::escape(&line.name)
                )
            })
            .collect();
        let drawing = self
            .svg()
            .unwrap_or_else(|reason| format!("<p>no drawing: {reason}</p>"));
        format!(
            "<figure>\n<figcaption><b>{}</b> {}<br>{}</figcaption>\n<div class=\"plot\">{drawing}</div></figure>\n",
            super::html::escape(&self.title),
            super::html::escape(&self.note),
            legend.join(" ")
        )
    }

    fn svg(&self) -> Result<String, String> {
        let mut text = String::new();
        self.draw(&mut text).map_err(|error| error.to_string())?;
        let (width, height) = SIZE;
        text = text.replacen(&format!("width=\"{width}\" height=\"{height}\" "), "", 1);
        text = text.replace("#000000", "currentColor");
        for at in 1..=MARKS.len() {
            text = text.replace(&format!("#{at:02X}00{at:02X}"), &format!("var(--c{at})"));
        }
        Ok(text)
    }

    /// Where the figures' axis begins: at zero, but for points alone at the last ten well under all of them.
    fn bottom(&self) -> f64 {
        let points = self.lines.iter().flat_map(|line| &line.points);
        let least = points.map(|(_, y)| *y).fold(f64::INFINITY, f64::min);
        if least.is_finite() && self.lines.iter().all(|line| line.shape == Shape::Points) {
            ((least / 10.0 - 0.5).floor() * 10.0).max(0.0)
        } else {
            0.0
        }
    }

    fn draw(&self, text: &mut String) -> Result<(), Box<dyn std::error::Error + '_>> {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        // Places on the axis are quarters of a day, or of a long span fifty days, so that marks fall on round times.
        let span = self.end.saturating_since(self.start).0;
        let place = if span > LONG { 50 * 86_400 } else { 21_600 };
        let last = seconds(span) / seconds(place);
        let most = points().map(|(_, y)| *y).fold(0.0, f64::max);
        let bottom = self.bottom();
        let top = if most > bottom {
            most + (most - bottom) * 0.06
        } else {
            bottom + 1.0
        };
        let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .margin(6)
            .margin_right(56)
            .x_label_area_size(26)
            .y_label_area_size(60)
            .build_cartesian_2d(0.0..last, bottom..top)?;
        let (start, unit) = (self.start, self.unit);
        chart
            .configure_mesh()
            .x_labels(7)
            .y_labels(6)
            .x_label_formatter(&|x| moment(start, *x * seconds(place)))
            .y_label_formatter(&|y| figure(unit, *y, top))
            .label_style(("sans-serif", 13))
            .axis_style(BLACK.mix(0.5))
            .bold_line_style(BLACK.mix(0.12))
            .light_line_style(BLACK.mix(0.0))
            .draw()?;
        for (line, colour) in self.lines.iter().zip(MARKS) {
            let points = line.points.iter().map(|(x, y)| (x / seconds(place), *y));
            match line.shape {
                Shape::Line => {
                    chart.draw_series(LineSeries::new(points, colour.stroke_width(2)))?;
                }
                Shape::Area => {
                    chart.draw_series(AreaSeries::new(points, 0.0, colour.mix(0.7)))?;
                }
                Shape::Points => {
                    let dots = points.map(|point| Circle::new(point, 2, colour.mix(0.6).filled()));
                    chart.draw_series(dots)?;
                }
            }
        }
        root.present()?;
        drop(chart);
        Ok(())
    }
}

/// Over so many seconds an axis shows days rather than hours.
const LONG: u64 = 60 * 86_400;

/// Exact: no span has 2⁵³ seconds.
#[expect(clippy::cast_precision_loss, reason = "no span has 2⁵³ seconds")]
fn seconds(span: u64) -> f64 {
    span as f64
}

/// The moment so many seconds after the start.
fn moment(start: Timestamp, seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place on the axis is within its span"
    )]
    let at = Timestamp(start.0.saturating_add(seconds.max(0.0) as u64));
    utc(at)
}

fn figure(unit: Unit, value: f64, top: f64) -> String {
    let decimals = usize::from(top < 10.0) + usize::from(top < 1.0);
    match unit {
        Unit::Percent => format!("{value:.decimals$} %"),
        Unit::Millions => format!("{value:.decimals$} M"),
    }
}
