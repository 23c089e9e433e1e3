//! Reading content: paths, cat, ls, refs, resolve.

use ::dag::{Cid, CidVersion};
use ::node::{ContentKind, ContentPath, Decrypted, Depth, DirEntry, Opened, Ref};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::HeaderValue;
use serde_json::{Value, json};

use super::{
    Call, answer,
    args::Args,
    error::{RpcError, RpcResult},
};
use crate::answer::Source;

/// Most bytes of a path.
const MAX_PATH: usize = 16 << 10;

impl Call {
    /// Reads `/ipfs/CID/a`, `/btfs/CID/a`, `CID/a`, or a name that the network resolves.
    pub(super) async fn path(&self, text: &str) -> RpcResult<ContentPath> {
        if text.len() > MAX_PATH {
            return Err(RpcError::bad("the path is too long"));
        }
        let name = text
            .strip_prefix("/ipns/")
            .or_else(|| text.strip_prefix("/btns/"));
        let resolved = match name {
            None => text.to_owned(),
            Some(name) => {
                let (name, rest) = name.split_once('/').unwrap_or((name, ""));
                let below: Vec<String> = rest.split('/').map(str::to_owned).collect();
                self.node().check_name(name, &below)?;
                let path = self.node().swarm().resolve_name(name).await?;
                format!("{path}/{rest}")
            }
        };
        let text = resolved.strip_prefix("/ipld/").unwrap_or(&resolved);
        let path = ContentPath::parse(text).map_err(|_| {
            let shown: String = text.chars().take(100).collect();
            RpcError::bad(format!(
                "invalid path {shown:?}: it does not begin with a CID"
            ))
        })?;
        Ok(path)
    }

    /// The address that a path leads to.
    pub(super) async fn cid_at(&self, text: &str) -> RpcResult<Cid> {
        let end = self.node().resolve_ipld(&self.path(text).await?).await?;
        match end.rest.is_empty() {
            true => Ok(end.cid),
            false => Err(RpcError::failed(format!(
                "{text} leads into a block, not to one"
            ))),
        }
    }
}

/// A list that is not streamed may not be longer.
pub(super) const MAX_LIST: usize = 1_000_000;

/// Says how to get a long list.
pub(super) fn too_long() -> RpcError {
    RpcError::failed("the list has more than a million entries; ask for it with stream=true")
}

/// A CID version as an option.
pub(super) fn cid_version(args: &Args) -> RpcResult<Option<CidVersion>> {
    match args.number(&["cid-version", "cid-ver"])? {
        None => Ok(None),
        Some(0) => Ok(Some(CidVersion::V0)),
        Some(1) => Ok(Some(CidVersion::V1)),
        Some(other) => Err(RpcError::bad(format!("there is no CID version {other}"))),
    }
}

/// Only the one hash function.
pub(super) fn only_sha2_256(args: &Args, names: &[&str]) -> RpcResult<()> {
    match args.text(names) {
        None | Some("sha2-256") => Ok(()),
        Some(other) => {
            let other: String = other.chars().take(50).collect();
            Err(RpcError::unsupported(format!(
                "the hash function {other:?} is not supported, only sha2-256"
            )))
        }
    }
}

pub(super) async fn cat(call: Call) -> RpcResult<Response> {
    let mut skip = call.args.number(&["offset", "o"])?.unwrap_or(0);
    let mut left = call.args.number(&["length", "l"])?.unwrap_or(u64::MAX);
    if call.args.is_on(&["decrypt"])? {
        return decrypted(&call, skip, left).await;
    }
    let mut parts = Vec::new();
    let mut length = 0_u64;
    for arg in call.args.some("ipfs-path")? {
        let path = call.path(arg).await?;
        let stream = match call.node().open_content(&path).await? {
            Opened::File(stream) => stream,
            Opened::Directory { .. } => {
                return Err(RpcError::failed("this dag node is a directory"));
            }
            _ => return Err(RpcError::failed("this dag node is a symlink")),
        };
        // The files are one after the other, and so is the range over them.
        let from = skip.min(stream.size());
        let to = from.saturating_add(left).min(stream.size());
        skip -= from;
        left -= to - from;
        length = length.saturating_add(to - from);
        parts.push((Source::Stream(stream), from..to));
    }
    let bytes = stream::iter(parts).flat_map(|(source, range)| {
        stream::once(async move { source.begin(range).await }).flat_map(|pieces| match pieces {
            Ok(pieces) => pieces.map(|piece| piece.map_err(RpcError::from)).boxed(),
            Err(error) => stream::once(std::future::ready(Err(error.into()))).boxed(),
        })
    });
    let mut response = answer::bytes("text/plain", bytes).await?;
    response
        .headers_mut()
        .insert("x-content-length", HeaderValue::from(length));
    Ok(response)
}

impl Call {
    /// The file an argument leads to, decrypted with the key that came along or that of this node.
    pub(super) async fn decrypt(&self, arg: &str, with_size: bool) -> RpcResult<Decrypted> {
        let path = self.path(arg).await?;
        let key = self.args.text(&["private-key"]);
        let key = key.map(|key| key.to_owned().into());
        Ok(self.node().decrypt(&path, key, with_size).await?)
    }
}

/// The files one after the other, and a range over them, as [`cat`] gives them.
async fn decrypted(call: &Call, skip: u64, left: u64) -> RpcResult<Response> {
    let mut parts = Vec::new();
    for arg in call.args.some("ipfs-path")? {
        parts.push(answer::results(call.decrypt(arg, false).await?.bytes));
    }
    let bytes = stream::iter(parts).flatten();
    let range = bytes.scan((skip, left), |(skip, left), piece| {
        if *left == 0 {
            return std::future::ready(None);
        }
        let piece = piece.map(|mut piece: Bytes| {
            let from = usize::try_from(*skip).map_or(piece.len(), |skip| skip.min(piece.len()));
            *skip -= piece.split_to(from).len() as u64;
            let to = usize::try_from(*left).map_or(piece.len(), |left| left.min(piece.len()));
            piece.truncate(to);
            *left -= piece.len() as u64;
            piece
        });
        std::future::ready(Some(piece))
    });
    answer::bytes("text/plain", range).await
}

fn link(entry: &DirEntry) -> Value {
    json!({
        "Name": entry.name,
        "Hash": entry.cid.to_string(),
        "Size": entry.size,
        "Type": match entry.kind {
            Some(ContentKind::Directory) => 1,
            Some(ContentKind::File) => 2,
            Some(ContentKind::Symlink) => 4,
            _ => 0,
        },
        "Target": "",
    })
}

pub(super) async fn ls(call: Call) -> RpcResult<Response> {
    let sizes = call.args.flag(&["size"])?.unwrap_or(true)
        || call.args.flag(&["resolve-type"])?.unwrap_or(true);
    let args: Vec<String> = call
        .args
        .some("ipfs-path")?
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut lists = Vec::new();
    for arg in &args {
        lists.push((
            arg.clone(),
            call.node().list(&call.path(arg).await?, sizes).await?,
        ));
    }
    if !call.args.is_on(&["stream", "s"])? {
        let mut objects = Vec::new();
        for (arg, mut found) in lists {
            let mut links = Vec::new();
            while let Some(entry) = found.next().await {
                links.push(link(&entry?));
                if links.len() > MAX_LIST {
                    return Err(too_long());
                }
            }
            objects.push(json!({ "Hash": arg, "Links": links }));
        }
        return Ok(answer::one(&json!({ "Objects": objects })));
    }
    let lines = stream::iter(lists).flat_map(|(arg, found)| {
        answer::found(
            found,
            move |entry| json!({ "Objects": [{ "Hash": arg, "Links": [link(&entry)] }] }),
        )
    });
    answer::lines(lines).await
}

pub(super) async fn refs(call: Call) -> RpcResult<Response> {
    let args = &call.args;
    let edges = args.is_on(&["edges", "e"])?;
    let unique = args.is_on(&["unique", "u"])?;
    let format = match args.text(&["format"]) {
        Some(_) if edges => return Err(RpcError::bad("give either edges or a format")),
        Some(format) => format.to_owned(),
        None if edges => "<src> -> <dst>".to_owned(),
        None => "<dst>".to_owned(),
    };
    let recursive = args.is_on(&["recursive", "r"])?;
    let depth = match args.signed(&["max-depth"])?.unwrap_or(-1) {
        _ if !recursive => Depth::Steps(1),
        steps => u32::try_from(steps).map_or(Depth::All, Depth::Steps),
    };
    let mut found = Vec::new();
    for arg in args.some("ipfs-path")? {
        let path = call.path(arg).await?;
        found.push(call.node().refs(&path, depth, unique).await?);
    }
    let lines = stream::iter(found).flat_map(move |found| {
        let format = format.clone();
        answer::found(found, move |link: Ref| {
            let text = format
                .replace("<src>", &link.from.to_string())
                .replace("<dst>", &link.to.to_string())
                .replace("<linkname>", &link.name);
            json!({ "Ref": text, "Err": "" })
        })
    });
    answer::lines(lines).await
}

pub(super) async fn refs_local(call: Call) -> RpcResult<Response> {
    let blocks = call.node().local_blocks();
    answer::lines(answer::found(
        blocks,
        |cid| json!({ "Ref": cid.to_string(), "Err": "" }),
    ))
    .await
}

pub(super) async fn resolve(call: Call) -> RpcResult<Response> {
    let path = call.path(call.args.at(0, "name")?).await?;
    let end = call.node().resolve_ipld(&path).await?;
    let mut text = format!("/{}/{}", call.namespace(), end.cid);
    for name in &end.rest {
        text.push('/');
        text.push_str(name);
    }
    Ok(answer::one(&json!({ "Path": text })))
}

impl Call {
    /// What paths begin with in answers.
    fn namespace(&self) -> &'static str {
        match self.api {
            super::Api::Ipfs => "ipfs",
            super::Api::Btfs => "btfs",
        }
    }
}

/// Bytes of one block as an answer.
pub(super) async fn block_bytes(kind: &'static str, bytes: Bytes) -> RpcResult<Response> {
    answer::bytes(kind, stream::once(std::future::ready(Ok(bytes)))).await
}
