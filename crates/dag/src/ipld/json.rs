//! dag-json: a value as JSON, with links as `{"/": "bafy..."}` and bytes as
//! `{"/": {"bytes": "base64"}}`.
//!
//! Written without white space, keys sorted by bytes, floats with a point or an exponent: as the
//! JavaScript and Go implementations do. Read with any white space and order of keys; a key that
//! stands twice, a number outside the data model, and a map that half looks like a link or bytes
//! are refused. <https://ipld.io/specs/codecs/dag-json/spec/>

use std::collections::BTreeMap;

use data_encoding::BASE64_NOPAD;

use super::{Budget, EncodeIpld, Ipld, MAX_DEPTH, MAX_INTEGER, MAX_ITEMS, MIN_INTEGER};
use crate::{Cid, MAX_BLOCK_LEN};

mod text;

/// Why a text is not dag-json. Offsets count bytes from its start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeJson {
    /// The text is longer than a block may be.
    #[error("the text is {0} bytes long, more than a block may be")]
    TooLong(usize),
    /// The text is not JSON.
    #[error("the text is not JSON at byte {0}")]
    Syntax(usize),
    /// A string has a broken escape or a control character.
    #[error("the string that starts at byte {0} is malformed")]
    String(usize),
    /// A number is no number, or outside of the data model.
    #[error("the number at byte {0} is none of the data model")]
    Number(usize),
    /// A key stands twice in one map.
    #[error("the key at byte {0} stands twice in its map")]
    DuplicateKey(usize),
    /// A map has the key `/` but is neither a link nor bytes.
    #[error("the map that ends at byte {0} is neither a link nor bytes")]
    ReservedKey(usize),
    /// Lists and maps nest too deep.
    #[error("the text nests deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// There are too many values.
    #[error("the text has more than {MAX_ITEMS} values")]
    TooManyItems,
}

/// Reads one block, which is UTF-8 text.
pub fn decode(block: &[u8]) -> Result<Ipld, DecodeJson> {
    if block.len() > MAX_BLOCK_LEN {
        return Err(DecodeJson::TooLong(block.len()));
    }
    let text = std::str::from_utf8(block).map_err(|e| DecodeJson::Syntax(e.valid_up_to()))?;
    let mut reader = Reader {
        text,
        at: 0,
        budget: Budget::new(),
    };
    let value = reader.value(0)?;
    reader.space();
    if reader.at == text.len() {
        Ok(value)
    } else {
        Err(DecodeJson::Syntax(reader.at))
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    budget: Budget,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Skips white space and takes `byte` if it comes next.
    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn value(&mut self, depth: usize) -> Result<Ipld, DecodeJson> {
        self.budget.spend().ok_or(DecodeJson::TooManyItems)?;
        self.space();
        for (word, value) in [
            ("null", Ipld::Null),
            ("true", Ipld::Bool(true)),
            ("false", Ipld::Bool(false)),
        ] {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        match self.peek() {
            Some(b'"') => Ok(Ipld::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            // A link is a map of one level and bytes are maps of two, which count as levels here.
            Some(b'[' | b'{') if depth == MAX_DEPTH + 2 => Err(DecodeJson::TooDeep),
            Some(b'[') => self.list(depth),
            Some(b'{') => self.map(depth),
            _ => Err(DecodeJson::Syntax(self.at)),
        }
    }

    fn string(&mut self) -> Result<String, DecodeJson> {
        let (string, len) = text::read(self.rest()).ok_or(DecodeJson::String(self.at))?;
        self.at += len;
        Ok(string)
    }

    fn number(&mut self) -> Result<Ipld, DecodeJson> {
        let start = self.at;
        let len = self
            .rest()
            .bytes()
            .take_while(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'))
            .count();
        self.at += len;
        let digits = self.text.get(start..self.at).unwrap_or_default();
        text::number(digits)
            .filter(|value| match value {
                Ipld::Integer(number) => (MIN_INTEGER..=MAX_INTEGER).contains(number),
                _ => true,
            })
            .ok_or(DecodeJson::Number(start))
    }

    fn list(&mut self, depth: usize) -> Result<Ipld, DecodeJson> {
        self.at += 1;
        let mut items = Vec::new();
        if self.takes(b']') {
            return deep_enough(depth, Ipld::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.takes(b']') {
                return deep_enough(depth, Ipld::List(items));
            }
            if !self.takes(b',') {
                return Err(DecodeJson::Syntax(self.at));
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Ipld, DecodeJson> {
        self.at += 1;
        let mut map = BTreeMap::new();
        if self.takes(b'}') {
            return deep_enough(depth, Ipld::Map(map));
        }
        loop {
            self.budget.spend().ok_or(DecodeJson::TooManyItems)?;
            self.space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(DecodeJson::Syntax(start));
            }
            let key = self.string()?;
            if !self.takes(b':') {
                return Err(DecodeJson::Syntax(self.at));
            }
            let value = self.value(depth + 1)?;
            if map.insert(key, value).is_some() {
                return Err(DecodeJson::DuplicateKey(start));
            }
            if self.takes(b'}') {
                break;
            }
            if !self.takes(b',') {
                return Err(DecodeJson::Syntax(self.at));
            }
        }
        match meaning(&map) {
            Meaning::Map => deep_enough(depth, Ipld::Map(map)),
            Meaning::Value(value) => Ok(value),
            Meaning::Broken => Err(DecodeJson::ReservedKey(self.at)),
        }
    }
}

/// Lists and maps are bounded by their level; links and bytes only look like maps.
fn deep_enough(depth: usize, value: Ipld) -> Result<Ipld, DecodeJson> {
    if depth < MAX_DEPTH {
        Ok(value)
    } else {
        // The inner map of bytes is taken apart by the map around it.
        match &value {
            Ipld::Map(map) if depth <= MAX_DEPTH + 1 && is_bytes(map) => Ok(value),
            _ => Err(DecodeJson::TooDeep),
        }
    }
}

fn is_bytes(map: &BTreeMap<String, Ipld>) -> bool {
    map.len() == 1 && matches!(map.get("bytes"), Some(Ipld::Text(_)))
}

/// What a map of JSON stands for.
enum Meaning {
    Map,
    Value(Ipld),
    Broken,
}

fn meaning(map: &BTreeMap<String, Ipld>) -> Meaning {
    let alone = map.len() == 1;
    let value = match map.get("/") {
        // Any base is read, but no path.
        Some(Ipld::Text(address)) => Some(address)
            .filter(|address| !address.contains('/'))
            .and_then(|address| Cid::try_from(address.as_str()).ok())
            .map(Ipld::Link),
        Some(Ipld::Map(inner)) => match inner.get("bytes") {
            Some(Ipld::Text(text)) if inner.len() == 1 => {
                BASE64_NOPAD.decode(text.as_bytes()).ok().map(Ipld::Bytes)
            }
            Some(Ipld::Text(_)) => None,
            _ => return Meaning::Map,
        },
        _ => return Meaning::Map,
    };
    match value {
        Some(value) if alone => Meaning::Value(value),
        _ => Meaning::Broken,
    }
}

/// Writes one block.
pub fn encode(value: &Ipld) -> Result<Vec<u8>, EncodeIpld> {
    let mut out = String::new();
    write(value, 0, &mut Budget::new(), &mut out)?;
    if out.len() > MAX_BLOCK_LEN {
        return Err(EncodeIpld::TooLong);
    }
    Ok(out.into_bytes())
}

fn write(
    value: &Ipld,
    depth: usize,
    budget: &mut Budget,
    out: &mut String,
) -> Result<(), EncodeIpld> {
    budget.spend().ok_or(EncodeIpld::TooManyItems)?;
    if matches!(value, Ipld::List(_) | Ipld::Map(_)) && depth == MAX_DEPTH {
        return Err(EncodeIpld::TooDeep);
    }
    match value {
        Ipld::Null => out.push_str("null"),
        Ipld::Bool(true) => out.push_str("true"),
        Ipld::Bool(false) => out.push_str("false"),
        Ipld::Integer(number) if (MIN_INTEGER..=MAX_INTEGER).contains(number) => {
            out.push_str(&number.to_string());
        }
        Ipld::Integer(number) => return Err(EncodeIpld::IntegerRange(*number)),
        Ipld::Float(number) if number.is_finite() => text::put_float(out, *number),
        Ipld::Float(_) => return Err(EncodeIpld::FloatNotFinite),
        Ipld::Text(string) => text::put(out, string),
        Ipld::Bytes(bytes) => {
            out.push_str("{\"/\":{\"bytes\":\"");
            BASE64_NOPAD.encode_append(bytes, out);
            out.push_str("\"}}");
        }
        Ipld::Link(cid) => {
            out.push_str("{\"/\":\"");
            out.push_str(&cid.to_string());
            out.push_str("\"}");
        }
        Ipld::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, depth + 1, budget, out)?;
            }
            out.push(']');
        }
        Ipld::Map(map) => {
            if !matches!(meaning(map), Meaning::Map) {
                return Err(EncodeIpld::ReservedKey);
            }
            out.push('{');
            for (index, (key, item)) in map.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                budget.spend().ok_or(EncodeIpld::TooManyItems)?;
                text::put(out, key);
                out.push(':');
                write(item, depth + 1, budget, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}
