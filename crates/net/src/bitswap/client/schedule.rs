//! The deciding half of the client: fills windows, probes strangers, rescues late wants.

use std::time::Duration;

use libp2p::PeerId;
use tokio::time::Instant;

use crate::bitswap::client::peer::Strike;
use crate::bitswap::client::{
    Client, Key, Output, PROBE_PEERS, PROBE_WANTS, Reach, SEEK_EVERY, SessionId,
};
use crate::bitswap::wire::Version;

/// How far down a queue a block is looked for that a peer may be asked for.
const SCAN: usize = 256;
/// A want in flight may be asked of somebody idle when it is this much over the usual time.
const RESCUE_AFTER: Duration = Duration::from_millis(500);
/// Duplicates that rescuing may cost, as a share of the blocks: one in this many.
const RESCUE_SHARE: u64 = 50;

impl Client {
    /// Does everything that became possible. Returns the peers with entries to send.
    pub(crate) fn schedule(&mut self, now: Instant) -> Vec<PeerId> {
        self.expire(now);
        self.give_up_hope(now);
        let unplaced: Vec<_> = self.unplaced.drain().collect();
        for id in unplaced {
            if let Some(session) = self.sessions.get(&id) {
                self.dirty.extend(&session.peers);
            }
            self.place(id, now);
        }
        let mut dirty: Vec<_> = self.dirty.drain().collect();
        // Whoever answers soonest is asked first, so that the first blocks come soonest.
        dirty.sort_by_key(|peer| self.peers.get(peer).and_then(|state| state.latency()));
        for peer in &dirty {
            self.fill(*peer, now);
        }
        dirty.retain(|peer| {
            self.peers
                .get(peer)
                .is_some_and(|state| state.has_entries())
        });
        dirty
    }

    /// When `schedule` has something to do although nothing happens.
    pub(crate) fn next_timer(&self, now: Instant) -> Option<Instant> {
        let stalls = self.peers.values().filter_map(|state| state.stalls_at());
        let seeks = self
            .sessions
            .values()
            .filter_map(|session| {
                let (_, _, key) = session.pending.first()?;
                self.wants.get(key)?.sought
            })
            .map(|sought| sought + SEEK_EVERY)
            // What is due and was not sought now waits for room in a window, not for time.
            .filter(|at| *at > now);
        let hopes = self.hoped.first().map(|(until, _)| *until);
        stalls.chain(seeks).chain(hopes).min()
    }

    /// Peers that stalled lose what they were asked for, and at last their place.
    fn expire(&mut self, now: Instant) {
        let stalled: Vec<_> = self
            .peers
            .iter()
            .filter(|(_, state)| state.stalls_at().is_some_and(|at| at <= now))
            .map(|(peer, _)| *peer)
            .collect();
        for peer in stalled {
            let keys = match self.peers.get_mut(&peer) {
                Some(state) => state.stall(now),
                None => continue,
            };
            for key in &keys {
                if let Some(want) = self.wants.get_mut(key) {
                    if !want.refused.contains(&peer) {
                        want.refused.push(peer);
                    }
                    let cid = want.cid;
                    if let Some(state) = self.peers.get_mut(&peer) {
                        state.take_back(*key, cid, None);
                    }
                }
                self.unask(key, peer);
            }
            self.dirty.insert(peer);
            self.strike_stalled(peer);
        }
        let waiting: Vec<_> = self
            .sessions
            .iter()
            .filter(|(_, session)| {
                session.pending.first().is_some_and(|(_, _, key)| {
                    let sought = self.wants.get(key).and_then(|want| want.sought);
                    sought.is_some_and(|sought| sought + SEEK_EVERY <= now)
                })
            })
            .map(|(id, _)| *id)
            .collect();
        self.unplaced.extend(waiting);
    }

    /// A stalled peer is not disconnected, for it may be slow and honest; it is only left alone.
    fn strike_stalled(&mut self, peer: PeerId) {
        let out = self
            .peers
            .get_mut(&peer)
            .is_some_and(|state| state.strike(Strike::Stalled));
        if out {
            // The last one that a session may ask stays: slow is better than nobody.
            let peers = &self.peers;
            for session in self.sessions.values_mut() {
                let mut others = session.peers.iter().filter(|other| **other != peer);
                if others.any(|other| peers.contains_key(other)) {
                    session.peers.remove(&peer);
                }
            }
            self.outputs.push_back(Output::Drop(peer, Strike::Stalled));
        }
    }

    /// Looks for somebody to ask for the first wants of a session that nobody known may have.
    fn place(&mut self, id: SessionId, now: Instant) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        let reach = session.reach;
        let providers: Vec<_> = session
            .peers
            .iter()
            .filter(|peer| self.peers.contains_key(peer))
            .copied()
            .collect();
        let orphans: Vec<Key> = session
            .pending
            .iter()
            .take(SCAN)
            .filter(|(_, _, key)| {
                self.wants.get(key).is_some_and(|want| {
                    providers.iter().all(|peer| want.refused.contains(peer))
                        && want.sought.is_none_or(|sought| sought + SEEK_EVERY <= now)
                })
            })
            .map(|(_, _, key)| *key)
            .take(PROBE_WANTS)
            .collect();
        for key in orphans {
            if reach == Reach::Anyone {
                self.probe(key, &providers);
            }
            if let Some(want) = self.wants.get_mut(&key) {
                want.sought = Some(now);
                // Whoever failed once is asked again in the next round: it may be all there is.
                want.refused.clear();
                want.refused.shrink_to_fit();
                self.outputs.push_back(Output::Seek(id, want.cid));
                self.dirty.extend(&providers);
            }
        }
    }

    /// Asks somebody who has just come whether they have what nobody had, without waiting for the next
    /// round: a node that starts wants things before it knows anybody.
    pub(super) fn introduce(&mut self, peer: PeerId) {
        let Some(state) = self.peers.get_mut(&peer) else {
            return;
        };
        let open = self.sessions.values();
        let pending = open
            .filter(|session| session.reach == Reach::Anyone)
            .flat_map(|session| session.pending.iter().take(PROBE_WANTS));
        for (_, _, key) in pending {
            if let Some(want) = self.wants.get_mut(key)
                && want.sought.is_some()
                && !want.probed.contains(&peer)
            {
                state.probe(*key, want.cid, 1);
                want.probed.push(peer);
            }
        }
    }

    /// Asks strangers whether they have a block.
    fn probe(&mut self, key: Key, providers: &[PeerId]) {
        let Some(want) = self.wants.get_mut(&key) else {
            return;
        };
        let mut asked = 0;
        for (peer, state) in &mut self.peers {
            if asked == PROBE_PEERS {
                break;
            }
            if state.version < Version::V120
                || want.probed.contains(peer)
                || providers.contains(peer)
            {
                continue;
            }
            state.probe(key, want.cid, 1);
            want.probed.push(*peer);
            self.dirty.insert(*peer);
            asked += 1;
        }
    }

    /// Asks one peer for the soonest blocks it may have, as far as its window goes.
    fn fill(&mut self, peer: PeerId, now: Instant) {
        let mine: Vec<SessionId> = self
            .sessions
            .iter()
            .filter(|(_, session)| !session.wants.is_empty() && session.peers.contains(&peer))
            .map(|(id, _)| *id)
            .collect();
        if mine.is_empty() {
            return;
        }
        loop {
            if self.peers.get(&peer).is_none_or(|state| state.room() == 0) {
                return;
            }
            let next = mine.iter().filter_map(|id| self.first_for(*id, peer)).min();
            match next {
                Some((_, _, key)) => self.ask(key, peer, now),
                None => {
                    if let Some(key) = self.late_elsewhere(&mine, peer, now) {
                        self.rescue(key);
                        self.ask(key, peer, now);
                        continue;
                    }
                    return;
                }
            }
        }
    }

    fn first_for(&self, id: SessionId, peer: PeerId) -> Option<(Instant, u64, Key)> {
        let session = self.sessions.get(&id)?;
        let mut queue = session.pending.iter().take(SCAN);
        queue
            .find(|(_, _, key)| {
                let want = self.wants.get(key);
                want.is_some_and(|want| !want.refused.contains(&peer))
            })
            .copied()
    }

    fn ask(&mut self, key: Key, peer: PeerId, now: Instant) {
        self.unqueue(&key);
        let Some(want) = self.wants.get_mut(&key) else {
            return;
        };
        want.asked = Some((peer, now));
        let cid = want.cid;
        let left = want.deadline.saturating_duration_since(now).as_millis();
        // Larger is sooner; a peer that sorts by it serves in the order of our deadlines.
        let priority = i32::MAX
            - i32::try_from(left)
                .unwrap_or(i32::MAX - 1)
                .min(i32::MAX - 1);
        if let Some(state) = self.peers.get_mut(&peer) {
            state.ask(key, cid, priority, now);
        }
    }

    /// A block that somebody else is late with, for a peer that has nothing else to do.
    fn late_elsewhere(&self, mine: &[SessionId], peer: PeerId, now: Instant) -> Option<Key> {
        let spent = self.stats.duplicate_blocks;
        if spent * RESCUE_SHARE > self.stats.blocks {
            return None;
        }
        let mut others = self.peers.iter().filter(|(other, _)| **other != peer);
        if !others.any(|(_, state)| state.owes()) {
            return None;
        }
        let own = self.peers.get(&peer)?.latency().unwrap_or_default();
        let wants = mine
            .iter()
            .filter_map(|id| self.sessions.get(id))
            .flat_map(|session| &session.wants)
            .take(SCAN);
        let late = wants.filter_map(|key| {
            let want = self.wants.get(key)?;
            let (other, since) = want.asked?;
            if other == peer || want.refused.contains(&peer) {
                return None;
            }
            let state = self.peers.get(&other)?;
            let usual = state.latency().unwrap_or_default();
            let waited = now.saturating_duration_since(since);
            let over = state.is_stalling()
                || (waited > usual + RESCUE_AFTER && usual.max(waited) > own * 2);
            over.then_some((want.deadline, want.seq, *key))
        });
        late.min().map(|(_, _, key)| key)
    }

    /// Takes a want back from who is late with it.
    fn rescue(&mut self, key: Key) {
        let Some(want) = self.wants.get_mut(&key) else {
            return;
        };
        let cid = want.cid;
        if let Some((late, _)) = want.asked.take() {
            want.refused.push(late);
            if let Some(state) = self.peers.get_mut(&late) {
                state.take_back(key, cid, None);
            }
            self.dirty.insert(late);
        }
    }
}
