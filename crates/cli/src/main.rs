//! The `ballast` command.
//!
//! Exit codes: 0 done; 1 the node or its engine refuses, or a promise is broken (an invariant, a vector); 2 the input cannot
//! be used; 3 no node answers, and nothing was done; 4 what came of a transaction is not known.

mod commands;
mod connect;
mod folder;
mod history;
mod host;
mod keyfile;
mod names;
mod node;
mod output;
mod progress;
mod replay;
mod units;
mod up;
mod web;

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The state is large and read at random: pages of 2 MiB, which `.cargo/config.toml` asks this allocator for, spare the
/// processor most searches for addresses.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// A decentralized reserve: run it, use it, replay recorded markets through its engine, and check the engine against its
/// peers.
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
    /// Starts a living reserve to try things on: node, prices, borrowers, keepers.
    Up(up::Arguments),
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
    /// The index of the past that a node keeps: makes it anew, or writes its tables as Parquet.
    #[command(subcommand)]
    History(history::Command),
    /// What people and scripts say to a running reserve.
    #[command(flatten)]
    Reserve(Box<commands::Command>),
}

/// How a command ended, other than well.
enum Failure {
    /// The input cannot be used.
    BadInput(String),
    /// The engine broke a promise.
    Broken(String),
    /// The engine would refuse it, or the node does not know it.
    Refused(String),
    /// A node refuses, or there is none.
    Node(Box<ballast_client::Error>),
    /// Told already; only the code is left to give.
    Told(u8),
}

impl Failure {
    fn bad_input(error: impl Display) -> Self {
        Self::BadInput(error.to_string())
    }

    /// The exit code.
    fn code(&self) -> u8 {
        match self {
            Self::Broken(_) | Self::Refused(_) => 1,
            Self::BadInput(_) => 2,
            Self::Node(error) => exit_code(error),
            Self::Told(code) => *code,
        }
    }

    /// What to print.
    fn message(&self) -> String {
        use ballast_client::Error;
        match self {
            Self::BadInput(message) => format!("error: {message}"),
            Self::Broken(message) => format!("broken: {message}"),
            Self::Refused(message) => format!("refused: {message}"),
            Self::Node(error) => match &**error {
                // What `up` starts speaks http alone.
                Error::Unreachable { url, .. } if !url.starts_with("https:") => {
                    format!("error: {error}; start one with `ballast up`, or name another by --node URL")
                }
                Error::Refused { .. } => format!("refused: {error}"),
                Error::Failed(_) | Error::NotAdmitted(_) => error.to_string(),
                error => format!("error: {error}"),
            },
            Self::Told(_) => String::new(),
        }
    }

    /// Tells it as a document, for programs.
    fn told_as_json(&self) -> Self {
        let code = match self {
            Self::BadInput(_) => "BadInput",
            Self::Broken(_) => "Broken",
            Self::Refused(_) => "Refused",
            Self::Node(error) => error.code(),
            Self::Told(_) => "",
        };
        let message = self.message();
        let message = message
            .split_once(": ")
            .map_or(message.as_str(), |(_, message)| message);
        output::note(&serde_json::json!({ "code": code, "message": message }).to_string());
        Self::Told(self.code())
    }
}

/// The exit code of a command that ends with this error of the client.
const fn exit_code(error: &ballast_client::Error) -> u8 {
    use ballast_client::Error;
    match error {
        Error::BadUrl { .. } => 2,
        Error::Unreachable { .. } | Error::NoAnswer { .. } | Error::BadAnswer { .. } => 3,
        Error::Unknown { .. } => 4,
        _ => 1,
    }
}

/// What the command line takes, for completions.
fn clap_command() -> clap::Command {
    <Arguments as clap::CommandFactory>::command()
}

/// What the command line says, or how it ends: where JSON is asked for, a refusal is JSON too.
fn parsed() -> Result<Command, Failure> {
    let error = match Arguments::try_parse() {
        Ok(arguments) => return Ok(arguments.command),
        Err(error) => error,
    };
    if !error.use_stderr() || !std::env::args_os().any(|argument| argument == "--json") {
        error.exit();
    }
    let text = error.to_string();
    let message = text.trim_start_matches("error: ").trim_end();
    Err(Failure::BadInput(message.to_owned()).told_as_json())
}

fn main() -> ExitCode {
    let done = parsed().and_then(run);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let message = failure.message();
            if !message.is_empty() {
                output::note(&message);
            }
            ExitCode::from(failure.code())
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Replay(arguments) => replay::replay(&arguments),
        Command::Up(arguments) => up::run(&arguments),
        Command::Node(arguments) => node::run(&arguments),
        Command::Conformance { paths } => conformance(&paths),
        Command::Audit(arguments) => folder::audit(&arguments),
        Command::Export(arguments) => folder::export(&arguments),
        Command::Import(arguments) => folder::import(&arguments),
        Command::History(command) => history::run(&command),
        Command::Reserve(command) => commands::run(*command),
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
