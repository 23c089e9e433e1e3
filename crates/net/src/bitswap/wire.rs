//! The bytes of bitswap messages: protobuf inside a length prefix.
//!
//! What it is: encoding and decoding of whole messages, for versions 1.2.0, 1.1.0 and 1.0.0.
//! What it is not: it reads no stream and hashes nothing; `frame` does the one, `Prefix::cid` the
//! other.
//!
//! Invariants:
//! - No bytes make the decoder panic, and what it allocates is a small multiple of its input.
//! - Block bytes are never copied: a decoded block is a slice of the message, an encoded message a
//!   list of pieces that holds the block as it came.
//!
//! Format: <https://specs.ipfs.tech/bitswap-protocol/>.

use bytes::{Bytes, BytesMut};
use cid::Cid;
use unsigned_varint::encode::{u64 as varint, u64_buffer};

use crate::bitswap::prefix::Prefix;

/// The longest message that is read, in bytes: what the specification allows and Helia enforces.
pub const MAX_MESSAGE_IN: usize = 4 * 1024 * 1024;
/// The longest message that is written, in bytes, so that every known reader accepts it: one
/// largest block (2 MiB) and its frame go over it by less than [`FRAME_SLACK`].
pub const MAX_MESSAGE_OUT: usize = 2 * 1024 * 1024;
/// What keys, lengths and a prefix take around the largest block.
pub const FRAME_SLACK: usize = 512;
/// The most want-list entries, blocks and presences read from one message, together.
///
/// Without it a message of 4 MiB could hold a million empty entries, each of which costs a hundred
/// bytes here.
pub const MAX_ITEMS: usize = 32_768;

/// A version of the protocol, as negotiated for a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Whole blocks without prefixes: CIDv0 only.
    V100,
    /// Blocks with CID prefixes.
    V110,
    /// Want-have, HAVE and DONT_HAVE.
    V120,
}

/// What is wanted of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WantKind {
    /// Its bytes.
    Block,
    /// Whether the peer has it.
    Have,
}

/// One entry of a want-list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Asks for a block.
    Want {
        /// Which block.
        cid: Cid,
        /// Bytes or presence.
        kind: WantKind,
        /// Larger is sooner.
        priority: i32,
        /// Whether the peer should say so when it has not got the block.
        send_dont_have: bool,
    },
    /// Takes a want back.
    Cancel(Cid),
}

/// Whether a peer has a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// It has.
    Have,
    /// It has not, or will not say.
    DontHave,
}

/// A block as it stands in a message: where it comes from is not proven yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// All of the address but the digest.
    pub prefix: Prefix,
    /// The bytes.
    pub data: Bytes,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// Changes to the want-list of the sender.
    pub entries: Vec<Entry>,
    /// Whether `entries` replaces the whole want-list.
    pub full: bool,
    /// Blocks.
    pub blocks: Vec<Payload>,
    /// Answers to want-have, and refusals.
    pub presences: Vec<(Cid, Presence)>,
    /// How many bytes the sender has ready for us beyond this message.
    pub pending_bytes: i32,
}

/// Why bytes are not a message.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum DecodeMessage {
    /// The message ends inside a field.
    #[error("the message ends inside a field")]
    Truncated,
    /// A number is longer than 64 bits.
    #[error("a number in the message is longer than 64 bits")]
    Varint,
    /// A field has number 0 or a group wire type.
    #[error("the message has an invalid field key {0:#x}")]
    Key(u64),
    /// A field that should hold bytes holds a number, or the other way round.
    #[error("field {0} of the message has the wrong type")]
    FieldType(u64),
    /// The address of an entry or a presence does not parse.
    #[error("an address in the message does not parse")]
    Cid,
    /// The prefix of a block does not parse.
    #[error("the prefix of a block does not parse")]
    Prefix,
    /// A block is longer than [`dag::MAX_BLOCK_LEN`].
    #[error("a block of {0} bytes is too long")]
    BlockLen(usize),
    /// There are more than [`MAX_ITEMS`] entries, blocks and presences.
    #[error("the message has too many entries")]
    TooManyItems,
}

impl Message {
    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && !self.full && self.blocks.is_empty() && self.presences.is_empty()
    }

    /// The message for a peer that speaks `version`, with its length in front, as pieces to write
    /// one after another. Empty when nothing of it can be said in that version.
    pub fn encode(&self, version: Version) -> Vec<Bytes> {
        let mut writer = Pieces::default();
        let entries = self.wantlist(version);
        if !entries.is_empty() {
            put_bytes(&mut writer.head, 1, &entries);
        }
        for block in &self.blocks {
            match version {
                Version::V100 => writer.block(2, &[], &block.data),
                Version::V110 | Version::V120 => {
                    let mut inner = BytesMut::with_capacity(16);
                    put_bytes(&mut inner, 1, &block.prefix.to_bytes());
                    put_key_len(&mut inner, 2, block.data.len());
                    writer.block(3, &inner, &block.data);
                }
            }
        }
        if version >= Version::V120 {
            for (cid, presence) in &self.presences {
                let mut inner = BytesMut::with_capacity(48);
                put_bytes(&mut inner, 1, &cid.to_bytes());
                if *presence == Presence::DontHave {
                    put_number(&mut inner, 2, 1);
                }
                put_bytes(&mut writer.head, 4, &inner);
            }
            if self.pending_bytes > 0 {
                put_number(&mut writer.head, 5, self.pending_bytes as u64);
            }
        }
        writer.finish()
    }

    fn wantlist(&self, version: Version) -> BytesMut {
        let mut list = BytesMut::new();
        let mut inner = BytesMut::with_capacity(64);
        for entry in &self.entries {
            inner.clear();
            match entry {
                Entry::Want {
                    kind: WantKind::Have,
                    ..
                } if version < Version::V120 => {
                    // An old peer would take it for a want of the bytes.
                    continue;
                }
                Entry::Want {
                    cid,
                    kind,
                    priority,
                    send_dont_have,
                } => {
                    put_bytes(&mut inner, 1, &cid.to_bytes());
                    // A negative int32 is sign-extended to 64 bits on the wire.
                    put_number(&mut inner, 2, i64::from(*priority) as u64);
                    if version >= Version::V120 {
                        if *kind == WantKind::Have {
                            put_number(&mut inner, 4, 1);
                        }
                        if *send_dont_have {
                            put_number(&mut inner, 5, 1);
                        }
                    }
                }
                Entry::Cancel(cid) => {
                    put_bytes(&mut inner, 1, &cid.to_bytes());
                    put_number(&mut inner, 3, 1);
                }
            }
            put_bytes(&mut list, 1, &inner);
        }
        if self.full {
            put_number(&mut list, 2, 1);
        }
        list
    }

    /// Reads one message, without its length prefix.
    pub fn decode(bytes: &Bytes) -> Result<Self, DecodeMessage> {
        let mut message = Message::default();
        let mut items = 0;
        for field in Fields::new(bytes) {
            let (number, value) = field?;
            match number {
                1 => message.read_wantlist(&value.bytes(1)?, &mut items)?,
                2 => {
                    count(&mut items)?;
                    message.blocks.push(Payload {
                        prefix: Prefix::V0,
                        data: block_len(value.bytes(2)?)?,
                    });
                }
                3 => {
                    count(&mut items)?;
                    message.blocks.push(read_payload(&value.bytes(3)?)?);
                }
                4 => {
                    count(&mut items)?;
                    message.presences.push(read_presence(&value.bytes(4)?)?);
                }
                5 => message.pending_bytes = value.number(5)? as i32,
                _ => {}
            }
        }
        Ok(message)
    }

    fn read_wantlist(&mut self, bytes: &Bytes, items: &mut usize) -> Result<(), DecodeMessage> {
        for field in Fields::new(bytes) {
            let (number, value) = field?;
            match number {
                1 => {
                    count(items)?;
                    self.entries.push(read_entry(&value.bytes(1)?)?);
                }
                2 => self.full = value.number(2)? != 0,
                _ => {}
            }
        }
        Ok(())
    }
}

fn count(items: &mut usize) -> Result<(), DecodeMessage> {
    *items += 1;
    if *items > MAX_ITEMS {
        return Err(DecodeMessage::TooManyItems);
    }
    Ok(())
}

fn block_len(data: Bytes) -> Result<Bytes, DecodeMessage> {
    if data.len() > dag::MAX_BLOCK_LEN {
        return Err(DecodeMessage::BlockLen(data.len()));
    }
    Ok(data)
}

fn read_entry(bytes: &Bytes) -> Result<Entry, DecodeMessage> {
    let (mut cid, mut priority, mut cancel) = (None, 1, false);
    let (mut kind, mut send_dont_have) = (WantKind::Block, false);
    for field in Fields::new(bytes) {
        let (number, value) = field?;
        match number {
            1 => cid = Some(read_cid(&value.bytes(1)?)?),
            2 => priority = value.number(2)? as i32,
            3 => cancel = value.number(3)? != 0,
            4 if value.number(4)? == 1 => kind = WantKind::Have,
            5 => send_dont_have = value.number(5)? != 0,
            _ => {}
        }
    }
    let cid = cid.ok_or(DecodeMessage::Cid)?;
    Ok(if cancel {
        Entry::Cancel(cid)
    } else {
        Entry::Want {
            cid,
            kind,
            priority,
            send_dont_have,
        }
    })
}

fn read_payload(bytes: &Bytes) -> Result<Payload, DecodeMessage> {
    let (mut prefix, mut data) = (None, Bytes::new());
    for field in Fields::new(bytes) {
        let (number, value) = field?;
        match number {
            1 => {
                let bytes = value.bytes(1)?;
                prefix = Some(Prefix::from_bytes(&bytes).ok_or(DecodeMessage::Prefix)?);
            }
            2 => data = block_len(value.bytes(2)?)?,
            _ => {}
        }
    }
    Ok(Payload {
        prefix: prefix.ok_or(DecodeMessage::Prefix)?,
        data,
    })
}

fn read_presence(bytes: &Bytes) -> Result<(Cid, Presence), DecodeMessage> {
    let (mut cid, mut presence) = (None, Presence::Have);
    for field in Fields::new(bytes) {
        let (number, value) = field?;
        match number {
            1 => cid = Some(read_cid(&value.bytes(1)?)?),
            2 if value.number(2)? != 0 => presence = Presence::DontHave,
            _ => {}
        }
    }
    Ok((cid.ok_or(DecodeMessage::Cid)?, presence))
}

fn read_cid(bytes: &[u8]) -> Result<Cid, DecodeMessage> {
    Cid::try_from(bytes).map_err(|_| DecodeMessage::Cid)
}

/// The content of one field.
enum Value {
    Number(u64),
    Bytes(Bytes),
    Fixed,
}

impl Value {
    fn bytes(&self, field: u64) -> Result<Bytes, DecodeMessage> {
        match self {
            Value::Bytes(bytes) => Ok(bytes.clone()),
            Value::Number(_) | Value::Fixed => Err(DecodeMessage::FieldType(field)),
        }
    }

    fn number(&self, field: u64) -> Result<u64, DecodeMessage> {
        match self {
            Value::Number(number) => Ok(*number),
            Value::Bytes(_) | Value::Fixed => Err(DecodeMessage::FieldType(field)),
        }
    }
}

/// The fields of one message, in wire order.
struct Fields<'a> {
    whole: &'a Bytes,
    at: usize,
}

impl<'a> Fields<'a> {
    fn new(whole: &'a Bytes) -> Self {
        Fields { whole, at: 0 }
    }

    fn field(&mut self) -> Result<(u64, Value), DecodeMessage> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let len = usize::try_from(self.varint()?).map_err(|_| DecodeMessage::Truncated)?;
                Value::Bytes(self.take(len)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            _ => return Err(DecodeMessage::Key(key)),
        };
        match key >> 3 {
            0 => Err(DecodeMessage::Key(key)),
            number => Ok((number, value)),
        }
    }

    /// Unlike a CID, a protobuf number need not be minimal.
    fn varint(&mut self) -> Result<u64, DecodeMessage> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.whole.get(self.at).ok_or(DecodeMessage::Truncated)?;
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(DecodeMessage::Varint)
    }

    fn take(&mut self, len: usize) -> Result<Bytes, DecodeMessage> {
        let end = self.at.checked_add(len).ok_or(DecodeMessage::Truncated)?;
        if end > self.whole.len() {
            return Err(DecodeMessage::Truncated);
        }
        let taken = self.whole.slice(self.at..end);
        self.at = end;
        Ok(taken)
    }
}

impl Iterator for Fields<'_> {
    type Item = Result<(u64, Value), DecodeMessage>;

    fn next(&mut self) -> Option<Self::Item> {
        (self.at < self.whole.len()).then(|| self.field())
    }
}

/// Pieces of a message: runs of small fields, and blocks as they came.
#[derive(Default)]
struct Pieces {
    head: BytesMut,
    done: Vec<Bytes>,
}

impl Pieces {
    /// A field of `inner ++ data`.
    fn block(&mut self, field: u64, inner: &[u8], data: &Bytes) {
        put_key_len(&mut self.head, field, inner.len() + data.len());
        self.head.extend_from_slice(inner);
        self.done.push(self.head.split().freeze());
        self.done.push(data.clone());
    }

    fn finish(mut self) -> Vec<Bytes> {
        if !self.head.is_empty() {
            self.done.push(self.head.freeze());
        }
        let len: usize = self.done.iter().map(Bytes::len).sum();
        if len == 0 {
            return Vec::new();
        }
        let mut buffer = u64_buffer();
        self.done
            .insert(0, Bytes::copy_from_slice(varint(len as u64, &mut buffer)));
        self.done
    }
}

fn put_varint(out: &mut BytesMut, value: u64) {
    let mut buffer = u64_buffer();
    out.extend_from_slice(varint(value, &mut buffer));
}

fn put_number(out: &mut BytesMut, field: u64, value: u64) {
    put_varint(out, field << 3);
    put_varint(out, value);
}

fn put_key_len(out: &mut BytesMut, field: u64, len: usize) {
    put_varint(out, field << 3 | 2);
    put_varint(out, len as u64);
}

fn put_bytes(out: &mut BytesMut, field: u64, value: &[u8]) {
    put_key_len(out, field, value.len());
    out.extend_from_slice(value);
}
