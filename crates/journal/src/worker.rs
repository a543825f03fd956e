//! A thread that works beside its owner.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};

/// A thread that turns each `W` into an `R`. It ends when nothing more can come.
pub(crate) struct Worker<W, R> {
    work: Sender<W>,
    done: Receiver<R>,
    thread: JoinHandle<()>,
}

impl<W: Send + 'static, R: Send + 'static> Worker<W, R> {
    /// None if the system gives no thread.
    pub(crate) fn start(name: &str, run: fn(W) -> R) -> Option<Self> {
        let (work, to_do) = channel();
        let (results, done) = channel();
        let all = move || {
            for work in to_do {
                if results.send(run(work)).is_err() {
                    return;
                }
            }
        };
        let thread = Builder::new().name(name.into()).spawn(all).ok()?;
        Some(Self { work, done, thread })
    }

    /// Gives it work.
    pub(crate) fn give(&self, work: W) {
        // A thread that takes no more has panicked, which `take` tells.
        let _ = self.work.send(work);
    }

    /// What came of the earliest work that was given and not taken yet, once it is done. It comes with the worker, unless that has panicked:
    /// then so does this.
    pub(crate) fn take(self) -> (Self, R) {
        match self.done.recv() {
            Ok(result) => (self, result),
            Err(_) => resume_unwind(self.thread.join().expect_err("it ends before us by a panic alone")),
        }
    }
}
