use rand_core::{Infallible, TryCryptoRng, TryRng};

use super::*;

/// Numbers that are the same in each run: for tests alone.
struct Counting(u8);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}

/// From the format's definition ("Web3 Secret Storage Definition"): the same key, under both derivations.
const PBKDF2: &str = r#"{
    "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": { "iv": "6087dab2f9fdbbfaddc31a909735c1e6" },
        "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "kdf": "pbkdf2",
        "kdfparams": {
            "c": 262144, "dklen": 32, "prf": "hmac-sha256",
            "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"
        },
        "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"
    },
    "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    "version": 3
}"#;

const SCRYPT: &str = r#"{
    "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": { "iv": "83dbcc02d8ccb40e466191a123791e0e" },
        "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
        "kdf": "scrypt",
        "kdfparams": {
            "dklen": 32, "n": 262144, "p": 8, "r": 1,
            "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"
        },
        "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"
    },
    "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    "version": 3
}"#;

const SECRET: &str = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

fn key() -> WalletKey {
    WalletKey::from_bytes([1; 32]).unwrap()
}

#[test]
fn published_files_open() {
    for file in [PBKDF2, SCRYPT] {
        let key = decrypt(file.as_bytes(), b"testpassword").unwrap();
        assert_eq!(*key.secret(), ballast_protocol::hex::parse(SECRET).unwrap());
    }
}

#[test]
fn a_file_is_checked_before_its_password_is_known() {
    assert!(matches!(check(SCRYPT.as_bytes()), Ok(None)));
    let text = encrypt(&key(), b"secret", Cost::Standard, &mut Counting(0));
    assert!(matches!(check(text.as_bytes()), Ok(Some(said)) if said == key().address()));
}

#[test]
fn another_password_opens_nothing() {
    assert!(matches!(
        decrypt(PBKDF2.as_bytes(), b"testpasswore"),
        Err(KeyFileRefused::WrongPassword)
    ));
}

#[test]
fn what_is_written_is_read_back() {
    let text = encrypt(&key(), b"secret", Cost::Light, &mut Counting(0));
    assert_eq!(decrypt(text.as_bytes(), b"secret").unwrap().address(), key().address());
    assert!(
        text.contains(r#""kdf": "scrypt""#) && text.contains(r#""n": 4096"#),
        "{text}"
    );
    assert!(!text.contains("0x") && !text.contains(&"01".repeat(16)), "{text}");
    let other = encrypt(&key(), b"secret", Cost::Light, &mut Counting(1));
    assert_ne!(text, other, "salt and iv are new each time");
}

#[test]
fn a_file_is_its_owners_alone_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.json");
    write(&path, &key(), b"secret", Cost::Light, &mut Counting(0)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(read(&path, b"secret").unwrap().address(), key().address());
    let again = write(&path, &key(), b"secret", Cost::Light, &mut Counting(0));
    assert!(matches!(again, Err(KeyFileRefused::Io(error)) if error.kind() == io::ErrorKind::AlreadyExists));
}

#[test]
fn hostile_parameters_are_refused_before_any_work() {
    let refused = |from: &str, to: &str, file: &str| {
        assert!(check(file.replace(from, to).as_bytes()).is_err());
        assert!(file.contains(from));
        match decrypt(file.replace(from, to).as_bytes(), b"testpassword") {
            Err(KeyFileRefused::Parameter { parameter, .. }) => parameter,
            other => panic!("{from} -> {to}: {other:?}"),
        }
    };
    for n in ["0", "1", "3", "262143", "4194304", "9223372036854775808"] {
        assert_eq!(refused("\"n\": 262144", &format!("\"n\": {n}"), SCRYPT), "n");
    }
    assert_eq!(refused("\"r\": 1", "\"r\": 0", SCRYPT), "r");
    assert_eq!(refused("\"r\": 1", "\"r\": 4294967295", SCRYPT), "n");
    assert_eq!(refused("\"p\": 8", "\"p\": 0", SCRYPT), "p");
    assert_eq!(refused("\"p\": 8", "\"p\": 33", SCRYPT), "p");
    // 128·r·p counts too: half a gigabyte here, of little work.
    let small = SCRYPT.replace("\"n\": 262144", "\"n\": 2");
    assert_eq!(refused("\"p\": 8", "\"p\": 4194304", &small), "p");
    assert_eq!(refused("\"c\": 262144", "\"c\": 0", PBKDF2), "c");
    assert_eq!(refused("\"c\": 262144", "\"c\": 10000001", PBKDF2), "c");
    assert_eq!(refused("\"dklen\": 32", "\"dklen\": 64", PBKDF2), "dklen");
    assert_eq!(refused("6087dab2", "6087da", PBKDF2), "the length of iv");
}

#[test]
fn other_files_are_refused() {
    let open = |text: &str| decrypt(text.as_bytes(), b"testpassword").unwrap_err();
    assert!(matches!(open("{}"), KeyFileRefused::Format(_)));
    assert!(matches!(
        open(&PBKDF2.replace("\"version\": 3", "\"version\": 1")),
        KeyFileRefused::Version { found: 1 }
    ));
    assert!(matches!(
        open(&PBKDF2.replace("aes-128-ctr", "aes-128-cbc")),
        KeyFileRefused::Format(_)
    ));
    assert!(matches!(
        open(&PBKDF2.replace("hmac-sha256", "hmac-sha1")),
        KeyFileRefused::Format(_)
    ));
    assert!(matches!(open(&" ".repeat(FILE_MAX + 1)), KeyFileRefused::TooLong));
    let said = PBKDF2.replacen('{', r#"{ "address": "7e5f4552091a69125d5dfcb7b8c2659029395bdf","#, 1);
    assert!(matches!(open(&said), KeyFileRefused::OtherAddress { .. }));
    let damaged = PBKDF2.replace("5318b4d5", "5318b4d6");
    assert!(matches!(open(&damaged), KeyFileRefused::WrongPassword));
}
