//! What the gateway may show of this home: what hangs below a pin made by hand or a public share.
//!
//! The ids below them are gathered once and kept while they stay the same, up to
//! a bound. What is not among them is answered as absent, whether it is here or not.

use std::collections::HashSet;

use dag::Cid;
use node::Node;
use tokio::sync::Mutex;

use crate::error::ApiResult;

/// Most ids that are kept (about 64 bytes each). Beyond it only pinned roots and what was
/// gathered until then can be asked for directly; paths below a pinned root always work.
const MAX_IDS: usize = 200_000;

/// Ids that may be shown. Lock order: this is the only lock taken while it is held.
#[derive(Debug, Default)]
pub(crate) struct Visible {
    gathered: Mutex<Gathered>,
}

#[derive(Debug, Default)]
struct Gathered {
    roots: Vec<Cid>,
    below: HashSet<Vec<u8>>,
}

impl Visible {
    /// True when `cid` may be shown.
    pub(crate) async fn shows(&self, node: &Node, cid: Cid) -> ApiResult<bool> {
        let mut roots: Vec<Cid> = node
            .pins()
            .await?
            .into_iter()
            .filter(|pin| !node::is_private_pin(&pin.name))
            .map(|pin| pin.cid)
            .collect();
        roots.extend(node.public_roots().await?);
        roots.sort();
        roots.dedup();
        let wanted = cid.hash().to_bytes();
        let mut gathered = self.gathered.lock().await;
        if gathered.roots != roots {
            let below = gather(node, &roots).await;
            *gathered = Gathered { roots, below };
        }
        Ok(gathered.below.contains(&wanted))
    }
}

async fn gather(node: &Node, roots: &[Cid]) -> HashSet<Vec<u8>> {
    let mut below: HashSet<Vec<u8>> = roots.iter().map(|cid| cid.hash().to_bytes()).collect();
    let mut waiting: Vec<Cid> = roots.to_vec();
    while let Some(cid) = waiting.pop() {
        // Raw leaves link to nothing: no need to read the bulk of the content.
        if dag::codec_of(&cid) == Some(dag::Codec::Raw) {
            continue;
        }
        let Ok(block) = node.block(cid).await else {
            continue;
        };
        for link in dag::links(&cid, &block).unwrap_or_default() {
            if below.len() >= MAX_IDS {
                return below;
            }
            if below.insert(link.hash().to_bytes()) {
                waiting.push(link);
            }
        }
    }
    below
}
