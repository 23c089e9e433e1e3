//! What a collection leaves behind so that the next process can go on: a small row in the index,
//! and the mark map in `blocks/gc.mark`, which may be lost (marking then starts over).

use std::io;
use std::path::PathBuf;

use crate::core::Core;
use crate::disk::{Access, read_exact_at, replace_file};
use crate::gc::CollectGarbage;
use crate::gc::mark::Marker;
use crate::key::{push_varint, read_varint};

const MAGIC: &[u8; 8] = b"TRIBMARK";

/// How far a collection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Mark,
    Sweep,
    Rewrite,
}

/// The row of the collection under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) epoch: u64,
    /// Blocks put in this epoch or later are kept.
    pub(crate) keep_from: u64,
    pub(crate) phase: Phase,
    /// The last key that was swept.
    pub(crate) cursor: Vec<u8>,
}

impl State {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = vec![match self.phase {
            Phase::Mark => 1,
            Phase::Sweep => 2,
            Phase::Rewrite => 3,
        }];
        push_varint(&mut out, self.epoch);
        push_varint(&mut out, self.keep_from);
        out.extend_from_slice(&self.cursor);
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (&phase, mut bytes) = bytes.split_first()?;
        let phase = match phase {
            1 => Phase::Mark,
            2 => Phase::Sweep,
            3 => Phase::Rewrite,
            _ => return None,
        };
        let epoch = read_varint(&mut bytes)?;
        let keep_from = read_varint(&mut bytes)?;
        Some(Self {
            epoch,
            keep_from,
            phase,
            cursor: bytes.to_vec(),
        })
    }
}

fn path(core: &Core) -> PathBuf {
    core.config.home.join("blocks").join("gc.mark")
}

/// Writes the mark map, whole or not at all.
pub(crate) fn save(core: &Core, state: &State, marker: &Marker) -> Result<(), CollectGarbage> {
    let maps = marker.maps();
    let mut head = Vec::with_capacity(64);
    head.extend_from_slice(MAGIC);
    head.extend_from_slice(&state.epoch.to_le_bytes());
    for map in maps {
        head.extend_from_slice(&(map.len() as u64).to_le_bytes());
    }
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&head);
    maps.iter().for_each(|map| hasher.update(map));
    let crc = hasher.finalize().to_le_bytes();
    let mut parts: Vec<&[u8]> = vec![&head];
    parts.extend(maps);
    parts.push(&crc);
    replace_file(core.config.disk.as_ref(), &path(core), &parts)
        .map_err(CollectGarbage::WriteCheckpoint)
}

/// Reads the mark map of the collection `state`; anything wrong with it means "start over".
pub(crate) fn load(core: &Core, state: &State, memory_bytes: u64) -> Option<Marker> {
    let file = core.config.disk.open(&path(core), Access::Read).ok()?;
    let read = || -> io::Result<Option<Marker>> {
        const HEAD: usize = 8 + 8 + 5 * 8;
        let mut head = [0; HEAD];
        read_exact_at(file.as_ref(), 0, &mut head)?;
        let number = |at: usize| {
            let eight = head.get(at..).and_then(<[u8]>::first_chunk);
            eight.map_or(0, |eight| u64::from_le_bytes(*eight))
        };
        let len = file.len()?;
        let lens: [u64; 5] = std::array::from_fn(|map| number(16 + map * 8));
        let sum = lens
            .iter()
            .fold(HEAD as u64 + 4, |sum, len| sum.saturating_add(*len));
        if &head[..8] != MAGIC || number(8) != state.epoch || sum != len {
            return Ok(None);
        }
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&head);
        let mut at = HEAD as u64;
        let mut maps: [Vec<u8>; 5] = Default::default();
        for (map, len) in maps.iter_mut().zip(lens) {
            map.resize(len as usize, 0);
            read_exact_at(file.as_ref(), at, map)?;
            hasher.update(map);
            at += len;
        }
        let mut crc = [0; 4];
        read_exact_at(file.as_ref(), at, &mut crc)?;
        if crc != hasher.finalize().to_le_bytes() {
            return Ok(None);
        }
        Ok(Some(Marker::resume(maps, memory_bytes)))
    };
    read().ok().flatten()
}

/// Removes the mark map of a finished collection.
pub(crate) fn clear(core: &Core) {
    // A left-over map names an old epoch and is ignored.
    let _ = core.config.disk.remove(&path(core));
}
