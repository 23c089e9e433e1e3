//! Made-up content, the same as tests/vectors/make.mjs makes, and a block map to keep DAGs in.

use std::collections::BTreeMap;
use std::io::{self, Read};

use bytes::Bytes;
use dag::{Block, Cid, FileLayout, FileRoot, add_bytes};

/// A stream of `left` made-up bytes: 32-bit xorshift, each state as four little-endian bytes.
pub(crate) struct Content {
    state: u32,
    left: u64,
}

impl Content {
    pub(crate) fn new(len: u64) -> Self {
        Content {
            state: 0x7472_6962,
            left: len,
        }
    }

    pub(crate) fn bytes(len: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len);
        Content::new(len as u64).read_to_end(&mut bytes).unwrap();
        bytes
    }
}

impl Read for Content {
    /// Gives whole words, except at the end; so a buffer must hold at least four bytes, or one byte
    /// at a time would lose the rest of its word.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut len = buffer
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if (len as u64) < self.left {
            len -= len % 4;
        }
        for word in buffer[..len].chunks_mut(4) {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 17;
            self.state ^= self.state << 5;
            word.copy_from_slice(&self.state.to_le_bytes()[..word.len()]);
        }
        self.left -= len as u64;
        Ok(len)
    }
}

/// Blocks in memory.
#[derive(Debug, Default, Clone)]
pub(crate) struct Blocks(pub(crate) BTreeMap<Cid, Bytes>);

#[derive(Debug)]
pub(crate) struct Missing;

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the block is not in the map")
    }
}

impl std::error::Error for Missing {}

impl Blocks {
    pub(crate) fn put(&mut self, block: Block) {
        dag::verify(&block.cid, &block.bytes).expect("what is built must prove its address");
        self.0.insert(block.cid, block.bytes);
    }

    pub(crate) fn get(&self, cid: &Cid) -> Result<Bytes, Missing> {
        self.0.get(cid).cloned().ok_or(Missing)
    }

    pub(crate) fn add(&mut self, layout: FileLayout, content: &[u8]) -> FileRoot {
        add_bytes(layout, content, |block| {
            self.put(block);
            Ok(())
        })
        .unwrap()
    }
}
