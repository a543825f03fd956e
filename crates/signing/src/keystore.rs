//! Key files: a wallet's key under a password, as Ethereum's tools keep it (Web3 Secret Storage, version 3).
//!
//! Files with scrypt and with PBKDF2 are read; scrypt is written. A file may come from anyone, so what it can ask for is
//! bounded before any of it is done: [`MEMORY_MAX`] of memory and about [`WORK_MAX`] times eight of its units of time.

mod file;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use rand_core::CryptoRng;

use self::file::{Cipher, CipherParams, Crypto, Kdf, KeyFile};
use crate::WalletKey;
use crate::keccak::keccak;
use ballast_protocol::AccountId;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// Most bytes of a file.
pub const FILE_MAX: usize = 16 * 1_024;
/// Most memory that a file's scrypt may ask for, 128·r·(N + p + 1): as much as Geth's own files do, and a mebibyte.
pub const MEMORY_MAX: u64 = 257 * 1_024 * 1_024;
/// Most work that a file's scrypt may ask for, N·r·p: four times that of Geth's own files.
pub const WORK_MAX: u64 = 1 << 23;
/// Most rounds that a file's PBKDF2 may ask for: forty times those of the published example.
pub const ROUNDS_MAX: u32 = 10_000_000;

/// How hard it is to try a password: scrypt's parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cost {
    /// A quarter of a gigabyte and about a second: Geth's standard, N = 2¹⁸, r = 8, p = 1.
    #[default]
    Standard,
    /// Four megabytes and a moment: Geth's light setting, N = 2¹², r = 8, p = 6. For keys of little worth.
    Light,
}

impl Cost {
    /// log₂ N, r and p.
    const fn parameters(self) -> (u8, u32, u32) {
        match self {
            Self::Standard => (18, 8, 1),
            Self::Light => (12, 8, 6),
        }
    }
}

/// Why a file gives no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileRefused {
    /// It can't be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Too long for a key.
    #[error("the file has over {FILE_MAX} bytes: it is no key file")]
    TooLong,
    /// Not the JSON of a key file, or of another version, cipher or derivation.
    #[error("no key file of version 3 with aes-128-ctr and scrypt or pbkdf2 (hmac-sha256): {0}")]
    Format(#[from] serde_json::Error),
    /// Another version.
    #[error("a key file of version {found}: only version 3 is known")]
    Version {
        /// Which.
        found: u64,
    },
    /// Parameters that make no sense, or that would take too much memory or time.
    #[error("{parameter} is {found}: {rule}")]
    Parameter {
        /// Of which name.
        parameter: &'static str,
        /// What it is.
        found: u64,
        /// What it must be.
        rule: &'static str,
    },
    /// The password does not open it.
    #[error("the password does not open this file, or the file is damaged")]
    WrongPassword,
    /// What it holds is no key.
    #[error("{0}")]
    BadKey(#[from] crate::BadKey),
    /// What it holds is another key than it says.
    #[error("the file says it is the key of {said}, and holds that of {found}: it was changed")]
    OtherAddress {
        /// In the file.
        said: AccountId,
        /// Of the key in it.
        found: AccountId,
    },
}

/// A key as the text of a file.
pub fn encrypt(key: &WalletKey, password: &[u8], cost: Cost, rng: &mut impl CryptoRng) -> String {
    let (mut salt, mut iv, mut id) = ([0; 32], [0; 16], [0; 16]);
    rng.fill_bytes(&mut salt);
    rng.fill_bytes(&mut iv);
    rng.fill_bytes(&mut id);
    let (log_n, r, p) = cost.parameters();
    let kdf = Kdf::Scrypt {
        dklen: 32,
        n: 1 << log_n,
        r,
        p,
        salt: file::Bytes(salt.to_vec()),
    };
    let derived = kdf.derive(password).expect("our own costs are within the bounds");
    let mut ciphertext = *key.secret();
    apply(&derived, &iv, &mut ciphertext);
    let mac = mac(&derived, &ciphertext);
    let crypto = Crypto {
        cipher: Cipher::Aes128Ctr,
        cipherparams: CipherParams {
            iv: file::Bytes(iv.to_vec()),
        },
        ciphertext: file::Bytes(ciphertext.to_vec()),
        kdf,
        mac: file::Bytes(mac.to_vec()),
    };
    let written = KeyFile {
        address: Some(file::Bytes(key.address().0.to_vec())),
        crypto,
        id: file::uuid(id),
        version: 3,
    };
    serde_json::to_string_pretty(&written).expect("names and text have a JSON form")
}

/// What a file says, within bounds, before a password is asked for.
struct Sealed {
    said: Option<AccountId>,
    kdf: Kdf,
    iv: [u8; 16],
    ciphertext: [u8; 32],
    mac: [u8; 32],
}

/// Whether this is the text of a file that [`decrypt`] would try to open: cheap, before anyone types a password. The account
/// that it names, if it names one, is its own word until it is opened.
///
/// Errors, in order: `TooLong`, `Format`, `Version`, `Parameter`.
pub fn check(text: &[u8]) -> Result<Option<AccountId>, KeyFileRefused> {
    sealed(text).map(|sealed| sealed.said)
}

fn sealed(text: &[u8]) -> Result<Sealed, KeyFileRefused> {
    if text.len() > FILE_MAX {
        return Err(KeyFileRefused::TooLong);
    }
    let KeyFile {
        address,
        crypto,
        version,
        ..
    } = serde_json::from_slice(text)?;
    if version != 3 {
        return Err(KeyFileRefused::Version { found: version });
    }
    let said = address.map(|bytes| bytes.exactly("the length of address").map(AccountId));
    crypto.kdf.check()?;
    Ok(Sealed {
        ciphertext: crypto.ciphertext.exactly("the length of ciphertext")?,
        iv: crypto.cipherparams.iv.exactly("the length of iv")?,
        mac: crypto.mac.exactly("the length of mac")?,
        said: said.transpose()?,
        kdf: crypto.kdf,
    })
}

/// The key in the text of a file. Errors, in order: those of [`check`], `WrongPassword`, `BadKey`, `OtherAddress`.
pub fn decrypt(text: &[u8], password: &[u8]) -> Result<WalletKey, KeyFileRefused> {
    let sealed = sealed(text)?;
    let derived = sealed.kdf.derive(password)?;
    let mut secret = sealed.ciphertext;
    if !bool::from(mac(&derived, &secret).ct_eq(&sealed.mac)) {
        return Err(KeyFileRefused::WrongPassword);
    }
    apply(&derived, &sealed.iv, &mut secret);
    let key = WalletKey::from_bytes(secret);
    secret.zeroize();
    let key = key?;
    match sealed.said.filter(|said| *said != key.address()) {
        Some(said) => Err(KeyFileRefused::OtherAddress {
            said,
            found: key.address(),
        }),
        None => Ok(key),
    }
}

/// Writes a new file that its owner alone can read. It is on disk when this returns. Error: `Io`, also if there is a file.
pub fn write(
    path: &Path,
    key: &WalletKey,
    password: &[u8],
    cost: Cost,
    rng: &mut impl CryptoRng,
) -> Result<(), KeyFileRefused> {
    let text = encrypt(key, password, cost, rng);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // Half a key file opens for nobody, and would stand in the way of the next try.
        let _ = fs::remove_file(path);
        return Err(error.into());
    }
    sync_folder_of(path)?;
    Ok(())
}

/// Makes a new name durable, where folders can be synced.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    #[cfg(unix)]
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// The key in a file. Errors: `Io`, and those of [`decrypt`].
pub fn read(path: &Path, password: &[u8]) -> Result<WalletKey, KeyFileRefused> {
    let mut text = Vec::new();
    let most = u64::try_from(FILE_MAX + 1).unwrap_or(u64::MAX);
    File::open(path)?.take(most).read_to_end(&mut text)?;
    decrypt(&text, password)
}

/// Encrypts or decrypts under the first half of what was derived.
fn apply(derived: &[u8; 32], iv: &[u8; 16], bytes: &mut [u8; 32]) {
    use ctr::cipher::{KeyIvInit, StreamCipher};
    let mut key = Zeroizing::new([0; 16]);
    key.copy_from_slice(&derived[..16]);
    ctr::Ctr128BE::<aes::Aes128>::new(&(*key).into(), &(*iv).into()).apply_keystream(bytes);
}

/// What shows that the password is right: a hash under the second half of what was derived.
fn mac(derived: &[u8; 32], ciphertext: &[u8; 32]) -> [u8; 32] {
    keccak([&derived[16..], ciphertext])
}

#[cfg(test)]
mod tests;
