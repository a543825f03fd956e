use ballast_num::{Amount, Decimals, NormalizedDebt, Price, Timestamp};
use ballast_protocol::{
    AccountId, Asset, AssetId, FeedId, FeedSpec, Genesis, Limits, Module, Opening, OpeningBalance, OpeningVault,
    TypeId, TypeSpec, coins,
};

use super::{Breach, Standing, reserve_pays_only_losses, residue_never_falls};
use crate::state::State;

const ALICE: AccountId = AccountId::numbered(1);
const COIN: AssetId = AssetId(1);
const ETH: AssetId = AssetId(2);
const FEED: FeedId = FeedId(1);
const KIND: TypeId = TypeId(1);

/// Alice owes 1000 coins, of which the buffer has 100 and first loss 50.
fn state() -> State {
    let asset = |id, symbol: &str, feed| Asset {
        id,
        symbol: symbol.into(),
        decimals: Decimals::MAX,
        feed,
    };
    let vault = OpeningVault {
        owner: ALICE,
        collateral_type: KIND,
        collateral: coins(10),
        normalized_debt: NormalizedDebt::from_raw(coins(1_000).raw()),
        deposit: Amount::ZERO,
    };
    let balance = OpeningBalance {
        asset: COIN,
        account: ALICE,
        amount: coins(1_000),
    };
    let genesis = Genesis {
        chain_id: 1,
        time: Timestamp(1_000_000),
        authority: ALICE,
        limits: Limits::standard(COIN),
        assets: vec![asset(COIN, "USD", None), asset(ETH, "ETH", Some(FEED))],
        feeds: vec![FeedSpec::standard(FEED, "ETH-USD", 1)],
        sources: Vec::new(),
        types: vec![TypeSpec::standard(KIND, "ETH-A", ETH, FEED)],
        markets: Vec::new(),
        opening: Opening {
            balances: vec![balance],
            prices: vec![(FEED, Price::whole(2_000))],
            vaults: vec![vault],
            ..Opening::default()
        },
    };
    let mut state = State::genesis(&genesis).unwrap();
    for (module, amount) in [(Module::SurplusBuffer, 100), (Module::FirstLoss(KIND), 50)] {
        state.ledger.transfer(COIN, ALICE, module, coins(amount)).unwrap();
    }
    state.ledger.mint(ETH, Module::SurplusBuffer, coins(1)).unwrap();
    state.ledger.mint(ETH, Module::Residue, coins(1)).unwrap();
    state
}

/// What the invariants say of a change.
fn compare(change: impl FnOnce(&mut State)) -> Result<(), Breach> {
    let mut state = state();
    let before = Standing::of(&state)?;
    change(&mut state);
    let after = Standing::of(&state)?;
    residue_never_falls(&before, &after)?;
    reserve_pays_only_losses(&before, &after)
}

fn broken(change: impl FnOnce(&mut State)) -> Option<&'static str> {
    compare(change).err().map(|breach| breach.invariant)
}

const UNIT: Amount = Amount::ONE;

#[test]
fn a_unit_that_leaves_the_reserve_is_found() {
    let pays = Some("reserve_pays_only_losses");
    let from = |module, asset| move |state: &mut State| state.ledger.transfer(asset, module, ALICE, UNIT).unwrap();
    assert_eq!(broken(from(Module::SurplusBuffer, COIN)), pays);
    assert_eq!(broken(from(Module::FirstLoss(KIND), COIN)), pays);
    assert_eq!(broken(from(Module::SurplusBuffer, ETH)), pays);
    assert_eq!(broken(from(Module::Residue, ETH)), Some("residue_never_falls"));
    // Coins that nobody owes, and a debt that is forgiven.
    assert_eq!(broken(|state| state.ledger.mint(COIN, ALICE, UNIT).unwrap()), pays);
    let forgive = |state: &mut State| state.vaults.remove_debt(KIND, NormalizedDebt::from_raw(1)).unwrap();
    assert_eq!(broken(forgive), pays);
}

#[test]
fn what_the_reserve_earns_or_books_as_a_loss_is_right() {
    let gains = |state: &mut State| {
        state
            .ledger
            .transfer(COIN, ALICE, Module::SurplusBuffer, coins(7))
            .unwrap();
    };
    assert_eq!(compare(gains), Ok(()));
    // A loss of 70 is told: 50 are first loss, 20 stand as bad debt.
    let loses = |state: &mut State| {
        let clock = state.clock();
        let mut events = Vec::new();
        let spec = state.vaults.spec(KIND).unwrap().clone();
        let (mechanisms, mut ctx) = state.lend(clock, ALICE, &mut events);
        let cause = ballast_protocol::LossCause::Seizure(ballast_protocol::VaultId(1));
        let owed = NormalizedDebt::from_raw(coins(70).raw());
        mechanisms.vaults.remove_debt(KIND, owed).unwrap();
        mechanisms.backstop.absorb(&mut ctx, &spec, coins(70), cause).unwrap();
    };
    assert_eq!(compare(loses), Ok(()));
    // A unit less is told than was lost.
    let hides = |state: &mut State| {
        loses(state);
        state.vaults.remove_debt(KIND, NormalizedDebt::from_raw(1)).unwrap();
    };
    assert_eq!(broken(hides), Some("reserve_pays_only_losses"));
}
