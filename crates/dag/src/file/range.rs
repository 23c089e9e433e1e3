//! Reads a range of a file in one call: the convenience over the cursor.

use std::ops::RangeBounds;

use bytes::Bytes;

use crate::{Cid, FileCursor, ReadFile, Step, inline_content};

/// Why a range was not read to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadRange<E: std::error::Error + 'static> {
    /// A block could not be had.
    #[error("block {cid} of the file could not be read")]
    GetBlock {
        /// The block.
        cid: Cid,
        /// Why not.
        source: E,
    },
    /// A block is not what the file needs.
    #[error(transparent)]
    ReadFile(#[from] ReadFile),
}

/// Reads `range` of the file under `root` and returns the bytes of the whole file.
///
/// `get` fetches verified blocks, `sink` takes the file's bytes in order as slices of them.
/// The range is cut at the end of the file.
pub fn read_range<E: std::error::Error + 'static>(
    root: &Cid,
    range: impl RangeBounds<u64>,
    mut get: impl FnMut(&Cid) -> Result<Bytes, E>,
    mut sink: impl FnMut(Bytes),
) -> Result<u64, ReadRange<E>> {
    let mut cursor = FileCursor::new(*root, range);
    loop {
        match cursor.poll() {
            Step::Need(cid) => {
                let block = match inline_content(&cid) {
                    Some(content) => Bytes::copy_from_slice(content),
                    None => get(&cid).map_err(|source| ReadRange::GetBlock { cid, source })?,
                };
                cursor.supply(cid, block)?;
            }
            Step::Chunk(chunk) => sink(chunk),
            Step::Done => return Ok(cursor.size().unwrap_or_default()),
        }
    }
}
