//! What opening does with segments: cut torn tails, set orphans aside as garbage, and fill a lost
//! index again.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::{Segments, file_name, parse_name};
use crate::disk::{Access, Disk, DiskFile, read_exact_at};
use crate::entry::{ENTRY_PB_LEAF, FolderId, Location, SegmentId};
use crate::error::{IndexFault, OpenStore};
use crate::index::{Index, SegmentRow, SegmentState};
use crate::key::Key;
use crate::record::{self, FLAG_PB_LEAF, SEGMENT_HEADER, SegmentHeader};

/// Rows an index that is filled again gets in one transaction.
const REBUILD_ROWS: usize = 50_000;

/// What recovery did.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    pub(crate) cut_bytes: u64,
    pub(crate) orphaned: u64,
}

fn scan_error(path: &Path) -> impl Fn(io::Error) -> OpenStore + '_ {
    |source| OpenStore::ScanSegment {
        path: path.to_owned(),
        source,
    }
}

/// Segment ids in a directory, in order.
fn list(disk: &dyn Disk, dir: &Path) -> Result<Vec<u64>, OpenStore> {
    let names = disk
        .list(dir)
        .map_err(|source| OpenStore::PrepareDirectory {
            path: dir.to_owned(),
            source,
        })?;
    let mut ids: Vec<u64> = names.iter().filter_map(|name| parse_name(name)).collect();
    ids.sort_unstable();
    Ok(ids)
}

fn header_of(file: &dyn DiskFile) -> io::Result<SegmentHeader> {
    let mut head = [0; SEGMENT_HEADER];
    match read_exact_at(file, 0, &mut head) {
        Ok(()) => Ok(record::read_segment_header(&head)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(SegmentHeader::Damaged),
        Err(error) => Err(error),
    }
}

/// What the tail of a segment that was being appended to looks like.
struct Tail {
    whole_records: u64,
    len: u64,
    intact_header: bool,
    cut: u64,
}

/// Looks at what lies beyond the committed length; cuts it off when no record in it is whole.
fn check_tail(file: &dyn DiskFile, committed: u64) -> io::Result<Result<Tail, u32>> {
    let intact_header = match header_of(file)? {
        SegmentHeader::Newer(found) => return Ok(Err(found)),
        header => header != SegmentHeader::Damaged,
    };
    let len = file.len()?;
    let mut whole_records = 0_u64;
    let mut count = |_: u64, _: record::Record<'_>| -> io::Result<()> {
        whole_records += 1;
        Ok(())
    };
    record::scan(file, committed, &mut count)?;
    let mut tail = Tail {
        whole_records,
        len,
        intact_header,
        cut: 0,
    };
    if whole_records == 0 && len > committed {
        file.set_len(committed)?;
        file.sync()?;
        tail.cut = len - committed;
        tail.len = committed;
    }
    Ok(Ok(tail))
}

/// Checks the segments of one online folder against the index.
pub(crate) fn recover(
    disk: &dyn Disk,
    index: &Index,
    segments: &Segments,
    folder: u32,
    dir: &Path,
) -> Result<Recovered, OpenStore> {
    let rows: BTreeMap<u64, SegmentRow> = index
        .read(|snapshot| snapshot.segments())?
        .into_iter()
        .collect();
    let ids = list(disk, dir)?;
    let mut recovered = Recovered::default();
    let mut used = 0;
    let mut changes: BTreeMap<u64, Option<SegmentRow>> = BTreeMap::new();
    let mut resume = None;
    for &id in &ids {
        segments.number_from(id + 1);
        let path = dir.join(file_name(id));
        let wrong = scan_error(&path);
        let row = rows.get(&id).copied();
        match row {
            Some(row) if row.folder != folder => {}
            Some(row) if row.state == SegmentState::Retired => {
                disk.remove(&path).map_err(&wrong)?;
                disk.sync_dir(dir).map_err(&wrong)?;
                changes.insert(id, None);
            }
            Some(row) if row.state == SegmentState::Sealed => {
                used += disk.stat(&path).map_err(&wrong)?.size;
            }
            row => {
                let file = disk.open(&path, Access::Write).map_err(&wrong)?;
                let committed = row.map_or(SEGMENT_HEADER as u64, |row| row.len);
                let tail = check_tail(file.as_ref(), committed)
                    .map_err(&wrong)?
                    .map_err(|found| OpenStore::NewerFormat {
                        found,
                        known: record::SEGMENT_VERSION,
                    })?;
                recovered.cut_bytes += tail.cut;
                recovered.orphaned += u64::from(tail.whole_records > 0);
                used += tail.len;
                let live = row.map_or(0, |row| row.live);
                let sealed = SegmentRow {
                    folder,
                    state: SegmentState::Sealed,
                    len: tail.len,
                    live,
                };
                // Whole records that no commit names are garbage, and left for the collector:
                // opening never destroys a record. Appending goes on elsewhere.
                changes.insert(id, Some(sealed));
                if tail.whole_records == 0 && row.is_some() && tail.intact_header {
                    resume = Some((id, file, tail.len));
                }
            }
        }
    }
    if let Some((id, file, tail)) = resume {
        changes.remove(&id);
        segments.resume(folder, id, file, tail);
    }
    for (&id, row) in &rows {
        if row.folder == folder && row.state == SegmentState::Retired && !ids.contains(&id) {
            changes.insert(id, None);
        }
    }
    if !changes.is_empty() {
        index.write(|tables| {
            for (id, row) in &changes {
                match row {
                    Some(row) => tables.set_segment(*id, *row)?,
                    None => {
                        tables.segments.remove(id)?;
                    }
                }
            }
            Ok::<_, IndexFault>(())
        })?;
    }
    segments.with_folders(|folders| {
        if let Some(slot) = folders.get_mut(&folder) {
            slot.used = used;
            slot.checked = true;
        }
    });
    Ok(recovered)
}

/// Indexes every whole record of a folder's segments that have no row yet.
pub(crate) fn adopt(
    disk: &dyn Disk,
    index: &Index,
    folder: u32,
    dir: &Path,
) -> Result<(), OpenStore> {
    for id in list(disk, dir)? {
        let path = dir.join(file_name(id));
        let wrong = scan_error(&path);
        if index
            .write(|tables| tables.segment(id))?
            .is_some_and(|row| row.folder != folder)
        {
            continue;
        }
        let file = disk.open(&path, Access::Read).map_err(&wrong)?;
        if let SegmentHeader::Newer(found) = header_of(file.as_ref()).map_err(&wrong)? {
            return Err(OpenStore::NewerFormat {
                found,
                known: record::SEGMENT_VERSION,
            });
        }
        let mut rows: Vec<Found> = Vec::new();
        let mut visit = |offset: u64, record: record::Record<'_>| -> Result<(), Visit> {
            let flags = if record.flags & FLAG_PB_LEAF != 0 {
                ENTRY_PB_LEAF
            } else {
                0
            };
            let len = record.body.len() as u32;
            rows.push(Found {
                key: record.key,
                len,
                flags,
                offset,
            });
            if rows.len() >= REBUILD_ROWS {
                add(index, folder, id, &mut rows)?;
            }
            Ok(())
        };
        record::scan(file.as_ref(), SEGMENT_HEADER as u64, &mut visit).map_err(
            |error| match error {
                Visit::Scan(error) => wrong(error),
                Visit::Index(fault) => OpenStore::ReadIndex(fault),
            },
        )?;
        add(index, folder, id, &mut rows)?;
        let len = file.len().map_err(&wrong)?;
        index.write(|tables| {
            let live = tables.segment(id)?.map_or(0, |row| row.live);
            tables.set_segment(
                id,
                SegmentRow {
                    folder,
                    state: SegmentState::Sealed,
                    len,
                    live,
                },
            )
        })?;
    }
    Ok(())
}

/// A record on its way into a new index.
struct Found {
    key: Key,
    len: u32,
    flags: u8,
    offset: u64,
}

fn add(index: &Index, folder: u32, id: u64, rows: &mut Vec<Found>) -> Result<(), IndexFault> {
    if rows.is_empty() {
        return Ok(());
    }
    index.write(|tables| {
        for Found {
            key,
            len,
            flags,
            offset,
        } in rows.drain(..)
        {
            let (folder, segment) = (FolderId(folder), SegmentId(id));
            let location = Location::Segment {
                folder,
                segment,
                offset,
                len,
            };
            tables.add_location(&key, len, flags, location)?;
        }
        Ok(())
    })
}

enum Visit {
    Scan(io::Error),
    Index(IndexFault),
}

impl From<io::Error> for Visit {
    fn from(error: io::Error) -> Self {
        Self::Scan(error)
    }
}

impl From<IndexFault> for Visit {
    fn from(fault: IndexFault) -> Self {
        Self::Index(fault)
    }
}
