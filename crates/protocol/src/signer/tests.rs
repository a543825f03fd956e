use serde::de::value::{Error, StrDeserializer};
use serde::de::{Deserialize, IntoDeserializer};

use super::SessionKey;

fn read(text: &str) -> Option<SessionKey> {
    let text: StrDeserializer<Error> = text.into_deserializer();
    <SessionKey as Deserialize>::deserialize(text).ok()
}

#[test]
fn a_key_is_read_as_it_is_shown() {
    let mut bytes = [0; 32];
    (bytes[0], bytes[1], bytes[31]) = (0x0a, 0xf0, 0xff);
    let key = SessionKey(bytes);
    assert_eq!(key.to_string(), format!("0x0af0{}ff", "00".repeat(29)));
    assert_eq!(read(&key.to_string()), Some(key));
    assert_eq!(read(&format!("0x{}", key.to_string()[2..].to_uppercase())), Some(key));
}

#[test]
fn other_text_is_no_key() {
    let digits = "ab".repeat(32);
    assert_eq!(read(&digits), None, "without 0x");
    assert_eq!(read(&format!("0x{}", &digits[1..])), None, "a digit too few");
    assert_eq!(read(&format!("0x{digits}0")), None, "a digit too many");
    assert_eq!(read(&format!("0x{digits}00")), None, "a byte too many");
    assert_eq!(read(&format!("0x+{}", &digits[1..])), None, "a sign");
    assert_eq!(read(&format!("0x{}é", &digits[2..])), None, "beyond ASCII");
}
