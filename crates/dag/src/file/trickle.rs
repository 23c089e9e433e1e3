//! Links leaves into a trickle tree as they come: made for reading from the front.
//!
//! Every node has up to `max_links` leaves and then subtrees, four of each depth, deeper ones
//! later; the root alone may grow without limit. Leaves that are dag-pb nodes have the UnixFS type
//! `Raw`, as go writes them: use [`FileLayout::trickle_leaf`]. There is always a root, even over
//! one leaf or none.
//!
//! Invariant: memory is the open node of each level, so O(depth * max_links).

use super::balancer::close;
use crate::unixfs::NodeKind;
use crate::{Block, FileLayout, FileRoot, LeafRef};

/// Subtrees of each depth.
const REPEAT: usize = 4;

/// A node that still takes children.
#[derive(Debug)]
struct Open {
    children: Vec<FileRoot>,
    /// Subtrees of this node are less deep than this; the root takes any.
    depth: usize,
}

/// Takes leaves in file order and emits inner nodes as they fill: [`Balancer`](crate::Balancer) for
/// the other shape of tree.
#[derive(Debug)]
pub struct Trickle {
    layout: FileLayout,
    max_links: usize,
    root: Vec<FileRoot>,
    /// The open subtrees, each the last child of the one before.
    open: Vec<Open>,
}

impl Trickle {
    /// An empty file.
    pub fn new(layout: FileLayout) -> Self {
        Trickle {
            layout,
            max_links: layout.link_count(),
            root: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Appends the next leaf. Inner nodes that are complete go to `emit`; leaves do not.
    pub fn push(&mut self, leaf: LeafRef, emit: &mut dyn FnMut(Block)) {
        let leaf = FileRoot {
            cid: leaf.cid,
            size: leaf.payload_len,
            cumulative_size: leaf.block_len,
        };
        loop {
            let (children, limit) = match self.open.last_mut() {
                Some(node) => (&mut node.children, node.depth),
                None => (&mut self.root, usize::MAX),
            };
            let Some(subtrees) = children.len().checked_sub(self.max_links) else {
                children.push(leaf);
                return;
            };
            let depth = subtrees / REPEAT + 1;
            if depth < limit {
                self.open.push(Open {
                    children: vec![leaf],
                    depth,
                });
                return;
            }
            self.close_last(emit);
        }
    }

    /// Closes the deepest open subtree and hands it to the node above.
    fn close_last(&mut self, emit: &mut dyn FnMut(Block)) {
        if let Some(node) = self.open.pop() {
            let closed = close(self.layout, NodeKind::File, &node.children, emit);
            match self.open.last_mut() {
                Some(above) => above.children.push(closed),
                None => self.root.push(closed),
            }
        }
    }

    /// Closes the tree and returns its root.
    pub fn finish(mut self, emit: &mut dyn FnMut(Block)) -> FileRoot {
        while !self.open.is_empty() {
            self.close_last(emit);
        }
        close(self.layout, NodeKind::File, &self.root, emit)
    }
}
