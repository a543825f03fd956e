//! Files of keys: wallets' under a password, sessions' plain but readable by their owner alone.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use ballast_protocol::{AccountId, hex};
use ballast_signing::{SessionKeyPair, keystore};
use serde_json::{Value, json};

use crate::Failure;

fn unusable(file: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::BadInput(format!("{}: {why}", file.display()))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let most = u64::try_from(keystore::FILE_MAX + 1).unwrap_or(u64::MAX);
    let read = fs::File::open(file).and_then(|file| file.take(most).read_to_end(&mut text));
    read.map(|_| text).map_err(|error| unusable(file, error))
}

/// Whose key a file says that it holds, if it says so (Foundry's do not): nothing is opened, and it is the file's own word.
pub(crate) fn address(file: &Path) -> Result<Option<AccountId>, Failure> {
    keystore::check(&read(file)?).map_err(|error| unusable(file, error))
}

/// Writes a new file of a session's key.
pub(crate) fn write_session(file: &Path, pair: &SessionKeyPair) -> Result<(), Failure> {
    let text = json!({ "session": pair.key(), "secret": hex::text(&*pair.to_bytes()) });
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(file).map_err(|error| unusable(file, error))?;
    let done = writeln!(written, "{text:#}").and_then(|()| written.sync_all());
    done.map_err(|error| {
        // Half a key is none, and would stand in the way of the next try.
        let _ = fs::remove_file(file);
        unusable(file, error)
    })
}

/// The key in a session's file.
pub(crate) fn read_session(file: &Path) -> Result<SessionKeyPair, Failure> {
    let why = "no file of a session's key: ballast key session makes one";
    let text: Value = serde_json::from_slice(&read(file)?).map_err(|_| unusable(file, why))?;
    let secret = text["secret"].as_str().and_then(|secret| hex::parse_all(secret).ok());
    let secret: Option<[u8; 32]> = secret.and_then(|secret| secret.try_into().ok());
    let pair = SessionKeyPair::from_bytes(secret.ok_or_else(|| unusable(file, why))?);
    if text["session"] != json!(pair.key()) {
        return Err(unusable(
            file,
            "the file names another key than it holds: it was changed",
        ));
    }
    Ok(pair)
}
