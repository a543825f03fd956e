//! `ballast history`: the index of a node's folder made anew, and its tables as Parquet files.

use std::path::{Path, PathBuf};

use ballast_history::{FILE, Index, NotRebuilt, TABLES, catch_up, export, rebuild};
use ballast_journal::{Folder, LogReader, SEGMENT_BYTES, Snapshots};
use ballast_protocol::Height;
use clap::{Args, Subcommand};
use commonware_runtime::{Runner as _, Supervisor, tokio};

use crate::{Failure, output, progress};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Makes the index of the past anew, from the journal.
    Rebuild(RebuildArguments),
    /// Writes the index of the past as Parquet files, one a table, for analytics engines.
    Export(ExportArguments),
}

#[derive(Args)]
pub(crate) struct RebuildArguments {
    /// A node's folder; no node may be running in it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Args)]
pub(crate) struct ExportArguments {
    /// A node's folder; no node may be running in it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Where the files go
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Rebuild(arguments) => {
            let index = indexed(&arguments.folder, How::Anew)?;
            output::print(&format!("{}\n{}", arguments.folder.join(FILE).display(), reach(&index)))
        }
        Command::Export(arguments) => export_tables(arguments),
    }
}

/// What to do with an index that is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Anew,
    UpToDate,
}

/// The index of a folder that nobody else has open.
fn indexed(path: &Path, how: How) -> Result<Index, Failure> {
    let folder = Folder::open(path).map_err(Failure::bad_input)?;
    tokio::Runner::new(folder.runtime()).start(|context| async move {
        let (log, _) = folder
            .open_log(context.child("log"), SEGMENT_BYTES)
            .await
            .map_err(Failure::bad_input)?;
        let snapshots = folder.snapshots(context.child("snapshots"));
        let made = made(&folder, &log.reader(context.child("history")), &snapshots, how).await;
        made.map_err(Failure::bad_input)
    })
}

async fn made(
    folder: &Folder,
    log: &LogReader<tokio::Context>,
    snapshots: &Snapshots<tokio::Context>,
    how: How,
) -> Result<Index, NotRebuilt> {
    let (genesis, file) = (folder.genesis(), folder.path().join(FILE));
    let bar = progress::bar(log.last()?.0, "history");
    let mut told = |height: Height| {
        bar.set_position(height.0);
        true
    };
    if how == How::UpToDate
        && let Ok(mut index) = Index::open(&file, &genesis.hash())
        && catch_up(genesis, log, snapshots, &mut index, None, &mut told)
            .await
            .is_ok()
    {
        bar.finish_and_clear();
        return Ok(index);
    }
    let index = rebuild(genesis, log, snapshots, &file, &mut told).await;
    bar.finish_and_clear();
    index
}

fn reach(index: &Index) -> String {
    let begins = match index.begins() {
        Height(0) => "genesis".to_owned(),
        height => format!("the snapshot of {height}: the journal holds no older blocks"),
    };
    format!("since         {begins}\nheight        {}\n", index.height().0)
}

fn export_tables(arguments: &ExportArguments) -> Result<(), Failure> {
    let index = indexed(&arguments.folder, How::UpToDate)?;
    let files: Vec<PathBuf> = TABLES
        .iter()
        .map(|table| arguments.out.join(format!("{}.parquet", table.name)))
        .collect();
    let places: Vec<(&str, &Path)> = files.iter().map(|file| ("--out", file.as_path())).collect();
    output::prepare(&places, &[])?;
    let mut said = reach(&index);
    // Its last words are in the file before another opens it.
    drop(index);
    let from = arguments.folder.join(FILE);
    for (table, file) in TABLES.iter().zip(&files) {
        let draft = output::Draft::new(file)?;
        let (_, rows) = export(&from, table, draft.file()).map_err(Failure::bad_input)?;
        draft.publish()?;
        said += &format!("{:13} {rows} rows in {}\n", table.name, file.display());
    }
    output::print(&said)
}
