//! Derived blocks: sealed from a local source on read, so that sealing stores no second copy.

use std::fmt;

use dag::Cid;

/// How to compute a sealed block again.
#[derive(Clone, PartialEq, Eq)]
pub struct Derivation {
    /// The content key of the sealed file.
    pub key: [u8; 32],
    /// Root of the plain file.
    pub root: Cid,
    /// Length of the plain file in bytes.
    pub plain_size: u64,
    /// Offset of the block in the sealed stream; a multiple of the frame size.
    pub sealed_offset: u64,
    /// Length of the block in bytes.
    pub len: u32,
}

impl fmt::Debug for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Derivation")
            .field("root", &self.root)
            .field("sealed_offset", &self.sealed_offset)
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}
