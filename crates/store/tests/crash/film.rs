//! Blocks that are not in segments: a film of the user's on the same simulated disk, kept in place,
//! and its sealed form, which is computed from it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use dag::{Balancer, Block, Cid, CidVersion, Codec, FileLayout, LeafRef, seal};
use store::disk::{Access, Disk};
use store::{Batch, Derivation, PinKind, SourceFile, Store};

use super::disk::{Random, SimDisk};

const FILMS: &str = "/user/films";
const CHUNK: usize = 700;

/// A film, and every block of it.
#[derive(Debug, Clone)]
pub(crate) struct Film {
    pub(crate) path: PathBuf,
    pub(crate) root: Cid,
    /// The one leaf of its sealed form.
    pub(crate) sealed: Cid,
    /// Blocks of the plain file.
    pub(crate) plain: BTreeMap<Cid, Bytes>,
    pub(crate) sealed_bytes: Bytes,
    bytes: Vec<u8>,
    leaves: Vec<dag::Leaf>,
    nodes: Vec<Block>,
    derivation: Derivation,
}

impl Film {
    pub(crate) fn new(random: &mut Random) -> Self {
        let bytes: Vec<u8> = (0..1 + random.below(5000))
            .map(|_| random.next() as u8)
            .collect();
        let path = Path::new(FILMS).join(format!("film-{:x}.mkv", random.next()));
        let layout = FileLayout {
            chunk_size: CHUNK as u32,
            ..FileLayout::default()
        };
        let mut balancer = Balancer::new(layout);
        let (mut plain, mut leaves, mut nodes) = (BTreeMap::new(), Vec::new(), Vec::new());
        for chunk in bytes.chunks(CHUNK) {
            let leaf = layout.leaf(chunk);
            let block = [&leaf.prefix[..], chunk, &leaf.suffix[..]].concat();
            let link = LeafRef {
                cid: leaf.cid,
                block_len: block.len() as u64,
                payload_len: chunk.len() as u64,
            };
            plain.insert(leaf.cid, block.into());
            balancer.push(link, &mut |block| nodes.push(block));
            leaves.push(leaf);
        }
        let root = balancer.finish(&mut |block| nodes.push(block)).cid;
        plain.extend(nodes.iter().map(|node| (node.cid, node.bytes.clone())));
        let derivation = Derivation {
            key: [7; 32],
            nonce: [9; 19],
            root,
            plain_size: bytes.len() as u64,
            leaf_index: 0,
        };
        let (key, nonce) = (
            seal::SealKey::new(derivation.key),
            seal::NoncePrefix(derivation.nonce),
        );
        let sealed_bytes = seal::seal_leaf(&key, &nonce, 0, seal::Place::Last, &bytes).unwrap();
        Self {
            path,
            root,
            sealed: dag::cid_of(Codec::Raw, CidVersion::V1, &sealed_bytes),
            plain,
            sealed_bytes,
            bytes,
            leaves,
            nodes,
            derivation,
        }
    }

    /// What the user does before dropping it: a film that is safely on the disk.
    pub(crate) fn save(&self, disk: &SimDisk) {
        disk.create_dir(Path::new(FILMS)).unwrap();
        let file = disk.open(&self.path, Access::CreateNew).unwrap();
        file.write_at(0, &[&self.bytes]).unwrap();
        file.sync().unwrap();
        disk.sync_dir(Path::new(FILMS)).unwrap();
    }

    /// What the user does when it was copied in.
    pub(crate) fn delete(&self, disk: &SimDisk) {
        disk.remove(&self.path).unwrap();
        disk.sync_dir(Path::new(FILMS)).unwrap();
    }

    /// Puts references, nodes, the derived block and both pins.
    pub(crate) fn put(&self, disk: &SimDisk, store: &Store, batch: &Batch, kind: PinKind) {
        let stamp = disk.stat(&self.path).unwrap();
        let file = SourceFile {
            path: self.path.clone(),
            size: stamp.size,
            mtime_ns: stamp.mtime_ns,
            ctime_ns: stamp.ctime_ns,
            dev: stamp.dev,
            ino: stamp.ino,
        };
        let source = store.add_source(file).unwrap();
        for (n, leaf) in self.leaves.iter().enumerate() {
            let (prefix, suffix) = (leaf.prefix.clone(), leaf.suffix.clone());
            let offset = (n * CHUNK) as u64;
            batch
                .put_reference(&leaf.cid, source, offset, leaf.payload_len, prefix, suffix)
                .unwrap();
        }
        self.nodes.iter().for_each(|node| batch.put(node).unwrap());
        batch
            .put_derived(&self.sealed, self.derivation.clone())
            .unwrap();
        batch.pin(&self.root, kind, "film");
        batch.pin(&self.sealed, PinKind::ReferenceOk, "sealed");
    }
}
