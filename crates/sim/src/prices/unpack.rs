//! The text inside a file that may be compressed.

use std::borrow::Cow;
use std::io::Read;

use super::Problem;

/// The most text that is read: 1 GiB.
pub(crate) const TEXT_MAX: u64 = 1 << 30;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// The bytes themselves, or what they decompress to if they begin like gzip or zstd, whatever the file is called.
///
/// Errors: `TooLarge` above `limit` bytes, found without decompressing more; `Corrupt`.
pub(crate) fn unpack(bytes: &[u8], limit: u64) -> Result<Cow<'_, [u8]>, Problem> {
    if bytes.starts_with(GZIP) {
        // A gzip file may be several joined ones.
        let text = read_to_limit(flate2::bufread::MultiGzDecoder::new(bytes), "gzip", limit)?;
        return Ok(Cow::Owned(text));
    }
    if bytes.starts_with(ZSTD) {
        let decoder = zstd::Decoder::with_buffer(bytes).map_err(|error| corrupt("zstd", &error))?;
        return Ok(Cow::Owned(read_to_limit(decoder, "zstd", limit)?));
    }
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(Cow::Borrowed(bytes))
    } else {
        Err(Problem::TooLarge { limit })
    }
}

fn read_to_limit(decoder: impl Read, format: &'static str, limit: u64) -> Result<Vec<u8>, Problem> {
    let mut text = Vec::new();
    let read = decoder
        .take(limit.saturating_add(1))
        .read_to_end(&mut text)
        .map_err(|error| corrupt(format, &error))?;
    if u64::try_from(read).is_ok_and(|read| read <= limit) {
        Ok(text)
    } else {
        Err(Problem::TooLarge { limit })
    }
}

fn corrupt(format: &'static str, error: &std::io::Error) -> Problem {
    Problem::Corrupt {
        format,
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
