//! Content addressing: CIDs, chunking, UnixFS, CAR and sealed content.
//!
//! Bytes in, bytes out. This crate does no I/O of its own, knows no runtime, no clock and no
//! network; what must be fetched is asked for through small state machines (`poll`, `supply`) that
//! serve synchronous and asynchronous callers alike.
//!
//! Invariants:
//! - The defaults are those of BTFS (CIDv0, dag-pb leaves of 262,144 bytes, 174 links a node), so
//!   the address of a plain file is the one every BTFS and IPFS node computes.
//! - No decoder panics, and none allocates more than a small multiple of the block it is given.
//! - The same input gives the same bytes: nothing depends on the order of a hash map.
//!
//! Formats: CID <https://github.com/multiformats/cid>, dag-pb
//! <https://ipld.io/specs/codecs/dag-pb/spec/>, UnixFS <https://specs.ipfs.tech/unixfs/>, CAR v1
//! <https://ipld.io/specs/transport/car/carv1/>.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod block;
pub mod car;
mod chunker;
mod cid;
pub mod dag_pb;
pub mod denylist;
pub mod directory;
pub mod ecies;
mod file;
pub mod ipld;
mod links;
pub mod manifest;
pub mod name_record;
mod protobuf;
pub mod reed_solomon;
pub mod resolve;
pub mod seal;
pub mod share_link;
pub mod share_proof;
pub mod token_meta;
pub mod unixfs;

pub use ::cid::Cid;

pub use crate::block::{Block, MAX_BLOCK_LEN, VerifyBlock, verify};
pub use crate::chunker::{Chunker, ParseChunker, Splitter};
pub use crate::cid::{CidVersion, Codec, ParseCid, cid_of, codec_of, inline_content, parse_cid};
pub use crate::file::balancer::{Balancer, FileRoot, LeafRef};
pub use crate::file::build::{FileShape, Tree, add_bytes};
pub use crate::file::cursor::{FileCursor, ReadFile, Step};
pub use crate::file::layout::{
    DEFAULT_CHUNK_SIZE, DEFAULT_MAX_LINKS, FileLayout, Leaf, MAX_CHUNK_SIZE, MAX_LINKS,
};
pub use crate::file::range::{ReadRange, read_range};
pub use crate::file::trickle::Trickle;
pub use crate::links::{FindLinks, links};
pub use crate::protobuf::DecodeProtobuf;
