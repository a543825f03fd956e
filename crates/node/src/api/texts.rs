//! The texts of recent blocks: each is made once, for all who subscribe and all who ask for the block.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use axum::body::Bytes;
use axum::extract::ws::Utf8Bytes;
use ballast_protocol::api::{BlockInfo, ChangeInfo};
use ballast_protocol::{Height, hex};
use tokio::sync::{Semaphore, watch};

use crate::Published;

/// Texts that nobody reads any more are kept for the next reader up to so many bytes together, those used last.
const KEPT: usize = 32 << 20;
/// So many are made at a time, beside the threads that serve.
const MAKING: usize = 2;

/// What a subscriber is told of a block. The block's own text is a part of it.
pub(crate) struct Text {
    told: Utf8Bytes,
    block: Range<usize>,
}

impl Text {
    /// The message of a subscription.
    pub(crate) fn told(&self) -> Utf8Bytes {
        self.told.clone()
    }

    /// The block alone, in the same memory.
    pub(crate) fn block(self: Arc<Self>) -> Bytes {
        Bytes::from_owner(Block(self))
    }
}

struct Block(Arc<Text>);

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        self.0.told.as_bytes().get(self.0.block.clone()).unwrap_or_default()
    }
}

/// Which: a height, with every changed record or without.
type Which = (Height, bool);

/// The texts that somebody reads, and those that are kept for the next.
pub(crate) struct Texts {
    slots: Arc<Mutex<Slots>>,
    making: Arc<Semaphore>,
}

#[derive(Default)]
struct Slots {
    of: HashMap<Which, Slot>,
    uses: u64,
}

enum Slot {
    /// Somebody makes it; whoever wants it waits for that.
    Making(watch::Receiver<Option<Arc<Text>>>),
    /// It is there as long as somebody reads it, or it is kept.
    Made {
        text: Weak<Text>,
        kept: Option<Arc<Text>>,
        used: u64,
    },
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            slots: Arc::default(),
            making: Arc::new(Semaphore::new(MAKING)),
        }
    }
}

fn locked(slots: &Mutex<Slots>) -> MutexGuard<'_, Slots> {
    slots.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Texts {
    /// The text of a block; none if it has none. Whoever wants it first has it made, and it is made to the end.
    pub(crate) async fn of(&self, published: &Arc<Published>, changes: bool) -> Option<Arc<Text>> {
        let which = (published.height(), changes);
        let mut made = {
            let mut slots = locked(&self.slots);
            if let Some(text) = slots.find(which) {
                return Some(text);
            }
            match slots.of.get(&which) {
                // Not one whose maker has broken down.
                Some(Slot::Making(made)) if made.has_changed().is_ok() => made.clone(),
                _ => {
                    let (sender, made) = watch::channel(None);
                    slots.of.insert(which, Slot::Making(made.clone()));
                    self.make(which, published.clone(), sender);
                    made
                }
            }
        };
        let made = made.wait_for(Option::is_some).await;
        made.ok().and_then(|text| text.clone())
    }

    fn make(&self, which: Which, published: Arc<Published>, made: watch::Sender<Option<Arc<Text>>>) {
        let (slots, making) = (self.slots.clone(), self.making.clone());
        tokio::spawn(async move {
            // The places are never closed.
            let Ok(place) = making.acquire_owned().await else {
                return;
            };
            tokio::task::spawn_blocking(move || {
                let _place = place;
                let text = text(&published, which.1).map(Arc::new);
                locked(&slots).put(which, text.as_ref());
                made.send_replace(text);
            });
        });
    }
}

impl Slots {
    /// One that is there, which is kept from now on.
    fn find(&mut self, which: Which) -> Option<Arc<Text>> {
        self.uses += 1;
        let Some(Slot::Made { text, kept, used }) = self.of.get_mut(&which) else {
            return None;
        };
        let text = text.upgrade()?;
        (*kept, *used) = (Some(text.clone()), self.uses);
        self.let_go();
        Some(text)
    }

    fn put(&mut self, which: Which, text: Option<&Arc<Text>>) {
        self.uses += 1;
        match text {
            Some(text) => {
                let made = Slot::Made {
                    text: Arc::downgrade(text),
                    kept: Some(text.clone()),
                    used: self.uses,
                };
                self.of.insert(which, made);
            }
            None => drop(self.of.remove(&which)),
        }
        self.let_go();
    }

    /// Keeps no more than there is room for, but always the one used last; forgets what nobody reads.
    fn let_go(&mut self) {
        let mut by_use: Vec<_> = self
            .of
            .values_mut()
            .filter_map(|slot| match slot {
                Slot::Made { kept, used, .. } if kept.is_some() => Some((*used, kept)),
                _ => None,
            })
            .collect();
        by_use.sort_unstable_by_key(|(used, _)| std::cmp::Reverse(*used));
        let mut bytes = 0_usize;
        for (place, (_, kept)) in by_use.into_iter().enumerate() {
            bytes = bytes.saturating_add(kept.as_ref().map_or(0, |text| text.told.len()));
            if place > 0 && bytes > KEPT {
                *kept = None;
            }
        }
        self.of.retain(|_, slot| match slot {
            Slot::Making(_) => true,
            Slot::Made { text, .. } => text.strong_count() > 0,
        });
    }
}

/// `Told` of a block.
fn text(published: &Published, with_changes: bool) -> Option<Text> {
    let sealed = published.sealed.as_ref()?;
    let block = &sealed.block.block;
    let info = BlockInfo {
        height: block.height,
        time: block.time,
        root: sealed.result.state_root,
        observations: block.observations.clone(),
        transactions: block.transactions.clone(),
        hashes: sealed.hashes.clone(),
        receipts: sealed.result.receipts.clone(),
        events: sealed.result.events.clone(),
        work: sealed.result.work,
    };
    let (before, between) = (r#"{"block":"#, r#","changes":"#);
    let mut told = String::from(before);
    told.push_str(&serde_json::to_string(&info).ok()?);
    let block = before.len()..told.len();
    if with_changes {
        let changes: Vec<_> = sealed
            .changes
            .iter()
            .map(|change| ChangeInfo {
                table: change.table,
                key: hex::text(change.key),
                before: change.before.map(hex::text),
                after: change.after.map(hex::text),
            })
            .collect();
        told.push_str(between);
        told.push_str(&serde_json::to_string(&changes).ok()?);
    }
    told.push('}');
    Some(Text {
        told: told.into(),
        block,
    })
}

#[cfg(test)]
mod tests;
