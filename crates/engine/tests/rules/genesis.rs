//! A genesis that contradicts itself is refused by name.

use ballast_engine::mechanisms::oracle::SourceFault;
use ballast_engine::{BadGenesis, State};
use ballast_num::{Amount, Decimals, Index, Ratio};
use ballast_protocol::{
    AccountId, AssetId, FeedId, FeedSpec, Genesis, MarketSpec, Module, OpeningLiquidity, ParameterFault, SourceId,
    SourceKey, SourceSpec, TypeId, coins,
};

use crate::common::{COIN, ETH, FEED, KIND, MARKET, World, genesis, who};

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

/// A world in which these sources sign with these keys, or what is wrong with them.
fn signed_by(sources: Vec<(u32, SourceKey)>) -> Result<State, BadGenesis> {
    let mut genesis = genesis();
    let second = FeedSpec {
        sources: vec![SourceId(5), SourceId(6), SourceId(7)],
        ..FeedSpec::standard(FeedId(2), "BTC-USD", 6)
    };
    genesis.feeds.push(FeedSpec { quorum: 2, ..second });
    let spec = |(id, key)| SourceSpec { id: SourceId(id), key };
    genesis.sources = sources.into_iter().map(spec).collect();
    State::genesis(&genesis)
}

fn pyth(guardians: Vec<AccountId>) -> SourceKey {
    SourceKey::Pyth {
        guardians,
        emitter_chain: 26,
        emitter: [1; 32],
        price_id: [2; 32],
    }
}

#[test]
fn keys_of_sources_are_kept_and_committed_to() {
    let (alice, bob) = (SourceKey::Wallet(who("alice")), pyth(vec![who("alice"), who("bob")]));
    let signed = signed_by(vec![(1, alice.clone()), (2, bob.clone()), (5, alice.clone())]);
    // Source 5 speaks on both feeds, and on the first Alice is a source already.
    assert_eq!(
        signed.map(drop),
        Err(BadGenesis::BadSource {
            id: SourceId(5),
            fault: SourceFault::SharedKey(SourceId(1))
        })
    );
    let state = signed_by(vec![(1, alice.clone()), (2, bob.clone()), (6, alice.clone())]).expect("all in order");
    assert_eq!(state.source_key(SourceId(1)), Some(&alice));
    assert_eq!(state.source_key(SourceId(2)), Some(&bob));
    assert_eq!(state.source_key(SourceId(3)), None, "the host's own");
    let other = signed_by(vec![(1, alice.clone()), (2, bob), (7, alice)]).expect("all in order");
    assert_ne!(state.root(), other.root(), "the root says who may speak");
}

#[test]
fn a_source_that_nobody_or_anybody_could_be() {
    let fault = |sources: Vec<(u32, SourceKey)>| match signed_by(sources).map(drop) {
        Err(BadGenesis::BadSource { fault, .. }) => fault,
        other => panic!("{other:?}"),
    };
    let (alice, bob) = (SourceKey::Wallet(who("alice")), SourceKey::Wallet(who("bob")));
    let redstone = SourceKey::RedStone {
        signer: who("alice"),
        data_feed: [3; 32],
    };
    let set = |count| pyth((1..=count).map(AccountId::numbered).collect());
    assert_eq!(fault(vec![(1, alice.clone()), (1, bob)]), SourceFault::Duplicate);
    assert_eq!(fault(vec![(77, alice)]), SourceFault::OfNoFeed);
    assert_eq!(fault(vec![(5, redstone.clone())]), SourceFault::OfManyFeeds);
    let twice = fault(vec![(1, redstone.clone()), (2, redstone.clone())]);
    assert_eq!(twice, SourceFault::SharedKey(SourceId(1)));
    assert!(signed_by(vec![(1, redstone)]).is_ok());
    assert_eq!(fault(vec![(1, set(0))]), SourceFault::BadGuardians);
    assert_eq!(fault(vec![(1, set(65))]), SourceFault::BadGuardians);
    assert!(signed_by(vec![(1, set(64))]).is_ok());
    let guardian = fault(vec![(1, pyth(vec![who("bob"), who("alice"), who("bob")]))]);
    assert_eq!(guardian, SourceFault::GuardianTwice(who("bob")));
    assert_eq!(
        fault(vec![(1, SourceKey::Wallet(AccountId::default()))]),
        SourceFault::NoKey
    );
    assert_eq!(
        fault(vec![(1, pyth(vec![who("bob"), AccountId::default()]))]),
        SourceFault::NoKey
    );
}

/// A market of ether whose liquidity Alice and Bob have brought; the bank owes the coins.
fn with_market(genesis: &mut Genesis) {
    genesis.markets = vec![MarketSpec::standard(MARKET, ETH, FEED)];
    let brought = |name, base, coins| OpeningLiquidity {
        owner: who(name),
        market: MARKET,
        base,
        coins,
    };
    genesis.opening.liquidity = vec![
        brought("alice", coins(100), coins(200_000)),
        brought("bob", coins(100), coins(20_000)),
    ];
    let debt = &mut genesis.opening.vaults[0].normalized_debt;
    *debt = debt
        .try_add(ballast_num::NormalizedDebt::from_raw(coins(220_000).raw()))
        .expect("it fits");
}

#[test]
fn a_market_of_nothing_listed_or_out_of_its_bounds() {
    let market = |spoil: fn(&mut MarketSpec)| {
        refused(|genesis| {
            with_market(genesis);
            spoil(&mut genesis.markets[0]);
        })
    };
    assert_eq!(market(|spec| spec.base = COIN), BadGenesis::UnlistedBase(MARKET));
    assert_eq!(market(|spec| spec.feed = FeedId(77)), BadGenesis::UnlistedBase(MARKET));
    let bad = |fault| BadGenesis::BadMarket { market: MARKET, fault };
    assert_eq!(market(|spec| spec.fee = Ratio::ZERO), bad(ParameterFault::OutOfBounds));
    let elsewhere = refused(|genesis| genesis.types[0].market = Some(MARKET));
    assert_eq!(elsewhere, BadGenesis::WrongMarket(KIND));
    let twice = refused(|genesis| {
        with_market(genesis);
        genesis.markets.push(genesis.markets[0].clone());
    });
    assert_eq!(twice, bad(ParameterFault::Duplicate));
    let unbacked = refused(|genesis| {
        with_market(genesis);
        genesis.opening.vaults.clear();
    });
    assert!(matches!(unbacked, BadGenesis::Unbalanced(_)));
}

/// What does not fit the ratio of the pool is the owner's own.
#[test]
fn liquidity_at_genesis_is_in_the_ledger() {
    let world = World::with(with_market);
    let pool = *world.state.markets().pool(MARKET).expect("it is listed");
    let held = [ETH, COIN].map(|asset| world.state.ledger().balance(asset, Module::Market(MARKET)));
    assert_eq!(held, [pool.base, pool.coins]);
    // Bob's 20,000 coins match 10 ether, but for a unit.
    assert!(coins(110).try_sub(pool.base).is_ok_and(|off| off <= Amount::ONE));
    let kept = world.state.ledger().balance(ETH, who("bob"));
    assert!(kept >= coins(1_090) && kept <= coins(1_090).try_add(Amount::ONE).expect("it fits"));
    assert_eq!(
        world.state.markets().least_depth(MARKET, &world.state.clock()),
        world.state.markets().locked_depth(MARKET)
    );
}
