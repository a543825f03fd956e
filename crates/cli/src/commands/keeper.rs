//! `ballast keeper`: buys what is liquidated, restarts auctions, calls liquidations that wait, at any node.

use ballast_agents::board::Step;
use ballast_agents::keeper::{self, Taken, Terms};
use ballast_num::{Ratio, Seconds};
use clap::Args;
use serde_json::json;

use super::say;
use crate::connect::{NodeOptions, SignerOptions};
use crate::host::log_to_stderr;
use crate::names::{Names, Needs};
use crate::output::note;
use crate::{Failure, exit_code, units};

#[derive(Args)]
pub(crate) struct Keeper {
    /// How far under the feed's price it buys at least
    #[arg(long, value_name = "RATIO", default_value = "2%", value_parser = units::discount)]
    margin: Ratio,
    /// Most coins of one purchase
    #[arg(long, value_name = "COINS", default_value = "50000")]
    most: String,
    /// Most that it may have bought and not sold yet, in coins at the feed's price
    #[arg(long, value_name = "COINS", default_value = "200000")]
    most_held: String,
    /// How long a purchase may wait for its block, by the chain's time
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = units::duration)]
    purchase_life: Seconds,
    /// Coins that stay for fees
    #[arg(long, value_name = "COINS", default_value = "20")]
    reserve: String,
    /// Only this collateral type, by name or number; may be given again
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Sells what it has bought since it started in the reserve's markets, for at most so much under the feed's price; else it
    /// keeps it
    #[arg(long, value_name = "RATIO", value_parser = units::discount)]
    sell_within: Option<Ratio>,
    /// Looks once and ends, with the exit code of the step that went worst
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
        most_held: names.coins(&what.most_held)?,
        life: what.purchase_life,
        reserve: names.coins(&what.reserve)?,
        types: (!types.is_empty()).then_some(types),
        sells_within: what.sell_within,
        ..Terms::default()
    };
    let mut keeper = keeper::Keeper::new(wallet.clone(), terms);
    if what.once {
        let mut worst = 0;
        let mut told = |step: &Step, taken: &Taken| {
            worst = worst.max(code(taken));
            tell(node.json, &names, step, taken);
        };
        keeper.work(&mut told).await?;
        return if worst == 0 { Ok(()) } else { Err(Failure::Told(worst)) };
    }
    log_to_stderr();
    note(&format!("{} keeps at {}; Ctrl-C stops", wallet.address(), client.url()));
    Ok(keeper.run(|step, taken| tell(node.json, &names, step, taken)).await?)
}

/// The exit code that a step alone would end with.
fn code(taken: &Taken) -> u8 {
    match taken {
        Taken::Done(_) => 0,
        Taken::NotSent(_) => 1,
        Taken::Failed(error) => exit_code(error),
    }
}

/// A line for each step, for people or for programs: what is done, with its fee and hash; what was not sent, since it would not
/// work; what failed.
fn tell(json: bool, names: &Names, step: &Step, taken: &Taken) {
    let line = if json {
        let mut line = json!({ "why": step.why, "commands": step.commands });
        match taken {
            Taken::Done(info) => line["done"] = json!(info),
            Taken::NotSent(why) => line["not_sent"] = json!(why),
            Taken::Failed(error) => line["error"] = json!({ "code": error.code(), "message": error.to_string() }),
        }
        line.to_string()
    } else {
        match taken {
            Taken::Done(info) => {
                let fee = info.receipt.fee.as_ref();
                let fee = fee.map_or_else(String::new, |fee| {
                    format!(", fee {}", names.show(fee.amount, fee.asset))
                });
                format!("done at {}: {}{fee}, transaction {}", info.height, step.why, info.hash)
            }
            Taken::NotSent(why) => format!("not sent: {}: {why}", step.why),
            Taken::Failed(error) => format!("failed: {}: {error}", step.why),
        }
    };
    // Whoever reads it may have gone: it goes on with its work.
    let _ = say(&line);
}
