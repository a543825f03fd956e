//! `ballast key`: files of keys. Secrets go into files and are never printed.

use std::path::PathBuf;

use ballast_protocol::hex;
use ballast_signing::keystore::{self, Cost};
use ballast_signing::{SessionKeyPair, WalletKey};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{say, say_json};
use crate::connect::{open, password};
use crate::{Failure, keyfile};

#[derive(Subcommand)]
pub(crate) enum Key {
    /// Makes a new wallet's key, under a password
    New(Written),
    /// Writes a key that you have into such a file; the secret is read from a file or asked for, never taken as an argument
    Import {
        #[command(flatten)]
        written: Written,
        /// Holds the secret: 64 hexadecimal digits, with or without 0x
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
    /// Prints the address of a key file, without opening it where the file names it
    Address {
        /// The key file
        file: PathBuf,
        /// The first line of this file is the password, where the file does not name its address; else BALLAST_PASSWORD, else it
        /// is asked for
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Makes a new session's key; the file is not under a password: give it limits (`ballast session grant`)
    Session {
        /// The file to write
        file: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub(crate) struct Written {
    /// The file to write; it must not exist
    file: PathBuf,
    /// The first line of this file is the password; else BALLAST_PASSWORD, else it is asked for
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Quicker to open, and to try passwords on: for keys of little worth
    #[arg(long)]
    light: bool,
    /// Prints JSON
    #[arg(long)]
    json: bool,
}

impl Key {
    pub(super) fn json(&self) -> bool {
        match self {
            Self::New(written) | Self::Import { written, .. } => written.json,
            Self::Address { json, .. } | Self::Session { json, .. } => *json,
        }
    }
}

pub(super) fn run(key: &Key) -> Result<(), Failure> {
    match key {
        Key::New(written) => write(written, &WalletKey::generate(&mut rand::rng())),
        Key::Import { written, secret_file } => {
            let text = match secret_file {
                Some(file) => password(Some(file), "")?,
                None => rpassword::prompt_password("secret (64 hexadecimal digits): ").map_err(|error| {
                    Failure::BadInput(format!(
                        "the secret can't be asked for: {error}; add --secret-file FILE"
                    ))
                })?,
            };
            write(written, &wallet(text.trim())?)
        }
        Key::Address {
            file,
            password_file,
            json,
        } => {
            let address = match keyfile::address(file)? {
                Some(address) => address,
                None => open(file, password_file.as_deref())?.address(),
            };
            if *json {
                say_json(&json!({ "address": address }))
            } else {
                say(&address.to_string())
            }
        }
        Key::Session { file, json } => {
            let pair = SessionKeyPair::generate(&mut rand::rng());
            keyfile::write_session(file, &pair)?;
            if *json {
                say_json(&json!({ "session": pair.key(), "file": file }))
            } else {
                say(&format!(
                    "{}\nwritten to {}: whoever reads it may sign",
                    pair.key(),
                    file.display()
                ))
            }
        }
    }
}

/// The key of 64 hexadecimal digits. An error does not repeat them.
fn wallet(text: &str) -> Result<WalletKey, Failure> {
    let digits = if text.starts_with("0x") {
        text.to_owned()
    } else {
        format!("0x{text}")
    };
    let bytes: Option<[u8; 32]> = hex::parse_all(&digits).ok().and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.ok_or_else(|| Failure::BadInput("a secret is 64 hexadecimal digits".into()))?;
    WalletKey::from_bytes(bytes).map_err(Failure::bad_input)
}

fn write(written: &Written, key: &WalletKey) -> Result<(), Failure> {
    let Written {
        file,
        password_file,
        light,
        json,
    } = written;
    if file.exists() {
        return Err(Failure::BadInput(format!(
            "{} exists: choose another name",
            file.display()
        )));
    }
    let password = new_password(password_file.as_deref())?;
    let cost = if *light { Cost::Light } else { Cost::Standard };
    keystore::write(file, key, password.as_bytes(), cost, &mut rand::rng())
        .map_err(|error| Failure::BadInput(format!("{}: {error}", file.display())))?;
    if *json {
        return say_json(&json!({ "address": key.address(), "file": file }));
    }
    say(&format!(
        "{}\nwritten to {}: without the file or its password it is lost",
        key.address(),
        file.display()
    ))
}

/// A password for a new file: typed twice, where it is typed.
fn new_password(file: Option<&std::path::Path>) -> Result<String, Failure> {
    let typed = file.is_none() && std::env::var_os("BALLAST_PASSWORD").is_none();
    let first = password(file, "new password: ")?;
    if first.is_empty() {
        return Err(Failure::BadInput(
            "an empty password protects nothing: choose another".into(),
        ));
    }
    if typed && password(None, "the same again: ")? != first {
        return Err(Failure::BadInput("the two passwords differ: try again".into()));
    }
    Ok(first)
}
