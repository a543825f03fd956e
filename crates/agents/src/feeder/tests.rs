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

#[test]
fn a_node_whose_clock_is_elsewhere_is_not_signed_for() {
    let here = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    for (chain, is_signed) in [
        (1_700_000_000, true),
        (1_700_000_030, true),
        (1_699_999_970, true),
        (1_700_000_031, false),
        (1_699_999_969, false),
    ] {
        let chain = Timestamp(chain);
        assert_eq!(time(chain, Clock::Checked, here).is_ok(), is_signed, "{chain}");
        assert_eq!(time(chain, Clock::Believed, here).expect("believed"), chain);
    }
    let why = time(Timestamp(1), Clock::Checked, here)
        .expect_err("long ago")
        .to_string();
    assert!(why.contains("--chain-time"), "{why}");
}
