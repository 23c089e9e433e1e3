//! AVIF and HEIC containers (ISO/IEC 23008-12): size, turn and coded tiles.
//!
//! Not a decoder: it finds the primary item and hands out its coded bytes.

use crate::mp4::boxes::{self, Boxes, be16, be32, find};
use crate::reader::FileReader;
use crate::wire::Failure;

/// Largest item index.
const MAX_META: u64 = 8 * 1024 * 1024;
/// Largest coded picture.
const MAX_CODED: usize = 128 * 1024 * 1024;
/// Most tiles of a grid.
const MAX_TILES: usize = 1024;

/// The primary picture of a file.
#[derive(Debug)]
pub(crate) struct Still {
    /// Stored size, before the turn.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The container's own turn as an EXIF orientation; EXIF itself must then be ignored.
    pub(crate) orientation: u8,
    /// Item type of the coded pictures: `av01` or `hvc1`.
    #[cfg_attr(not(feature = "gstreamer"), allow(dead_code))]
    pub(crate) coding: [u8; 4],
    /// Columns and rows of tiles; one by one for a plain picture.
    #[cfg_attr(not(feature = "gstreamer"), allow(dead_code))]
    pub(crate) grid: (u32, u32),
    /// Decoder configuration (`av1C` or `hvcC` body).
    #[cfg_attr(not(feature = "gstreamer"), allow(dead_code))]
    pub(crate) configuration: Vec<u8>,
    /// Embedded ICC profile.
    #[cfg_attr(not(feature = "gstreamer"), allow(dead_code))]
    pub(crate) profile: Option<Vec<u8>>,
    tiles: Vec<Vec<Extent>>,
    data: Vec<u8>,
}

/// A run of bytes in the file, or in the index's own data box.
#[derive(Clone, Copy, Debug)]
struct Extent {
    offset: u64,
    length: u64,
    inside_index: bool,
}

/// Finds the primary picture.
pub(crate) fn read(file: &FileReader) -> Result<Still, Failure> {
    let broken = || Failure::Damaged("the picture's index (meta box)".into());
    let meta = meta_box(file).ok_or_else(broken)?;
    parse(&meta).ok_or_else(broken)
}

fn meta_box(file: &FileReader) -> Option<Vec<u8>> {
    let mut offset = 0;
    for _ in 0..64 {
        let head = file.bytes_at(offset, 16).ok()?;
        let (kind, head, size) = boxes::header(&head, file.size().checked_sub(offset)?)?;
        if &kind == b"meta" {
            let length = size.checked_sub(head)?;
            // Version and flags come before the boxes inside.
            return (length <= MAX_META).then(|| {
                file.bytes_at(
                    offset + head + 4,
                    usize::try_from(length.saturating_sub(4)).ok()?,
                )
                .ok()
            })?;
        }
        offset = offset
            .checked_add(size)
            .filter(|next| *next < file.size())?;
    }
    None
}

fn parse(meta: &[u8]) -> Option<Still> {
    let pitm = find(meta, b"pitm")?;
    let primary = id(pitm, 4, pitm.first()? > &0)?;
    let kind = item_type(find(meta, b"iinf")?, primary)?;
    let properties = find(meta, b"iprp")?;
    let shared: Vec<([u8; 4], &[u8])> = Boxes::new(find(properties, b"ipco")?).collect();
    let own = |item: u32| -> Vec<([u8; 4], &[u8])> {
        let indexes = Boxes::new(properties)
            .filter(|(kind, _)| kind == b"ipma")
            .find_map(|(_, ipma)| associations(ipma, item))
            .unwrap_or_default();
        indexes
            .iter()
            .filter_map(|i| shared.get(usize::from(*i).checked_sub(1)?).copied())
            .collect()
    };
    let of_primary = own(primary);
    let property = |list: &[([u8; 4], &[u8])], kind: &[u8; 4]| {
        list.iter()
            .find(|(k, _)| k == kind)
            .map(|(_, body)| body.to_vec())
    };
    // There may be two: numbers for video players, and a profile.
    let profile = of_primary
        .iter()
        .filter(|(kind, _)| kind == b"colr")
        .find_map(|(_, body)| body.strip_prefix(b"prof").or(body.strip_prefix(b"rICC")))
        .map(<[u8]>::to_vec);
    let ispe = property(&of_primary, b"ispe")?;
    let (width, height) = (be32(&ispe, 4)?, be32(&ispe, 8)?);
    let data = find(meta, b"idat").map(<[u8]>::to_vec).unwrap_or_default();
    let iloc = find(meta, b"iloc")?;
    let (grid, coded) = if &kind == b"grid" {
        let shape = extents(iloc, primary)?;
        let shape = shape.first().filter(|extent| extent.inside_index)?;
        let start = usize::try_from(shape.offset).ok()?;
        let shape = data.get(start..)?;
        let (rows, columns) = (u32::from(*shape.get(2)?) + 1, u32::from(*shape.get(3)?) + 1);
        ((columns, rows), references(find(meta, b"iref")?, primary)?)
    } else {
        ((1, 1), vec![primary])
    };
    let first = *coded.first()?;
    let coding = item_type(find(meta, b"iinf")?, first)?;
    let of_first = own(first);
    let configuration = property(&of_first, b"av1C").or_else(|| property(&of_first, b"hvcC"))?;
    if coded.len() > MAX_TILES || coded.len() != (grid.0 * grid.1) as usize {
        return None;
    }
    let tiles: Option<Vec<_>> = coded.iter().map(|item| extents(iloc, *item)).collect();
    let turn = property(&of_primary, b"irot")
        .and_then(|b| b.first().map(|n| n & 3))
        .unwrap_or(0);
    let mirror = property(&of_primary, b"imir").and_then(|b| b.first().map(|n| n & 1));
    Some(Still {
        width,
        height,
        orientation: orientation(turn, mirror),
        coding,
        grid,
        configuration,
        profile,
        tiles: tiles?,
        data,
    })
}

/// `irot` turns anti-clockwise by quarters first, then `imir` mirrors top to
/// bottom (0) or left to right (1).
fn orientation(quarters: u8, mirror: Option<u8>) -> u8 {
    match (quarters, mirror) {
        (0, None) => 1,
        (1, None) => 8,
        (2, None) => 3,
        (_, None) => 6,
        (0, Some(1)) | (2, Some(0)) => 2,
        (0, Some(_)) | (2, Some(_)) => 4,
        (1, Some(1)) | (3, Some(0)) => 5,
        (_, Some(_)) => 7,
    }
}

impl Still {
    /// Coded bytes of each tile in order.
    #[cfg_attr(not(feature = "gstreamer"), allow(dead_code))]
    pub(crate) fn coded(&self, file: &FileReader) -> Result<Vec<Vec<u8>>, Failure> {
        let mut left = MAX_CODED;
        let mut tiles = Vec::with_capacity(self.tiles.len());
        for extents in &self.tiles {
            let mut bytes = Vec::new();
            for extent in extents {
                let length = usize::try_from(extent.length).unwrap_or(usize::MAX);
                left = left
                    .checked_sub(length)
                    .ok_or_else(|| Failure::TooLarge("the coded picture".into()))?;
                let part = if extent.inside_index {
                    let start = usize::try_from(extent.offset).unwrap_or(usize::MAX);
                    let end = start.saturating_add(length);
                    self.data.get(start..end).unwrap_or_default().to_vec()
                } else {
                    let read = file.bytes_at(extent.offset, length);
                    read.map_err(|_| Failure::Damaged("the coded picture".into()))?
                };
                if part.len() != length {
                    return Err(Failure::Damaged("the coded picture is cut short".into()));
                }
                bytes.extend_from_slice(&part);
            }
            tiles.push(bytes);
        }
        Ok(tiles)
    }
}

fn id(bytes: &[u8], offset: usize, wide: bool) -> Option<u32> {
    if wide {
        be32(bytes, offset)
    } else {
        be16(bytes, offset).map(u32::from)
    }
}

fn item_type(iinf: &[u8], item: u32) -> Option<[u8; 4]> {
    let entries = if *iinf.first()? == 0 { 6 } else { 8 };
    Boxes::new(iinf.get(entries..)?)
        .filter(|(kind, _)| kind == b"infe")
        .find_map(|(_, infe)| {
            let version = *infe.first()?;
            let wide = version >= 3;
            let kind_at = if wide { 10 } else { 8 };
            (version >= 2 && id(infe, 4, wide)? == item)
                .then(|| infe.get(kind_at..kind_at + 4)?.try_into().ok())?
        })
}

/// Indexes of an item's properties, from 1.
fn associations(ipma: &[u8], item: u32) -> Option<Vec<u16>> {
    let wide_id = *ipma.first()? >= 1;
    let wide_index = ipma.get(3)? & 1 == 1;
    let count = be32(ipma, 4)?;
    let mut at = 8;
    for _ in 0..count.min(65_536) {
        let this = id(ipma, at, wide_id)?;
        at += if wide_id { 4 } else { 2 };
        let many = usize::from(*ipma.get(at)?);
        at += 1;
        let width = if wide_index { 2 } else { 1 };
        if this == item {
            return (0..many)
                .map(|i| {
                    if wide_index {
                        be16(ipma, at + i * 2).map(|v| v & 0x7FFF)
                    } else {
                        ipma.get(at + i).map(|v| u16::from(v & 0x7F))
                    }
                })
                .collect();
        }
        at += many * width;
    }
    None
}

/// Items that a derived picture is made from (`dimg`).
fn references(iref: &[u8], item: u32) -> Option<Vec<u32>> {
    let wide = *iref.first()? >= 1;
    let width = if wide { 4 } else { 2 };
    Boxes::new(iref.get(4..)?)
        .filter(|(kind, _)| kind == b"dimg")
        .find_map(|(_, body)| {
            let count = usize::from(be16(body, width)?);
            (id(body, 0, wide)? == item).then(|| {
                (0..count)
                    .map(|i| id(body, width + 2 + i * width, wide))
                    .collect::<Option<_>>()
            })?
        })
}

/// ISO/IEC 14496-12 section 8.11.3.
fn extents(iloc: &[u8], item: u32) -> Option<Vec<Extent>> {
    let version = *iloc.first()?;
    let (sizes, more) = (*iloc.get(4)?, *iloc.get(5)?);
    let (offset_size, length_size) = (usize::from(sizes >> 4), usize::from(sizes & 15));
    let (base_size, index_size) = (
        usize::from(more >> 4),
        if version > 0 {
            usize::from(more & 15)
        } else {
            0
        },
    );
    let mut at = 6;
    let mut take = |size: usize| -> Option<u64> {
        let bytes = iloc.get(at..at + size).filter(|_| size <= 8)?;
        at += size;
        Some(bytes.iter().fold(0, |n, byte| (n << 8) | u64::from(*byte)))
    };
    let wide = if version < 2 { 2 } else { 4 };
    let items = take(wide)?;
    for _ in 0..items.min(65_536) {
        let this = take(wide)?;
        let method = if version > 0 { take(2)? & 15 } else { 0 };
        let _reference = take(2)?;
        let base = take(base_size)?;
        let count = take(2)?;
        let mut list = Vec::new();
        for _ in 0..count {
            take(index_size)?;
            let offset = base.checked_add(take(offset_size)?)?;
            let length = take(length_size)?;
            list.push(Extent {
                offset,
                length,
                inside_index: method == 1,
            });
        }
        if this == u64::from(item) {
            return (method <= 1 && !list.is_empty()).then_some(list);
        }
    }
    None
}
