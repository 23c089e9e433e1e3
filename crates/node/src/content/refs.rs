//! What blocks link to, one link after another.

use std::collections::HashSet;

use bytes::Bytes;
use dag::{Cid, Codec, codec_of, dag_pb};

use super::found::{Ended, Found, Out};
use super::read::{bad, block};
use super::{ContentPath, ReadContent, read};
use crate::node::Node;

/// Links that wait to be taken.
const AHEAD: usize = 256;
/// Blocks that are remembered, so that each is given once (40 bytes each).
const MAX_SEEN: usize = 2_000_000;
/// Links of one walk that wait to be followed.
const MAX_OPEN: usize = 4_000_000;
/// Rows of the index read at once.
const ROWS: usize = 4096;

/// How far links are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// This many steps from the root.
    Steps(u32),
    /// To the leaves.
    All,
}

/// One link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ref {
    /// The block that has it.
    pub from: Cid,
    /// The block it leads to.
    pub to: Cid,
    /// Its name; empty where links have none.
    pub name: String,
}

impl Node {
    /// The links below where `path` leads, depth first; each block once when `unique`.
    pub async fn refs(
        &self,
        path: &ContentPath,
        depth: Depth,
        unique: bool,
    ) -> Result<Found<Ref>, ReadContent> {
        let root = self.resolve(path).await?;
        self.block(root).await?;
        Ok(
            self.find_below(path.root, "refs", AHEAD, move |_, blocks, out| {
                follow(root, depth, unique, out, |cid| block(blocks, cid))
            }),
        )
    }

    /// Every block that is here, as raw CIDs of version 1.
    #[must_use]
    pub fn local_blocks(&self) -> Found<Cid> {
        self.find("local-blocks", AHEAD, move |inner, out| {
            let mut last: Option<Cid> = None;
            loop {
                let cids = inner
                    .store
                    .blocks_after(last.as_ref(), ROWS)
                    .map_err(|error| ReadContent::ReadStore(Box::new(error)))?;
                last = cids.last().copied();
                if last.is_none() {
                    return Ok(());
                }
                cids.into_iter().try_for_each(|cid| out.send(cid))?;
            }
        })
    }

    /// A path's CID and the blocks and bytes below it, each counted once.
    pub async fn dag_size(&self, root: Cid) -> Result<(u64, u64), ReadContent> {
        self.reading(
            root,
            super::Reader::Owner,
            crate::tasks::Lane::Work,
            move |inner, source| {
                let (mut blocks, mut bytes) = (0, 0);
                let mut seen = HashSet::new();
                let walked: Result<(), ReadContent> =
                    super::car::walk(source, root, &mut seen, |_, block| {
                        if inner.tasks.is_stopping() {
                            let stopped = "Tributary is shutting down".into();
                            return Err(ReadContent::ReadStore(stopped));
                        }
                        blocks += 1;
                        bytes += block.len() as u64;
                        Ok(())
                    })?;
                walked.map(|()| (blocks, bytes))
            },
        )
        .await
    }
}

fn follow(
    root: Cid,
    depth: Depth,
    unique: bool,
    out: &Out<Ref>,
    get: impl Fn(&Cid) -> Result<Bytes, ReadContent>,
) -> Result<(), Ended> {
    let most = match depth {
        Depth::Steps(steps) => steps,
        Depth::All => u32::MAX,
    };
    let mut seen = HashSet::new();
    // The next one last.
    let mut open: Vec<(Ref, u32)> = Vec::new();
    let push = |open: &mut Vec<(Ref, u32)>, from: Cid, depth: u32| -> Result<(), Ended> {
        if depth >= most || codec_of(&from) == Some(Codec::Raw) {
            return Ok(());
        }
        let links = links(&from, &get(&from)?)?;
        if open.len() + links.len() > MAX_OPEN {
            let reason = "too many links are open".to_owned();
            return Err(ReadContent::BadBlock { cid: from, reason }.into());
        }
        open.extend(links.into_iter().rev().map(|link| (link, depth + 1)));
        Ok(())
    };
    push(&mut open, root, 0)?;
    while let Some((link, depth)) = open.pop() {
        let to = link.to;
        if unique && seen.contains(&to) {
            out.alive()?;
            continue;
        }
        if unique && seen.len() < MAX_SEEN {
            seen.insert(to);
        }
        out.send(link)?;
        push(&mut open, to, depth)?;
    }
    Ok(())
}

/// The links of a block, with their names where it has names.
pub(crate) fn links(from: &Cid, bytes: &[u8]) -> Result<Vec<Ref>, ReadContent> {
    let from = *from;
    if codec_of(&from) == Some(Codec::DagPb) {
        let node = dag_pb::decode(bytes).map_err(|error| read::bad(from, &error))?;
        return Ok(node
            .links
            .iter()
            .map(|link| Ref {
                from,
                to: link.cid,
                name: String::from_utf8_lossy(link.name).into_owned(),
            })
            .collect());
    }
    let links = dag::links(&from, bytes).map_err(|error| bad(from, &error))?;
    Ok(links
        .into_iter()
        .map(|to| Ref {
            from,
            to,
            name: String::new(),
        })
        .collect())
}
