//! Who this node is, what it can do, and how it is set up.

use axum::response::Response;
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::{
    Api, Call, answer,
    commands::COMMANDS,
    error::{RpcError, RpcResult},
};

/// What stands before a compressed secp256k1 point in libp2p's public keys.
const PUBLIC_KEY: [u8; 4] = [0x08, 0x02, 0x12, 0x21];
/// The API of `/api/v0` is that of go-ipfs 0.7, from which BTFS came, with what later versions
/// added beside it. Clients of that time refuse to talk to another version.
const IPFS_API: &str = "0.7.0";
const OWN: &str = env!("CARGO_PKG_VERSION");

fn agent() -> String {
    format!("tributary/{OWN}")
}

pub(super) async fn id(call: Call) -> RpcResult<Response> {
    let identity = call.node().identity();
    let network = call.node().swarm();
    if let Some(peer) = call.args.all().first()
        && *peer != identity.peer_id
    {
        let found = network.find_peer(peer).await?;
        return Ok(answer::one(&json!({
            "ID": found.peer,
            "PublicKey": "",
            "Addresses": found.addresses,
            "AgentVersion": "",
            "ProtocolVersion": "",
            "Protocols": [],
        })));
    }
    let key = [&PUBLIC_KEY[..], &identity.public_key].concat();
    // Without a network there is no address.
    let addresses = network.own_addresses().await.unwrap_or_default();
    Ok(answer::one(&json!({
        "ID": identity.peer_id,
        "PublicKey": BASE64.encode(&key),
        "Addresses": addresses,
        "AgentVersion": agent(),
        "ProtocolVersion": "",
        "Protocols": [],
    })))
}

pub(super) async fn version(call: Call) -> RpcResult<Response> {
    let version = match call.api {
        Api::Ipfs => IPFS_API,
        Api::Btfs => OWN,
    };
    let system = format!("{}/{}", std::env::consts::ARCH, std::env::consts::OS);
    let value = json!({
        "Version": version,
        "Commit": "",
        "Repo": "1",
        "System": system,
        "Golang": "",
        "Agent": agent(),
    });
    std::future::ready(Ok(answer::one(&value))).await
}

pub(super) async fn commands(call: Call) -> RpcResult<Response> {
    let flags = call.args.is_on(&["flags", "f"])?;
    let value = tree("", flags);
    std::future::ready(Ok(answer::one(&value))).await
}

/// The command of a path with those below it.
fn tree(path: &str, flags: bool) -> Value {
    let mut names: Vec<&str> = COMMANDS
        .iter()
        .filter_map(|command| match path {
            "" => Some(command.path),
            path => command.path.strip_prefix(path)?.strip_prefix('/'),
        })
        .filter_map(|below| below.split('/').next())
        .collect();
    names.sort_unstable();
    names.dedup();
    let below: Vec<Value> = names
        .iter()
        .map(|name| match path {
            "" => tree(name, flags),
            path => tree(&format!("{path}/{name}"), flags),
        })
        .collect();
    let options = COMMANDS
        .iter()
        .find(|command| command.path == path && flags)
        .map_or(&[][..], |command| command.options);
    let options: Vec<Value> = options
        .iter()
        .map(|option| json!({ "Names": [option] }))
        .collect();
    let name = path.rsplit('/').next().filter(|name| !name.is_empty());
    json!({
        "Name": name.unwrap_or("tributary"),
        "Options": options,
        "Subcommands": below,
    })
}

/// The settings in the places where clients look for them; never a key.
fn config(call: &Call) -> Value {
    let settings = call.node().settings();
    let [api, media, rpc] = &call.rpc.inner.listeners;
    json!({
        "Identity": { "PeerID": call.node().identity().peer_id },
        "Addresses": {
            "API": multiaddr(rpc),
            "Gateway": multiaddr(media),
        },
        "Datastore": { "StorageMax": settings.quota_bytes.map(|bytes| format!("{bytes}B")) },
        "Tributary": {
            "App": api,
            "Settings": serde_json::to_value(&*settings).unwrap_or_default(),
        },
    })
}

/// `http://127.0.0.1:80` as a multiaddress.
fn multiaddr(url: &str) -> String {
    let address = url.trim_start_matches("http://").parse();
    address.map_or_else(
        |_| url.to_owned(),
        |address: std::net::SocketAddr| match address {
            std::net::SocketAddr::V4(at) => format!("/ip4/{}/tcp/{}", at.ip(), at.port()),
            std::net::SocketAddr::V6(at) => format!("/ip6/{}/tcp/{}", at.ip(), at.port()),
        },
    )
}

pub(super) async fn config_show(call: Call) -> RpcResult<Response> {
    std::future::ready(Ok(answer::one(&config(&call)))).await
}

pub(super) async fn config_get(call: Call) -> RpcResult<Response> {
    let args = call.args.all();
    if args.len() > 1 {
        let why = "settings are changed in Tributary itself, not over this API";
        return Err(RpcError::unsupported(why));
    }
    let key = call.args.at(0, "key")?;
    let config = config(&call);
    let mut at = &config;
    for name in key.split('.') {
        at = at
            .get(name)
            .ok_or_else(|| RpcError::failed(format!("there is no setting {key:?}")))?;
    }
    let value = json!({ "Key": key, "Value": at });
    std::future::ready(Ok(answer::one(&value))).await
}
