//! Segment files: a header, then records. See docs/format.md, "Block store".
//!
//! A reader never trusts a length it has not checked against a checksum: the record header carries
//! its own, so a scan can tell a torn record from a hole and find the next whole one.

use std::io;

use crate::disk::{DiskFile, read_exact_at};
use crate::key::{Key, MAX_KEY};

/// Length of the segment header in bytes.
pub(crate) const SEGMENT_HEADER: usize = 32;
/// The segment format this program writes.
pub(crate) const SEGMENT_VERSION: u32 = 1;
/// Length of a record's header in bytes.
pub(crate) const RECORD_HEADER: usize = 16;
/// Records start at multiples of this.
pub(crate) const ALIGN: u64 = 8;

const SEGMENT_MAGIC: &[u8; 8] = b"TRIBSEG\0";
const RECORD_MAGIC: &[u8; 4] = b"TBlk";
const KIND_BLOCK: u8 = 1;
const PADDING: [u8; 8] = [0; 8];

/// Set on dag-pb records that have no links.
pub(crate) const FLAG_PB_LEAF: u16 = 1;

/// The header of segment `id`.
pub(crate) fn segment_header(id: u64) -> [u8; SEGMENT_HEADER] {
    let mut header = [0; SEGMENT_HEADER];
    header[..8].copy_from_slice(SEGMENT_MAGIC);
    header[8..12].copy_from_slice(&SEGMENT_VERSION.to_le_bytes());
    header[12..20].copy_from_slice(&id.to_le_bytes());
    let crc = crc32fast::hash(&header[..28]);
    header[28..].copy_from_slice(&crc.to_le_bytes());
    header
}

/// What a segment header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SegmentHeader {
    /// A segment of this program, with its id.
    Known(u64),
    /// A newer format.
    Newer(u32),
    /// Not a segment, or torn.
    Damaged,
}

pub(crate) fn read_segment_header(bytes: &[u8]) -> SegmentHeader {
    let Some(bytes) = bytes.first_chunk::<SEGMENT_HEADER>() else {
        return SegmentHeader::Damaged;
    };
    if &bytes[..8] != SEGMENT_MAGIC || crc32fast::hash(&bytes[..28]) != le32(&bytes[28..]) {
        return SegmentHeader::Damaged;
    }
    match le32(&bytes[8..]) {
        SEGMENT_VERSION => SegmentHeader::Known(le64(&bytes[12..])),
        newer => SegmentHeader::Newer(newer),
    }
}

fn le32(bytes: &[u8]) -> u32 {
    bytes
        .first_chunk()
        .map_or(0, |four| u32::from_le_bytes(*four))
}

fn le64(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk()
        .map_or(0, |eight| u64::from_le_bytes(*eight))
}

/// Bytes a record takes in its segment, padding included.
pub(crate) fn record_len(key: &Key, len: u32) -> u64 {
    let exact = (RECORD_HEADER + key.as_bytes().len() + 4) as u64 + u64::from(len);
    exact.next_multiple_of(ALIGN)
}

/// The parts of a record around the block's bytes.
pub(crate) struct Frame {
    head: [u8; RECORD_HEADER + MAX_KEY],
    head_len: usize,
    tail: [u8; 12],
    tail_len: usize,
}

impl Frame {
    /// Frames a block of `len` bytes in `parts`.
    pub(crate) fn new(key: &Key, flags: u16, len: u32, parts: &[&[u8]]) -> Self {
        let mut head = [0; RECORD_HEADER + MAX_KEY];
        head[..4].copy_from_slice(RECORD_MAGIC);
        head[4] = KIND_BLOCK;
        head[5] = key.as_bytes().len() as u8;
        head[6..8].copy_from_slice(&flags.to_le_bytes());
        head[8..12].copy_from_slice(&len.to_le_bytes());
        let crc = crc32fast::hash(&head[..12]);
        head[12..16].copy_from_slice(&crc.to_le_bytes());
        let head_len = RECORD_HEADER + key.as_bytes().len();
        head[RECORD_HEADER..head_len].copy_from_slice(key.as_bytes());
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(key.as_bytes());
        for part in parts {
            hasher.update(part);
        }
        let mut tail = [0; 12];
        tail[..4].copy_from_slice(&hasher.finalize().to_le_bytes());
        let used = head_len as u64 + u64::from(len) + 4;
        let padding = (used.next_multiple_of(ALIGN) - used) as usize;
        tail[4..4 + padding].copy_from_slice(&PADDING[..padding]);
        Self {
            head,
            head_len,
            tail,
            tail_len: 4 + padding,
        }
    }

    pub(crate) fn head(&self) -> &[u8] {
        &self.head[..self.head_len]
    }

    pub(crate) fn tail(&self) -> &[u8] {
        &self.tail[..self.tail_len]
    }
}

/// A record's header, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordHeader {
    pub(crate) key_len: usize,
    pub(crate) flags: u16,
    pub(crate) len: u32,
}

impl RecordHeader {
    fn total(self) -> u64 {
        let exact = (RECORD_HEADER + self.key_len + 4) as u64 + u64::from(self.len);
        exact.next_multiple_of(ALIGN)
    }
}

fn read_header(bytes: &[u8]) -> Option<RecordHeader> {
    let bytes = bytes.first_chunk::<RECORD_HEADER>()?;
    if &bytes[..4] != RECORD_MAGIC
        || crc32fast::hash(&bytes[..12]) != le32(&bytes[12..])
        || bytes[4] != KIND_BLOCK
        || usize::from(bytes[5]) > MAX_KEY
    {
        return None;
    }
    let header = RecordHeader {
        key_len: usize::from(bytes[5]),
        flags: u16::from_le_bytes([bytes[6], bytes[7]]),
        len: le32(&bytes[8..]),
    };
    (header.len as usize <= dag::MAX_BLOCK_LEN).then_some(header)
}

/// A whole record whose checksum holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    pub(crate) key: Key,
    pub(crate) flags: u16,
    pub(crate) body: &'a [u8],
}

/// Decodes a record at the front of `bytes`, with both checksums.
pub(crate) fn decode(bytes: &[u8]) -> Option<Record<'_>> {
    let header = read_header(bytes)?;
    let rest = bytes.get(RECORD_HEADER..)?;
    let payload = header.key_len + header.len as usize;
    let crc = le32(rest.get(payload..payload + 4)?);
    let checked = rest.get(..payload)?;
    if crc32fast::hash(checked) != crc {
        return None;
    }
    let (key, body) = checked.split_at_checked(header.key_len)?;
    Some(Record {
        key: Key::from_bytes(key)?,
        flags: header.flags,
        body,
    })
}

/// Calls `visit` with the offset of every whole record between `from` and the end of the file,
/// stepping over damage; gives the end of the last whole record (or `from`).
pub(crate) fn scan<E: From<io::Error>>(
    file: &dyn DiskFile,
    from: u64,
    visit: &mut dyn FnMut(u64, Record<'_>) -> Result<(), E>,
) -> Result<u64, E> {
    let end = file.len()?;
    let mut at = from.next_multiple_of(ALIGN);
    let mut last = from;
    let mut buffer = Vec::new();
    let mut head = [0; RECORD_HEADER];
    while at.saturating_add(RECORD_HEADER as u64) <= end {
        read_exact_at(file, at, &mut head)?;
        if let Some(header) = read_header(&head) {
            // The last record may lack its padding.
            let exact = (RECORD_HEADER + header.key_len + 4) as u64 + u64::from(header.len);
            if at.saturating_add(exact) <= end {
                buffer.resize(exact as usize, 0);
                read_exact_at(file, at, &mut buffer)?;
                if let Some(record) = decode(&buffer) {
                    visit(at, record)?;
                    at += header.total();
                    last = at;
                    continue;
                }
            }
        }
        at = find_magic(file, at + ALIGN, end)?;
    }
    Ok(last)
}

/// The next aligned offset that could begin a record, or `end`.
fn find_magic(file: &dyn DiskFile, mut at: u64, end: u64) -> io::Result<u64> {
    let mut window = vec![0; 64 * 1024];
    while at < end {
        let count = file.read_at(at, &mut window)?;
        if count < ALIGN as usize {
            break;
        }
        let whole = count - count % ALIGN as usize;
        for (step, eight) in window[..whole].chunks_exact(ALIGN as usize).enumerate() {
            if eight.starts_with(RECORD_MAGIC) {
                return Ok(at + step as u64 * ALIGN);
            }
        }
        at += whole as u64;
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(key: &Key, flags: u16, parts: &[&[u8]]) -> Vec<u8> {
        let len = parts.iter().map(|part| part.len()).sum::<usize>() as u32;
        let frame = Frame::new(key, flags, len, parts);
        let mut bytes = frame.head().to_vec();
        parts.iter().for_each(|part| bytes.extend_from_slice(part));
        bytes.extend_from_slice(frame.tail());
        assert_eq!(
            bytes.len() as u64,
            record_len(key, len),
            "the length is known beforehand"
        );
        bytes
    }

    #[test]
    fn headers_tell_damage_from_a_newer_format() {
        let header = segment_header(7);
        assert_eq!(read_segment_header(&header), SegmentHeader::Known(7));
        assert_eq!(read_segment_header(&header[..31]), SegmentHeader::Damaged);
        let mut newer = header;
        newer[8] = 2;
        assert_eq!(read_segment_header(&newer), SegmentHeader::Damaged);
        let crc = crc32fast::hash(&newer[..28]);
        newer[28..].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(read_segment_header(&newer), SegmentHeader::Newer(2));
    }

    proptest! {
        #[test]
        fn records_round_trip(
            key in proptest::collection::vec(any::<u8>(), 2..=MAX_KEY),
            flags: u16,
            a in proptest::collection::vec(any::<u8>(), 0..300),
            b in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let key = Key::from_bytes(&key).unwrap();
            let bytes = encode(&key, flags, &[&a, &b]);
            let record = decode(&bytes).expect("what was encoded decodes");
            prop_assert_eq!(record.key, key);
            prop_assert_eq!(record.flags, flags);
            prop_assert_eq!(record.body, [a, b].concat());
        }

        #[test]
        fn a_flipped_bit_is_never_a_record(
            body in proptest::collection::vec(any::<u8>(), 0..200),
            at: prop::sample::Index,
            bit in 0..8_u32,
        ) {
            let key = Key::from_bytes(&[0x12, 2, 3, 4]).unwrap();
            let mut bytes = encode(&key, 0, &[&body]);
            let checked = RECORD_HEADER + 4 + body.len() + 4;
            let at = at.index(checked);
            bytes[at] ^= 1 << bit;
            prop_assert_eq!(decode(&bytes), None);
        }

        #[test]
        fn any_bytes_decode_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
            let _ = read_segment_header(&bytes);
        }
    }
}
