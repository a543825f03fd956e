//! What a reserve says of itself and of an account.

use ballast_protocol::api::{Positions, SessionInfo, TicketInfo};
use ballast_protocol::{AccountId, Height};
use clap::Args;

use super::tell::{kinds, order_text, sentences};
use super::{say, say_json, table};
use crate::Failure;
use crate::connect::{NodeOptions, SignerOptions};
use crate::names::{Names, Needs, usd};
use crate::units::percent;

#[derive(Args)]
pub(crate) struct Status {}

#[derive(Args)]
pub(crate) struct Assets {}

#[derive(Args)]
pub(crate) struct Feeds {}

#[derive(Args)]
pub(crate) struct Types {}

#[derive(Args)]
pub(crate) struct Block {
    /// Its height; else the last one's
    height: Option<u64>,
}

#[derive(Args)]
pub(crate) struct Account {
    /// Whose; else that of the key
    address: Option<AccountId>,
    /// Prints what it has beside its balances, in JSON: deposits, liquidity, orders that wait, sessions
    #[arg(long, requires = "json")]
    positions: bool,
}

pub(super) async fn status(node: &NodeOptions) -> Result<(), Failure> {
    let client = node.client().await?;
    let status = client.status().await?;
    if node.json {
        return say_json(&status);
    }
    let names = Names::load(&client, Needs::default()).await?;
    let coins = |amount| names.show_coins(amount);
    let lines = [
        format!("chain {}, {} at time {}", status.chain_id, status.height, status.time),
        format!("  root            0x{}", status.root),
        format!("  supply          {}", coins(status.supply)),
        format!(
            "  total ratio     {}",
            status.total_ratio.map_or_else(|| "none".into(), percent)
        ),
        format!("  vaults          {}", status.vaults),
        format!("  bad debt        {}", coins(status.bad_debt)),
        format!("  surplus buffer  {}", coins(status.surplus)),
        format!("  insurance fund  {}", coins(status.insurance_fund)),
        format!("  work price      {} a unit", coins(status.work_price)),
        format!("  waiting         {} transactions", status.waiting),
    ];
    say(&lines.join("\n"))
}

pub(super) async fn assets(node: &NodeOptions) -> Result<(), Failure> {
    let client = node.client().await?;
    let assets = client.assets().await?;
    if node.json {
        return say_json(&assets);
    }
    let names = Names::load(&client, Needs::default()).await?;
    let rows = assets.iter().map(|asset| {
        vec![
            asset.id.0.to_string(),
            asset.symbol.clone(),
            asset.decimals.get().to_string(),
            names.show(asset.supply, asset.id),
            asset.feed.map_or_else(String::new, |feed| names.feed_name(feed)),
        ]
    });
    say(&table(
        &["asset", "symbol", "decimals", "supply", "feed"],
        rows.collect(),
    ))
}

pub(super) async fn feeds(node: &NodeOptions) -> Result<(), Failure> {
    let client = node.client().await?;
    let feeds = client.feeds().await?;
    if node.json {
        return say_json(&feeds);
    }
    let rows = feeds.iter().map(|feed| {
        vec![
            feed.name.clone(),
            format!("{:?}", feed.state),
            usd(feed.spot),
            usd(feed.mean),
            usd(feed.judging),
            feed.round.0.to_string(),
            feed.closed.to_string(),
        ]
    });
    let headings = ["feed", "state", "spot", "mean", "judging", "round", "closed at"];
    say(&table(&headings, rows.collect()))
}

pub(super) async fn types(node: &NodeOptions) -> Result<(), Failure> {
    let client = node.client().await?;
    let types = client.types().await?;
    if node.json {
        return say_json(&types);
    }
    let names = Names::load(&client, Needs::default()).await?;
    let rows = types.iter().map(|kind| {
        vec![
            kind.spec.name.clone(),
            names.symbol(kind.spec.collateral).into(),
            percent(kind.spec.initial_ratio),
            percent(kind.liquidation_ratio),
            percent(kind.spec.penalty),
            names.show_coins(kind.debt),
            names.show_coins(kind.spec.debt_ceiling),
            names.show_coins(kind.spec.debt_floor),
            kind.indebted_vaults.to_string(),
        ]
    });
    let headings = [
        "type",
        "collateral",
        "initial",
        "liquidation",
        "penalty",
        "debt",
        "ceiling",
        "floor",
        "vaults",
    ];
    say(&table(&headings, rows.collect()))
}

pub(super) async fn block(node: &NodeOptions, asked: &Block) -> Result<(), Failure> {
    let client = node.client().await?;
    let height = match asked.height {
        Some(height) => Height(height),
        None => client.status().await?.height,
    };
    let block = client.block(height).await?;
    if node.json {
        return say_json(&block);
    }
    let names = Names::load(&client, Needs::default()).await?;
    let mut lines = vec![
        format!("{} at time {}", block.height, block.time),
        format!("  root 0x{}", block.root),
        format!(
            "  {} observations, {} transactions, {} work units",
            block.observations.len(),
            block.transactions.len(),
            block.work
        ),
    ];
    lines.extend(
        block
            .events
            .iter()
            .map(|event| format!("  {}", sentences(event, &names))),
    );
    for ((transaction, hash), receipt) in block.transactions.iter().zip(&block.hashes).zip(&block.receipts) {
        lines.push(format!(
            "  {hash} {} by {}",
            kinds(&transaction.commands),
            transaction.sender
        ));
        lines.extend(
            receipt
                .events
                .iter()
                .map(|event| format!("    {}", sentences(event, &names))),
        );
    }
    say(&lines.join("\n"))
}

pub(super) async fn account(node: &NodeOptions, signer: &SignerOptions, asked: &Account) -> Result<(), Failure> {
    let address = match asked.address {
        Some(address) => Some(address),
        None => signer.account()?,
    };
    let address = address.ok_or_else(|| {
        Failure::BadInput("whose account? Name an address, or add --key FILE or --dev-key NUMBER".into())
    })?;
    let client = node.client().await?;
    if node.json && asked.positions {
        return say_json(&client.positions(address).await?);
    }
    let account = client.account(address).await?;
    if node.json {
        return say_json(&account);
    }
    let names = Names::load(&client, Needs::default()).await?;
    let mut lines = vec![address.to_string()];
    let balances = account.balances.iter().filter(|held| !held.amount.is_zero());
    lines.extend(balances.map(|held| format!("  {}", names.show(held.amount, held.asset))));
    lines.extend(positions(&client.positions(address).await?, &names));
    if lines.len() == 1 {
        lines.push("  nothing".into());
    }
    say(&lines.join("\n"))
}

fn positions(of: &Positions, names: &Names) -> Vec<String> {
    let mut lines = Vec::new();
    for held in of
        .pools
        .iter()
        .filter(|held| !held.coins.is_zero() || !held.gain.is_zero())
    {
        lines.push(format!(
            "  {}: {}, and {} to claim",
            held.pool,
            names.show_coins(held.coins),
            names.show_collateral(held.gain, held.pool.collateral_type)
        ));
    }
    for held in &of.markets {
        let base = names.base(held.market).unwrap_or_default();
        lines.push(format!(
            "  {}: {} shares, worth {} and {}",
            held.market,
            names.show_coins(held.shares),
            names.show(held.base, base),
            names.show_coins(held.coins)
        ));
    }
    if !of.fund_shares.is_zero() {
        let (shares, worth) = (names.show_coins(of.fund_shares), names.show_coins(of.fund_value));
        lines.push(format!("  insurance fund: {shares} shares, worth {worth}"));
    }
    lines.extend(
        of.tickets
            .iter()
            .map(|ticket| format!("  {}", ticket_text(ticket, names))),
    );
    lines.extend(
        of.sessions
            .iter()
            .map(|session| format!("  {}", session_text(session, names))),
    );
    lines
}

/// An order that waits, for people.
pub(super) fn ticket_text(ticket: &TicketInfo, names: &Names) -> String {
    let cancelled = if ticket.cancelled.is_some() {
        ", to be cancelled"
    } else {
        ""
    };
    format!(
        "{}: {}; ready in {}, comes back at {}{cancelled}",
        ticket.id,
        order_text(&ticket.order, names),
        ticket.ready_in,
        ticket.expiry
    )
}

fn session_text(session: &SessionInfo, names: &Names) -> String {
    let kinds: Vec<_> = session.commands.iter().map(ToString::to_string).collect();
    let left: Vec<_> = session
        .left
        .iter()
        .map(|(asset, amount)| names.show(*amount, *asset))
        .collect();
    format!(
        "session {} until {}: {}; may spend {}",
        session.key,
        session.expiry,
        kinds.join(", "),
        if left.is_empty() {
            "nothing".into()
        } else {
            left.join(", ")
        }
    )
}
