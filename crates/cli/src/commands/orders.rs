//! Orders that a later round executes: `ballast pool`, `bid`, `market`, `fund`, `ticket`.

use ballast_num::{Price, Seconds};
use ballast_protocol::api::{MarketInfo, PoolInfo};
use ballast_protocol::{Buyer, Command, Order, PoolId, TicketId};
use clap::{Args, Subcommand};

use super::write::Saying;
use super::{say, say_json, table};
use crate::Failure;
use crate::connect::{NodeOptions, SignerOptions};
use crate::names::{Names, Needs, usd};
use crate::units::{duration, percent, price};

/// How long an order may wait.
#[derive(Args)]
pub(crate) struct Waiting {
    /// How long the order may wait for its round: 30m, 12h; then it comes back
    #[arg(long, value_name = "DURATION", default_value = "1d", value_parser = duration)]
    wait: Seconds,
}

impl Waiting {
    fn queue(&self, order: Order, names: &Names) -> Result<Vec<Command>, Failure> {
        let expiry = names.now.after(self.wait).map_err(Failure::bad_input)?;
        Ok(vec![Command::Queue { order, expiry }])
    }
}

#[derive(Subcommand)]
pub(crate) enum Pool {
    /// Puts coins into a type's stability pool: `pool enter ETH-A 1000`
    Enter(OfType),
    /// Takes coins out of it, at most so many
    Exit(OfType),
    /// Takes the collateral that your coins have bought
    Claim {
        /// Of which collateral type
        #[arg(value_name = "TYPE")]
        kind: String,
    },
    /// Every pool and tier of bids
    List,
}

#[derive(Args)]
pub(crate) struct OfType {
    /// Of which collateral type: its name or number
    #[arg(value_name = "TYPE")]
    kind: String,
    /// How many coins
    #[arg(value_name = "COINS")]
    amount: String,
    #[command(flatten)]
    waiting: Waiting,
}

impl Saying for Pool {
    fn commands(&self, names: &Names) -> Result<Vec<Command>, Failure> {
        let pool = |kind: &str| Ok::<_, Failure>(PoolId::stability(names.collateral_type(kind)?.spec.id));
        match self {
            Self::Enter(of) => {
                let (pool, amount) = (pool(&of.kind)?, names.coins(&of.amount)?);
                of.waiting.queue(Order::EnterPool { pool, amount }, names)
            }
            Self::Exit(of) => {
                let (pool, amount) = (pool(&of.kind)?, names.coins(&of.amount)?);
                of.waiting.queue(Order::ExitPool { pool, amount }, names)
            }
            Self::Claim { kind } => Ok(vec![Command::ClaimPoolGain { pool: pool(kind)? }]),
            Self::List => Ok(Vec::new()),
        }
    }
}

pub(super) async fn pool(node: &NodeOptions, signer: &SignerOptions, what: &Pool) -> Result<(), Failure> {
    match what {
        Pool::List => pools(node, |_| true).await,
        saying => super::write::run(node, signer, saying).await,
    }
}

#[derive(Subcommand)]
pub(crate) enum Bid {
    /// Stands ready to buy at a tier's discount: `bid place ETH-A 0 1000`; `bid list` shows the tiers
    Place(OfTier),
    /// Takes coins out of a bid, at most so many
    Cancel(OfTier),
    /// Takes the collateral that your bid has bought
    Claim {
        /// For which collateral type
        #[arg(value_name = "TYPE")]
        kind: String,
        /// Which tier, from 0
        tier: u8,
    },
    /// Every tier, its discount and its coins
    List,
}

#[derive(Args)]
pub(crate) struct OfTier {
    /// For which collateral type: its name or number
    #[arg(value_name = "TYPE")]
    kind: String,
    /// Which tier, from 0: the smallest discount first
    tier: u8,
    /// How many coins
    #[arg(value_name = "COINS")]
    amount: String,
    #[command(flatten)]
    waiting: Waiting,
}

impl Saying for Bid {
    fn commands(&self, names: &Names) -> Result<Vec<Command>, Failure> {
        let pool = |kind: &str, tier| Ok::<_, Failure>(PoolId::bids(names.collateral_type(kind)?.spec.id, tier));
        match self {
            Self::Place(of) => {
                let (pool, amount) = (pool(&of.kind, of.tier)?, names.coins(&of.amount)?);
                of.waiting.queue(Order::EnterPool { pool, amount }, names)
            }
            Self::Cancel(of) => {
                let (pool, amount) = (pool(&of.kind, of.tier)?, names.coins(&of.amount)?);
                of.waiting.queue(Order::ExitPool { pool, amount }, names)
            }
            Self::Claim { kind, tier } => Ok(vec![Command::ClaimPoolGain {
                pool: pool(kind, *tier)?,
            }]),
            Self::List => Ok(Vec::new()),
        }
    }
}

pub(super) async fn bid(node: &NodeOptions, signer: &SignerOptions, what: &Bid) -> Result<(), Failure> {
    match what {
        Bid::List => pools(node, |pool| pool.id.buyer != Buyer::StabilityPool).await,
        saying => super::write::run(node, signer, saying).await,
    }
}

async fn pools(node: &NodeOptions, wanted: impl Fn(&PoolInfo) -> bool) -> Result<(), Failure> {
    let client = node.client().await?;
    let pools: Vec<PoolInfo> = client.pools().await?.into_iter().filter(wanted).collect();
    if node.json {
        return say_json(&pools);
    }
    if pools.is_empty() {
        return say("this reserve has none");
    }
    let names = Names::load(&client, Needs::default()).await?;
    let row = |pool: &PoolInfo| {
        let buyer = match pool.id.buyer {
            Buyer::Bids(tier) => format!("bids, tier {tier}"),
            Buyer::StabilityPool => "stability pool".into(),
        };
        vec![
            names.type_name(pool.id.collateral_type),
            buyer,
            percent(pool.discount),
            names.show_coins(pool.coins),
            names.show_coins(pool.least_entry),
            pool.cooldown.to_string(),
        ]
    };
    let headings = ["type", "buyer", "discount", "coins", "least entry", "cooldown"];
    say(&table(&headings, pools.iter().map(row).collect()))
}

#[derive(Subcommand)]
pub(crate) enum Market {
    /// Sells collateral for coins: `market sell ETH 2 --limit 1950`
    Sell(Trade),
    /// Buys collateral with coins: `market buy ETH 4000 --limit 2050`
    Buy(Trade),
    /// Adds liquidity: `market enter ETH --base 10 --coins 20000`
    Enter(Enter),
    /// Takes liquidity out: `market leave ETH 5`
    Leave(Leave),
    /// Every market, its price and depth
    List,
}

#[derive(Args)]
pub(crate) struct Trade {
    /// Which market: what it trades, or its number
    market: String,
    /// What you bring: collateral to sell, or coins to buy with, in whole units
    amount: String,
    /// Least price of a sale, highest price of a purchase: coins for a whole unit, after the fee
    #[arg(long, value_name = "PRICE", value_parser = price)]
    limit: Price,
    #[command(flatten)]
    waiting: Waiting,
}

#[derive(Args)]
pub(crate) struct Enter {
    /// Which market: what it trades, or its number
    market: String,
    /// Most collateral to add, in whole units
    #[arg(long, value_name = "AMOUNT")]
    base: String,
    /// Most coins to add
    #[arg(long, value_name = "COINS")]
    coins: String,
    /// Least shares to get for it
    #[arg(long, value_name = "SHARES", default_value = "0")]
    least: String,
    #[command(flatten)]
    waiting: Waiting,
}

#[derive(Args)]
pub(crate) struct Leave {
    /// Which market: what it trades, or its number
    market: String,
    /// How many shares; `ballast account` shows yours
    shares: String,
    /// Least collateral to get for them, in whole units
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    least_base: String,
    /// Least coins to get for them
    #[arg(long, value_name = "COINS", default_value = "0")]
    least_coins: String,
    #[command(flatten)]
    waiting: Waiting,
}

impl Saying for Market {
    fn commands(&self, names: &Names) -> Result<Vec<Command>, Failure> {
        match self {
            Self::Sell(trade) => {
                let spec = &names.market(&trade.market)?.spec;
                let order = Order::Sell {
                    market: spec.id,
                    amount: names.amount(&trade.amount, spec.base)?,
                    limit: trade.limit,
                };
                trade.waiting.queue(order, names)
            }
            Self::Buy(trade) => {
                let order = Order::Buy {
                    market: names.market(&trade.market)?.spec.id,
                    amount: names.coins(&trade.amount)?,
                    limit: trade.limit,
                };
                trade.waiting.queue(order, names)
            }
            Self::Enter(enter) => {
                let spec = &names.market(&enter.market)?.spec;
                let order = Order::AddLiquidity {
                    market: spec.id,
                    base: names.amount(&enter.base, spec.base)?,
                    coins: names.coins(&enter.coins)?,
                    least: names.coins(&enter.least)?,
                };
                enter.waiting.queue(order, names)
            }
            Self::Leave(leave) => {
                let spec = &names.market(&leave.market)?.spec;
                let order = Order::RemoveLiquidity {
                    market: spec.id,
                    shares: names.coins(&leave.shares)?,
                    least_base: names.amount(&leave.least_base, spec.base)?,
                    least_coins: names.coins(&leave.least_coins)?,
                };
                leave.waiting.queue(order, names)
            }
            Self::List => Ok(Vec::new()),
        }
    }
}

pub(super) async fn market(node: &NodeOptions, signer: &SignerOptions, what: &Market) -> Result<(), Failure> {
    let client = match what {
        Market::List => node.client().await?,
        saying => return super::write::run(node, signer, saying).await,
    };
    let markets = client.markets().await?;
    if node.json {
        return say_json(&markets);
    }
    if markets.is_empty() {
        return say("this reserve has none");
    }
    let names = Names::load(&client, Needs::default()).await?;
    let row = |market: &MarketInfo| {
        vec![
            market.spec.id.0.to_string(),
            names.symbol(market.spec.base).into(),
            market.price.map_or_else(|| "none: it is empty".into(), usd),
            names.show(market.base, market.spec.base),
            names.show_coins(market.coins),
            percent(market.spec.fee),
        ]
    };
    let headings = ["market", "trades", "price", "collateral", "coins", "fee"];
    say(&table(&headings, markets.iter().map(row).collect()))
}

#[derive(Subcommand)]
pub(crate) enum Fund {
    /// Insures with coins, for shares: `fund enter 1000`
    Enter {
        /// How many coins
        #[arg(value_name = "COINS")]
        amount: String,
        /// Least shares to get for them
        #[arg(long, value_name = "SHARES", default_value = "0")]
        least: String,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Takes the value of shares out: `fund exit 100`
    Exit {
        /// How many shares; `ballast account` shows yours
        shares: String,
        #[command(flatten)]
        waiting: Waiting,
    },
}

impl Saying for Fund {
    fn commands(&self, names: &Names) -> Result<Vec<Command>, Failure> {
        match self {
            Self::Enter { amount, least, waiting } => {
                let (amount, shares_min) = (names.coins(amount)?, names.coins(least)?);
                waiting.queue(Order::EnterFund { amount, shares_min }, names)
            }
            Self::Exit { shares, waiting } => {
                let shares = names.coins(shares)?;
                waiting.queue(Order::ExitFund { shares }, names)
            }
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum Ticket {
    /// Asks for an order back; it comes after the round that would have executed it
    Cancel(OneTicket),
    /// An order that waits
    Show(OneTicket),
}

#[derive(Args)]
pub(crate) struct OneTicket {
    /// The ticket's number
    ticket: u64,
}

impl Saying for Ticket {
    fn commands(&self, _: &Names) -> Result<Vec<Command>, Failure> {
        Ok(match self {
            Self::Cancel(one) => vec![Command::CancelTicket {
                ticket: TicketId(one.ticket),
            }],
            Self::Show(_) => Vec::new(),
        })
    }
}

pub(super) async fn ticket(node: &NodeOptions, signer: &SignerOptions, what: &Ticket) -> Result<(), Failure> {
    let one = match what {
        Ticket::Show(one) => one,
        saying @ Ticket::Cancel(_) => return super::write::run(node, signer, saying).await,
    };
    let client = node.client().await?;
    let ticket = client.ticket(TicketId(one.ticket)).await?;
    if node.json {
        return say_json(&ticket);
    }
    let names = Names::load(&client, Needs::default()).await?;
    say(&super::reads::ticket_text(&ticket, &names))
}
