use super::*;

#[test]
fn waits_grow_with_failures_and_end() {
    let every = Duration::from_secs(10);
    let waits: Vec<u64> = (0..5).map(|failures| wait(every, failures).as_secs()).collect();
    assert_eq!(waits, [10, 20, 40, 60, 60]);
    assert_eq!(
        wait(Duration::from_secs(600), 9).as_secs(),
        600,
        "never more often than when all is well"
    );
    assert_eq!(wait(Duration::MAX, u32::MAX), Duration::MAX);
}
