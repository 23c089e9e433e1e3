//! Reads a file from any offset, one block at a time, with no I/O of its own.
//!
//! The cursor walks by the sizes that nodes declare for their links, so it reads balanced and
//! trickle trees of any fan-out. It asks for one block ([`Step::Need`]), is given it
//! ([`FileCursor::supply`]) and hands out file bytes as slices of that block ([`Step::Chunk`]).
//!
//! Invariants:
//! - Every declared size is checked against what is found below, so the bytes handed out are always
//!   exactly those of the range, or an error.
//! - Depth is bounded by [`MAX_DEPTH`], which also ends cycles (possible only when the caller
//!   supplies blocks it has not verified). Memory is one decoded node a level, bounded in sum by
//!   [`MAX_OPEN_LINKS`], plus [`AHEAD_NODES`].
//!
//! It does not check hashes: the store and the network have done so, and doing it twice would
//! halve the speed of reading.

use std::collections::VecDeque;
use std::ops::{Bound, Range, RangeBounds};

use bytes::Bytes;

use crate::dag_pb::{self, DecodeNode};
use crate::unixfs::{self, DecodeUnixFs, NodeKind};
use crate::{Cid, Codec, codec_of};

/// The deepest tree that is read: 2^32 leaves even when every node has two links.
const MAX_DEPTH: usize = 32;
/// The most links held of the nodes on the way down. Real trees hold a few hundred; links of
/// minimal length could else fill memory with a hundred times what was sent.
const MAX_OPEN_LINKS: usize = 1 << 18;
/// Inner nodes kept that were supplied before the cursor came to them.
const AHEAD_NODES: usize = 4;
/// The most links in such a node.
const MAX_AHEAD_LINKS: usize = 1 << 13;

/// What a cursor wants or gives next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Supply this block to go on. The address may carry its content: see
    /// [`inline_content`](crate::inline_content).
    Need(Cid),
    /// The next bytes of the file; never empty.
    Chunk(Bytes),
    /// The end of the range.
    Done,
}

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadFile {
    /// A block of the file has a codec that files are not made of.
    #[error("block {cid} has the codec {codec:#x}, which no file has")]
    UnsupportedCodec {
        /// The block.
        cid: Cid,
        /// Its codec.
        codec: u64,
    },
    /// A block is not dag-pb.
    #[error("block {cid} of the file is not a readable node")]
    DecodeNode {
        /// The block.
        cid: Cid,
        /// What is wrong with it.
        source: DecodeNode,
    },
    /// A block is not UnixFS.
    #[error("block {cid} of the file is not a part of a file")]
    DecodeUnixFs {
        /// The block.
        cid: Cid,
        /// What is wrong with it.
        source: DecodeUnixFs,
    },
    /// The node is a directory, a symlink or something else without file bytes.
    #[error("{cid} is not a file but {kind:?}")]
    NotAFile {
        /// The block.
        cid: Cid,
        /// What it is.
        kind: NodeKind,
    },
    /// A node has not exactly one size for each link.
    #[error("block {cid} has {links} links but {sizes} sizes")]
    LinkCount {
        /// The block.
        cid: Cid,
        /// How many links it has.
        links: usize,
        /// How many sizes it has.
        sizes: usize,
    },
    /// The bytes found differ from what was declared, in the node or in the one above.
    #[error("block {cid} holds {found} bytes of the file where {declared} were declared")]
    WrongSize {
        /// The block.
        cid: Cid,
        /// What was promised.
        declared: u64,
        /// What is there.
        found: u64,
    },
    /// The sizes add up to more than 64 bits.
    #[error("the sizes in block {cid} add up to more than a file can hold")]
    SizeOverflow {
        /// The block.
        cid: Cid,
    },
    /// The nodes on the way to a byte have more links than any real tree.
    #[error("the file has too many links on the way to block {cid}")]
    TooManyLinks {
        /// The block.
        cid: Cid,
    },
    /// The tree is deeper than any real one.
    #[error("the file is nested deeper than {MAX_DEPTH} levels at block {cid}")]
    TooDeep {
        /// The block.
        cid: Cid,
    },
}

/// Where a link's bytes end in the file, and the block they are in.
#[derive(Debug, Clone, Copy)]
struct Child {
    cid: Cid,
    /// Exclusive, counted from the start of the file.
    end: u64,
}

/// A decoded block, placed at an offset of the file.
#[derive(Debug)]
struct Frame {
    start: u64,
    end: u64,
    /// The node's own bytes, which come before those of its links.
    data: Bytes,
    children: Vec<Child>,
}

impl Frame {
    fn data_end(&self) -> u64 {
        self.start + self.data.len() as u64
    }

    /// The index of the child that holds `offset`, skipping empty ones.
    fn child_at(&self, offset: u64) -> usize {
        self.children.partition_point(|child| child.end <= offset)
    }

    /// The offset at which a child begins.
    fn child_start(&self, index: usize) -> u64 {
        match index
            .checked_sub(1)
            .and_then(|before| self.children.get(before))
        {
            Some(before) => before.end,
            None => self.data_end(),
        }
    }
}

/// A block decoded but not yet placed.
#[derive(Debug, Clone)]
struct Node {
    data: Bytes,
    links: Vec<(Cid, u64)>,
    size: u64,
}

/// Reads a range of a file. See the module's description for how it is driven.
#[derive(Debug)]
pub struct FileCursor {
    root: Cid,
    /// The next byte to hand out.
    position: u64,
    /// Where the range ends; cut to the size of the file once that is known.
    end: u64,
    size: Option<u64>,
    /// From the root down to the node that holds `position`.
    frames: Vec<Frame>,
    ahead: VecDeque<(Cid, Node)>,
}

impl FileCursor {
    /// A cursor over `range` of the file under `root`: `..` for all of it. A range that reaches
    /// beyond the end of the file stops there.
    pub fn new(root: Cid, range: impl RangeBounds<u64>) -> Self {
        let range = half_open(&range);
        FileCursor {
            root,
            position: range.start,
            end: range.end,
            size: None,
            frames: Vec::new(),
            ahead: VecDeque::new(),
        }
    }

    /// What to do next. Asking twice gives the same `Need`; a `Chunk` is handed out once.
    ///
    /// The root is asked for even when the range is empty, so that `size` is known at `Done`.
    pub fn poll(&mut self) -> Step {
        if self.size.is_none() {
            return Step::Need(self.root);
        }
        if self.position >= self.end {
            return Step::Done;
        }
        while self.frames.len() > 1
            && self
                .frames
                .last()
                .is_some_and(|top| self.position < top.start || self.position >= top.end)
        {
            self.frames.pop();
        }
        let Some(top) = self.frames.last() else {
            return Step::Done;
        };
        if self.position < top.data_end() {
            let from = (self.position - top.start) as usize;
            let to = (self.end.min(top.data_end()) - top.start) as usize;
            let chunk = top.data.slice(from..to);
            self.position += chunk.len() as u64;
            return Step::Chunk(chunk);
        }
        match top.children.get(top.child_at(self.position)) {
            Some(child) => Step::Need(child.cid),
            None => Step::Done,
        }
    }

    /// Gives the cursor a block, which the caller has verified against `cid`.
    ///
    /// The block asked for moves the cursor on. Another inner node of the file may be given early:
    /// a few are kept, so that [`FileCursor::want_ahead`] can look below them (they are asked for
    /// again when they are reached). Any other block that was not asked for is ignored, so a block
    /// that arrives after a seek does no harm.
    pub fn supply(&mut self, cid: Cid, block: Bytes) -> Result<(), ReadFile> {
        if self.needed() == Some(cid) {
            self.ahead.retain(|(held, _)| *held != cid);
            return self.place(cid, decode_node(cid, &block)?);
        }
        // What was not asked for may be anything: it is judged when it is needed.
        if codec_of(&cid) == Some(Codec::DagPb)
            && !self.is_ahead(&cid)
            && let Ok(node) = decode_node(cid, &block)
            && (1..=MAX_AHEAD_LINKS).contains(&node.links.len())
        {
            if self.ahead.len() == AHEAD_NODES {
                self.ahead.pop_front();
            }
            self.ahead.push_back((cid, node));
        }
        Ok(())
    }

    /// Moves to another offset of the file, also before the start of the range; the end of the range
    /// stays, and at or beyond it nothing is left. What the cursor holds of the tree is kept as far
    /// as it leads there.
    pub fn seek(&mut self, offset: u64) {
        self.position = offset;
    }

    /// The next byte to be handed out.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Bytes of the whole file, once the root was supplied.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Up to `count` blocks that will be needed next, in the order of reading, the one needed now
    /// first. Inner nodes are named before what is below them, which is not known until they are
    /// supplied. Empty when nothing is left to read.
    pub fn want_ahead(&self, count: usize) -> Vec<Cid> {
        let mut wanted = Vec::new();
        if count > 0 && self.size.is_none() {
            wanted.push(self.root);
        }
        if count == 0 || self.size.is_none() || self.position >= self.end {
            return wanted;
        }
        let mut offset = self.position;
        // From the deepest frame upwards, each goes on where the one below it ends.
        for frame in self.frames.iter().rev() {
            if offset < frame.start || offset >= frame.end {
                continue;
            }
            let first = frame.child_at(offset.max(frame.data_end()));
            for (index, child) in frame.children.iter().enumerate().skip(first) {
                let start = frame.child_start(index);
                if start >= self.end {
                    return wanted;
                }
                if child.end > start {
                    self.want_below(child.cid, start, offset, count, &mut wanted);
                }
                if wanted.len() >= count {
                    return wanted;
                }
            }
            offset = frame.end;
        }
        wanted
    }

    /// Names `cid`, or what is below it when it was supplied ahead.
    fn want_below(&self, cid: Cid, start: u64, from: u64, count: usize, wanted: &mut Vec<Cid>) {
        let Some((_, node)) = self.ahead.iter().find(|(held, _)| *held == cid) else {
            wanted.push(cid);
            return;
        };
        if start <= self.position {
            // Needed now: it is asked for again although it was given early.
            wanted.push(cid);
        }
        let mut at = start.saturating_add(node.data.len() as u64);
        for (link, len) in &node.links {
            if wanted.len() >= count || at >= self.end {
                return;
            }
            let link_end = at.saturating_add(*len);
            if *len > 0 && link_end > from {
                wanted.push(*link);
            }
            at = link_end;
        }
    }

    /// The block that `poll` would ask for, without handing out a chunk.
    fn needed(&self) -> Option<Cid> {
        if self.size.is_none() {
            return Some(self.root);
        }
        if self.position >= self.end {
            return None;
        }
        let holds = |frame: &&Frame| self.position >= frame.start && self.position < frame.end;
        let top = self.frames.iter().rev().find(holds)?;
        if self.position < top.data_end() {
            return None;
        }
        top.children
            .get(top.child_at(self.position))
            .map(|child| child.cid)
    }

    fn is_ahead(&self, cid: &Cid) -> bool {
        self.ahead.iter().any(|(held, _)| held == cid)
    }

    /// Puts the needed node where it belongs.
    fn place(&mut self, cid: Cid, node: Node) -> Result<(), ReadFile> {
        let open: usize = self.frames.iter().map(|frame| frame.children.len()).sum();
        if open + node.links.len() > MAX_OPEN_LINKS {
            return Err(ReadFile::TooManyLinks { cid });
        }
        if self.size.is_none() {
            self.size = Some(node.size);
            self.end = self.end.min(node.size);
            let frame = frame_at(0, node);
            self.frames = vec![frame];
            return Ok(());
        }
        while self
            .frames
            .last()
            .is_some_and(|top| self.position < top.start || self.position >= top.end)
        {
            self.frames.pop();
        }
        let Some(parent) = self.frames.last() else {
            return Ok(());
        };
        let index = parent.child_at(self.position);
        let Some(child) = parent.children.get(index) else {
            return Ok(());
        };
        let start = parent.child_start(index);
        let declared = child.end - start;
        if node.size != declared {
            return Err(ReadFile::WrongSize {
                cid,
                declared,
                found: node.size,
            });
        }
        if self.frames.len() >= MAX_DEPTH {
            return Err(ReadFile::TooDeep { cid });
        }
        self.frames.push(frame_at(start, node));
        Ok(())
    }
}

/// Places a node; its sizes were found not to overflow, and it fits where its parent put it.
fn frame_at(start: u64, node: Node) -> Frame {
    let mut end = start + node.data.len() as u64;
    let children = node
        .links
        .iter()
        .map(|(cid, len)| {
            end += len;
            Child { cid: *cid, end }
        })
        .collect();
    Frame {
        start,
        end,
        data: node.data,
        children,
    }
}

fn decode_node(cid: Cid, block: &Bytes) -> Result<Node, ReadFile> {
    match codec_of(&cid) {
        Some(Codec::Raw) => {
            return Ok(Node {
                size: block.len() as u64,
                data: block.clone(),
                links: Vec::new(),
            });
        }
        Some(Codec::DagPb) => {}
        _ => {
            return Err(ReadFile::UnsupportedCodec {
                cid,
                codec: cid.codec(),
            });
        }
    }
    let node = dag_pb::decode(block).map_err(|source| ReadFile::DecodeNode { cid, source })?;
    let message = unixfs::decode(node.data.unwrap_or_default())
        .map_err(|source| ReadFile::DecodeUnixFs { cid, source })?;
    if !message.kind.is_file() {
        return Err(ReadFile::NotAFile {
            cid,
            kind: message.kind,
        });
    }
    if node.links.len() != message.block_sizes.len() {
        return Err(ReadFile::LinkCount {
            cid,
            links: node.links.len(),
            sizes: message.block_sizes.len(),
        });
    }
    let data = message
        .data
        .map(|data| block.slice_ref(data))
        .unwrap_or_default();
    let size = message
        .block_sizes
        .iter()
        .try_fold(data.len() as u64, |sum, size| sum.checked_add(*size))
        .ok_or(ReadFile::SizeOverflow { cid })?;
    if let Some(declared) = message.file_size.filter(|declared| *declared != size) {
        return Err(ReadFile::WrongSize {
            cid,
            declared,
            found: size,
        });
    }
    let links = node
        .links
        .iter()
        .map(|link| link.cid)
        .zip(message.block_sizes)
        .collect();
    Ok(Node { data, links, size })
}

/// Any range of numbers as a half-open one.
pub(crate) fn half_open(range: &impl RangeBounds<u64>) -> Range<u64> {
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(start) => start.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(end) => end.saturating_add(1),
        Bound::Excluded(end) => *end,
        Bound::Unbounded => u64::MAX,
    };
    start..end
}
