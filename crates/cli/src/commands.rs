//! The commands of people and scripts: what they say to a running reserve, and what they read of it.

mod account;
mod auction;
mod feeder;
mod keeper;
mod key;
mod orders;
mod parameter;
mod reads;
mod tell;
#[cfg(test)]
mod tests;
mod tx;
mod vault;
mod watch;
mod write;

use std::io::Write;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::Failure;
use crate::connect::{NodeOptions, SignerOptions};

/// A command that speaks to a node, or makes what speaking needs.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Where the chain stands
    Status(Asking<reads::Status>),
    /// Every asset and its supply
    Assets(Asking<reads::Assets>),
    /// Every price feed and what it says
    Feeds(Asking<reads::Feeds>),
    /// Every collateral type, its parameters and books
    Types(Asking<reads::Types>),
    /// What an account has: balances, deposits, liquidity, orders that wait, sessions
    Account(Signing<reads::Account>),
    /// A recent block and all that came of it
    Block(Asking<reads::Block>),
    /// Tells what happens, block by block, until Ctrl-C
    Watch(Asking<watch::Watch>),
    /// Vaults: open, fill, draw, repay, protect, show
    Vault(Signing<Of<vault::Vault>>),
    /// Lets another account act on all your vaults, or stops it
    Delegate(Signing<Of<account::Delegate>>),
    /// Sends a balance: `send 10 ETH 0x…`
    Send(Signing<account::Send>),
    /// Liquidates a vault that is under its liquidation ratio; anyone may
    Liquidate(Signing<auction::Liquidate>),
    /// Lots on sale: list, show, buy, reset
    Auction(Signing<Of<auction::Auction>>),
    /// Stability pools: coins that buy liquidated collateral at a discount
    Pool(Signing<Of<orders::Pool>>),
    /// Standing bids: coins that buy liquidated collateral at a discount of your choice
    Bid(Signing<Of<orders::Bid>>),
    /// Markets of a collateral against the coin: trade, add and take liquidity
    Market(Signing<Of<orders::Market>>),
    /// The insurance fund
    Fund(Signing<Of<orders::Fund>>),
    /// A type's first-loss capital
    FirstLoss(Signing<Of<account::FirstLoss>>),
    /// Orders that wait for a round
    Ticket(Signing<Of<orders::Ticket>>),
    /// Keys that act for you within bounds
    Session(Signing<Of<account::Session>>),
    /// Parameters that the authority may change
    Parameter(Signing<Of<parameter::Parameter>>),
    /// Transactions: send a batch from a file, look one up, make one for a wallet to sign
    Tx(Signing<Of<tx::Tx>>),
    /// Buys what is liquidated below the market, restarts auctions, calls liquidations that wait (docs/keeper.md)
    Keeper(Signing<keeper::Keeper>),
    /// Brings prices from files, HTTP sources and oracle networks (docs/feeder.md)
    Feeder(Asking<feeder::Feeder>),
    /// Key files: make, import, look at
    #[command(subcommand)]
    Key(key::Key),
    /// Prints what a shell needs to complete these commands
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: clap_complete::Shell,
    },
}

/// A command that only asks.
#[derive(Args)]
pub(crate) struct Asking<T: Args> {
    #[command(flatten)]
    what: T,
    #[command(flatten)]
    node: NodeOptions,
}

/// A command that signs, or may.
#[derive(Args)]
pub(crate) struct Signing<T: Args> {
    #[command(flatten)]
    what: T,
    #[command(flatten)]
    node: NodeOptions,
    #[command(flatten)]
    signer: SignerOptions,
}

/// A command with commands of its own.
#[derive(Args)]
pub(crate) struct Of<T: Subcommand> {
    #[command(subcommand)]
    what: T,
}

/// Runs a command; errors are told here where JSON was asked for.
pub(crate) fn run(command: Command) -> Result<(), Failure> {
    let json = match &command {
        Command::Status(of) => of.node.json,
        Command::Assets(of) => of.node.json,
        Command::Feeds(of) => of.node.json,
        Command::Types(of) => of.node.json,
        Command::Block(of) => of.node.json,
        Command::Watch(of) => of.node.json,
        Command::Account(of) => of.node.json,
        Command::Vault(of) => of.node.json,
        Command::Delegate(of) => of.node.json,
        Command::Send(of) => of.node.json,
        Command::Liquidate(of) => of.node.json,
        Command::Auction(of) => of.node.json,
        Command::Pool(of) => of.node.json,
        Command::Bid(of) => of.node.json,
        Command::Market(of) => of.node.json,
        Command::Fund(of) => of.node.json,
        Command::FirstLoss(of) => of.node.json,
        Command::Ticket(of) => of.node.json,
        Command::Session(of) => of.node.json,
        Command::Parameter(of) => of.node.json,
        Command::Tx(of) => of.node.json,
        Command::Keeper(of) => of.node.json,
        Command::Feeder(of) => of.node.json,
        Command::Key(key) => key.json(),
        Command::Completions { .. } => false,
    };
    let ended = run_as_text(command);
    match ended {
        Err(failure) if json && !matches!(failure, Failure::Told(_)) => Err(failure.told_as_json()),
        ended => ended,
    }
}

fn run_as_text(command: Command) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Failure::bad_input)?;
    runtime.block_on(async {
        match command {
            Command::Status(Asking { node, .. }) => reads::status(&node).await,
            Command::Assets(Asking { node, .. }) => reads::assets(&node).await,
            Command::Feeds(Asking { node, .. }) => reads::feeds(&node).await,
            Command::Types(Asking { node, .. }) => reads::types(&node).await,
            Command::Block(Asking { what, node }) => reads::block(&node, &what).await,
            Command::Watch(Asking { what, node }) => watch::watch(&node, &what).await,
            Command::Account(Signing { what, node, signer }) => reads::account(&node, &signer, &what).await,
            Command::Vault(Signing { what, node, signer }) => vault::run(&node, &signer, &what.what).await,
            Command::Delegate(Signing { what, node, signer }) => write::run(&node, &signer, &what.what).await,
            Command::Send(Signing { what, node, signer }) => write::run(&node, &signer, &what).await,
            Command::Liquidate(Signing { what, node, signer }) => write::run(&node, &signer, &what).await,
            Command::Auction(Signing { what, node, signer }) => auction::run(&node, &signer, &what.what).await,
            Command::Pool(Signing { what, node, signer }) => orders::pool(&node, &signer, &what.what).await,
            Command::Bid(Signing { what, node, signer }) => orders::bid(&node, &signer, &what.what).await,
            Command::Market(Signing { what, node, signer }) => orders::market(&node, &signer, &what.what).await,
            Command::Fund(Signing { what, node, signer }) => write::run(&node, &signer, &what.what).await,
            Command::FirstLoss(Signing { what, node, signer }) => write::run(&node, &signer, &what.what).await,
            Command::Ticket(Signing { what, node, signer }) => orders::ticket(&node, &signer, &what.what).await,
            Command::Session(Signing { what, node, signer }) => write::run(&node, &signer, &what.what).await,
            Command::Parameter(Signing { what, node, signer }) => write::run(&node, &signer, &what.what).await,
            Command::Tx(Signing { what, node, signer }) => tx::run(&node, &signer, &what.what).await,
            Command::Keeper(Signing { what, node, signer }) => keeper::run(&node, &signer, &what).await,
            Command::Feeder(Asking { what, node }) => feeder::run(&node, &what).await,
            Command::Key(key) => key::run(&key),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut crate::clap_command(), "ballast", &mut script);
                print(&script)
            }
        }
    })
}

/// Writes to standard output. Whoever has stopped reading has read enough: it ends well.
fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::Told(0),
            _ => Failure::bad_input(error),
        })
}

/// Prints a line, or several.
fn say(text: &str) -> Result<(), Failure> {
    print(format!("{}\n", text.trim_end()).as_bytes())
}

/// Prints a document.
fn say_json(document: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document).map_err(Failure::bad_input)?;
    say(&text)
}

/// Rows under headings: framed on a terminal, else in plain columns.
fn table(headings: &[&str], rows: Vec<Vec<String>>) -> String {
    use std::io::IsTerminal;
    let mut table = comfy_table::Table::new();
    if std::io::stdout().is_terminal() {
        table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    } else {
        table.load_style(comfy_table::presets::NOTHING);
    }
    table.set_header(headings.to_vec());
    table.add_rows(rows);
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}
