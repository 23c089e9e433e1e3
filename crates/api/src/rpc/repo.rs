//! The block store as a whole: numbers, collection, check.

use ::node::{JobId, JobState, Node};
use axum::response::Response;
use futures_util::stream;
use serde_json::json;

use super::{
    Call, answer,
    error::{RpcError, RpcResult},
};

/// The format of our own store, which is none of go's.
const FORMAT: &str = "tributary@1";

pub(super) async fn stat(call: Call) -> RpcResult<Response> {
    let stat = call.node().repo_stat().await;
    let stat = stat.map_err(|error| RpcError::because(&error))?;
    let free = call.node().storage().await.free;
    let most = stat.quota.unwrap_or(stat.bytes.saturating_add(free));
    let mut value = json!({ "RepoSize": stat.bytes, "StorageMax": most });
    if !call.args.is_on(&["size-only"])? {
        value["NumObjects"] = stat.blocks.into();
        value["RepoPath"] = call.node().home().display().to_string().into();
        value["Version"] = FORMAT.into();
    }
    Ok(answer::one(&value))
}

pub(super) async fn version(_: Call) -> RpcResult<Response> {
    std::future::ready(Ok(answer::one(&json!({ "Version": FORMAT })))).await
}

/// A job that ends when whoever asked for it goes away.
struct Asked {
    node: Node,
    job: Option<JobId>,
    runtime: tokio::runtime::Handle,
}

impl Asked {
    async fn ended(mut self) -> RpcResult<Option<String>> {
        let Some(id) = self.job else { return Ok(None) };
        let job = self.node.wait_job(id).await;
        self.job = None;
        let job = job.ok_or_else(|| RpcError::failed("the job is gone"))?;
        match job.state {
            JobState::Done if job.files_failed == 0 => Ok(job.message),
            _ => Err(RpcError::failed(
                job.message
                    .unwrap_or_else(|| "the job did not end".to_owned()),
            )),
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let Some(id) = self.job.take() {
            let node = self.node.clone();
            // Owned by the runtime for the moment that the request takes.
            drop(
                self.runtime
                    .spawn(async move { drop(node.cancel_job(id).await) }),
            );
        }
    }
}

fn asked(call: &Call, job: JobId) -> Asked {
    Asked {
        node: call.node().clone(),
        job: Some(job),
        runtime: tokio::runtime::Handle::current(),
    }
}

/// Which blocks went is not told: there can be millions, and nobody kept a list.
pub(super) async fn gc(call: Call) -> RpcResult<Response> {
    let job = call.node().start_gc().await?;
    asked(&call, job.id).ended().await?;
    answer::lines(stream::empty()).await
}

pub(super) async fn verify(call: Call) -> RpcResult<Response> {
    let job = call.node().start_verify().await?;
    asked(&call, job.id).ended().await?;
    Ok(answer::one(&json!({
        "Msg": "verify complete, all blocks validated.",
        "Progress": 0,
    })))
}
