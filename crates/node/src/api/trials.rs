//! Work that takes a while and that nobody pays for: a few at a time, beside the threads that serve requests.

use axum::http::StatusCode;
use tokio::sync::Semaphore;

use super::error::Failure;

/// So many wait for each that runs.
const WAITING: usize = 8;

/// Places to run, and to wait for that.
pub(crate) struct Trials {
    waiting: Semaphore,
    running: Semaphore,
}

impl Trials {
    /// So many at a time; at least one.
    pub(crate) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            waiting: Semaphore::new(most.saturating_mul(WAITING + 1)),
            running: Semaphore::new(most),
        }
    }

    /// Does something when it is its turn. Error: `Busy`, at once, if too many wait.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
        let busy = |what| Failure::new(StatusCode::SERVICE_UNAVAILABLE, "Busy", what);
        let full = "too many try transactions: try again in a moment";
        let _waiting = self.waiting.try_acquire().map_err(|_| busy(full))?;
        let _running = self.running.acquire().await.map_err(|_| busy(full))?;
        let done = tokio::task::spawn_blocking(work).await;
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
mod tests {
    use super::*;

    #[tokio::test]
    async fn trials_beyond_those_that_wait_are_refused_at_once() {
        let trials = Trials::new(1);
        let (release, held) = std::sync::mpsc::channel::<()>();
        let first = trials.run(move || held.recv());
        let others = (0..WAITING).map(|_| trials.run(|| ()));
        let rest = async {
            let others = futures::future::join_all(others);
            let refused = async {
                tokio::task::yield_now().await;
                assert!(trials.run(|| ()).await.is_err(), "one more than may wait");
                release.send(()).unwrap();
            };
            futures::join!(others, refused).0
        };
        let (first, others) = futures::join!(first, rest);
        assert!(first.is_ok_and(|received| received.is_ok()));
        assert!(others.iter().all(Result::is_ok));
    }
}
