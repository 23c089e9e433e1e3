//! `get`: a file or a tree as a tar archive, or compressed by gzip, or both.

use std::io::Write as _;

use ::node::TreePart;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use flate2::{Compression, write::GzEncoder};
use futures_util::{Stream, StreamExt as _, stream};
use http::HeaderValue;

use super::{
    Call, answer,
    error::{RpcError, RpcResult},
    tar,
};

/// Names in an archive are at most this long in all.
const MAX_NAME: usize = 16 << 10;

pub(super) async fn get(call: Call) -> RpcResult<Response> {
    let args = &call.args;
    let level = match args.signed(&["compression-level", "l"])? {
        _ if !args.is_on(&["compress", "C"])? => None,
        None | Some(-1) => Some(Compression::default()),
        Some(level @ 1..=9) => Some(Compression::new(u32::try_from(level).unwrap_or(6))),
        Some(_) => return Err(RpcError::bad("the compression level is 1 to 9")),
    };
    let arg = args.at(0, "ipfs-path")?;
    let path = call.path(arg).await?;
    let archive = args.is_on(&["archive", "a"])?;
    // The archive is named after what was asked for.
    let name = path.segments.last().cloned();
    let name = name.unwrap_or_else(|| path.root.to_string());
    let stat = call.node().content_stat(&path).await?;
    let is_file = stat.kind == ::node::ContentKind::File;
    let parts = match args.is_on(&["decrypt"])? {
        true => {
            let file = call.decrypt(arg, true).await?;
            let (path, size) = (Vec::new(), file.size.unwrap_or_default());
            let head = stream::once(std::future::ready(Ok(TreePart::File { path, size })));
            let bytes = answer::results(file.bytes).map(|bytes| bytes.map(TreePart::Bytes));
            head.chain(bytes).boxed()
        }
        false => answer::results(call.node().walk(&path).await?).boxed(),
    };
    let plain = is_file && level.is_some() && !archive;
    let bytes = match plain {
        true => only_bytes(parts).boxed(),
        false => archived(parts, name).boxed(),
    };
    let mut response = match level {
        Some(level) => answer::bytes("application/gzip", gzipped(bytes, level)).await?,
        None => answer::bytes("application/x-tar", bytes).await?,
    };
    response
        .headers_mut()
        .insert("x-content-length", HeaderValue::from(stat.cumulative));
    Ok(response)
}

fn only_bytes<S>(parts: S) -> impl Stream<Item = RpcResult<Bytes>> + Send
where
    S: Stream<Item = RpcResult<TreePart>> + Send,
{
    parts.filter_map(|part| async {
        match part {
            Ok(TreePart::Bytes(bytes)) => Some(Ok(bytes)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    })
}

fn archived<S>(parts: S, root: String) -> impl Stream<Item = RpcResult<Bytes>> + Send
where
    S: Stream<Item = RpcResult<TreePart>> + Send,
{
    // Zeros that are due before the next head.
    let mut due = 0_usize;
    let ended = stream::once(std::future::ready(None));
    parts.map(Some).chain(ended).map(move |part| {
        let padding = |due: usize, head: Bytes| {
            let mut out = BytesMut::zeroed(due);
            out.extend_from_slice(&head);
            out.freeze()
        };
        let named = |path: &[String]| {
            let mut name = root.clone();
            for part in path {
                name.push('/');
                name.push_str(part);
            }
            match name.len() > MAX_NAME {
                true => Err(RpcError::failed("a path in the archive is too long")),
                false => Ok(name),
            }
        };
        match part.transpose()? {
            None => Ok(padding(due, tar::end())),
            Some(TreePart::Bytes(bytes)) => Ok(bytes),
            Some(TreePart::File { path, size }) => {
                let head = tar::head(&named(&path)?, tar::Kind::File, size, "");
                Ok(padding(
                    std::mem::replace(&mut due, tar::padding(size)),
                    head,
                ))
            }
            Some(TreePart::Directory { path }) => {
                let head = tar::head(&named(&path)?, tar::Kind::Directory, 0, "");
                Ok(padding(std::mem::take(&mut due), head))
            }
            Some(TreePart::Symlink { path, target }) => {
                let head = tar::head(&named(&path)?, tar::Kind::Symlink, 0, &target);
                Ok(padding(std::mem::take(&mut due), head))
            }
            Some(_) => Err(RpcError::failed(
                "the tree has a part that no archive can hold",
            )),
        }
    })
}

/// The stream compressed. Pieces are small, so that no thread is held for long.
fn gzipped<S>(bytes: S, level: Compression) -> impl Stream<Item = RpcResult<Bytes>> + Send
where
    S: Stream<Item = RpcResult<Bytes>> + Send + Unpin + 'static,
{
    let encoder = GzEncoder::new(Vec::new(), level);
    stream::unfold(Some((bytes, encoder)), |state| async move {
        let (mut bytes, mut encoder) = state?;
        let failed = |error: std::io::Error| RpcError::because(&error);
        loop {
            match bytes.next().await {
                Some(Ok(piece)) => {
                    if let Err(error) = encoder.write_all(&piece) {
                        return Some((Err(failed(error)), None));
                    }
                    if !encoder.get_ref().is_empty() {
                        let out = std::mem::take(encoder.get_mut());
                        return Some((Ok(Bytes::from(out)), Some((bytes, encoder))));
                    }
                }
                Some(Err(error)) => return Some((Err(error), None)),
                None => {
                    let ended = encoder.finish().map(Bytes::from).map_err(failed);
                    return Some((ended, None));
                }
            }
        }
    })
}
