//! How a file is cut into leaves, and the stateless encoding of one leaf.
//!
//! A leaf is its payload between two small wrappers, so that a referenced file can serve blocks of
//! which only the wrappers are stored, and so that leaves can be hashed in parallel.

use bytes::Bytes;

use crate::cid::cid_of_parts;
use crate::dag_pb::leaf_wrapper;
use crate::unixfs::NodeKind;
use crate::{Cid, CidVersion, Codec, LeafRef};

/// Bytes of payload in a leaf unless said otherwise: 256 KiB.
pub const DEFAULT_CHUNK_SIZE: u32 = 262_144;
/// Links in an inner node unless said otherwise: as many as keep it near 8 KiB.
pub const DEFAULT_MAX_LINKS: u16 = 174;
/// The most links in an inner node, which keeps it below half a mebibyte.
pub const MAX_LINKS: u16 = 8192;
/// The largest chunk that BTFS nodes accept: 1 MiB.
pub const MAX_CHUNK_SIZE: u32 = 1024 * 1024;

/// The parameters that decide a file's address. The default is that of BTFS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileLayout {
    /// The version of the addresses of dag-pb nodes; raw leaves always have version 1.
    pub cid_version: CidVersion,
    /// Whether leaves are bare bytes instead of dag-pb nodes.
    pub raw_leaves: bool,
    /// Bytes of payload in every leaf but the last. From 1 to [`MAX_CHUNK_SIZE`]; values outside
    /// are brought inside by [`FileLayout::chunk_len`].
    pub chunk_size: u32,
    /// Links in an inner node. From 2 to [`MAX_LINKS`]; values outside are brought inside.
    pub max_links: u16,
}

impl Default for FileLayout {
    fn default() -> Self {
        FileLayout {
            cid_version: CidVersion::V0,
            raw_leaves: false,
            chunk_size: DEFAULT_CHUNK_SIZE,
            max_links: DEFAULT_MAX_LINKS,
        }
    }
}

impl FileLayout {
    /// CIDv1 with raw leaves, otherwise the default: what `--cid-version=1` means, and the layout
    /// of sealed content.
    pub const fn v1() -> Self {
        FileLayout {
            cid_version: CidVersion::V1,
            raw_leaves: true,
            chunk_size: DEFAULT_CHUNK_SIZE,
            max_links: DEFAULT_MAX_LINKS,
        }
    }

    /// Bytes of payload in every leaf but the last.
    pub fn chunk_len(&self) -> usize {
        self.chunk_size.clamp(1, MAX_CHUNK_SIZE) as usize
    }

    /// Links in every inner node but the last of its level.
    pub fn link_count(&self) -> usize {
        usize::from(self.max_links.clamp(2, MAX_LINKS))
    }

    /// Encodes and addresses one chunk. The chunk is hashed where it lies and not copied.
    ///
    /// A file of zero bytes has one leaf of zero bytes. The chunk must be no longer than a block
    /// may be; longer ones get an address that readers refuse.
    pub fn leaf(&self, chunk: &[u8]) -> Leaf {
        self.leaf_of(NodeKind::File, chunk)
    }

    /// The same for a [`Trickle`](crate::Trickle) tree, whose dag-pb leaves have the type `Raw`.
    pub fn trickle_leaf(&self, chunk: &[u8]) -> Leaf {
        self.leaf_of(NodeKind::Raw, chunk)
    }

    /// The same with a chosen type of dag-pb leaves.
    pub(crate) fn leaf_of(&self, kind: NodeKind, chunk: &[u8]) -> Leaf {
        let payload_len = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
        if self.raw_leaves {
            let cid = cid_of_parts(Codec::Raw, CidVersion::V1, &[chunk]);
            return Leaf {
                cid,
                prefix: Bytes::new(),
                suffix: Bytes::new(),
                payload_len,
            };
        }
        let (wrapper, prefix_len) = leaf_wrapper(kind, chunk.len());
        let mut prefix = Bytes::from(wrapper);
        let suffix = prefix.split_off(prefix_len);
        let cid = cid_of_parts(Codec::DagPb, self.cid_version, &[&prefix, chunk, &suffix]);
        Leaf {
            cid,
            prefix,
            suffix,
            payload_len,
        }
    }
}

/// One encoded leaf: its block is `prefix ++ chunk ++ suffix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The address of the block.
    pub cid: Cid,
    /// What comes before the payload; empty for raw leaves.
    pub prefix: Bytes,
    /// What comes after the payload; empty for raw leaves.
    pub suffix: Bytes,
    /// Bytes of payload.
    pub payload_len: u32,
}

impl Leaf {
    /// Bytes of the whole block.
    pub fn block_len(&self) -> u64 {
        self.prefix.len() as u64 + u64::from(self.payload_len) + self.suffix.len() as u64
    }

    /// What the balancer needs to know of this leaf.
    pub fn link(&self) -> LeafRef {
        LeafRef {
            cid: self.cid,
            block_len: self.block_len(),
            payload_len: u64::from(self.payload_len),
        }
    }

    /// The whole block, joined; `chunk` is the payload this leaf was made of.
    pub fn block_bytes(&self, chunk: &[u8]) -> Bytes {
        let mut out = Vec::with_capacity(self.prefix.len() + chunk.len() + self.suffix.len());
        out.extend_from_slice(&self.prefix);
        out.extend_from_slice(chunk);
        out.extend_from_slice(&self.suffix);
        Bytes::from(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dag_pb;
    use crate::unixfs::{self, UnixFs};

    #[test]
    fn the_wrapper_equals_the_general_encoder() {
        let lengths = [0, 1, 127, 128, 16_383, 16_384, 262_143, 262_144, 1_048_576];
        let kinds = [NodeKind::File, NodeKind::Raw, NodeKind::TokenMeta];
        for (len, kind) in lengths
            .into_iter()
            .flat_map(|len| kinds.map(|kind| (len, kind)))
        {
            let chunk = vec![7u8; len];
            let mut message = UnixFs::new(kind);
            message.data = (len > 0).then_some(&chunk[..]);
            message.file_size = Some(len as u64);
            let whole = dag_pb::encode(&[], Some(&unixfs::encode(&message)));
            let leaf = FileLayout::default().leaf_of(kind, &chunk);
            assert_eq!(leaf.block_bytes(&chunk), whole, "payload of {len} bytes");
            assert_eq!(leaf.block_len(), whole.len() as u64);
        }
    }
}
