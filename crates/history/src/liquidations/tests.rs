use ballast_num::Amount;

use super::{Part, parts};

fn amounts(raw: &[u128]) -> Vec<Amount> {
    raw.iter().copied().map(Amount::from_raw).collect()
}

fn told(asked: &[u128], surplus: u128, fund: u128) -> Vec<(u128, u128)> {
    let parts = parts(&amounts(asked), Amount::from_raw(surplus), Amount::from_raw(fund));
    parts
        .into_iter()
        .map(|Part { surplus, fund }| (surplus.raw(), fund.raw()))
        .collect()
}

#[test]
fn each_loss_has_its_part_of_what_was_paid() {
    assert_eq!(told(&[100, 300], 200, 0), [(50, 0), (150, 0)]);
    assert_eq!(told(&[100, 300], 100, 100), [(25, 25), (75, 75)]);
    assert_eq!(told(&[10], 10, 0), [(10, 0)]);
    assert_eq!(told(&[10, 20], 0, 0), [(0, 0), (0, 0)]);
    assert_eq!(told(&[], 5, 5), []);
}

#[test]
fn the_parts_add_up_to_what_was_paid_and_none_is_more_than_was_asked() {
    let mut checked = 0;
    for first in 0..6 {
        for second in 0..6 {
            for third in 0..6 {
                let asked = [first, second, third];
                let all: u128 = asked.iter().sum();
                for surplus in 0..=all {
                    for fund in 0..=all - surplus {
                        let told = told(&asked, surplus, fund);
                        let sums = told.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
                        assert_eq!(sums, (surplus, fund), "{asked:?}");
                        let within = told.iter().zip(asked).all(|(part, asked)| part.0 + part.1 <= asked);
                        assert!(within, "{asked:?} {surplus} {fund}: {told:?}");
                        checked += 1;
                    }
                }
            }
        }
    }
    assert!(checked > 5_000);
}
