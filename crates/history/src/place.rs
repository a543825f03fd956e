//! Where in the chain something stands, as one integer.

use std::fmt;
use std::str::FromStr;

use ballast_protocol::Height;

/// Bits of the place within a block.
const BITS: u32 = 24;

/// Bits of the place within a span.
const SPAN_BITS: u32 = 8;

/// A height and a place in its block, in the order of the chain; in tables `height << 24 | seq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(i64);

/// A place that the index has no number for: a height from 2³⁹, or a place in its block from 2²⁴.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the index has no number for place {seq} of {height}")]
pub struct TooFar {
    /// The height.
    pub height: Height,
    /// The place in its block.
    pub seq: usize,
}

impl Place {
    /// A place in a block.
    ///
    /// ```
    /// use ballast_history::Place;
    /// use ballast_protocol::Height;
    ///
    /// let place = Place::of(Height(3), 5)?;
    /// assert_eq!((place.height(), place.seq()), (Height(3), 5));
    /// assert_eq!(place.to_string(), "3-5");
    /// assert_eq!("3-5".parse(), Ok(place));
    /// assert!(Place::of(Height(1 << 39), 0).is_err());
    /// # Ok::<(), ballast_history::TooFar>(())
    /// ```
    pub fn of(height: Height, seq: usize) -> Result<Self, TooFar> {
        let number = || {
            let high = i64::try_from(height.0)
                .ok()
                .filter(|height| *height < 1 << (63 - BITS))?;
            let low = i64::try_from(seq).ok().filter(|seq| *seq < 1 << BITS)?;
            Some(high << BITS | low)
        };
        number().map(Self).ok_or(TooFar { height, seq })
    }

    /// The number of a row.
    pub(crate) const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// As it stands in a row.
    pub(crate) const fn number(self) -> i64 {
        self.0
    }

    /// The run of 256 places of one block that it stands in: `place >> 8`.
    pub(crate) const fn span(self) -> i64 {
        self.0 >> SPAN_BITS
    }

    /// Its block.
    pub fn height(self) -> Height {
        Height(u64::try_from(self.0 >> BITS).unwrap_or(0))
    }

    /// The place in the block.
    pub fn seq(self) -> u32 {
        u32::try_from(self.0 & ((1 << BITS) - 1)).unwrap_or(0)
    }
}

/// As cursors say it: `height-seq`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.height().0, self.seq())
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let no_place = || format!("{text} is no place of the form height-number");
        let (height, seq) = text.split_once('-').ok_or_else(no_place)?;
        let (height, seq) = height.parse().ok().zip(seq.parse().ok()).ok_or_else(no_place)?;
        let place = Self::of(Height(height), seq).map_err(|why| why.to_string())?;
        // One place has one text: neither a sign nor zeros before its numbers.
        Some(place)
            .filter(|place| place.to_string() == text)
            .ok_or_else(no_place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_text_and_all_else_is_refused() {
        let last = Place::of(Height((1 << 39) - 1), (1 << 24) - 1).expect("the last place");
        for place in [Place(0), Place(1), Place(1 << 24), last] {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in [
            "", "-", "3", "3-", "-5", "+3-5", "3-+5", "03-5", "3-05", " 3-5", "3-5 ", "3--5", "3-5-7", "٣-٥",
        ] {
            assert_eq!(
                text.parse::<Place>(),
                Err(format!("{text} is no place of the form height-number"))
            );
        }
        for (height, seq) in [(1_u64 << 39, 0), (u64::MAX, 0), (0, 1_usize << 24), (0, usize::MAX)] {
            let (height, text) = (Height(height), format!("{height}-{seq}"));
            assert_eq!(text.parse::<Place>(), Err(TooFar { height, seq }.to_string()));
        }
    }
}
