//! From a command line to a transaction: what it means, sending it, and telling what came of it.

use ballast_client::Error;
use ballast_protocol::api::{DryRun, TransactionInfo};
use ballast_protocol::{Command, Outcome, Receipt};

use super::tell::sentences;
use super::{say, say_json};
use crate::Failure;
use crate::connect::{NodeOptions, SignerOptions};
use crate::names::{Names, Needs};
use crate::output::note;

/// What can be said to the engine.
pub(crate) trait Saying {
    /// The vaults and auctions that it names.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// The commands that it means, in order; they succeed or fail together.
    fn commands(&self, names: &Names) -> Result<Vec<Command>, Failure>;
}

/// Says it, and tells what came of it.
pub(super) async fn run(node: &NodeOptions, signer: &SignerOptions, saying: &impl Saying) -> Result<(), Failure> {
    let client = node.client().await?;
    let names = Names::load(&client, saying.needs()).await?;
    let commands = saying.commands(&names)?;
    send(node, signer, &client, &names, commands).await
}

/// Signs and sends commands, or tries them.
pub(super) async fn send(
    node: &NodeOptions,
    signer: &SignerOptions,
    client: &ballast_client::Client,
    names: &Names,
    commands: Vec<Command>,
) -> Result<(), Failure> {
    let wallet = signer.wallet(client, names)?;
    if signer.dry_run {
        return tell_dry_run(node, names, &wallet.dry_run(commands).await?);
    }
    let slow = |hash| {
        note(&format!(
            "transaction {hash} is on its way: `ballast tx show {hash}` tells what came of it"
        ))
    };
    tell_sent(node, names, wallet.send_telling(commands, slow).await)
}

/// Tells what would come of a transaction.
pub(super) fn tell_dry_run(node: &NodeOptions, names: &Names, tried: &DryRun) -> Result<(), Failure> {
    if node.json {
        say_json(tried)?;
    } else if tried.receipt.outcome == Outcome::Done {
        say(&format!(
            "would be done on top of {}{}",
            tried.height,
            receipt(&tried.receipt, names)
        ))?;
    }
    match &tried.receipt.outcome {
        Outcome::Done => Ok(()),
        Outcome::Failed { reason, .. } => Err(Failure::Refused(format!("would fail: {reason}"))),
        Outcome::NotAdmitted(reason) => Err(Failure::Refused(format!("would not be admitted: {reason}"))),
    }
}

/// Tells what came of a transaction that was sent.
pub(super) fn tell_sent(
    node: &NodeOptions,
    names: &Names,
    sent: Result<TransactionInfo, Error>,
) -> Result<(), Failure> {
    // The receipt of what the engine refused is told too: it has paid.
    let info = match &sent {
        Ok(info) => Some(info),
        Err(Error::Failed(info) | Error::NotAdmitted(info)) => Some(&**info),
        Err(_) => None,
    };
    let told = match info {
        Some(info) if node.json => say_json(info),
        Some(info) => tell(info, names),
        None => Ok(()),
    };
    // Its end is the transaction's, whether or not anyone reads what it prints.
    let done = sent?;
    if let Err(failure) = told
        && failure.code() != 0
    {
        note(&format!(
            "transaction {} is done, and could not be told: {}",
            done.hash,
            failure.message()
        ));
    }
    Ok(())
}

/// A transaction, for people.
pub(super) fn tell(info: &TransactionInfo, names: &Names) -> Result<(), Failure> {
    let outcome = match &info.receipt.outcome {
        Outcome::Done => "done",
        Outcome::Failed { .. } => "failed",
        Outcome::NotAdmitted(_) => "not admitted",
    };
    say(&format!(
        "{outcome} at {}{}\ntransaction {}",
        info.height,
        receipt(&info.receipt, names),
        info.hash
    ))
}

/// The fee and the events of a receipt.
fn receipt(receipt: &Receipt, names: &Names) -> String {
    let mut text = match &receipt.fee {
        Some(fee) => format!(", fee {}", names.show(fee.amount, fee.asset)),
        None => String::new(),
    };
    for event in &receipt.events {
        text += &format!("\n  {}", sentences(event, names));
    }
    text
}
