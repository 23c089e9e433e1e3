//! Limits and proxies: bytes a second, SOCKS5, and what a metered connection leaves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use net::bitswap::{Reach, SessionOptions};
use net::{Network, NetworkConfig, Profile, Proxy, RateLimiter, RateLimits};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};
use zeroize::Zeroizing;

use crate::support::{Blocks, STUCK, address, blocks, connect, in_memory, node, node_at};

async fn fetch(taker: &Network, giver: &Network, wanted: &[dag::Block]) {
    let options = SessionOptions {
        reach: Reach::ProvidersOnly,
        providers: vec![giver.peer_id()],
    };
    let session = taker.exchange().session(options).await.unwrap();
    for block in wanted {
        let got = timeout(STUCK, session.get(block.cid, None)).await;
        assert_eq!(got.expect("comes").unwrap(), block.bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_kept_from_the_moment_it_is_set_and_lifted_again() {
    let wanted = blocks(20, 100_000);
    let rates = RateLimiter::default();
    let listen = "/memory/0";
    let giver = node_at(in_memory(), Blocks::of(&wanted), listen, |config| {
        config.rates = rates.clone();
    })
    .await;
    let taker = node(in_memory(), Blocks::of(&[])).await;
    connect(&taker, &giver).await;
    let limits = RateLimits {
        down: None,
        up: Some(1_000_000),
    };
    rates.set(limits);
    let from = Instant::now();
    fetch(&taker, &giver, &wanted[..10]).await;
    // A megabyte less what may be owed.
    assert!(
        from.elapsed() >= Duration::from_millis(800),
        "{:?}",
        from.elapsed()
    );
    rates.set(RateLimits::default());
    fetch(&taker, &giver, &wanted[10..]).await;
}

/// A proxy that asks for a login and counts what it connects.
async fn proxy(connected: Arc<AtomicUsize>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accept = async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let connected = Arc::clone(&connected);
            let serve = async move {
                let mut greeting = [0; 4];
                from.read_exact(&mut greeting).await?;
                assert_eq!(greeting, [5, 2, 0, 2], "a login is offered");
                from.write_all(&[5, 2]).await?;
                let mut login = [0; 8];
                from.read_exact(&mut login).await?;
                let right = login == *b"\x01\x02me\x03pwd";
                from.write_all(&[1, u8::from(!right)]).await?;
                let mut request = [0; 10];
                from.read_exact(&mut request).await?;
                assert_eq!(request[..4], [5, 1, 0, 1]);
                let ip: [u8; 4] = request[4..8].try_into().unwrap();
                let port = u16::from_be_bytes([request[8], request[9]]);
                let Ok(mut to) = TcpStream::connect((std::net::Ipv4Addr::from(ip), port)).await
                else {
                    return from.write_all(&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]).await;
                };
                connected.fetch_add(1, Ordering::SeqCst);
                from.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
                copy_bidirectional(&mut from, &mut to).await.map(drop)
            };
            let _ = serve.await;
        }
    };
    // One connection after the other is enough here; the task ends with the test's runtime.
    drop(tokio_util::task::TaskTracker::new().spawn(accept));
    address
}

fn behind(address: SocketAddr, password: &str) -> Network {
    let mut config = NetworkConfig::quiet(Profile::btfs(), net::NodeKey::random().unwrap());
    config.proxy = Some(Proxy {
        address,
        login: Some(("me".to_owned(), Zeroizing::new(password.to_owned()))),
    });
    Network::start(config, tokio_util::sync::CancellationToken::new()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_through_the_proxy_or_nowhere() {
    let wanted = blocks(20, 50_000);
    let listen = "/ip4/127.0.0.1/tcp/0";
    let giver = node_at(Profile::btfs(), Blocks::of(&wanted), listen, |_| ()).await;
    let at = address(&giver).await;
    let connected = Arc::new(AtomicUsize::new(0));
    let proxy_at = proxy(Arc::clone(&connected)).await;

    let wrong = behind(proxy_at, "pwx");
    let refused = timeout(STUCK, wrong.dial(giver.peer_id(), vec![at.clone()])).await;
    assert!(refused.expect("ends").is_err());
    assert_eq!(connected.load(Ordering::SeqCst), 0);

    let taker = behind(proxy_at, "pwd");
    let listening = taker.listen(listen.parse().unwrap()).await;
    assert!(listening.is_err(), "a proxied node listens on nothing");
    let udp = "/ip4/127.0.0.1/udp/9/quic-v1".parse().unwrap();
    let dialled = timeout(STUCK, taker.dial(giver.peer_id(), vec![udp])).await;
    assert!(dialled.expect("ends").is_err());
    taker.dial(giver.peer_id(), vec![at]).await.unwrap();
    fetch(&taker, &giver, &wanted).await;
    assert_eq!(connected.load(Ordering::SeqCst), 1);
    taker.shutdown().await;
    giver.shutdown().await;
}
