//! Which blocks are anybody's: what public shares reach, and what was fetched from the public.
//!
//! What it is: sets of keyed 64-bit hashes of addresses, 8 to 16 bytes a block, so that a question
//! is one look-up, however many shares and blocks there are, and the same for a block that is private
//! as for one that is not here. Nobody outside can make two addresses meet.
//! What it is not: it reads no block and knows no peer.
//!
//! Invariant: a block is served to strangers only while a public share reaches it. What was fetched
//! is shown by this node's own gateway, and not served.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError, RwLock};

use dag::Cid;
use library::ShareId;

use crate::jobs::lock;

/// Fetched blocks that are remembered, twice at most.
const MAX_FETCHED: usize = 500_000;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct PublicBlocks {
    hasher: RandomState,
    shared: RwLock<Shared>,
    fetched: Mutex<Fetched>,
}

#[derive(Debug, Default)]
struct Shared {
    /// How many shares reach a block.
    blocks: HashMap<u64, u32>,
    by_share: HashMap<ShareId, Vec<u64>>,
}

/// The newer and the older half of what was fetched.
#[derive(Debug, Default)]
struct Fetched {
    new: HashSet<u64>,
    old: HashSet<u64>,
}

impl PublicBlocks {
    /// What stands for a block in these sets.
    pub(crate) fn key(&self, cid: &Cid) -> u64 {
        self.hasher.hash_one(cid.hash().to_bytes())
    }

    /// Whether a public share reaches the block.
    pub(crate) fn is_shared(&self, cid: &Cid) -> bool {
        let key = self.key(cid);
        let shared = self.shared.read().unwrap_or_else(PoisonError::into_inner);
        shared.blocks.contains_key(&key)
    }

    /// Whether this node may show the block to whoever asks its gateway.
    pub(crate) fn is_public(&self, cid: &Cid) -> bool {
        let key = self.key(cid);
        let shared = self.shared.read().unwrap_or_else(PoisonError::into_inner);
        if shared.blocks.contains_key(&key) {
            return true;
        }
        drop(shared);
        let fetched = lock(&self.fetched);
        fetched.new.contains(&key) || fetched.old.contains(&key)
    }

    /// A share is public now, and reaches these.
    pub(crate) fn add(&self, id: ShareId, mut keys: Vec<u64>) {
        keys.sort_unstable();
        keys.dedup();
        let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        if shared.by_share.contains_key(&id) {
            return;
        }
        for key in &keys {
            *shared.blocks.entry(*key).or_default() += 1;
        }
        shared.by_share.insert(id, keys);
    }

    /// A share is public no more.
    pub(crate) fn remove(&self, id: ShareId) {
        let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        for key in shared.by_share.remove(&id).unwrap_or_default() {
            if let Some(count) = shared.blocks.get_mut(&key) {
                *count -= 1;
                if *count == 0 {
                    shared.blocks.remove(&key);
                }
            }
        }
    }

    /// The block came from the public.
    pub(crate) fn fetched(&self, cid: &Cid) {
        let key = self.key(cid);
        let mut fetched = lock(&self.fetched);
        if fetched.new.len() >= MAX_FETCHED {
            fetched.old = std::mem::take(&mut fetched.new);
        }
        fetched.new.insert(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_shared_until_its_last_share_goes() {
        let public = PublicBlocks::default();
        let cid = |number: u8| dag::cid_of(dag::Codec::Raw, dag::CidVersion::V1, &[number]);
        let keys = |numbers: &[u8]| numbers.iter().map(|n| public.key(&cid(*n))).collect();
        let (one, two) = (ShareId([1; 16]), ShareId([2; 16]));
        public.add(one, keys(&[1, 2, 2]));
        public.add(one, keys(&[1, 2]));
        public.add(two, keys(&[2, 3]));
        public.remove(one);
        public.remove(one);
        assert!(!public.is_shared(&cid(1)));
        assert!(public.is_shared(&cid(2)) && public.is_shared(&cid(3)));
        public.remove(two);
        assert!(!public.is_shared(&cid(2)));
        public.fetched(&cid(4));
        assert!(public.is_public(&cid(4)) && !public.is_shared(&cid(4)));
    }
}
