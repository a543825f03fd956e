//! The files of a storage partition, each named by a height: listed, and opened where they are.

use ballast_protocol::Height;
use commonware_runtime::{Error as StorageError, Storage};

use crate::Fault;

/// A file's name.
pub(crate) fn name(height: Height) -> [u8; 8] {
    height.0.to_be_bytes()
}

/// As people find it: the folder, and the name as the runtime writes it, in hexadecimal.
pub(crate) fn place(partition: &str, height: Height) -> String {
    format!("{partition}/{:016x}", height.0)
}

/// The heights that name a file, rising. Errors: `Storage`; `Foreign` if something else is there.
pub(crate) async fn heights<S: Storage>(storage: &S, partition: &str) -> Result<Vec<Height>, Fault> {
    let foreign = || Fault::Foreign {
        place: format!("something in the folder {partition}"),
        why: "its name is no height; move it elsewhere",
    };
    let names = match storage.scan(partition).await {
        Err(StorageError::PartitionMissing(_)) => Vec::new(),
        Err(StorageError::PartitionCorrupt(_)) => return Err(foreign()),
        names => names?,
    };
    let height = |found: Vec<u8>| {
        let name = <[u8; 8]>::try_from(found.as_slice()).map_err(|_| foreign())?;
        Ok(Height(u64::from_be_bytes(name)))
    };
    let mut heights = names.into_iter().map(height).collect::<Result<Vec<_>, Fault>>()?;
    heights.sort_unstable();
    Ok(heights)
}

/// Whether a file is there: who opens one that is not makes an empty one. Error: `Storage`.
pub(crate) async fn is_there<S: Storage>(storage: &S, partition: &str, height: Height) -> Result<bool, Fault> {
    match storage.scan(partition).await {
        Err(StorageError::PartitionMissing(_)) => Ok(false),
        names => Ok(names?.iter().any(|found| *found == name(height))),
    }
}

/// Removes a file; one that is gone is fine, also where the storage says that it has failed. Error: `Storage`, and whether the file
/// is still there: without it, only that the removal may not be durable before the next one is.
pub(crate) async fn remove<S: Storage>(storage: &S, partition: &str, height: Height) -> Result<(), (Fault, bool)> {
    let Err(why) = storage.remove(partition, Some(&name(height))).await else {
        return Ok(());
    };
    // The storage also says of a file that it could not remove that it is missing.
    let is_there = is_there(storage, partition, height).await.unwrap_or(true);
    match why {
        StorageError::BlobMissing(..) | StorageError::PartitionMissing(_) if !is_there => Ok(()),
        why => Err((why.into(), is_there)),
    }
}
