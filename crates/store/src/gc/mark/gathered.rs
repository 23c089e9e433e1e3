//! Links that wait to be looked up: millions of them in eight bytes each, so that one pass over
//! the index in key order answers them all.
//!
//! Of a sha2-256 address 62 bits are kept, beside two for the codec. Two addresses that share them
//! are looked up as one and both are marked: that keeps a block too many, never one too few.

use crate::key::{DAG_CBOR, DAG_JSON, DAG_PB, Key};

/// What multihashes of sha2-256 begin with.
const SHA2_256: [u8; 2] = [0x12, 32];
const CLASS: u64 = 3;

/// Codecs by what marking does with them: its place in [`super::LINKED`] plus one, or 0.
pub(super) fn class_of(codec: u64) -> u64 {
    match codec {
        DAG_PB => 1,
        // One map for both: the links of a block are those of either reading.
        DAG_CBOR | DAG_JSON => 2,
        _ => 0,
    }
}

/// The first 62 bits of the digest, in the upper bits; `None` for other hashes.
pub(crate) fn prefix_of(key: &[u8]) -> Option<u64> {
    let digest = key.strip_prefix(&SHA2_256)?;
    Some(u64::from_be_bytes(*digest.first_chunk()?) & !CLASS)
}

/// The least key with a prefix.
pub(crate) fn first_key(prefix: u64) -> [u8; 10] {
    let mut key = [0; 10];
    key[..2].copy_from_slice(&SHA2_256);
    key[2..].copy_from_slice(&prefix.to_be_bytes());
    key
}

/// A key above all keys with a prefix, as near as ten bytes can say.
pub(crate) fn end_key(prefix: u64) -> [u8; 10] {
    match prefix.checked_add(CLASS + 1) {
        Some(next) => first_key(next),
        None => [SHA2_256[0], SHA2_256[1] + 1, 0, 0, 0, 0, 0, 0, 0, 0],
    }
}

/// The buffer: filled, sorted, then answered piece by piece.
#[derive(Debug)]
pub(super) struct Gathered {
    /// Digest prefix and class.
    links: Vec<u64>,
    /// Block number and class of nodes whose links are here.
    nodes: Vec<u64>,
    max: usize,
    /// Links that are answered; the rest is sorted once this counts.
    done: usize,
    sealed: bool,
}

/// Pushes without doubling past `max` elements.
pub(super) fn push_bounded<T>(vec: &mut Vec<T>, value: T, max: usize) {
    if vec.len() == vec.capacity() {
        let room = max.saturating_sub(vec.len()).max(1024);
        vec.reserve_exact(vec.len().max(1024).min(room));
    }
    vec.push(value);
}

impl Gathered {
    pub(super) fn new(max: usize) -> Self {
        Self {
            links: Vec::new(),
            nodes: Vec::new(),
            max: max.max(16),
            done: 0,
            sealed: false,
        }
    }

    #[cfg(test)]
    pub(super) fn memory_bytes(&self) -> usize {
        (self.links.capacity() + self.nodes.capacity()) * 8
    }

    pub(super) fn is_empty(&self) -> bool {
        self.links.is_empty() && self.nodes.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.links.len() + self.nodes.len() >= self.max
    }

    pub(super) fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// Takes a link; false when its hash is not sha2-256.
    pub(super) fn link(&mut self, key: &Key, codec: u64) -> bool {
        let Some(prefix) = prefix_of(key.as_bytes()) else {
            return false;
        };
        push_bounded(&mut self.links, prefix | class_of(codec), self.max);
        true
    }

    /// Notes a node all of whose links were taken.
    pub(super) fn node(&mut self, slot: u64, linked: usize) {
        push_bounded(&mut self.nodes, slot << 1 | linked as u64, self.max);
    }

    /// No more is taken until all is answered.
    pub(super) fn seal(&mut self) {
        self.links.sort_unstable();
        self.links.dedup();
        self.sealed = true;
    }

    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    /// The next `count` links or so, sorted; one prefix is never cut in two.
    pub(super) fn piece(&self, count: usize) -> &[u64] {
        let rest = self.links.get(self.done..).unwrap_or_default();
        let mut end = count.min(rest.len());
        while let (Some(last), Some(next)) = (
            end.checked_sub(1).and_then(|at| rest.get(at)),
            rest.get(end),
        ) && last & !CLASS == next & !CLASS
        {
            end += 1;
        }
        rest.get(..end).unwrap_or_default()
    }

    /// Says that a piece was answered; when it was the last, gives the nodes that are done with
    /// and begins anew.
    pub(super) fn answered(&mut self, count: usize, mut finish: impl FnMut(u64, usize)) {
        self.done += count;
        if self.done < self.links.len() {
            return;
        }
        for node in self.nodes.drain(..) {
            finish(node >> 1, (node & 1) as usize);
        }
        self.links.clear();
        self.done = 0;
        self.sealed = false;
    }
}

/// The prefix and class of a gathered link.
pub(super) fn split(link: u64) -> (u64, u64) {
    (link & !CLASS, link & CLASS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn prefixes_keep_the_order_of_keys(one: [u8; 32], two: [u8; 32]) {
            let key = |digest: &[u8]| [&SHA2_256[..], digest].concat();
            let (one, two) = (key(&one), key(&two));
            let prefix = prefix_of(&one).unwrap();
            prop_assert!(first_key(prefix).as_slice() <= one.as_slice());
            prop_assert!(end_key(prefix).as_slice() > one.as_slice());
            if one <= two {
                prop_assert!(prefix <= prefix_of(&two).unwrap());
            }
        }
    }

    #[test]
    fn the_ends_of_the_key_space_are_covered() {
        let last = [&SHA2_256[..], &[0xff; 32]].concat();
        assert!(end_key(prefix_of(&last).unwrap()).as_slice() > last.as_slice());
        assert_eq!(prefix_of(&[0x11, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9]), None);
        assert_eq!(prefix_of(&[0x12, 32, 1]), None);
    }

    #[test]
    fn pieces_keep_equal_prefixes_together_and_end() {
        let mut gathered = Gathered::new(100);
        for digest in [1_u8, 1, 1, 2, 2, 3] {
            for codec in [DAG_PB, DAG_CBOR, crate::key::RAW] {
                let key = Key::from_bytes(&[&SHA2_256[..], &[digest; 32]].concat()).unwrap();
                assert!(gathered.link(&key, codec));
            }
        }
        gathered.node(7, 1);
        gathered.seal();
        let mut seen = Vec::new();
        let mut finished = Vec::new();
        while gathered.is_sealed() {
            let piece = gathered.piece(2).to_vec();
            seen.push(piece.len());
            gathered.answered(piece.len(), |slot, linked| finished.push((slot, linked)));
        }
        assert_eq!(seen, [3, 3, 3]);
        assert_eq!(finished, [(7, 1)]);
        assert!(gathered.is_empty());
    }
}
