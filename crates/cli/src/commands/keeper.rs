//! `ballast keeper`: buys what is liquidated, restarts auctions, calls liquidations that wait, at any node.

use ballast_agents::board::Step;
use ballast_agents::keeper::{self, Terms};
use ballast_client::Error;
use ballast_num::Ratio;
use clap::Args;

use super::say;
use crate::connect::{NodeOptions, SignerOptions};
use crate::names::{Names, Needs};
use crate::{Failure, units};

#[derive(Args)]
pub(crate) struct Keeper {
    /// How far under the feed's price it buys at least
    #[arg(long, value_name = "RATIO", default_value = "2%", value_parser = units::ratio)]
    margin: Ratio,
    /// Most coins of one purchase
    #[arg(long, value_name = "COINS", default_value = "50000")]
    most: String,
    /// Coins that stay for fees
    #[arg(long, value_name = "COINS", default_value = "20")]
    reserve: String,
    /// Only this collateral type, by name or number; may be given again
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Sells what it has bought in the reserve's markets, for so much under the feed's price at least; else it keeps it
    #[arg(long, value_name = "RATIO", value_parser = units::ratio)]
    sell_within: Option<Ratio>,
    /// Looks once and ends
    #[arg(long)]
    once: bool,
}

/// Works until it is interrupted, or once.
pub(super) async fn run(node: &NodeOptions, signer: &SignerOptions, what: &Keeper) -> Result<(), Failure> {
    let client = node.client().await?;
    let names = Names::load(&client, Needs::default()).await?;
    let wallet = signer.wallet(&client, &names)?;
    let types = what.types.iter().map(|text| Ok(names.collateral_type(text)?.spec.id));
    let types: Vec<_> = types.collect::<Result<_, Failure>>()?;
    let terms = Terms {
        margin: what.margin,
        most: names.coins(&what.most)?,
        reserve: names.coins(&what.reserve)?,
        types: (!types.is_empty()).then_some(types),
        sells_within: what.sell_within,
        ..Terms::default()
    };
    let mut tell = |step: &Step, done: &Result<(), Error>| tell(node.json, step, done);
    if what.once {
        keeper::work(&wallet, &terms, &mut tell).await?;
        return Ok(());
    }
    eprintln!("{} keeps at {}; Ctrl-C stops", wallet.address(), client.url());
    Ok(keeper::run(&wallet, &terms, tell).await?)
}

/// A line for each step, for people or for programs.
fn tell(json: bool, step: &Step, done: &Result<(), Error>) {
    let error = done.as_ref().err();
    let line = if json {
        let line = serde_json::json!({
            "why": step.why,
            "commands": step.commands,
            "error": error.map(ToString::to_string),
        });
        line.to_string()
    } else {
        match error {
            None => step.why.clone(),
            Some(error) => format!("{}: {error}", step.why),
        }
    };
    // Whoever reads it may have gone: it goes on with its work.
    let _ = say(&line);
}
