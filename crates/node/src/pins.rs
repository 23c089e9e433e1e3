//! Pins made by hand: one block or all below it, moved to another root, checked, listed.
//!
//! The pins of the library and that of the person's own tree of files are never touched here.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use dag::{Block, Cid, Codec, FileShape, codec_of};
use store::{Pin, PinKind, Removal};

use crate::content::car::walk;
use crate::content::read::block;
use crate::content::{Adder, Found, ReadContent, Reader, WriteContent, commit_failed, pin_failed};
use crate::node::{Inner, Node};
use crate::pinning::is_private_pin;
use crate::tasks::Lane;

/// Results that wait to be taken.
const AHEAD: usize = 256;
/// Blocks that are remembered, so that each is given once (40 bytes each).
const MAX_SEEN: usize = 2_000_000;
/// Faults of one pin that are told.
const MAX_FAULTS: usize = 1_000;

/// What a check found of one pin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinCheck {
    /// Its root.
    pub cid: Cid,
    /// Blocks that are not here or cannot be read, each with why; at most a thousand.
    pub faults: Vec<(Cid, String)>,
}

/// Why blocks could not be removed. None was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoveBlocks {
    /// The store refused.
    #[error("no block was removed")]
    Collect(#[from] store::CollectGarbage),
    /// The node is shutting down.
    #[error("Tributary is shutting down")]
    ShuttingDown,
}

impl Node {
    /// Pins made by hand; a root pinned under several names is there several times.
    pub async fn pins_by_hand(&self) -> Result<Vec<Pin>, ReadContent> {
        let mut pins = self.pins().await?;
        pins.retain(|pin| !is_private_pin(&pin.name));
        Ok(pins)
    }

    /// Pins a root with everything below it. What is not here is fetched first, when a network runs;
    /// dropping the future ends that, and what was fetched is kept for the next attempt.
    pub async fn pin(&self, cid: Cid, kind: PinKind, name: String) -> Result<(), WriteContent> {
        if is_private_pin(&name) {
            return Err(WriteContent::BadOptions(format!(
                "the name {name:?} is kept for Tributary itself"
            )));
        }
        // Until the pin: what is fetched is not reachable from anything yet.
        let _hold = self.inner.store.hold();
        match self.pin_here(cid, kind, name.clone()).await {
            Err(WriteContent::MissingBlock(_)) if self.can_fetch() => {}
            done => return done,
        }
        let fetched = self.reading(cid, Reader::Owner, Lane::Work, move |inner, blocks| {
            let mut seen = HashSet::new();
            // Put once more, so that it is durable at the end and a full disk is said.
            let mut adder = Adder::new(inner, FileShape::default(), false);
            let keep = |cid: &Cid, bytes: &Bytes| {
                adder.put(&Block {
                    cid: *cid,
                    bytes: bytes.clone(),
                })
            };
            walk(blocks, cid, &mut seen, keep)??;
            adder.commit()
        });
        fetched.await?;
        self.pin_here(cid, kind, name).await
    }

    async fn pin_here(&self, cid: Cid, kind: PinKind, name: String) -> Result<(), WriteContent> {
        let inner = Arc::clone(&self.inner);
        let work = move || {
            let cancel = || inner.tasks.is_stopping();
            inner
                .store
                .pin_complete(&[cid], kind, &name, &cancel)
                .map_err(pin_failed)
        };
        self.inner.tasks.blocking(Lane::Work, work).await
    }

    /// Removes every pin of a root that was made by hand; the library keeps its own.
    pub async fn unpin(&self, cid: Cid) -> Result<(), WriteContent> {
        let store = Arc::clone(&self.inner.store);
        let work = move || {
            let failed = |error| WriteContent::WriteStore(Box::new(error) as _);
            let pins = store.pins().map_err(failed)?;
            let mut names = pins
                .iter()
                .filter(|pin| pin.cid == cid && !is_private_pin(&pin.name))
                .peekable();
            if names.peek().is_none() {
                return Err(WriteContent::NotPinned(cid));
            }
            names.try_for_each(|pin| store.unpin(&cid, Some(&pin.name)).map_err(pin_failed))
        };
        self.inner.tasks.blocking(Lane::Work, work).await
    }

    /// Pins one block, not what it links to.
    pub async fn pin_block(&self, cid: Cid, name: String) -> Result<(), WriteContent> {
        if is_private_pin(&name) {
            return Err(WriteContent::BadOptions(format!(
                "the name {name:?} is kept for Tributary itself"
            )));
        }
        let store = Arc::clone(&self.inner.store);
        let work = move || {
            let failed = |error| WriteContent::WriteStore(Box::new(error) as _);
            if !store.has(&cid).map_err(failed)? {
                return Err(WriteContent::MissingBlock(cid));
            }
            let batch = store.batch();
            batch.pin_block(&cid, PinKind::BytesRequired, &name);
            batch.commit().map_err(commit_failed)
        };
        self.inner.tasks.blocking(Lane::Work, work).await
    }

    /// Pins `to` under the names that `from` has, and takes those of `from` away when `unpin`.
    pub async fn pin_update(&self, from: Cid, to: Cid, unpin: bool) -> Result<(), WriteContent> {
        let inner = Arc::clone(&self.inner);
        let work = move || {
            let failed = |error| WriteContent::WriteStore(Box::new(error) as _);
            let mut pins = inner.store.pins().map_err(failed)?;
            pins.retain(|pin| pin.cid == from && pin.recursive && !is_private_pin(&pin.name));
            if pins.is_empty() {
                return Err(WriteContent::NotPinned(from));
            }
            let cancel = || inner.tasks.is_stopping();
            for pin in &pins {
                inner
                    .store
                    .pin_complete(&[to], pin.kind, &pin.name, &cancel)
                    .map_err(pin_failed)?;
            }
            if unpin && from != to {
                let batch = inner.store.batch();
                pins.iter()
                    .for_each(|pin| batch.unpin(&from, Some(&pin.name)));
                batch.commit().map_err(commit_failed)?;
            }
            Ok(())
        };
        self.inner.tasks.blocking(Lane::Work, work).await
    }

    /// Looks whether all blocks of every pin made by hand are here.
    #[must_use]
    pub fn check_pins(&self) -> Found<PinCheck> {
        self.find("check-pins", AHEAD, |inner, out| {
            for root in roots(inner)? {
                let mut check = PinCheck {
                    cid: root,
                    faults: Vec::new(),
                };
                let mut seen = HashSet::new();
                let mut open = vec![root];
                while let Some(cid) = open.pop() {
                    out.alive()?;
                    if seen.len() < MAX_SEEN && !seen.insert(cid) {
                        continue;
                    }
                    match links(inner, &cid) {
                        Ok(links) => open.extend(links),
                        Err(error) if check.faults.len() < MAX_FAULTS => {
                            check.faults.push((cid, error.to_string()));
                        }
                        Err(_) => {}
                    }
                }
                out.send(check)?;
            }
            Ok(())
        })
    }

    /// Blocks below the roots that were pinned by hand, each once; the roots are not among them.
    #[must_use]
    pub fn indirect_pins(&self) -> Found<Cid> {
        self.find("indirect-pins", AHEAD, |inner, out| {
            let mut open = roots(inner)?;
            let mut seen: HashSet<Cid> = open.iter().copied().collect();
            while let Some(cid) = open.pop() {
                out.alive()?;
                for link in links(inner, &cid)? {
                    if seen.len() < MAX_SEEN && !seen.insert(link) {
                        continue;
                    }
                    out.send(link)?;
                    open.push(link);
                }
            }
            Ok(())
        })
    }

    /// Removes blocks that no pin reaches, and says what became of each.
    pub async fn remove_blocks(&self, cids: Vec<Cid>) -> Result<Vec<Removal>, RemoveBlocks> {
        let inner = Arc::clone(&self.inner);
        let work = move || {
            let cancel = || inner.tasks.is_stopping();
            inner
                .store
                .remove(&cids, &cancel)?
                .ok_or(RemoveBlocks::ShuttingDown)
        };
        self.inner.tasks.blocking(Lane::Work, work).await
    }
}

fn roots(inner: &Inner) -> Result<Vec<Cid>, ReadContent> {
    let pins = inner.store.pins();
    let mut pins = pins.map_err(|error| ReadContent::ReadStore(Box::new(error)))?;
    pins.retain(|pin| pin.recursive && !is_private_pin(&pin.name));
    let mut roots: Vec<Cid> = pins.into_iter().map(|pin| pin.cid).collect();
    roots.sort();
    roots.dedup();
    Ok(roots)
}

/// The links of a block that is here; raw ones are only looked for.
fn links(inner: &Inner, cid: &Cid) -> Result<Vec<Cid>, ReadContent> {
    if codec_of(cid) == Some(Codec::Raw) {
        return match inner.store.has(cid) {
            Ok(true) => Ok(Vec::new()),
            Ok(false) => Err(ReadContent::MissingBlock(*cid)),
            Err(error) => Err(ReadContent::ReadStore(Box::new(error))),
        };
    }
    let bytes = block(&inner.blocks(), cid)?;
    dag::links(cid, &bytes).map_err(|error| crate::content::read::bad(*cid, &error))
}
