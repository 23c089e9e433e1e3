//! The mark phase: five bit maps over dense block numbers, and a stack with a bound.
//!
//! A block's links depend on the codec it is reached by, which the index does not know: dag-pb and
//! dag-cbor have their own maps of "to expand" and "expanded". When the stack is full, a block is
//! only noted in "to expand" and found again by a pass over the index. So memory is five bits a
//! block and the stack: 25 MB of maps at 40 million blocks.

use std::sync::Arc;

use dag::Cid;

use crate::core::Core;
use crate::entry::Entry;
use crate::error::IndexFault;
use crate::gc::CollectGarbage;
use crate::key::{Address, DAG_CBOR, DAG_PB, Key, address};

/// Nodes expanded between two looks at cancellation.
const STEP_NODES: usize = 64;
/// Nodes expanded between two checkpoints.
const CHECKPOINT_NODES: u64 = 200_000;
/// Rows read at once when looking for unexpanded blocks.
const RESCAN_ROWS: usize = 1024;

/// What marking reads.
pub(crate) trait Graph {
    /// The rows of these blocks.
    fn entries(&mut self, keys: &[Key]) -> Result<Vec<Option<Entry>>, IndexFault>;
    /// Rows after a key, in key order.
    fn after(&mut self, key: Option<&Key>, count: usize) -> Result<Vec<(Key, Entry)>, IndexFault>;
    /// The links of a block; none when it is here and not valid in its codec.
    fn links(&mut self, cid: &Cid) -> Result<Vec<Cid>, CollectGarbage>;
}

/// The real thing.
pub(crate) struct IndexGraph<'a> {
    pub(crate) core: &'a Arc<Core>,
}

impl Graph for IndexGraph<'_> {
    fn entries(&mut self, keys: &[Key]) -> Result<Vec<Option<Entry>>, IndexFault> {
        self.core.index.entries(keys)
    }

    fn after(&mut self, key: Option<&Key>, count: usize) -> Result<Vec<(Key, Entry)>, IndexFault> {
        self.core.index.entries_after(key, count)
    }

    fn links(&mut self, cid: &Cid) -> Result<Vec<Cid>, CollectGarbage> {
        let block = self
            .core
            .get(cid)
            .map_err(|source| CollectGarbage::ReadBlock { cid: *cid, source })?;
        // A block that cannot be decoded links to nothing that anyone could follow.
        Ok(block
            .and_then(|bytes| dag::links(cid, &bytes).ok())
            .unwrap_or_default())
    }
}

#[derive(Debug, Default)]
struct Bits(Vec<u8>);

impl Bits {
    fn get(&self, bit: u64) -> bool {
        let byte = usize::try_from(bit / 8).ok().and_then(|at| self.0.get(at));
        byte.is_some_and(|byte| byte & (1 << (bit % 8)) != 0)
    }

    /// Sets a bit; true when it was not set before.
    fn set(&mut self, bit: u64) -> bool {
        let at = (bit / 8) as usize;
        if at >= self.0.len() {
            // Grown in steps, so that the vector never doubles a large map.
            self.0.reserve_exact(at + 1 + (64 << 10) - self.0.len());
            self.0.resize(at + 1, 0);
        }
        let Some(byte) = self.0.get_mut(at) else {
            return false;
        };
        let mask = 1 << (bit % 8);
        let was = *byte & mask != 0;
        *byte |= mask;
        !was
    }
}

/// The codecs whose blocks have links.
const LINKED: [u64; 2] = [DAG_PB, DAG_CBOR];

/// The state of a mark phase.
#[derive(Debug)]
pub(crate) struct Marker {
    live: Bits,
    wanted: [Bits; 2],
    expanded: [Bits; 2],
    stack: Vec<(Key, u64, u8)>,
    stack_max: usize,
    overflowed: bool,
    marked: u64,
    missing: u64,
    since_checkpoint: u64,
}

impl Marker {
    pub(crate) fn new(memory_bytes: u64) -> Self {
        Self::resume(Default::default(), memory_bytes)
    }

    /// Goes on from saved maps, in the order of [`Marker::maps`].
    pub(crate) fn resume(maps: [Vec<u8>; 5], memory_bytes: u64) -> Self {
        let [live, pb_wanted, cbor_wanted, pb_expanded, cbor_expanded] = maps.map(Bits);
        let marked = live.0.iter().map(|byte| u64::from(byte.count_ones())).sum();
        let size = size_of::<(Key, u64, u8)>() as u64;
        // Half for the stack, the rest for the maps and one block's links.
        let stack_max = usize::try_from(memory_bytes / 2 / size)
            .unwrap_or(usize::MAX)
            .max(16);
        Self {
            live,
            wanted: [pb_wanted, cbor_wanted],
            expanded: [pb_expanded, cbor_expanded],
            stack: Vec::new(),
            stack_max,
            // What was wanted and not expanded is found by a pass over the index.
            overflowed: marked > 0,
            marked,
            missing: 0,
            since_checkpoint: 0,
        }
    }

    pub(crate) fn maps(&self) -> [&[u8]; 5] {
        let ([pb_wanted, cbor_wanted], [pb_expanded, cbor_expanded]) =
            (&self.wanted, &self.expanded);
        [
            &self.live.0,
            &pb_wanted.0,
            &cbor_wanted.0,
            &pb_expanded.0,
            &cbor_expanded.0,
        ]
    }

    /// Bytes of maps and stack.
    #[cfg(test)]
    pub(crate) fn memory_bytes(&self) -> u64 {
        let maps: usize = [&self.live]
            .into_iter()
            .chain(&self.wanted)
            .chain(&self.expanded)
            .map(|map| map.0.capacity())
            .sum();
        (maps + self.stack.capacity() * size_of::<(Key, u64, u8)>()) as u64
    }

    pub(crate) fn marked(&self) -> u64 {
        self.marked
    }

    pub(crate) fn missing(&self) -> u64 {
        self.missing
    }

    pub(crate) fn is_live(&self, slot: u64) -> bool {
        self.live.get(slot)
    }

    /// True now and then: time to save the maps.
    pub(crate) fn due_for_checkpoint(&mut self) -> bool {
        let due = self.since_checkpoint >= CHECKPOINT_NODES;
        if due {
            self.since_checkpoint = 0;
        }
        due
    }

    /// Marks a pinned root.
    pub(crate) fn root(
        &mut self,
        graph: &mut dyn Graph,
        cid: &Cid,
        recursive: bool,
    ) -> Result<(), CollectGarbage> {
        let Address::Stored(key) = address(cid) else {
            return Ok(());
        };
        let codec = if recursive {
            cid.codec()
        } else {
            crate::key::RAW
        };
        let found = graph.entries(&[key])?;
        self.reach(key, codec, found.first().and_then(Option::as_ref));
        Ok(())
    }

    fn reach(&mut self, key: Key, codec: u64, entry: Option<&Entry>) {
        let Some(entry) = entry else {
            self.missing += 1;
            return;
        };
        if self.live.set(entry.slot) {
            self.marked += 1;
        }
        let Some(linked) = LINKED.iter().position(|linked| *linked == codec) else {
            return;
        };
        if (codec == DAG_PB && entry.is_leaf()) || !self.wanted[linked].set(entry.slot) {
            return;
        }
        if self.stack.len() < self.stack_max {
            if self.stack.len() == self.stack.capacity() {
                // Doubling must not go past the bound.
                let more = self
                    .stack
                    .len()
                    .max(1024)
                    .min(self.stack_max - self.stack.len());
                self.stack.reserve_exact(more);
            }
            self.stack.push((key, entry.slot, linked as u8));
        } else {
            self.overflowed = true;
        }
    }

    /// Expands some blocks; true when there is nothing left to expand.
    pub(crate) fn step(&mut self, graph: &mut dyn Graph) -> Result<bool, CollectGarbage> {
        for _ in 0..STEP_NODES {
            let Some((key, slot, linked)) = self.stack.pop() else {
                if !self.overflowed {
                    return Ok(true);
                }
                self.refill(graph)?;
                continue;
            };
            self.expand(graph, key, slot, usize::from(linked))?;
        }
        Ok(false)
    }

    fn expand(
        &mut self,
        graph: &mut dyn Graph,
        key: Key,
        slot: u64,
        linked: usize,
    ) -> Result<(), CollectGarbage> {
        if self.expanded[linked].get(slot) {
            return Ok(());
        }
        let Some(cid) = key.to_cid(LINKED[linked]) else {
            return Ok(());
        };
        let mut children: Vec<(Key, u64)> = Vec::new();
        for link in graph.links(&cid)? {
            if let Address::Stored(key) = address(&link) {
                children.push((key, link.codec()));
            }
        }
        // In key order the look-ups share pages of the index.
        children.sort_unstable();
        children.dedup();
        let keys: Vec<Key> = children.iter().map(|(key, _)| *key).collect();
        let entries = graph.entries(&keys)?;
        for ((key, codec), entry) in children.iter().zip(&entries) {
            self.reach(*key, *codec, entry.as_ref());
        }
        self.expanded[linked].set(slot);
        self.since_checkpoint += 1;
        Ok(())
    }

    /// Finds blocks that are wanted and not expanded, as many as the stack takes.
    fn refill(&mut self, graph: &mut dyn Graph) -> Result<(), CollectGarbage> {
        self.overflowed = false;
        let mut after = None;
        loop {
            let rows = graph.after(after.as_ref(), RESCAN_ROWS)?;
            let Some((last, _)) = rows.last() else {
                return Ok(());
            };
            after = Some(*last);
            for (key, entry) in &rows {
                for linked in 0..LINKED.len() {
                    if self.wanted[linked].get(entry.slot) && !self.expanded[linked].get(entry.slot)
                    {
                        if self.stack.len() >= self.stack_max {
                            self.overflowed = true;
                            return Ok(());
                        }
                        self.stack.push((*key, entry.slot, linked as u8));
                    }
                }
            }
        }
    }
}
