//! What needs the network: asked of the node's port, which says so when there is none.

use ::node::{AskNetwork, BitswapStat, Network, PeerAddresses, PolicyAction};
use axum::response::Response;
use futures_util::stream;
use serde_json::{Value, json};
use std::sync::Arc;

use super::{
    Call, answer,
    dag::cid_json,
    error::{RpcError, RpcResult},
};

/// Providers that are looked for unless a client says otherwise.
const PROVIDERS: u64 = 20;

impl Call {
    fn network(&self) -> Arc<dyn Network> {
        self.node().network()
    }

    fn first(&self, what: &str) -> RpcResult<String> {
        Ok(self.args.at(0, what)?.to_owned())
    }
}

pub(super) async fn swarm_peers(call: Call) -> RpcResult<Response> {
    let peers = call.network().peers().await?;
    let peers: Vec<Value> = peers
        .into_iter()
        .map(|peer| {
            let latency = peer.latency_ms.map(|ms| format!("{ms}ms"));
            let streams = peer.streams.iter().map(|name| json!({ "Protocol": name }));
            json!({
                "Addr": peer.address,
                "Peer": peer.peer,
                "Latency": latency.unwrap_or_default(),
                "Direction": if peer.inbound { 1 } else { 2 },
                "Muxer": "",
                "Streams": streams.collect::<Vec<_>>(),
            })
        })
        .collect();
    Ok(answer::one(&json!({ "Peers": peers })))
}

pub(super) async fn swarm_addrs(call: Call) -> RpcResult<Response> {
    let known = call.network().known_addresses().await?;
    let known = known
        .into_iter()
        .map(|peer| (peer.peer, peer.addresses.into()));
    let known: serde_json::Map<String, Value> = known.collect();
    Ok(answer::one(&json!({ "Addrs": known })))
}

pub(super) async fn swarm_own(call: Call) -> RpcResult<Response> {
    let own = call.network().own_addresses().await?;
    Ok(answer::one(&json!({ "Strings": own })))
}

pub(super) async fn swarm_connect(call: Call) -> RpcResult<Response> {
    let mut told = Vec::new();
    for address in call.args.some("address")? {
        call.network().connect(address.to_owned()).await?;
        told.push(format!("connect {address} success"));
    }
    Ok(answer::one(&json!({ "Strings": told })))
}

pub(super) async fn swarm_disconnect(call: Call) -> RpcResult<Response> {
    let mut told = Vec::new();
    for address in call.args.some("address")? {
        call.network().disconnect(address.to_owned()).await?;
        told.push(format!("disconnect {address} success"));
    }
    Ok(answer::one(&json!({ "Strings": told })))
}

/// An event of a query: `kind` 2 is a final peer, 4 a provider.
fn event(kind: u8, peers: &[PeerAddresses]) -> Value {
    let responses: Vec<Value> = peers
        .iter()
        .map(|peer| json!({ "ID": peer.peer, "Addrs": peer.addresses }))
        .collect();
    json!({ "Extra": "", "ID": "", "Responses": responses, "Type": kind })
}

pub(super) async fn find_peer(call: Call) -> RpcResult<Response> {
    let found = call.network().find_peer(call.first("peerID")?).await?;
    answer::lines(stream::iter([Ok(event(2, &[found]))])).await
}

pub(super) async fn find_providers(call: Call) -> RpcResult<Response> {
    let cid = call.path(call.args.at(0, "key")?).await?.root;
    let most = call.args.number(&["num-providers", "n"])?;
    let most = usize::try_from(most.unwrap_or(PROVIDERS)).unwrap_or(usize::MAX);
    let found = call.network().find_providers(cid, most).await?;
    let events = found.into_iter().map(|peer| Ok(event(4, &[peer])));
    answer::lines(stream::iter(events.collect::<Vec<_>>())).await
}

pub(super) async fn provide(call: Call) -> RpcResult<Response> {
    for key in call.args.some("key")? {
        let cid = call.cid_at(key).await?;
        call.node()
            .check_content(&cid.into(), PolicyAction::Announce)?;
        call.network().provide(cid).await?;
    }
    answer::lines(stream::empty()).await
}

pub(super) async fn name_publish(call: Call) -> RpcResult<Response> {
    let path = call.first("ipfs-path")?;
    let key = call.args.text(&["key", "k"]).unwrap_or("self").to_owned();
    let name = call.network().publish(path.clone(), key).await?;
    Ok(answer::one(&json!({ "Name": name, "Value": path })))
}

pub(super) async fn name_resolve(call: Call) -> RpcResult<Response> {
    let own = || call.node().identity().peer_id.clone();
    let name = call
        .args
        .all()
        .first()
        .map_or_else(own, |name| (*name).to_owned());
    call.node().check_name(&name, &[])?;
    let path = call.network().resolve_name(name).await?;
    Ok(answer::one(&json!({ "Path": path })))
}

pub(super) async fn keys(call: Call) -> RpcResult<Response> {
    let keys = call.network().keys().await?;
    let keys: Vec<Value> = keys
        .into_iter()
        .map(|(name, id)| json!({ "Name": name, "Id": id }))
        .collect();
    Ok(answer::one(&json!({ "Keys": keys })))
}

pub(super) async fn bandwidth(call: Call) -> RpcResult<Response> {
    let sum = call.network().bandwidth().await?;
    Ok(answer::one(&json!({
        "TotalIn": sum.total_in,
        "TotalOut": sum.total_out,
        "RateIn": sum.rate_in,
        "RateOut": sum.rate_out,
    })))
}

pub(super) async fn bitswap_stat(call: Call) -> RpcResult<Response> {
    let stat: BitswapStat = call.network().bitswap().await?;
    let wanted: Vec<Value> = stat.wanted.iter().map(cid_json).collect();
    Ok(answer::one(&json!({
        "ProvideBufLen": 0,
        "Wantlist": wanted,
        "Peers": stat.peers,
        "BlocksReceived": stat.blocks_received,
        "DataReceived": stat.bytes_received,
        "BlocksSent": stat.blocks_sent,
        "DataSent": stat.bytes_sent,
        "DupBlksReceived": stat.duplicates,
        "DupDataReceived": stat.duplicate_bytes,
    })))
}

pub(super) async fn wantlist(call: Call) -> RpcResult<Response> {
    let stat = call.network().bitswap().await?;
    let wanted: Vec<Value> = stat.wanted.iter().map(cid_json).collect();
    Ok(answer::one(&json!({ "Keys": wanted })))
}

pub(super) async fn bootstrap(call: Call) -> RpcResult<Response> {
    let peers = call.network().bootstrap().await?;
    Ok(answer::one(&json!({ "Peers": peers })))
}

/// What the port has no question for yet.
pub(super) async fn absent(_: Call) -> RpcResult<Response> {
    std::future::ready(Err(RpcError::from(AskNetwork::NotRunning))).await
}
