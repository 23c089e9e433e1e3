//! The networks of the node: what runs, who is there, what passed, and the public directory.

use axum::extract::{Query, State};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    convert,
    dto::{
        BitswapStat, CidRequest, ConnectRequest, Network, PeerAddresses, PeerLedger,
        PublishNameRequest, PublishedName, ResolvedName, SwarmPeer, TrafficHistory,
    },
    error::{ApiError, ApiResult},
    extract::Json,
};
use dag::Cid;

/// Providers of one look-up unless asked otherwise.
const PROVIDERS: usize = 20;

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_networks))
        .routes(routes!(network_history))
        .routes(routes!(swarm_peers))
        .routes(routes!(swarm_addresses))
        .routes(routes!(swarm_connect))
        .routes(routes!(swarm_disconnect))
        .routes(routes!(dht_providers))
        .routes(routes!(dht_peer))
        .routes(routes!(dht_provide))
        .routes(routes!(publish_name))
        .routes(routes!(resolve_name))
        .routes(routes!(bitswap_stat))
        .routes(routes!(bitswap_ledger))
}

/// The networks that run.
#[utoipa::path(get, path = "/networks", tag = "networks", responses((status = 200, description = "The networks that run.", body = Vec<Network>)))]
async fn list_networks(State(app): State<App>) -> ApiResult<Json<Vec<Network>>> {
    let networks = app.node().networks().await;
    Ok(Json(
        networks
            .into_iter()
            .map(convert::networks::network)
            .collect(),
    ))
}

/// Bytes over the last hour, all networks together.
#[utoipa::path(get, path = "/networks/history", tag = "networks", responses((status = 200, description = "Bytes over the last hour, all networks together.", body = TrafficHistory)))]
async fn network_history(State(app): State<App>) -> ApiResult<Json<TrafficHistory>> {
    Ok(Json(convert::networks::history(app.node().traffic())))
}

/// Connected peers, one entry a connection.
#[utoipa::path(get, path = "/swarm/peers", tag = "networks", responses((status = 200, description = "Connected peers, one entry a connection.", body = Vec<SwarmPeer>)))]
async fn swarm_peers(State(app): State<App>) -> ApiResult<Json<Vec<SwarmPeer>>> {
    let peers = app.node().swarm().peers().await?;
    Ok(Json(
        peers.into_iter().map(convert::networks::peer).collect(),
    ))
}

/// Where this node listens: multiaddresses with its peer id.
#[utoipa::path(get, path = "/swarm/addresses", tag = "networks", responses((status = 200, description = "Where this node listens: multiaddresses with its peer id.", body = Vec<String>)))]
async fn swarm_addresses(State(app): State<App>) -> ApiResult<Json<Vec<String>>> {
    Ok(Json(app.node().swarm().own_addresses().await?))
}

/// Connects to a peer.
#[utoipa::path(post, path = "/swarm/connect", tag = "networks", request_body = ConnectRequest, responses((status = 204, description = "Connects to a peer.")))]
async fn swarm_connect(
    State(app): State<App>,
    Json(request): Json<ConnectRequest>,
) -> ApiResult<StatusCode> {
    app.node().swarm().connect(&request.address).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Closes the connections to a peer.
#[utoipa::path(post, path = "/swarm/disconnect", tag = "networks", request_body = ConnectRequest, responses((status = 204, description = "Closes the connections to a peer.")))]
async fn swarm_disconnect(
    State(app): State<App>,
    Json(request): Json<ConnectRequest>,
) -> ApiResult<StatusCode> {
    app.node().swarm().disconnect(&request.address).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Providers {
    /// A content id.
    cid: String,
    /// How many to look for, at most 64; 20 when absent.
    limit: Option<usize>,
}

/// Peers that say they have a block.
#[utoipa::path(get, path = "/dht/providers", tag = "networks", params(Providers), responses((status = 200, description = "Peers that say they have a block.", body = Vec<PeerAddresses>)))]
async fn dht_providers(
    State(app): State<App>,
    Query(asked): Query<Providers>,
) -> ApiResult<Json<Vec<PeerAddresses>>> {
    let most = asked.limit.unwrap_or(PROVIDERS);
    let swarm = app.node().swarm();
    let found = swarm.find_providers(cid(&asked.cid)?, most).await?;
    Ok(Json(
        found
            .into_iter()
            .map(convert::networks::addresses)
            .collect(),
    ))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfPeer {
    /// A peer id.
    peer: String,
}

/// Where a peer may be dialled.
#[utoipa::path(get, path = "/dht/peer", tag = "networks", params(OfPeer), responses((status = 200, description = "Where a peer may be dialled.", body = PeerAddresses)))]
async fn dht_peer(
    State(app): State<App>,
    Query(asked): Query<OfPeer>,
) -> ApiResult<Json<PeerAddresses>> {
    let found = app.node().swarm().find_peer(&asked.peer).await?;
    Ok(Json(convert::networks::addresses(found)))
}

/// Says in the public directory that this node has a block, once.
#[utoipa::path(post, path = "/dht/provide", tag = "networks", request_body = CidRequest, responses((status = 204, description = "Says in the public directory that this node has a block, once.")))]
async fn dht_provide(
    State(app): State<App>,
    Json(request): Json<CidRequest>,
) -> ApiResult<StatusCode> {
    app.node().swarm().provide(cid(&request.cid)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Points this node's name to a path and keeps it so.
#[utoipa::path(post, path = "/names/publish", tag = "networks", request_body = PublishNameRequest, responses((status = 200, description = "Points this node's name to a path and keeps it so.", body = PublishedName)))]
async fn publish_name(
    State(app): State<App>,
    Json(request): Json<PublishNameRequest>,
) -> ApiResult<Json<PublishedName>> {
    let swarm = app.node().swarm();
    let (name, path) = swarm.publish(&request.path, "self").await?;
    Ok(Json(PublishedName { name, path }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfName {
    /// A peer id or a domain, with or without /btns/ or /ipns/ before it.
    name: String,
}

/// The path that a name stands for.
#[utoipa::path(get, path = "/names/resolve", tag = "networks", params(OfName), responses((status = 200, description = "The path that a name stands for.", body = ResolvedName)))]
async fn resolve_name(
    State(app): State<App>,
    Query(asked): Query<OfName>,
) -> ApiResult<Json<ResolvedName>> {
    let path = app.node().swarm().resolve_name(&asked.name).await?;
    Ok(Json(ResolvedName { path }))
}

/// Blocks over all networks since the start.
#[utoipa::path(get, path = "/bitswap", tag = "networks", responses((status = 200, description = "Blocks over all networks since the start.", body = BitswapStat)))]
async fn bitswap_stat(State(app): State<App>) -> ApiResult<Json<BitswapStat>> {
    let swarm = app.node().swarm();
    let (stat, wanted) = (swarm.bitswap().await?, swarm.wanted().await?);
    Ok(Json(convert::networks::bitswap(stat, &wanted)))
}

/// What passed between this node and a connected peer.
#[utoipa::path(get, path = "/bitswap/ledger", tag = "networks", params(OfPeer), responses((status = 200, description = "What passed between this node and a connected peer.", body = PeerLedger)))]
async fn bitswap_ledger(
    State(app): State<App>,
    Query(asked): Query<OfPeer>,
) -> ApiResult<Json<PeerLedger>> {
    let ledger = app.node().swarm().ledger(&asked.peer).await?;
    Ok(Json(PeerLedger {
        sent: ledger.sent,
        received: ledger.received,
        exchanged: ledger.exchanged,
    }))
}

fn cid(text: &str) -> ApiResult<Cid> {
    let bare = ["/btfs/", "/ipfs/"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text);
    bare.parse()
        .map_err(|_| ApiError::bad_request(format!("{text:?} is no content id.")))
}
