//! What waits pays.

use ballast_node::{Refused, Settings};
use ballast_num::{Amount, Timestamp};
use ballast_protocol::{
    AccountId, Command, CommandKind, Outcome, Rejected, Signer, SpendingLimit, Transaction, VaultId, coins,
};
use ballast_signing::SessionKeyPair;

use crate::common::{ETHER, send};
use crate::{begin, limited, now, run, settings};

/// Something small to do.
fn some() -> Vec<Command> {
    vec![Command::Send {
        asset: ETHER,
        to: AccountId::numbered(9),
        amount: Amount::ONE,
    }]
}

#[test]
fn a_nonce_that_waits_does_not_fill_blocks_with_others() {
    run(|context| async move {
        let (node, _) = begin(&context, settings()).await;
        let other = |amount: u128| Command::Send {
            asset: ETHER,
            to: AccountId::numbered(9),
            amount: Amount::from_raw(amount),
        };
        let first = node.submit(limited(&node, 1, coins(1), vec![other(1)])).unwrap();
        let sender = crate::common::wallet(1).address();
        for amount in 2..50 {
            let refused = node.submit(limited(&node, 1, coins(1), vec![other(amount)])).err();
            assert_eq!(refused, Some(Refused::NonceWaiting { sender, nonce: 1 }));
        }
        assert_eq!(
            node.submit(limited(&node, 1, coins(1), vec![other(1)])).err(),
            Some(Refused::Waiting),
            "the same again"
        );
        node.submit(send(2, 1, now(&node), node.domain()))
            .expect("another's nonce is another");
        let included = first.included().await.unwrap();
        assert_eq!(included.receipt.outcome, Outcome::Done);
        let again = node.submit(limited(&node, 1, coins(1), vec![other(2)])).err();
        assert!(
            matches!(again, Some(Refused::NotAdmissible(_))),
            "used, and no longer waiting: {again:?}"
        );
    });
}

#[test]
fn fees_that_a_sender_can_not_pay_together_do_not_wait() {
    run(|context| async move {
        let (node, _) = begin(&context, settings()).await;
        // Of 1,000 ether at 2,000 USD each, 900,000 coins are 450.
        let offer = coins(900_000);
        let first = node.submit(limited(&node, 1, offer, some())).unwrap();
        let second = node.submit(limited(&node, 2, offer, some())).unwrap();
        let third = limited(&node, 3, offer, some());
        let refused = node.submit(third.clone()).err();
        assert_eq!(
            refused,
            Some(Refused::CostsWaiting {
                asset: ETHER,
                cost_max: coins(450),
                waiting: coins(900),
                means: coins(1_000),
            })
        );
        node.submit(limited(&node, 4, coins(200_000), some()))
            .expect("100 ether are left for it");
        first.included().await.unwrap();
        second.included().await.unwrap();
        node.submit(third).expect("what was held is free again");
    });
}

#[test]
fn one_transaction_waits_whatever_its_limit() {
    run(|context| async move {
        let (node, _) = begin(&context, settings()).await;
        let unlimited = limited(&node, 1, Amount::MAX, some());
        let first = node.submit(unlimited).expect("its fee is small now");
        let next = node.submit(limited(&node, 2, coins(1), some())).err();
        assert!(matches!(next, Some(Refused::CostsWaiting { .. })), "{next:?}");
        assert_eq!(first.included().await.unwrap().receipt.outcome, Outcome::Done);
    });
}

#[test]
fn a_session_with_little_to_spend_does_not_lock_its_wallet_out() {
    run(|context| async move {
        let (node, _) = begin(&context, settings()).await;
        let bot = SessionKeyPair::from_bytes([9; 32]);
        let grant = Command::GrantSession {
            key: bot.key(),
            scope: [CommandKind::Send].into_iter().collect(),
            limits: vec![SpendingLimit {
                asset: ETHER,
                amount: coins(1),
            }],
            expiry: Timestamp(now(&node).0 + 3_600),
        };
        let granted = node.submit(limited(&node, 1, coins(1), vec![grant])).unwrap();
        assert_eq!(granted.included().await.unwrap().receipt.outcome, Outcome::Done);

        let of_bot = |nonce| {
            let offered = limited(&node, nonce, Amount::MAX, some()).transaction;
            let signer = Signer::Session(bot.key());
            bot.sign(Transaction { signer, ..offered }, node.domain())
        };
        let first = node.submit(of_bot(2)).expect("its fee is small now");
        let second = node.submit(of_bot(3)).err();
        assert!(matches!(second, Some(Refused::CostsWaiting { .. })), "{second:?}");
        // 1,000 ether less the one that the session may take: 999 × 2,000 coins, and the grant's fee.
        let of_wallet = node.submit(limited(&node, 4, coins(1_997_000), some()));
        let of_wallet = of_wallet.expect("the session can take one ether at most");
        for waiting in [first, of_wallet] {
            assert_eq!(waiting.included().await.unwrap().receipt.outcome, Outcome::Done);
        }
    });
}

#[test]
fn a_pool_whose_bytes_are_full_says_so() {
    run(|context| async move {
        let full = Settings {
            pool_bytes: 500,
            ..settings()
        };
        let (node, _) = begin(&context, full).await;
        let sent = |nonce| send(1, nonce, now(&node), node.domain());
        let bytes = sent(1).encoded_len();
        let mut waiting = 0;
        let refused = (1..10).find_map(|nonce| {
            let refused = node.submit(sent(nonce)).err();
            waiting += usize::from(refused.is_none());
            refused
        });
        let bytes = bytes * waiting;
        let transactions = waiting;
        assert_eq!(refused, Some(Refused::PoolFull { transactions, bytes }));
    });
}

#[test]
fn liquidations_wait_for_a_block_that_has_room_for_them() {
    run(|context| async move {
        let (node, _) = begin(&context, settings()).await;
        let calls = |nonce: u64| vec![Command::Liquidate { vault: VaultId(nonce) }; 1_000];
        let waiting: Vec<_> = (1..=40)
            .map(|nonce| node.submit(limited(&node, nonce, coins(1_000), calls(nonce))).unwrap())
            .collect();
        let mut heights = std::collections::BTreeSet::new();
        for submitted in waiting {
            let included = submitted.included().await.unwrap();
            // There is no such vault; what matters is that it had its turn, and paid.
            assert!(
                matches!(included.receipt.outcome, Outcome::Failed { .. }),
                "{:?}",
                included.receipt.outcome
            );
            heights.insert(included.height);
        }
        assert!(heights.len() > 1, "one block has no room for all: {heights:?}");
    });
}

#[test]
fn what_expires_while_it_waits_takes_no_place_in_a_block() {
    run(|context| async move {
        let (node, _) = begin(&context, settings()).await;
        let mut late = limited(&node, 1, coins(1), some()).transaction;
        late.expiry = now(&node);
        let late = crate::common::wallet(1).sign(late, node.domain());
        let refused = node.submit(late).unwrap().included().await.err();
        assert!(
            matches!(refused, Some(Refused::NotAdmissible(Rejected::Expired { .. }))),
            "{refused:?}"
        );
        let block = node.view().latest();
        assert!(block.sealed.as_ref().is_none_or(|sealed| sealed.hashes.is_empty()));

        let again = limited(&node, 1, coins(1), some());
        let included = node.submit(again).expect("its nonce is free").included().await.unwrap();
        assert_eq!(included.receipt.outcome, Outcome::Done);
    });
}
