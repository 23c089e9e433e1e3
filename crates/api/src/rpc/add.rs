//! `add`: a multipart body becomes files and folders, and what became of them is told on the way.
//!
//! The answer may begin while the body is still being read. Many clients read nothing before
//! they have sent everything, so what is told waits in the node and never holds the body up.

use ::node::{AddOptions, AddPart, AddTree, Added};
use axum::response::Response;
use dag::{CidVersion, Tree};
use futures_util::{Stream, future::BoxFuture, stream};
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::{
    Call, StillReading, answer,
    args::Args,
    content::{cid_version, only_sha2_256},
    error::{RpcError, RpcResult},
    multipart::{Multipart, PartKind},
};

/// Most bytes of the target of a symlink.
const MAX_TARGET: usize = 4 << 10;

fn options(node: &::node::Node, args: &Args) -> RpcResult<AddOptions> {
    for (names, why) in [
        (
            &["nocopy"][..],
            "files cannot be kept where they are over this API; use `tributary add --reference`",
        ),
        (
            &["fscache"],
            "files cannot be kept where they are over this API; use `tributary add --reference`",
        ),
        (
            &["inline"],
            "addresses that hold their content are not made here",
        ),
        (
            &["to-blockchain"],
            "nothing is written to a blockchain by this version",
        ),
    ] {
        if args.is_on(names)? {
            return Err(RpcError::unsupported(why));
        }
    }
    only_sha2_256(args, &["hash"])?;
    let only_hash = args.is_on(&["only-hash", "n"])?;
    let encrypt = crate::convert::content::recipient(
        node,
        args.is_on(&["encrypt"])?,
        args.text(&["public-key"]),
        args.text(&["peer-id"]),
    );
    let options = AddOptions {
        name: args.text(&["pin-name"]).unwrap_or_default().to_owned(),
        pin: args.flag(&["pin"])?.unwrap_or(true) && !only_hash,
        cid_version: cid_version(args)?.unwrap_or(CidVersion::V0),
        raw_leaves: args.flag(&["raw-leaves"])?,
        encrypt: encrypt.map_err(|error| RpcError::bad(error.to_string()))?,
        tree: match args.is_on(&["trickle", "t"])? {
            true => Tree::Trickle,
            false => Tree::Balanced,
        },
        only_hash,
        ..AddOptions::default()
    };
    options
        .cut_as(args.text(&["chunker", "s"]).unwrap_or_default())
        .map_err(|error| RpcError::bad(error.to_string()))
}

pub(super) async fn add(call: Call) -> RpcResult<Response> {
    let args = &call.args;
    let options = options(call.node(), args)?;
    if ::node::is_private_pin(&options.name) {
        return Err(RpcError::bad(
            "this name of a pin is kept for Tributary itself",
        ));
    }
    let wrap = args.is_on(&["wrap-with-directory", "w"])?;
    let progress = args.is_on(&["progress", "p"])?;
    let silent = args.is_on(&["silent"])?;
    let multipart = Multipart::new(&call.headers, call.body.take())?;
    let turn = call.rpc.inner.uploads.clone();
    let turn = turn.acquire_owned().await;
    let turn = turn.map_err(|_| RpcError::failed("Tributary is shutting down"))?;
    let AddTree { parts, news } = call.rpc.inner.node.add_tree(options, wrap);
    let adding = Adding {
        pump: Some(Box::pin(pump(multipart, parts))),
        fault: None,
        news,
        progress,
        silent,
        _turn: turn,
    };
    let mut response = answer::lines(adding.told()).await?;
    response.extensions_mut().insert(StillReading);
    Ok(response)
}

/// Hands the parts of a body to the node, as fast as it takes them.
async fn pump(mut body: Multipart, to: mpsc::Sender<AddPart>) -> RpcResult<()> {
    // When the node has given up it says why itself.
    while let Some(part) = body.next_part().await? {
        let sent = match part.kind {
            PartKind::Directory => to.send(AddPart::Directory(part.path)).await,
            PartKind::Symlink => {
                let target = body.whole(MAX_TARGET).await?;
                let target = String::from_utf8(target.to_vec())
                    .map_err(|_| RpcError::bad("the target of a symlink is not UTF-8"))?;
                to.send(AddPart::Symlink(part.path, target)).await
            }
            PartKind::File => {
                let mut sent = to.send(AddPart::File(part.path)).await;
                while sent.is_ok()
                    && let Some(bytes) = body.next_bytes().await?
                {
                    sent = to.send(AddPart::Bytes(bytes)).await;
                }
                sent
            }
        };
        if sent.is_err() {
            return Ok(());
        }
    }
    let _ = to.send(AddPart::End).await;
    Ok(())
}

struct Adding {
    pump: Option<BoxFuture<'static, RpcResult<()>>>,
    /// Why the body could not be read.
    fault: Option<RpcError>,
    news: mpsc::Receiver<Result<Added, ::node::WriteContent>>,
    progress: bool,
    silent: bool,
    _turn: OwnedSemaphorePermit,
}

impl Adding {
    fn told(self) -> impl Stream<Item = RpcResult<Value>> + Send {
        stream::unfold(Some(self), |adding| async move {
            let mut adding = adding?;
            match adding.next().await {
                None => None,
                Some(Ok(value)) => Some((Ok(value), Some(adding))),
                Some(Err(error)) => Some((Err(error), None)),
            }
        })
    }

    async fn next(&mut self) -> Option<RpcResult<Value>> {
        loop {
            let news = match &mut self.pump {
                None => self.news.recv().await,
                Some(pump) => tokio::select! {
                    biased;
                    done = pump => {
                        self.pump = None;
                        self.fault = done.err();
                        continue;
                    }
                    news = self.news.recv() => news,
                },
            };
            match news {
                // A cut body is what the node sees of any fault in it.
                Some(Err(error)) => return Some(Err(self.fault.take().unwrap_or(error.into()))),
                None => return self.fault.take().map(Err),
                Some(Ok(Added::Bytes { name, bytes })) if self.progress => {
                    return Some(Ok(json!({ "Name": name, "Bytes": bytes })));
                }
                Some(Ok(Added::Entry(file, cumulative))) if !self.silent => {
                    return Some(Ok(json!({
                        "Name": file.name,
                        "Hash": file.cid.to_string(),
                        "Size": cumulative.to_string(),
                    })));
                }
                Some(Ok(_)) => {}
            }
        }
    }
}
