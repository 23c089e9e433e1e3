//! `files`: the person's own tree (MFS). Every change is durable when it is answered, so that
//! `flush=false` makes no difference.

use ::node::{ContentKind, DirEntry, FilesPath, FilesStat, Opened, WriteFile};
use axum::response::Response;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use tokio_util::io::StreamReader;

use super::{
    Call, answer,
    content::{MAX_LIST, cid_version, only_sha2_256, too_long},
    error::{RpcError, RpcResult},
    multipart::Multipart,
};
use crate::answer::Source;

impl Call {
    fn files_path(&self, place: usize, what: &str) -> RpcResult<FilesPath> {
        Ok(FilesPath::parse(self.args.at(place, what)?)?)
    }
}

/// True for paths of content instead of the tree.
fn is_content(path: &str) -> bool {
    ["/ipfs/", "/btfs/", "/ipns/", "/btns/"]
        .iter()
        .any(|prefix| path.starts_with(prefix))
}

fn type_number(kind: Option<ContentKind>) -> u8 {
    u8::from(kind == Some(ContentKind::Directory))
}

pub(super) async fn ls(call: Call) -> RpcResult<Response> {
    let path = call.args.all().first().copied().unwrap_or("/").to_owned();
    let long = call.args.is_on(&["long", "l"])?;
    let listed = match is_content(&path) {
        true => Ok(call.node().list(&call.path(&path).await?, long).await?),
        false => {
            call.node()
                .files_list(&FilesPath::parse(&path)?, long)
                .await?
        }
    };
    let entry = move |entry: DirEntry| match long {
        true => json!({
            "Name": entry.name,
            "Type": type_number(entry.kind),
            "Size": match entry.kind {
                Some(ContentKind::Directory) => 0,
                _ => entry.size,
            },
            "Hash": entry.cid.to_string(),
        }),
        false => json!({ "Name": entry.name, "Type": 0, "Size": 0, "Hash": "" }),
    };
    let entries = match listed {
        Ok(found) => answer::found(found, entry).boxed(),
        Err(file) => stream::iter([Ok(entry(file))]).boxed(),
    };
    if call.args.is_on(&["stream"])? {
        return answer::lines(entries).await;
    }
    let mut entries: Vec<Value> = entries.take(MAX_LIST + 1).try_collect().await?;
    if entries.len() > MAX_LIST {
        return Err(too_long());
    }
    if !call.args.is_on(&["U"])? {
        entries.sort_by(|a, b| a["Name"].as_str().cmp(&b["Name"].as_str()));
    }
    let entries = (!entries.is_empty()).then_some(entries);
    Ok(answer::one(&json!({ "Entries": entries })))
}

fn stat_json(stat: &FilesStat) -> Value {
    json!({
        "Hash": stat.cid.to_string(),
        "Size": stat.size,
        "CumulativeSize": stat.cumulative,
        "Blocks": stat.blocks,
        "Type": match stat.kind {
            ContentKind::Directory => "directory",
            _ => "file",
        },
    })
}

pub(super) async fn stat(call: Call) -> RpcResult<Response> {
    let path = call.args.at(0, "path")?;
    let stat = match is_content(path) {
        true => call.node().content_stat(&call.path(path).await?).await?,
        false => call.node().files_stat(&FilesPath::parse(path)?).await?,
    };
    let mut value = stat_json(&stat);
    if call.args.is_on(&["with-local"])? {
        // What is asked for here is what is here: a missing block is an error before.
        let (_, bytes) = call.node().dag_size(stat.cid).await?;
        value["WithLocality"] = true.into();
        value["Local"] = true.into();
        value["SizeLocal"] = bytes.into();
    }
    Ok(answer::one(&value))
}

pub(super) async fn mkdir(call: Call) -> RpcResult<Response> {
    let path = call.files_path(0, "path")?;
    only_sha2_256(&call.args, &["hash"])?;
    let parents = call.args.is_on(&["parents", "p"])?;
    let version = cid_version(&call.args)?;
    call.node().files_mkdir(&path, parents, version).await?;
    Ok(answer::nothing())
}

pub(super) async fn cp(call: Call) -> RpcResult<Response> {
    let args = call.args.all();
    let (to, sources) = match args.as_slice() {
        [sources @ .., to] if !sources.is_empty() => (*to, sources),
        _ => return Err(RpcError::missing("dest")),
    };
    let parents = call.args.is_on(&["parents", "p"])?;
    let into = FilesPath::parse(to)?;
    if sources.len() > 1 && call.node().files_stat(&into).await?.kind != ContentKind::Directory {
        return Err(RpcError::failed(format!("{into} is not a directory")));
    }
    for source in sources {
        let (cid, name) = match is_content(source) {
            true => {
                let path = call.path(source).await?;
                let name = path.segments.last().cloned();
                let name = name.unwrap_or_else(|| path.root.to_string());
                (call.cid_at(source).await?, name)
            }
            false => {
                let path = FilesPath::parse(source)?;
                let name = path.names().last().cloned();
                (
                    call.node().files_stat(&path).await?.cid,
                    name.unwrap_or_default(),
                )
            }
        };
        // A trailing slash says that it goes into the directory; without one it may, too.
        let name = (!name.is_empty()).then_some(name);
        call.node().files_link(cid, name, &into, parents).await?;
    }
    Ok(answer::nothing())
}

pub(super) async fn mv(call: Call) -> RpcResult<Response> {
    let (from, to) = (call.files_path(0, "source")?, call.files_path(1, "dest")?);
    call.node().files_move(&from, &to).await?;
    Ok(answer::nothing())
}

pub(super) async fn rm(call: Call) -> RpcResult<Response> {
    let force = call.args.is_on(&["force"])?;
    let recursive = call.args.is_on(&["recursive", "r"])? || force;
    for path in call.args.some("path")? {
        let path = FilesPath::parse(path)?;
        match call.node().files_remove(&path, recursive).await {
            Err(::node::ChangeFiles::Missing(_)) if force => {}
            other => other?,
        }
    }
    Ok(answer::nothing())
}

pub(super) async fn read(call: Call) -> RpcResult<Response> {
    let path = call.files_path(0, "path")?;
    let signed = |names: &[&str]| match call.args.signed(names)? {
        Some(number) if number < 0 => {
            Err(RpcError::bad("cannot specify negative offset or length"))
        }
        number => Ok(number.and_then(|number| u64::try_from(number).ok())),
    };
    let (offset, count) = (signed(&["offset", "o"])?, signed(&["count", "n"])?);
    let content = call.node().files_content(&path).await?;
    let stream = match call.node().open_content(&content).await? {
        Opened::File(stream) => stream,
        _ => return Err(RpcError::failed(format!("{path} is not a file"))),
    };
    let from = offset.unwrap_or(0);
    if from > stream.size() {
        return Err(RpcError::bad(format!(
            "offset was past end of file ({from} > {})",
            stream.size()
        )));
    }
    let to = from
        .saturating_add(count.unwrap_or(u64::MAX))
        .min(stream.size());
    let pieces = Source::Stream(stream).begin(from..to).await?;
    answer::bytes("text/plain", pieces.map_err(RpcError::from)).await
}

pub(super) async fn write(call: Call) -> RpcResult<Response> {
    let args = &call.args;
    let path = call.files_path(0, "path")?;
    only_sha2_256(args, &["hash"])?;
    let options = WriteFile {
        offset: args.number(&["offset", "o"])?.unwrap_or(0),
        count: args.number(&["count", "n"])?,
        create: args.is_on(&["create", "e"])?,
        parents: args.is_on(&["parents", "p"])?,
        truncate: args.is_on(&["truncate", "t"])?,
        cid_version: cid_version(args)?,
        raw_leaves: args.flag(&["raw-leaves"])?,
    };
    let turn = call.rpc.inner.uploads.clone().acquire_owned().await;
    let _turn = turn.map_err(|_| RpcError::failed("Tributary is shutting down"))?;
    let mut body = Multipart::new(&call.headers, call.body.take())?;
    if body.next_part().await?.is_none() {
        return Err(RpcError::missing("data"));
    }
    let pieces = stream::try_unfold(body, |mut body| async move {
        match body.next_bytes().await {
            Ok(Some(bytes)) => Ok(Some((bytes, body))),
            // What follows is read so that the answer is not cut off.
            Ok(None) => body.next_part().await.map(|_| None).or(Ok(None)),
            Err(error) => Err(std::io::Error::other(error.message)),
        }
    });
    let source = StreamReader::new(Box::pin(pieces));
    call.rpc
        .inner
        .node
        .files_write(&path, source, options)
        .await?;
    Ok(answer::nothing())
}

pub(super) async fn flush(call: Call) -> RpcResult<Response> {
    let path = call.args.all().first().copied().unwrap_or("/").to_owned();
    let stat = call.node().files_stat(&FilesPath::parse(&path)?).await?;
    Ok(answer::one(&json!({ "Cid": stat.cid.to_string() })))
}
