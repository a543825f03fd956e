//! `drill`: random commands and blocks against a slow and obvious model, from a seed (docs/drill.md).

use std::process::ExitCode;
use std::time::Instant;

use ballast_drill::{Options, run};
use clap::Parser;

/// Runs random commands and blocks through the engine and beside it through a slow and obvious model.
#[derive(Debug, Parser)]
struct Arguments {
    /// At least so many commands.
    #[arg(long, default_value_t = 100_000)]
    operations: u64,
    /// Everything follows from it.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

fn main() -> ExitCode {
    let Arguments { operations, seed } = Arguments::parse();
    println!("seed {seed}");
    let start = Instant::now();
    let done = run(Options { operations, seed }, |summary| {
        if summary.worlds.is_multiple_of(20) {
            println!(
                "{} operations, {} blocks, {:.0} s",
                summary.operations,
                summary.blocks,
                start.elapsed().as_secs_f64()
            );
        }
    });
    match done {
        Ok(summary) => {
            print!("{summary}");
            println!("no divergence, no panic, in {:.1} s", start.elapsed().as_secs_f64());
            ExitCode::SUCCESS
        }
        Err(divergence) => {
            println!("{divergence}");
            ExitCode::FAILURE
        }
    }
}
