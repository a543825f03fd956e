//! `ballast history`: the index of a node's folder made anew, and its tables as Parquet files.

use std::path::{Path, PathBuf};

use ballast_history::{FILE, Index, NotRebuilt, Stage, TABLES, Tables, Unusable, catch_up, never, rebuild};
use ballast_journal::{Folder, LogReader, SEGMENT_BYTES, Snapshots};
use ballast_protocol::Height;
use clap::{Args, Subcommand};
use commonware_runtime::{Runner as _, Supervisor, tokio};
use serde_json::{Value, json};

use crate::{Failure, folder, output, progress};

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
    /// Prints what was made for programs
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct ExportArguments {
    /// A node's folder; no node may be running in it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Where the files go
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Prints what was written for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Rebuild(arguments) => {
            let folder = Folder::open(&arguments.folder).map_err(Failure::bad_input)?;
            let index = indexed(&folder, How::Anew)?;
            let file = folder.path().join(FILE);
            if arguments.json {
                let mut said = reach_json(&index);
                said["file"] = json!(file);
                return output::print(&format!("{said:#}\n"));
            }
            output::print(&format!("{}\n{}", file.display(), reach(&index)))
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

/// The index of a folder.
fn indexed(folder: &Folder, how: How) -> Result<Index, Failure> {
    tokio::Runner::new(folder.runtime()).start(|context| async move {
        let (log, _) = folder
            .open_log(context.child("log"), SEGMENT_BYTES)
            .await
            .map_err(Failure::bad_input)?;
        let snapshots = folder.snapshots(context.child("snapshots"));
        let made = made(folder, &log.reader(context.child("history")), &snapshots, how).await;
        made.map_err(|why| match &why {
            NotRebuilt::Journal(why) => folder::failed(why),
            why => Failure::bad_input(why),
        })
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
    let mut told = |step: Stage| {
        if let Stage::Written(height) = step {
            bar.set_position(height.0);
        }
    };
    let mut kept = None;
    if how == How::UpToDate {
        kept = match Index::open(&file, &genesis.hash()) {
            Ok(mut index) => match catch_up(genesis, log, snapshots, &mut index, None, &mut told).await {
                Ok(_) => Some(index),
                Err(why) if why.wants_anew() => None,
                Err(why) => return Err(why),
            },
            Err(Unusable::NotNow(why)) => return Err(why.into()),
            Err(_) => None,
        };
    }
    let index = match kept {
        Some(index) => index,
        None => rebuild(genesis, log, snapshots, &file, &never(), &mut told).await?.0,
    };
    bar.finish_and_clear();
    Ok(index)
}

fn reach(index: &Index) -> String {
    let begins = match index.begins() {
        Height(0) => "genesis".to_owned(),
        height => format!("the snapshot of {height}: the journal holds no older blocks"),
    };
    let mut said = format!("since         {begins}\nheight        {}\n", index.height().0);
    if let Some(aside) = index.aside() {
        said += &format!(
            "note: the index that was there may tell of older blocks: it is kept as {}\n",
            aside.display()
        );
    }
    said
}

fn reach_json(index: &Index) -> Value {
    json!({"begins": index.begins(), "height": index.height(), "aside": index.aside()})
}

fn export_tables(arguments: &ExportArguments) -> Result<(), Failure> {
    // Nobody else changes the index until all is written.
    let folder = Folder::open(&arguments.folder).map_err(Failure::bad_input)?;
    let index = indexed(&folder, How::UpToDate)?;
    let files: Vec<PathBuf> = TABLES
        .iter()
        .map(|table| arguments.out.join(format!("{}.parquet", table.name)))
        .collect();
    let places: Vec<(&str, &Path)> = files.iter().map(|file| ("--out", file.as_path())).collect();
    output::prepare(&places, &[])?;
    let (mut said, mut told) = (reach(&index), reach_json(&index));
    // Its last words are in the file before another opens it.
    drop(index);
    let tables = Tables::open(&folder.path().join(FILE)).map_err(Failure::bad_input)?;
    let mut written = Vec::new();
    for (table, file) in TABLES.iter().zip(&files) {
        let draft = output::Draft::new(file)?;
        let (_, rows) = tables.write(table, draft.file()).map_err(Failure::bad_input)?;
        draft.publish()?;
        said += &format!("{:13} {rows} rows in {}\n", table.name, file.display());
        written.push(json!({"table": table.name, "rows": rows, "file": file}));
    }
    if arguments.json {
        told["tables"] = Value::Array(written);
        return output::print(&format!("{told:#}\n"));
    }
    output::print(&said)
}
