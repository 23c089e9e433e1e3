//! Why something did not work, one enum an operation.

use std::io;

use libp2p::Multiaddr;
use libp2p::core::transport::TransportError;
use libp2p::swarm::DialError;

use crate::transport::BuildTransport;

/// Why a network did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartNetwork {
    /// The transport could not be made.
    #[error("could not set up the transport")]
    Transport(#[from] BuildTransport),
    /// Discovery on the local network could not be set up.
    #[error("could not look for peers on the local network")]
    LocalDiscovery(#[source] io::Error),
    /// An address cannot be listened on.
    #[error("could not listen on {0}")]
    Listen(Multiaddr, #[source] TransportError<io::Error>),
}

/// Why a peer was not reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DialPeer {
    /// No address is known for it.
    #[error("no address is known for the peer")]
    NoAddress,
    /// Somebody else answers at its address.
    #[error("another peer answers at the address")]
    OtherPeer,
    /// The address is our own.
    #[error("the address is this node's own")]
    Ourselves,
    /// It is on the deny list, or a limit is reached.
    #[error("the connection is not allowed or a limit is reached")]
    Denied,
    /// No address answered.
    #[error("no address of the peer answered")]
    Failed(#[source] Box<DialError>),
    /// The network is shut down.
    #[error("the network is shut down")]
    Closed,
}

/// Why an address is not listened on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenOn {
    /// The system refused.
    #[error("could not listen on the address")]
    Transport(#[source] TransportError<io::Error>),
    /// The network is shut down.
    #[error("the network is shut down")]
    Closed,
}

/// Why a root is not announced.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum ProvideRoot {
    /// This network has no DHT.
    #[error("this network has no DHT")]
    NoDht,
    /// No more roots can be announced.
    #[error("too many roots are announced already")]
    TooMany,
    /// Nobody took the record in time; it is tried again by itself.
    #[error("the announcement timed out")]
    TimedOut,
    /// The network is shut down.
    #[error("the network is shut down")]
    Closed,
}

impl From<DialError> for DialPeer {
    fn from(error: DialError) -> Self {
        match error {
            DialError::NoAddresses => DialPeer::NoAddress,
            DialError::WrongPeerId { .. } => DialPeer::OtherPeer,
            DialError::LocalPeerId { .. } => DialPeer::Ourselves,
            DialError::Denied { .. } => DialPeer::Denied,
            other => DialPeer::Failed(Box::new(other)),
        }
    }
}
