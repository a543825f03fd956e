//! Used nonces, unordered and forgotten in time (docs/fees.md).

use borsh::{BorshDeserialize, BorshSerialize, io};
use smallvec::SmallVec;

use super::malformed;

/// The most spans that a generation holds: so a record stays small whatever its owner does. Who counts his nonces up,
/// in whatever order they arrive, needs one or two.
pub const SPANS: usize = 256;

/// Used nonces from the first to the last, both included.
type Span = (u64, u64);

/// The nonces of an account's transactions that may still be alive.
///
/// Time is cut into windows as long as a transaction may live, so what is used in one window is dead after the next.
/// Nonces are kept in two generations: those used in the newest window that the account has seen, and in the one before.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Nonces {
    /// The window of the newer generation.
    window: u64,
    /// Used in the window before; disjoint spans, rising, not adjacent.
    older: SmallVec<[Span; 1]>,
    /// Used in the window; likewise.
    newer: SmallVec<[Span; 1]>,
}

/// Why a nonce cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonceFault {
    /// It is used already.
    Used,
    /// It lies apart from all others, and [`SPANS`] do so already.
    Scattered,
}

impl Nonces {
    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.older.is_empty() && self.newer.is_empty()
    }

    /// How many spans are remembered.
    pub fn spans(&self) -> usize {
        self.older.len() + self.newer.len()
    }

    /// The free number right behind the widest span: who goes on there needs no span of his own. That of the newer generation,
    /// or of the older while the newer is empty; none if no nonce is remembered.
    pub fn next(&self) -> Option<u64> {
        let spans = if self.newer.is_empty() {
            &self.older
        } else {
            &self.newer
        };
        let open = spans.iter().filter(|(_, last)| *last < u64::MAX);
        let (_, last) = open.max_by_key(|(first, last)| (last - first, *last))?;
        let mut next = last + 1;
        let used = |nonce| {
            let in_spans = |spans: &[Span]| find(spans, nonce).ok().map(|at| spans[at].1);
            in_spans(&self.older).or_else(|| in_spans(&self.newer))
        };
        while let Some(last) = used(next) {
            next = last.checked_add(1)?;
        }
        Some(next)
    }

    /// Marks a nonce as used in a window. Errors: `Used`, `Scattered`.
    pub fn use_up(&mut self, nonce: u64, window: u64) -> Result<(), NonceFault> {
        self.enter(window);
        if find(&self.older, nonce).is_ok() {
            return Err(NonceFault::Used);
        }
        let Err(at) = find(&self.newer, nonce) else {
            return Err(NonceFault::Used);
        };
        let follows = at > 0 && self.newer[at - 1].1.checked_add(1) == Some(nonce);
        let precedes = self
            .newer
            .get(at)
            .is_some_and(|(first, _)| nonce.checked_add(1) == Some(*first));
        match (follows, precedes) {
            (true, true) => {
                self.newer[at - 1].1 = self.newer[at].1;
                self.newer.remove(at);
            }
            (true, false) => self.newer[at - 1].1 = nonce,
            (false, true) => self.newer[at].0 = nonce,
            (false, false) if self.newer.len() < SPANS => self.newer.insert(at, (nonce, nonce)),
            (false, false) => return Err(NonceFault::Scattered),
        }
        Ok(())
    }

    /// Forgets what is dead in this window and all later ones. Windows only rise; an earlier one changes nothing.
    pub fn enter(&mut self, window: u64) {
        if window <= self.window {
            return;
        }
        let is_next = window - self.window == 1;
        self.older.clear();
        if is_next {
            std::mem::swap(&mut self.older, &mut self.newer);
        } else {
            self.newer.clear();
        }
        self.window = window;
    }

    /// Whether [`Nonces::enter`] would forget something.
    pub fn has_dead(&self, window: u64) -> bool {
        let age = window.saturating_sub(self.window);
        age > 0 && !self.older.is_empty() || age > 1 && !self.newer.is_empty()
    }
}

/// The span that holds a nonce, or the place for one of its own.
fn find(spans: &[Span], nonce: u64) -> Result<usize, usize> {
    let at = spans.partition_point(|(_, last)| *last < nonce);
    match spans.get(at) {
        Some((first, _)) if *first <= nonce => Ok(at),
        _ => Err(at),
    }
}

/// Copies the bytes at once.
impl Clone for Nonces {
    fn clone(&self) -> Self {
        Self {
            window: self.window,
            older: SmallVec::from_slice(&self.older),
            newer: SmallVec::from_slice(&self.newer),
        }
    }
}

impl BorshSerialize for Nonces {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        self.window.serialize(writer)?;
        self.older.as_slice().serialize(writer)?;
        self.newer.as_slice().serialize(writer)
    }
}

impl BorshDeserialize for Nonces {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let window = u64::deserialize_reader(reader)?;
        let mut spans = || {
            let spans = Vec::<Span>::deserialize_reader(reader)?;
            let whole = spans.iter().all(|(first, last)| first <= last);
            let apart = spans.is_sorted_by(|left, right| left.1.checked_add(1).is_some_and(|next| next < right.0));
            if whole && apart && spans.len() <= SPANS {
                Ok(SmallVec::from_vec(spans))
            } else {
                Err(malformed("spans of nonces are few, rising and apart"))
            }
        };
        Ok(Self {
            window,
            older: spans()?,
            newer: spans()?,
        })
    }
}
