//! A genesis that contradicts itself is refused by name.

use ballast_engine::{BadGenesis, State};
use ballast_num::{Decimals, Index};
use ballast_protocol::{AssetId, FeedId, Genesis, TypeId};

use crate::common::{COIN, ETH, KIND, genesis};

fn refused(spoil: impl FnOnce(&mut Genesis)) -> BadGenesis {
    let mut genesis = genesis();
    spoil(&mut genesis);
    State::genesis(&genesis).map(drop).expect_err("it contradicts itself")
}

#[test]
fn what_is_listed_twice_or_not_at_all() {
    let asset = refused(|genesis| genesis.assets.push(genesis.assets[0].clone()));
    assert_eq!(asset, BadGenesis::DuplicateAsset(genesis().assets[0].id));
    let kind = refused(|genesis| genesis.types.push(genesis.types[0].clone()));
    assert_eq!(kind, BadGenesis::DuplicateType(KIND));
    let collateral = refused(|genesis| genesis.types[0].collateral = AssetId(77));
    assert_eq!(collateral, BadGenesis::UnknownAsset(AssetId(77)));
    let feed = refused(|genesis| genesis.types[0].feed = FeedId(77));
    assert_eq!(feed, BadGenesis::UnknownFeed(FeedId(77)));
}

#[test]
fn a_coin_that_is_not_one_or_backs_itself() {
    let decimals = refused(|genesis| {
        let coin = genesis.assets.iter_mut().find(|asset| asset.id == COIN);
        coin.expect("the coin is listed").decimals = Decimals::new(6).expect("few enough");
    });
    assert_eq!(decimals, BadGenesis::BadCoin);
    let collateral = refused(|genesis| genesis.types[0].collateral = COIN);
    assert_eq!(collateral, BadGenesis::CoinAsCollateral(KIND));
    assert_ne!(genesis().types[0].collateral, COIN);
    assert_eq!(genesis().types[0].collateral, ETH);
}

#[test]
fn a_debt_index_of_nothing_twice_or_of_no_type() {
    let index = |stated: &[(TypeId, Index)]| refused(|genesis| genesis.opening.debt_indices = stated.to_vec());
    let bad = BadGenesis::BadDebtIndex;
    assert_eq!(index(&[(KIND, Index::from_raw(0))]), bad(KIND));
    assert_eq!(index(&[(KIND, Index::ONE), (KIND, Index::ONE)]), bad(KIND));
    assert_eq!(index(&[(TypeId(77), Index::ONE)]), bad(TypeId(77)));
}
