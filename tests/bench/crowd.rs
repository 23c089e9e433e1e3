//! Many who open one link: connections, and transfers over some of them, for measuring who serves.
//!
//! Connects, says so, and reads one line from its standard input before each next step, so that the
//! one who measures can look in between.

use std::io::BufRead;
use std::time::Instant;

use dag::manifest::Manifest;
use dag::share_link::ShareLink;
use dag::share_proof::LinkKeys;
use dag::{FileCursor, Step};
use futures_util::{StreamExt, TryStreamExt, stream};
use net::bitswap::{Reach, SessionOptions};
use net::share::{LinkId, LinkProof, OpenShare};
use net::{Multiaddr, Network, PeerId};
use serde_json::{Value, json};

use crate::nodes::{LOOPBACK, node};
use crate::{Fallible, say};

/// Blocks each transfer asks for at once.
const AHEAD: usize = 32;

struct Member {
    network: Network,
    share: OpenShare,
}

pub(crate) async fn crowd(link: &str, connections: usize, transfers: usize) -> Fallible<Value> {
    let link = ShareLink::parse(link)?;
    let peer = PeerId::from_bytes(&link.peer)?;
    let addresses: Vec<Multiaddr> = link
        .addresses
        .iter()
        .filter_map(|text| text.parse().ok())
        .filter(|address: &Multiaddr| address.to_string().contains("/tcp/"))
        .collect();
    let keys = LinkKeys::derive(&link.id, &link.secret, None);
    let proof = LinkProof {
        link: LinkId(link.id),
        open_key: keys.open,
        password_key: None,
    };
    let join = |_| {
        let (addresses, proof) = (addresses.clone(), proof.clone());
        async move {
            let network = node(false, None, None, LOOPBACK)?;
            network.dial(peer, addresses).await?;
            let share = network.shares().open(peer, proof).await?;
            Fallible::Ok(Member { network, share })
        }
    };
    let members: Vec<Member> = stream::iter(0..connections)
        .map(join)
        .buffered(8)
        .try_collect()
        .await?;
    say(&json!({ "connected": members.len() }))?;
    next().await?;
    let started = Instant::now();
    let fetches = members
        .iter()
        .take(transfers)
        .map(|member| fetch(member, peer));
    let bytes: Vec<u64> = stream::iter(fetches)
        .buffer_unordered(transfers.max(1))
        .try_collect()
        .await?;
    let seconds = started.elapsed().as_secs_f64();
    let bytes: u64 = bytes.iter().sum();
    say(&json!({ "transferred": bytes, "seconds": seconds }))?;
    next().await?;
    for member in members {
        drop(member.share);
        member.network.shutdown().await;
    }
    Ok(json!({ "ended": true }))
}

async fn next() -> Fallible<()> {
    let read = || std::io::stdin().lock().read_line(&mut String::new());
    tokio::task::spawn_blocking(read).await??;
    Ok(())
}

/// Reads the sealed file of the share to its end, and keeps nothing; bytes.
async fn fetch(member: &Member, peer: PeerId) -> Fallible<u64> {
    let options = SessionOptions {
        reach: Reach::ProvidersOnly,
        providers: vec![peer],
    };
    let session = member.network.exchange().session(options).await?;
    let manifest = session.get(member.share.grant.manifest, None).await?;
    let manifest = Manifest::decode(&manifest)?;
    let rendition = manifest.renditions.first().ok_or("an empty share")?;
    let mut cursor = FileCursor::new(rendition.content.root, ..);
    let mut bytes = 0;
    loop {
        match cursor.poll() {
            Step::Need(_) => {
                let wanted = cursor.want_ahead(AHEAD);
                let got = stream::iter(wanted)
                    .map(|cid| {
                        let session = &session;
                        async move { Fallible::Ok((cid, session.get(cid, None).await?)) }
                    })
                    .buffered(AHEAD);
                let got: Vec<_> = got.try_collect().await?;
                for (cid, block) in got {
                    cursor.supply(cid, block)?;
                    while let Step::Chunk(chunk) = cursor.poll() {
                        bytes += chunk.len() as u64;
                    }
                }
            }
            Step::Chunk(chunk) => bytes += chunk.len() as u64,
            Step::Done => return Ok(bytes),
        }
    }
}
