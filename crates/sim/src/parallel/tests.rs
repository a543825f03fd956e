use std::time::Duration;

use super::each;

#[test]
fn results_are_in_the_order_of_the_jobs() {
    let jobs: Vec<u64> = (0..20).collect();
    let late_first = |job: &u64| {
        std::thread::sleep(Duration::from_millis(20 - job));
        Ok::<_, ()>(job * 2)
    };
    let expected: Vec<u64> = jobs.iter().map(|job| job * 2).collect();
    assert_eq!(each(&jobs, late_first), Ok(expected));
}

#[test]
fn the_first_error_in_that_order_is_told() {
    let jobs: Vec<u64> = (0..20).collect();
    assert_eq!(
        each(&jobs, |job| if *job % 2 == 1 { Err(*job) } else { Ok(()) }),
        Err(1)
    );
    assert_eq!(each(&[], |job: &u64| Err::<(), _>(*job)), Ok(vec![]));
}
