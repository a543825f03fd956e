use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use commonware_runtime::deterministic::{Config, Context, Runner};
use commonware_runtime::{Runner as _, Spawner, Supervisor};

use super::*;
use crate::ChainTime;
use crate::common;
use crate::pool::Pool;

/// A clock that somebody sets back by so many seconds. Spans of time are what they are.
struct SetBack {
    inner: Context,
    by: Arc<AtomicU64>,
}

impl governor::clock::Clock for SetBack {
    type Instant = SystemTime;

    fn now(&self) -> SystemTime {
        self.current()
    }
}

impl governor::clock::ReasonablyRealtime for SetBack {}

impl Clock for SetBack {
    fn current(&self) -> SystemTime {
        self.inner.current() - Duration::from_secs(self.by.load(Ordering::Relaxed))
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send + 'static + use<> {
        self.inner.sleep(duration)
    }

    fn sleep_until(&self, deadline: SystemTime) -> impl Future<Output = ()> + Send + 'static + use<> {
        self.sleep(deadline.duration_since(self.current()).unwrap_or_default())
    }
}

#[test]
fn a_clock_that_is_set_back_holds_up_no_block() {
    Runner::new(Config::new()).start(|context| async move {
        context.sleep(Duration::from_secs(7_200)).await;
        let by = Arc::new(AtomicU64::new(0));
        let clock = SetBack {
            inner: context.child("clock"),
            by: by.clone(),
        };
        let wall = SetBack {
            inner: context.child("wall"),
            by: by.clone(),
        };
        let settings = Settings {
            idle: Duration::from_secs(5),
            ..Settings::default()
        };
        let inbox = Arc::new(Inbox::new(Pool::new(&settings)));
        let (executed, mut blocks) = mpsc::channel(1);
        let sequencer = Sequencer {
            clock,
            state: State::genesis(&common::genesis()).unwrap(),
            inbox: inbox.clone(),
            time: Arc::new(Timekeeper::new(ChainTime::Wall, move || wall.current())),
            settings,
            executed,
            counters: Arc::default(),
        };
        let _sequencing = context.child("sequencer").spawn(|_| sequencer.run());
        context.sleep(Duration::from_secs(1)).await;
        by.store(3_600, Ordering::Relaxed);
        // Whatever wakes it up.
        inbox.arrived.notify_one();
        let late = context.sleep(Duration::from_secs(6));
        tokio::select! {
            block = blocks.recv() => assert!(block.is_some()),
            () = late => panic!("no block came after the clock was set back by an hour"),
        }
    });
}
