//! Files that survive the loss of most of their shards: BTFS' `reed-solomon` layout.
//!
//! A file is cut into `data` equal shards, the last one padded with zeros, and `parity` more are
//! computed; any `data` of them restore it. Each shard is a file of its own, and one node links to
//! all of them in order, as go-btfs builds it: the sizes in that node are those of whole DAGs, so it
//! is no file that an ordinary reader can read. What the shards mean is in the token metadata:
//! [`crate::token_meta`].
//!
//! Nothing holds a whole file or shard: adding holds one chunk of each shard, and reading holds one
//! window of as many shards as it needs.

use std::io;

use crate::file::balancer::node_over;
use crate::unixfs::NodeKind;
use crate::{Balancer, Block, FileLayout, FileRoot};

pub use self::reader::{ReadShards, ShardReader};

mod field;
mod reader;

/// The most memory that the chunks of all shards may take when a file is added, in bytes.
pub const MAX_CHUNK_BYTES: u64 = 64 * 1024 * 1024;

/// How many shards there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShardCounts {
    data: u16,
    parity: u16,
}

impl Default for ShardCounts {
    /// 10 of data and 20 of parity, as BTFS has it.
    fn default() -> Self {
        ShardCounts {
            data: 10,
            parity: 20,
        }
    }
}

/// The numbers of shards make no code: there must be one of each, and no more than 256 in all.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{data} shards of data and {parity} of parity are no usable numbers")]
pub struct BadCounts {
    /// Shards of data asked for.
    pub data: u64,
    /// Shards of parity asked for.
    pub parity: u64,
}

impl ShardCounts {
    /// Checks and keeps the numbers.
    pub fn new(data: u64, parity: u64) -> Result<Self, BadCounts> {
        let small = |count: u64| u16::try_from(count).ok().filter(|count| *count > 0);
        match (small(data), small(parity)) {
            (Some(data), Some(parity)) if data.saturating_add(parity) <= 256 => {
                Ok(ShardCounts { data, parity })
            }
            _ => Err(BadCounts { data, parity }),
        }
    }

    /// Shards that are needed to restore the file.
    pub fn data(self) -> usize {
        usize::from(self.data)
    }

    /// Shards that may be lost.
    pub fn parity(self) -> usize {
        usize::from(self.parity)
    }

    /// Shards in all.
    pub fn total(self) -> usize {
        self.data() + self.parity()
    }

    /// Bytes of each shard of a file of `size` bytes.
    pub fn shard_len(self, size: u64) -> u64 {
        size.div_ceil(u64::from(self.data))
    }
}

/// A file that was added in shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharded {
    /// The node over the shards. Its `size` is what that node says, not that of the file.
    pub root: FileRoot,
    /// The shards, data first.
    pub shards: Vec<FileRoot>,
    /// Bytes of the file.
    pub file_size: u64,
    /// How many shards there are.
    pub counts: ShardCounts,
}

/// Why a file was not added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddShards {
    /// There is nothing to protect.
    #[error("an empty file cannot be cut into shards")]
    Empty,
    /// One chunk of each shard would take too much memory.
    #[error("chunks of {chunk} bytes are too large for {shards} shards")]
    ChunksTooLarge {
        /// Bytes of a chunk.
        chunk: usize,
        /// How many shards there are.
        shards: usize,
    },
    /// The file could not be read, or a block not kept.
    #[error("the file could not be added")]
    Io(#[from] io::Error),
}

/// Adds a file of `size` bytes in shards.
///
/// `read_at` fills a buffer from an offset of the file, all of it or an error; every byte is asked
/// for once, at `data` places in turn. Blocks of shards, and the node over them, go to `emit`.
pub fn add(
    counts: ShardCounts,
    layout: FileLayout,
    size: u64,
    mut read_at: impl FnMut(u64, &mut [u8]) -> io::Result<()>,
    mut emit: impl FnMut(Block) -> io::Result<()>,
) -> Result<Sharded, AddShards> {
    if size == 0 {
        return Err(AddShards::Empty);
    }
    let chunk = layout.chunk_len();
    if chunk as u64 * counts.total() as u64 > MAX_CHUNK_BYTES {
        return Err(AddShards::ChunksTooLarge {
            chunk,
            shards: counts.total(),
        });
    }
    let shard_len = counts.shard_len(size);
    let matrix = field::encoding(counts.data(), counts.parity());
    let mut trees: Vec<Balancer> = (0..counts.total()).map(|_| Balancer::new(layout)).collect();
    let mut outcome = Ok(());
    let mut keep = |block| {
        if outcome.is_ok() {
            outcome = emit(block);
        }
    };
    let mut offset = 0;
    while offset < shard_len {
        let len = usize::try_from(shard_len - offset).map_or(chunk, |left| left.min(chunk));
        let mut columns: Vec<Vec<u8>> = Vec::with_capacity(counts.total());
        let mut parity = vec![vec![0; len]; counts.parity()];
        for shard in 0..counts.data() {
            let mut column = vec![0; len];
            let start = shard as u64 * shard_len + offset;
            let left = size.saturating_sub(start);
            let filled = usize::try_from(left).map_or(len, |left| left.min(len));
            if filled > 0 {
                read_at(start, column.get_mut(..filled).unwrap_or_default())?;
            }
            let coefficients: Vec<u8> = matrix
                .iter()
                .skip(counts.data())
                .map(|row| row.get(shard).copied().unwrap_or_default())
                .collect();
            field::mul_add(&mut parity, &coefficients, &column);
            columns.push(column);
        }
        columns.extend(parity);
        for (tree, column) in trees.iter_mut().zip(&columns) {
            let leaf = layout.leaf(column);
            keep(Block {
                cid: leaf.cid,
                bytes: leaf.block_bytes(column),
            });
            tree.push(leaf.link(), &mut keep);
        }
        offset += len as u64;
    }
    let shards: Vec<FileRoot> = trees
        .into_iter()
        .map(|tree| tree.finish(&mut keep))
        .collect();
    let sizes: Vec<(FileRoot, u64)> = shards.iter().map(|s| (*s, s.cumulative_size)).collect();
    let root = node_over(layout, NodeKind::File, &sizes, &mut keep);
    outcome?;
    Ok(Sharded {
        root,
        shards,
        file_size: size,
        counts,
    })
}
