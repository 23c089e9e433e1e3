//! What a file is that BTFS gave token metadata: a file behind them, or shards that restore one.
//!
//! An ordinary reader would give the metadata first and then fail or give shards. Looking costs an
//! ordinary file nothing but its root and first block, which are read anyway.

use std::ops::Range;

use dag::ecies::{EncryptionHeader, ReadHeader};
use dag::token_meta::{
    MAX_META_LEN, MetaFacts, MetaFinder, MetaRoot, MetaStep, ReadMeta, ShardFacts, TokenMeta,
};
use dag::unixfs::inspect;
use dag::{Cid, FileCursor, Step};

use super::ReadContent;
use super::folder::Entry;
use super::read::{bad, block};
use crate::blocks::Blocks;
use crate::stream::{LOOK_AHEAD, Shards, Source};

/// A file that can be read.
#[derive(Debug)]
pub(crate) struct FileBody {
    data: Cid,
    /// Bytes of the file.
    pub(crate) size: u64,
    meta: Option<MetaFacts>,
    /// What the metadata say of a folder that is one stream.
    tree: String,
}

/// Looks at the file `cid`, whose own node says `size`.
pub(crate) fn look(blocks: &Blocks, cid: Cid, size: u64) -> Result<FileBody, ReadContent> {
    let mut finder = MetaFinder::new(cid);
    let (meta, data) = loop {
        match finder.poll() {
            MetaStep::Need(cid) => {
                let bytes = block(blocks, &cid)?;
                let supplied = finder.supply(cid, &bytes);
                supplied.map_err(|error| bad(cid, &error))?;
            }
            MetaStep::Done(MetaRoot::With { meta, data }) => break (meta, data),
            MetaStep::Done(MetaRoot::Plain | MetaRoot::Metadata) => {
                return Ok(FileBody {
                    data: cid,
                    size,
                    meta: None,
                    tree: String::new(),
                });
            }
        }
    };
    let bytes = text(blocks, meta)?;
    let bad_meta = |error: ReadMeta| bad(meta, &error);
    let read = TokenMeta::from_bytes(&bytes).map_err(bad_meta)?;
    let facts = read.facts().map_err(bad_meta)?;
    let size = match facts.shards {
        Some(shards) => shards.file_size,
        None => {
            let head = block(blocks, &data)?;
            let node = inspect(&data, &head).map_err(|error| bad(data, &error))?;
            node.size
        }
    };
    Ok(FileBody {
        data,
        size,
        meta: Some(facts),
        tree: read.tree,
    })
}

/// The metadata themselves.
fn text(blocks: &Blocks, root: Cid) -> Result<Vec<u8>, ReadContent> {
    let mut cursor = FileCursor::new(root, ..);
    let mut text = Vec::new();
    loop {
        match cursor.poll() {
            Step::Done => return Ok(text),
            Step::Need(cid) => {
                let bytes = blocks.get(&cid, || cursor.want_ahead(LOOK_AHEAD))?;
                let supplied = cursor.supply(cid, bytes);
                supplied.map_err(|error| bad(cid, &error))?;
            }
            Step::Chunk(chunk) => {
                text.extend_from_slice(&chunk);
                if text.len() > MAX_META_LEN {
                    let reason = "its metadata are too long".to_owned();
                    return Err(ReadContent::BadBlock { cid: root, reason });
                }
            }
        }
    }
}

impl FileBody {
    /// The root of what is read: a file, or the node over its shards.
    pub(crate) fn data(&self) -> Cid {
        self.data
    }

    /// Whether metadata stand before it.
    pub(crate) fn has_meta(&self) -> bool {
        self.meta.is_some()
    }

    /// Where its bytes come from.
    pub(crate) fn source(&self, blocks: &Blocks) -> Source {
        match self.shards() {
            Some(shards) => self.shard_source(blocks, shards, 0..shards.file_size),
            None => Source::dag(blocks.clone(), self.data),
        }
    }

    /// The bytes of one file of a folder that is one stream.
    pub(crate) fn part(&self, blocks: &Blocks, range: Range<u64>) -> Option<Source> {
        Some(self.shard_source(blocks, self.shards()?, range))
    }

    fn shard_source(&self, blocks: &Blocks, shards: ShardFacts, range: Range<u64>) -> Source {
        let file = Shards::new(
            blocks.clone(),
            self.data,
            shards.counts,
            shards.file_size,
            range,
        );
        Source::Shards(Box::new(file))
    }

    /// The tree of the folder that `root` is, if it is one in one stream.
    pub(crate) fn folder(&self, root: Cid) -> Result<Option<Entry>, ReadContent> {
        match self.shards() {
            Some(shards) if shards.is_dir => Entry::read(root, &self.tree, self.size).map(Some),
            _ => Ok(None),
        }
    }

    fn shards(&self) -> Option<ShardFacts> {
        self.meta.as_ref()?.shards
    }

    /// How it is encrypted, if it is.
    pub(crate) fn encryption(&self) -> Result<Option<EncryptionHeader>, ReadHeader> {
        match &self.meta {
            Some(meta) => EncryptionHeader::from_meta(&meta.object),
            None => Ok(None),
        }
    }
}
