//! What one peer wants of us, in the order in which it is served.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use cid::Cid;

use crate::bitswap::wire::WantKind;

/// The most wants kept for one peer. Kubo sends at most 1,024 at a time.
pub(crate) const MAX_WANTS: usize = 4096;

/// One want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) cid: Cid,
    pub(crate) kind: WantKind,
    pub(crate) priority: i32,
    pub(crate) send_dont_have: bool,
}

/// Larger priorities first, then in the order of arrival.
type Rank = (Reverse<i32>, u64);

/// Bounded, ordered, each block once.
#[derive(Debug, Default)]
pub(crate) struct WantQueue {
    order: BTreeMap<Rank, Wanted>,
    ranks: HashMap<Cid, Rank>,
    seq: u64,
}

impl WantQueue {
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// Adds or changes a want; `false` when there is no room for it.
    pub(crate) fn add(&mut self, wanted: Wanted) -> bool {
        let mut wanted = wanted;
        if let Some(old) = self.remove(&wanted.cid) {
            // A want of the bytes is not weakened by a later question.
            if old.kind == WantKind::Block {
                wanted.kind = WantKind::Block;
            }
        } else if self.order.len() >= MAX_WANTS {
            return false;
        }
        self.seq += 1;
        let rank = (Reverse(wanted.priority), self.seq);
        self.ranks.insert(wanted.cid, rank);
        self.order.insert(rank, wanted);
        true
    }

    pub(crate) fn remove(&mut self, cid: &Cid) -> Option<Wanted> {
        let rank = self.ranks.remove(cid)?;
        self.order.remove(&rank)
    }

    pub(crate) fn pop(&mut self) -> Option<Wanted> {
        let (_, wanted) = self.order.pop_first()?;
        self.ranks.remove(&wanted.cid);
        Some(wanted)
    }

    pub(crate) fn clear(&mut self) {
        self.order.clear();
        self.ranks.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn want(byte: u8, priority: i32, kind: WantKind) -> Wanted {
        Wanted {
            cid: dag::cid_of(dag::Codec::Raw, dag::CidVersion::V1, &[byte]),
            kind,
            priority,
            send_dont_have: true,
        }
    }

    #[test]
    fn larger_priorities_come_first_and_equal_ones_in_order() {
        let mut queue = WantQueue::default();
        for (byte, priority) in [(1, 5), (2, 9), (3, 5), (4, -1)] {
            assert!(queue.add(want(byte, priority, WantKind::Block)));
        }
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        let cids: Vec<_> = order.iter().map(|wanted| wanted.cid).collect();
        let expect = [2, 1, 3, 4].map(|byte| want(byte, 0, WantKind::Block).cid);
        assert_eq!(cids, expect);
    }

    #[test]
    fn a_block_is_in_it_once_and_a_question_does_not_weaken_a_want() {
        let mut queue = WantQueue::default();
        queue.add(want(1, 1, WantKind::Block));
        queue.add(want(1, 7, WantKind::Have));
        assert_eq!(queue.len(), 1);
        let wanted = queue.pop().expect("one");
        assert_eq!((wanted.kind, wanted.priority), (WantKind::Block, 7));
        assert!(queue.remove(&wanted.cid).is_none());
    }

    #[test]
    fn an_endless_list_stops_at_the_bound() {
        let mut queue = WantQueue::default();
        let accepted = (0..MAX_WANTS as u32 + 100)
            .filter(|n| {
                let cid = dag::cid_of(dag::Codec::Raw, dag::CidVersion::V1, &n.to_le_bytes());
                queue.add(Wanted {
                    cid,
                    ..want(0, 1, WantKind::Block)
                })
            })
            .count();
        assert_eq!((accepted, queue.len()), (MAX_WANTS, MAX_WANTS));
    }
}
