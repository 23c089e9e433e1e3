//! Dialling through a SOCKS5 proxy (RFC 1928, and RFC 1929 for name and password).
//!
//! What it is: TCP that goes out through the proxy and nowhere else. Host names are given to the
//! proxy, so nothing is asked of the local name servers.
//! What it is not: it listens on nothing and carries no UDP.
//!
//! Invariant: what the proxy says is read in bounded pieces; a proxy that refuses is an error with
//! its reason.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Pending};
use libp2p::Multiaddr;
use libp2p::core::transport::{DialOpts, ListenerId, TransportError, TransportEvent};
use libp2p::multiaddr::Protocol;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};
use zeroize::Zeroizing;

/// A SOCKS5 proxy.
#[derive(Clone)]
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    /// Name and password, each at most 255 bytes, if it asks for them.
    pub login: Option<(String, Zeroizing<String>)>,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({})", self.address)
    }
}

/// Where the proxy shall connect to.
enum Target {
    Ip(IpAddr, u16),
    Name(String, u16),
}

/// See the module.
pub(super) struct Socks {
    proxy: Proxy,
}

impl Socks {
    pub(super) fn new(proxy: Proxy) -> Self {
        Socks { proxy }
    }
}

/// Exactly an address or a name, and a TCP port; a peer id may follow.
fn target(address: &Multiaddr) -> Option<Target> {
    let mut parts = address.iter();
    let host = parts.next()?;
    let Some(Protocol::Tcp(port)) = parts.next() else {
        return None;
    };
    match parts.next() {
        None | Some(Protocol::P2p(_)) => {}
        Some(_) => return None,
    }
    match host {
        Protocol::Ip4(ip) => Some(Target::Ip(ip.into(), port)),
        Protocol::Ip6(ip) => Some(Target::Ip(ip.into(), port)),
        Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name) => {
            (name.len() <= 255).then(|| Target::Name(name.into_owned(), port))
        }
        _ => None,
    }
}

fn refused(text: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionRefused, text)
}

async fn connect(proxy: Proxy, target: Target) -> io::Result<Compat<TcpStream>> {
    let mut stream = TcpStream::connect(proxy.address).await?;
    stream.set_nodelay(true)?;
    // Version 5; no login, or name and password.
    let offer: &[u8] = match proxy.login {
        Some(_) => &[5, 2, 0, 2],
        None => &[5, 1, 0],
    };
    stream.write_all(offer).await?;
    let mut chosen = [0; 2];
    stream.read_exact(&mut chosen).await?;
    match (chosen, &proxy.login) {
        ([5, 0], _) => {}
        ([5, 2], Some((name, password))) => {
            let len = |text: &str| {
                let len = u8::try_from(text.len());
                len.map_err(|_| refused("the login of the proxy is too long"))
            };
            let mut login = Zeroizing::new(vec![1, len(name)?]);
            login.extend_from_slice(name.as_bytes());
            login.push(len(password)?);
            login.extend_from_slice(password.as_bytes());
            stream.write_all(&login).await?;
            let mut answer = [0; 2];
            stream.read_exact(&mut answer).await?;
            if answer[1] != 0 {
                return Err(refused("the proxy refused the login"));
            }
        }
        _ => return Err(refused("the proxy wants another login, or is none")),
    }
    let (mut request, port) = match target {
        Target::Ip(IpAddr::V4(ip), port) => ([&[5, 1, 0, 1][..], &ip.octets()].concat(), port),
        Target::Ip(IpAddr::V6(ip), port) => ([&[5, 1, 0, 4][..], &ip.octets()].concat(), port),
        Target::Name(name, port) => {
            let len = u8::try_from(name.len()).unwrap_or(u8::MAX);
            ([&[5, 1, 0, 3, len][..], name.as_bytes()].concat(), port)
        }
    };
    request.extend(port.to_be_bytes());
    stream.write_all(&request).await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    match answer[1] {
        0 => {}
        2 => return Err(refused("the proxy does not allow the connection")),
        3 | 4 => return Err(refused("the proxy cannot reach the peer")),
        5 => return Err(refused("the peer refused the proxy")),
        _ => return Err(refused("the proxy failed")),
    }
    // Where the proxy connects from is of no use, but must be read.
    let rest = match answer[3] {
        1 => 4,
        4 => 16,
        3 => usize::from(stream.read_u8().await?),
        _ => return Err(refused("the proxy answers nonsense")),
    };
    let mut bound = [0; 255 + 2];
    let bound = bound.get_mut(..rest + 2).unwrap_or_default();
    stream.read_exact(bound).await?;
    Ok(stream.compat())
}

impl libp2p::Transport for Socks {
    type Output = Compat<TcpStream>;
    type Error = io::Error;
    type ListenerUpgrade = Pending<Result<Self::Output, Self::Error>>;
    type Dial = BoxFuture<'static, Result<Self::Output, Self::Error>>;

    fn listen_on(
        &mut self,
        _: ListenerId,
        address: Multiaddr,
    ) -> Result<(), TransportError<Self::Error>> {
        Err(TransportError::MultiaddrNotSupported(address))
    }

    fn remove_listener(&mut self, _: ListenerId) -> bool {
        false
    }

    fn dial(
        &mut self,
        address: Multiaddr,
        _: DialOpts,
    ) -> Result<Self::Dial, TransportError<Self::Error>> {
        match target(&address) {
            Some(target) => Ok(connect(self.proxy.clone(), target).boxed()),
            None => Err(TransportError::MultiaddrNotSupported(address)),
        }
    }

    fn poll(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<TransportEvent<Self::ListenerUpgrade, Self::Error>> {
        Poll::Pending
    }
}
