//! `ballast tx`: transactions as documents.

use std::io::Read;
use std::path::{Path, PathBuf};

use ballast_protocol::{AccountId, Command, Signer, Transaction, TransactionHash};
use ballast_signing::{Signature, SignedTransaction};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::write;
use super::{say, say_json};
use crate::Failure;
use crate::connect::{NodeOptions, SignerOptions};
use crate::names::{Names, Needs};

#[derive(Subcommand)]
pub(crate) enum Tx {
    /// Sends what a file holds: a list of commands, which your key signs; a transaction with --signature; or a signed
    /// transaction. Amounts in it are base units
    Send(SendFile),
    /// What became of a transaction
    Show {
        /// Its hash
        hash: TransactionHash,
    },
    /// Makes a transaction of a list of commands, for another wallet to sign: prints the EIP-712 document
    TypedData(TypedData),
}

#[derive(Args)]
pub(crate) struct SendFile {
    /// The file, in JSON; - is standard input
    file: PathBuf,
    /// The signature of a transaction that another wallet has signed
    #[arg(long, value_name = "SIGNATURE")]
    signature: Option<Signature>,
}

#[derive(Args)]
pub(crate) struct TypedData {
    /// A list of commands, in JSON; - is standard input
    file: PathBuf,
    /// Who will sign
    #[arg(long, value_name = "ADDRESS")]
    from: AccountId,
    /// Its nonce; else one is drawn, which other transactions do not take while it waits for its signature
    #[arg(long, value_name = "NUMBER")]
    nonce: Option<u64>,
    /// Keeps the transaction in this file: `tx send FILE --signature …` then sends it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) async fn run(node: &NodeOptions, signer: &SignerOptions, what: &Tx) -> Result<(), Failure> {
    match what {
        Tx::Send(file) => send(node, signer, file).await,
        Tx::Show { hash } => show(node, *hash).await,
        Tx::TypedData(asked) => typed_data(node, signer, asked).await,
    }
}

fn read(file: &Path) -> Result<Value, Failure> {
    let unusable = |why: String| Failure::BadInput(format!("{}: {why}", file.display()));
    let mut text = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut text)
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_end(&mut text))
    };
    read.map_err(|error| unusable(error.to_string()))?;
    serde_json::from_slice(&text).map_err(|error| unusable(error.to_string()))
}

fn parse<T: serde::de::DeserializeOwned>(value: Value, what: &str) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|error| Failure::BadInput(format!("this is no {what}: {error}")))
}

async fn send(node: &NodeOptions, signer: &SignerOptions, asked: &SendFile) -> Result<(), Failure> {
    let mut document = read(&asked.file)?;
    if let Some(signature) = &asked.signature {
        document = json!({ "transaction": document, "signature": signature });
    }
    let client = node.client().await?;
    let names = Names::load(&client, Needs::default()).await?;
    if document.is_array() {
        let commands: Vec<Command> = parse(document, "list of commands")?;
        return write::send(node, signer, &client, &names, commands).await;
    }
    if document.get("signature").is_none() {
        let what = "this is neither a list of commands nor signed: add --signature, or send the list itself";
        return Err(Failure::BadInput(what.into()));
    }
    let signed: SignedTransaction = parse(document, "signed transaction")?;
    if signer.dry_run {
        return write::tell_dry_run(node, &names, &client.dry_run(&signed.transaction).await?);
    }
    write::tell_sent(node, &names, client.settle(&signed).await)
}

async fn show(node: &NodeOptions, hash: TransactionHash) -> Result<(), Failure> {
    let client = node.client().await?;
    let found = client.transaction(hash).await?;
    let why = || format!("the node remembers no transaction {hash}: it may wait, be older, or never have come");
    let info = found.ok_or_else(|| Failure::Refused(why()))?;
    if node.json {
        return say_json(&info);
    }
    write::tell(&info, &Names::load(&client, Needs::default()).await?)
}

async fn typed_data(node: &NodeOptions, signer: &SignerOptions, asked: &TypedData) -> Result<(), Failure> {
    let commands: Vec<Command> = parse(read(&asked.file)?, "list of commands")?;
    let client = node.client().await?;
    let terms = signer.terms(&Names::load(&client, Needs::default()).await?)?;
    let nonce = asked.nonce.unwrap_or_else(rand::random);
    let made = client
        .prepare(asked.from, Signer::Wallet, nonce, commands, &terms)
        .await?;
    keep(&asked.out, &made)?;
    // The document is JSON in either case: a wallet reads it.
    say(&client.typed_data(&made).to_string())
}

fn keep(file: &Path, made: &Transaction) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(made).map_err(Failure::bad_input)?;
    crate::output::prepare(&[("--out", file)], &[])?;
    crate::output::write(file, &text)
}
