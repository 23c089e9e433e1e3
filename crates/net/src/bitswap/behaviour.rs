//! Bitswap as libp2p sees it: connects the client, the server and the exchange handle to the
//! connections.
//!
//! What it is not: it decides nothing about blocks (`client`, `server`) and knows no wire format.
//!
//! Task model: none of its own. The swarm's task polls it; commands come through one bounded
//! channel, and everything else happens between two polls, so there are no locks to order.
//!
//! Invariant: per peer at most one message of want-list entries and [`server`](super::server)'s
//! bounded turns are with the connection; changes in between are merged.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use cid::Cid;
use futures_util::FutureExt;
use libp2p::PeerId;
use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr, multiaddr::Protocol};
use libp2p::swarm::{
    CloseConnection, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler,
    THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::bitswap::client::{Client, Key, Output, SessionId, Strike};
use crate::bitswap::exchange::{Cancel, Cancels, Command, Exchange, SessionNote, deadline_or_late};
use crate::bitswap::handler::{self, Handler, Received};
use crate::bitswap::policy::{Ledger, ServePolicy};
use crate::bitswap::server::{Answer, Server};
use crate::bitswap::source::BlockSource;
use crate::bitswap::wire::{Entry, Message};

/// Commands taken over in one poll, so that connections get their turn.
const COMMANDS_A_POLL: usize = 512;

/// What the swarm's owner learns.
#[derive(Debug)]
pub(crate) enum Event {
    /// A peer broke the rules or stalled too often. Rule breakers are being disconnected.
    PeerFailed(PeerId, Strike),
    /// A peer has gone; this is what passed.
    Settled(PeerId, Ledger),
}

/// What is on its way on a connection, in the order of sending.
enum InFlight {
    Entries,
    Answer {
        blocks: Vec<Cid>,
        bytes: usize,
        ends_turn: bool,
    },
}

struct Connection {
    id: ConnectionId,
    relayed: bool,
    in_flight: VecDeque<InFlight>,
}

#[derive(Default)]
struct Peer {
    connections: Vec<Connection>,
    entries_in_flight: bool,
    /// Whether the next want-list is the first of this peer.
    greeted: bool,
}

impl Peer {
    /// A direct connection if there is one, else the oldest.
    fn best(&mut self) -> Option<&mut Connection> {
        let direct = self.connections.iter().position(|one| !one.relayed);
        self.connections.get_mut(direct.unwrap_or(0))
    }
}

struct OpenSession {
    notes: mpsc::Sender<SessionNote>,
    strays: mpsc::Sender<(Cid, Bytes)>,
    replies: HashMap<Key, Vec<(u64, oneshot::Sender<Bytes>)>>,
}

/// See the module.
pub(crate) struct Behaviour {
    client: Client,
    server: Server,
    commands: mpsc::Receiver<Command>,
    cancels: Arc<Cancels>,
    sessions: HashMap<SessionId, OpenSession>,
    peers: HashMap<PeerId, Peer>,
    out: VecDeque<ToSwarm<Event, handler::Command>>,
    timer: Pin<Box<Sleep>>,
}

impl std::fmt::Debug for Behaviour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Behaviour")
            .field("client", &self.client)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl Behaviour {
    /// A behaviour and the handle through which it is asked. Needs a tokio runtime with time.
    pub(crate) fn new(
        source: Arc<dyn BlockSource>,
        policy: Box<dyn ServePolicy>,
    ) -> (Self, Exchange) {
        let (exchange, commands, cancels) = Exchange::new();
        let behaviour = Behaviour {
            client: Client::default(),
            server: Server::new(source, policy),
            commands,
            cancels,
            sessions: HashMap::new(),
            peers: HashMap::new(),
            out: VecDeque::new(),
            timer: Box::pin(sleep_until(Instant::now())),
        };
        (behaviour, exchange)
    }

    fn command(&mut self, command: Command, now: Instant) {
        match command {
            Command::Open {
                id,
                options,
                notes,
                strays,
            } => {
                if notes.is_closed() {
                    return;
                }
                let open = OpenSession {
                    notes,
                    strays,
                    replies: HashMap::new(),
                };
                self.sessions.insert(id, open);
                self.client
                    .open_session(id, options.reach, &options.providers);
            }
            Command::AddProviders(id, providers) => self.client.add_providers(id, &providers),
            Command::Want {
                session,
                cid,
                deadline,
                request,
                reply,
            } => {
                if reply.is_closed() {
                    return;
                }
                if let Some(open) = self.sessions.get_mut(&session) {
                    let replies = open.replies.entry(*cid.hash()).or_default();
                    replies.push((request, reply));
                    self.client
                        .want(session, cid, deadline_or_late(deadline, now), now);
                }
            }
            Command::Announce(cids) => self.server.announce(&cids),
            Command::Stats(reply) => {
                let _ = reply.send(self.client.stats());
            }
            Command::Wanted(reply) => {
                let _ = reply.send(self.client.wanted());
            }
            Command::Ledger(peer, reply) => {
                let _ = reply.send(self.server.ledger(&peer));
            }
        }
    }

    fn cancel(&mut self, cancel: Cancel) {
        match cancel {
            Cancel::Session(id) => {
                self.sessions.remove(&id);
                self.client.close_session(id);
            }
            Cancel::Want {
                session,
                cid,
                request,
            } => {
                let Some(open) = self.sessions.get_mut(&session) else {
                    return;
                };
                let key = *cid.hash();
                let Some(replies) = open.replies.get_mut(&key) else {
                    return;
                };
                replies.retain(|(other, _)| *other != request);
                if replies.is_empty() {
                    open.replies.remove(&key);
                    self.client.cancel(session, &cid);
                }
            }
        }
    }

    fn output(&mut self, output: Output) {
        match output {
            Output::Deliver(id, cid, data) => {
                if let Some(open) = self.sessions.get_mut(&id) {
                    let mut waited = false;
                    for (_, reply) in open.replies.remove(cid.hash()).unwrap_or_default() {
                        waited |= reply.send(data.clone()).is_ok();
                    }
                    if !waited {
                        let _ = open.strays.try_send((cid, data));
                    }
                }
            }
            Output::Stray(id, cid, data) => {
                if let Some(open) = self.sessions.get(&id) {
                    // Nobody waits for it: when there is no room, it is let go.
                    let _ = open.strays.try_send((cid, data));
                }
            }
            Output::Seek(id, cid) => {
                if let Some(open) = self.sessions.get(&id) {
                    let _ = open.notes.try_send(SessionNote::NeedsProviders(cid));
                }
            }
            Output::Drop(peer, strike) => {
                self.out
                    .push_back(ToSwarm::GenerateEvent(Event::PeerFailed(peer, strike)));
                if strike != Strike::Stalled {
                    self.out.push_back(ToSwarm::CloseConnection {
                        peer_id: peer,
                        connection: CloseConnection::All,
                    });
                }
            }
        }
    }

    fn send(&mut self, peer: PeerId, message: Message, in_flight: InFlight) {
        let Some(connection) = self.peers.get_mut(&peer).and_then(Peer::best) else {
            return;
        };
        connection.in_flight.push_back(in_flight);
        self.out.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(connection.id),
            event: handler::Command::Send(Box::new(message)),
        });
    }

    /// Sends the entries that gathered for a peer, unless the last ones are still on their way.
    fn send_entries(&mut self, peer: PeerId) {
        let Some(known) = self.peers.get_mut(&peer) else {
            return;
        };
        if known.entries_in_flight || known.connections.is_empty() {
            return;
        }
        let entries = self.client.take_entries(&peer);
        if entries.is_empty() {
            return;
        }
        known.entries_in_flight = true;
        let full = !std::mem::replace(&mut known.greeted, true);
        let message = Message {
            entries,
            full,
            ..Message::default()
        };
        self.send(peer, message, InFlight::Entries);
    }

    fn send_answer(&mut self, answer: Answer) {
        let in_flight = InFlight::Answer {
            blocks: answer.blocks,
            bytes: answer.bytes,
            ends_turn: answer.ends_turn,
        };
        self.send(answer.peer, answer.message, in_flight);
    }

    fn received(&mut self, peer: PeerId, received: Received) {
        let now = Instant::now();
        if received.full || !received.entries.is_empty() {
            self.server
                .received_wants(peer, received.full, &received.entries);
        }
        for (cid, data) in received.blocks {
            match cid {
                Ok(cid) => {
                    let before = self.client.stats().blocks;
                    let len = data.len();
                    self.client.received_block(peer, &cid, data, now);
                    if self.client.stats().blocks > before {
                        self.server.received(peer, len);
                    }
                }
                Err(error) => {
                    tracing::debug!(%peer, %error, "a block without a usable address came");
                    self.client.unasked(peer);
                }
            }
        }
        for (cid, presence) in received.presences {
            self.client.received_presence(peer, &cid, presence);
        }
    }

    /// A message is through or lost.
    fn settle(&mut self, peer: PeerId, id: ConnectionId, lost: Option<&[Entry]>) {
        let Some(known) = self.peers.get_mut(&peer) else {
            return;
        };
        let connection = known.connections.iter_mut().find(|one| one.id == id);
        let Some(done) = connection.and_then(|one| one.in_flight.pop_front()) else {
            return;
        };
        match (done, lost) {
            (InFlight::Entries, lost) => {
                known.entries_in_flight = false;
                if let Some(entries) = lost {
                    self.client.lost_entries(peer, entries);
                }
                self.send_entries(peer);
            }
            (
                InFlight::Answer {
                    blocks,
                    bytes,
                    ends_turn,
                },
                None,
            ) => self.server.sent(&peer, blocks.len(), bytes, ends_turn),
            (
                InFlight::Answer {
                    blocks, ends_turn, ..
                },
                Some(_),
            ) => self.server.lost(&peer, &blocks, ends_turn),
        }
    }

    fn connection_closed(&mut self, peer: PeerId, id: ConnectionId) {
        let Some(known) = self.peers.get_mut(&peer) else {
            return;
        };
        let Some(at) = known.connections.iter().position(|one| one.id == id) else {
            return;
        };
        let closed = known.connections.remove(at);
        if known.connections.is_empty() {
            self.peers.remove(&peer);
            self.client.disconnected(peer);
            if let Some(ledger) = self.server.disconnected(&peer) {
                self.out
                    .push_back(ToSwarm::GenerateEvent(Event::Settled(peer, ledger)));
            }
            return;
        }
        // What was on its way goes over another connection.
        let mut reset = false;
        for lost in closed.in_flight {
            match lost {
                InFlight::Entries => {
                    known.entries_in_flight = false;
                    reset = true;
                }
                InFlight::Answer {
                    blocks, ends_turn, ..
                } => self.server.lost(&peer, &blocks, ends_turn),
            }
        }
        if reset {
            known.greeted = false;
            self.client.disconnected(peer);
            self.client.connected(peer);
        }
    }

    /// Everything that needs no connection to move: commands, scheduling, deliveries.
    fn work(&mut self, cx: &mut Context<'_>, now: Instant) {
        self.cancels.waker.register(cx.waker());
        for cancel in self.cancels.take() {
            self.cancel(cancel);
        }
        for taken in 0.. {
            if taken == COMMANDS_A_POLL {
                cx.waker().wake_by_ref();
                break;
            }
            match self.commands.poll_recv(cx) {
                Poll::Ready(Some(command)) => self.command(command, now),
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        for peer in self.client.schedule(now) {
            self.send_entries(peer);
        }
        while let Some(output) = self.client.next_output() {
            self.output(output);
        }
        while let Poll::Ready(answer) = self.server.poll(cx, now) {
            self.send_answer(answer);
        }
    }

    /// Arms the timer for whatever comes next; `true` when that is now.
    fn arm(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let next = [self.client.next_timer(now), self.server.next_timer()];
        match next.into_iter().flatten().min() {
            Some(at) => {
                if self.timer.deadline() != at {
                    self.timer.as_mut().reset(at);
                }
                self.timer.poll_unpin(cx).is_ready()
            }
            None => false,
        }
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Event;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::new())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::new())
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(new) => {
                let address = new.endpoint.get_remote_address();
                let relayed = address.iter().any(|part| part == Protocol::P2pCircuit);
                let peer = self.peers.entry(new.peer_id).or_default();
                peer.connections.push(Connection {
                    id: new.connection_id,
                    relayed,
                    in_flight: VecDeque::new(),
                });
                if peer.connections.len() == 1 {
                    self.server.connected(new.peer_id);
                    self.client.connected(new.peer_id);
                }
            }
            FromSwarm::ConnectionClosed(closed) => {
                self.connection_closed(closed.peer_id, closed.connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {
            handler::Event::Received(received) => self.received(peer, *received),
            handler::Event::Sent => self.settle(peer, connection, None),
            handler::Event::Lost(message) => {
                self.settle(peer, connection, Some(&message.entries));
            }
            handler::Event::Speaks(version) => self.client.speaks(peer, version),
            handler::Event::Unsupported => self.client.unsupported(peer),
            handler::Event::Broken(error) => {
                tracing::debug!(%peer, %error, "a peer sent what is not bitswap");
                self.output(Output::Drop(peer, Strike::Malformed));
            }
        }
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        loop {
            if let Some(out) = self.out.pop_front() {
                return Poll::Ready(out);
            }
            let now = Instant::now();
            self.work(cx, now);
            if self.out.is_empty() && !self.arm(cx, now) {
                return Poll::Pending;
            }
        }
    }
}
