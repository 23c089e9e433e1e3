//! What is kept of other people's shares without being saved: least recently watched, first gone.
//!
//! Nothing pins it. A store that has no room gives up the files of one share after another, longest
//! unwatched first and those being read not at all, until there is enough; what a pin reaches is
//! never touched. Manifests stay: they are small, and a share without one cannot be shown.

use std::collections::HashSet;

use dag::Cid;
use dag::manifest::Manifest;
use library::{ReceivedRow, ShareId};
use store::{CollectGarbage, GcOptions, Removal};

use crate::jobs::lock;
use crate::node::Inner;

/// Blocks of one share that are looked at.
const MAX_BLOCKS: usize = 8 << 20;
/// A segment is written anew when this part of it is garbage.
const REWRITE_ABOVE: f64 = 0.1;

impl Inner {
    /// Gives up watched files until about `needed` bytes are free again; gives how many became so.
    /// Blocking.
    pub(crate) fn make_room(&self, needed: u64) -> u64 {
        let rows = self.library.reader().and_then(|view| view.all_received());
        let Ok(mut rows) = rows else { return 0 };
        rows.sort_by_key(|row| row.watched_at.max(row.opened_at));
        let mut freed = 0;
        for row in rows {
            if freed >= needed || self.tasks.is_stopping() {
                break;
            }
            if !self.is_read_now(row.id) {
                freed += self.drop_files(&row);
            }
        }
        if freed > 0 {
            self.compact();
        }
        freed
    }

    /// Gives up what is kept of a share that was struck from the list. Blocking.
    pub(crate) fn drop_share(&self, row: &ReceivedRow) {
        if self.drop_files(row) > 0 {
            self.compact();
        }
    }

    fn is_read_now(&self, id: ShareId) -> bool {
        let held = lock(&self.opened.0);
        held.get(&id).is_some_and(|keeper| keeper.is_read())
    }

    /// Bytes of a share's files that were dropped.
    fn drop_files(&self, row: &ReceivedRow) -> u64 {
        let blocks = self.files_of(row);
        if blocks.is_empty() {
            return 0;
        }
        let lens: Vec<u64> = blocks
            .iter()
            .map(|cid| {
                let stat = self.store.stat_block(cid).ok().flatten();
                stat.map_or(0, |stat| u64::from(stat.len))
            })
            .collect();
        let stopping = || self.tasks.is_stopping();
        match self.store.remove(&blocks, &stopping) {
            Ok(removed) => removed
                .unwrap_or_default()
                .iter()
                .zip(&lens)
                .filter(|(removal, _)| **removal == Removal::Removed)
                .map(|(_, len)| len)
                .sum(),
            Err(CollectGarbage::Running) => 0,
            Err(error) => {
                tracing::warn!(%error, "watched files could not be given up");
                0
            }
        }
    }

    fn compact(&self) {
        let options = GcOptions {
            rewrite_above: REWRITE_ABOVE,
            ..GcOptions::default()
        };
        let stopping = || self.tasks.is_stopping();
        if let Err(error) = self.store.compact(&options, &mut |_| (), &stopping) {
            tracing::debug!(%error, "segments were not written anew");
        }
    }

    /// The blocks of a share's files that are here.
    fn files_of(&self, row: &ReceivedRow) -> Vec<Cid> {
        let mut seen = HashSet::new();
        let mut manifests: Vec<Cid> = row.manifest.into_iter().collect();
        let mut open = Vec::new();
        while let Some(cid) = manifests.pop() {
            if seen.len() >= MAX_BLOCKS || !seen.insert(cid) {
                continue;
            }
            let Ok(Some(bytes)) = self.store.get(&cid) else {
                continue;
            };
            let Ok(manifest) = Manifest::decode(&bytes) else {
                // A public root may be a file or a folder itself.
                seen.remove(&cid);
                open.push(cid);
                continue;
            };
            manifests.extend(manifest.members.iter().map(|member| member.manifest));
            let files = manifest.renditions.iter().map(|one| &one.content);
            open.extend(files.map(|content| content.root));
        }
        let mut here = Vec::new();
        while let Some(cid) = open.pop() {
            if seen.len() >= MAX_BLOCKS || !seen.insert(cid) {
                continue;
            }
            if !self.store.has(&cid).unwrap_or(false) {
                continue;
            }
            here.push(cid);
            // A raw block has no links.
            if cid.codec() != dag::Codec::Raw.code()
                && let Ok(Some(bytes)) = self.store.get(&cid)
            {
                open.extend(dag::links(&cid, &bytes).unwrap_or_default());
            }
        }
        here
    }
}
