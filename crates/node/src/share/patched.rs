//! A file of which some bytes are others, beside the one it comes from: only the blocks that change
//! and those above them are stored, and all others are the same.
//!
//! Not for sealed files, which have blocks of their own (`seal`).

use dag::dag_pb::{self, PbLink};
use dag::{Block, Cid, CidVersion, Codec, FileShape, cid_of, codec_of, unixfs};

use super::prepare::{Prepare, failed};
use super::seal::SealFile;
use super::strip::Patches;
use crate::content::Adder;
use crate::node::Inner;
use crate::stream::Source;

/// Deeper than any file is.
const MAX_DEPTH: usize = 64;

/// The file `root` of `size` bytes that `source` reads, with `patches`. Its new blocks can be read
/// when this returns, and are safe as long as the adder is there; they are pinned by nobody.
pub(super) fn put<'a>(
    inner: &'a Inner,
    source: &Source,
    root: Cid,
    size: u64,
    patches: &Patches,
) -> Result<(Cid, Adder<'a>), Prepare> {
    let mut patching = Patching {
        inner,
        source,
        patches,
        adder: Adder::new(inner, FileShape::default(), false),
    };
    let root = patching.node(root, 0, size, MAX_DEPTH)?;
    patching.adder.flush()?;
    Ok((root, patching.adder))
}

struct Patching<'a, 'b> {
    inner: &'a Inner,
    source: &'b Source,
    patches: &'b Patches,
    adder: Adder<'a>,
}

impl Patching<'_, '_> {
    /// The node `cid` of `size` bytes from `start`, as it is to be.
    fn node(&mut self, cid: Cid, start: u64, size: u64, depth: usize) -> Result<Cid, Prepare> {
        if !self.patches.touches(start..start.saturating_add(size)) {
            return Ok(cid);
        }
        let damaged = || Prepare::Failed("the file's blocks do not fit each other".to_owned());
        let depth = depth.checked_sub(1).ok_or_else(damaged)?;
        if codec_of(&cid) == Some(Codec::Raw) {
            let len = usize::try_from(size).map_err(failed)?;
            let read = self.source.read_at(start, len).map_err(SealFile::from)?;
            let mut bytes = read.to_vec();
            self.patches.apply(start, &mut bytes);
            let cid = cid_of(Codec::Raw, CidVersion::V1, &bytes);
            return self.put(cid, bytes.into());
        }
        let block = self.inner.store.get(&cid).map_err(failed)?;
        let block = block.ok_or_else(damaged)?;
        let node = dag_pb::decode(&block).map_err(failed)?;
        let mut message = unixfs::decode(node.data.unwrap_or_default()).map_err(failed)?;
        let mut own = message.data.unwrap_or_default().to_vec();
        self.patches.apply(start, &mut own);
        let mut at = start + own.len() as u64;
        if message.block_sizes.len() != node.links.len() {
            return Err(damaged());
        }
        let mut links: Vec<PbLink<'_>> = Vec::with_capacity(node.links.len());
        for (link, size) in node.links.into_iter().zip(&message.block_sizes) {
            let cid = self.node(link.cid, at, *size, depth)?;
            links.push(PbLink { cid, ..link });
            at = at.checked_add(*size).ok_or_else(damaged)?;
        }
        message.data = message.data.map(|_| &*own);
        let bytes = dag_pb::encode(&links, Some(&unixfs::encode(&message)));
        let cid = cid_of(Codec::DagPb, CidVersion::of(&cid), &bytes);
        self.put(cid, bytes)
    }

    fn put(&mut self, cid: Cid, bytes: bytes::Bytes) -> Result<Cid, Prepare> {
        self.adder.put(&Block { cid, bytes })?;
        Ok(cid)
    }
}
