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
