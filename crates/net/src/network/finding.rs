//! Everything that goes through the DHT: providers of roots, and records of names.
//!
//! It belongs to the network's task, which hands it commands and events together with the behaviour.
//!
//! Invariants: each look-up ends by itself (the DHT has a time limit) and early when it has enough;
//! roots and names are announced again before their records expire, few at once, by the clock that
//! came in; nothing here waits.

mod locating;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cid::Cid;
use dag::name_record::{NameRecord, NameSystem};
use libp2p::{Multiaddr, PeerId, kad};
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::names::{PublishName, PublishedName, ResolveName};
use crate::network::behaviour::Behaviour;
use crate::network::config::{AnnounceLog, NetworkConfig};
use crate::network::dht::Dht;
use crate::network::error::ProvideRoot;
use crate::network::finding::locating::Locating;
use crate::network::records::{Proven, prove};
use crate::network::sweep::Sweep;

/// Proven records after which a look-up of a name has enough to choose from.
const ENOUGH_RECORDS: usize = 8;
/// The clock is looked at again after this long, because it may jump and machines sleep.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// When a name that nobody took is published again.
const NAME_RETRY: Duration = Duration::from_secs(300);
/// Names that are kept up at most.
const MAX_NAMES: usize = 1024;

/// Says of which DHT a query is.
type Which = fn(kad::QueryId) -> Query;

/// A query of one of the two DHTs, each of which counts its own from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Query {
    Wide(kad::QueryId),
    Local(kad::QueryId),
}

pub(super) enum Command {
    Provide(Cid, oneshot::Sender<Result<(), ProvideRoot>>),
    KeepProvided(Vec<(Cid, Option<SystemTime>)>),
    Unprovide(Cid),
    FindProviders {
        cid: Cid,
        limit: usize,
        found: mpsc::Sender<PeerId>,
    },
    FindPeer(PeerId, oneshot::Sender<Vec<Multiaddr>>),
    PublishName(PublishedName, oneshot::Sender<Result<(), PublishName>>),
    UnpublishName(PeerId),
    ResolveName(PeerId, oneshot::Sender<Result<NameRecord, ResolveName>>),
}

/// A look-up of providers.
struct Lookup {
    found: mpsc::Sender<PeerId>,
    left: usize,
}

/// Who waits for an announcement.
enum Announcing {
    Asker(oneshot::Sender<Result<(), ProvideRoot>>),
    Sweep(Cid),
}

/// A look-up of a name, in one or both DHTs.
struct Resolving {
    /// What was asked for: what comes is proven against this, whatever it calls itself.
    key: kad::RecordKey,
    queries: Vec<Query>,
    best: Option<NameRecord>,
    seen: usize,
    reply: oneshot::Sender<Result<NameRecord, ResolveName>>,
}

/// A record on its way into the DHT.
struct Publishing {
    name: PeerId,
    reply: Option<oneshot::Sender<Result<(), PublishName>>>,
}

struct KeptName {
    published: PublishedName,
    due: SystemTime,
}

/// See the module.
pub(super) struct Finding {
    system: Option<NameSystem>,
    clock: Clock,
    log: Arc<dyn AnnounceLog>,
    sweep: Sweep,
    lookups: HashMap<Query, Lookup>,
    locating: Vec<Locating>,
    announcing: HashMap<Query, Announcing>,
    resolving: HashMap<u64, Resolving>,
    resolved: u64,
    publishing: HashMap<Query, Publishing>,
    names: HashMap<PeerId, KeptName>,
    paused: bool,
}

/// Ends a query early; its last event comes still.
fn finish(behaviour: &mut Behaviour, query: &Query) {
    let (dht, id) = match query {
        Query::Wide(id) => (behaviour.wan.as_mut(), id),
        Query::Local(id) => (behaviour.lan.as_mut(), id),
    };
    if let Some(mut running) = dht.and_then(|dht| dht.query_mut(id)) {
        running.finish();
    }
}

/// The DHT to announce in. As go's dual DHT does: the local one only while nobody is known in the
/// wide one.
fn best(behaviour: &mut Behaviour) -> Option<(&mut Dht, Which)> {
    let wide = behaviour.wan.as_mut().and_then(with_peers);
    match (wide, behaviour.lan.as_mut()) {
        (Some(dht), _) => Some((dht, Query::Wide)),
        (None, Some(dht)) => Some((dht, Query::Local)),
        (None, None) => None,
    }
}

/// The DHT, if it knows anybody.
fn with_peers(dht: &mut Dht) -> Option<&mut Dht> {
    let known = dht.kbuckets().any(|bucket| !bucket.is_empty());
    known.then_some(dht)
}

fn root_key(cid: &Cid) -> kad::RecordKey {
    kad::RecordKey::new(&cid.hash().to_bytes())
}

impl Finding {
    pub(super) fn new(config: &NetworkConfig) -> Self {
        Finding {
            system: config.profile.dht.as_ref().map(|dht| dht.names),
            clock: config.clock.clone(),
            log: Arc::clone(&config.announce_log),
            sweep: Sweep::default(),
            lookups: HashMap::new(),
            locating: Vec::new(),
            announcing: HashMap::new(),
            resolving: HashMap::new(),
            resolved: 0,
            publishing: HashMap::new(),
            names: HashMap::new(),
            paused: false,
        }
    }

    /// Stops announcing and publishing by itself, or goes on.
    pub(super) fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// How long until [`Finding::work`] has something to do, if ever.
    pub(super) fn wait(&self) -> Option<Duration> {
        if self.paused {
            return None;
        }
        let names = self.names.values().map(|name| name.due);
        let next = names.chain(self.sweep.next()).min()?;
        let left = next.duration_since(self.clock.now()).unwrap_or_default();
        // Not at once, because what is due may have to wait for peers.
        Some(left.clamp(Duration::from_secs(1), LOOK_EVERY))
    }

    /// Announces and publishes what is due.
    pub(super) fn work(&mut self, behaviour: &mut Behaviour) {
        let now = self.clock.now();
        if self.paused {
            return;
        }
        if best(behaviour)
            .and_then(|(dht, _)| with_peers(dht))
            .is_none()
        {
            return;
        }
        while let Some(cid) = self.sweep.take(now) {
            match self.announce(behaviour, &cid) {
                Ok(query) => {
                    self.announcing.insert(query, Announcing::Sweep(cid));
                }
                Err(error) => {
                    tracing::warn!(%cid, %error, "a root is not announced");
                    self.sweep.done(&cid, false, now);
                }
            }
        }
        let due = self.names.iter().filter(|(_, name)| name.due <= now);
        for name in due.map(|(name, _)| *name).collect::<Vec<_>>() {
            self.publish(behaviour, name, None);
        }
    }

    fn announce(&self, behaviour: &mut Behaviour, cid: &Cid) -> Result<Query, ProvideRoot> {
        let (dht, query) = best(behaviour).ok_or(ProvideRoot::NoDht)?;
        let started = dht.start_providing(root_key(cid));
        started.map(query).map_err(|_| ProvideRoot::TooMany)
    }

    pub(super) fn command(&mut self, behaviour: &mut Behaviour, command: Command) {
        match command {
            Command::Provide(cid, reply) => match self.announce(behaviour, &cid) {
                Ok(query) => {
                    self.announcing.insert(query, Announcing::Asker(reply));
                }
                Err(error) => {
                    let _ = reply.send(Err(error));
                }
            },
            Command::KeepProvided(roots) => {
                let now = self.clock.now();
                for (cid, last) in roots {
                    self.sweep.add(cid, last, now);
                }
                self.work(behaviour);
            }
            Command::Unprovide(cid) => {
                self.sweep.remove(&cid);
                let key = root_key(&cid);
                for dht in [behaviour.wan.as_mut(), behaviour.lan.as_mut()]
                    .into_iter()
                    .flatten()
                {
                    dht.stop_providing(&key);
                }
            }
            Command::FindProviders { cid, limit, found } => {
                let key = root_key(&cid);
                let wide = behaviour.wan.as_mut();
                let wide = wide.map(|dht| Query::Wide(dht.get_providers(key.clone())));
                let local = behaviour.lan.as_mut();
                let local = local.map(|dht| Query::Local(dht.get_providers(key)));
                for query in wide.into_iter().chain(local) {
                    let lookup = Lookup {
                        found: found.clone(),
                        left: limit,
                    };
                    self.lookups.insert(query, lookup);
                }
            }
            Command::FindPeer(peer, reply) => self.locate(behaviour, peer, reply),
            Command::PublishName(published, reply) => {
                let name = published.key.peer_id();
                if self.system.is_none() || self.names.len() >= MAX_NAMES {
                    let _ = reply.send(Err(PublishName::NoDht));
                    return;
                }
                let due = self.clock.now();
                let before = self.names.insert(name, KeptName { published, due });
                if let (false, Some(before)) = (self.publish(behaviour, name, Some(reply)), before)
                {
                    // What was refused must not replace what holds.
                    self.names.insert(name, before);
                }
            }
            Command::UnpublishName(name) => {
                self.names.remove(&name);
            }
            Command::ResolveName(name, reply) => self.resolve(behaviour, name, reply),
        }
    }

    /// Signs the record of a name and gives it to the DHT; whether it was let in here.
    fn publish(
        &mut self,
        behaviour: &mut Behaviour,
        name: PeerId,
        reply: Option<oneshot::Sender<Result<(), PublishName>>>,
    ) -> bool {
        match self.start_publishing(behaviour, name) {
            Ok(query) => {
                self.publishing.insert(query, Publishing { name, reply });
                true
            }
            Err(error) => {
                tracing::warn!(%name, %error, "a name is not published");
                self.names.remove(&name);
                if let Some(reply) = reply {
                    let _ = reply.send(Err(error));
                }
                false
            }
        }
    }

    fn start_publishing(
        &mut self,
        behaviour: &mut Behaviour,
        name: PeerId,
    ) -> Result<Query, PublishName> {
        let now = self.clock.now();
        let system = self.system.ok_or(PublishName::NoDht)?;
        let kept = self.names.get_mut(&name).ok_or(PublishName::NoDht)?;
        kept.due = now + kept.published.again();
        let record = kept.published.sign(system, now)?;
        let key = kad::RecordKey::new(&system.dht_key(&name.to_bytes()));
        let (dht, query) = best(behaviour).ok_or(PublishName::NoDht)?;
        let record = kad::Record::new(key, record.encode());
        let started = dht.put_record(record, kad::Quorum::One);
        started.map(query).map_err(|_| PublishName::Newer)
    }

    fn resolve(
        &mut self,
        behaviour: &mut Behaviour,
        name: PeerId,
        reply: oneshot::Sender<Result<NameRecord, ResolveName>>,
    ) {
        let Some(system) = self.system else {
            let _ = reply.send(Err(ResolveName::NoDht));
            return;
        };
        let key = kad::RecordKey::new(&system.dht_key(&name.to_bytes()));
        let wide = behaviour.wan.as_mut();
        let wide = wide.map(|dht| Query::Wide(dht.get_record(key.clone())));
        let local = behaviour.lan.as_mut();
        let local = local.map(|dht| Query::Local(dht.get_record(key.clone())));
        self.resolved += 1;
        let resolving = Resolving {
            key,
            queries: wide.into_iter().chain(local).collect(),
            best: None,
            seen: 0,
            reply,
        };
        self.resolving.insert(self.resolved, resolving);
    }

    pub(super) fn event(&mut self, behaviour: &mut Behaviour, event: kad::Event, of: Which) {
        let kad::Event::OutboundQueryProgressed {
            id, result, step, ..
        } = event
        else {
            return;
        };
        let query = of(id);
        match result {
            kad::QueryResult::GetProviders(result) => {
                self.found_providers(behaviour, query, result.ok(), step.last);
            }
            kad::QueryResult::GetClosestPeers(result) => {
                let closest = match result {
                    Ok(found) => found.peers,
                    Err(kad::GetClosestPeersError::Timeout { peers, .. }) => peers,
                };
                self.located(behaviour, query, closest, step.last);
            }
            kad::QueryResult::StartProviding(result) => {
                let now = self.clock.now();
                match self.announcing.remove(&query) {
                    Some(Announcing::Asker(reply)) => {
                        let _ = reply.send(result.map(drop).map_err(|_| ProvideRoot::TimedOut));
                    }
                    Some(Announcing::Sweep(cid)) => {
                        self.sweep.done(&cid, result.is_ok(), now);
                        if result.is_ok() {
                            self.log.announced(cid, now);
                        }
                        self.work(behaviour);
                    }
                    None => {}
                }
            }
            kad::QueryResult::GetRecord(result) => {
                let found = match result {
                    Ok(kad::GetRecordOk::FoundRecord(found)) => Some(found.record),
                    _ => None,
                };
                self.found_record(behaviour, query, found, step.last);
            }
            kad::QueryResult::PutRecord(result) => {
                if let Some(publishing) = self.publishing.remove(&query) {
                    let kept = self.names.get_mut(&publishing.name);
                    if let (Err(_), Some(kept)) = (&result, kept) {
                        kept.due = self.clock.now() + NAME_RETRY;
                    }
                    if let Some(reply) = publishing.reply {
                        let result = result.map(drop).map_err(|_| PublishName::NobodyTookIt);
                        let _ = reply.send(result);
                    }
                }
            }
            _ => {}
        }
    }

    fn found_providers(
        &mut self,
        behaviour: &mut Behaviour,
        query: Query,
        result: Option<kad::GetProvidersOk>,
        last: bool,
    ) {
        let mut stop = last;
        if let Some(lookup) = self.lookups.get_mut(&query)
            && let Some(kad::GetProvidersOk::FoundProviders { providers, .. }) = result
        {
            for peer in providers {
                if lookup.left == 0 || lookup.found.try_send(peer).is_err() {
                    lookup.left = 0;
                    break;
                }
                lookup.left -= 1;
            }
            stop |= lookup.left == 0;
        }
        if stop {
            finish(behaviour, &query);
            self.lookups.remove(&query);
        }
    }

    fn found_record(
        &mut self,
        behaviour: &mut Behaviour,
        query: Query,
        found: Option<kad::Record>,
        last: bool,
    ) {
        let mut resolving = self.resolving.iter_mut();
        let Some((&id, one)) = resolving.find(|(_, one)| one.queries.contains(&query)) else {
            return;
        };
        let proven = found.and_then(|record| prove(one.key.as_ref(), &record.value, &self.clock));
        if let Some(Proven::Name(record)) = proven {
            one.seen += 1;
            if one
                .best
                .as_ref()
                .is_none_or(|best| record.compare(best).is_gt())
            {
                one.best = Some(record);
            }
        }
        if last {
            one.queries.retain(|other| *other != query);
        }
        if (one.queries.is_empty() || one.seen >= ENOUGH_RECORDS)
            && let Some(done) = self.resolving.remove(&id)
        {
            for query in done.queries {
                finish(behaviour, &query);
            }
            let _ = done.reply.send(done.best.ok_or(ResolveName::NotFound));
        }
    }
}
