//! `ballast feeder`: brings prices to any node, from files, HTTP sources, and packages of oracle networks.

use std::path::{Path, PathBuf};

use ballast_agents::development::{CHAIN_ID, Role};
use ballast_agents::feeder::{self, Clock, Config, KeyOf, Said, Word};
use ballast_signing::{WalletKey, keystore};
use clap::Args;
use serde_json::json;

use super::say;
use crate::Failure;
use crate::connect::{NodeOptions, password};
use crate::output::note;

#[derive(Args)]
pub(crate) struct Feeder {
    /// Which sources to speak for, with which keys, from where (docs/feeder.md)
    #[arg(value_name = "FILE")]
    config: PathBuf,
    /// The first line of this file is the password of the key files; else BALLAST_PASSWORD, else it is asked for
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Signs at the chain's time though it is not this machine's: for reserves that replay other days
    #[arg(long)]
    chain_time: bool,
}

/// In place of a key file: the key of this source in a reserve for development.
const DEVELOPMENT: &str = "development";

/// Speaks until it is interrupted.
pub(super) async fn run(node: &NodeOptions, what: &Feeder) -> Result<(), Failure> {
    let unusable = |why: String| Failure::BadInput(format!("{}: {why}", what.config.display()));
    let text = std::fs::read_to_string(&what.config).map_err(|error| unusable(error.to_string()))?;
    let config = Config::parse(&text).map_err(|error| unusable(error.to_string()))?;
    let folder = what.config.parent().unwrap_or(Path::new("."));
    let client = node.client().await?;
    let feeds = client.feeds().await?;
    let is_development = client.domain().chain_id() == CHAIN_ID;
    let mut known: Option<String> = None;
    let voices = config.voices(&feeds, folder, |key| open(&key, is_development, what, &mut known));
    let voices = voices.map_err(|error| unusable(error.to_string()))?;
    note(&format!(
        "{} sources speak to {}; Ctrl-C stops",
        voices.len(),
        client.url()
    ));
    let clock = if what.chain_time {
        Clock::Believed
    } else {
        Clock::Checked
    };
    feeder::run(&client, voices, clock, |word| tell(node.json, &word)).await;
    Ok(())
}

/// The key of a source: in its file, under a password that is asked for once.
fn open(key: &KeyOf<'_>, is_development: bool, what: &Feeder, known: &mut Option<String>) -> Result<WalletKey, String> {
    if key.file.file_name().is_some_and(|name| name == DEVELOPMENT) {
        return if is_development {
            Ok(Role::Source.key(key.source.0))
        } else {
            Err("the keys of development are for reserves for development: name a key file".into())
        };
    }
    let password = match known {
        Some(password) => password.clone(),
        None => {
            let asked = password(what.password_file.as_deref(), "password of the key files: ");
            let asked = asked.map_err(|failure| failure.message())?;
            known.insert(asked).clone()
        }
    };
    keystore::read(key.file, password.as_bytes()).map_err(|error| format!("{}: {error}", key.file.display()))
}

/// A line for each word, for people or for programs.
fn tell(json: bool, (feed, source, word): &Word) {
    let line = match (json, word) {
        (true, Ok(Said::Word(said))) => json!({ "said": said }).to_string(),
        (true, Ok(Said::NothingNewer(last))) => {
            let last = last.map(|last| last.time);
            json!({ "feed": feed, "source": source, "nothing_newer_than": last }).to_string()
        }
        (true, Err(why)) => json!({ "feed": feed, "source": source, "error": why.to_string() }).to_string(),
        (false, Ok(Said::Word(said))) => format!("{feed}, {source}: {} at {}", said.price, said.time.0),
        (false, Ok(Said::NothingNewer(Some(last)))) => {
            format!("{feed}, {source}: nothing newer than {} at {}", last.price, last.time.0)
        }
        (false, Ok(Said::NothingNewer(None))) => format!("{feed}, {source}: nothing that the chain has not heard"),
        (false, Err(why)) => format!("{feed}, {source}: {why}"),
    };
    // Whoever reads it may have gone: it goes on with its work.
    let _ = say(&line);
}
