//! The binary form of a row: a list of numbered fields.
//!
//! A stored row is one format byte and then fields, each
//! `varint(number) varint(length) bytes`, in ascending order of number. A field
//! at its default value is left out. A reader keeps fields it does not know in
//! [`Unknown`] and writes them back, so a row that a newer device wrote loses
//! nothing here. Decoding never panics: broken bytes are `None`.

/// The format byte in front of every stored row.
pub(crate) const FORMAT: u8 = 1;

/// Fields that a newer version wrote, kept as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unknown(pub(crate) Vec<(u32, Vec<u8>)>);

impl Unknown {
    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A value that fits into a field.
pub(crate) trait Field: Sized {
    /// True for the value that a missing field stands for.
    fn absent(&self) -> bool;
    fn put(&self, out: &mut Vec<u8>);
    fn take(bytes: &[u8]) -> Option<Self>;
}

/// A value that may be repeated in a list field.
pub(crate) trait Element: Field {}

/// A set of numbered fields.
pub(crate) trait Row: Default {
    fn put_fields(&self, out: &mut Vec<u8>);
    fn take_fields(bytes: &[u8]) -> Option<Self>;

    fn to_row(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(192);
        out.push(FORMAT);
        self.put_fields(&mut out);
        out
    }

    fn from_row(bytes: &[u8]) -> Option<Self> {
        let (format, fields) = bytes.split_first()?;
        if *format != FORMAT {
            None
        } else {
            Self::take_fields(fields)
        }
    }
}

pub(crate) fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(crate) fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    let mut shift = 0;
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u64::from(byte & 0x7f);
        if shift > 63 || (shift == 63 && part > 1) {
            return None;
        }
        value |= part << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
    }
}

fn take_prefixed<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(take_varint(bytes)?).ok()?;
    let (head, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(head)
}

/// Appends `put`'s bytes with their length in front. Lengths under 128 (almost
/// all) need no second copy.
fn put_prefixed(out: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.push(0);
    put(out);
    let length = out.len() - at - 1;
    if let (Ok(short @ 0..=0x7f), Some(slot)) = (u8::try_from(length), out.get_mut(at)) {
        *slot = short;
        return;
    }
    let mut prefix = Vec::with_capacity(5);
    put_varint(length as u64, &mut prefix);
    out.splice(at..=at, prefix);
}

pub(crate) fn put_field(out: &mut Vec<u8>, number: u32, field: &impl Field) {
    if !field.absent() {
        put_varint(u64::from(number), out);
        put_prefixed(out, |out| field.put(out));
    }
}

pub(crate) fn take_field<'b>(bytes: &mut &'b [u8]) -> Option<(u32, &'b [u8])> {
    let number = u32::try_from(take_varint(bytes)?).ok()?;
    Some((number, take_prefixed(bytes)?))
}

impl Unknown {
    pub(crate) fn put_fields(&self, out: &mut Vec<u8>) {
        for (number, bytes) in &self.0 {
            put_varint(u64::from(*number), out);
            put_prefixed(out, |out| out.extend_from_slice(bytes));
        }
    }
}

/// Implements [`Row`] and [`Field`] for a struct that has an `unknown` field.
macro_rules! row {
    ($ty:ty { $($number:literal $field:ident),* $(,)? }) => {
        impl crate::row::Row for $ty {
            fn put_fields(&self, out: &mut Vec<u8>) {
                $( crate::row::put_field(out, $number, &self.$field); )*
                self.unknown.put_fields(out);
            }
            fn take_fields(mut bytes: &[u8]) -> Option<Self> {
                let mut row = Self::default();
                while !bytes.is_empty() {
                    let (number, field) = crate::row::take_field(&mut bytes)?;
                    match number {
                        $( $number => row.$field = crate::row::Field::take(field)?, )*
                        _ => row.unknown.0.push((number, field.to_vec())),
                    }
                }
                Some(row)
            }
        }
        impl crate::row::Field for $ty {
            fn absent(&self) -> bool {
                *self == Self::default()
            }
            fn put(&self, out: &mut Vec<u8>) {
                crate::row::Row::put_fields(self, out);
            }
            fn take(bytes: &[u8]) -> Option<Self> {
                crate::row::Row::take_fields(bytes)
            }
        }
        impl crate::row::Element for $ty {}
    };
}
pub(crate) use row;

/// Implements [`Field`] for a field-less enum by number. A number from a newer
/// version reads as the fallback.
macro_rules! coded {
    ($ty:ident, $fallback:ident { $($code:literal $variant:ident),* $(,)? }) => {
        impl $ty {
            pub(crate) fn code(self) -> u8 {
                match self { $( Self::$variant => $code, )* }
            }
            #[allow(dead_code)]
            pub(crate) fn from_code(code: u8) -> Self {
                match code { $( $code => Self::$variant, )* _ => Self::$fallback }
            }
        }
        impl crate::row::Field for $ty {
            fn absent(&self) -> bool {
                false
            }
            fn put(&self, out: &mut Vec<u8>) {
                out.push(self.code());
            }
            fn take(bytes: &[u8]) -> Option<Self> {
                bytes.first().map(|code| Self::from_code(*code))
            }
        }
    };
}
pub(crate) use coded;

macro_rules! unsigned {
    ($($ty:ty)*) => { $(
        impl Field for $ty {
            fn absent(&self) -> bool {
                *self == 0
            }
            fn put(&self, out: &mut Vec<u8>) {
                put_varint(u64::from(*self), out);
            }
            fn take(mut bytes: &[u8]) -> Option<Self> {
                take_varint(&mut bytes)?.try_into().ok()
            }
        }
    )* };
}
unsigned!(u8 u16 u32 u64);

impl Field for i64 {
    fn absent(&self) -> bool {
        *self == 0
    }
    fn put(&self, out: &mut Vec<u8>) {
        put_varint(((self << 1) ^ (self >> 63)) as u64, out);
    }
    fn take(mut bytes: &[u8]) -> Option<Self> {
        let value = take_varint(&mut bytes)?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }
}

impl Field for i32 {
    fn absent(&self) -> bool {
        *self == 0
    }
    fn put(&self, out: &mut Vec<u8>) {
        i64::from(*self).put(out);
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        i64::take(bytes)?.try_into().ok()
    }
}

impl Field for f64 {
    fn absent(&self) -> bool {
        false
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_bits().to_le_bytes());
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        Some(f64::from_bits(u64::from_le_bytes(bytes.try_into().ok()?)))
    }
}

impl Field for bool {
    fn absent(&self) -> bool {
        !self
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        bytes.first().map(|byte| *byte != 0)
    }
}

impl Field for String {
    fn absent(&self) -> bool {
        self.is_empty()
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    }
}
impl Element for String {}

impl Field for Vec<u8> {
    fn absent(&self) -> bool {
        self.is_empty()
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        Some(bytes.to_vec())
    }
}

impl<T: Element> Field for Vec<T> {
    fn absent(&self) -> bool {
        self.is_empty()
    }
    fn put(&self, out: &mut Vec<u8>) {
        for element in self {
            put_prefixed(out, |out| element.put(out));
        }
    }
    fn take(mut bytes: &[u8]) -> Option<Self> {
        let mut list = Vec::new();
        while !bytes.is_empty() {
            list.push(T::take(take_prefixed(&mut bytes)?)?);
        }
        Some(list)
    }
}

/// Present means `Some`; inside another option or a stamp, one leading byte
/// tells the two apart, so an empty text stays different from none.
impl<T: Field> Field for Option<T> {
    fn absent(&self) -> bool {
        self.is_none()
    }
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => {
                out.push(1);
                value.put(out);
            }
            None => out.push(0),
        }
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (0, _) => Some(None),
            (_, rest) => T::take(rest).map(Some),
        }
    }
}

impl Field for serde_json::Value {
    fn absent(&self) -> bool {
        self.is_null()
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.to_string().as_bytes());
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

impl Element for cid::Cid {}
impl Element for crate::ids::ItemId {}
impl Field for cid::Cid {
    fn absent(&self) -> bool {
        *self == cid::Cid::default()
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_bytes());
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        cid::Cid::try_from(bytes).ok()
    }
}

impl serde::Serialize for Unknown {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(
            self.0
                .iter()
                .map(|(number, bytes)| (number, crate::ids::to_hex(bytes))),
        )
    }
}

impl<'de> serde::Deserialize<'de> for Unknown {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let list = Vec::<(u32, String)>::deserialize(from)?;
        list.into_iter()
            .map(|(number, hex)| Some((number, crate::ids::from_hex(&hex)?)))
            .collect::<Option<_>>()
            .map(Unknown)
            .ok_or_else(|| serde::de::Error::custom("unknown fields are pairs of number and hex"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Default, PartialEq, Clone)]
    struct Old {
        name: String,
        unknown: Unknown,
    }
    row!(Old { 1 name });

    #[derive(Debug, Default, PartialEq, Clone)]
    struct New {
        name: String,
        size: u64,
        note: Option<String>,
        shift: i64,
        parts: Vec<String>,
        unknown: Unknown,
    }
    row!(New { 1 name, 2 size, 3 note, 4 shift, 5 parts });

    proptest! {
        #[test]
        fn rows_round_trip_through_an_older_reader(
            name in ".{0,200}", size: u64, note in proptest::option::of(".{0,3}"), shift: i64,
            parts in proptest::collection::vec(".{0,9}", 0..4),
        ) {
            let new = New { name, size, note, shift, parts, unknown: Unknown::default() };
            let old = Old::from_row(&new.to_row()).expect("an older reader accepts the row");
            prop_assert_eq!(New::from_row(&old.to_row()), Some(new));
        }

        #[test]
        fn broken_bytes_are_refused_without_a_panic(bytes: Vec<u8>) {
            let _ = New::from_row(&bytes);
        }
    }
}
