//! The mark phase: five bit maps over dense block numbers, a stack and a buffer of links, both
//! with a bound.
//!
//! Links are gathered from many nodes and answered together in the order of the index, by one
//! pass over it when they are many: looking each up alone would be bound by random reads.
//! A block's links depend on the codec it is reached by, which the index does not know: dag-pb and
//! dag-cbor have their own maps (dag-json shares the second: the links of both readings count) of "to expand" and "expanded". A node counts as expanded when all
//! its links were answered. When the stack is full, a block is only noted in "to expand" and found
//! again by a pass over the index. So memory is five bits a block (25 MB at 40 million blocks)
//! beside what the options allow for stack and buffer.

mod bits;
pub(crate) mod gathered;

use std::sync::Arc;

use dag::Cid;

use self::bits::Bits;
use self::gathered::{Gathered, end_key, first_key, push_bounded, split};
use crate::core::Core;
use crate::entry::EntryHead;
use crate::error::IndexFault;
use crate::gc::CollectGarbage;
use crate::key::{Address, DAG_CBOR, DAG_JSON, DAG_PB, Key, address};

/// Nodes expanded between two looks at cancellation.
const STEP_NODES: usize = 64;
/// Links answered between two looks at cancellation.
const STEP_LINKS: usize = 16 << 10;
/// Rows read between two looks at cancellation when looking for unexpanded blocks.
const STEP_ROWS: usize = 16 << 10;
/// Nodes expanded between two checkpoints.
const CHECKPOINT_NODES: u64 = 200_000;
/// With fewer than one link to this many rows, links are looked up one by one.
const SPARSE: u64 = 16;

/// What marking reads.
pub(crate) trait Graph {
    /// Blocks in the index.
    fn blocks(&mut self) -> Result<u64, IndexFault>;
    /// The row of a block.
    fn head(&mut self, key: &Key) -> Result<Option<EntryHead>, IndexFault>;
    /// Visits the rows in ranges of keys (start included, end not), all from one view.
    fn between(
        &mut self,
        ranges: &mut dyn Iterator<Item = ([u8; 10], [u8; 10])>,
        visit: &mut dyn FnMut(&[u8], EntryHead),
    ) -> Result<(), IndexFault>;
    /// Rows after a key, in key order.
    fn after(
        &mut self,
        key: Option<&Key>,
        count: usize,
    ) -> Result<Vec<(Key, EntryHead)>, IndexFault>;
    /// The links of a block; none when it is here and not valid in its codec.
    fn links(&mut self, cid: &Cid) -> Result<Vec<Cid>, CollectGarbage>;
}

/// The real thing.
pub(crate) struct IndexGraph<'a> {
    pub(crate) core: &'a Arc<Core>,
}

impl Graph for IndexGraph<'_> {
    fn blocks(&mut self) -> Result<u64, IndexFault> {
        self.core
            .index
            .read(|snapshot| Ok(snapshot.table_lens()?.0))
    }

    fn head(&mut self, key: &Key) -> Result<Option<EntryHead>, IndexFault> {
        self.core.index.read(|snapshot| snapshot.head(key))
    }

    fn between(
        &mut self,
        ranges: &mut dyn Iterator<Item = ([u8; 10], [u8; 10])>,
        visit: &mut dyn FnMut(&[u8], EntryHead),
    ) -> Result<(), IndexFault> {
        self.core
            .index
            .read(|snapshot| snapshot.heads_between(ranges, visit))
    }

    fn after(
        &mut self,
        key: Option<&Key>,
        count: usize,
    ) -> Result<Vec<(Key, EntryHead)>, IndexFault> {
        self.core
            .index
            .read(|snapshot| snapshot.heads_after(key, count))
    }

    fn links(&mut self, cid: &Cid) -> Result<Vec<Cid>, CollectGarbage> {
        let block = self
            .core
            .get(cid)
            .map_err(|source| CollectGarbage::ReadBlock { cid: *cid, source })?;
        let Some(block) = block else {
            return Ok(Vec::new());
        };
        // A block that cannot be decoded links to nothing that anyone could follow.
        let mut links = dag::links(cid, &block).unwrap_or_default();
        if cid.codec() == DAG_CBOR {
            let json = Cid::new_v1(DAG_JSON, *cid.hash());
            links.extend(dag::links(&json, &block).unwrap_or_default());
        }
        Ok(links)
    }
}

/// The codecs whose blocks have links.
const LINKED: [u64; 2] = [DAG_PB, DAG_CBOR];

/// A block that is to be expanded.
#[derive(Debug, Clone, Copy)]
struct Node {
    key: Key,
    linked: u8,
    slot: u64,
}

/// What has been reached, and what is still to be expanded.
#[derive(Debug, Default)]
struct Reached {
    live: Bits,
    wanted: [Bits; 2],
    expanded: [Bits; 2],
    stack: Vec<Node>,
    stack_max: usize,
    /// Something is wanted that is neither expanded nor on the stack.
    overflowed: bool,
    marked: u64,
}

impl Reached {
    /// Marks a block that was reached by a codec; `class` is the codec's place in [`LINKED`] plus
    /// one, or 0.
    fn reach(&mut self, key: &[u8], class: u64, head: EntryHead) {
        if self.live.set(head.slot) {
            self.marked += 1;
        }
        let Some(linked) = (class as usize).checked_sub(1) else {
            return;
        };
        if LINKED[linked] == DAG_PB && head.is_leaf() || !self.wanted[linked].set(head.slot) {
            return;
        }
        if self.stack.len() >= self.stack_max {
            self.overflowed = true;
        } else if let Some(key) = Key::from_bytes(key) {
            let node = Node {
                key,
                linked: linked as u8,
                slot: head.slot,
            };
            push_bounded(&mut self.stack, node, self.stack_max);
        }
    }
}

/// The state of a mark phase.
#[derive(Debug)]
pub(crate) struct Marker {
    reached: Reached,
    gathered: Gathered,
    /// Where a pass that looks for unexpanded blocks is, when one is under way.
    pass: Option<Option<Key>>,
    missing: u64,
    since_checkpoint: u64,
}

impl Marker {
    pub(crate) fn new(memory_bytes: u64) -> Self {
        Self::resume(Default::default(), memory_bytes)
    }

    /// Goes on from saved maps, in the order of [`Marker::maps`].
    pub(crate) fn resume(maps: [Vec<u8>; 5], memory_bytes: u64) -> Self {
        let [live, pb_wanted, cbor_wanted, pb_expanded, cbor_expanded] = maps.map(Bits::from_bytes);
        let marked = live.count();
        // Half for links, a quarter for the stack, the rest for the maps and one block's links.
        let bounded = |bytes: u64, size: usize| {
            usize::try_from(bytes / size as u64)
                .unwrap_or(usize::MAX)
                .max(16)
        };
        Self {
            reached: Reached {
                live,
                wanted: [pb_wanted, cbor_wanted],
                expanded: [pb_expanded, cbor_expanded],
                stack: Vec::new(),
                stack_max: bounded(memory_bytes / 4, size_of::<Node>()),
                // What was wanted and not expanded is found by a pass over the index.
                overflowed: marked > 0,
                marked,
            },
            gathered: Gathered::new(bounded(memory_bytes / 2, size_of::<u64>())),
            pass: None,
            missing: 0,
            since_checkpoint: 0,
        }
    }

    pub(crate) fn maps(&self) -> [&[u8]; 5] {
        let Reached {
            live,
            wanted: [pb_wanted, cbor_wanted],
            expanded: [pb_expanded, cbor_expanded],
            ..
        } = &self.reached;
        [live, pb_wanted, cbor_wanted, pb_expanded, cbor_expanded].map(Bits::as_bytes)
    }

    /// Bytes of maps, stack and buffer.
    #[cfg(test)]
    pub(crate) fn memory_bytes(&self) -> u64 {
        let reached = &self.reached;
        let maps: usize = [&reached.live]
            .into_iter()
            .chain(&reached.wanted)
            .chain(&reached.expanded)
            .map(Bits::memory_bytes)
            .sum();
        let stack = reached.stack.capacity() * size_of::<Node>();
        (maps + stack + self.gathered.memory_bytes()) as u64
    }

    pub(crate) fn marked(&self) -> u64 {
        self.reached.marked
    }

    pub(crate) fn missing(&self) -> u64 {
        self.missing
    }

    pub(crate) fn is_live(&self, slot: u64) -> bool {
        self.reached.live.get(slot)
    }

    /// True now and then: time to save the maps.
    pub(crate) fn due_for_checkpoint(&mut self) -> bool {
        let due = self.since_checkpoint >= CHECKPOINT_NODES;
        if due {
            self.since_checkpoint = 0;
        }
        due
    }

    /// Takes a pinned root; [`Marker::step`] marks it.
    pub(crate) fn root(
        &mut self,
        graph: &mut dyn Graph,
        cid: &Cid,
        recursive: bool,
    ) -> Result<(), CollectGarbage> {
        // The buffer takes no more before it is answered.
        while self.gathered.is_sealed() || self.gathered.is_full() {
            self.step(graph)?;
        }
        let codec = if recursive {
            cid.codec()
        } else {
            crate::key::RAW
        };
        self.gather(graph, cid, codec)
    }

    fn gather(
        &mut self,
        graph: &mut dyn Graph,
        cid: &Cid,
        codec: u64,
    ) -> Result<(), CollectGarbage> {
        let Address::Stored(key) = address(cid) else {
            return Ok(());
        };
        if !self.gathered.link(&key, codec) {
            match graph.head(&key)? {
                Some(head) => {
                    let class = gathered::class_of(codec);
                    self.reached.reach(key.as_bytes(), class, head);
                }
                None => self.missing += 1,
            }
        }
        Ok(())
    }

    /// Does a part of the work, some ten milliseconds; true when there is nothing left.
    pub(crate) fn step(&mut self, graph: &mut dyn Graph) -> Result<bool, CollectGarbage> {
        if self.gathered.is_sealed() {
            self.answer(graph)?;
            return Ok(false);
        }
        for _ in 0..STEP_NODES {
            if self.gathered.is_full() {
                self.gathered.seal();
                return Ok(false);
            }
            if let Some(node) = self.reached.stack.pop() {
                self.expand(graph, node)?;
            } else if !self.gathered.is_empty() {
                self.gathered.seal();
                return Ok(false);
            } else if self.pass.is_some() || self.reached.overflowed {
                self.refill(graph)?;
                return Ok(false);
            } else {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn expand(&mut self, graph: &mut dyn Graph, node: Node) -> Result<(), CollectGarbage> {
        let linked = usize::from(node.linked);
        let Some(cid) = LINKED.get(linked).and_then(|codec| node.key.to_cid(*codec)) else {
            return Ok(());
        };
        for link in graph.links(&cid)? {
            self.gather(graph, &link, link.codec())?;
        }
        self.gathered.node(node.slot, linked);
        Ok(())
    }

    /// Answers a piece of what was gathered.
    fn answer(&mut self, graph: &mut dyn Graph) -> Result<(), CollectGarbage> {
        let dense = self.gathered.len() as u64 * SPARSE >= graph.blocks()?;
        let piece = self.gathered.piece(STEP_LINKS);
        let prefixes = || {
            let starts = piece.chunk_by(|one, two| split(*one).0 == split(*two).0);
            starts.filter_map(|links| links.first().map(|link| split(*link).0))
        };
        let (mut each, mut all);
        let ranges: &mut dyn Iterator<Item = ([u8; 10], [u8; 10])> = if dense {
            let ends = piece.first().zip(piece.last());
            all = ends
                .map(|(first, last)| (first_key(split(*first).0), end_key(split(*last).0)))
                .into_iter();
            &mut all
        } else {
            each = prefixes().map(|prefix| (first_key(prefix), end_key(prefix)));
            &mut each
        };
        let reached = &mut self.reached;
        // Rows and links come in the same order: a merge.
        let mut rest = piece;
        let mut found = 0_usize;
        graph.between(ranges, &mut |key, head| {
            let Some(prefix) = gathered::prefix_of(key) else {
                return;
            };
            while let Some((link, after)) = rest.split_first()
                && split(*link).0 < prefix
            {
                rest = after;
            }
            // Not taken off: another key may share the prefix.
            for link in rest.iter().take_while(|link| split(**link).0 == prefix) {
                reached.reach(key, split(*link).1, head);
            }
            if rest.first().is_some_and(|link| split(*link).0 == prefix) {
                found += 1;
            }
        })?;
        let missing = prefixes().count().saturating_sub(found);
        self.missing += missing as u64;
        let count = piece.len();
        let since = &mut self.since_checkpoint;
        self.gathered.answered(count, |slot, linked| {
            if let Some(expanded) = reached.expanded.get_mut(linked) {
                expanded.set(slot);
            }
            *since += 1;
        });
        Ok(())
    }

    /// Finds blocks that are wanted and not expanded, as many as the stack takes. Only when
    /// nothing is on the way, so that none is expanded twice.
    fn refill(&mut self, graph: &mut dyn Graph) -> Result<(), CollectGarbage> {
        let reached = &mut self.reached;
        let after = match self.pass.take() {
            Some(after) => after,
            None => {
                reached.overflowed = false;
                None
            }
        };
        let rows = graph.after(after.as_ref(), STEP_ROWS)?;
        let mut last = after;
        for (key, head) in &rows {
            if reached.stack.len() + LINKED.len() > reached.stack_max {
                self.pass = Some(last);
                return Ok(());
            }
            for linked in 0..LINKED.len() {
                if reached.wanted[linked].get(head.slot) && !reached.expanded[linked].get(head.slot)
                {
                    let node = Node {
                        key: *key,
                        linked: linked as u8,
                        slot: head.slot,
                    };
                    push_bounded(&mut reached.stack, node, reached.stack_max);
                }
            }
            last = Some(*key);
        }
        if !rows.is_empty() {
            self.pass = Some(last);
        }
        Ok(())
    }
}
