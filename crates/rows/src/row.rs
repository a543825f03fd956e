//! One row: who says it, what it is about, and all of it as JSON.

use ballast_protocol::{About, Block, BlockResult, Event, Outcome, Receipt};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// One event, or the receipt of a transaction. What an event does not name is nothing; amounts are base units and prices USD,
/// as decimal strings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Which block.
    pub height: u64,
    /// Its time, seconds since 1970-01-01 UTC.
    pub time: u64,
    /// The place in the block, from 0.
    pub index: u32,
    /// Whose transaction, from 0 in the order of the block; nothing if the engine did it by itself.
    pub transaction: Option<u32>,
    /// The event's name, or `Receipt`.
    pub kind: String,
    /// Of which collateral type.
    pub collateral_type: Option<u32>,
    /// Of which vault.
    pub vault: Option<u64>,
    /// Of which auction.
    pub auction: Option<u64>,
    /// Whom it is about before all others: of an event the owner, else who acted or was paid; of a receipt who paid its fee.
    pub account: Option<String>,
    /// Its `amount`, else `paid`.
    pub amount: Option<String>,
    /// Collateral moved: `collateral`, else `lot`.
    pub collateral: Option<String>,
    /// Debt repaid, seized or put on sale.
    pub debt: Option<String>,
    /// USD for one whole unit.
    pub price: Option<String>,
    /// Everything.
    pub event: Value,
}

/// The rows of a block, in order.
pub fn rows(block: &Block, result: &BlockResult) -> Vec<Row> {
    let mut all: Vec<Row> = Vec::new();
    let mut push = |transaction: Option<u32>, kind_and_all: (String, Value), about: &About| {
        let index = u32::try_from(all.len()).unwrap_or(u32::MAX);
        all.push(row(block, (index, transaction), kind_and_all, about));
    };
    for event in &result.events {
        push(None, named(event), &event.about());
    }
    for (number, receipt) in result.receipts.iter().enumerate() {
        let number = u32::try_from(number).ok();
        let payer = About {
            accounts: receipt.fee.map(|fee| fee.payer).into_iter().collect(),
            ..About::default()
        };
        push(number, ("Receipt".into(), of_receipt(receipt)), &payer);
        for event in &receipt.events {
            push(number, named(event), &event.about());
        }
    }
    all
}

fn row(block: &Block, (index, transaction): (u32, Option<u32>), (kind, event): (String, Value), about: &About) -> Row {
    let none = Map::new();
    let fields = event.as_object().unwrap_or(&none);
    let text = |names: &[&str]| {
        let found = names.iter().find_map(|name| fields.get(*name).and_then(Value::as_str));
        found.map(str::to_owned)
    };
    Row {
        height: block.height.0,
        time: block.time.0,
        index,
        transaction,
        kind,
        collateral_type: about.collateral_type.map(|of| of.0),
        vault: about.vaults.first().map(|vault| vault.0),
        auction: about.auction.map(|auction| auction.0),
        account: about.accounts.first().map(ToString::to_string),
        amount: text(&["amount", "paid"]),
        collateral: text(&["collateral", "lot"]),
        debt: text(&["debt"]),
        price: text(&["price", "start_price", "price_low", "median"]),
        event,
    }
}

/// An event's name and what it says. An enum is written with its name around it, or as the name alone.
fn named(event: &Event) -> (String, Value) {
    match serde_json::to_value(event) {
        Ok(Value::Object(named)) => {
            let mut named = named.into_iter();
            named.next().unwrap_or_else(|| (String::new(), Value::Null))
        }
        Ok(Value::String(name)) => (name, Value::Null),
        Ok(other) => (String::new(), other),
        Err(_) => (format!("{event:?}"), Value::Null), // no event has a map with other keys than names
    }
}

/// A receipt without its events, which follow it; its fee's payer and amount stand outside too.
fn of_receipt(receipt: &Receipt) -> Value {
    let outcome = match &receipt.outcome {
        Outcome::Done => json!("Done"),
        Outcome::Failed { command, reason } => {
            json!({"Failed": {"command": command, "reason": reason, "said": reason.to_string()}})
        }
        Outcome::NotAdmitted(reason) => json!({"NotAdmitted": {"reason": reason, "said": reason.to_string()}}),
    };
    let mut all = json!({"outcome": outcome, "work": receipt.work, "fee": receipt.fee});
    if let Some(fee) = receipt.fee {
        all["payer"] = json!(fee.payer);
        all["amount"] = json!(fee.amount);
    }
    all
}
