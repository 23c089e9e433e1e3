//! Derived blocks: sealed from a local source on read, so that sealing stores no second copy.

use std::fmt;

use bytes::Bytes;
use dag::{Cid, seal};

/// How to compute a sealed block again.
#[derive(Clone, PartialEq, Eq)]
pub struct Derivation {
    /// The content key of the sealed file.
    pub key: [u8; 32],
    /// The random part of the sealed file's nonces.
    pub nonce: [u8; 19],
    /// Root of the plain file.
    pub root: Cid,
    /// Length of the plain file in bytes.
    pub plain_size: u64,
    /// Which leaf of the sealed file the block is.
    pub leaf_index: u64,
}

impl fmt::Debug for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Derivation")
            .field("root", &self.root)
            .field("leaf_index", &self.leaf_index)
            .finish_non_exhaustive()
    }
}

impl Derivation {
    /// Length of the block in bytes.
    pub(crate) fn block_len(&self) -> u32 {
        let range = seal::leaf_plain_range(self.leaf_index, self.plain_size);
        let plain = range.end - range.start;
        (plain + seal::frames(plain) * seal::TAG_LEN as u64) as u32
    }

    /// Computes the block; `get` gives blocks of the plain file.
    pub(crate) fn compute<E: std::error::Error + 'static>(
        &self,
        get: impl FnMut(&Cid) -> Result<Bytes, E>,
    ) -> Option<Bytes> {
        let range = seal::leaf_plain_range(self.leaf_index, self.plain_size);
        let mut plain = Vec::with_capacity(seal::LEAF_PLAIN_LEN);
        let place = if range.end == self.plain_size {
            seal::Place::Last
        } else {
            seal::Place::Inner
        };
        dag::read_range(&self.root, range, get, |chunk| {
            plain.extend_from_slice(&chunk)
        })
        .ok()?;
        let (key, nonce) = (seal::SealKey::new(self.key), seal::NoncePrefix(self.nonce));
        seal::seal_leaf(&key, &nonce, self.leaf_index, place, &plain).ok()
    }
}
