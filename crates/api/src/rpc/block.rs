//! Single blocks.

use ::dag::{CidVersion, Codec};
use ::node::Removal;
use axum::response::Response;
use futures_util::stream;
use serde_json::json;

use super::{
    Call, answer,
    content::{block_bytes, only_sha2_256},
    error::{RpcError, RpcResult},
    multipart::Multipart,
};

/// Codecs by the names clients give.
pub(super) fn codec(name: &str) -> RpcResult<Codec> {
    match name {
        "raw" => Ok(Codec::Raw),
        "dag-pb" | "protobuf" => Ok(Codec::DagPb),
        "dag-cbor" | "cbor" => Ok(Codec::DagCbor),
        "dag-json" | "json" => Ok(Codec::DagJson),
        other => {
            let other: String = other.chars().take(50).collect();
            Err(RpcError::unsupported(format!(
                "the codec {other:?} is not known: use raw, dag-pb, dag-cbor or dag-json"
            )))
        }
    }
}

pub(super) async fn get(call: Call) -> RpcResult<Response> {
    let cid = call.cid_at(call.args.at(0, "cid")?).await?;
    let bytes = call.node().block(cid).await?;
    block_bytes("application/octet-stream", bytes).await
}

pub(super) async fn stat(call: Call) -> RpcResult<Response> {
    let cid = call.cid_at(call.args.at(0, "cid")?).await?;
    let bytes = call.node().block(cid).await?;
    Ok(answer::one(
        &json!({ "Key": cid.to_string(), "Size": bytes.len() }),
    ))
}

pub(super) async fn put(call: Call) -> RpcResult<Response> {
    let args = &call.args;
    only_sha2_256(args, &["mhtype"])?;
    let (codec, version) = match (args.text(&["cid-codec"]), args.text(&["format", "f"])) {
        (None, Some("v0")) => (Codec::DagPb, CidVersion::V0),
        // What go-ipfs made of it before there was `cid-codec`.
        (None, Some("protobuf")) => (Codec::DagPb, CidVersion::V0),
        (Some(name), _) | (None, Some(name)) => (codec(name)?, CidVersion::V1),
        // An old client expects the old default.
        (None, None) if args.is_on(&["stream-channels"])? => (Codec::DagPb, CidVersion::V0),
        (None, None) => (Codec::Raw, CidVersion::V1),
    };
    let pin = args.is_on(&["pin"])?.then(String::new);
    let mut body = Multipart::new(&call.headers, call.body.take())?;
    let mut put = Vec::new();
    while body.next_part().await?.is_some() {
        let bytes = body.whole(::dag::MAX_BLOCK_LEN).await?;
        let size = bytes.len();
        let cid = call
            .rpc
            .inner
            .node
            .put_block(codec, version, bytes, pin.clone())
            .await?;
        put.push(json!({ "Key": cid.to_string(), "Size": size }));
    }
    if put.is_empty() {
        return Err(RpcError::missing("data"));
    }
    answer::lines(stream::iter(put.into_iter().map(Ok))).await
}

pub(super) async fn rm(call: Call) -> RpcResult<Response> {
    let force = call.args.is_on(&["force", "f"])?;
    let quiet = call.args.is_on(&["quiet", "q"])?;
    let mut cids = Vec::new();
    for arg in call.args.some("cid")? {
        cids.push(call.cid_at(arg).await?);
    }
    let removed = call.node().remove_blocks(cids.clone()).await?;
    let told = cids
        .into_iter()
        .zip(removed)
        .filter_map(move |(cid, removal)| {
            let hash = cid.to_string();
            let error = match removal {
                Removal::Removed if quiet => return None,
                Removal::Removed => return Some(Ok(json!({ "Hash": hash }))),
                Removal::Absent if force => return None,
                Removal::Absent => "block not found",
                Removal::Pinned => "pinned, or below something that is pinned",
                Removal::InUse => "in use by something that is being added; try again",
            };
            Some(Ok(json!({ "Hash": hash, "Error": error })))
        });
    answer::lines(stream::iter(told.collect::<Vec<_>>())).await
}
