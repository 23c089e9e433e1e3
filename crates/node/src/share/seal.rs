//! Seals files where they lie: leaves that are computed again on read, inner nodes that are kept.

use dag::seal::{self, NoncePrefix, Place, SealKey};
use dag::{Balancer, Block, Cid};
use store::{Batch, Derivation, PinKind, Store};

use super::PIN_SHARED;
use super::strip::Patches;
use crate::jobs::{Control, Meter, Stop};
use crate::stream::{ReadMedia, Source};

/// Rows that one batch gathers.
const BATCH_ROWS: usize = 20_000;

/// Why a file was not sealed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealFile {
    #[error("stopped")]
    Stopped(Stop),
    #[error("the system gave no random bytes")]
    Randomness,
    #[error(transparent)]
    ReadMedia(#[from] ReadMedia),
    #[error("the file is shorter than it was")]
    Shorter,
    #[error("the file is too long to be sealed")]
    SealBytes(#[from] seal::SealBytes),
    #[error("a block could not be stored")]
    PutBlock(#[from] store::PutBlock),
    #[error("the blocks could not be made durable")]
    CommitBlocks(#[from] store::CommitBlocks),
}

/// A sealed file: its root, and what opens it.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) root: Cid,
    pub(crate) key: SealKey,
    pub(crate) prefix: NoncePrefix,
}

/// Draws random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], SealFile> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| SealFile::Randomness)?;
    Ok(bytes)
}

/// Seals the plain file `root` of `size` bytes, which `source` reads. Its leaves are stored as
/// derivations from `root`, but for those that `patches` change, which are stored; pinned and durable
/// when this returns.
pub(crate) fn in_place(
    store: &Store,
    source: &Source,
    root: Cid,
    size: u64,
    patches: &Patches,
    control: &Control,
    meter: &Meter,
) -> Result<Sealed, SealFile> {
    let (key, prefix) = (random()?, NoncePrefix(random()?));
    let (seal_key, mut balancer) = (SealKey::new(key), Balancer::new(seal::LAYOUT));
    let mut writer = Writer::new(store);
    let leaves = seal::leaves(size);
    for leaf_index in 0..leaves {
        control.checkpoint().map_err(SealFile::Stopped)?;
        let range = seal::leaf_plain_range(leaf_index, size);
        let len = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let mut plain = source.read_at(range.start, len)?;
        if plain.len() != len {
            return Err(SealFile::Shorter);
        }
        let is_patched = patches.touches(range.clone());
        if is_patched {
            let mut bytes = plain.to_vec();
            patches.apply(range.start, &mut bytes);
            plain = bytes.into();
        }
        let place = if leaf_index + 1 == leaves {
            Place::Last
        } else {
            Place::Inner
        };
        let sealed = seal::seal_leaf(&seal_key, &prefix, leaf_index, place, &plain)?;
        let leaf = seal::LAYOUT.leaf(&sealed);
        let derivation = Derivation {
            key,
            nonce: prefix.0,
            root,
            plain_size: size,
            leaf_index,
        };
        match is_patched {
            true => writer.batch.put_parts(&leaf.cid, &[&sealed])?,
            false => writer.batch.put_derived(&leaf.cid, derivation)?,
        }
        writer.push(&mut balancer, leaf.link())?;
        Meter::add(&meter.bytes_done, len as u64);
    }
    let root = writer.finish(balancer)?;
    Ok(Sealed {
        root,
        key: seal_key,
        prefix,
    })
}

/// Seals bytes that lie nowhere: a preview, a photo without its place. Stored, pinned and durable
/// when this returns.
pub(crate) fn bytes(store: &Store, plain: &[u8]) -> Result<Sealed, SealFile> {
    let (key, prefix) = (random()?, NoncePrefix(random()?));
    let mut balancer = Balancer::new(seal::LAYOUT);
    let mut writer = Writer::new(store);
    let mut sealer = seal::Sealer::new(SealKey::new(key), prefix);
    let mut leaves = Vec::new();
    sealer.push(plain, &mut |leaf| leaves.push(leaf))?;
    sealer.finish(&mut |leaf| leaves.push(leaf))?;
    for sealed in leaves {
        let leaf = seal::LAYOUT.leaf(&sealed);
        writer.batch.put_parts(&leaf.cid, &[&sealed])?;
        writer.push(&mut balancer, leaf.link())?;
    }
    let root = writer.finish(balancer)?;
    Ok(Sealed {
        root,
        key: SealKey::new(key),
        prefix,
    })
}

struct Writer<'a> {
    store: &'a Store,
    batch: Batch,
    /// Kept until the root is pinned: what earlier batches put is not reachable before.
    _hold: store::Hold,
}

impl<'a> Writer<'a> {
    fn new(store: &'a Store) -> Self {
        Writer {
            store,
            batch: store.batch(),
            _hold: store.hold(),
        }
    }

    fn push(&mut self, balancer: &mut Balancer, leaf: dag::LeafRef) -> Result<(), SealFile> {
        let mut put = Ok(());
        balancer.push(leaf, &mut |block| {
            if put.is_ok() {
                put = self.batch.put(&block);
            }
        });
        put?;
        if self.batch.len() >= BATCH_ROWS {
            let full = std::mem::replace(&mut self.batch, self.store.batch());
            full.commit()?;
        }
        Ok(())
    }

    fn finish(self, balancer: Balancer) -> Result<Cid, SealFile> {
        let mut put = Ok(());
        let root = balancer.finish(&mut |block: Block| {
            if put.is_ok() {
                put = self.batch.put(&block);
            }
        });
        put?;
        self.batch.pin(&root.cid, PinKind::ReferenceOk, PIN_SHARED);
        self.batch.commit()?;
        Ok(root.cid)
    }
}
