//! Reading blocks: every location in turn, each checked, until one gives the bytes.

use std::io;

use bytes::{Bytes, BytesMut};
use dag::Cid;

use crate::core::Core;
use crate::disk::{Access, DiskFile, read_exact_at};
use crate::entry::{Entry, Location, SourceId};
use crate::error::{GetBlock, IndexFault};
use crate::key::{Address, Key, RAW, address};
use crate::segments::Place;
use crate::source;
use crate::verify::Fault;

/// Derived blocks come from plain ones; a chain longer than this is a knot.
const MAX_DERIVATION_DEPTH: u8 = 4;
/// A block may be moved between the look-up and the read this many times.
const MAX_MOVES: usize = 3;

/// Why one location does not give the bytes.
#[derive(Debug)]
pub(crate) enum Unreadable {
    Index(IndexFault),
    Bad(GetBlock),
}

impl From<IndexFault> for Unreadable {
    fn from(fault: IndexFault) -> Self {
        Self::Index(fault)
    }
}

impl Core {
    pub(crate) fn get(&self, cid: &Cid) -> Result<Option<Bytes>, GetBlock> {
        self.get_at_depth(cid, MAX_DERIVATION_DEPTH)
    }

    fn get_at_depth(&self, cid: &Cid, depth: u8) -> Result<Option<Bytes>, GetBlock> {
        let key = match address(cid) {
            Address::Stored(key) => key,
            Address::Inline(bytes) => return Ok(Some(Bytes::copy_from_slice(bytes))),
            Address::Unsupported => return Ok(None),
        };
        let mut last = None;
        let mut seen: Option<Entry> = None;
        for _ in 0..MAX_MOVES {
            let Some(entry) = self.index.entry(&key)? else {
                return Ok(None);
            };
            if seen
                .as_ref()
                .is_some_and(|seen| seen.locations == entry.locations)
            {
                break;
            }
            match self.read_entry(&key, &entry, depth) {
                Ok(bytes) => return Ok(Some(bytes)),
                // A collection may have moved the block since it was looked up.
                Err(error) => last = Some(error),
            }
            seen = Some(entry);
        }
        Err(last.unwrap_or(GetBlock::UnknownLocation))
    }

    fn read_entry(&self, key: &Key, entry: &Entry, depth: u8) -> Result<Bytes, GetBlock> {
        let mut first = None;
        for location in &entry.locations {
            match self.read_location(key, entry.len, location, depth) {
                Ok(bytes) => return Ok(bytes),
                Err(Unreadable::Index(fault)) => return Err(fault.into()),
                Err(Unreadable::Bad(error)) => {
                    first.get_or_insert(error);
                }
            }
        }
        Err(first.unwrap_or(GetBlock::UnknownLocation))
    }

    /// Reads one location; what it gives is checked.
    pub(crate) fn read_location(
        &self,
        key: &Key,
        len: u32,
        location: &Location,
        depth: u8,
    ) -> Result<Bytes, Unreadable> {
        let bad = |error| Err(Unreadable::Bad(error));
        match location {
            Location::Segment {
                folder,
                segment,
                offset,
                ..
            } => {
                let place = Place {
                    folder: folder.0,
                    segment: segment.0,
                    offset: *offset,
                };
                match self.segments.read(place, key, len) {
                    Ok(Some(bytes)) => Ok(bytes),
                    Ok(None) => bad(GetBlock::Damaged {
                        segment: *segment,
                        offset: *offset,
                    }),
                    Err(_) if !self.segments.is_online(folder.0) => bad(GetBlock::Offline(*folder)),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        bad(GetBlock::Damaged {
                            segment: *segment,
                            offset: *offset,
                        })
                    }
                    Err(error) => bad(GetBlock::Read(error)),
                }
            }
            Location::Reference {
                source,
                offset,
                len: range,
                prefix,
                suffix,
            } => {
                let bytes = self.read_range(*source, *offset, *range, prefix, suffix)?;
                match verified(key, &bytes) {
                    true => Ok(bytes),
                    false => bad(GetBlock::SourceChanged(*source)),
                }
            }
            Location::Derived(derivation) => {
                let computed = depth.checked_sub(1).and_then(|depth| {
                    derivation.compute(|cid| match self.get_at_depth(cid, depth) {
                        Ok(Some(bytes)) => Ok(bytes),
                        Ok(None) => Err(GetBlock::Underivable(*cid)),
                        Err(error) => Err(error),
                    })
                });
                match computed.filter(|bytes| verified(key, bytes)) {
                    Some(bytes) => Ok(bytes),
                    None => bad(GetBlock::Underivable(derivation.root)),
                }
            }
            Location::Unknown { .. } => bad(GetBlock::UnknownLocation),
        }
    }

    fn read_range(
        &self,
        id: SourceId,
        offset: u64,
        len: u32,
        prefix: &Bytes,
        suffix: &Bytes,
    ) -> Result<Bytes, Unreadable> {
        let Some(source) = self.index.read(|snapshot| snapshot.source(id))? else {
            return Err(Unreadable::Bad(GetBlock::SourceMissing(id)));
        };
        let failed = |error: io::Error| {
            Unreadable::Bad(match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                    if source::is_offline(self.config.disk.as_ref(), &source.file) {
                        GetBlock::SourceOffline(id)
                    } else {
                        GetBlock::SourceMissing(id)
                    }
                }
                io::ErrorKind::UnexpectedEof => GetBlock::SourceChanged(id),
                _ => GetBlock::Read(error),
            })
        };
        let file = self
            .config
            .disk
            .open(&source.file.path, Access::Read)
            .map_err(&failed)?;
        wrapped(file.as_ref(), offset, len, prefix, suffix).map_err(&failed)
    }

    /// Whether `file` gives the block that `location`, a reference, stands for.
    pub(crate) fn reference_matches(
        &self,
        file: &dyn DiskFile,
        key: &Key,
        len: u32,
        location: &Location,
    ) -> bool {
        let Location::Reference {
            offset,
            len: range,
            prefix,
            suffix,
            ..
        } = location
        else {
            return false;
        };
        wrapped(file, *offset, *range, prefix, suffix)
            .is_ok_and(|bytes| bytes.len() == len as usize && verified(key, &bytes))
    }

    /// As [`Core::read_location`], with the hash checked for segments too.
    pub(crate) fn check_location(
        &self,
        key: &Key,
        len: u32,
        location: &Location,
    ) -> Result<Result<Bytes, Fault>, IndexFault> {
        Ok(
            match self.read_location(key, len, location, MAX_DERIVATION_DEPTH) {
                Ok(bytes) if verified(key, &bytes) => Ok(bytes),
                Ok(_) => Err(Fault::Damaged),
                Err(Unreadable::Index(fault)) => return Err(fault),
                Err(Unreadable::Bad(error)) => Err(match error {
                    GetBlock::Offline(_) | GetBlock::SourceOffline(_) => Fault::Offline,
                    GetBlock::SourceMissing(_) => Fault::SourceMissing,
                    GetBlock::SourceChanged(_) => Fault::SourceChanged,
                    GetBlock::Damaged { .. } => Fault::Damaged,
                    GetBlock::Underivable(_) => Fault::Underivable,
                    _ => Fault::Unreadable,
                }),
            },
        )
    }
}

fn wrapped(
    file: &dyn DiskFile,
    offset: u64,
    len: u32,
    prefix: &[u8],
    suffix: &[u8],
) -> io::Result<Bytes> {
    let mut bytes = BytesMut::zeroed(prefix.len() + len as usize + suffix.len());
    let (front, rest) = bytes.split_at_mut(prefix.len());
    let (range, back) = rest.split_at_mut(len as usize);
    front.copy_from_slice(prefix);
    back.copy_from_slice(suffix);
    read_exact_at(file, offset, range)?;
    Ok(bytes.freeze())
}

fn verified(key: &Key, bytes: &[u8]) -> bool {
    key.to_cid(RAW)
        .is_some_and(|cid| dag::verify(&cid, bytes).is_ok())
}
