//! `stress`: the real program under load, and killed at random moments (docs/performance.md, docs/journal.md).
//!
//! Exit codes: 0 every promise was kept, 1 one was broken, 2 the trial could not be made.

mod kill;
mod load;
mod process;
mod reserve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tries the real program: what it bears, and what it loses when it is killed.
#[derive(Debug, Parser)]
struct Arguments {
    /// The program; by default the one beside this
    #[arg(long, global = true, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Everything random follows from it
    #[arg(long, global = true, value_name = "NUMBER", default_value_t = 7)]
    seed: u64,
    #[command(subcommand)]
    trial: Trial,
}

#[derive(Debug, Subcommand)]
enum Trial {
    /// Signed vault transactions, accepted, executed and durable: how many, for how much work
    Load(load::Arguments),
    /// kill -9 at random moments under load: whatever was acknowledged must be there again
    Kill(kill::Arguments),
}

/// How a trial ended, other than well.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The program broke a promise.
    #[error("broken: {0}")]
    Broken(String),
    /// The trial could not be made.
    #[error("{0}")]
    NotTried(String),
}

/// What kept a trial from being made.
fn not_tried(error: impl std::fmt::Display) -> Failure {
    Failure::NotTried(error.to_string())
}

fn main() -> ExitCode {
    let Arguments { program, seed, trial } = Arguments::parse();
    let runtime = tokio::runtime::Runtime::new().map_err(not_tried);
    let done = runtime.and_then(|runtime| {
        let program = program.map_or_else(process::beside_this, Ok)?;
        runtime.block_on(async {
            match trial {
                Trial::Load(arguments) => load::run(&program, &arguments, seed).await,
                Trial::Kill(arguments) => kill::run(&program, &arguments, seed).await,
            }
        })
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(match failure {
                Failure::Broken(_) => 1,
                Failure::NotTried(_) => 2,
            })
        }
    }
}
