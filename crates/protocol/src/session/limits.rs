//! Reading a session's spending limits: no more of them than a session may have, whoever has written them.

use std::fmt;

use borsh::{BorshDeserialize, io};
use serde::{Deserializer, de};

use super::{LIMITS_MAX, SessionFault, SpendingLimit};

/// Error: `TooManyLimits`.
fn check(limits: u32) -> Result<(), SessionFault> {
    match limits {
        ..=LIMITS_MAX => Ok(()),
        _ => Err(SessionFault::TooManyLimits {
            limits,
            most: LIMITS_MAX,
        }),
    }
}

/// From canonical bytes: their number, of 32 bits, and each of them.
pub(crate) fn from_bytes<R: io::Read>(reader: &mut R) -> io::Result<Vec<SpendingLimit>> {
    let count = u32::deserialize_reader(reader)?;
    check(count).map_err(|fault| io::Error::new(io::ErrorKind::InvalidData, fault))?;
    (0..count).map(|_| SpendingLimit::deserialize_reader(reader)).collect()
}

/// From a list in JSON, which is read no further than to the first that is too many.
pub(crate) fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SpendingLimit>, D::Error> {
    struct Limits;
    impl<'de> de::Visitor<'de> for Limits {
        type Value = Vec<SpendingLimit>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {LIMITS_MAX} spending limits")
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Vec<SpendingLimit>, A::Error> {
            let (mut limits, mut count) = (Vec::new(), 0);
            while let Some(limit) = list.next_element()? {
                count += 1;
                check(count).map_err(de::Error::custom)?;
                limits.push(limit);
            }
            Ok(limits)
        }
    }
    deserializer.deserialize_seq(Limits)
}
