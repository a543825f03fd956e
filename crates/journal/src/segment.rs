//! One file of the log: a first page that says what it is and how far it was durable, then records.
//!
//! The mark of what was durable stands in two slots, written in turn after each sync and durable with the next, so that a
//! torn one leaves the other. It may lag behind what was durable, but never lead. With it even damage to the very last
//! acknowledged record is told from a torn write.

use ballast_protocol::Height;

use crate::frame::{self, Frame, Key};

/// Where records begin.
pub(crate) const FIRST: u64 = 4_096;
/// Where the two slots stand: in sectors of their own.
const SLOTS: [u64; 2] = [512, 1_024];
const MAGIC: [u8; 8] = *b"BALLAST\x01";
const TITLE: usize = 24;
const SLOT: usize = 16;

/// The first bytes of a segment that begins with this height.
pub(crate) fn title(key: &Key, first: Height) -> Vec<u8> {
    let first = first.0.to_le_bytes();
    let check: [u8; 8] = key.check(&[&MAGIC, &first]);
    let mut page = [&MAGIC[..], &first, &check].concat();
    page.resize(usize::try_from(FIRST).expect("a page fits"), 0);
    page
}

/// Whether these are the first bytes of the segment that begins with this height.
pub(crate) fn has_title(key: &Key, first: Height, bytes: &[u8]) -> bool {
    bytes
        .get(..TITLE)
        .is_some_and(|found| title(key, first).starts_with(found))
}

/// The mark that everything below `durable` is there: where it goes in its turn, and its bytes.
pub(crate) fn mark(key: &Key, durable: Height, turn: usize) -> (u64, Vec<u8>) {
    let height = durable.0.to_le_bytes();
    let check: [u8; 8] = key.check(&[b"mark", &height]);
    (SLOTS[turn % SLOTS.len()], [height, check].concat())
}

/// The highest mark in a segment's first page.
pub(crate) fn marked(key: &Key, bytes: &[u8]) -> Option<Height> {
    let slot = |at: u64| {
        let at = usize::try_from(at).ok()?;
        let slot = bytes.get(at..)?.get(..SLOT)?;
        let (height, check) = slot.split_first_chunk::<8>()?;
        let expected: [u8; 8] = key.check(&[b"mark", height]);
        (check == expected).then_some(Height(u64::from_le_bytes(*height)))
    };
    SLOTS.into_iter().filter_map(slot).max()
}

/// What a walk through a segment has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Walked {
    /// Where the whole records end.
    pub(crate) end: u64,
    /// The height that would come next.
    pub(crate) next: Height,
    /// Everything below this was durable, as far as this segment tells.
    pub(crate) durable: Height,
    /// Where the records begin that may not be durable.
    pub(crate) doubtful: u64,
}

impl Walked {
    /// Whether a block that was durable is not among the whole records.
    pub(crate) fn has_lost(&self) -> bool {
        self.durable > self.next
    }
}

/// Shows the whole records of a segment to `visit`, in order, and says where they end. `bytes` is the whole file.
pub(crate) fn walk<E>(
    key: &Key,
    first: Height,
    bytes: &[u8],
    mut visit: impl FnMut(Frame<'_>) -> Result<(), E>,
) -> Result<Walked, E> {
    let (mut at, mut next) = (usize::try_from(FIRST).expect("a page fits"), first);
    let durable = marked(key, bytes).unwrap_or(first);
    let mut doubtful = None;
    while let Some(frame) = frame::read(key, bytes.get(at..).unwrap_or_default()).filter(|frame| frame.height == next) {
        if frame.height >= durable {
            doubtful.get_or_insert(at);
        }
        visit(frame)?;
        at += frame.len();
        next = Height(next.0.saturating_add(1));
    }
    let offset = |at: usize| u64::try_from(at).expect("an offset fits");
    Ok(Walked {
        end: offset(at),
        next,
        durable,
        doubtful: offset(doubtful.unwrap_or(at)),
    })
}
