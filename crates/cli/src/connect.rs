//! To which node a command speaks, and with which key: the options that commands share, and what they make of them.

use std::io::Read;
use std::path::{Path, PathBuf};

use ballast_agents::development::CHAIN_ID;
use ballast_client::{Client, Error, Payer, Terms, Wallet};
use ballast_num::Seconds;
use ballast_protocol::AccountId;
use ballast_signing::{WalletKey, keystore};
use clap::Args;

use crate::Failure;
use crate::names::Names;
use crate::{keyfile, node::dev};

/// Which node.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Connection")]
pub(crate) struct NodeOptions {
    /// The node to speak to
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "BALLAST_NODE",
        default_value = "http://127.0.0.1:8080"
    )]
    pub(crate) node: String,
    /// Prints one JSON document in the shapes of the API; errors too, on standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// Which key signs, and on which terms.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Signing")]
pub(crate) struct SignerOptions {
    /// Signs with the key in this file (`ballast key new`); else with that of BALLAST_KEY, unless another way to sign is named
    #[arg(long, global = true, value_name = "FILE", conflicts_with_all = ["dev_key", "session_file"])]
    pub(crate) key: Option<PathBuf>,
    /// The first line of this file is the key's password; else BALLAST_PASSWORD, else it is asked for
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Signs with this wallet of a reserve for development, from 1
    #[arg(long, global = true, value_name = "NUMBER", conflicts_with = "session_file")]
    pub(crate) dev_key: Option<u32>,
    /// Signs with the session key in this file (`ballast key session`), for --owner
    #[arg(long, global = true, value_name = "FILE", requires = "owner")]
    pub(crate) session_file: Option<PathBuf>,
    /// Whose session it is
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub(crate) owner: Option<AccountId>,
    /// Prints what would come of it, and sends nothing
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Pays the fee in this asset; else in coins if there are enough, else in the collateral that is worth most
    #[arg(long, global = true, value_name = "ASSET")]
    pub(crate) fee_asset: Option<String>,
    /// Most coins to pay as a fee; else four times what it costs now
    #[arg(long, global = true, value_name = "COINS")]
    pub(crate) fee_max: Option<String>,
    /// How long the transaction may wait for its block: 90s, 10m
    #[arg(long, global = true, value_name = "DURATION", default_value = "10m", value_parser = crate::units::duration)]
    pub(crate) life: Seconds,
}

impl NodeOptions {
    /// A client of the node.
    pub(crate) async fn client(&self) -> Result<Client, Failure> {
        Ok(Client::connect(&self.node).await?)
    }
}

impl SignerOptions {
    /// The key that was asked for.
    pub(crate) fn wallet(&self, client: &Client, names: &Names) -> Result<Wallet, Failure> {
        let wallet = if let Some(number) = self.dev_key {
            let chain = client.domain().chain_id();
            if chain != CHAIN_ID {
                return Err(Failure::BadInput(format!(
                    "--dev-key is for reserves for development, of chain {CHAIN_ID}; this one is of chain {chain}: use --key FILE"
                )));
            }
            client.signer(dev_wallet(number)?)
        } else if let (Some(file), Some(owner)) = (&self.session_file, self.owner) {
            client.session(owner, keyfile::read_session(file)?)
        } else if let Some(file) = self.key_file() {
            client.signer(open(&file, self.password_file.as_deref())?)
        } else {
            let what =
                "who signs? Add --key FILE (ballast key new makes one), or --dev-key 1 on a reserve for development";
            return Err(Failure::BadInput(what.into()));
        };
        Ok(wallet.on(self.terms(names)?))
    }

    /// On which terms a transaction is made.
    pub(crate) fn terms(&self, names: &Names) -> Result<Terms, Failure> {
        let asset = self.fee_asset.as_deref().map(|text| names.asset(text)).transpose()?;
        let fee_max = self.fee_max.as_deref().map(|text| names.coins(text)).transpose()?;
        Ok(Terms {
            life: self.life,
            payer: asset.map_or(Payer::Any, |asset| Payer::Asset(asset.id)),
            fee_max,
        })
    }

    /// The account that is meant where none is named: that of the key, without opening it where the file names it.
    pub(crate) fn account(&self) -> Result<Option<AccountId>, Failure> {
        if let Some(number) = self.dev_key {
            return Ok(Some(dev_wallet(number)?.address()));
        }
        if let (Some(_), Some(owner)) = (&self.session_file, self.owner) {
            return Ok(Some(owner));
        }
        let Some(file) = self.key_file() else {
            return Ok(self.owner);
        };
        match keyfile::address(&file)? {
            Some(address) => Ok(Some(address)),
            None => open(&file, self.password_file.as_deref()).map(|key| Some(key.address())),
        }
    }

    /// The file of --key, else of the environment: which no other way to sign conflicts with.
    fn key_file(&self) -> Option<PathBuf> {
        let exported = || std::env::var_os("BALLAST_KEY").filter(|file| !file.is_empty());
        self.key.clone().or_else(|| exported().map(PathBuf::from))
    }
}

/// The key in a file, under a password of a file's first line, of the environment, or typed.
pub(crate) fn open(file: &Path, password_file: Option<&Path>) -> Result<WalletKey, Failure> {
    // Whether it is a key file at all, before anyone types a password.
    keyfile::address(file)?;
    let password = password(password_file, &format!("password of {}: ", file.display()))?;
    keystore::read(file, password.as_bytes()).map_err(|error| Failure::BadInput(format!("{}: {error}", file.display())))
}

/// A wallet of the reserve for development.
fn dev_wallet(number: u32) -> Result<WalletKey, Failure> {
    dev::wallet(number).ok_or_else(|| {
        Failure::BadInput(format!(
            "there is no development wallet {number}: choose one from 1 to {}",
            dev::WALLETS
        ))
    })
}

/// A password: of a file's first line, of the environment, or typed.
pub(crate) fn password(file: Option<&Path>, prompt: &str) -> Result<String, Failure> {
    if let Some(file) = file {
        let mut text = String::new();
        let read = std::fs::File::open(file).and_then(|file| file.take(4_096).read_to_string(&mut text));
        read.map_err(|error| Failure::BadInput(format!("{}: {error}", file.display())))?;
        return Ok(text.lines().next().unwrap_or_default().to_owned());
    }
    if let Ok(password) = std::env::var("BALLAST_PASSWORD") {
        return Ok(password);
    }
    rpassword::prompt_password(prompt).map_err(|error| {
        Failure::BadInput(format!(
            "no password could be asked for: {error}; add --password-file FILE or set BALLAST_PASSWORD"
        ))
    })
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Node(Box::new(error))
    }
}
