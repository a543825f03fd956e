use crate::common::{ETHER, START, TYPE, genesis, price, wallet};
use ballast_engine::{State, execute_block};
use ballast_num::{Rate, Ratio, Timestamp};
use ballast_protocol::{Block, Command, Height, Outcome, Repayment, VaultId, VaultRef, coins};
use proptest::prelude::*;

use super::*;
use crate::common;

const VAULT: VaultRef = VaultRef::Id(VaultId(1));

/// A block of one transaction of the vault's owner, `later` seconds on.
fn block(state: &State, nonce: u64, later: u64, commands: Vec<Command>) -> Block {
    let chain = *state.chain();
    let time = Timestamp(chain.time.0 + later);
    let domain = ballast_signing::Domain::of(&genesis());
    let transaction = common::signed(1, nonce, time, commands, &domain).transaction;
    Block {
        height: Height(chain.height.0 + 1),
        time,
        observations: Vec::new(),
        transactions: vec![transaction],
    }
}

fn outcome(state: &mut State, block: &Block) -> Outcome {
    execute_block(state, block).unwrap().receipts[0].outcome.clone()
}

/// A vault of wallet 1, with debt or without, and a price that has moved since.
fn reserve(fee: Ratio, deposit: Amount, collateral: Amount, debt: Amount, usd: u32, later: u64) -> State {
    let mut genesis = genesis();
    genesis.types[0].borrowing_fee = fee;
    genesis.types[0].liquidation_deposit = deposit;
    genesis.types[0].stability_fee = Rate::from_raw(1_000_000_001_000_000_000_000_000_000);
    let mut state = State::genesis(&genesis).unwrap();
    let vault = VaultRef::Opened(0);
    let mut commands = vec![
        Command::OpenVault { collateral_type: TYPE },
        Command::Deposit {
            vault,
            amount: collateral,
        },
    ];
    if !debt.is_zero() {
        commands.push(Command::DrawDebt { vault, amount: debt });
    }
    let opened = block(&state, 1, 1, commands);
    assert_eq!(outcome(&mut state, &opened), Outcome::Done);
    let domain = ballast_signing::Domain::of(&genesis);
    // Others of the type, so that its limits of flow leave this vault alone.
    let commands = vec![
        Command::OpenVault { collateral_type: TYPE },
        Command::Deposit {
            vault,
            amount: coins(900),
        },
    ];
    let mut others = block(&state, 1, 0, Vec::new());
    others.transactions = vec![common::signed(2, 1, others.time, commands, &domain).transaction];
    assert_eq!(outcome(&mut state, &others), Outcome::Done);
    let time = Timestamp(START + 1 + later);
    let mut said = block(
        &state,
        2,
        later,
        vec![Command::Send {
            asset: ETHER,
            to: wallet(2).address(),
            amount: Amount::ONE,
        }],
    );
    said.time = time;
    said.observations = (1..=5)
        .map(|source| price(source, Price::whole(usd), time, &domain).observation)
        .collect();
    assert_eq!(outcome(&mut state, &said), Outcome::Done);
    let quote = state.prices().quote(common::FEED).unwrap();
    assert_eq!(
        (quote.spot, quote.price(Use::Borrow).err()),
        (Price::whole(usd), None),
        "{quote:?}"
    );
    state
}

fn case(state: &State) -> Case<'_> {
    Case::of(state, state.vaults().vault(VaultId(1)).unwrap()).unwrap()
}

/// Whether a command is done in a block of the same second.
fn is_done(state: &State, command: Command) -> bool {
    let mut fork = state.clone();
    let tried = block(&fork, 3, 0, vec![command]);
    outcome(&mut fork, &tried) == Outcome::Done
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_unit_more_than_drawable_or_releasable_is_refused(
        fee in 0_u64..5,
        deposit in 0_u32..300,
        collateral in 10_000_000_000_000_000_000_u128..20_000_000_000_000_000_000,
        debt in prop_oneof![Just(0_u128), 2_500_000_000_000_000_000_001_u128..8_000_000_000_000_000_000_000],
        usd in 1_900_u32..2_100,
        later in 30_u64..600,
    ) {
        let fee = Ratio::percent(u32::try_from(fee).unwrap());
        let state = reserve(fee, coins(deposit.into()), Amount::from_raw(collateral), Amount::from_raw(debt), usd, later);
        let judged = Judged::now(&state, common::FEED).unwrap();
        let drawable = case(&state).drawable(judged).unwrap();
        let releasable = case(&state).releasable(judged).unwrap();
        let more = |amount: Amount| amount.try_add(Amount::ONE).unwrap();
        let draw = |amount| is_done(&state, Command::DrawDebt { vault: VAULT, amount });
        let withdraw = |amount| is_done(&state, Command::Withdraw { vault: VAULT, amount });
        prop_assert!(drawable.is_zero() || draw(drawable), "{drawable} can be drawn");
        prop_assert!(!draw(more(drawable)), "and not one more than {drawable}");
        prop_assert!(releasable.is_zero() || withdraw(releasable), "{releasable} can be taken out");
        prop_assert!(!withdraw(more(releasable)), "and not one more than {releasable}");
    }
}

#[test]
fn a_price_that_rose_within_the_window_is_not_borrowed_by() {
    let state = reserve(Ratio::ZERO, Amount::ZERO, coins(10), coins(3_000), 2_100, 60);
    let quote = state.prices().quote(common::FEED).unwrap();
    assert!(quote.mean < quote.spot);
    let case = case(&state);
    let by_spot = case.drawable(Some(Judged::at(quote.spot)));
    let now = case.drawable(Judged::now(&state, common::FEED).unwrap());
    assert!(now < by_spot, "{now:?} {by_spot:?}");
}

#[test]
fn without_a_price_nothing_is_promised() {
    let mut state = reserve(Ratio::ZERO, Amount::ZERO, coins(10), coins(3_000), 2_000, 60);
    let silent = block(
        &state,
        3,
        30 * 24 * 3_600,
        vec![Command::RepayDebt {
            vault: VAULT,
            amount: Repayment::Exactly(Amount::ONE),
        }],
    );
    execute_block(&mut state, &silent).unwrap();
    let judged = Judged::now(&state, common::FEED).unwrap();
    assert!(judged.is_none(), "stale");
    assert_eq!(
        (case(&state).drawable(judged), case(&state).releasable(judged)),
        (None, None)
    );
}
