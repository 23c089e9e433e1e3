//! A synthetic index for measuring the mark phase; used by `examples/gc_mark.rs` and the tests.
//!
//! One tree of `total` blocks, 174 links a node, whose keys are scattered over the key space the
//! way hashes are. No block has bytes: links are computed, so that only index and marking count.

use std::sync::Arc;

use dag::Cid;

use crate::core::Core;
use crate::entry::{Entry, EntryHead, FolderId, Location, SegmentId};
use crate::error::IndexFault;
use crate::gc::CollectGarbage;
use crate::gc::mark::{Graph, IndexGraph, Marker};
use crate::index::counter;
use crate::key::{Address, DAG_PB, Key, RAW, address};
use crate::store::Store;

/// Links of an inner node.
const FAN_OUT: u64 = 174;
/// Rows of one transaction.
const ROWS: u64 = 1 << 20;

/// The shape of the synthetic tree.
#[derive(Debug, Clone, Copy)]
struct Tree {
    total: u64,
    /// Node `n` has key number `n * scatter % total`.
    scatter: u64,
    /// The inverse of `scatter`.
    gather: u64,
}

impl Tree {
    fn new(total: u64) -> Self {
        let total = total.max(2);
        let mut scatter = (total as f64 * 0.618) as u64 | 1;
        loop {
            if let Some(gather) = inverse(scatter, total) {
                return Self {
                    total,
                    scatter,
                    gather,
                };
            }
            scatter += 1;
        }
    }

    fn is_inner(self, node: u64) -> bool {
        node * FAN_OUT + 1 < self.total
    }

    /// Keys rise with their number, so that rows can be inserted in order.
    fn key(self, node: u64) -> Key {
        let number = (u128::from(node) * u128::from(self.scatter) % u128::from(self.total)) as u64;
        let mut bytes = [0x5a; 34];
        bytes[..2].copy_from_slice(&[0x12, 32]);
        bytes[2..10].copy_from_slice(&(number * (u64::MAX / self.total)).to_be_bytes());
        bytes[10..18].copy_from_slice(&node.to_be_bytes());
        Key::from_bytes(&bytes).expect("BUG: 34 bytes fit a key")
    }

    fn cid(self, node: u64) -> Option<Cid> {
        self.key(node)
            .to_cid(if self.is_inner(node) { DAG_PB } else { RAW })
    }

    fn node_at(self, number: u64) -> u64 {
        (u128::from(number) * u128::from(self.gather) % u128::from(self.total)) as u64
    }

    fn links(self, cid: &Cid) -> Vec<Cid> {
        let Address::Stored(key) = address(cid) else {
            return Vec::new();
        };
        let node = key.as_bytes().get(10..18).and_then(<[u8]>::first_chunk);
        let first = node.map_or(0, |node| u64::from_be_bytes(*node)) * FAN_OUT + 1;
        let last = (first + FAN_OUT).min(self.total);
        (first..last).filter_map(|child| self.cid(child)).collect()
    }

    fn entry(self, number: u64) -> Entry {
        let location = Location::Segment {
            folder: FolderId(0),
            segment: SegmentId(1 + number / 1024),
            offset: 32 + number % 1024 * 262_200,
            len: 262_144,
        };
        Entry {
            flags: 0,
            slot: number,
            epoch: 1,
            len: 262_144,
            locations: vec![location],
        }
    }
}

fn inverse(of: u64, modulus: u64) -> Option<u64> {
    let (mut a, mut b) = (i128::from(of), i128::from(modulus));
    let (mut x, mut y) = (1_i128, 0_i128);
    while b != 0 {
        let quotient = a / b;
        (a, b) = (b, a - quotient * b);
        (x, y) = (y, x - quotient * y);
    }
    (a == 1).then(|| x.rem_euclid(i128::from(modulus)) as u64)
}

/// Fills the index of an empty store with `total` rows.
pub fn fill_index(store: &Store, total: u64) -> Result<(), IndexFault> {
    let tree = Tree::new(total);
    let core = store.core();
    let mut number = 0;
    while number < tree.total {
        let end = tree.total.min(number + ROWS);
        // Only the last one waits for the disk.
        let durability = if end == tree.total {
            redb::Durability::Immediate
        } else {
            redb::Durability::None
        };
        core.index.write_as(durability, |tables| {
            for number in number..end {
                let key = tree.key(tree.node_at(number));
                tables.replace(&key, None, Some(&tree.entry(number)))?;
            }
            tables.set_counter(counter::NEXT_SLOT, end);
            Ok::<_, IndexFault>(())
        })?;
        number = end;
    }
    Ok(())
}

struct IndexedTree<'a> {
    tree: Tree,
    index: IndexGraph<'a>,
}

impl Graph for IndexedTree<'_> {
    fn blocks(&mut self) -> Result<u64, IndexFault> {
        self.index.blocks()
    }

    fn head(&mut self, key: &Key) -> Result<Option<EntryHead>, IndexFault> {
        self.index.head(key)
    }

    fn between(
        &mut self,
        ranges: &mut dyn Iterator<Item = ([u8; 10], [u8; 10])>,
        visit: &mut dyn FnMut(&[u8], EntryHead),
    ) -> Result<(), IndexFault> {
        self.index.between(ranges, visit)
    }

    fn after(
        &mut self,
        key: Option<&Key>,
        count: usize,
    ) -> Result<Vec<(Key, EntryHead)>, IndexFault> {
        self.index.after(key, count)
    }

    fn links(&mut self, cid: &Cid) -> Result<Vec<Cid>, CollectGarbage> {
        Ok(self.tree.links(cid))
    }
}

/// Marks the whole tree of an index that [`fill_index`] filled; gives the number of marked blocks.
pub fn mark_index(store: &Store, total: u64, memory_bytes: u64) -> Result<u64, CollectGarbage> {
    let tree = Tree::new(total);
    let core: &Arc<Core> = store.core();
    let mut graph = IndexedTree {
        tree,
        index: IndexGraph { core },
    };
    let mut marker = Marker::new(memory_bytes);
    if let Some(root) = tree.cid(0) {
        marker.root(&mut graph, &root, true)?;
    }
    while !marker.step(&mut graph)? {}
    Ok(marker.marked())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree with no index below: rows are computed.
    struct Computed(Tree);

    impl Graph for Computed {
        fn blocks(&mut self) -> Result<u64, IndexFault> {
            Ok(self.0.total)
        }

        fn head(&mut self, _: &Key) -> Result<Option<EntryHead>, IndexFault> {
            Ok(None)
        }

        fn between(
            &mut self,
            ranges: &mut dyn Iterator<Item = ([u8; 10], [u8; 10])>,
            visit: &mut dyn FnMut(&[u8], EntryHead),
        ) -> Result<(), IndexFault> {
            let step = u64::MAX / self.0.total;
            let from = |key: &[u8; 10]| match key[1] {
                32 => u64::from_be_bytes(*key[2..].first_chunk().unwrap()).div_ceil(step),
                _ => self.0.total,
            };
            for (start, end) in ranges {
                for number in from(&start)..from(&end).min(self.0.total) {
                    visit(
                        self.0.key(self.0.node_at(number)).as_bytes(),
                        self.0.head(number),
                    );
                }
            }
            Ok(())
        }

        fn after(
            &mut self,
            key: Option<&Key>,
            count: usize,
        ) -> Result<Vec<(Key, EntryHead)>, IndexFault> {
            let step = u64::MAX / self.0.total;
            let number =
                |key: &Key| u64::from_be_bytes(*key.as_bytes()[2..].first_chunk().unwrap()) / step;
            let from = key.map_or(0, |key| number(key) + 1);
            let to = self.0.total.min(from + count as u64);
            Ok((from..to)
                .map(|n| (self.0.key(self.0.node_at(n)), self.0.head(n)))
                .collect())
        }

        fn links(&mut self, cid: &Cid) -> Result<Vec<Cid>, CollectGarbage> {
            Ok(self.0.links(cid))
        }
    }

    impl Tree {
        fn head(self, number: u64) -> EntryHead {
            EntryHead::decode(&self.entry(number).encode()).unwrap()
        }
    }

    #[test]
    fn marking_takes_five_bits_a_block_and_a_bounded_stack() {
        for (total, memory) in [(1_000_000_u64, 64 << 20), (300_000, 4 << 10)] {
            let tree = Tree::new(total);
            let mut graph = Computed(tree);
            let mut marker = Marker::new(memory);
            marker
                .root(&mut graph, &tree.cid(0).unwrap(), true)
                .unwrap();
            while !marker.step(&mut graph).unwrap() {}
            assert_eq!(marker.marked(), total, "every block is reached");
            let bound = total * 5 / 8 + memory * 3 / 4 + 5 * (64 << 10);
            assert!(
                marker.memory_bytes() <= bound,
                "{} > {bound}",
                marker.memory_bytes()
            );
        }
    }

    #[test]
    fn a_synthetic_index_is_marked_whole() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(crate::StoreConfig::new(home.path())).unwrap();
        fill_index(&store, 50_000).unwrap();
        assert_eq!(mark_index(&store, 50_000, 1 << 20).unwrap(), 50_000);
    }
}
