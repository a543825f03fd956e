//! File descriptors: every connection needs one, and so does the journal.

use super::ApiSettings;

/// Kept for the journal, snapshots, logs and what else a process opens.
const RESERVED: usize = 256;

/// Raises the limit of file descriptors of this process as far as it may by itself; returns it, if there is one to be known.
#[cfg(unix)]
pub fn raise_descriptors() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(_) => limit.current,
    }
}

/// There is no such limit here.
#[cfg(not(unix))]
pub fn raise_descriptors() -> Option<u64> {
    None
}

impl ApiSettings {
    /// With no more connections and subscribers than so many descriptors have room for; at least one of each.
    pub fn within(self, descriptors: u64) -> Self {
        let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
        let left = descriptors.saturating_sub(RESERVED);
        let subscribers = self.subscribers.min(left / 4).max(1);
        Self {
            connections: self.connections.min(left.saturating_sub(subscribers)).max(1),
            subscribers,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_to_the_journal() {
        let within = |descriptors| {
            let settings = ApiSettings::default().within(descriptors);
            (settings.connections, settings.subscribers)
        };
        assert_eq!(within(1 << 20), (10_000, 1_000));
        assert_eq!(within(4_096), (2_880, 960));
        assert_eq!(within(1_024), (576, 192));
        assert_eq!(within(100), (1, 1));
    }
}
