//! Where the blocks that peers ask for come from: the port that the node implements.

use bytes::Bytes;
use cid::Cid;
use futures_util::future::BoxFuture;
use libp2p::PeerId;

/// Answers per peer and block.
///
/// A block that is stored but not for this peer and one that is not stored at all must be the same
/// answer, `None`, after the same work: a peer that can measure the difference can learn what is
/// private here. So an implementation looks up permission and presence in the same order for both
/// and reads bytes only after both; damage and full disks are `None` too, and are reported
/// elsewhere.
///
/// The futures are polled inside the network's task: blocking work belongs on a pool.
pub trait BlockSource: Send + Sync + 'static {
    /// The bytes of a block, at most [`dag::MAX_BLOCK_LEN`], if `peer` may have them.
    fn get(&self, peer: PeerId, cid: Cid) -> BoxFuture<'static, Option<Bytes>>;

    /// The length of a block, if `peer` may have it.
    fn size(&self, peer: PeerId, cid: Cid) -> BoxFuture<'static, Option<usize>>;
}

/// A node that serves nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBlocks;

impl BlockSource for NoBlocks {
    fn get(&self, _: PeerId, _: Cid) -> BoxFuture<'static, Option<Bytes>> {
        Box::pin(std::future::ready(None))
    }

    fn size(&self, _: PeerId, _: Cid) -> BoxFuture<'static, Option<usize>> {
        Box::pin(std::future::ready(None))
    }
}
