//! The small part of the protobuf wire format that dag-pb and UnixFS use.
//!
//! Reads are borrowed and bounded by their input; varints must be minimal, as every known writer
//! makes them. <https://protobuf.dev/programming-guides/encoding/>

/// Why bytes are not protobuf fields.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum DecodeProtobuf {
    /// The input ends inside a field.
    #[error("the message ends inside a field")]
    Truncated,
    /// A number is longer than 64 bits or written longer than needed.
    #[error("a number in the message is not a minimal 64-bit varint")]
    Varint,
    /// A field has number 0, one over 2^29 - 1, or a group wire type.
    #[error("the message has an invalid field key {0:#x}")]
    Key(u64),
}

/// The content of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 2.
    Bytes(&'a [u8]),
    /// Wire types 1 and 5, whose content nobody here needs.
    Fixed,
}

/// The fields of one message, in wire order.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Fields { rest: message }
    }

    fn field(&mut self) -> Result<(u32, Value<'a>), DecodeProtobuf> {
        let key = self.varint()?;
        let number = match u32::try_from(key >> 3) {
            Ok(number) if number != 0 && number < 1 << 29 => number,
            _ => return Err(DecodeProtobuf::Key(key)),
        };
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => {
                self.take(8)?;
                Value::Fixed
            }
            2 => {
                let len = usize::try_from(self.varint()?).map_err(|_| DecodeProtobuf::Truncated)?;
                Value::Bytes(self.take(len)?)
            }
            5 => {
                self.take(4)?;
                Value::Fixed
            }
            _ => return Err(DecodeProtobuf::Key(key)),
        };
        Ok((number, value))
    }

    fn varint(&mut self) -> Result<u64, DecodeProtobuf> {
        let (value, rest) = read_varint(self.rest)?;
        self.rest = rest;
        Ok(value)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeProtobuf> {
        let (taken, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or(DecodeProtobuf::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), DecodeProtobuf>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Reads one varint from the front; returns it and what follows.
pub(crate) fn read_varint(bytes: &[u8]) -> Result<(u64, &[u8]), DecodeProtobuf> {
    use unsigned_varint::decode::Error;
    unsigned_varint::decode::u64(bytes).map_err(|error| match error {
        Error::Insufficient => DecodeProtobuf::Truncated,
        _ => DecodeProtobuf::Varint,
    })
}

/// Appends one varint.
pub(crate) fn put_varint(out: &mut Vec<u8>, value: u64) {
    let mut buffer = unsigned_varint::encode::u64_buffer();
    out.extend_from_slice(unsigned_varint::encode::u64(value, &mut buffer));
}

/// How many bytes [`put_varint`] appends.
pub(crate) fn varint_len(value: u64) -> usize {
    // Seven bits a byte, and zero takes one byte too.
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// Appends a varint field.
pub(crate) fn put_number(out: &mut Vec<u8>, field: u32, value: u64) {
    put_varint(out, u64::from(field) << 3);
    put_varint(out, value);
}

/// Appends a length-delimited field.
pub(crate) fn put_bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    put_key_len(out, field, value.len());
    out.extend_from_slice(value);
}

/// Appends the key and length of a length-delimited field, whose content the caller appends.
pub(crate) fn put_key_len(out: &mut Vec<u8>, field: u32, len: usize) {
    put_varint(out, u64::from(field) << 3 | 2);
    put_varint(out, len as u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varint_lengths_agree_with_what_is_written() {
        for shift in 0..64 {
            for value in [1u64 << shift, (1u64 << shift) - 1, u64::MAX >> shift] {
                let mut out = Vec::new();
                put_varint(&mut out, value);
                assert_eq!(out.len(), varint_len(value), "{value}");
                assert_eq!(read_varint(&out), Ok((value, &[][..])));
            }
        }
    }

    #[test]
    fn bad_fields_end_the_message_with_one_error() {
        let cases: [(&[u8], DecodeProtobuf); 6] = [
            (&[0x08], DecodeProtobuf::Truncated),
            (&[0x0a, 0x05, 1], DecodeProtobuf::Truncated),
            (&[0x08, 0x80, 0x00], DecodeProtobuf::Varint),
            (&[0x00, 0x00], DecodeProtobuf::Key(0)),
            (&[0x0b], DecodeProtobuf::Key(0x0b)),
            (&[0x09, 1, 2, 3], DecodeProtobuf::Truncated),
        ];
        for (bytes, error) in cases {
            let all: Vec<_> = Fields::new(bytes).collect();
            assert_eq!(all, vec![Err(error)], "{bytes:02x?}");
        }
    }
}
