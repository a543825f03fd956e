//! The JSON of a key file, and the derivation that it asks for.

use std::fmt;

use ballast_protocol::hex;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroizing;

use super::{KeyFileRefused, MEMORY_MAX, ROUNDS_MAX, WORK_MAX};

/// The whole file. What other tools write beside these fields is ignored.
#[derive(Serialize, Deserialize)]
pub(super) struct KeyFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<Bytes>,
    #[serde(alias = "Crypto")]
    pub(super) crypto: Crypto,
    #[serde(default)]
    pub(super) id: String,
    pub(super) version: u64,
}

/// What is encrypted and how.
#[derive(Serialize, Deserialize)]
pub(super) struct Crypto {
    pub(super) cipher: Cipher,
    pub(super) cipherparams: CipherParams,
    pub(super) ciphertext: Bytes,
    #[serde(flatten)]
    pub(super) kdf: Kdf,
    pub(super) mac: Bytes,
}

/// The one cipher of version 3.
#[derive(Serialize, Deserialize)]
pub(super) enum Cipher {
    #[serde(rename = "aes-128-ctr")]
    Aes128Ctr,
}

#[derive(Serialize, Deserialize)]
pub(super) struct CipherParams {
    pub(super) iv: Bytes,
}

/// How the key of the cipher comes from the password.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kdf", content = "kdfparams", rename_all = "lowercase")]
pub(super) enum Kdf {
    Scrypt {
        dklen: u32,
        n: u64,
        r: u32,
        p: u32,
        salt: Bytes,
    },
    Pbkdf2 {
        dklen: u32,
        c: u32,
        prf: Prf,
        salt: Bytes,
    },
}

/// The one function of PBKDF2 that version 3 has.
#[derive(Serialize, Deserialize)]
pub(super) enum Prf {
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
}

impl Kdf {
    /// Whether its parameters make sense and stay within the bounds. Error: `Parameter`.
    pub(super) fn check(&self) -> Result<(), KeyFileRefused> {
        match self {
            Self::Scrypt { dklen, n, r, p, .. } => {
                length_is_32(*dklen)?;
                scrypt_params(*n, *r, *p).map(|_| ())
            }
            Self::Pbkdf2 { dklen, c, .. } => {
                length_is_32(*dklen)?;
                if (1..=ROUNDS_MAX).contains(c) {
                    Ok(())
                } else {
                    Err(parameter("c", *c, "it must be 1 to 10 million rounds"))
                }
            }
        }
    }

    /// The 32 bytes that a password gives. Error: `Parameter`, before any memory or time is spent.
    pub(super) fn derive(&self, password: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeyFileRefused> {
        self.check()?;
        let mut derived = Zeroizing::new([0; 32]);
        match self {
            Self::Scrypt { n, r, p, salt, .. } => {
                let params = scrypt_params(*n, *r, *p)?;
                scrypt::scrypt(password, &salt.0, &params, derived.as_mut_slice()).expect("32 bytes can be derived");
            }
            Self::Pbkdf2 { c, salt, .. } => {
                pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password, &salt.0, *c, derived.as_mut_slice());
            }
        }
        Ok(derived)
    }
}

fn parameter(parameter: &'static str, found: impl Into<u64>, rule: &'static str) -> KeyFileRefused {
    KeyFileRefused::Parameter {
        parameter,
        found: found.into(),
        rule,
    }
}

fn length_is_32(dklen: u32) -> Result<(), KeyFileRefused> {
    if dklen == 32 {
        Ok(())
    } else {
        Err(parameter("dklen", dklen, "it must be 32"))
    }
}

/// Scrypt's parameters within the bounds.
fn scrypt_params(n: u64, r: u32, p: u32) -> Result<scrypt::Params, KeyFileRefused> {
    if n < 2 || !n.is_power_of_two() {
        return Err(parameter("n", n, "it must be a power of two, from 2"));
    }
    if r == 0 {
        return Err(parameter("r", r, "it must be above zero"));
    }
    if p == 0 {
        return Err(parameter("p", p, "it must be above zero"));
    }
    let blocks = n.saturating_mul(u64::from(r));
    let memory = n
        .saturating_add(u64::from(p))
        .saturating_add(1)
        .saturating_mul(u64::from(r))
        .saturating_mul(128);
    if memory > MEMORY_MAX {
        let (name, found) = if n >= u64::from(p) { ("n", n) } else { ("p", p.into()) };
        return Err(parameter(
            name,
            found,
            "128·r·(n + p + 1) may be a quarter of a gigabyte at most",
        ));
    }
    if blocks.saturating_mul(u64::from(p)) > WORK_MAX {
        return Err(parameter("p", p, "n·r·p may be 2²³ at most, some ten seconds"));
    }
    let log_n = u8::try_from(n.ilog2()).unwrap_or(u8::MAX);
    scrypt::Params::new(log_n, r, p).map_err(|_| parameter("n", n, "scrypt has no such parameters"))
}

/// Bytes as hexadecimal text, without `0x` as the format has it, read with one too.
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Bytes {
    /// The bytes, if they are `N`. Error: `Parameter`.
    pub(super) fn exactly<const N: usize>(&self, what: &'static str) -> Result<[u8; N], KeyFileRefused> {
        let found = u64::try_from(self.0.len()).unwrap_or(u64::MAX);
        let rule = match N {
            16 => "it must be 16 bytes",
            20 => "it must be 20 bytes",
            _ => "it must be 32 bytes",
        };
        self.0.as_slice().try_into().map_err(|_| KeyFileRefused::Parameter {
            parameter: what,
            found,
            rule,
        })
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}", Digits(&self.0)))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix("0x").unwrap_or(&text);
        hex::parse_all(&format!("0x{digits}"))
            .map(Self)
            .map_err(de::Error::custom)
    }
}

/// Hexadecimal digits without `0x`.
struct Digits<'a>(&'a [u8]);

impl fmt::Display for Digits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// 16 random bytes as a UUID of version 4.
pub(super) fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = Digits(&bytes).to_string();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
