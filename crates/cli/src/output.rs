//! Files that are there whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::Failure;

/// Whether a file could be written there: the parent folders are made, and no folder stands in its place.
pub(crate) fn prepare(path: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::BadInput(format!("{} can't be written: {error}", path.display()));
    if path.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    fs::create_dir_all(parent(path)).map_err(failed)
}

/// Writes a file beside its place and renames it there.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    prepare(path)?;
    let whole = || -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".ballast-").tempfile_in(parent(path))?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        readable(file.as_file())?;
        file.persist(path)?;
        Ok(())
    };
    whole().map_err(|error| Failure::BadInput(format!("{} can't be written: {error}", path.display())))
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A temporary file is its owner's alone; a report is for everyone, as any new file is.
#[cfg(unix)]
fn readable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &fs::File) -> io::Result<()> {
    Ok(())
}
