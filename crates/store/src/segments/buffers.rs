//! Buffers for reading blocks, used again.
//!
//! A new buffer has to be zeroed, or its pages made, before the disk can fill it: for blocks of
//! 256 KiB that costs more than their checksum. So a buffer comes back when the last slice of its
//! block is dropped.
//!
//! Invariants: at most [`MAX_FREE`] buffers of at most [`MAX_LEN`] bytes wait; a block never keeps a
//! buffer of more than twice its length from being used.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// Buffers that wait.
const MAX_FREE: usize = 16;
/// Shorter ones are not worth keeping.
const MIN_LEN: usize = 32 * 1024;
/// Longer ones are not kept: 8 MiB wait at most.
const MAX_LEN: usize = 512 * 1024;

/// Where buffers wait. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

/// A buffer in use. Its first `len` bytes count; what they hold is for whoever fills it to say.
#[derive(Debug)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    len: usize,
    home: Buffers,
}

impl Buffers {
    /// A buffer of `len` bytes with any content.
    pub(super) fn take(&self, len: usize) -> Buffer {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |bytes: &Vec<u8>| (len..=2 * len).contains(&bytes.len());
        // The last one that came back is the one that is still in the cache.
        let found = free.iter().rposition(fits).map(|at| free.remove(at));
        drop(free);
        Buffer {
            bytes: found.unwrap_or_else(|| vec![0; len]),
            len,
            home: self.clone(),
        }
    }
}

impl Buffer {
    pub(super) fn as_mut(&mut self) -> &mut [u8] {
        let len = self.len;
        self.bytes.get_mut(..len).unwrap_or_default()
    }

    /// The bytes, to be shared.
    pub(super) fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        if !(MIN_LEN..=MAX_LEN).contains(&bytes.len()) {
            return;
        }
        let mut free = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() == MAX_FREE {
            free.remove(0);
        }
        free.push(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(buffers: &Buffers) -> Vec<usize> {
        let free = buffers.0.lock().expect("not poisoned");
        free.iter().map(Vec::len).collect()
    }

    #[test]
    fn a_buffer_comes_back_with_the_last_slice_and_not_before() {
        let buffers = Buffers::default();
        let mut buffer = buffers.take(100_000);
        buffer.as_mut().fill(7);
        let block = buffer.freeze();
        let slice = block.slice(10..20);
        drop(block);
        assert!(waiting(&buffers).is_empty());
        // Another one in the meantime does not touch it.
        buffers.take(100_000).as_mut().fill(9);
        assert_eq!(slice.as_ref(), [7; 10]);
        drop(slice);
        assert_eq!(waiting(&buffers), [100_000, 100_000]);
        assert_eq!(buffers.take(60_000).as_ref().len(), 60_000);
        assert_eq!(buffers.take(40_000).as_ref().len(), 40_000);
        assert_eq!(waiting(&buffers), [100_000, 100_000, 40_000]);
    }

    #[test]
    fn few_wait_and_none_that_are_tiny_or_huge() {
        let buffers = Buffers::default();
        let lens = [10, MIN_LEN - 1, MAX_LEN + 1];
        drop(lens.map(|len| buffers.take(len)));
        assert!(waiting(&buffers).is_empty());
        let many: Vec<_> = (0..MAX_FREE + 5).map(|_| buffers.take(MAX_LEN)).collect();
        drop(many);
        assert_eq!(waiting(&buffers), [MAX_LEN; MAX_FREE]);
    }
}
