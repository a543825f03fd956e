//! Files that are there whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::Failure;

/// Whether all these files could be written, found before the work: none is something other than a plain file, or the
/// same file as another, or as an input. Makes the folders that they need; if one is refused, none is made.
///
/// A link is refused too, wherever it points: a file is renamed into its place, which would replace the link.
pub(crate) fn prepare(outputs: &[(&str, &Path)], inputs: &[&Path]) -> Result<(), Failure> {
    let read: Vec<PathBuf> = inputs.iter().filter_map(|input| fs::canonicalize(input).ok()).collect();
    let mut taken: Vec<(&str, PathBuf)> = Vec::new();
    for (option, path) in outputs {
        let place = place(path).map_err(|error| failed(path, error))?;
        if read.contains(&place) {
            return Err(Failure::BadInput(format!(
                "{option} {} would replace an input: choose another name",
                path.display()
            )));
        }
        if let Some((other, _)) = taken.iter().find(|(_, at)| *at == place) {
            return Err(Failure::BadInput(format!(
                "{option} {} is the same file as {other}: choose another name",
                path.display()
            )));
        }
        taken.push((option, place));
    }
    for (_, path) in outputs {
        fs::create_dir_all(parent(path)).map_err(|error| failed(path, error))?;
        beside(path).map_err(|error| failed(path, error))?;
    }
    Ok(())
}

/// Writes a file beside its place and renames it there.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let mut draft = Draft::new(path)?;
    let written = draft.file.write_all(text.as_bytes());
    written.map_err(|error| failed(path, error))?;
    draft.publish()
}

/// A file beside its place: gone if it is dropped, there whole once it is published.
pub(crate) struct Draft<'a> {
    path: &'a Path,
    file: NamedTempFile,
}

impl<'a> Draft<'a> {
    /// Empty.
    pub(crate) fn new(path: &'a Path) -> Result<Self, Failure> {
        let made = || -> io::Result<NamedTempFile> {
            place(path)?;
            beside(path)
        };
        let file = made().map_err(|error| failed(path, error))?;
        Ok(Self { path, file })
    }

    /// Where to write.
    pub(crate) fn file(&self) -> &fs::File {
        self.file.as_file()
    }

    /// Renames it into its place.
    pub(crate) fn publish(self) -> Result<(), Failure> {
        let path = self.path;
        let whole = || -> io::Result<()> {
            self.file.as_file().sync_all()?;
            readable(self.file.as_file())?;
            self.file.persist(path)?;
            Ok(())
        };
        whole().map_err(|error| failed(path, error))
    }
}

/// Says something on standard error; whether anyone reads it changes nothing.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints a summary. Error: nobody reads it, or it has no place; files that were written are whole and stay.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    printed.map_err(|error| Failure::BadInput(format!("the summary can't be printed: {error}")))
}

/// Where a file stands or would stand, without links in its folders. Error: something else stands there, or the path
/// names no file.
fn place(path: &Path) -> io::Result<PathBuf> {
    let text = path.as_os_str().as_encoded_bytes();
    let is_folder = text
        .last()
        .is_some_and(|byte| std::path::is_separator(char::from(*byte)));
    let name = path.file_name().filter(|_| !is_folder && !text.ends_with(b"/."));
    let Some(name) = name else {
        return Err(io::Error::other("it names no file"));
    };
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => return Err(io::Error::other("what stands there is no plain file")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(_) | Err(_) => {}
    }
    Ok(folder(parent(path))?.join(name))
}

/// A folder without links, as far as it is there.
fn folder(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = path.file_name().ok_or(error)?;
            Ok(folder(parent(path))?.join(name))
        }
        found => found,
    }
}

/// A new file in the folder of a path, gone when dropped.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(".ballast-").tempfile_in(parent(path))
}

fn failed(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::BadInput(format!("{} can't be written: {error}", path.display()))
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
