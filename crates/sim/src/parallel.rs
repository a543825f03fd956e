//! Independent replays on all cores. Results come in the order of the jobs, whichever is done first.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Does each job, as many at a time as the machine has cores. The first error ends its worker; of several the first in the
/// order of the jobs is returned.
pub fn each<T: Sync, R: Send, E: Send>(jobs: &[T], work: impl Fn(&T) -> Result<R, E> + Sync) -> Result<Vec<R>, E> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(place) else {
                return done;
            };
            let result = work(job);
            let failed = result.is_err();
            done.push((place, result));
            if failed {
                return done;
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
    let mut done = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let results = workers.into_iter().flat_map(|worker| match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        results.collect::<Vec<_>>()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests;
