//! Blocks as values (IPLD), archives of them (CAR), and their sizes.

use ::dag::{CidVersion, Codec, codec_of, ipld::Ipld};
use ::node::{decode_value, encode_value};
use axum::response::Response;
use futures_util::{TryStreamExt as _, stream};
use serde_json::{Value, json};
use tokio_util::io::StreamReader;

use super::{
    Call, answer,
    block::codec,
    content::{block_bytes, only_sha2_256},
    error::{RpcError, RpcResult},
    multipart::Multipart,
};

/// `{"/": "CID"}`.
pub(super) fn cid_json(cid: &::dag::Cid) -> Value {
    json!({ "/": cid.to_string() })
}

pub(super) async fn put(call: Call) -> RpcResult<Response> {
    let args = &call.args;
    only_sha2_256(args, &["hash", "hash-alg"])?;
    // `format` and `input-enc` are what clients before 2021 say.
    let store = args.text(&["store-codec", "format", "f"]);
    let store = codec(store.unwrap_or("dag-cbor"))?;
    let input = match args.text(&["input-codec", "input-enc"]) {
        None => Codec::DagJson,
        Some(name) => codec(name)?,
    };
    let pin = args.is_on(&["pin"])?.then(String::new);
    let mut body = Multipart::new(&call.headers, call.body.take())?;
    let mut put = Vec::new();
    while body.next_part().await?.is_some() {
        let bytes = body.whole(::dag::MAX_BLOCK_LEN).await?;
        let value =
            decode_value(input, &bytes).map_err(|error| RpcError::bad(error.to_string()))?;
        let bytes = match input == store && store != Codec::DagJson {
            // Read only to see that it is valid: its address is that of its own bytes.
            true => bytes,
            false => {
                let bytes = encode_value(store, &value);
                bytes
                    .map_err(|error| RpcError::bad(error.to_string()))?
                    .into()
            }
        };
        let node = &call.rpc.inner.node;
        let cid = node
            .put_block(store, CidVersion::V1, bytes, pin.clone())
            .await?;
        put.push(Ok(json!({ "Cid": cid_json(&cid) })));
    }
    if put.is_empty() {
        return Err(RpcError::missing("object data"));
    }
    answer::lines(stream::iter(put)).await
}

pub(super) async fn get(call: Call) -> RpcResult<Response> {
    let output = codec(call.args.text(&["output-codec"]).unwrap_or("dag-json"))?;
    let path = call.path(call.args.at(0, "ref")?).await?;
    let end = call.node().resolve_ipld(&path).await?;
    // A block in the codec that is asked for goes out as it is.
    if end.rest.is_empty() && codec_of(&end.cid) == Some(output) {
        return block_bytes(content_type(output), call.node().block(end.cid).await?).await;
    }
    let value: Ipld = call.node().value(&path).await?;
    let bytes = encode_value(output, &value)?;
    block_bytes(content_type(output), bytes.into()).await
}

fn content_type(codec: Codec) -> &'static str {
    match codec {
        Codec::DagJson => "application/json",
        Codec::DagCbor => "application/cbor",
        _ => "application/octet-stream",
    }
}

pub(super) async fn resolve(call: Call) -> RpcResult<Response> {
    let path = call.path(call.args.at(0, "ref")?).await?;
    let end = call.node().resolve_ipld(&path).await?;
    Ok(answer::one(&json!({
        "Cid": cid_json(&end.cid),
        "RemPath": end.rest.join("/"),
    })))
}

pub(super) async fn stat(call: Call) -> RpcResult<Response> {
    let mut roots = Vec::new();
    let (mut blocks, mut bytes) = (0_u64, 0_u64);
    for arg in call.args.some("root")? {
        let cid = call.cid_at(arg).await?;
        let (count, size) = call.node().dag_size(cid).await?;
        blocks = blocks.saturating_add(count);
        bytes = bytes.saturating_add(size);
        roots.push(json!({ "Cid": cid_json(&cid), "Size": size, "NumBlocks": count }));
    }
    Ok(answer::one(&json!({
        // The shape of go-btfs, and that of later kubo beside it.
        "Size": bytes,
        "NumBlocks": blocks,
        "TotalSize": bytes,
        "UniqueBlocks": blocks,
        "DagStats": roots,
    })))
}

pub(super) async fn export(call: Call) -> RpcResult<Response> {
    let cid = call.cid_at(call.args.at(0, "root")?).await?;
    let car = call.node().dag_export(cid).await?;
    let pieces = stream::unfold(car, |mut car| async move {
        let piece = car.next().await?;
        Some((piece.map_err(RpcError::from), car))
    });
    answer::bytes("application/vnd.ipld.car", pieces).await
}

pub(super) async fn import(call: Call) -> RpcResult<Response> {
    let args = &call.args;
    let pin = args.flag(&["pin-roots"])?.unwrap_or(true);
    let silent = args.is_on(&["silent"])?;
    let stats = args.is_on(&["stats"])?;
    let turn = call.rpc.inner.uploads.clone().acquire_owned().await;
    let _turn = turn.map_err(|_| RpcError::failed("Tributary is shutting down"))?;
    let mut body = Multipart::new(&call.headers, call.body.take())?;
    let mut told = Vec::new();
    let (mut blocks, mut bytes, mut archives) = (0_u64, 0_u64, 0);
    while body.next_part().await?.is_some() {
        archives += 1;
        // The reader of the node lives longer than a borrow: the body goes in and comes back.
        let (back, returned) = tokio::sync::oneshot::channel();
        let pieces = stream::try_unfold((body, Some(back)), |(mut body, back)| async move {
            match body.next_bytes().await {
                Ok(Some(bytes)) => Ok(Some((bytes, (body, back)))),
                Ok(None) => {
                    if let Some(back) = back {
                        let _ = back.send(body);
                    }
                    Ok(None)
                }
                Err(error) => Err(std::io::Error::other(error.message)),
            }
        });
        let reader = StreamReader::new(Box::pin(pieces.into_stream()));
        let imported = call.rpc.inner.node.dag_import(reader, pin).await?;
        blocks += imported.blocks;
        bytes += imported.bytes;
        if !silent {
            for root in &imported.roots {
                told.push(Ok(
                    json!({ "Root": { "Cid": cid_json(root), "PinErrorMsg": "" } }),
                ));
            }
        }
        body = returned
            .await
            .map_err(|_| RpcError::bad("the archive did not end with its part"))?;
    }
    if archives == 0 {
        return Err(RpcError::missing("path"));
    }
    if stats {
        told.push(Ok(json!({
            "Stats": { "BlockCount": blocks, "BlockBytesCount": bytes }
        })));
    }
    answer::lines(stream::iter(told)).await
}
