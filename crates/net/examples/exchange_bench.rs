//! How fast blocks go from one node to another over loopback, against a bare copy of the same bytes
//! over the same layers (TCP, pre-shared key, Noise, Yamux) in the same process.
//!
//! `cargo run -p net --release --example exchange_bench -- [MiB] [pairs] [key|open]` prints one line
//! of JSON. Every pair runs both, in turn; CPU seconds are of the whole process, both ends.

use std::collections::HashMap;
use std::error::Error;
use std::future::poll_fn;
use std::io::Write;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use bytes::Bytes;
use dag::{Cid, CidVersion, Codec, cid_of};
use futures_util::future::{BoxFuture, Either};
use futures_util::{AsyncReadExt, AsyncWriteExt, StreamExt, TryFutureExt, stream};
use libp2p::core::Endpoint;
use libp2p::core::muxing::{StreamMuxerBox, StreamMuxerExt};
use libp2p::core::transport::{Boxed, DialOpts, ListenerId, PortUse, TransportEvent};
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::pnet::{PnetConfig, PreSharedKey};
use libp2p::{Multiaddr, Transport, noise, tcp, yamux};
use net::bitswap::{BlockSource, Reach, SessionOptions};
use net::{Network, NetworkConfig, NodeKey, PeerId, Profile, SecurityOrder};
use tokio_util::sync::CancellationToken;

const BLOCK: usize = 256 * 1024;
const AHEAD: usize = 256;
const KEY: &str = "/key/swarm/psk/1.0.0/\n/base16/\n\
    64ef95289a6b998c776927ed6e33ca8c9202ee47df90141d09f5ffeeb64b8a66";

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

struct Memory(HashMap<Cid, Bytes>);

impl BlockSource for Memory {
    fn get(&self, _: PeerId, cid: Cid) -> BoxFuture<'static, Option<Bytes>> {
        Box::pin(std::future::ready(self.0.get(&cid).cloned()))
    }

    fn size(&self, _: PeerId, cid: Cid) -> BoxFuture<'static, Option<usize>> {
        Box::pin(std::future::ready(self.0.get(&cid).map(Bytes::len)))
    }
}

#[derive(Clone, Copy)]
struct Run {
    seconds: f64,
    cpu: f64,
}

fn main() -> Fallible<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let number = |at: usize, default| arguments.get(at).map_or(Ok(default), |text| text.parse());
    let (mib, pairs) = (number(0, 1024)?, number(1, 5)?);
    let keyed = arguments.get(2).is_none_or(|network| network != "open");
    let runtime = tokio::runtime::Runtime::new()?;
    let blocks = Arc::new(blocks(mib * 4));
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..pairs {
        bare.push(runtime.block_on(measure(bare_copy(Arc::clone(&blocks), keyed)))?);
        ours.push(runtime.block_on(measure(exchange(Arc::clone(&blocks), keyed)))?);
    }
    let line = report(mib, keyed, &bare, &ours);
    std::io::stdout().write_all(line.as_bytes())?;
    Ok(())
}

fn report(mib: usize, keyed: bool, bare: &[Run], ours: &[Run]) -> String {
    let rate = |run: &Run| mib as f64 / run.seconds;
    let stats = |values: Vec<f64>| {
        let mut values = values;
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        (
            at(values.len() / 2),
            at(0),
            at(values.len().saturating_sub(1)),
        )
    };
    let (bare_rate, bare_min, bare_max) = stats(bare.iter().map(rate).collect());
    let (our_rate, our_min, our_max) = stats(ours.iter().map(rate).collect());
    let (bare_cpu, ..) = stats(bare.iter().map(|run| run.cpu).collect());
    let (our_cpu, ..) = stats(ours.iter().map(|run| run.cpu).collect());
    let pairs = bare.iter().zip(ours);
    let (wall, wall_min, wall_max) =
        stats(pairs.clone().map(|(a, b)| a.seconds / b.seconds).collect());
    let (cpu, cpu_min, cpu_max) = stats(pairs.map(|(a, b)| a.cpu / b.cpu).collect());
    format!(
        "{{\"bench\":\"exchange\",\"mib\":{mib},\"keyed\":{keyed},\"pairs\":{},\
         \"bareMibPerS\":[{bare_rate:.0},{bare_min:.0},{bare_max:.0}],\
         \"exchangeMibPerS\":[{our_rate:.0},{our_min:.0},{our_max:.0}],\
         \"bareCpuS\":{bare_cpu:.2},\"exchangeCpuS\":{our_cpu:.2},\
         \"wallRatio\":[{wall:.2},{wall_min:.2},{wall_max:.2}],\
         \"cpuRatio\":[{cpu:.2},{cpu_min:.2},{cpu_max:.2}]}}\n",
        bare.len()
    )
}

async fn measure(work: impl Future<Output = Fallible<f64>>) -> Fallible<Run> {
    let before = cpu_seconds()?;
    let seconds = work.await?;
    Ok(Run {
        seconds,
        cpu: cpu_seconds()? - before,
    })
}

/// User and system time of this process: fields 14 and 15, in hundredths of a second.
fn cpu_seconds() -> Fallible<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let rest = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<_> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
    Ok((ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0)
}

fn blocks(count: usize) -> Vec<(Cid, Bytes)> {
    let block = |n: usize| {
        let mut state = n as u64 + 1;
        let mut bytes = Vec::with_capacity(BLOCK);
        while bytes.len() < BLOCK {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend_from_slice(&state.to_le_bytes());
        }
        (
            cid_of(Codec::Raw, CidVersion::V1, &bytes),
            Bytes::from(bytes),
        )
    };
    (0..count).map(block).collect()
}

/// Both ends of a connection, with nothing on top.
async fn bare_copy(blocks: Arc<Vec<(Cid, Bytes)>>, keyed: bool) -> Fallible<f64> {
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

/// The same bytes, through two whole nodes.
async fn exchange(blocks: Arc<Vec<(Cid, Bytes)>>, keyed: bool) -> Fallible<f64> {
    let source = Memory(blocks.iter().cloned().collect());
    let giver = node(keyed, Some(source))?;
    let taker = node(keyed, None)?;
    let address = loop {
        // The listener reports its port by an event; asking again is as good here.
        match giver.listening().await.into_iter().next() {
            Some(address) => break address,
            None => tokio::task::yield_now().await,
        }
    };
    taker
        .dial(giver.peer_id(), vec![Multiaddr::clone(&address)])
        .await?;
    let options = SessionOptions {
        reach: Reach::ProvidersOnly,
        providers: vec![giver.peer_id()],
    };
    let session = taker.exchange().session(options).await?;
    let started = Instant::now();
    let mut fetches = stream::iter(blocks.iter())
        .map(|(cid, _)| session.get(*cid, None))
        .buffer_unordered(AHEAD);
    while let Some(block) = fetches.next().await {
        block?;
    }
    let seconds = started.elapsed().as_secs_f64();
    drop(fetches);
    taker.shutdown().await;
    giver.shutdown().await;
    Ok(seconds)
}

fn node(keyed: bool, source: Option<Memory>) -> Fallible<Network> {
    let mut profile = match keyed {
        true => Profile::btfs(),
        false => Profile::direct(),
    };
    profile.security = SecurityOrder::NoiseFirst;
    let mut config = NetworkConfig::quiet(profile, NodeKey::random()?);
    config.listen = vec!["/ip4/127.0.0.1/tcp/0".parse()?];
    if let Some(source) = source {
        config.source = Arc::new(source);
    }
    Ok(Network::start(config, CancellationToken::new())?)
}
