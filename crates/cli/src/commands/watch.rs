//! `ballast watch`: the stream of blocks, as lines for people or as NDJSON.

use std::time::Duration;

use ballast_client::Error;
use ballast_protocol::api::Told;
use ballast_protocol::{Event, Height, Outcome};
use clap::Args;

use super::say;
use super::tell::{kinds, sentences};
use crate::Failure;
use crate::connect::NodeOptions;
use crate::names::{Names, Needs};
use crate::output::note;

/// How long a node may be away before that is said.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Args)]
pub(crate) struct Watch {
    /// The first height to tell; else the next block's
    #[arg(long, value_name = "HEIGHT")]
    from: Option<u64>,
    /// Ends after so many blocks
    #[arg(long, value_name = "NUMBER")]
    blocks: Option<u64>,
    /// Tells every changed record too; only with --json
    #[arg(long, requires = "json")]
    changes: bool,
}

pub(super) async fn watch(node: &NodeOptions, asked: &Watch) -> Result<(), Failure> {
    let client = node.client().await?;
    let names = Names::load(&client, Needs::default()).await?;
    let mut blocks = client.blocks(asked.from.map(Height)).giving_up_after(PATIENCE);
    if asked.changes {
        blocks = blocks.with_changes();
    }
    let (mut told, mut is_away) = (0, false);
    while asked.blocks.is_none_or(|most| told < most) {
        let block = match blocks.next().await {
            Ok(block) => block,
            Err(error @ (Error::Unreachable { .. } | Error::NoAnswer { .. })) => {
                if !is_away {
                    note(&format!("{error}; it goes on when the node is back, Ctrl-C ends it"));
                }
                is_away = true;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if std::mem::take(&mut is_away) {
            note("the node is back");
        }
        if node.json {
            say(&serde_json::to_string(&block).map_err(Failure::bad_input)?)?;
        } else {
            let text = text(&block, &names);
            if !text.is_empty() {
                say(&text)?;
            }
        }
        told += 1;
    }
    Ok(())
}

/// What matters of a block; nothing where nothing does.
fn text(told: &Told, names: &Names) -> String {
    let block = &told.block;
    let mut lines = Vec::new();
    let matters = |event: &&Event| !matches!(event, Event::InterestAccrued { .. });
    let events = block.events.iter().filter(matters);
    lines.extend(events.map(|event| sentences(event, names)));
    for (transaction, receipt) in block.transactions.iter().zip(&block.receipts) {
        match &receipt.outcome {
            Outcome::Done => lines.extend(receipt.events.iter().map(|event| sentences(event, names))),
            Outcome::Failed { reason, .. } => {
                lines.push(format!(
                    "{} of {} failed: {reason}",
                    kinds(&transaction.commands),
                    transaction.sender
                ));
            }
            Outcome::NotAdmitted(_) => {}
        }
    }
    let lines: Vec<_> = lines
        .iter()
        .map(|line| format!("{:>8}  {line}", block.height.0))
        .collect();
    lines.join("\n")
}
