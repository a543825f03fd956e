//! A liquidation in words: what broke, how much went and why, where it went and who bore what was lost, each with its rule.

use ballast_engine::State;
use ballast_num::{Amount, Price, Ratio, Round, mul_div};
use ballast_protocol::SeizureRule;
use ballast_protocol::api::{LiquidationInfo, Went};

use crate::liquidations::Names;

/// Digits after the point; what is beyond them is cut off, in words alone.
const DIGITS: usize = 6;

/// The sentences on a liquidation.
pub(crate) fn explain(info: &LiquidationInfo, state: &State) -> String {
    let names = Names::of(state, info.collateral_type);
    let collateral = |amount: Amount| quantity(amount, names.collateral_decimals, &names.collateral);
    let coins = |amount: Amount| quantity(amount, 18, &names.coin);

    let was = info.ratio_before.map_or_else(
        || "owed nothing".to_owned(),
        |ratio| format!("stood at {} of its debt", percent(ratio)),
    );
    let mut text = format!(
        "At {} USD {} of {} {was}, under its liquidation ratio of {}: {} and {} of debt were seized, {} (rule R9), with a \
         penalty of {}.",
        usd(info.price),
        info.vault,
        names.of_type,
        percent(info.liquidation_ratio),
        collateral(info.collateral),
        coins(info.debt),
        why(info.rule),
        coins(info.penalty),
    );

    let mut went = Vec::new();
    if !info.went.caller.is_zero() {
        went.push(format!("{} went to who called", collateral(info.went.caller)));
    }
    let bought =
        |who: &str, part: &Went| format!("{who} bought {} for {}", collateral(part.collateral), coins(part.coins));
    let buyers = [
        ("standing bids", &info.went.bids),
        ("the stability pool", &info.went.pool),
        ("buyers in the auction", &info.went.buyers),
        ("the market", &info.went.market),
    ];
    for (who, part) in buyers.into_iter().filter(|(_, part)| !part.is_nothing()) {
        went.push(bought(who, part));
    }
    if !info.went.shared.is_nothing() {
        went.push(format!(
            "the type's other vaults took {} with {} of debt",
            collateral(info.went.shared.collateral),
            coins(info.went.shared.coins)
        ));
    }
    let back: Vec<String> = [
        (info.went.owner.collateral, collateral(info.went.owner.collateral)),
        (info.went.owner.coins, coins(info.went.owner.coins)),
    ]
    .into_iter()
    .filter(|(amount, _)| !amount.is_zero())
    .map(|(_, said)| said)
    .collect();
    if !back.is_empty() {
        went.push(format!("{} went back to the owner", back.join(" and ")));
    }
    if let (Some(auction), false) = (info.auction, info.is_over) {
        went.push(format!("{auction} sells what is left"));
    }
    if !went.is_empty() {
        text += &format!(" Of it {} (rule R10).", went.join(", "));
    }
    if !info.owed_again.is_zero() {
        text += &format!(" The vault owes {} of it again.", coins(info.owed_again));
    }

    let losses = &info.losses;
    if losses.lost.is_zero() {
        text += if info.is_over {
            " Nothing was lost."
        } else {
            " Nothing is lost so far."
        };
        return text;
    }
    let by: Vec<String> = [
        ("first-loss capital", losses.first_loss),
        ("the surplus buffer", losses.surplus),
        ("the insurance fund", losses.fund),
        ("the coin's holders, as bad debt,", losses.holders),
    ]
    .into_iter()
    .filter(|(_, amount)| !amount.is_zero())
    .map(|(who, amount)| format!("{who} bore {}", coins(amount)))
    .collect();
    text += &format!(" {} were lost: {} (rule R12).", coins(losses.lost), by.join(", "));
    if !losses.recovered.is_zero() {
        text += &format!(" Later proceeds made good {} of it.", coins(losses.recovered));
    }
    text
}

const fn why(rule: SeizureRule) -> &'static str {
    match rule {
        SeizureRule::PartialToTarget => "as much as restores its target ratio",
        SeizureRule::PartialRoundLimit => "as much as one round may take so near to the ratio",
        SeizureRule::WholeTooDeep => "all of it, since a part would not help so deep",
        SeizureRule::WholeAvoidsDust => "all of it, since less debt than the floor would stay",
        SeizureRule::Peer => "as its type's peer does",
    }
}

/// So many units, their name behind them.
fn quantity(amount: Amount, decimals: u8, symbol: &str) -> String {
    format!("{} {symbol}", decimal(amount.raw(), decimals))
}

/// A number of base units in whole ones, without zeros at the end and with at most [`DIGITS`] after the point.
fn decimal(raw: u128, decimals: u8) -> String {
    let digits = format!("{raw:0>width$}", width = usize::from(decimals) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(decimals));
    let short = &fraction[..fraction.len().min(DIGITS)];
    let short = short.trim_end_matches('0');
    match (short.is_empty(), raw) {
        (true, 0) => "0".into(),
        (true, _) if whole == "0" => format!("less than 0.{:0>DIGITS$}", 1),
        (true, _) => whole.into(),
        (false, _) => format!("{whole}.{short}"),
    }
}

fn usd(price: Price) -> String {
    decimal(price.raw(), 27)
}

/// With two digits after the point, rounded down, so that what is under a ratio never reads as equal to it.
fn percent(ratio: Ratio) -> String {
    let basis_points = mul_div(ratio.raw(), 10_000, Ratio::ONE.raw(), Round::Down).unwrap_or(u128::MAX);
    format!("{}.{:02} %", basis_points / 100, basis_points % 100)
}

#[cfg(test)]
mod tests;
