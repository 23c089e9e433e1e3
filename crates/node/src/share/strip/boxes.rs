//! Boxes of ISO base media files, found in the file without reading what is in them.
//!
//! ISO/IEC 14496-12, 4.2.

use super::File;
use crate::stream::ReadMedia;

/// Most boxes that are looked at in one file.
const MAX_BOXES: usize = 1 << 16;

/// A box: where it begins, where its body does, and where it ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) kind: [u8; 4],
    pub(super) start: u64,
    pub(super) body: u64,
    pub(super) end: u64,
}

/// Looks at the boxes of one file, a bounded number of them.
pub(super) struct Boxes<'a> {
    pub(super) file: &'a File<'a>,
    left: usize,
}

impl<'a> Boxes<'a> {
    pub(super) fn of(file: &'a File<'a>) -> Self {
        Boxes {
            file,
            left: MAX_BOXES,
        }
    }

    /// The boxes between `from` and `to`; `None` when they do not fit. Zeros may follow the last.
    pub(super) fn list(&mut self, from: u64, to: u64) -> Result<Option<Vec<Found>>, ReadMedia> {
        let mut found = Vec::new();
        let mut start = from;
        while to.saturating_sub(start) >= 8 {
            if self.left == 0 {
                return Ok(None);
            }
            self.left -= 1;
            let head = self.file.up_to(start, 16)?;
            let Some((size, kind)) = head.split_first_chunk::<4>() else {
                return Ok(None);
            };
            let Some((kind, large)) = kind.split_first_chunk::<4>() else {
                return Ok(None);
            };
            let (head, size) = match u32::from_be_bytes(*size) {
                0 if *kind == [0; 4] => break,
                0 => (8, to - start),
                1 => match large.first_chunk::<8>() {
                    Some(large) => (16, u64::from_be_bytes(*large)),
                    None => return Ok(None),
                },
                size => (8, u64::from(size)),
            };
            let end = start.checked_add(size).filter(|end| *end <= to);
            let Some(end) = end.filter(|_| size >= head) else {
                return Ok(None);
            };
            let body = start + head;
            found.push(Found {
                kind: *kind,
                start,
                body,
                end,
            });
            start = end;
        }
        Ok(Some(found))
    }

    /// All of a box's body, when it is no longer than `most`.
    pub(super) fn body(&self, of: &Found, most: u64) -> Result<Option<bytes::Bytes>, ReadMedia> {
        let len = of.end - of.body;
        match len <= most {
            true => self.file.bytes(of.body, len),
            false => Ok(None),
        }
    }
}
