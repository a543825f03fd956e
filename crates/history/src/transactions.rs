//! Transactions as rows: what came of each. Its events stand among the events.

use ballast_protocol::{AccountId, AssetId, Fee, Outcome, Receipt, TransactionHash};
use rusqlite::{Connection, Row, Statement, params};

use crate::index::{Happened, signed, unsigned};
use crate::reader::parsed_or_none;
use crate::seizures::parsed;
use crate::{Failed, Place};

/// The columns of a receipt, as [`receipt`] reads them.
pub(crate) const RECEIPT: &str =
    "t.outcome, t.reason, t.work, t.fee, t.fee_asset, t.fee_payer, t.fee_in_coin, t.work_price, t.fee_price";

/// The one outcome without a reason.
const DONE: &str = "Done";

const INSERT: &str =
    "INSERT INTO transactions (place, chapter, height, hash, sender, outcome, reason, work, fee, fee_asset, fee_payer, fee_in_coin,
                               work_price, fee_price)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

/// Writes the transactions of a block into a chapter.
pub(crate) fn write(connection: &Connection, happened: Happened<'_>, chapter: i64) -> Result<(), Failed> {
    let Happened {
        block, hashes, result, ..
    } = happened;
    let mut insert = connection.prepare_cached(INSERT)?;
    let all = block.transactions.iter().zip(hashes).zip(&result.receipts);
    for (at, ((transaction, hash), receipt)) in all.enumerate() {
        let place = Place::of(block.height, at)?;
        add(&mut insert, (place, chapter), (*hash, transaction.sender), receipt)?;
    }
    Ok(())
}

fn add(
    insert: &mut Statement<'_>,
    (place, chapter): (Place, i64),
    (hash, sender): (TransactionHash, AccountId),
    receipt: &Receipt,
) -> Result<(), Failed> {
    let (outcome, reason) = match &receipt.outcome {
        Outcome::Done => (DONE, None),
        failed @ Outcome::Failed { .. } => ("Failed", Some(failed)),
        refused @ Outcome::NotAdmitted(_) => ("NotAdmitted", Some(refused)),
    };
    let reason = reason.map(serde_json::to_string).transpose();
    let fee = receipt.fee;
    insert.execute(params![
        place.number(),
        chapter,
        signed(place.height().0),
        hash.0,
        sender.0,
        outcome,
        reason.map_err(|why| Failed::Unreadable(why.to_string()))?,
        signed(receipt.work),
        fee.map(|fee| fee.amount.to_string()),
        fee.map(|fee| fee.asset.0),
        fee.map(|fee| fee.payer.0),
        fee.map(|fee| fee.in_coin.to_string()),
        fee.map(|fee| fee.work_price.to_string()),
        fee.and_then(|fee| fee.price).map(|price| price.to_string()),
    ])?;
    Ok(())
}

/// The receipt, without its events, that [`RECEIPT`] tells from a column on. Error: `Unreadable`.
pub(crate) fn receipt(row: &Row<'_>, at: usize) -> Result<Receipt, Failed> {
    let reason: Option<String> = row.get(at + 1)?;
    let outcome = match reason {
        None if row.get_ref(at)?.as_str().ok() == Some(DONE) => Outcome::Done,
        reason => {
            let reason = reason.unwrap_or_default();
            serde_json::from_str(&reason).map_err(|why| Failed::Unreadable(why.to_string()))?
        }
    };
    let payer: Option<[u8; 20]> = row.get(at + 5)?;
    let fee = match payer {
        None => None,
        Some(payer) => Some(Fee {
            payer: AccountId(payer),
            asset: AssetId(row.get(at + 4)?),
            amount: parsed(row, at + 3)?,
            in_coin: parsed(row, at + 6)?,
            work_price: parsed(row, at + 7)?,
            price: parsed_or_none(row, at + 8)?,
        }),
    };
    Ok(Receipt {
        outcome,
        work: unsigned(row, at + 2)?,
        fee,
        events: Vec::new(),
    })
}

#[cfg(test)]
mod tests;
