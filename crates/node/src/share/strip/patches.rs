//! Bytes that take the place of others in a file of the same length.

use std::collections::BTreeMap;
use std::ops::Range;

/// Most bytes that are replaced in one file: places are short, and what is patched is kept.
const MAX_PATCHED: u64 = 16 << 20;

/// Replaced bytes by offset. Invariant: they do not overlap and are never empty.
#[derive(Debug, Default, PartialEq)]
pub(in crate::share) struct Patches {
    by_start: BTreeMap<u64, Vec<u8>>,
    total: u64,
}

impl Patches {
    pub(in crate::share) fn is_empty(&self) -> bool {
        self.by_start.is_empty()
    }

    /// Replaces what is at `offset`; `None` when that is replaced already, or too much would be.
    pub(super) fn put(&mut self, offset: u64, bytes: Vec<u8>) -> Option<()> {
        let len = bytes.len() as u64;
        let end = offset.checked_add(len)?;
        self.total = self.total.checked_add(len)?;
        if self.total > MAX_PATCHED || self.touches(offset..end) {
            return None;
        }
        if len > 0 {
            self.by_start.insert(offset, bytes);
        }
        Some(())
    }

    /// Replaces `len` bytes by `with`.
    pub(super) fn fill(&mut self, offset: u64, len: u64, with: u8) -> Option<()> {
        let len = usize::try_from(len.min(MAX_PATCHED + 1)).ok()?;
        self.put(offset, vec![with; len])
    }

    /// Whether anything in `range` is another.
    pub(in crate::share) fn touches(&self, range: Range<u64>) -> bool {
        let mut before = self.by_start.range(..range.end);
        let last = before.next_back();
        !range.is_empty() && last.is_some_and(|(at, with)| at + with.len() as u64 > range.start)
    }

    /// The bytes that were read at `offset`, as they are to be.
    pub(in crate::share) fn apply(&self, offset: u64, bytes: &mut [u8]) {
        let end = offset.saturating_add(bytes.len() as u64);
        for (&at, with) in self.by_start.range(..end).rev() {
            if at + with.len() as u64 <= offset {
                return;
            }
            let (from, skip) = (at.saturating_sub(offset), offset.saturating_sub(at));
            let from = usize::try_from(from).unwrap_or(usize::MAX);
            let skip = usize::try_from(skip).unwrap_or(usize::MAX);
            let there = bytes.iter_mut().skip(from);
            there
                .zip(with.iter().skip(skip))
                .for_each(|(old, new)| *old = *new);
        }
    }
}
