//! What is known of one connected peer, and how much may be asked of it.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use cid::Cid;
use tokio::time::Instant;

use crate::bitswap::client::{Key, SessionId};
use crate::bitswap::wire::{Entry, Version, WantKind};

/// Blocks asked of a peer that has not answered yet.
const FIRST_WINDOW: usize = 4;
/// What waiting in line may add to the shortest time of a peer before its window stops growing:
/// long enough to keep a link busy, short enough that a seek does not wait for what came before.
const QUEUE_TARGET: Duration = Duration::from_millis(150);
/// Blocks asked of any peer at once: 64 MiB of the usual 256 KiB.
const MAX_WINDOW: usize = 256;
/// Cancelled wants whose blocks are still expected, for telling a late block from a pushed one.
const REMEMBERED: usize = 512;
/// The shortest and the longest time without a block after which a peer has stalled.
const STALL: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(15));
/// Stalls in a row after which nothing more is asked of a peer.
const MAX_STALLS: u32 = 3;
/// Wrong blocks after which a peer is disconnected.
const MAX_WRONG: u32 = 3;

/// Why a peer is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strike {
    /// It sends bytes that nobody asked it for, or that are not what was asked.
    WrongBytes,
    /// It promises and does not deliver.
    Stalled,
    /// Its messages do not decode or break a limit.
    Malformed,
}

/// A block that was taken back.
#[derive(Debug, Clone, Copy)]
struct Late {
    key: Key,
    /// Who would still keep it.
    keeper: Option<SessionId>,
    /// When it had been asked for.
    asked: Option<Instant>,
}

/// How a block came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// It had been asked for.
    Asked,
    /// It had been taken back; whoever took it back keeps it, unless it came from elsewhere.
    Late(Option<SessionId>),
    /// Nobody had asked this peer.
    Pushed,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct PeerState {
    pub(super) version: Version,
    /// Blocks asked and not answered, with the time of asking.
    in_flight: HashMap<Key, Instant>,
    window: usize,
    /// Smoothed time from asking to arrival.
    latency: Option<Duration>,
    /// The shortest time from asking to arrival; drifts up, for a path may change.
    shortest: Option<Duration>,
    /// The last block, or the first ask after there was nothing in flight.
    active: Option<Instant>,
    stalls: u32,
    wrong: u32,
    /// Taken back while the block may be on its way.
    late: VecDeque<Late>,
    entries: Vec<Entry>,
    /// Where in `entries` the word on a block stands.
    told: HashMap<Key, usize>,
}

impl Default for PeerState {
    fn default() -> Self {
        PeerState {
            version: Version::V120,
            in_flight: HashMap::new(),
            window: FIRST_WINDOW,
            latency: None,
            shortest: None,
            active: None,
            stalls: 0,
            wrong: 0,
            late: VecDeque::new(),
            entries: Vec::new(),
            told: HashMap::new(),
        }
    }
}

impl PeerState {
    pub(super) fn in_flight_keys(&self) -> Vec<Key> {
        self.in_flight.keys().copied().collect()
    }

    pub(super) fn room(&self) -> usize {
        self.window.saturating_sub(self.in_flight.len())
    }

    pub(super) fn latency(&self) -> Option<Duration> {
        self.latency
    }

    /// Whether nothing has come since it last stalled.
    pub(super) fn is_stalling(&self) -> bool {
        self.stalls > 0
    }

    /// Whether it was asked for something that has not come.
    pub(super) fn owes(&self) -> bool {
        !self.in_flight.is_empty()
    }

    pub(super) fn has_entries(&self) -> bool {
        !self.entries.is_empty()
    }

    /// Asks for the bytes of a block.
    pub(super) fn ask(&mut self, key: Key, cid: Cid, priority: i32, now: Instant) {
        if self.in_flight.is_empty() {
            self.active = Some(now);
        }
        self.in_flight.insert(key, now);
        self.late.retain(|late| late.key != key);
        self.tell(key, cid, WantKind::Block, priority);
    }

    /// Asks whether the peer has a block.
    pub(super) fn probe(&mut self, key: Key, cid: Cid, priority: i32) {
        self.tell(key, cid, WantKind::Have, priority);
    }

    fn tell(&mut self, key: Key, cid: Cid, kind: WantKind, priority: i32) {
        let entry = Entry::Want {
            cid,
            kind,
            priority,
            send_dont_have: true,
        };
        self.set_entry(key, entry);
    }

    /// One entry a block and message: the last word counts.
    fn set_entry(&mut self, key: Key, entry: Entry) {
        match self.told.get(&key).and_then(|at| self.entries.get_mut(*at)) {
            Some(old) => *old = entry,
            None => {
                self.told.insert(key, self.entries.len());
                self.entries.push(entry);
            }
        }
    }

    /// The block is wanted from this peer no more. `keeper` would still keep it when it comes.
    pub(super) fn take_back(&mut self, key: Key, cid: Cid, keeper: Option<SessionId>) {
        let asked = self.in_flight.remove(&key);
        // A peer may answer even want-have with a small block.
        self.expect_late(Late { key, keeper, asked });
        self.set_entry(key, Entry::Cancel(cid));
    }

    /// The peer has delivered the block, so there is nothing to take back.
    pub(super) fn delivered(&mut self, key: &Key) {
        self.in_flight.remove(key);
    }

    fn expect_late(&mut self, late: Late) {
        if self.late.len() == REMEMBERED {
            self.late.pop_front();
        }
        self.late.push_back(late);
    }

    /// Until when a block that was taken back may still come; asking again before would bring it
    /// twice.
    pub(super) fn may_come_until(&self, key: &Key) -> Option<Instant> {
        let late = self.late.iter().find(|late| late.key == *key)?;
        let usual = self.latency.unwrap_or(QUEUE_TARGET);
        Some(late.asked? + usual * 3 / 2 + QUEUE_TARGET / 2)
    }

    /// A block arrived. Whether it had been asked for.
    pub(super) fn arrived(&mut self, key: &Key, now: Instant) -> Arrival {
        let Some(asked) = self.in_flight.remove(key) else {
            let late = self.late.iter().position(|late| late.key == *key);
            let Some(late) = late.and_then(|at| self.late.remove(at)) else {
                return Arrival::Pushed;
            };
            // Slow, but alive.
            self.stalls = 0;
            self.active = Some(now);
            return Arrival::Late(late.keeper);
        };
        self.stalls = 0;
        self.active = Some(now);
        let took = now.saturating_duration_since(asked);
        self.latency = Some(match self.latency {
            Some(before) => (before * 7 + took) / 8,
            None => took,
        });
        let shortest = match self.shortest {
            Some(before) => took.min(before + before / 4096),
            None => took,
        };
        self.shortest = Some(shortest);
        // A window that was not used up says nothing about what the peer can do.
        let full = self.in_flight.len() + 1 >= self.window;
        let target = shortest + QUEUE_TARGET;
        if took > target + QUEUE_TARGET {
            self.window = (self.window - self.window.div_ceil(16)).max(2);
        } else if full && took < target {
            self.window = (self.window + 1).min(MAX_WINDOW);
        }
        Arrival::Asked
    }

    /// The peer has not got the block.
    pub(super) fn refused(&mut self, key: &Key) {
        if self.in_flight.remove(key).is_some() {
            self.stalls = 0;
        }
    }

    /// When the peer will have stalled, if it has something to answer.
    pub(super) fn stalls_at(&self) -> Option<Instant> {
        let (min, max) = STALL;
        let patience = self.latency.map_or(min * 2, |l| l * 4).clamp(min, max);
        match self.active {
            Some(active) if !self.in_flight.is_empty() => Some(active + patience),
            _ => None,
        }
    }

    /// Notes a stall: everything in flight comes back, to be asked of others first.
    pub(super) fn stall(&mut self, now: Instant) -> Vec<Key> {
        self.window = 1;
        self.active = Some(now);
        let keys: Vec<_> = self.in_flight.drain().map(|(key, _)| key).collect();
        for key in &keys {
            self.expect_late(Late {
                key: *key,
                keeper: None,
                asked: None,
            });
        }
        keys
    }

    /// Notes a fault; whether it was one too many.
    pub(super) fn strike(&mut self, strike: Strike) -> bool {
        let (count, max) = match strike {
            Strike::WrongBytes => (&mut self.wrong, MAX_WRONG),
            Strike::Stalled => (&mut self.stalls, MAX_STALLS),
            Strike::Malformed => return true,
        };
        *count += 1;
        *count >= max
    }

    pub(super) fn take_entries(&mut self) -> Vec<Entry> {
        self.told.clear();
        std::mem::take(&mut self.entries)
    }
}
