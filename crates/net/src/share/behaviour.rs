//! The share protocol as libp2p sees it: finds the connection that a link is opened over.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use libp2p::PeerId;
use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr, multiaddr::Protocol};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler, THandler,
    THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::share::handler::Handler;
use crate::share::opener::{OpenShare, Request};
use crate::share::sharer::Sharer;
use crate::share::{LinkProof, OpenLink, OpenLinks, ShareBook};

/// Requests that wait for the swarm's task.
const COMMANDS: usize = 64;

/// Opens shares at peers, and says who has opened ours. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shares {
    requests: mpsc::Sender<Request>,
    open: OpenLinks,
}

impl Shares {
    /// Opens a share at a connected peer. Cancel-safe: what was opened is closed again.
    pub async fn open(&self, peer: PeerId, proof: LinkProof) -> Result<OpenShare, OpenLink> {
        let (reply, answer) = oneshot::channel();
        let request = Request { peer, proof, reply };
        let sent = self.requests.send(request).await;
        sent.map_err(|_| OpenLink::Closed)?;
        // A handler that goes with its connection drops the request.
        answer.await.unwrap_or(Err(OpenLink::BrokeOff))
    }

    /// Who has opened which of our links; also closes them.
    pub fn open_links(&self) -> &OpenLinks {
        &self.open
    }
}

/// See the module.
pub(crate) struct Behaviour {
    sharer: Arc<Sharer>,
    requests: mpsc::Receiver<Request>,
    /// Whether each connection is relayed.
    connections: HashMap<PeerId, Vec<(ConnectionId, bool)>>,
}

impl Behaviour {
    pub(crate) fn new(
        me: PeerId,
        book: Arc<dyn ShareBook>,
        open: OpenLinks,
        clock: Clock,
    ) -> (Self, Shares) {
        let (sender, requests) = mpsc::channel(COMMANDS);
        let sharer = Sharer {
            me,
            book,
            open: open.clone(),
            clock,
            attempts: std::sync::Mutex::default(),
        };
        let behaviour = Behaviour {
            sharer: Arc::new(sharer),
            requests,
            connections: HashMap::new(),
        };
        let shares = Shares {
            requests: sender,
            open,
        };
        (behaviour, shares)
    }

    fn handler(&self, peer: PeerId) -> Handler {
        Handler::new(peer, Arc::clone(&self.sharer))
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(peer))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(peer))
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(new) => {
                let address = new.endpoint.get_remote_address();
                let relayed = address.iter().any(|part| part == Protocol::P2pCircuit);
                let connections = self.connections.entry(new.peer_id).or_default();
                connections.push((new.connection_id, relayed));
            }
            FromSwarm::ConnectionClosed(closed) => {
                if let Some(connections) = self.connections.get_mut(&closed.peer_id) {
                    connections.retain(|(id, _)| *id != closed.connection_id);
                    if connections.is_empty() {
                        self.connections.remove(&closed.peer_id);
                    }
                }
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        while let Poll::Ready(Some(request)) = self.requests.poll_recv(cx) {
            let connections = self.connections.get(&request.peer);
            // A direct connection if there is one.
            let best = connections.and_then(|all| all.iter().min_by_key(|(_, relayed)| *relayed));
            let Some((id, _)) = best else {
                let _ = request.reply.send(Err(OpenLink::NotConnected));
                continue;
            };
            return Poll::Ready(ToSwarm::NotifyHandler {
                peer_id: request.peer,
                handler: NotifyHandler::One(*id),
                event: request,
            });
        }
        Poll::Pending
    }
}
