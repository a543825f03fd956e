use std::time::Duration;

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

#[tokio::test]
async fn who_hangs_up_frees_no_place_while_the_work_runs() {
    let trials = Trials::new(1);
    let (began, begun) = tokio::sync::oneshot::channel::<()>();
    let (release, held) = std::sync::mpsc::channel::<()>();
    {
        let work = move || {
            began.send(()).unwrap();
            held.recv()
        };
        let mut asked = std::pin::pin!(trials.run(work));
        tokio::select! {
            _ = asked.as_mut() => panic!("the work is held"),
            running = begun => running.unwrap(),
        }
    }
    let mut others: Vec<_> = (0..WAITING).map(|_| Box::pin(trials.run(|| ()))).collect();
    for other in &mut others {
        let early = tokio::time::timeout(Duration::from_millis(1), other.as_mut()).await;
        assert!(early.is_err(), "its turn comes when the work is done");
    }
    assert!(trials.run(|| ()).await.is_err(), "who hung up still has a place");
    release.send(()).unwrap();
    for other in others {
        assert!(other.await.is_ok());
    }
}
