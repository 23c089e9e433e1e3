//! TLS and Noise as one upgrade, in the order a profile wants.

use std::io;

use futures_util::future::{BoxFuture, Either};
use futures_util::{AsyncRead, AsyncWrite, FutureExt, TryFutureExt};
use libp2p::core::UpgradeInfo;
use libp2p::core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade};
use libp2p::{PeerId, noise, tls};

use crate::profile::SecurityOrder;

/// The name under which TLS is negotiated.
const TLS: &str = "/tls/1.0.0";
/// The name under which Noise is negotiated.
const NOISE: &str = "/noise";

#[derive(Clone)]
pub(super) struct Security {
    pub(super) order: SecurityOrder,
    pub(super) tls: tls::Config,
    pub(super) noise: noise::Config,
}

type Secured<C> = Either<tls::TlsStream<C>, noise::Output<C>>;

impl UpgradeInfo for Security {
    type Info = &'static str;
    type InfoIter = std::array::IntoIter<Self::Info, 2>;

    fn protocol_info(&self) -> Self::InfoIter {
        match self.order {
            SecurityOrder::TlsFirst => [TLS, NOISE].into_iter(),
            SecurityOrder::NoiseFirst => [NOISE, TLS].into_iter(),
        }
    }
}

impl<C: AsyncRead + AsyncWrite + Send + Unpin + 'static> InboundConnectionUpgrade<C> for Security {
    type Output = (PeerId, Secured<C>);
    type Error = io::Error;
    type Future = BoxFuture<'static, Result<Self::Output, io::Error>>;

    fn upgrade_inbound(self, stream: C, name: Self::Info) -> Self::Future {
        if name == TLS {
            let tls = self.tls.upgrade_inbound(stream, name);
            tls.map_ok(|(peer, stream)| (peer, Either::Left(stream)))
                .map_err(io::Error::other)
                .boxed()
        } else {
            let noise = self.noise.upgrade_inbound(stream, name);
            noise
                .map_ok(|(peer, stream)| (peer, Either::Right(stream)))
                .map_err(io::Error::other)
                .boxed()
        }
    }
}

impl<C: AsyncRead + AsyncWrite + Send + Unpin + 'static> OutboundConnectionUpgrade<C> for Security {
    type Output = (PeerId, Secured<C>);
    type Error = io::Error;
    type Future = BoxFuture<'static, Result<Self::Output, io::Error>>;

    fn upgrade_outbound(self, stream: C, name: Self::Info) -> Self::Future {
        if name == TLS {
            let tls = self.tls.upgrade_outbound(stream, name);
            tls.map_ok(|(peer, stream)| (peer, Either::Left(stream)))
                .map_err(io::Error::other)
                .boxed()
        } else {
            let noise = self.noise.upgrade_outbound(stream, name);
            noise
                .map_ok(|(peer, stream)| (peer, Either::Right(stream)))
                .map_err(io::Error::other)
                .boxed()
        }
    }
}
