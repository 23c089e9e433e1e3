//! One connection's streams of the share protocol. Each is a future that the connection's task
//! drives, so none outlives the connection.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use libp2p::core::upgrade::ReadyUpgrade;
use libp2p::swarm::handler::{
    ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
};
use libp2p::swarm::{
    ConnectionHandler, ConnectionHandlerEvent, StreamUpgradeError, SubstreamProtocol,
};
use libp2p::{PeerId, StreamProtocol};

use crate::share::opener::{self, Request};
use crate::share::sharer::{self, Sharer};
use crate::share::{MAX_STREAMS, OpenLink, PROTOCOL};

type Upgrade = ReadyUpgrade<StreamProtocol>;

/// See the module.
pub(crate) struct Handler {
    peer: PeerId,
    sharer: Arc<Sharer>,
    wrong: Arc<AtomicU32>,
    /// What the peer opened.
    serving: FuturesUnordered<BoxFuture<'static, ()>>,
    /// What was opened at the peer, and is being.
    opening: FuturesUnordered<BoxFuture<'static, ()>>,
    queue: VecDeque<Request>,
    negotiating: usize,
}

impl Handler {
    pub(crate) fn new(peer: PeerId, sharer: Arc<Sharer>) -> Self {
        Handler {
            peer,
            sharer,
            wrong: Arc::default(),
            serving: FuturesUnordered::new(),
            opening: FuturesUnordered::new(),
            queue: VecDeque::new(),
            negotiating: 0,
        }
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Request;
    type ToBehaviour = Infallible;
    type InboundProtocol = Upgrade;
    type OutboundProtocol = Upgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = Request;

    fn listen_protocol(&self) -> SubstreamProtocol<Upgrade, ()> {
        SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ())
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Upgrade, Request, Infallible>> {
        while let Poll::Ready(Some(())) = self.serving.poll_next_unpin(cx) {}
        while let Poll::Ready(Some(())) = self.opening.poll_next_unpin(cx) {}
        match self.queue.pop_front() {
            Some(request) => {
                self.negotiating += 1;
                Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest {
                    protocol: SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), request),
                })
            }
            None => Poll::Pending,
        }
    }

    fn on_behaviour_event(&mut self, request: Request) {
        let open = self.opening.len() + self.negotiating + self.queue.len();
        if open >= MAX_STREAMS {
            let _ = request.reply.send(Err(OpenLink::Busy));
        } else {
            self.queue.push_back(request);
        }
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Upgrade, Upgrade, (), Request>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol: stream,
                ..
            }) if self.serving.len() < MAX_STREAMS => {
                let (sharer, wrong) = (Arc::clone(&self.sharer), Arc::clone(&self.wrong));
                let served = sharer::serve(sharer, self.peer, stream, wrong);
                self.serving.push(Box::pin(served));
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol: stream,
                info: request,
            }) => {
                self.negotiating -= 1;
                let me = self.sharer.me;
                self.opening
                    .push(Box::pin(opener::open(me, request, stream)));
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError {
                info: request,
                error,
            }) => {
                self.negotiating -= 1;
                let why = match error {
                    StreamUpgradeError::NegotiationFailed => OpenLink::Unsupported,
                    StreamUpgradeError::Timeout => OpenLink::TimedOut,
                    _ => OpenLink::BrokeOff,
                };
                let _ = request.reply.send(Err(why));
            }
            // An inbound stream beyond the bound is dropped, which resets it.
            _ => {}
        }
    }
}
