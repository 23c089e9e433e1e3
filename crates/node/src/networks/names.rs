//! This node's own name: a record in the public directory that says where it points now.
//!
//! The record is signed with the node key and renewed for as long as the node runs; what it points to
//! is kept, so that a restart goes on with it.

use std::sync::Arc;

use net::names::{LIFETIME, PublishedName};
use net::{Network, NodeKey};

use super::follow::change_kept;
use super::kept::{Kept, KeptName};
use crate::network::AskNetwork;
use crate::node::Inner;
use crate::tasks::Lane;

/// Bytes of a path that a name points to.
const MAX_VALUE: usize = 1024;

fn failed<E: std::error::Error + Send + Sync + 'static>(error: E) -> AskNetwork {
    AskNetwork::Failed(Box::new(error))
}

/// The published form of `name`.
async fn signed_by_us(inner: &Arc<Inner>, name: KeptName) -> Result<PublishedName, AskNetwork> {
    let path = inner.home.root().join("keys/node");
    let key = inner
        .tasks
        .blocking(Lane::Query, move || NodeKey::load_or_create(&path));
    Ok(PublishedName {
        key: key.await.map_err(failed)?,
        value: name.value.into_bytes(),
        sequence: name.sequence,
        lifetime: LIFETIME,
    })
}

/// Points this node's name to `path` and keeps it so. Gives the name.
pub(crate) async fn publish(
    inner: &Arc<Inner>,
    network: &Network,
    path: String,
) -> Result<String, AskNetwork> {
    if path.len() > MAX_VALUE || !path.starts_with('/') {
        let hint = "a name points to a path, as /btfs/CID".to_owned();
        return Err(AskNetwork::BadRequest(hint));
    }
    let home = inner.home.root().to_owned();
    let kept = inner
        .tasks
        .blocking(Lane::Query, move || Kept::read(&home).published)
        .await;
    // Every other value needs a greater number, also when the one before was forgotten.
    let now = u64::try_from(inner.now_ms() / 1000).unwrap_or(0);
    let name = match kept {
        Some(kept) if kept.value == path => kept,
        kept => KeptName {
            value: path,
            sequence: kept.map_or(now, |kept| kept.sequence.saturating_add(1).max(now)),
        },
    };
    let published = signed_by_us(inner, name.clone()).await?;
    network.publish_name(published).await.map_err(failed)?;
    change_kept(inner, move |kept| kept.published = Some(name)).await;
    Ok(network.peer_id().to_string())
}

/// Goes on with what was published before.
pub(super) async fn publish_again(inner: &Arc<Inner>, network: &Network) {
    let home = inner.home.root().to_owned();
    let kept = inner
        .tasks
        .blocking(Lane::Query, move || Kept::read(&home).published);
    let Some(name) = kept.await else { return };
    match signed_by_us(inner, name).await {
        // It may be refused while few are connected; the network tries again by itself.
        Ok(published) => {
            let _ = network.publish_name(published).await;
        }
        Err(error) => tracing::warn!(%error, "the node's name is not published"),
    }
}
