//! Runs the vectors that peers' own contracts produced (vectors/README.md) through the engine's ordinary commands.
//!
//! A vector tells a start, steps, and after each step the peer's decision and every figure that it changed. An adapter
//! makes a genesis of the start and commands of the steps; then the decision and all figures must be the peer's, within
//! bounds that `bounds` derives. Where we do otherwise on purpose, a rule over operation and state says so
//! (`deviation`), and asserts what we do instead. docs/conformance.md explains all three.

mod bounds;
mod chain;
mod deviation;
mod figures;
mod liquity;
mod maker;
mod pure;
mod report;
mod schema;
mod suite;

use std::io::Write;
use std::path::{Path, PathBuf};

pub use report::{Mechanism, Summary};
pub use schema::Malformed;

/// What keeps vectors from being run at all: the input is wrong, not the engine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing there, or it cannot be read.
    #[error("{path} can't be read: {source}; give a file of vectors, or a folder with *.jsonl files such as `vectors`")]
    Unreadable {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A folder without vectors, or no path at all.
    #[error("{0}: no *.jsonl file in it")]
    NoVectors(PathBuf),
    /// A file without a vector.
    #[error("{0}: the file is empty")]
    Empty(PathBuf),
    /// A line that is not a vector.
    #[error("{path}:{line}: {fault}")]
    Malformed {
        /// In which file.
        path: PathBuf,
        /// In which line, from 1.
        line: usize,
        /// What is wrong with it.
        fault: Malformed,
    },
    /// The report could not be written.
    #[error("the report could not be written: {0}")]
    Report(#[from] std::io::Error),
}

/// Runs all vectors of the files, and of all `*.jsonl` files under the folders, in the order of their paths; writes a line
/// for each that fails and two lines of totals. All input is read and checked before the first vector runs.
///
/// Errors: the first fault of the input, in that order.
pub fn run(paths: &[PathBuf], out: &mut dyn Write) -> Result<Summary, Error> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    files.sort();
    files.dedup();
    if files.is_empty() {
        let named = paths.first().cloned().unwrap_or_default();
        return Err(Error::NoVectors(named));
    }
    let mut vectors = Vec::new();
    for file in &files {
        vectors.extend(read(file)?);
    }
    let mut summary = Summary::default();
    for vector in &vectors {
        let verdict = suite::run(vector);
        summary.add(vector, &verdict);
        if let suite::Verdict::Failed { difference, .. } = &verdict {
            writeln!(out, "{}: {difference}", vector.id)?;
        }
    }
    summary.write(out)?;
    Ok(summary)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let unreadable = |source| Error::Unreadable {
        path: path.to_owned(),
        source,
    };
    if !std::fs::metadata(path).map_err(unreadable)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?.path();
        if entry.is_dir() || entry.extension().is_some_and(|extension| extension == "jsonl") {
            collect(&entry, files)?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<schema::Vector>, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let vectors: Vec<_> = lines
        .map(|(at, line)| {
            let malformed = |fault| Error::Malformed {
                path: path.to_owned(),
                line: at + 1,
                fault,
            };
            schema::Vector::parse(line).map_err(malformed)
        })
        .collect::<Result<_, _>>()?;
    if vectors.is_empty() {
        return Err(Error::Empty(path.to_owned()));
    }
    Ok(vectors)
}

#[cfg(test)]
mod tests;
