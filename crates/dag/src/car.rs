//! CAR version 1: many blocks in one stream.
//!
//! The writer makes byte buffers, the reader is pushed bytes in any split; neither does I/O.
//! Header and sections are bounded before they are buffered, so a hostile stream costs at most one
//! section of memory. Version 2 is refused by name.
//!
//! <https://ipld.io/specs/transport/car/carv1/>

use bytes::{Buf, Bytes, BytesMut};

use crate::links::{Cbor, FindLinks};
use crate::protobuf::put_varint;
use crate::{Block, Cid, MAX_BLOCK_LEN, VerifyBlock, verify};

/// The longest header that is read: about 25,000 roots.
pub const MAX_HEADER_LEN: usize = 1024 * 1024;
/// The longest section that is read: the largest block and its address.
pub const MAX_SECTION_LEN: usize = MAX_BLOCK_LEN + 128;

/// Makes the buffers of a CAR file: one header, then one section a block.
#[derive(Debug, Clone, Copy)]
pub struct CarWriter;

impl CarWriter {
    /// The header, naming `roots` in their order.
    pub fn header(roots: &[Cid]) -> Bytes {
        // {"roots": [links], "version": 1} in dag-cbor, keys in canonical order.
        let mut cbor = Vec::with_capacity(32 + roots.len() * 48);
        cbor.push(0xa2);
        cbor.push(0x65);
        cbor.extend_from_slice(b"roots");
        put_cbor_head(&mut cbor, 4, roots.len() as u64);
        for root in roots {
            cbor.extend_from_slice(&[0xd8, 42]);
            put_cbor_head(&mut cbor, 2, root.encoded_len() as u64 + 1);
            cbor.push(0);
            root.write_bytes(&mut cbor)
                .expect("BUG: writing to a Vec cannot fail");
        }
        cbor.push(0x67);
        cbor.extend_from_slice(b"version");
        cbor.push(1);
        let mut out = Vec::with_capacity(cbor.len() + 4);
        put_varint(&mut out, cbor.len() as u64);
        out.extend_from_slice(&cbor);
        Bytes::from(out)
    }

    /// What comes before the bytes of a block in its section; `len` is their number.
    pub fn section_prefix(cid: &Cid, len: usize) -> Bytes {
        let address_len = cid.encoded_len();
        let mut out = Vec::with_capacity(address_len + 8);
        put_varint(&mut out, (address_len + len) as u64);
        cid.write_bytes(&mut out)
            .expect("BUG: writing to a Vec cannot fail");
        Bytes::from(out)
    }

    /// One whole section, joined.
    pub fn section(cid: &Cid, block: &[u8]) -> Bytes {
        let mut out = BytesMut::with_capacity(cid.encoded_len() + 8 + block.len());
        out.extend_from_slice(&CarWriter::section_prefix(cid, block.len()));
        out.extend_from_slice(block);
        out.freeze()
    }
}

fn put_cbor_head(out: &mut Vec<u8>, major: u8, value: u64) {
    let major = major << 5;
    match value {
        0..=23 => out.push(major | value as u8),
        24..=0xff => out.extend_from_slice(&[major | 24, value as u8]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend_from_slice(&(value as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend_from_slice(&(value as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&value.to_be_bytes());
        }
    }
}

/// Whether the reader hashes each block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BlockCheck {
    /// Every block must match its address. Right for streams from elsewhere.
    #[default]
    Verify,
    /// The caller checks, or has reason to trust.
    Trust,
}

/// What a CAR stream holds next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CarPart {
    /// The header, once and first.
    Header {
        /// The roots it names, in order; may be none.
        roots: Vec<Cid>,
    },
    /// One block.
    Block(Block),
}

/// Why a CAR stream cannot be read on. Offsets count from its start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadCar {
    /// A length is not a varint.
    #[error("the length at byte {offset} of the CAR is malformed")]
    MalformedLength {
        /// Where it stands.
        offset: u64,
    },
    /// The header is longer than any real one: probably this is no CAR.
    #[error("this is not a CAR, or its header of {0} bytes is too long")]
    HeaderTooLong(u64),
    /// The header is not `{roots, version}` in dag-cbor.
    #[error("this is not a CAR: its header is malformed")]
    MalformedHeader,
    /// The header has a list of links that does not read.
    #[error("this is not a CAR: its roots are malformed")]
    ReadRoots(#[source] FindLinks),
    /// Another version of the format.
    #[error("this is a CAR of version {0}; only version 1 can be read")]
    UnsupportedVersion(u64),
    /// A section is longer than a block may be.
    #[error("the section at byte {offset} of the CAR is {len} bytes long, too long for a block")]
    SectionTooLong {
        /// Where it stands.
        offset: u64,
        /// How long it says it is.
        len: u64,
    },
    /// A section does not begin with an address.
    #[error("the section at byte {offset} of the CAR has no valid address")]
    SectionAddress {
        /// Where it stands.
        offset: u64,
        /// What is wrong with it.
        source: ::cid::Error,
    },
    /// A block does not match its address.
    #[error("the block at byte {offset} of the CAR is damaged")]
    VerifyBlock {
        /// Where its section stands.
        offset: u64,
        /// What is wrong with it.
        source: VerifyBlock,
    },
    /// The stream ended inside the header or a section.
    #[error("the CAR ends in the middle, at byte {offset}")]
    Truncated {
        /// Where the incomplete part begins.
        offset: u64,
    },
}

/// Reads a CAR stream that is pushed in pieces.
///
/// Push, then take parts until there are none, then push more: that bounds what is buffered to one
/// section and one piece. After an error the reader gives nothing more.
#[derive(Debug)]
pub struct CarReader {
    buffer: BytesMut,
    /// Where `buffer` begins in the stream.
    offset: u64,
    header_read: bool,
    failed: bool,
    check: BlockCheck,
}

impl CarReader {
    /// A reader at the start of a stream.
    pub fn new(check: BlockCheck) -> Self {
        CarReader {
            buffer: BytesMut::new(),
            offset: 0,
            header_read: false,
            failed: false,
            check,
        }
    }

    /// Appends the next piece of the stream.
    pub fn push(&mut self, piece: &[u8]) {
        if !self.failed {
            self.buffer.extend_from_slice(piece);
        }
    }

    /// The next complete part, or `None` when more must be pushed.
    pub fn next_part(&mut self) -> Result<Option<CarPart>, ReadCar> {
        if self.failed {
            return Ok(None);
        }
        let part = self.read_part();
        if part.is_err() {
            self.failed = true;
            self.buffer = BytesMut::new();
        }
        part
    }

    /// Says that the stream has ended: right only between sections, after the header.
    pub fn finish(self) -> Result<(), ReadCar> {
        if self.failed || (self.buffer.is_empty() && self.header_read) {
            Ok(())
        } else {
            Err(ReadCar::Truncated {
                offset: self.offset,
            })
        }
    }

    fn read_part(&mut self) -> Result<Option<CarPart>, ReadCar> {
        use unsigned_varint::decode::{self, Error};
        let offset = self.offset;
        let (len, rest) = match decode::u64(&self.buffer) {
            Ok(read) => read,
            Err(Error::Insufficient) => return Ok(None),
            Err(_) => return Err(ReadCar::MalformedLength { offset }),
        };
        let head_len = self.buffer.len() - rest.len();
        let limit = if self.header_read {
            MAX_SECTION_LEN
        } else {
            MAX_HEADER_LEN
        };
        let len = match usize::try_from(len) {
            Ok(len) if len <= limit => len,
            _ if self.header_read => return Err(ReadCar::SectionTooLong { offset, len }),
            _ => return Err(ReadCar::HeaderTooLong(len)),
        };
        // A header is a CBOR map: what is no CAR at all is told from its second byte.
        if !self.header_read && rest.first().is_some_and(|first| first >> 5 != 5) {
            return Err(ReadCar::MalformedHeader);
        }
        if rest.len() < len {
            self.buffer.reserve(len - rest.len());
            return Ok(None);
        }
        self.buffer.advance(head_len);
        let section = self.buffer.split_to(len).freeze();
        self.offset += (head_len + len) as u64;
        if !self.header_read {
            self.header_read = true;
            return read_header(&section).map(|roots| Some(CarPart::Header { roots }));
        }
        let mut rest = &section[..];
        let cid = Cid::read_bytes(&mut rest)
            .map_err(|source| ReadCar::SectionAddress { offset, source })?;
        let bytes = section.slice_ref(rest);
        if self.check == BlockCheck::Verify {
            verify(&cid, &bytes).map_err(|source| ReadCar::VerifyBlock { offset, source })?;
        }
        Ok(Some(CarPart::Block(Block { cid, bytes })))
    }
}

fn read_header(header: &[u8]) -> Result<Vec<Cid>, ReadCar> {
    let mut cbor = Cbor {
        bytes: header,
        at: 0,
    };
    let number = |cbor: &mut Cbor<'_>, major: u8| match cbor.head_number() {
        Ok((found, value)) if found == major => Ok(value),
        _ => Err(ReadCar::MalformedHeader),
    };
    let (mut version, mut roots) = (None, None);
    for _ in 0..number(&mut cbor, 5)?.min(3) {
        let len = number(&mut cbor, 3)?;
        match cbor.take(len) {
            Ok(b"version") if version.is_none() => {
                let found = number(&mut cbor, 0)?;
                if found != 1 {
                    return Err(ReadCar::UnsupportedVersion(found));
                }
                version = Some(found);
            }
            Ok(b"roots") if roots.is_none() => {
                let mut found = Vec::new();
                for _ in 0..number(&mut cbor, 4)? {
                    if number(&mut cbor, 6)? != 42 {
                        return Err(ReadCar::MalformedHeader);
                    }
                    found.push(cbor.link().map_err(ReadCar::ReadRoots)?);
                }
                roots = Some(found);
            }
            _ => return Err(ReadCar::MalformedHeader),
        }
    }
    match (version, roots) {
        (Some(_), Some(roots)) if cbor.at == header.len() => Ok(roots),
        _ => Err(ReadCar::MalformedHeader),
    }
}
