//! The `ballast` command.
//!
//! Exit codes: 0 done, 1 the engine broke a promise (an invariant, a vector), 2 the input cannot be used.

mod folder;
mod host;
mod node;
mod output;
mod progress;
mod replay;
mod web;

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The state is large and read at random: pages of 2 MiB, which `.cargo/config.toml` asks this allocator for, spare the
/// processor most searches for addresses.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// A decentralized reserve: replay recorded markets through its engine, and check the engine against its peers.
#[derive(Parser)]
#[command(name = "ballast", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Replays recorded prices through the engine and reports what was lost, by whom.
    Replay(Box<replay::Arguments>),
    /// Runs a reserve: takes signed transactions, keeps its journal, answers over HTTP.
    Node(node::Arguments),
    /// Runs the peers' vectors through the engine and compares every figure.
    Conformance {
        /// Files of vectors, or folders of such files
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Executes everything that a node has kept again: who said it, every root, every invariant.
    Audit(folder::AuditArguments),
    /// Writes the state of a node's folder into one file, to move it or to check it.
    Export(folder::ExportArguments),
    /// Makes a folder from such a file: a node that starts in it goes on from there.
    Import(folder::ImportArguments),
}

/// How a command ended, other than well.
enum Failure {
    /// The input cannot be used.
    BadInput(String),
    /// The engine broke a promise.
    Broken(String),
}

impl Failure {
    fn bad_input(error: impl Display) -> Self {
        Self::BadInput(error.to_string())
    }
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Replay(arguments) => replay::replay(&arguments),
        Command::Node(arguments) => node::run(&arguments),
        Command::Conformance { paths } => conformance(&paths),
        Command::Audit(arguments) => folder::audit(&arguments),
        Command::Export(arguments) => folder::export(&arguments),
        Command::Import(arguments) => folder::import(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::BadInput(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
        Err(Failure::Broken(message)) => {
            eprintln!("broken: {message}");
            ExitCode::from(1)
        }
    }
}

/// A line for each vector that fails, then the totals.
fn conformance(paths: &[PathBuf]) -> Result<(), Failure> {
    let summary = ballast_conformance::run(paths, &mut std::io::stdout().lock()).map_err(Failure::bad_input)?;
    match summary.failed() {
        0 => Ok(()),
        failed => Err(Failure::Broken(format!("{failed} failed"))),
    }
}
