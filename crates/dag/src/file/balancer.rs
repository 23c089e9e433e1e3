//! Links leaves into a balanced tree as they come.
//!
//! Invariant: memory is the open node of each level, so O(depth * max_links), whatever the size of
//! the file. A node is closed only when its successor needs room, which is what gives a file of
//! exactly `max_links` leaves one level and not two.
//!
//! The tree is that of go-unixfs' balanced builder: every leaf at the same depth, nodes filled from
//! the left, and a last node of one link kept (it is never replaced by its child).

use bytes::Bytes;

use crate::dag_pb::{self, PbLink};
use crate::unixfs::{self, NodeKind, UnixFs};
use crate::{Block, Cid, Codec, FileLayout, cid_of};

/// What the balancer must know of a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeafRef {
    /// The address of the leaf.
    pub cid: Cid,
    /// Bytes of the leaf's whole block.
    pub block_len: u64,
    /// Bytes of the file in it.
    pub payload_len: u64,
}

/// A finished file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRoot {
    /// The address of the file.
    pub cid: Cid,
    /// Bytes of the file.
    pub size: u64,
    /// Bytes of all blocks of the DAG, repeated ones counted each time: the `Tsize` of links to it.
    pub cumulative_size: u64,
}

/// Takes leaves in file order and emits inner nodes as they fill.
#[derive(Debug)]
pub struct Balancer {
    layout: FileLayout,
    kind: NodeKind,
    max_links: usize,
    /// The open node of each level, lowest first. Never empty inside once a leaf came.
    levels: Vec<Vec<FileRoot>>,
}

impl Balancer {
    /// An empty file.
    pub fn new(layout: FileLayout) -> Self {
        Balancer::of_kind(layout, NodeKind::File)
    }

    /// The same with another type of leaves and nodes.
    pub(crate) fn of_kind(layout: FileLayout, kind: NodeKind) -> Self {
        Balancer {
            layout,
            kind,
            max_links: layout.link_count(),
            levels: Vec::new(),
        }
    }

    /// Appends the next leaf. Inner nodes that are complete go to `emit`; leaves do not.
    pub fn push(&mut self, leaf: LeafRef, emit: &mut dyn FnMut(Block)) {
        let child = FileRoot {
            cid: leaf.cid,
            size: leaf.payload_len,
            cumulative_size: leaf.block_len,
        };
        self.push_at(0, child, emit);
    }

    /// Puts `child` into the open node of `depth`; full nodes on the way up are closed first.
    fn push_at(&mut self, depth: usize, mut child: FileRoot, emit: &mut dyn FnMut(Block)) {
        for level in self.levels.iter_mut().skip(depth) {
            if level.len() < self.max_links {
                level.push(child);
                return;
            }
            let closed = close(self.layout, self.kind, level, emit);
            level.clear();
            level.push(child);
            child = closed;
        }
        self.levels.push(vec![child]);
    }

    /// Closes the tree and returns its root.
    ///
    /// A file of one leaf is that leaf. With no leaf at all the empty file is emitted and returned.
    pub fn finish(mut self, emit: &mut dyn FnMut(Block)) -> FileRoot {
        let mut depth = 0;
        while let Some(level) = self.levels.get_mut(depth) {
            let level = std::mem::take(level);
            let is_top = depth + 1 == self.levels.len();
            match level.as_slice() {
                [only] if is_top => return *only,
                children => {
                    let closed = close(self.layout, self.kind, children, emit);
                    if is_top {
                        return closed;
                    }
                    self.push_at(depth + 1, closed, emit);
                }
            }
            depth += 1;
        }
        let leaf = self.layout.leaf_of(self.kind, &[]);
        emit(Block {
            cid: leaf.cid,
            bytes: leaf.block_bytes(&[]),
        });
        FileRoot {
            cid: leaf.cid,
            size: 0,
            cumulative_size: leaf.block_len(),
        }
    }
}

/// Encodes and emits the node over `children`.
pub(crate) fn close(
    layout: FileLayout,
    kind: NodeKind,
    children: &[FileRoot],
    emit: &mut dyn FnMut(Block),
) -> FileRoot {
    let sized: Vec<_> = children.iter().map(|child| (*child, child.size)).collect();
    node_over(layout, kind, &sized, emit)
}

/// Encodes and emits a node whose links have the sizes given, whatever they mean.
pub(crate) fn node_over(
    layout: FileLayout,
    kind: NodeKind,
    children: &[(FileRoot, u64)],
    emit: &mut dyn FnMut(Block),
) -> FileRoot {
    let links: Vec<PbLink<'_>> = children
        .iter()
        .map(|(child, _)| PbLink {
            cid: child.cid,
            name: b"",
            tsize: child.cumulative_size,
        })
        .collect();
    let size = children.iter().map(|(_, size)| *size).sum();
    let mut message = UnixFs::new(kind);
    message.file_size = Some(size);
    message.block_sizes = children.iter().map(|(_, size)| *size).collect();
    let bytes: Bytes = dag_pb::encode(&links, Some(&unixfs::encode(&message)));
    let cid = cid_of(Codec::DagPb, layout.cid_version, &bytes);
    let below: u64 = links.iter().map(|link| link.tsize).sum();
    let cumulative_size = bytes.len() as u64 + below;
    emit(Block { cid, bytes });
    FileRoot {
        cid,
        size,
        cumulative_size,
    }
}
