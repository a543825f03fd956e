//! Who is connected: how many, how many of one address, and who makes room when all places are taken.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The host behind an address: of IPv6 the /64 that one host usually has.
pub(crate) fn host(address: IpAddr) -> IpAddr {
    // An IPv4 address may come as one of IPv6.
    match address.to_canonical() {
        address @ IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many of something each host has, of at most so many.
pub(crate) struct Shares {
    most: usize,
    of: Mutex<HashMap<IpAddr, usize>>,
}

/// One of a host's; given back when it is dropped.
pub(crate) struct Share {
    shares: Arc<Shares>,
    host: IpAddr,
}

impl Shares {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        let of = Mutex::default();
        Arc::new(Self { most, of })
    }

    /// One more for a host; none if it has its share.
    pub(crate) fn take(self: &Arc<Self>, host: IpAddr) -> Option<Share> {
        let mut of = locked(&self.of);
        let count = of.entry(host).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        let shares = self.clone();
        Some(Share { shares, host })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut of = locked(&self.shares.of);
        if let Some(count) = of.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                of.remove(&self.host);
            }
        }
    }
}

/// The places of an API's connections.
pub(crate) struct Places {
    most: usize,
    table: Mutex<Table>,
    /// Told when a place is free, or one is idle that could make room.
    changed: Notify,
}

#[derive(Default)]
struct Table {
    open: HashMap<u64, Open>,
    /// Those without a request under way, the longest idle first.
    idle: BTreeMap<u64, u64>,
    /// Counts connections and what becomes idle.
    next: u64,
}

struct Open {
    busy: u32,
    /// Its place among the idle.
    idle: Option<u64>,
    leave: Arc<Notify>,
}

impl Table {
    fn turn(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// A place; free again when it is dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    id: u64,
    leave: Arc<Notify>,
}

impl Places {
    /// At least one.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most: most.max(1),
            table: Mutex::default(),
            changed: Notify::new(),
        })
    }

    /// A place for a new connection, once one is free. If all are taken, whoever has been idle for the longest has to leave at
    /// once: true then. Who has a request under way is left alone.
    pub(crate) async fn enter(self: &Arc<Self>) -> (Place, bool) {
        loop {
            let changed = self.changed.notified();
            if let Some(entered) = self.try_enter() {
                return entered;
            }
            changed.await;
        }
    }

    fn try_enter(self: &Arc<Self>) -> Option<(Place, bool)> {
        let mut table = locked(&self.table);
        let is_full = table.open.len() >= self.most;
        if is_full {
            let (_, longest) = table.idle.pop_first()?;
            if let Some(open) = table.open.remove(&longest) {
                open.leave.notify_one();
            }
        }
        let (id, turn, leave) = (table.turn(), table.turn(), Arc::new(Notify::new()));
        let open = Open {
            busy: 0,
            idle: Some(turn),
            leave: leave.clone(),
        };
        table.open.insert(id, open);
        table.idle.insert(turn, id);
        let places = self.clone();
        Some((Place { places, id, leave }, is_full))
    }

    /// Returns when nobody is connected.
    pub(crate) async fn empty(&self) {
        loop {
            let changed = self.changed.notified();
            if locked(&self.table).open.is_empty() {
                return;
            }
            changed.await;
        }
    }
}

impl Place {
    /// Returns when the connection has to make room.
    pub(crate) async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }

    /// A request is under way, until what is returned is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> Busy {
        let mut table = locked(&self.places.table);
        if let Some(open) = table.open.get_mut(&self.id) {
            open.busy += 1;
            if let Some(turn) = open.idle.take() {
                table.idle.remove(&turn);
            }
        }
        Busy(self.clone())
    }

    /// Whether no request is under way.
    pub(crate) fn is_idle(&self) -> bool {
        let table = locked(&self.places.table);
        table.open.get(&self.id).is_none_or(|open| open.busy == 0)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = locked(&self.places.table);
        if let Some(turn) = table.open.remove(&self.id).and_then(|open| open.idle) {
            table.idle.remove(&turn);
        }
        drop(table);
        self.places.changed.notify_waiters();
    }
}

/// A request under way, or its answer.
pub(crate) struct Busy(Arc<Place>);

impl Drop for Busy {
    fn drop(&mut self) {
        let Place { places, id, .. } = &*self.0;
        let mut table = locked(&places.table);
        let turn = table.turn();
        let Some(open) = table.open.get_mut(id) else { return };
        open.busy -= 1;
        if open.busy == 0 {
            open.idle = Some(turn);
            table.idle.insert(turn, *id);
        }
        drop(table);
        places.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
