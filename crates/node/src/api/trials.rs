//! Work that takes a while and that nobody pays for: a few at a time, beside the threads that serve requests.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::Semaphore;

use super::error::Failure;

/// So many wait for each that runs.
const WAITING: usize = 8;

/// Places to run, and to wait for that.
pub(crate) struct Trials {
    waiting: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

impl Trials {
    /// So many at a time; at least one.
    pub(crate) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            waiting: Arc::new(Semaphore::new(most.saturating_mul(WAITING + 1))),
            running: Arc::new(Semaphore::new(most)),
        }
    }

    /// Does something when it is its turn. Who hangs up while it waits gives its place back; work that runs keeps it until it
    /// is done, whoever still wants to know. Error: `Busy`, at once, if too many wait.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
        let busy = |what| Failure::new(StatusCode::SERVICE_UNAVAILABLE, "Busy", what);
        let full = "too many try transactions: try again in a moment";
        let waiting = self.waiting.clone().try_acquire_owned().map_err(|_| busy(full))?;
        let running = self.running.clone().acquire_owned().await.map_err(|_| busy(full))?;
        let done = tokio::task::spawn_blocking(move || {
            let _places = (waiting, running);
            work()
        })
        .await;
        done.map_err(|_| {
            Failure::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Broken",
                "the trial ended without a result",
            )
        })
    }
}

#[cfg(test)]
mod tests;
