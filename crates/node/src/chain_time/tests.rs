use super::*;

const HOUR: u64 = 3_600;

/// What is believed after each reading: what the clock shows and what has passed, in seconds.
fn believed(readings: &[(u64, u64)]) -> Vec<u64> {
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let mut believed = Believed {
        wall: at(10 * HOUR),
        passed: Duration::ZERO,
        doubted: false,
    };
    readings
        .iter()
        .map(|(wall, passed)| {
            let now = believed.read(at(*wall), Duration::from_secs(*passed));
            since(UNIX_EPOCH, now).as_secs()
        })
        .collect()
}

#[test]
fn a_clock_that_leaps_ahead_does_not_take_the_chain_with_it() {
    let told = believed(&[
        (10 * HOUR + 1, 1),
        (20 * HOUR, 2),       // set to another time
        (20 * HOUR + 8, 10),  // and stays there
        (10 * HOUR + 40, 20), // set right, nearly
        (10 * HOUR + 50, 30),
    ]);
    let since_ten: Vec<u64> = told.iter().map(|told| told - 10 * HOUR).collect();
    assert_eq!(since_ten, [1, 2, 10, 40, 50]);
}

#[test]
fn a_clock_is_corrected_by_less_than_a_leap() {
    assert_eq!(believed(&[(10 * HOUR + 1_800, 1)]), [10 * HOUR + 1_800]);
}

#[test]
fn a_long_pause_is_no_leap() {
    assert_eq!(believed(&[(15 * HOUR, 5 * HOUR)]), [15 * HOUR]);
}

#[test]
fn a_clock_set_back_is_believed_and_so_is_its_return() {
    let told = believed(&[(9 * HOUR, 1), (10 * HOUR, HOUR + 1)]);
    assert_eq!(told, [9 * HOUR, 10 * HOUR]);
}
