//! Whom to ask for which block, and when to ask somebody else: the fetching half of bitswap.
//!
//! What it is: a state machine over wants, sessions and peers. Messages and the time come in,
//! want-list entries and deliveries go out.
//! What it is not: it does no I/O, owns no task and reads no clock; `behaviour` drives it.
//!
//! Model. A *want* is one block that somebody waits for. It belongs to one or more *sessions*; a
//! session knows which peers may be asked. A want is pending (in the queue of each of its sessions,
//! ordered by deadline), or asked of exactly one peer, or hoped for: it was taken back a moment ago
//! and may come all the same. So a block is asked for twice only when a peer failed or is about to
//! miss a deadline, and then it is cancelled at the first.
//!
//! Each peer has a *window* of blocks that may be asked of it at once. It grows by one a block while
//! answers come hardly later than the soonest ever, and shrinks when they take longer, so that
//! several peers split a file by what each can give, and a seek finds short queues.
//!
//! A block that comes after its want was taken back is handed to the session that took it back, as
//! a *stray*: it was paid for, and may be wanted again.
//!
//! Invariants:
//! - A want in flight is in no queue; a pending one is in the queue of every session it belongs to.
//! - A session that is closed to strangers never names a block to a peer outside of it.
//! - Everything is bounded by the number of wants, sessions and connected peers.

mod peer;
mod schedule;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use cid::Cid;
use libp2p::PeerId;
use multihash::Multihash;
use tokio::time::Instant;

pub use crate::bitswap::client::peer::Strike;
use crate::bitswap::client::peer::{Arrival, PeerState};
use crate::bitswap::wire::{Entry, Presence, Version};

/// What a want is filed under: two addresses of the same bytes are one want.
pub(crate) type Key = Multihash<64>;

/// Names a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SessionId(pub(crate) u64);

/// How often providers are asked for again while a want has nobody to ask.
const SEEK_EVERY: Duration = Duration::from_secs(5);
/// How many strangers one block is offered to in one round of probing.
const PROBE_PEERS: usize = 32;
/// Blocks of one session that strangers are asked about at once.
const PROBE_WANTS: usize = 4;

/// Whom a session may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Any connected peer: blocks that are public.
    #[default]
    Anyone,
    /// Only the providers it was given: blocks whose very names are private.
    ProvidersOnly,
}

/// Something the driver must do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Hand a proven block to whoever waits in the session.
    Deliver(SessionId, Cid, Bytes),
    /// Hand over a proven block that the session took back too late.
    Stray(SessionId, Cid, Bytes),
    /// Nobody known has this block: find providers.
    Seek(SessionId, Cid),
    /// A peer broke the rules once too often: close its connections.
    Drop(PeerId, Strike),
}

/// Counters over the life of the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FetchStats {
    /// Blocks that were wanted when they came.
    pub blocks: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Blocks that came although they had come from elsewhere.
    pub duplicate_blocks: u64,
    /// Their bytes.
    pub duplicate_bytes: u64,
    /// Blocks that came after they were taken back: kept, but not waited for.
    pub late_blocks: u64,
    /// Their bytes.
    pub late_bytes: u64,
    /// Blocks that nobody had asked that peer for, wrong bytes included.
    pub unasked_blocks: u64,
}

struct Want {
    cid: Cid,
    deadline: Instant,
    seq: u64,
    sessions: Vec<SessionId>,
    /// Whom it is asked of, and since when.
    asked: Option<(PeerId, Instant)>,
    /// Who said they have it.
    have: Vec<PeerId>,
    /// Who said they have not, or failed to deliver it.
    refused: Vec<PeerId>,
    /// Strangers that were asked whether they have it.
    probed: Vec<PeerId>,
    sought: Option<Instant>,
    /// Until when it is hoped for.
    hoped: Option<Instant>,
}

#[derive(Default)]
struct Session {
    reach: Reach,
    /// Who may be asked for bytes.
    peers: HashSet<PeerId>,
    /// Its share of this session's refusals in a row, for peers that have nothing here.
    pending: BTreeSet<(Instant, u64, Key)>,
    wants: HashSet<Key>,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Client {
    sessions: HashMap<SessionId, Session>,
    wants: HashMap<Key, Want>,
    peers: HashMap<PeerId, PeerState>,
    /// Wants that are hoped for, by the time at which hope ends.
    hoped: BTreeSet<(Instant, Key)>,
    seq: u64,
    outputs: VecDeque<Output>,
    /// Peers whose window may have room or whose entries changed.
    dirty: HashSet<PeerId>,
    /// Sessions with wants that nobody may be asked for yet.
    unplaced: HashSet<SessionId>,
    stats: FetchStats,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("sessions", &self.sessions.len())
            .field("wants", &self.wants.len())
            .field("peers", &self.peers.len())
            .finish_non_exhaustive()
    }
}

impl Client {
    pub(crate) fn stats(&self) -> FetchStats {
        self.stats
    }

    /// What is wanted now, oldest first.
    pub(crate) fn wanted(&self) -> Vec<Cid> {
        let mut wants: Vec<&Want> = self.wants.values().collect();
        wants.sort_unstable_by_key(|want| want.seq);
        wants.into_iter().map(|want| want.cid).collect()
    }

    pub(crate) fn next_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub(crate) fn open_session(&mut self, id: SessionId, reach: Reach, providers: &[PeerId]) {
        let session = self.sessions.entry(id).or_default();
        session.reach = reach;
        session.peers.extend(providers);
        self.unplaced.insert(id);
    }

    pub(crate) fn close_session(&mut self, id: SessionId) {
        let Some(session) = self.sessions.remove(&id) else {
            return;
        };
        self.unplaced.remove(&id);
        for key in session.wants {
            self.leave_want(id, key);
        }
    }

    pub(crate) fn add_providers(&mut self, id: SessionId, providers: &[PeerId]) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.peers.extend(providers);
        self.unplaced.insert(id);
        self.dirty.extend(providers);
        for key in &session.wants {
            if let Some(want) = self.wants.get_mut(key) {
                // A fresh provider record is a reason to ask again.
                want.refused.retain(|peer| !providers.contains(peer));
            }
        }
    }

    /// Wants a block; wanting it again moves its deadline.
    pub(crate) fn want(&mut self, id: SessionId, cid: Cid, deadline: Instant, now: Instant) {
        let key = *cid.hash();
        if !self.sessions.contains_key(&id) {
            return;
        }
        self.unqueue(&key);
        self.seq += 1;
        let seq = self.seq;
        let hoped = match self.wants.contains_key(&key) {
            true => None,
            false => self.may_come_until(id, &key).filter(|until| *until > now),
        };
        self.hoped.extend(hoped.map(|until| (until, key)));
        let want = self.wants.entry(key).or_insert_with(|| Want {
            cid,
            deadline,
            seq,
            sessions: Vec::new(),
            asked: None,
            have: Vec::new(),
            refused: Vec::new(),
            probed: Vec::new(),
            sought: None,
            hoped,
        });
        if want.sessions.contains(&id) && want.sessions.len() == 1 {
            want.deadline = deadline;
        } else {
            want.deadline = want.deadline.min(deadline);
        }
        if !want.sessions.contains(&id) {
            want.sessions.push(id);
        }
        if let Some(session) = self.sessions.get_mut(&id) {
            session.wants.insert(key);
        }
        self.queue(&key);
    }

    fn may_come_until(&self, id: SessionId, key: &Key) -> Option<Instant> {
        let peers = self.sessions.get(&id)?.peers.iter();
        let until = peers.filter_map(|peer| self.peers.get(peer)?.may_come_until(key));
        until.max()
    }

    /// Ends the hope for blocks that should have come by now: they are asked for again.
    pub(super) fn give_up_hope(&mut self, now: Instant) {
        while let Some((until, key)) = self.hoped.first().copied()
            && until <= now
        {
            self.hoped.pop_first();
            if let Some(want) = self.wants.get_mut(&key) {
                want.hoped = None;
                self.queue(&key);
            }
        }
    }

    /// Takes a want back for one session.
    pub(crate) fn cancel(&mut self, id: SessionId, cid: &Cid) {
        let key = *cid.hash();
        if let Some(session) = self.sessions.get_mut(&id)
            && session.wants.remove(&key)
        {
            if let Some(want) = self.wants.get(&key) {
                session.pending.remove(&(want.deadline, want.seq, key));
            }
            self.leave_want(id, key);
        }
    }

    fn leave_want(&mut self, id: SessionId, key: Key) {
        let Some(want) = self.wants.get_mut(&key) else {
            return;
        };
        want.sessions.retain(|session| *session != id);
        if want.sessions.is_empty()
            && let Some(want) = self.wants.remove(&key)
        {
            self.forget(&want, key, None, Some(id));
        }
    }

    /// Takes a want back from everybody who knows of it, except from who delivered it. `keeper`
    /// keeps the block when it comes all the same.
    fn forget(
        &mut self,
        want: &Want,
        key: Key,
        delivered: Option<PeerId>,
        keeper: Option<SessionId>,
    ) {
        if let Some(until) = want.hoped {
            self.hoped.remove(&(until, key));
        }
        let asked = want.asked.map(|(peer, _)| peer);
        for peer in asked.iter().chain(&want.probed) {
            if let Some(state) = self.peers.get_mut(peer) {
                match delivered == Some(*peer) {
                    true => state.delivered(&key),
                    false => state.take_back(key, want.cid, keeper),
                }
                self.dirty.insert(*peer);
            }
        }
    }

    fn unqueue(&mut self, key: &Key) {
        if let Some(want) = self.wants.get(key) {
            for id in &want.sessions {
                if let Some(session) = self.sessions.get_mut(id) {
                    session.pending.remove(&(want.deadline, want.seq, *key));
                }
            }
        }
    }

    /// Puts a want that is not asked of anybody back into the queues of its sessions.
    fn queue(&mut self, key: &Key) {
        let Some(want) = self.wants.get(key) else {
            return;
        };
        if want.asked.is_some() || want.hoped.is_some() {
            return;
        }
        for id in &want.sessions {
            if let Some(session) = self.sessions.get_mut(id) {
                session.pending.insert((want.deadline, want.seq, *key));
                self.unplaced.insert(*id);
            }
        }
    }

    pub(crate) fn connected(&mut self, peer: PeerId) {
        self.peers.entry(peer).or_default();
        self.dirty.insert(peer);
        // Whoever waits for somebody to ask may ask this one.
        self.unplaced.extend(self.sessions.keys());
        self.introduce(peer);
    }

    pub(crate) fn disconnected(&mut self, peer: PeerId) {
        let Some(state) = self.peers.remove(&peer) else {
            return;
        };
        self.dirty.remove(&peer);
        for key in state.in_flight_keys() {
            self.unask(&key, peer);
        }
        for want in self.wants.values_mut() {
            want.have.retain(|other| *other != peer);
            want.probed.retain(|other| *other != peer);
        }
    }

    pub(crate) fn speaks(&mut self, peer: PeerId, version: Version) {
        if let Some(state) = self.peers.get_mut(&peer) {
            state.version = version;
        }
    }

    /// The peer does not speak bitswap: nothing is ever asked of it.
    pub(crate) fn unsupported(&mut self, peer: PeerId) {
        self.disconnected(peer);
    }

    /// A want is no longer in flight at `peer`.
    fn unask(&mut self, key: &Key, peer: PeerId) {
        if let Some(want) = self.wants.get_mut(key)
            && want.asked.is_some_and(|(asked, _)| asked == peer)
        {
            want.asked = None;
            self.queue(key);
        }
    }

    /// A block came whose bytes hash to `cid`.
    pub(crate) fn received_block(&mut self, peer: PeerId, cid: &Cid, data: Bytes, now: Instant) {
        let key = *cid.hash();
        let len = data.len() as u64;
        let arrival = match self.peers.get_mut(&peer) {
            Some(state) => state.arrived(&key, now),
            None => return,
        };
        self.dirty.insert(peer);
        let Some(want) = self.wants.remove(&key) else {
            match arrival {
                Arrival::Late(Some(keeper)) if self.sessions.contains_key(&keeper) => {
                    self.stats.late_blocks += 1;
                    self.stats.late_bytes += len;
                    self.outputs.push_back(Output::Stray(keeper, *cid, data));
                }
                Arrival::Late(_) | Arrival::Asked => {
                    self.stats.duplicate_blocks += 1;
                    self.stats.duplicate_bytes += len;
                }
                Arrival::Pushed => self.unasked(peer),
            }
            return;
        };
        if arrival == Arrival::Pushed && !want.probed.contains(&peer) {
            // The bytes are right, and somebody wants them: they are taken, but pushing is noted.
            self.stats.unasked_blocks += 1;
        }
        self.stats.blocks += 1;
        self.stats.bytes += len;
        for id in &want.sessions {
            if let Some(session) = self.sessions.get_mut(id) {
                session.pending.remove(&(want.deadline, want.seq, key));
                session.wants.remove(&key);
                if session.reach == Reach::Anyone {
                    session.peers.insert(peer);
                }
            }
            self.outputs
                .push_back(Output::Deliver(*id, want.cid, data.clone()));
        }
        self.forget(&want, key, Some(peer), None);
    }

    /// A block came that nobody asked this peer for: wrong bytes look like this.
    pub(crate) fn unasked(&mut self, peer: PeerId) {
        self.stats.unasked_blocks += 1;
        self.strike(peer, Strike::WrongBytes);
    }

    fn strike(&mut self, peer: PeerId, strike: Strike) {
        if let Some(state) = self.peers.get_mut(&peer)
            && state.strike(strike)
        {
            self.outputs.push_back(Output::Drop(peer, strike));
            self.banish(peer);
        }
    }

    /// Takes a peer out of every session; what was asked of it is asked of others.
    fn banish(&mut self, peer: PeerId) {
        for session in self.sessions.values_mut() {
            session.peers.remove(&peer);
        }
        self.disconnected(peer);
    }

    pub(crate) fn received_presence(&mut self, peer: PeerId, cid: &Cid, presence: Presence) {
        let key = *cid.hash();
        let Some(state) = self.peers.get_mut(&peer) else {
            return;
        };
        self.dirty.insert(peer);
        if presence == Presence::DontHave {
            state.refused(&key);
        }
        let Some(want) = self.wants.get_mut(&key) else {
            return;
        };
        match presence {
            Presence::Have => {
                if want.probed.contains(&peer) && !want.have.contains(&peer) {
                    want.have.push(peer);
                    want.refused.retain(|other| *other != peer);
                    for id in &want.sessions {
                        if let Some(session) = self.sessions.get_mut(id)
                            && session.reach == Reach::Anyone
                        {
                            session.peers.insert(peer);
                        }
                    }
                }
            }
            Presence::DontHave => {
                want.have.retain(|other| *other != peer);
                if !want.refused.contains(&peer) {
                    want.refused.push(peer);
                }
                self.unask(&key, peer);
            }
        }
    }

    /// Takes the entries that wait to be sent to `peer`.
    pub(crate) fn take_entries(&mut self, peer: &PeerId) -> Vec<Entry> {
        self.peers
            .get_mut(peer)
            .map(PeerState::take_entries)
            .unwrap_or_default()
    }

    /// Entries of a message that could not be sent: the wants in it are asked anew.
    pub(crate) fn lost_entries(&mut self, peer: PeerId, entries: &[Entry]) {
        for entry in entries {
            if let Entry::Want { cid, .. } = entry {
                if let Some(state) = self.peers.get_mut(&peer) {
                    state.refused(cid.hash());
                }
                self.unask(cid.hash(), peer);
            }
        }
    }
}
