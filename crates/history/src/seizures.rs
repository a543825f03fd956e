//! A row of the liquidations: a seizure, and all that has become of it so far.

use ballast_num::{Amount, Price, Ratio};
use ballast_protocol::api::{Disposal, LiquidationInfo, LossBorne, Went};
use ballast_protocol::{AccountId, AuctionId, SeizureRule, TypeId, VaultId};
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row};

use crate::index::{signed, unsigned};
use crate::{Failed, Place};

/// In the order of the table.
const COLUMNS: [&str; 37] = [
    "place",
    "height",
    "time",
    "vault",
    "owner",
    "collateral_type",
    "rule",
    "price",
    "liquidation_ratio",
    "ratio_before",
    "debt",
    "collateral",
    "penalty",
    "caller",
    "auction",
    "is_over",
    "to_caller",
    "to_bids",
    "by_bids",
    "to_pool",
    "by_pool",
    "to_buyers",
    "by_buyers",
    "to_market",
    "by_market",
    "to_others",
    "debt_to_others",
    "to_owner",
    "coins_to_owner",
    "owed_again",
    "lost",
    "lost_first_loss",
    "lost_surplus",
    "lost_fund",
    "lost_holders",
    "recovered",
    "explanation",
];

/// Writes a row, whether it is there or not.
pub(crate) fn save(connection: &Connection, info: &LiquidationInfo) -> Result<(), Failed> {
    let place = Place::of(info.height, usize::try_from(info.seq).unwrap_or(usize::MAX))?;
    let text = |amount: Amount| amount.to_string();
    let LiquidationInfo { went, losses, .. } = info;
    let values: [Box<dyn ToSql>; 37] = [
        Box::new(place.number()),
        Box::new(signed(info.height.0)),
        Box::new(signed(info.time.0)),
        Box::new(signed(info.vault.0)),
        Box::new(info.owner.0),
        Box::new(info.collateral_type.0),
        Box::new(format!("{:?}", info.rule)),
        Box::new(info.price.to_string()),
        Box::new(info.liquidation_ratio.to_string()),
        Box::new(info.ratio_before.map(|ratio| ratio.to_string())),
        Box::new(text(info.debt)),
        Box::new(text(info.collateral)),
        Box::new(text(info.penalty)),
        Box::new(info.caller.map(|caller| caller.0)),
        Box::new(info.auction.map(|auction| signed(auction.0))),
        Box::new(info.is_over),
        Box::new(text(went.caller)),
        Box::new(text(went.bids.collateral)),
        Box::new(text(went.bids.coins)),
        Box::new(text(went.pool.collateral)),
        Box::new(text(went.pool.coins)),
        Box::new(text(went.buyers.collateral)),
        Box::new(text(went.buyers.coins)),
        Box::new(text(went.market.collateral)),
        Box::new(text(went.market.coins)),
        Box::new(text(went.shared.collateral)),
        Box::new(text(went.shared.coins)),
        Box::new(text(went.owner.collateral)),
        Box::new(text(went.owner.coins)),
        Box::new(text(info.owed_again)),
        Box::new(text(losses.lost)),
        Box::new(text(losses.first_loss)),
        Box::new(text(losses.surplus)),
        Box::new(text(losses.fund)),
        Box::new(text(losses.holders)),
        Box::new(text(losses.recovered)),
        Box::new(info.explanation.clone()),
    ];
    let marks: Vec<String> = (1..=COLUMNS.len()).map(|at| format!("?{at}")).collect();
    let insert = format!(
        "INSERT OR REPLACE INTO liquidations ({}) VALUES ({})",
        COLUMNS.join(", "),
        marks.join(", ")
    );
    let values = values.iter().map(|value| &**value);
    connection
        .prepare_cached(&insert)?
        .execute(rusqlite::params_from_iter(values))?;
    Ok(())
}

/// What a query for a row asks for.
pub(crate) fn select() -> String {
    format!("SELECT {} FROM liquidations", COLUMNS.join(", "))
}

/// Reads a row. Error: it holds what was not written there.
pub(crate) fn read(row: &Row<'_>) -> Result<LiquidationInfo, Failed> {
    let place = Place::from_number(row.get(0)?);
    let amount = |at: usize| parsed::<Amount>(row, at);
    let went = |at: usize| -> Result<Went, Failed> {
        Ok(Went {
            collateral: amount(at)?,
            coins: amount(at + 1)?,
        })
    };
    let ratio_before: Option<String> = row.get(9)?;
    let rule: String = row.get(6)?;
    let caller: Option<[u8; 20]> = row.get(13)?;
    let auction: Option<i64> = row.get(14)?;
    Ok(LiquidationInfo {
        height: place.height(),
        seq: place.seq(),
        time: ballast_num::Timestamp(unsigned(row, 2)?),
        vault: VaultId(unsigned(row, 3)?),
        owner: AccountId(row.get(4)?),
        collateral_type: TypeId(row.get(5)?),
        rule: rule_of(&rule).ok_or_else(|| Failed::Unreadable(rule.clone()))?,
        price: parsed::<Price>(row, 7)?,
        liquidation_ratio: parsed::<Ratio>(row, 8)?,
        ratio_before: match ratio_before {
            None => None,
            Some(_) => Some(parsed::<Ratio>(row, 9)?),
        },
        debt: amount(10)?,
        collateral: amount(11)?,
        penalty: amount(12)?,
        caller: caller.map(AccountId),
        auction: auction.and_then(|auction| u64::try_from(auction).ok()).map(AuctionId),
        is_over: row.get(15)?,
        went: Disposal {
            caller: amount(16)?,
            bids: went(17)?,
            pool: went(19)?,
            buyers: went(21)?,
            market: went(23)?,
            shared: went(25)?,
            owner: went(27)?,
        },
        owed_again: amount(29)?,
        losses: LossBorne {
            lost: amount(30)?,
            first_loss: amount(31)?,
            surplus: amount(32)?,
            fund: amount(33)?,
            holders: amount(34)?,
            recovered: amount(35)?,
        },
        explanation: row.get(36)?,
    })
}

/// A decimal in a column.
pub(crate) fn parsed<T: std::str::FromStr>(row: &Row<'_>, at: usize) -> Result<T, Failed> {
    let text: String = row.get(at)?;
    text.parse().map_err(|_| Failed::Unreadable(text))
}

fn rule_of(name: &str) -> Option<SeizureRule> {
    [
        SeizureRule::PartialToTarget,
        SeizureRule::PartialRoundLimit,
        SeizureRule::WholeTooDeep,
        SeizureRule::WholeAvoidsDust,
        SeizureRule::Peer,
    ]
    .into_iter()
    .find(|rule| format!("{rule:?}") == name)
}
