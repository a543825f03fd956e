//! A keeper: buys what is liquidated below the market, restarts auctions that stand still, calls liquidations that wait.
//!
//! What it does is decided from a [`Board`] alone ([`decide`]) and tried before it is sent, so that it pays for little that
//! fails. The engine needs no keeper to stay solvent; a keeper earns by being early (docs/keeper.md).

use std::time::Duration;

use ballast_client::{Error, Wallet};
use ballast_num::{Amount, Ratio, Round, Seconds, Timestamp};
use ballast_protocol::api::{AuctionInfo, FeedInfo};
use ballast_protocol::{Command, FeedState, Height, Order, Outcome, TypeId, coins};

use crate::board::{Board, Own, Step};

/// Calls and resets of one block.
const CALLS: usize = 8;
/// An order that has found no batch by then comes back.
const PATIENCE: Seconds = Seconds(3_600);
/// How long it waits for a node that does not answer, between two attempts.
const AWAY: Duration = Duration::from_secs(2);

/// On which terms a keeper trades.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Buys at so much under the feed's low price at least.
    pub margin: Ratio,
    /// Most coins of one purchase.
    pub most: Amount,
    /// Least coins of one purchase.
    pub least: Amount,
    /// Coins that stay for fees.
    pub reserve: Amount,
    /// Only these types; none is all.
    pub types: Option<Vec<TypeId>>,
    /// Sells what it has bought in the reserve's markets, for so much under the feed's low price at least; none keeps it.
    pub sells_within: Option<Ratio>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            margin: Ratio::percent(2),
            most: coins(50_000),
            least: coins(50),
            reserve: coins(20),
            types: None,
            sells_within: None,
        }
    }
}

impl Terms {
    fn wants(&self, kind: TypeId) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(&kind))
    }
}

/// What a keeper with these terms does about a state.
pub fn decide(board: &Board, own: &Own, terms: &Terms) -> Vec<Step> {
    let mut left = own.balance(board.status.coin).saturating_sub(terms.reserve);
    let mut steps = Vec::new();
    let mut calls = 0;
    for auction in board
        .auctions
        .iter()
        .filter(|auction| terms.wants(auction.collateral_type))
    {
        if auction.needs_reset {
            if calls < CALLS {
                calls += 1;
                let why = format!("restart {}: it is too old or too cheap", auction.id);
                steps.push(Step::of(Command::ResetAuction { auction: auction.id }, why));
            }
        } else if let Some((step, cost)) = purchase(board, auction, terms, left) {
            left = left.saturating_sub(cost);
            steps.push(step);
        }
    }
    let broken = board.liquidatable().filter(|vault| terms.wants(vault.collateral_type));
    steps.extend(broken.take(CALLS).map(|vault| {
        let why = format!("liquidate {}: it is under its ratio", vault.id);
        Step::of(Command::Liquidate { vault: vault.id }, why)
    }));
    if let Some(within) = terms.sells_within {
        steps.extend(sales(board, own, terms, within));
    }
    steps
}

/// Whether a feed says what a trade can be judged by.
pub(crate) fn is_live(feed: &FeedInfo) -> bool {
    feed.state == FeedState::Live
}

/// A purchase of a lot that is cheap enough, with at most `left` coins, and what it costs.
fn purchase(board: &Board, auction: &AuctionInfo, terms: &Terms, left: Amount) -> Option<(Step, Amount)> {
    let spec = &board.kind(auction.collateral_type)?.spec;
    let feed = board.feed(spec.feed).filter(|feed| is_live(feed))?;
    let price = auction.price?;
    let dearest = feed.low.mul_ratio(terms.margin.complement(), Round::Down).ok()?;
    if price > dearest {
        return None;
    }
    let spend = left.min(terms.most);
    let amount = board.bought(spend, price, spec.collateral)?.min(auction.lot);
    let cost = board.worth(amount, price, spec.collateral)?.try_add(Amount::ONE).ok()?;
    if cost < terms.least.min(auction.to_raise) || amount.is_zero() {
        return None;
    }
    let why = format!(
        "buy {} {} from {} at {price}, where the feed says {}",
        amount.in_units(board.decimals(spec.collateral)),
        board.asset(spec.collateral).map_or("", |asset| asset.symbol.as_str()),
        auction.id,
        feed.low
    );
    let command = Command::TakeAuction {
        auction: auction.id,
        amount,
        price_max: price,
    };
    Some((Step::of(command, why), cost))
}

/// Orders that sell what it holds of collateral, one a market.
fn sales<'a>(board: &'a Board, own: &'a Own, terms: &'a Terms, within: Ratio) -> impl Iterator<Item = Step> + 'a {
    board.markets.iter().filter_map(move |market| {
        let spec = &market.spec;
        let traded = board
            .types
            .iter()
            .any(|kind| kind.spec.collateral == spec.base && terms.wants(kind.spec.id));
        let amount = own.balance(spec.base);
        let feed = board.feed(spec.feed).filter(|feed| is_live(feed))?;
        let worth = board.worth(amount, feed.low, spec.base)?;
        if !traded || worth < spec.ticket_min || amount < spec.sale_min || own.waits_in(spec.id) {
            return None;
        }
        let limit = feed.low.mul_ratio(within.complement(), Round::Up).ok()?;
        let order = Order::Sell {
            market: spec.id,
            amount,
            limit,
        };
        let why = format!("sell {} at {limit} or more", amount.in_units(board.decimals(spec.base)));
        Some(Step::of(queued(order, board.status.now), why))
    })
}

/// A command that queues an order for a while.
pub(crate) fn queued(order: Order, now: Timestamp) -> Command {
    let expiry = Timestamp(now.0.saturating_add(PATIENCE.0));
    Command::Queue { order, expiry }
}

/// Works on every block until the node speaks another language. Tells each step that it has taken, and what came of it.
///
/// Errors: those of [`ballast_client::Blocks::next`]; a node that can't be reached is waited for.
pub async fn run(wallet: &Wallet, terms: &Terms, mut tell: impl FnMut(&Step, &Result<(), Error>)) -> Result<(), Error> {
    let client = wallet.client();
    let mut blocks = client.blocks(None);
    let mut seen = Height(0);
    loop {
        match blocks.next().await {
            // What was told while it worked is in what it has seen since.
            Ok(told) if told.block.height <= seen => continue,
            Ok(_) => {}
            // It was away for longer than the node remembers: what stands now is all that counts.
            Err(Error::NotKept { .. }) => {
                blocks = client.blocks(None);
                continue;
            }
            Err(error) => return Err(error),
        }
        match work(wallet, terms, &mut tell).await {
            Ok(height) => seen = height,
            Err(error) => {
                tracing::warn!(%error, "the node did not answer");
                tokio::time::sleep(AWAY).await;
            }
        }
    }
}

/// Looks once, and does what there is to do. Returns the height that it has looked at. Errors: those of reads.
pub async fn work(
    wallet: &Wallet,
    terms: &Terms,
    tell: &mut impl FnMut(&Step, &Result<(), Error>),
) -> Result<Height, Error> {
    let board = Board::look(wallet.client()).await?;
    let own = Own::look(wallet.client(), wallet.address()).await?;
    for step in decide(&board, &own, terms) {
        let done = take(wallet, &step).await;
        tell(&step, &done);
    }
    Ok(board.status.height)
}

/// Tries a step, and sends it if it would work. Errors: those of a transaction, and what trying it said.
pub async fn take(wallet: &Wallet, step: &Step) -> Result<(), Error> {
    let tried = wallet.dry_run(step.commands.clone()).await?;
    if tried.receipt.outcome != Outcome::Done {
        tracing::debug!(why = step.why, outcome = ?tried.receipt.outcome, "would not work");
        return Ok(());
    }
    wallet.send(step.commands.clone()).await.map(|_| ())
}

#[cfg(test)]
mod tests;
