//! Waits between tries: longer each time, and spread so that many clients do not come back at once.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(2);

/// The next wait.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { most: FIRST }
    }
}

impl Backoff {
    /// Between half and all of a bound that doubles each time.
    pub(crate) fn next(&mut self) -> Duration {
        let most = self.most;
        self.most = (most * 2).min(LONGEST);
        most.mul_f64(rand::random_range(0.5..=1.0))
    }

    pub(crate) async fn wait(&mut self) {
        tokio::time::sleep(self.next()).await;
    }

    /// Begins anew: something worked.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}
