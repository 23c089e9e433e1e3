//! Boxes of ISO base media files: safe reads of untrusted bytes.

/// Kind, header length and total size of the box whose first bytes are given;
/// `left` is how much of the file remains from its start. `None` at the end
/// or when the size is impossible.
pub(crate) fn header(bytes: &[u8], left: u64) -> Option<([u8; 4], u64, u64)> {
    let size = be32(bytes, 0)?;
    let kind: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
    let (head, size) = match size {
        0 => (8, left),
        1 => (16, be64(bytes, 8)?),
        size => (8, u64::from(size)),
    };
    (size >= head).then_some((kind, head, size))
}

/// The boxes inside a body; ends at the first that does not fit.
pub(crate) struct Boxes<'a> {
    rest: &'a [u8],
}

impl<'a> Boxes<'a> {
    pub(crate) fn new(body: &'a [u8]) -> Self {
        Boxes { rest: body }
    }
}

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, head, size) = header(self.rest, self.rest.len() as u64)?;
        let (head, size) = (usize::try_from(head).ok()?, usize::try_from(size).ok()?);
        let body = self.rest.get(head..size)?;
        self.rest = self.rest.get(size..)?;
        Some((kind, body))
    }
}

/// Body of the first box of a kind.
pub(crate) fn find<'a>(body: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    Boxes::new(body)
        .find(|(k, _)| k == kind)
        .map(|(_, body)| body)
}

pub(crate) fn be16(bytes: &[u8], offset: usize) -> Option<u16> {
    let end = offset.checked_add(2)?;
    Some(u16::from_be_bytes(bytes.get(offset..end)?.try_into().ok()?))
}

pub(crate) fn be32(bytes: &[u8], offset: usize) -> Option<u32> {
    let end = offset.checked_add(4)?;
    Some(u32::from_be_bytes(bytes.get(offset..end)?.try_into().ok()?))
}

pub(crate) fn be64(bytes: &[u8], offset: usize) -> Option<u64> {
    let end = offset.checked_add(8)?;
    Some(u64::from_be_bytes(bytes.get(offset..end)?.try_into().ok()?))
}
