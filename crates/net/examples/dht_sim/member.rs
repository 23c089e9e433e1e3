//! One node of the simulation: a swarm that runs nothing but the product's DHT, in a task of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use libp2p::swarm::{self, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, kad};
use net::dht::{self, Dht};
use net::{Clock, DhtMode, Profile};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::Fallible;
use crate::hops::Hops;
use crate::wire::{Meetings, transport};

/// How long a connection nobody uses stays: real nodes keep it for a minute of their slower time.
pub(crate) const IDLE: Duration = Duration::from_secs(10);
/// Providers a look-up is satisfied with.
const ENOUGH: usize = 20;

/// What all nodes share: the wires, and where each listens.
#[derive(Clone, Default)]
pub(crate) struct World {
    meetings: Arc<Meetings>,
    /// What identify tells of a peer, which would double the streams.
    listening: Arc<Mutex<HashMap<PeerId, Multiaddr>>>,
}

/// What a look-up of providers came to.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) providers: Vec<PeerId>,
    /// To the first who named one; none when the asker knew itself, or nobody did.
    pub(crate) hops: Option<u32>,
    /// Peers that were asked.
    pub(crate) asked: u32,
    /// Requests and answers.
    pub(crate) messages: u32,
    /// Those that did not answer.
    pub(crate) unanswered: u32,
}

enum Ask {
    Join(Vec<(PeerId, Multiaddr)>, oneshot::Sender<()>),
    Provide(kad::RecordKey, oneshot::Sender<bool>),
    Find(kad::RecordKey, oneshot::Sender<Found>),
}

enum Waiting {
    Join(oneshot::Sender<()>),
    Provide(oneshot::Sender<bool>),
    Find(Found, oneshot::Sender<Found>),
}

/// A handle to a node, which goes without a word when this is dropped.
pub(crate) struct Member {
    pub(crate) peer: PeerId,
    pub(crate) address: Multiaddr,
    asks: mpsc::Sender<Ask>,
    /// Ends when it is dropped.
    _task: JoinSet<()>,
}

struct Running {
    swarm: Swarm<Dht>,
    world: World,
    hops: Hops,
    waiting: HashMap<kad::QueryId, Waiting>,
}

impl Member {
    /// Starts one that knows nobody yet; `n` is its number in this process, from one.
    pub(crate) fn start(world: &World, n: u64) -> Fallible<Member> {
        let peer = PeerId::random();
        let address: Multiaddr = format!("/memory/{n}").parse()?;
        let name = Profile::btfs().dht.ok_or("the profile has a DHT")?.wan;
        let dht = dht::behaviour(&name, peer, Some(DhtMode::Server), &Clock::system());
        let hops = Hops::default();
        let settings = swarm::Config::with_tokio_executor().with_idle_connection_timeout(IDLE);
        let transport = transport(peer, &world.meetings, &hops);
        let mut swarm = Swarm::new(transport, dht, peer, settings);
        swarm.listen_on(address.clone())?;
        // Announcements carry it.
        swarm.add_external_address(address.clone());
        let mut listening = world.listening.lock().map_err(|_| "a node has panicked")?;
        listening.insert(peer, address.clone());
        let (asks, asked) = mpsc::channel(4);
        let running = Running {
            swarm,
            world: world.clone(),
            hops,
            waiting: HashMap::new(),
        };
        let mut task = JoinSet::new();
        task.spawn(running.run(asked));
        Ok(Member {
            peer,
            address,
            asks,
            _task: task,
        })
    }

    async fn ask<T>(&self, ask: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Fallible<T> {
        let (reply, answer) = oneshot::channel();
        self.asks.send(ask(reply)).await?;
        Ok(answer.await?)
    }

    /// Gets to know the network, beginning with these; returns when its table is filled.
    pub(crate) async fn join(&self, known: Vec<(PeerId, Multiaddr)>) -> Fallible<()> {
        self.ask(|reply| Ask::Join(known, reply)).await
    }

    /// Announces a root; whether that worked.
    pub(crate) async fn provide(&self, key: kad::RecordKey) -> Fallible<bool> {
        self.ask(|reply| Ask::Provide(key, reply)).await
    }

    /// Looks for providers. One look-up at a time is traced.
    pub(crate) async fn find(&self, key: kad::RecordKey) -> Fallible<Found> {
        self.ask(|reply| Ask::Find(key, reply)).await
    }
}

impl Running {
    async fn run(mut self, mut asks: mpsc::Receiver<Ask>) {
        loop {
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => self.ask(ask),
                    None => return,
                },
                event = self.swarm.select_next_some() => self.event(event),
            }
        }
    }

    fn ask(&mut self, ask: Ask) {
        let dht = self.swarm.behaviour_mut();
        match ask {
            Ask::Join(known, reply) => {
                for (peer, address) in known {
                    dht.add_address(&peer, address);
                }
                // The first of all knows nobody.
                match dht.bootstrap() {
                    Ok(query) => self.wait(query, Waiting::Join(reply)),
                    Err(_) => {
                        let _ = reply.send(());
                    }
                }
            }
            Ask::Provide(key, reply) => match dht.start_providing(key) {
                Ok(query) => self.wait(query, Waiting::Provide(reply)),
                Err(_) => {
                    let _ = reply.send(false);
                }
            },
            Ask::Find(key, reply) => {
                let target = kad::KBucketKey::new(key.clone());
                let known = dht.get_closest_local_peers(&target);
                let known = known.take(kad::K_VALUE.get());
                self.hops.begin(known.map(|key| *key.preimage()));
                let query = dht.get_providers(key);
                self.wait(query, Waiting::Find(Found::default(), reply));
            }
        }
    }

    fn wait(&mut self, query: kad::QueryId, waiting: Waiting) {
        self.waiting.insert(query, waiting);
    }

    fn event(&mut self, event: SwarmEvent<kad::Event>) {
        match event {
            SwarmEvent::ConnectionEstablished { peer_id, .. } => self.met(peer_id),
            SwarmEvent::Behaviour(kad::Event::OutboundQueryProgressed {
                id,
                result,
                stats,
                step,
            }) => self.progressed(id, result, &stats, step.last),
            _ => {}
        }
    }

    /// As when identify has told where a peer listens.
    fn met(&mut self, peer: PeerId) {
        let listening = self.world.listening.lock();
        let address = listening.ok().and_then(|all| all.get(&peer).cloned());
        if let Some(address) = address {
            self.swarm.behaviour_mut().add_address(&peer, address);
        }
    }

    fn progressed(
        &mut self,
        id: kad::QueryId,
        result: kad::QueryResult,
        stats: &kad::QueryStats,
        last: bool,
    ) {
        if let Some(Waiting::Find(found, _)) = self.waiting.get_mut(&id)
            && let kad::QueryResult::GetProviders(Ok(kad::GetProvidersOk::FoundProviders {
                providers,
                ..
            })) = &result
        {
            found.providers.extend(providers);
            if found.providers.len() >= ENOUGH
                && let Some(mut query) = self.swarm.behaviour_mut().query_mut(&id)
            {
                query.finish();
            }
        }
        if !last {
            return;
        }
        match self.waiting.remove(&id) {
            // Nobody waits for an answer when the simulation ends.
            Some(Waiting::Join(reply)) => {
                let _ = reply.send(());
            }
            Some(Waiting::Provide(reply)) => {
                let done = matches!(result, kad::QueryResult::StartProviding(Ok(_)));
                let _ = reply.send(done);
            }
            Some(Waiting::Find(mut found, reply)) => {
                found.hops = self.hops.end();
                found.asked = stats.num_requests();
                found.messages = stats.num_requests() + stats.num_successes();
                found.unanswered = stats.num_failures();
                let _ = reply.send(found);
            }
            None => {}
        }
    }
}
