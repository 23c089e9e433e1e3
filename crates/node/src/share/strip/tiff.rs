//! TIFF: what says where it was made is struck from its directories and overwritten with zeros.
//!
//! That is the GPS directory of Exif, and what may say it once more: XMP, IPTC, Photoshop's
//! resources and the camera maker's own notes. TIFF 6.0; Exif: CIPA DC-008.

use super::{File, Metadata, Patches, place};
use crate::stream::ReadMedia;

/// Most directories of one file: a page each.
const MAX_DIRECTORIES: usize = 1024;
/// Most entries of one directory.
const MAX_ENTRIES: u16 = 4096;

const EXIF: u16 = 0x8769;
const GPS: u16 = 0x8825;
const XMP: u16 = 0x02bc;
const IPTC: u16 = 0x83bb;
const PHOTOSHOP: u16 = 0x8649;
const MAKER_NOTE: u16 = 0x927c;
const TELLING: [u16; 4] = [XMP, IPTC, PHOTOSHOP, MAKER_NOTE];
/// The one entry of a GPS directory that says nothing of a place; cameras write it alone.
const GPS_VERSION: u16 = 0;

/// A TIFF structure with one entry in its only directory: the orientation, big-endian.
pub(super) fn only_orientation(orientation: u8) -> [u8; 26] {
    // 42, the offset of the directory, one entry: tag 0x0112, type SHORT, one value, left-aligned;
    // no further directory.
    let mut tiff = *b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    tiff[19] = orientation;
    tiff
}

/// What has to change in the TIFF file, and whether it says a place; `None` when it cannot be read.
pub(super) fn look(file: &File<'_>) -> Result<Option<Metadata>, ReadMedia> {
    let Some(head) = file.bytes(0, 8)? else {
        return Ok(None);
    };
    let order = match head.get(..4) {
        Some(b"II\x2a\0") => Order::Little,
        Some(b"MM\0\x2a") => Order::Big,
        _ => return Ok(None),
    };
    let (mut patches, mut struck) = (Patches::default(), Vec::new());
    let mut open = vec![(order.u32(&head, 4), false)];
    let mut seen = std::collections::HashSet::new();
    while let Some((at, is_place)) = open.pop() {
        let Some(at) = at else { return Ok(None) };
        if at == 0 || !seen.insert(at) {
            continue;
        }
        if seen.len() > MAX_DIRECTORIES {
            return Ok(None);
        }
        let Some(read) = Directory::read(file, order, at.into())? else {
            return Ok(None);
        };
        let Some(more) = read.strike(file, &mut patches, &mut struck, is_place) else {
            return Ok(None);
        };
        open.extend(more.into_iter().map(|(at, is_place)| (Some(at), is_place)));
    }
    let mut has_place = false;
    for Struck { tag, at, len } in struck {
        has_place = has_place
            || match tag {
                GPS => true,
                XMP => place::in_xmp(&file.up_to(at, len)?),
                IPTC => place::in_iptc(&file.up_to(at, len)?),
                PHOTOSHOP => place::in_photoshop(&file.up_to(at, len)?),
                _ => false,
            };
    }
    Ok(Some(Metadata { patches, has_place }))
}

/// What goes from a directory, and where its value lies; all of a place is [`GPS`].
struct Struck {
    tag: u16,
    at: u64,
    len: u64,
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self {
            Order::Little => u16::from_le_bytes(bytes),
            Order::Big => u16::from_be_bytes(bytes),
        })
    }

    fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self {
            Order::Little => u32::from_le_bytes(bytes),
            Order::Big => u32::from_be_bytes(bytes),
        })
    }

    fn bytes(self, number: u16) -> [u8; 2] {
        match self {
            Order::Little => number.to_le_bytes(),
            Order::Big => number.to_be_bytes(),
        }
    }
}

/// A directory: its place in the file and its bytes, from the count to the offset of the next one.
struct Directory {
    order: Order,
    at: u64,
    bytes: bytes::Bytes,
}

impl Directory {
    fn read(file: &File<'_>, order: Order, at: u64) -> Result<Option<Self>, ReadMedia> {
        let count = file.bytes(at, 2)?.and_then(|bytes| order.u16(&bytes, 0));
        let Some(count) = count.filter(|count| *count <= MAX_ENTRIES) else {
            return Ok(None);
        };
        let bytes = file.bytes(at, 2 + 12 * u64::from(count) + 4)?;
        Ok(bytes.map(|bytes| Directory { order, at, bytes }))
    }

    /// Strikes what tells from it, or all of it when it `is_place`. Returns the directories it
    /// leads to, and whether each is one of places.
    fn strike(
        &self,
        file: &File<'_>,
        patches: &mut Patches,
        struck: &mut Vec<Struck>,
        is_place: bool,
    ) -> Option<Vec<(u32, bool)>> {
        let (order, bytes) = (self.order, &self.bytes);
        let entries = bytes.get(2..bytes.len().checked_sub(4)?)?;
        let mut more = Vec::new();
        let mut kept: Vec<u8> = Vec::with_capacity(entries.len());
        for entry in entries.chunks_exact(12) {
            let tag = order.u16(entry, 0)?;
            if !is_place && tag != GPS && !TELLING.contains(&tag) {
                if tag == EXIF {
                    more.push((order.u32(entry, 8)?, false));
                }
                kept.extend_from_slice(entry);
                continue;
            }
            if !is_place && tag == GPS {
                more.push((order.u32(entry, 8)?, true));
                continue;
            }
            let width = match order.u16(entry, 2)? {
                1 | 2 | 6 | 7 => 1,
                3 | 8 => 2,
                4 | 9 | 11 | 13 => 4,
                5 | 10 | 12 => 8,
                _ => return None,
            };
            let len = u64::from(order.u32(entry, 4)?).checked_mul(width)?;
            if is_place && tag != GPS_VERSION {
                struck.push(Struck {
                    tag: GPS,
                    at: 0,
                    len: 0,
                });
            }
            // What fits lies in the entry itself.
            if len > 4 {
                let at = u64::from(order.u32(entry, 8)?);
                at.checked_add(len).filter(|end| *end <= file.size)?;
                patches.fill(at, len, 0)?;
                if !is_place {
                    struck.push(Struck { tag, at, len });
                }
            }
        }
        let next = bytes.get(bytes.len().checked_sub(4)?..)?;
        if !is_place {
            more.push((order.u32(next, 0)?, false));
        }
        if kept.len() < entries.len() {
            let count = u16::try_from(kept.len() / 12).ok()?;
            let mut rest = order.bytes(count).to_vec();
            rest.extend_from_slice(&kept);
            rest.extend_from_slice(next);
            rest.resize(bytes.len(), 0);
            patches.put(self.at, rest)?;
        }
        Some(more)
    }
}
