use ballast_protocol::proof::Hash;

use super::*;
use crate::WalletKey;

fn domain() -> Domain {
    Domain::new(8_453, Hash([7; 32]))
}

fn wallet() -> WalletKey {
    WalletKey::from_bytes([1; 32]).unwrap()
}

fn observation() -> Observation {
    Observation {
        feed: FeedId(1),
        source: SourceId(4),
        price: Price::whole(2_000),
        time: Timestamp(1_700_000_000),
    }
}

fn wallet_key() -> SourceKey {
    SourceKey::Wallet(wallet().address())
}

/// Update and key of a source that has a price of Pyth (see `oracle::pyth`).
fn pyth() -> (SourceKey, Package) {
    let guardians = include_str!("../../tests/data/wormhole-set-3.txt")
        .lines()
        .map(|line| line.parse().unwrap());
    let bytes = |text| ballast_protocol::hex::parse(text).unwrap();
    let key = SourceKey::Pyth {
        guardians: guardians.collect(),
        emitter_chain: 26,
        emitter: bytes("0xe101faedac5851e32b9b23b5f9411a8c2bac4aae3ed4dd7b811dd1a72ea4aa71"),
        price_id: bytes("0xc96458d393fe9deb7a7d63a0ac41e2898a67a7750dbd166673279e06c868df0a"),
    };
    (
        key,
        include_str!("../../tests/data/pyth-update.hex").trim().parse().unwrap(),
    )
}

#[test]
fn a_wallets_word_is_its_own_on_this_chain() {
    let signed = wallet().sign_observation(observation(), &domain());
    assert_eq!(signed.verify(&wallet_key(), &domain()), Ok(()));
    let other = SourceKey::Wallet(AccountId::numbered(9));
    assert!(matches!(
        signed.verify(&other, &domain()),
        Err(ObservationUnproven::OtherWallet { .. })
    ));
    assert!(signed.verify(&wallet_key(), &Domain::new(1, Hash([7; 32]))).is_err());
    let mut changed = signed;
    changed.observation.price = Price::whole(1);
    assert!(changed.verify(&wallet_key(), &domain()).is_err());
}

#[test]
fn a_package_says_what_the_observation_says() {
    let (key, package) = pyth();
    let signed = SignedObservation::of_package(FeedId(1), SourceId(4), &key, package).unwrap();
    assert_eq!(signed.verify(&key, &domain()), Ok(()));
    let mut changed = signed.clone();
    changed.observation.price = Price::whole(1);
    assert!(matches!(
        changed.verify(&key, &domain()),
        Err(ObservationUnproven::SaysOther { .. })
    ));
    let mut later = signed;
    later.observation.time = Timestamp(later.observation.time.0 + 1);
    assert!(matches!(
        later.verify(&key, &domain()),
        Err(ObservationUnproven::SaysOther { .. })
    ));
}

#[test]
fn padded_and_clean_evidence_leave_the_same_record() {
    let (key, package) = pyth();
    let clean = SignedObservation::of_package(FeedId(1), SourceId(4), &key, package.clone()).unwrap();
    let mut bytes = package.as_bytes().to_vec();
    let (version_and_length, header) = (7, [0xff; 255]);
    bytes[version_and_length - 1] = 255;
    bytes.splice(version_and_length..version_and_length, header);
    let padded = SignedObservation {
        evidence: Evidence::Pyth(Package::new(bytes).unwrap()),
        ..clean.clone()
    };
    assert_eq!(padded.verify(&key, &domain()), Ok(()), "it shows the same");
    assert_eq!(padded.verified(&key, &domain()).as_ref(), Ok(&clean));
    assert_eq!(clean.clone().verified(&key, &domain()).as_ref(), Ok(&clean));
    let mut other = clean;
    other.observation.price = Price::whole(1);
    assert!(other.verified(&key, &domain()).is_err());
    let of_wallet = wallet().sign_observation(observation(), &domain());
    assert_eq!(of_wallet.clone().verified(&wallet_key(), &domain()), Ok(of_wallet));
}

#[test]
fn evidence_of_another_kind_is_refused() {
    let (key, package) = pyth();
    let signed = wallet().sign_observation(observation(), &domain());
    let refused = ObservationUnproven::OtherKind {
        registered: SourceKind::Pyth,
        found: SourceKind::Wallet,
    };
    assert_eq!(signed.verify(&key, &domain()), Err(refused));
    let evidence = Evidence::Pyth(package);
    let refused = ObservationUnproven::OtherKind {
        registered: SourceKind::Wallet,
        found: SourceKind::Pyth,
    };
    assert_eq!(
        SignedObservation { evidence, ..signed }.verify(&wallet_key(), &domain()),
        Err(refused)
    );
}

#[test]
fn it_reads_back() {
    let (key, package) = pyth();
    for signed in [
        wallet().sign_observation(observation(), &domain()),
        SignedObservation::of_package(FeedId(1), SourceId(4), &key, package).unwrap(),
    ] {
        let json = serde_json::to_string(&signed).unwrap();
        assert_eq!(serde_json::from_str::<SignedObservation>(&json).unwrap(), signed);
        assert_eq!(
            SignedObservation::decode(&borsh::to_vec(&signed).unwrap()).unwrap(),
            signed
        );
    }
}

#[test]
fn packages_are_bounded() {
    use crate::oracle::{BadPackage, PACKAGE_MAX};
    assert!(Package::new(vec![0; PACKAGE_MAX]).is_ok());
    assert_eq!(
        Package::new(vec![0; PACKAGE_MAX + 1]),
        Err(BadPackage::TooLong { found: PACKAGE_MAX + 1 })
    );
    let text = format!("0x{}", "00".repeat(PACKAGE_MAX + 1));
    assert_eq!(
        text.parse::<Package>(),
        Err(BadPackage::TooLong { found: PACKAGE_MAX + 1 })
    );
    let claims = [u32::MAX.to_le_bytes().as_slice(), &[0; 8]].concat();
    assert!(borsh::from_slice::<Package>(&claims).is_err());
}
