//! Whom to serve next, and how fast: the port that Speed plugs into, and the plain answer to it.

use std::collections::HashMap;
use std::time::Duration;

use libp2p::PeerId;
use tokio::time::Instant;

/// What passed between this node and one peer since it connected, in bytes of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ledger {
    /// Bytes it gave us that we wanted.
    pub received_bytes: u64,
    /// Blocks it gave us that we wanted.
    pub received_blocks: u64,
    /// Bytes it got from us.
    pub sent_bytes: u64,
    /// Blocks it got from us.
    pub sent_blocks: u64,
}

/// A peer that waits to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Who.
    pub peer: PeerId,
    /// How many blocks it wants.
    pub wants: usize,
    /// What passed so far.
    pub ledger: Ledger,
}

/// What a policy decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Read about this many bytes for this peer. The last block may go over it.
    Serve {
        /// One of those that wait.
        peer: PeerId,
        /// Bytes of blocks; at most [`MAX_TURN`] is used.
        budget: usize,
    },
    /// Nobody before this time.
    Later(Instant),
}

/// The most bytes of one turn.
pub const MAX_TURN: usize = 1024 * 1024;
/// The bytes of a fair turn: two of the usual blocks, small enough to interleave.
const FAIR_TURN: usize = 512 * 1024;

/// Decides whom to serve next. Called inside the network's task: it must not block.
pub trait ServePolicy: Send + 'static {
    /// Picks one of `waiting`, which is never empty.
    fn next(&mut self, waiting: &[Waiting], now: Instant) -> Turn;

    /// `bytes` of blocks were read for `peer` and are on their way.
    fn served(&mut self, peer: PeerId, bytes: usize, now: Instant);

    /// `peer` gave us `bytes` that we wanted.
    fn received(&mut self, _peer: PeerId, _bytes: usize) {}

    /// `peer` has gone, with what passed in between.
    fn disconnected(&mut self, _peer: PeerId, _ledger: Ledger) {}
}

/// Fair rounds: each peer that waits gets the same number of bytes in the long run, whatever the
/// size of its blocks and however many it wants; optionally under one limit for all.
///
/// This is start-time fair queueing. A peer that comes late starts at the smallest count among those
/// being served, so neither does it get what it missed, nor must it wait for anybody.
#[derive(Debug, Default)]
pub struct FairRounds {
    counts: HashMap<PeerId, u64>,
    /// The count of whoever was served last: where newcomers start.
    floor: u64,
    limit: Option<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    bytes_per_second: u64,
    /// When the bytes given so far are paid off.
    paid_at: Option<Instant>,
}

/// How much of a limit may be used at once after a pause.
const BURST: Duration = Duration::from_millis(250);

impl FairRounds {
    /// Fair rounds without a limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fair rounds that together give at most this many bytes a second (at least one).
    pub fn limited(bytes_per_second: u64) -> Self {
        FairRounds {
            limit: Some(Bucket {
                bytes_per_second: bytes_per_second.max(1),
                paid_at: None,
            }),
            ..Self::default()
        }
    }
}

impl ServePolicy for FairRounds {
    fn next(&mut self, waiting: &[Waiting], now: Instant) -> Turn {
        if let Some(Bucket {
            paid_at: Some(paid_at),
            ..
        }) = self.limit
            && paid_at > now + BURST
        {
            return Turn::Later(paid_at - BURST);
        }
        let floor = self.floor;
        let count = |peer: &PeerId| self.counts.get(peer).copied().unwrap_or(0).max(floor);
        let next = waiting.iter().min_by_key(|one| count(&one.peer));
        match next {
            Some(one) => {
                let count = count(&one.peer);
                self.counts.insert(one.peer, count);
                self.floor = count;
                Turn::Serve {
                    peer: one.peer,
                    budget: FAIR_TURN,
                }
            }
            None => Turn::Later(now + BURST),
        }
    }

    fn served(&mut self, peer: PeerId, bytes: usize, now: Instant) {
        // Even a turn that found nothing counts, or a peer that asks for nothing real would always
        // be first.
        *self.counts.entry(peer).or_default() += bytes.max(1024) as u64;
        if let Some(bucket) = &mut self.limit {
            let cost = bytes as f64 / bucket.bytes_per_second as f64;
            let from = bucket.paid_at.map_or(now, |paid_at| paid_at.max(now));
            bucket.paid_at = Some(from + Duration::from_secs_f64(cost));
        }
    }

    fn disconnected(&mut self, peer: PeerId, _: Ledger) {
        self.counts.remove(&peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(peers: &[PeerId]) -> Vec<Waiting> {
        let one = |peer: &PeerId| Waiting {
            peer: *peer,
            wants: 1,
            ledger: Ledger::default(),
        };
        peers.iter().map(one).collect()
    }

    #[test]
    fn peers_get_the_same_bytes_whatever_the_size_of_their_blocks() {
        let peers = [PeerId::random(), PeerId::random(), PeerId::random()];
        let sizes = [1_000_000, 300_000, 20_000];
        let mut policy = FairRounds::new();
        let mut got = [0_usize; 3];
        let now = Instant::now();
        for _ in 0..6_000 {
            let Turn::Serve { peer, .. } = policy.next(&waiting(&peers), now) else {
                panic!("there is no limit")
            };
            let at = peers.iter().position(|one| *one == peer).expect("waiting");
            policy.served(peer, sizes[at], now);
            got[at] += sizes[at];
        }
        let (min, max) = (got.iter().min().unwrap(), got.iter().max().unwrap());
        assert!(max - min <= 2_000_000, "one block of difference: {got:?}");
    }

    #[test]
    fn a_newcomer_neither_waits_nor_catches_up() {
        let (old, new) = (PeerId::random(), PeerId::random());
        let mut policy = FairRounds::new();
        let now = Instant::now();
        for _ in 0..1_000 {
            assert!(
                matches!(policy.next(&waiting(&[old]), now), Turn::Serve { peer, .. } if peer == old)
            );
            policy.served(old, 500_000, now);
        }
        let mut got = 0;
        for _ in 0..100 {
            match policy.next(&waiting(&[old, new]), now) {
                Turn::Serve { peer, .. } => {
                    got += usize::from(peer == new);
                    policy.served(peer, 500_000, now);
                }
                Turn::Later(_) => panic!("there is no limit"),
            }
        }
        assert!((49..=51).contains(&got), "half of the turns, not {got}");
    }

    #[test]
    fn a_limit_holds_over_time_and_after_a_pause() {
        let peer = PeerId::random();
        let mut policy = FairRounds::limited(1_000_000);
        let start = Instant::now();
        let (mut now, mut given) = (start, 0);
        while now < start + Duration::from_secs(10) {
            match policy.next(&waiting(&[peer]), now) {
                Turn::Serve { .. } => {
                    policy.served(peer, 100_000, now);
                    given += 100_000;
                }
                Turn::Later(at) => now = at,
            }
        }
        assert!((9_900_000..=10_400_000).contains(&given), "{given}");
        now += Duration::from_secs(60);
        let mut burst = 0;
        while let Turn::Serve { .. } = policy.next(&waiting(&[peer]), now) {
            policy.served(peer, 100_000, now);
            burst += 100_000;
        }
        assert!(
            burst <= 400_000,
            "a pause saves up a quarter of a second: {burst}"
        );
    }
}
