//! What needs the network: asked of the node's port, which says so when there is none.

use ::node::{PeerAddresses, Swarm};
use axum::response::Response;
use futures_util::stream;
use serde_json::{Value, json};

use super::{Call, answer, dag::cid_json, error::RpcResult};

/// Providers that are looked for unless a client says otherwise.
const PROVIDERS: u64 = 20;

impl Call {
    fn swarm(&self) -> Swarm {
        self.node().swarm()
    }

    fn first(&self, what: &str) -> RpcResult<String> {
        Ok(self.args.at(0, what)?.to_owned())
    }
}

pub(super) async fn swarm_peers(call: Call) -> RpcResult<Response> {
    let peers = call.swarm().peers().await?;
    let peers: Vec<Value> = peers
        .into_iter()
        .map(|peer| {
            json!({
                "Addr": peer.address,
                "Peer": peer.peer,
                "Latency": "",
                "Muxer": "",
                "Identify": { "AgentVersion": peer.agent.unwrap_or_default() },
            })
        })
        .collect();
    Ok(answer::one(&json!({ "Peers": peers })))
}

pub(super) async fn swarm_addrs(call: Call) -> RpcResult<Response> {
    let known = call.swarm().known_addresses().await?;
    let known = known
        .into_iter()
        .map(|peer| (peer.peer, peer.addresses.into()));
    let known: serde_json::Map<String, Value> = known.collect();
    Ok(answer::one(&json!({ "Addrs": known })))
}

pub(super) async fn swarm_own(call: Call) -> RpcResult<Response> {
    let own = call.swarm().own_addresses().await?;
    Ok(answer::one(&json!({ "Strings": own })))
}

pub(super) async fn swarm_connect(call: Call) -> RpcResult<Response> {
    let mut told = Vec::new();
    for address in call.args.some("address")? {
        call.swarm().connect(address).await?;
        told.push(format!("connect {address} success"));
    }
    Ok(answer::one(&json!({ "Strings": told })))
}

pub(super) async fn swarm_disconnect(call: Call) -> RpcResult<Response> {
    let mut told = Vec::new();
    for address in call.args.some("address")? {
        call.swarm().disconnect(address).await?;
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
    let found = call.swarm().find_peer(&call.first("peerID")?).await?;
    answer::lines(stream::iter([Ok(event(2, &[found]))])).await
}

pub(super) async fn find_providers(call: Call) -> RpcResult<Response> {
    let cid = call.path(call.args.at(0, "key")?).await?.root;
    let most = call.args.number(&["num-providers", "n"])?;
    let most = usize::try_from(most.unwrap_or(PROVIDERS)).unwrap_or(usize::MAX);
    let found = call.swarm().find_providers(cid, most).await?;
    let events = found.into_iter().map(|peer| Ok(event(4, &[peer])));
    answer::lines(stream::iter(events.collect::<Vec<_>>())).await
}

pub(super) async fn provide(call: Call) -> RpcResult<Response> {
    for key in call.args.some("key")? {
        let cid = call.cid_at(key).await?;
        call.swarm().provide(cid).await?;
    }
    answer::lines(stream::empty()).await
}

pub(super) async fn name_publish(call: Call) -> RpcResult<Response> {
    let path = call.first("ipfs-path")?;
    let key = call.args.text(&["key", "k"]).unwrap_or("self").to_owned();
    let (name, path) = call.swarm().publish(&path, &key).await?;
    Ok(answer::one(&json!({ "Name": name, "Value": path })))
}

pub(super) async fn name_resolve(call: Call) -> RpcResult<Response> {
    let own = || call.node().identity().peer_id;
    let name = call
        .args
        .all()
        .first()
        .map_or_else(own, |name| (*name).to_owned());
    let path = call.swarm().resolve_name(&name).await?;
    Ok(answer::one(&json!({ "Path": path })))
}

pub(super) async fn keys(call: Call) -> RpcResult<Response> {
    let keys = call.swarm().keys();
    let keys: Vec<Value> = keys
        .into_iter()
        .map(|(name, id)| json!({ "Name": name, "Id": id }))
        .collect();
    Ok(answer::one(&json!({ "Keys": keys })))
}

pub(super) async fn bandwidth(call: Call) -> RpcResult<Response> {
    let sum = call.swarm().bandwidth()?;
    Ok(answer::one(&json!({
        "TotalIn": sum.total_in,
        "TotalOut": sum.total_out,
        "RateIn": sum.rate_in,
        "RateOut": sum.rate_out,
    })))
}

pub(super) async fn bitswap_stat(call: Call) -> RpcResult<Response> {
    let stat = call.swarm().bitswap().await?;
    let wanted: Vec<Value> = call.swarm().wanted().await?.iter().map(cid_json).collect();
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

pub(super) async fn bitswap_ledger(call: Call) -> RpcResult<Response> {
    let peer = call.first("peer")?;
    let ledger = call.swarm().ledger(&peer).await?;
    let value = match ledger.sent {
        0 => 0.0,
        sent => sent as f64 / (ledger.received as f64 + 1.0),
    };
    Ok(answer::one(&json!({
        "Peer": peer,
        "Value": value,
        "Sent": ledger.sent,
        "Recv": ledger.received,
        "Exchanged": ledger.exchanged,
    })))
}

pub(super) async fn wantlist(call: Call) -> RpcResult<Response> {
    let wanted: Vec<Value> = call.swarm().wanted().await?.iter().map(cid_json).collect();
    Ok(answer::one(&json!({ "Keys": wanted })))
}

pub(super) async fn bootstrap(call: Call) -> RpcResult<Response> {
    let peers = call.swarm().bootstrap()?;
    Ok(answer::one(&json!({ "Peers": peers })))
}
