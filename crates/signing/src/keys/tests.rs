use super::*;

/// The address of the key 1 is the best known of all.
#[test]
fn addresses_are_ethereums() {
    let mut one = [0; 32];
    one[31] = 1;
    let key = WalletKey::from_bytes(one).unwrap();
    assert_eq!(key.address().to_string(), "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");
    assert_eq!(
        format!("{key:?}"),
        "WalletKey(0x7e5f4552091a69125d5dfcb7b8c2659029395bdf)"
    );
}

#[test]
fn zero_and_the_order_are_no_keys() {
    assert_eq!(WalletKey::from_bytes([0; 32]).unwrap_err(), BadKey);
    assert_eq!(WalletKey::from_bytes([0xff; 32]).unwrap_err(), BadKey);
}

#[test]
fn a_session_key_is_shown_by_its_public_half() {
    let pair = SessionKeyPair::from_bytes([5; 32]);
    assert_eq!(format!("{pair:?}"), format!("SessionKeyPair({})", pair.key()));
    assert_eq!(SessionKeyPair::from_bytes(*pair.to_bytes()).key(), pair.key());
}
