//! `ballast audit`, `export` and `import`: a node's folder, checked and moved.

use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ballast_journal::{
    Audited, Cut, Folder, NewFolder, NotImported, Portable, SEGMENT_BYTES, Unrecoverable, audit_with_snapshots,
    recover, recover_at,
};
use ballast_protocol::Height;
use clap::Args;
use commonware_runtime::{Runner as _, Supervisor, tokio};
use serde_json::json;

use crate::{Failure, output, progress};

/// All invariants, which look at every vault, are checked every so many blocks, and at the end.
const ALL_EVERY: u64 = 256;

#[derive(Args)]
pub(crate) struct AuditArguments {
    /// A node's folder; no node may be running in it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Prints the verdict for programs
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct ExportArguments {
    /// A node's folder; no node may be running in it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The file to write
    file: PathBuf,
    /// After this block, not the last: what the kept blocks and snapshots lead to
    #[arg(long, value_name = "N")]
    height: Option<u64>,
    /// Prints what was written for programs
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct ImportArguments {
    /// A file that `export` has written
    file: PathBuf,
    /// The folder to make: none yet, or empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The state root that it must have, as somebody you trust has told you: 64 hexadecimal digits
    #[arg(long, value_name = "ROOT")]
    root: Option<String>,
    /// Prints what was made for programs
    #[arg(long)]
    json: bool,
}

/// Executes everything again, and says what came of it.
pub(crate) fn audit(arguments: &AuditArguments) -> Result<(), Failure> {
    let folder = Folder::open(&arguments.folder).map_err(Failure::bad_input)?;
    let start = Instant::now();
    let (audited, cut) = tokio::Runner::new(folder.runtime()).start(|context| audited(&folder, context));
    let seconds = start.elapsed().as_secs_f64();
    if arguments.json {
        let verdict = match &audited {
            Ok(audited) => clean_json(&folder, audited, cut, seconds),
            Err(error) => json!({
                "verdict": if is_broken(error) { "broken" } else { "unusable" },
                "error": error.to_string(),
                "seconds": seconds,
            }),
        };
        output::print(&format!("{verdict:#}\n"))?;
    }
    match audited {
        Ok(_) if arguments.json => Ok(()),
        Ok(audited) => output::print(&clean_text(&audited, cut, seconds)),
        Err(error) => Err(failed(&error)),
    }
}

async fn audited(folder: &Folder, context: tokio::Context) -> (Result<Audited, Unrecoverable>, Option<Cut>) {
    let (log, cut) = match folder.open_log(context.child("log"), SEGMENT_BYTES).await {
        Ok(opened) => opened,
        Err(fault) => return (Err(fault.into()), None),
    };
    let snapshots = folder.snapshots(context.child("snapshots"));
    let blocks = log.durable().0.saturating_sub(log.first().0);
    let bar = progress::bar(blocks, "audit");
    let audited = audit_with_snapshots(folder.genesis(), &log, &snapshots, ALL_EVERY, |_| bar.inc(1)).await;
    bar.finish_and_clear();
    (audited, cut)
}

fn clean_json(folder: &Folder, audited: &Audited, cut: Option<Cut>, seconds: f64) -> serde_json::Value {
    let passed_over = audited.passed_over.0.iter();
    json!({
        "verdict": "clean",
        "chain": folder.genesis().hash(),
        "since": audited.since.map_or(0, |height| height.0),
        "height": audited.height.0,
        "root": audited.root,
        "blocks": audited.blocks,
        "transactions": audited.transactions,
        "observations": audited.observations,
        "snapshots": audited.snapshots,
        "snapshots_damaged": passed_over.map(|(height, _)| height.0).collect::<Vec<_>>(),
        "torn_bytes_cut": cut.map_or(0, |cut| cut.bytes),
        "seconds": seconds,
    })
}

fn clean_text(audited: &Audited, cut: Option<Cut>, seconds: f64) -> String {
    let since = match audited.since {
        None => "genesis".to_owned(),
        Some(height) => format!("the snapshot of {height}, which it takes as it is: the log begins there"),
    };
    let mut text = format!(
        "clean: everything was said by whom it names, every block leads to its root, and every invariant holds\n\
         since         {since}\n\
         height        {}\n\
         root          {}\n\
         blocks        {}\n\
         transactions  {}\n\
         observations  {}\n\
         snapshots     {} with the roots of the log\n\
         seconds       {seconds:.2}\n",
        audited.height.0, audited.root, audited.blocks, audited.transactions, audited.observations, audited.snapshots,
    );
    for (height, why) in &audited.passed_over.0 {
        text += &format!("note: the snapshot of {height} is of no use: {why}\n");
    }
    if let Some(Cut { height, bytes }) = cut {
        text +=
            &format!("note: {bytes} bytes of {height} were torn by a crash, acknowledged to nobody, and are cut off\n");
    }
    text
}

/// Writes a state into one file.
pub(crate) fn export(arguments: &ExportArguments) -> Result<(), Failure> {
    let folder = Folder::open(&arguments.folder).map_err(Failure::bad_input)?;
    if stands_in(&arguments.file, &arguments.folder) {
        return Err(Failure::BadInput(format!(
            "{} would stand among the node's own files: choose another place",
            arguments.file.display()
        )));
    }
    output::prepare(&[("FILE", &arguments.file)], &[])?;
    let recovered = tokio::Runner::new(folder.runtime()).start(|context| async move {
        let (log, _) = folder.open_log(context.child("log"), SEGMENT_BYTES).await?;
        let snapshots = folder.snapshots(context.child("snapshots"));
        let recovered = match arguments.height {
            None => recover(folder.genesis(), &log, &snapshots).await?,
            Some(height) => recover_at(folder.genesis(), &log, &snapshots, Height(height)).await?,
        };
        Ok::<_, Unrecoverable>(Portable::new(folder.genesis().clone(), recovered.state))
    });
    let portable = recovered.map_err(|error| failed(&error))?;
    let draft = output::Draft::new(&arguments.file)?;
    let written = portable.write(BufWriter::new(draft.file()));
    written.map_err(|error| unusable(&arguments.file, error))?;
    draft.publish()?;
    say(&portable, ("written to", arguments.file.as_path()), arguments.json)
}

/// Whether a file would stand in a folder, or in one of its folders.
fn stands_in(file: &Path, folder: &Path) -> bool {
    let parent = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::canonicalize(parent).is_ok_and(|parent| fs::canonicalize(folder).is_ok_and(|folder| parent.starts_with(folder)))
}

/// Makes a folder of such a file.
pub(crate) fn import(arguments: &ImportArguments) -> Result<(), Failure> {
    let bytes = fs::read(&arguments.file).map_err(|error| unusable(&arguments.file, error))?;
    let portable = Portable::read(&bytes).map_err(|error| unusable(&arguments.file, error))?;
    let found = portable.state().root().to_string();
    if let Some(root) = &arguments.root {
        let root = root.trim_start_matches("0x").to_lowercase();
        if root != found {
            return Err(Failure::BadInput(format!(
                "{} has the root {found}, not {root}: it is another state than you were told of",
                arguments.file.display()
            )));
        }
    }
    ballast_engine::invariants::check_all(portable.state()).map_err(|breach| Failure::Broken(breach.to_string()))?;
    let folder = NewFolder::claim(&arguments.folder).map_err(Failure::bad_input)?;
    let imported = portable.clone().import(folder);
    imported.map_err(|error: NotImported| Failure::bad_input(error))?;
    say(&portable, ("imported into", arguments.folder.as_path()), arguments.json)
}

fn say(portable: &Portable, (done, place): (&str, &Path), is_json: bool) -> Result<(), Failure> {
    let state = portable.state();
    let (chain, height, root) = (portable.genesis().hash(), state.chain().height, state.root());
    if is_json {
        let said = json!({"place": place, "chain": chain, "height": height, "root": root});
        return output::print(&format!("{said:#}\n"));
    }
    output::print(&format!(
        "{done} {}\nchain         {chain}\nheight        {}\nroot          {root}\n",
        place.display(),
        height.0,
    ))
}

/// Whether a promise was broken, rather than a file.
fn is_broken(error: &Unrecoverable) -> bool {
    match error {
        Unrecoverable::Root { .. }
        | Unrecoverable::Snapshot { .. }
        | Unrecoverable::Invalid { .. }
        | Unrecoverable::Unproven { .. }
        | Unrecoverable::Breach { .. } => true,
        Unrecoverable::Fault(_)
        | Unrecoverable::Genesis(_)
        | Unrecoverable::Gap { .. }
        | Unrecoverable::LogTooShort { .. }
        | Unrecoverable::OutOfReach { .. }
        | Unrecoverable::Undecodable { .. } => false,
    }
}

/// How a command on a folder ends whose journal leads nowhere.
pub(crate) fn failed(error: &Unrecoverable) -> Failure {
    if is_broken(error) {
        Failure::Broken(error.to_string())
    } else {
        Failure::bad_input(error)
    }
}

fn unusable(file: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::BadInput(format!("{}: {error}", file.display()))
}
