use ballast_protocol::coins;

use super::{Admission, admit};

/// 1000 owed, of which the stress would take 50.
#[test]
fn debt_grows_until_the_cover_is_stressed_away() {
    for (cover, ceiling, most, lost) in [
        (100, 10_000, 2_000, 100),
        (25, 10_000, 500, 25),
        (100, 1_500, 1_500, 75),
        (0, 10_000, 0, 0),
    ] {
        let admitted = admit(coins(1_000), coins(50), coins(cover), coins(ceiling));
        assert_eq!(admitted, Ok((coins(most), coins(lost))), "cover {cover}");
    }
    // Nothing is lost in the stress, so only the ceiling binds; a type without debt has no mix of vaults to scale.
    assert_eq!(
        admit(coins(1_000), coins(0), coins(0), coins(9_000)),
        Ok((coins(9_000), coins(0)))
    );
    assert_eq!(
        admit(coins(0), coins(0), coins(7), coins(9_000)),
        Ok((coins(0), coins(0)))
    );
}

#[test]
fn efficiency_is_debt_by_capital() {
    let admission = Admission {
        capital: coins(10),
        admitted: coins(250),
        uncovered: coins(0),
    };
    assert_eq!(
        admission.efficiency().map(|ratio| ratio.to_string()).as_deref(),
        Some("25")
    );
    assert_eq!(Admission::default().efficiency(), None);
}
