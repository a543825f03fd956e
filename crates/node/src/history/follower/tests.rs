use std::task::{Context, Waker};

use super::*;

/// What a future gives that waits for nothing, unless it panics.
fn given<T>(future: impl Future<Output = T>) -> Poll<Option<T>> {
    let mut context = Context::from_waker(Waker::noop());
    pin!(unless_it_panics(future)).as_mut().poll(&mut context)
}

#[test]
fn a_panic_ends_the_work_and_not_the_node() {
    assert_eq!(given(async { 7 }), Poll::Ready(Some(7)));
    assert_eq!(given(async { panic!("a bug") }), Poll::Ready(None::<()>));
}

#[test]
fn a_disk_with_less_room_than_it_needs_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.sqlite");
    assert!(room::is_enough(&file, 0));
    assert_eq!(room::is_enough(&file, u64::MAX), !cfg!(unix));
    // Where nobody can tell, what is written will.
    assert!(room::is_enough(&folder.path().join("none").join("file"), u64::MAX));
}

#[test]
fn blocks_gather_for_one_step_when_quiet_and_for_more_while_many_transactions_come() {
    let few = (1, 256);
    for (step, transactions, is_worth_it) in [
        (0, 0, true),
        (0, 199, true),
        (1, 199, false),
        (1, 200, true),
        (9, 9_999, true),
        (0, 10_000, false),
    ] {
        assert_eq!(
            is_worth_a_step(step, transactions, few),
            is_worth_it,
            "{step} {transactions}"
        );
    }
    // Half of what is kept waits already.
    assert!(is_worth_a_step(0, 300, (128, 256)));
    assert!(!is_worth_a_step(0, 300, (129, 256)));
}
