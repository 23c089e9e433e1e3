//! Refuses new connections while the process uses more memory than it may.
//!
//! Reads the resident size where the system offers it as a file (Linux); elsewhere it lets all
//! through, and the count of connections is the limit.

use std::convert::Infallible;
use std::task::{Context, Poll};
use std::time::Duration;

use libp2p::PeerId;
use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm, dummy,
};
use tokio::time::Instant;

/// How long a reading is good for.
const FRESH: Duration = Duration::from_millis(500);

/// The process uses more memory than it may.
#[derive(Debug, thiserror::Error)]
#[error("the process uses {used} bytes of memory, which is more than {limit}")]
pub(crate) struct MemoryExceeded {
    used: u64,
    limit: u64,
}

/// See the module.
pub(crate) struct MemoryGate {
    limit: Option<u64>,
    reading: Option<(Instant, u64)>,
}

impl MemoryGate {
    pub(super) fn new(limit: Option<u64>) -> Self {
        MemoryGate {
            limit,
            reading: None,
        }
    }

    fn check(&mut self) -> Result<(), ConnectionDenied> {
        let Some(limit) = self.limit else {
            return Ok(());
        };
        let now = Instant::now();
        let used = match self.reading {
            Some((at, used)) if now < at + FRESH => used,
            _ => {
                let used = resident_bytes().unwrap_or(0);
                self.reading = Some((now, used));
                used
            }
        };
        if used > limit {
            return Err(ConnectionDenied::new(MemoryExceeded { used, limit }));
        }
        Ok(())
    }
}

/// The second number of statm, in pages of 4 KiB on every platform this is built for.
fn resident_bytes() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

impl NetworkBehaviour for MemoryGate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.check()
    }

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: Option<PeerId>,
        _: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.check().map(|()| Vec::new())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}
