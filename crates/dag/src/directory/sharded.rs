//! Large directories as a trie of shards (HAMT): fan-out 256, murmur3-x64-64.
//!
//! Not a mutable trie: all entries are known when the directory is built, so they are sorted by the
//! hash of their names and cut into shards from the front. What comes out is the trie that inserting
//! them one by one gives, in any order. Shards are emitted before the shard above them.
//!
//! <https://specs.ipfs.tech/unixfs/#dag-pb-hamtdirectory>

use super::{BuildDirectory, Entry};
use crate::dag_pb::{self, PbLink};
use crate::resolve::hamt::{Width, murmur3_64};
use crate::unixfs::{self, NodeKind, UnixFs};
use crate::{Block, Cid, CidVersion, Codec, cid_of};

/// Children of a full shard.
const FANOUT: u64 = 256;
/// The multicodec number of murmur3-x64-64.
const MURMUR3: u64 = 0x22;

/// One entry with where its name lies.
pub(super) struct Placed<'a> {
    hash: u64,
    name: &'a str,
    cid: Cid,
    tsize: u64,
}

/// A link of a shard before it is encoded.
struct Child {
    name: String,
    cid: Cid,
    tsize: u64,
}

/// Builds the shards over `entries` and returns the top one.
pub(super) fn build<'a>(
    entries: impl Iterator<Item = (&'a str, Cid, u64)>,
    version: CidVersion,
    emit: &mut dyn FnMut(Block),
) -> Result<Entry, BuildDirectory> {
    let mut placed: Vec<Placed<'a>> = entries
        .map(|(name, cid, tsize)| Placed {
            hash: murmur3_64(name.as_bytes()),
            name,
            cid,
            tsize,
        })
        .collect();
    placed.sort_unstable_by_key(|entry| entry.hash);
    let width = Width::new(FANOUT).expect("BUG: 256 is a usable fan-out");
    shard(&placed, 0, width, version, emit)
}

/// Encodes the shard over `entries`, which all lie below it.
fn shard(
    entries: &[Placed<'_>],
    depth: usize,
    width: Width,
    version: CidVersion,
    emit: &mut dyn FnMut(Block),
) -> Result<Entry, BuildDirectory> {
    let mut children = Vec::new();
    let mut bitmap = [0u8; FANOUT as usize / 8];
    let slot = |entry: &Placed<'_>| width.slot(entry.hash, depth);
    for group in entries.chunk_by(|a, b| slot(a) == slot(b)) {
        let Some((first, rest)) = group.split_first() else {
            continue;
        };
        let Some(index) = slot(first) else {
            return Err(BuildDirectory::HashCollision(first.name.to_owned()));
        };
        // The bitmap is one big-endian number, so slot 0 is the lowest bit of the last byte.
        if let Some(byte) = bitmap.iter_mut().nth_back(index as usize / 8) {
            *byte |= 1 << (index % 8);
        }
        let prefix = width.label(index);
        children.push(if rest.is_empty() {
            Child {
                name: prefix + first.name,
                cid: first.cid,
                tsize: first.tsize,
            }
        } else {
            let below = shard(group, depth + 1, width, version, emit)?;
            Child {
                name: prefix,
                cid: below.block.cid,
                tsize: below.cumulative_size,
            }
        });
    }
    let entry = encode(&children, &bitmap, version);
    // The top shard is returned instead.
    if depth > 0 {
        emit(entry.block.clone());
    }
    Ok(entry)
}

fn encode(children: &[Child], bitmap: &[u8], version: CidVersion) -> Entry {
    let links: Vec<PbLink<'_>> = children
        .iter()
        .map(|child| PbLink {
            cid: child.cid,
            name: child.name.as_bytes(),
            tsize: child.tsize,
        })
        .collect();
    let zeros = bitmap.iter().take_while(|byte| **byte == 0).count();
    let mut message = UnixFs::new(NodeKind::HamtShard);
    message.data = bitmap.get(zeros..).filter(|bits| !bits.is_empty());
    message.hash_type = Some(MURMUR3);
    message.fanout = Some(FANOUT);
    let bytes = dag_pb::encode(&links, Some(&unixfs::encode(&message)));
    let below = children
        .iter()
        .fold(0u64, |sum, child| sum.saturating_add(child.tsize));
    let cumulative_size = below.saturating_add(bytes.len() as u64);
    let cid = cid_of(Codec::DagPb, version, &bytes);
    Entry {
        block: Block { cid, bytes },
        cumulative_size,
    }
}
