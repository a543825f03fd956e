//! Attacks on what a batch remembers of the vaults that it has touched.

use ballast_num::{Amount, NormalizedDebt};
use ballast_protocol::{AccountId, TypeId, VaultId};

use super::{Batch, FEW, Vault};
use crate::mechanisms::vault::Seizures;

/// Touch so many vaults in one paid-for transaction that finding each among the others takes longer than a block.
#[test]
fn a_batch_too_large_to_search() {
    let vault = |debt: u128| Vault {
        owner: AccountId::numbered(1),
        collateral_type: TypeId(1),
        collateral: Amount::ZERO,
        normalized_debt: NormalizedDebt::from_raw(debt),
        deposit: Amount::ZERO,
        seizures: Seizures::default(),
    };
    let mut batch = Batch::default();
    for round in 1..=2 {
        for id in (0..20_000).rev() {
            batch.touch(VaultId(id), &vault(round - 1), Some(&vault(round)));
            // However many there are, a search looks through few.
            assert!(batch.few().len() <= FEW);
            assert_eq!(batch.few().len() + batch.later.len(), batch.touched.len());
        }
    }
    assert_eq!(batch.touched.len(), 20_000, "each once");
    for (at, touched) in batch.touched.iter().enumerate() {
        assert_eq!(batch.place(touched.id), Some(at), "in the order of the first touch");
        let debts = [touched.before, touched.after].map(|vault| vault.map(|vault| vault.normalized_debt.raw()));
        assert_eq!(debts, [Some(0), Some(2)], "from before the batch to its end");
    }
    assert!(!batch.defers(VaultId(20_000)));
    batch.clear();
    assert!(!batch.defers(VaultId(19_999)) && !batch.defers(VaultId(0)) && !batch.defers_any());
}
