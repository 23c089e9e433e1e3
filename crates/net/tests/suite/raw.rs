//! A peer made of bytes: it speaks the transport and the protocol negotiation, and then says
//! whatever a test wants.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use futures_util::{AsyncReadExt, AsyncWriteExt, TryFutureExt};
use libp2p::core::Endpoint;
use libp2p::core::muxing::{StreamMuxerBox, StreamMuxerExt, SubstreamBox};
use libp2p::core::transport::{DialOpts, MemoryTransport, PortUse, Transport};
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::pnet::{PnetConfig, PreSharedKey};
use libp2p::{Multiaddr, noise, yamux};
use net::bitswap::{Entry, Message, Version as Wire, WantKind};

/// The key of BTFS, which the in-memory profile keeps.
const KEY: &str = "/key/swarm/psk/1.0.0/\n/base16/\n\
    64ef95289a6b998c776927ed6e33ca8c9202ee47df90141d09f5ffeeb64b8a66";

pub(crate) struct RawPeer {
    muxer: StreamMuxerBox,
}

impl RawPeer {
    pub(crate) async fn dial(address: Multiaddr) -> Self {
        let pair = Keypair::generate_ed25519();
        let psk: PreSharedKey = KEY.parse().unwrap();
        let mut transport = MemoryTransport::default()
            .and_then(move |stream, _| {
                PnetConfig::new(psk)
                    .handshake(stream)
                    .map_err(std::io::Error::other)
            })
            .upgrade(Version::V1)
            .authenticate(noise::Config::new(&pair).unwrap())
            .multiplex(yamux::Config::default())
            .map(|(_, muxer), _| StreamMuxerBox::new(muxer))
            .boxed();
        let opts = DialOpts {
            role: Endpoint::Dialer,
            port_use: PortUse::New,
        };
        let muxer = transport.dial(address, opts).unwrap().await.unwrap();
        RawPeer { muxer }
    }

    /// Keeps the connection going while `work` runs. Streams the other side opens are refused.
    pub(crate) async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|cx| {
            while let Poll::Ready(Ok(stream)) = self.muxer.poll_inbound_unpin(cx) {
                drop(stream);
            }
            let _ = self.muxer.poll_unpin(cx);
            work.as_mut().poll(cx)
        })
        .await
    }

    /// Opens a bitswap stream.
    pub(crate) async fn open(&mut self) -> SubstreamBox {
        self.open_as("/ipfs/bitswap/1.2.0").await
    }

    /// Opens a stream of a protocol.
    pub(crate) async fn open_as(&mut self, protocol: &str) -> SubstreamBox {
        let mut stream = poll_fn(|cx| self.muxer.poll_outbound_unpin(cx))
            .await
            .unwrap();
        let line = |text: &str| format!("{}{text}\n", char::from(text.len() as u8 + 1));
        let hello = line("/multistream/1.0.0") + &line(protocol);
        self.during(async move {
            stream.write_all(hello.as_bytes()).await.unwrap();
            stream.flush().await.unwrap();
            let mut answer = vec![0; hello.len()];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!(answer, hello.as_bytes(), "the protocol is spoken");
            stream
        })
        .await
    }

    /// Has the other side open its bitswap stream, by asking for `absent`; its first answer is read.
    pub(crate) async fn accept_bitswap(
        &mut self,
        stream: &mut SubstreamBox,
        absent: dag::Cid,
    ) -> SubstreamBox {
        let want = Message {
            entries: vec![Entry::Want {
                cid: absent,
                kind: WantKind::Block,
                priority: 1,
                send_dont_have: true,
            }],
            ..Message::default()
        };
        let pieces: Vec<u8> = want.encode(Wire::V120).concat();
        self.during(async {
            stream.write_all(&pieces).await.unwrap();
            stream.flush().await.unwrap();
        })
        .await;
        loop {
            let mut inbound = poll_fn(|cx| {
                let _ = self.muxer.poll_unpin(cx);
                self.muxer.poll_inbound_unpin(cx)
            })
            .await
            .unwrap();
            let bitswap = self
                .during(async {
                    let hello = b"\x13/multistream/1.0.0\n";
                    let mut heard = vec![0; hello.len()];
                    inbound.read_exact(&mut heard).await.ok()?;
                    inbound.write_all(hello).await.ok()?;
                    let mut len = [0];
                    inbound.read_exact(&mut len).await.ok()?;
                    let mut name = vec![0; len[0].into()];
                    inbound.read_exact(&mut name).await.ok()?;
                    if name != b"/ipfs/bitswap/1.2.0\n" {
                        return None;
                    }
                    inbound.write_all(&[&len[..], &name].concat()).await.ok()?;
                    inbound.flush().await.ok()?;
                    // The answer to the first want.
                    inbound.read_exact(&mut len).await.ok()?;
                    let mut body = vec![0; len[0].into()];
                    inbound.read_exact(&mut body).await.ok()?;
                    Some(inbound)
                })
                .await;
            if let Some(stream) = bitswap {
                return stream;
            }
        }
    }
}
