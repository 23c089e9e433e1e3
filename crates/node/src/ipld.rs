//! Blocks as values: put, get, and paths that lead through values as well as directories.

use std::sync::Arc;

use bytes::Bytes;
use dag::ipld::{Ipld, cbor, json, pb};
use dag::resolve::{ResolvePath, ResolveStep, Resolver};
use dag::unixfs::{NodeKind, inspect};
use dag::{Block, Cid, CidVersion, Codec, codec_of};
use store::PinKind;

use crate::blocks::Blocks;
use crate::content::read::{bad, block};
use crate::content::{Adder, ContentPath, ReadContent, Reader, WriteContent};
use crate::node::Node;
use crate::tasks::Lane;

/// Where a path leads: a block, and names inside its value that are left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpldEnd {
    /// The block.
    pub cid: Cid,
    /// The way inside its value; empty when the path ends at the block itself.
    pub rest: Vec<String>,
}

/// Why a block is refused that was given with its codec.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeValue {
    /// The codec is not known here.
    #[error("blocks with the codec {0:#x} are not understood")]
    UnknownCodec(u64),
    /// The bytes are not valid in their codec.
    #[error("the bytes are not valid in the codec they are said to have: {0}")]
    Invalid(String),
}

/// Reads a block's value. Raw blocks are bytes.
pub fn decode_value(codec: Codec, bytes: &[u8]) -> Result<Ipld, DecodeValue> {
    let invalid = |error: &dyn std::error::Error| DecodeValue::Invalid(error.to_string());
    match codec {
        Codec::Raw => Ok(Ipld::Bytes(bytes.to_vec())),
        Codec::DagPb => pb::decode(bytes).map_err(|error| invalid(&error)),
        Codec::DagCbor => cbor::decode(bytes).map_err(|error| invalid(&error)),
        Codec::DagJson => json::decode(bytes).map_err(|error| invalid(&error)),
    }
}

/// Writes a value in a codec.
pub fn encode_value(codec: Codec, value: &Ipld) -> Result<Vec<u8>, DecodeValue> {
    let invalid = |error: &dyn std::error::Error| DecodeValue::Invalid(error.to_string());
    match (codec, value) {
        (Codec::Raw, Ipld::Bytes(bytes)) => Ok(bytes.clone()),
        (Codec::Raw, _) => Err(DecodeValue::Invalid("a raw block holds bytes".to_owned())),
        (Codec::DagPb, value) => pb::encode(value).map_err(|error| invalid(&error)),
        (Codec::DagCbor, value) => cbor::encode(value).map_err(|error| invalid(&error)),
        (Codec::DagJson, value) => json::encode(value).map_err(|error| invalid(&error)),
    }
}

impl Node {
    /// Stores one block under the address that its bytes have, and pins it when `pin` names
    /// the pin. Its bytes must be valid in `codec`.
    pub async fn put_block(
        &self,
        codec: Codec,
        version: CidVersion,
        bytes: Bytes,
        pin: Option<String>,
    ) -> Result<Cid, WriteContent> {
        if bytes.len() > dag::MAX_BLOCK_LEN {
            return Err(WriteContent::BadOptions(format!(
                "a block has at most {} bytes",
                dag::MAX_BLOCK_LEN
            )));
        }
        let inner = Arc::clone(&self.inner);
        let work = move || {
            let cid = dag::cid_of(codec, version, &bytes);
            let mut adder = Adder::new(&inner, dag::FileShape::default(), false);
            adder.put(&Block { cid, bytes })?;
            if let Some(name) = pin {
                adder.pin(&cid, PinKind::BytesRequired, &name);
            }
            adder.commit()?;
            Ok(cid)
        };
        self.inner.tasks.blocking(Lane::Work, work).await
    }

    /// Follows a path through directories and through values, as far as it leads.
    pub async fn resolve_ipld(&self, path: &ContentPath) -> Result<IpldEnd, ReadContent> {
        let at = path.clone();
        self.reading(path.root, Reader::Owner, Lane::Read, move |_, blocks| {
            resolve(blocks, at)
        })
        .await
    }

    /// The value at a path.
    pub async fn value(&self, path: &ContentPath) -> Result<Ipld, ReadContent> {
        let at = path.clone();
        self.reading(path.root, Reader::Owner, Lane::Read, move |_, blocks| {
            let end = resolve(blocks, at)?;
            let value = value_of(blocks, &end.cid)?;
            match value.walk(&end.rest) {
                (at, taken) if taken == end.rest.len() => Ok(at.clone()),
                (_, taken) => Err(missing(&end.cid, end.rest.get(taken))),
            }
        })
        .await
    }
}

fn missing(parent: &Cid, name: Option<&String>) -> ReadContent {
    ReadContent::NoSuchName {
        parent: *parent,
        name: name.cloned().unwrap_or_default(),
    }
}

fn value_of(blocks: &Blocks, cid: &Cid) -> Result<Ipld, ReadContent> {
    let reason = match codec_of(cid) {
        Some(codec) => match decode_value(codec, &block(blocks, cid)?) {
            Ok(value) => return Ok(value),
            Err(error) => error.to_string(),
        },
        None => DecodeValue::UnknownCodec(cid.codec()).to_string(),
    };
    Err(ReadContent::BadBlock { cid: *cid, reason })
}

fn resolve(blocks: &Blocks, path: ContentPath) -> Result<IpldEnd, ReadContent> {
    let mut cid = path.root;
    let mut rest = path.segments;
    while !rest.is_empty() {
        if codec_of(&cid) == Some(Codec::DagPb) && is_directory(blocks, &cid)? {
            cid = entry(blocks, cid, rest.remove(0))?;
            continue;
        }
        let value = value_of(blocks, &cid)?;
        let (at, taken) = value.walk(&rest);
        match at {
            Ipld::Link(link) => {
                cid = *link;
                rest.drain(..taken);
            }
            _ if taken == rest.len() => break,
            _ => return Err(missing(&cid, rest.get(taken))),
        }
    }
    Ok(IpldEnd { cid, rest })
}

fn is_directory(blocks: &Blocks, cid: &Cid) -> Result<bool, ReadContent> {
    let node = inspect(cid, &block(blocks, cid)?);
    Ok(node.is_ok_and(|node| matches!(node.kind, NodeKind::Directory | NodeKind::HamtShard)))
}

fn entry(blocks: &Blocks, directory: Cid, name: String) -> Result<Cid, ReadContent> {
    let mut resolver = Resolver::new(directory, [name]);
    loop {
        match resolver.poll() {
            ResolveStep::Done(found) => return Ok(found.cid),
            ResolveStep::Need(cid) => {
                let bytes = block(blocks, &cid)?;
                resolver.supply(cid, &bytes).map_err(|error| match error {
                    ResolvePath::MissingLink { name, .. } => missing(&directory, Some(&name)),
                    error => bad(cid, &error),
                })?;
            }
        }
    }
}
