//! Recorded prices, and the path that a replay walks along them.
//!
//! A file becomes a [`Series`] (every row checked, every number exact) and a series a [`Path`]: one price for each second,
//! or none where the record has a gap. Nothing here reads a clock or computes in floating point, so a replay sees the
//! same prices on every machine.
//!
//! ```
//! use ballast_num::{Price, Timestamp};
//! use ballast_sim::prices::{Order, Path, Series};
//!
//! let text = "ts,open,high,low,close\n0,100,130,70,110\n3600,110,120,90,95\n";
//! let path = Path::new(Series::parse("two hours", text.as_bytes())?, Order::LowFirst);
//! assert_eq!(path.price_at(Timestamp(600)), Some(Price::whole(85))); // half-way from 100 down to 70
//! assert_eq!(path.price_at(Timestamp(1_200)), Some(Price::whole(70)));
//! assert_eq!(path.price_at(Timestamp(7_200)), Some(Price::whole(95)));
//! assert_eq!(path.price_at(Timestamp(7_201)), None);
//! # Ok::<(), ballast_sim::prices::Malformed>(())
//! ```

mod malformed;
mod path;
mod read;
mod series;
mod unpack;

pub use malformed::{BadRows, Malformed, Problem};
pub use path::{Cursor, Order, Path};
pub use read::LoadError;
pub use series::{Bar, Gap, Rows, Sample, Series};
pub(crate) use unpack::unpack;
