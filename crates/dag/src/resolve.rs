//! Follows a path from an address to another, one block at a time, with no I/O of its own.
//!
//! Directories are followed in one block or sharded (HAMT). Symlinks are never followed: the
//! resolver stops at one and says where it points.

use bytes::Bytes;

use crate::dag_pb::{self, DecodeNode};
use crate::unixfs::{self, DecodeUnixFs, NodeKind};
use crate::{Cid, Codec, codec_of};

/// The most shards between a large directory and its entry. A 64-bit name hash ends at 8 with the
/// usual fan-out of 256.
pub(crate) const MAX_SHARD_DEPTH: usize = 16;

/// What a resolver wants or gives next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolveStep {
    /// Supply this block to go on.
    Need(Cid),
    /// The path leads here.
    Done(Resolved),
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The address at the end of the path; its block was not looked at.
    pub cid: Cid,
    /// The claimed cumulative size of the DAG below; `None` for an empty path.
    pub tsize: Option<u64>,
}

/// Why a path leads nowhere. `at` counts the segments that did resolve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResolvePath {
    /// The directory has no entry of that name.
    #[error("there is no {name:?} in {directory}")]
    MissingLink {
        /// The directory.
        directory: Cid,
        /// The name looked for.
        name: String,
        /// How many segments resolved before.
        at: usize,
    },
    /// The path goes on through a file.
    #[error("{cid} is not a directory but {kind:?}")]
    NotADirectory {
        /// The block.
        cid: Cid,
        /// What it is.
        kind: NodeKind,
        /// How many segments resolved before.
        at: usize,
    },
    /// The path goes on through a symlink, which is the caller's to follow or not.
    #[error("the path leads through a symlink to {target:?}")]
    Symlink {
        /// The symlink.
        cid: Cid,
        /// Where it says it points.
        target: String,
        /// How many segments resolved before, the symlink's own included.
        at: usize,
    },
    /// A block on the way has a codec without named links.
    #[error("{cid} has the codec {codec:#x}, which has no entries")]
    UnsupportedCodec {
        /// The block.
        cid: Cid,
        /// Its codec.
        codec: u64,
    },
    /// A block on the way is not dag-pb.
    #[error("{cid} on the path is not a readable node")]
    DecodeNode {
        /// The block.
        cid: Cid,
        /// What is wrong with it.
        source: DecodeNode,
    },
    /// A block on the way is not UnixFS.
    #[error("{cid} on the path is not a directory")]
    DecodeUnixFs {
        /// The block.
        cid: Cid,
        /// What is wrong with it.
        source: DecodeUnixFs,
    },
    /// The shards of a large directory make no sense.
    #[error("{cid} is a broken shard of a large directory")]
    BrokenShard {
        /// The shard.
        cid: Cid,
    },
}

/// Follows one path. `poll` says which block it needs, `supply` gives it (verified).
#[derive(Debug, Clone)]
pub struct Resolver {
    segments: Vec<String>,
    at: usize,
    current: Resolved,
    /// Set while inside the shards of one directory: its address and how deep we are.
    shard: Option<(Cid, usize)>,
}

impl Resolver {
    /// A resolver from `root` along `segments`, already percent-decoded. Empty segments are
    /// skipped, as in `/a//b/`.
    pub fn new<S: Into<String>>(root: Cid, segments: impl IntoIterator<Item = S>) -> Self {
        let segments = segments
            .into_iter()
            .map(Into::into)
            .filter(|s: &String| !s.is_empty());
        Resolver {
            segments: segments.collect(),
            at: 0,
            current: Resolved {
                cid: root,
                tsize: None,
            },
            shard: None,
        }
    }

    /// What to do next. Asking twice gives the same answer.
    pub fn poll(&self) -> ResolveStep {
        if self.at == self.segments.len() {
            ResolveStep::Done(self.current.clone())
        } else {
            ResolveStep::Need(self.current.cid)
        }
    }

    /// Gives the block asked for. A block that was not asked for is ignored.
    pub fn supply(&mut self, cid: Cid, block: &[u8]) -> Result<(), ResolvePath> {
        let Some(name) = self
            .segments
            .get(self.at)
            .filter(|_| cid == self.current.cid)
        else {
            return Ok(());
        };
        let at = self.at;
        match codec_of(&cid) {
            Some(Codec::DagPb) => {}
            Some(Codec::Raw) => {
                return Err(ResolvePath::NotADirectory {
                    cid,
                    kind: NodeKind::Raw,
                    at,
                });
            }
            _ => {
                return Err(ResolvePath::UnsupportedCodec {
                    cid,
                    codec: cid.codec(),
                });
            }
        }
        let node =
            dag_pb::decode(block).map_err(|source| ResolvePath::DecodeNode { cid, source })?;
        let message = unixfs::decode(node.data.unwrap_or_default())
            .map_err(|source| ResolvePath::DecodeUnixFs { cid, source })?;
        let missing = |directory| ResolvePath::MissingLink {
            directory,
            name: name.clone(),
            at,
        };
        match message.kind {
            NodeKind::Directory if self.shard.is_none() => {
                let link = find_name(&node.links, name).ok_or_else(|| missing(cid))?;
                self.current = Resolved {
                    cid: link.cid,
                    tsize: Some(link.tsize),
                };
                self.at += 1;
            }
            NodeKind::HamtShard => {
                let (directory, depth) = self.shard.unwrap_or((cid, 0));
                let broken = ResolvePath::BrokenShard { cid };
                let width = message.fanout.and_then(hamt::Width::new);
                let Some(width) = width.filter(|_| depth < MAX_SHARD_DEPTH) else {
                    return Err(broken);
                };
                let Some(prefix) = width.prefix(name, depth) else {
                    return Err(broken);
                };
                // A link is the prefix alone (a shard below) or the prefix and the whole name.
                let below = |link: &&dag_pb::PbLink<'_>| {
                    link.name
                        .strip_prefix(prefix.as_bytes())
                        .is_some_and(|rest| rest.is_empty() || rest == name.as_bytes())
                };
                let link = node
                    .links
                    .iter()
                    .find(below)
                    .ok_or_else(|| missing(directory))?;
                if link.name.len() == prefix.len() {
                    self.shard = Some((directory, depth + 1));
                    self.current.cid = link.cid;
                } else {
                    self.shard = None;
                    self.current = Resolved {
                        cid: link.cid,
                        tsize: Some(link.tsize),
                    };
                    self.at += 1;
                }
            }
            NodeKind::Symlink => {
                let target = message.data.unwrap_or_default();
                let target = String::from_utf8_lossy(target).into_owned();
                return Err(ResolvePath::Symlink { cid, target, at });
            }
            kind => return Err(ResolvePath::NotADirectory { cid, kind, at }),
        }
        Ok(())
    }

    /// The path segments that are still to be followed.
    pub fn remaining(&self) -> &[String] {
        self.segments.get(self.at..).unwrap_or_default()
    }
}

/// The first link with that name; one whose bytes are not UTF-8 is found by its replaced form.
fn find_name<'a, 'b>(
    links: &'a [dag_pb::PbLink<'b>],
    name: &str,
) -> Option<&'a dag_pb::PbLink<'b>> {
    links
        .iter()
        .find(|link| link.name == name.as_bytes())
        .or_else(|| {
            name.contains(char::REPLACEMENT_CHARACTER)
                .then(|| {
                    links
                        .iter()
                        .find(|link| String::from_utf8_lossy(link.name) == name)
                })
                .flatten()
        })
}

/// Resolves in one call. `get` fetches verified blocks.
pub fn resolve<E: std::error::Error + 'static>(
    mut resolver: Resolver,
    mut get: impl FnMut(&Cid) -> Result<Bytes, E>,
) -> Result<Resolved, Resolve<E>> {
    loop {
        match resolver.poll() {
            ResolveStep::Need(cid) => {
                let block = get(&cid).map_err(|source| Resolve::GetBlock { cid, source })?;
                resolver.supply(cid, &block)?;
            }
            ResolveStep::Done(resolved) => return Ok(resolved),
        }
    }
}

/// Why [`resolve`] ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Resolve<E: std::error::Error + 'static> {
    /// A block could not be had.
    #[error("block {cid} on the path could not be read")]
    GetBlock {
        /// The block.
        cid: Cid,
        /// Why not.
        source: E,
    },
    /// The path leads nowhere.
    #[error(transparent)]
    ResolvePath(#[from] ResolvePath),
}

pub(crate) mod hamt;
