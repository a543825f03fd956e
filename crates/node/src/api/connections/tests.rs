use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;

/// What a future gives at once.
fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

#[test]
fn the_longest_idle_makes_room_and_the_busy_do_not() {
    let places = Places::new(3);
    let enter = || now(places.enter()).map(|(place, crowded)| (Arc::new(place), crowded));
    let (first, crowded) = enter().unwrap();
    let (second, _) = enter().unwrap();
    let (third, _) = enter().unwrap();
    assert!(!crowded);
    let _busy = first.begin();
    drop(second.begin()); // idle again, and later than the third

    let (fourth, crowded) = enter().unwrap();
    assert!(crowded && now(third.asked_to_leave()).is_some(), "idle for the longest");
    assert!(now(second.asked_to_leave()).is_none() && now(first.asked_to_leave()).is_none());
    let (_second_busy, _fourth_busy) = (second.begin(), fourth.begin());
    assert!(enter().is_none(), "all are busy");
    drop(third); // has left long ago: its place is taken
    assert!(enter().is_none());
    drop((_fourth_busy, fourth));
    assert!(enter().is_some_and(|(_, crowded)| !crowded), "a place is free");
}

#[test]
fn a_host_has_its_share_and_no_more() {
    let shares = Shares::new(2);
    let of = |text: &str| host(text.parse().unwrap());
    let (one, other) = (of("2001:db8:1:2:3::4"), of("2001:db8:1:2::9"));
    assert_eq!(one, other, "a /64 is one host");
    let first = shares.take(one).unwrap();
    let _second = shares.take(other).unwrap();
    assert!(shares.take(one).is_none());
    assert!(shares.take(of("2001:db8:1:3::4")).is_some());
    assert!(shares.take(of("::ffff:10.0.0.1")).is_some());
    drop(first);
    assert!(shares.take(other).is_some());
}
