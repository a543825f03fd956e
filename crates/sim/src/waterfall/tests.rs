#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use ballast_protocol::coins;

use super::*;

fn asking(loss: u64, first_loss: u64, line: u64) -> Asking {
    Asking {
        loss: coins(loss),
        first_loss: coins(first_loss),
        line: coins(line),
    }
}

fn steps(first_loss: u64, surplus: u64, fund: u64, bad_debt: u64) -> Steps {
    Steps {
        first_loss: coins(first_loss),
        surplus: coins(surplus),
        fund: coins(fund),
        bad_debt: coins(bad_debt),
    }
}

#[test]
fn a_loss_climbs_one_step_at_a_time() {
    // 2000 are missing; first loss 500, a line of 700, 300 in the buffer and 10,000 in the fund.
    let marked = paid(&[asking(2_000, 500, 700)], [coins(300), coins(10_000)]).unwrap();
    assert_eq!(marked, [steps(500, 300, 400, 800)]);
    assert_eq!(
        paid(&[asking(0, 500, 700)], [coins(1), coins(1)]).unwrap(),
        [Steps::default()]
    );
}

/// Once found: types were asked one after another, so that the first took what was promised to both.
#[test]
fn types_that_ask_for_more_than_there_is_get_their_parts() {
    let both = [asking(3_000, 0, 3_000), asking(1_000, 0, 1_000)];
    let marked = paid(&both, [coins(800), coins(1_200)]).unwrap();
    assert_eq!(marked, [steps(0, 600, 900, 1_500), steps(0, 200, 300, 500)]);
}
