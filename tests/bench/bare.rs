//! The measure of block exchange: a bare copy of the same bytes over the same layers (TCP, pre-shared
//! key, Noise, Yamux), with nothing on top.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use bytes::Bytes;
use dag::Cid;
use futures_util::future::Either;
use futures_util::{AsyncReadExt, AsyncWriteExt, StreamExt, TryFutureExt};
use libp2p::core::Endpoint;
use libp2p::core::muxing::{StreamMuxerBox, StreamMuxerExt};
use libp2p::core::transport::{Boxed, DialOpts, ListenerId, PortUse, TransportEvent};
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::pnet::{PnetConfig, PreSharedKey};
use libp2p::{Transport, noise, tcp, yamux};

use crate::Fallible;
use crate::nodes::BLOCK;

const KEY: &str = "/key/swarm/psk/1.0.0/\n/base16/\n\
    64ef95289a6b998c776927ed6e33ca8c9202ee47df90141d09f5ffeeb64b8a66";

/// Both ends of a connection, with nothing on top.
pub(crate) async fn bare_copy(blocks: Arc<Vec<(Cid, Bytes)>>, keyed: bool) -> Fallible<f64> {
    let mut giver = bare_transport(keyed)?;
    giver.listen_on(ListenerId::next(), "/ip4/127.0.0.1/tcp/0".parse()?)?;
    let address = match giver.next().await {
        Some(TransportEvent::NewAddress { listen_addr, .. }) => listen_addr,
        _ => return Err("not listening".into()),
    };
    let total: usize = blocks.iter().map(|(_, bytes)| bytes.len()).sum();
    let giving = tokio::task::spawn_blocking({
        let runtime = tokio::runtime::Handle::current();
        move || runtime.block_on(give_bare(giver, blocks))
    });
    let opts = DialOpts {
        role: Endpoint::Dialer,
        port_use: PortUse::New,
    };
    let mut taker = bare_transport(keyed)?;
    let mut muxer = taker.dial(address, opts)?.await?;
    let mut stream = poll_fn(|cx| muxer.poll_outbound_unpin(cx)).await?;
    let work = async move {
        // The stream is announced to the other side by its first byte.
        stream.write_all(&[1]).await?;
        stream.flush().await?;
        let started = Instant::now();
        let mut buffer = vec![0; BLOCK];
        let mut got = 0;
        while got < total {
            match stream.read(&mut buffer).await? {
                0 => return Err("cut short".into()),
                read => got += read,
            }
        }
        Ok(started.elapsed().as_secs_f64())
    };
    let seconds = drive(&mut muxer, work).await;
    giving.abort();
    seconds
}

async fn give_bare(
    mut giver: Boxed<StreamMuxerBox>,
    blocks: Arc<Vec<(Cid, Bytes)>>,
) -> Fallible<()> {
    let upgrade = loop {
        if let Some(TransportEvent::Incoming { upgrade, .. }) = giver.next().await {
            break upgrade;
        }
    };
    let mut muxer = upgrade.await?;
    let mut stream = poll_fn(|cx| muxer.poll_inbound_unpin(cx)).await?;
    let work = async move {
        for (_, bytes) in blocks.iter() {
            stream.write_all(bytes).await?;
        }
        stream.flush().await?;
        // Until the other side has read it all and goes.
        let mut rest = [0; 2];
        while stream.read(&mut rest).await? > 0 {}
        Ok(())
    };
    drive(&mut muxer, work).await
}

/// Polls a connection beside what is done on its streams.
async fn drive<T>(muxer: &mut StreamMuxerBox, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(done),
        Poll::Pending => {
            let _ = muxer.poll_unpin(cx);
            work.as_mut().poll(cx)
        }
    })
    .await
}

fn bare_transport(keyed: bool) -> Fallible<Boxed<StreamMuxerBox>> {
    let pair = Keypair::generate_secp256k1();
    let psk: Option<PreSharedKey> = keyed.then(|| KEY.parse()).transpose()?;
    Ok(
        tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
            .and_then(move |stream, _| match psk {
                Some(psk) => Either::Left(
                    PnetConfig::new(psk)
                        .handshake(stream)
                        .map_ok(Either::Left)
                        .map_err(std::io::Error::other),
                ),
                None => Either::Right(std::future::ready(Ok(Either::Right(stream)))),
            })
            .upgrade(Version::V1)
            .authenticate(noise::Config::new(&pair)?)
            .multiplex(yamux::Config::default())
            .map(|(_, muxer), _| StreamMuxerBox::new(muxer))
            .boxed(),
    )
}
