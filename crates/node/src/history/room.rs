//! Whether the disk has room for an index beside the chain, whose blocks come first.

use std::path::Path;

/// Below so many free bytes nothing is added to the index.
pub(super) const FLOOR: u64 = 1 << 30;

/// What to say then.
pub(super) const NONE: &str =
    "the disk has less than 1 GiB free: the history waits, so that the chain has it; make room";

/// Whether the disk on which a file lies, or is to lie, has so many bytes free; also where that can't be told.
#[cfg(unix)]
pub(super) fn is_enough(file: &Path, bytes: u64) -> bool {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let disk = rustix::fs::statvfs(folder.unwrap_or(Path::new(".")));
    disk.map_or(true, |disk| disk.f_bavail.saturating_mul(disk.f_frsize) >= bytes)
}

/// Nobody can tell.
#[cfg(not(unix))]
pub(super) fn is_enough(_: &Path, _: u64) -> bool {
    true
}
