//! From a profile to a transport: sockets, the pre-shared key, security, streams, and a count of
//! the bytes.
//!
//! Order of the layers, from the wire up: TCP or WebSocket or a relayed circuit, the pre-shared key
//! (when the network has one, on all three alike, as go-libp2p does), TLS or Noise, Yamux. QUIC
//! brings its own and exists only without a key.

mod counted;
mod gathered;
mod limit;
mod secure;
mod socks;

use std::io;

use futures_util::future::Either;
use futures_util::{AsyncRead, AsyncWrite, TryFutureExt};
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::{Boxed, MemoryTransport, OptionalTransport};
use libp2p::core::upgrade::Version;
use libp2p::pnet::PnetConfig;
use libp2p::{PeerId, Transport, dns, noise, quic, relay, tcp, tls, websocket, yamux};

use crate::identity::NodeKey;
use crate::profile::{Profile, Windows};
use crate::transport::gathered::Gathered;
use crate::transport::secure::Security;
use crate::transport::socks::Socks;

pub(crate) use crate::transport::counted::Counters;
pub use crate::transport::counted::{Bandwidth, Transferred};
pub use crate::transport::limit::{BandwidthSchedule, RateLimiter, RateLimits, ScheduledLimits};
pub use crate::transport::socks::Proxy;

/// With yamux 0.14 the windows of a connection may grow by what is left of 1 GiB after this many
/// streams of 256 KiB: 4,094 leave two steps.
const CLAMPING_STREAMS: usize = 4094;
/// How long a handshake may take, all layers together.
const HANDSHAKE: std::time::Duration = std::time::Duration::from_secs(20);

/// Why a transport cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildTransport {
    /// The certificate of the node could not be made.
    #[error("could not make the certificate for TLS")]
    Certificate(#[source] tls::certificate::GenError),
    /// The key for Noise could not be signed.
    #[error("could not sign the key for Noise")]
    Noise(#[source] noise::Error),
    /// The system's settings for names could not be read.
    #[error("could not read how this system resolves names")]
    Names(#[source] io::Error),
    /// QUIC was asked for on a network with a key.
    #[error("a network with a pre-shared key cannot use QUIC")]
    KeyWithQuic,
}

/// What a swarm dials and listens with, and the relay client's half of it.
pub(crate) type Built = (
    Boxed<(PeerId, StreamMuxerBox)>,
    Option<relay::client::Behaviour>,
);

/// Builds the transport of `profile`.
pub(crate) fn build(
    profile: &Profile,
    key: &NodeKey,
    counters: &Counters,
    proxy: Option<&Proxy>,
) -> Result<Built, BuildTransport> {
    let Some(transports) = Some(profile.transports).filter(|one| !one.memory) else {
        let memory = MemoryTransport::default();
        return Ok((upgrade(memory, profile, key, counters)?, None));
    };
    if transports.quic && profile.key.is_some() {
        return Err(BuildTransport::KeyWithQuic);
    }
    let (circuits, relay) = relay::client::new(key.peer_id());
    if let Some(proxy) = proxy {
        // Nothing but what the proxy carries: no listening, no UDP, and names are its to resolve.
        let proxied = upgrade(Socks::new(proxy.clone()), profile, key, counters)?;
        let all = upgrade(circuits, profile, key, counters)?
            .or_transport(proxied)
            .map(|either, _| either.into_inner());
        return Ok((all.boxed(), Some(relay)));
    }
    let socket = || tcp::tokio::Transport::new(tcp::Config::default().nodelay(true));
    let plain = match transports.tcp {
        true => OptionalTransport::some(socket()),
        false => OptionalTransport::none(),
    };
    let web = match transports.websocket {
        true => OptionalTransport::some(websocket::Config::new(
            dns::tokio::Transport::system(socket()).map_err(BuildTransport::Names)?,
        )),
        false => OptionalTransport::none(),
    };
    let circuits = upgrade(circuits, profile, key, counters)?;
    // WebSocket first: TCP would take its addresses for its own and ignore what follows the port.
    let sockets = upgrade(web, profile, key, counters)?
        .or_transport(upgrade(plain, profile, key, counters)?)
        .map(|either, _| either.into_inner());
    let quic = match transports.quic {
        true => OptionalTransport::some(quic::tokio::Transport::new(quic::Config::new(key.pair()))),
        false => OptionalTransport::none(),
    };
    let counters = counters.clone();
    let quic =
        quic.map(move |(peer, muxer), _| (peer, StreamMuxerBox::new(counters.count_muxer(muxer))));
    let named = dns::tokio::Transport::system(
        sockets
            .or_transport(quic)
            .map(|either, _| either.into_inner()),
    )
    .map_err(BuildTransport::Names)?;
    let all = circuits
        .or_transport(named)
        .map(|either, _| either.into_inner())
        .boxed();
    Ok((all, Some(relay)))
}

/// Puts the layers on top of a transport of raw byte streams.
fn upgrade<T>(
    transport: T,
    profile: &Profile,
    key: &NodeKey,
    counters: &Counters,
) -> Result<Boxed<(PeerId, StreamMuxerBox)>, BuildTransport>
where
    T: Transport + Send + Unpin + 'static,
    T::Output: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    T::Error: Send + Sync + 'static,
    T::Dial: Send + 'static,
    T::ListenerUpgrade: Send + 'static,
{
    let psk = profile.key.map(|key| PnetConfig::new(key.psk()));
    let counters = counters.clone();
    let security = Security {
        order: profile.security,
        tls: tls::Config::new(key.pair()).map_err(BuildTransport::Certificate)?,
        noise: noise::Config::new(key.pair()).map_err(BuildTransport::Noise)?,
    };
    let mut streams = yamux::Config::default();
    if profile.windows == Windows::Clamped {
        streams.set_max_num_streams(CLAMPING_STREAMS);
    }
    Ok(transport
        .map(move |stream, _| Gathered::new(counters.count(stream)))
        .and_then(move |stream, _| match psk {
            Some(psk) => Either::Left(
                psk.handshake(stream)
                    .map_ok(Either::Left)
                    .map_err(io::Error::other),
            ),
            None => Either::Right(std::future::ready(Ok(Either::Right(stream)))),
        })
        .upgrade(Version::V1Lazy)
        .authenticate(security)
        .multiplex(streams)
        .timeout(HANDSHAKE)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)))
        .boxed())
}
