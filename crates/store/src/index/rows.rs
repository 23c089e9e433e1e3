//! Codecs of the rows of pins and sources. See docs/format.md, "Block store".

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use dag::Cid;

use crate::error::IndexFault;
use crate::key::{push_varint, read_slice, read_varint};
use crate::pin::{Pin, PinKind};
use crate::source::SourceFile;

const RECURSIVE: u8 = 1;
const BYTES_REQUIRED: u8 = 2;
const COPIED: u8 = 4;

/// Pins are keyed by root, then name, so that several names can hold one root.
pub(crate) fn pin_key(cid: &Cid, name: &str) -> Vec<u8> {
    let mut key = pin_prefix(cid);
    key.extend_from_slice(name.as_bytes());
    key
}

/// What the keys of all pins of a root begin with.
pub(crate) fn pin_prefix(cid: &Cid) -> Vec<u8> {
    let cid = cid.to_bytes();
    let mut key = Vec::with_capacity(cid.len() + 16);
    push_varint(&mut key, cid.len() as u64);
    key.extend_from_slice(&cid);
    key
}

pub(crate) fn encode_pin(pin: &Pin) -> Vec<u8> {
    let mut flags = 0;
    if pin.recursive {
        flags |= RECURSIVE;
    }
    if pin.kind == PinKind::BytesRequired {
        flags |= BYTES_REQUIRED;
    }
    if pin.copied {
        flags |= COPIED;
    }
    let mut out = vec![flags];
    push_varint(&mut out, pin.created_ms);
    out
}

pub(crate) fn decode_pin(mut key: &[u8], mut value: &[u8]) -> Result<Pin, IndexFault> {
    const DAMAGED: IndexFault = IndexFault::Damaged("pin");
    let len = read_varint(&mut key).ok_or(DAMAGED)?;
    let cid = Cid::try_from(read_slice(&mut key, len).ok_or(DAMAGED)?).map_err(|_| DAMAGED)?;
    let name = std::str::from_utf8(key).map_err(|_| DAMAGED)?.to_owned();
    let (&flags, rest) = value.split_first().ok_or(DAMAGED)?;
    value = rest;
    Ok(Pin {
        cid,
        name,
        kind: if flags & BYTES_REQUIRED != 0 {
            PinKind::BytesRequired
        } else {
            PinKind::ReferenceOk
        },
        recursive: flags & RECURSIVE != 0,
        created_ms: read_varint(&mut value).ok_or(DAMAGED)?,
        copied: flags & COPIED != 0,
    })
}

pub(crate) fn encode_source(file: &SourceFile) -> Vec<u8> {
    let mut out = Vec::new();
    for number in [file.size, file.dev, file.ino] {
        push_varint(&mut out, number);
    }
    out.extend_from_slice(&file.mtime_ns.to_le_bytes());
    out.extend_from_slice(&file.ctime_ns.to_le_bytes());
    out.extend_from_slice(file.path.as_os_str().as_bytes());
    out
}

pub(crate) fn decode_source(mut bytes: &[u8]) -> Result<SourceFile, IndexFault> {
    const DAMAGED: IndexFault = IndexFault::Damaged("source");
    let mut number = || read_varint(&mut bytes).ok_or(DAMAGED);
    let (size, dev, ino) = (number()?, number()?, number()?);
    let mut time = || {
        let taken = read_slice(&mut bytes, 16).and_then(<[u8]>::first_chunk::<16>);
        taken
            .map(|bytes| i128::from_le_bytes(*bytes))
            .ok_or(DAMAGED)
    };
    let (mtime_ns, ctime_ns) = (time()?, time()?);
    let path = PathBuf::from(OsString::from_vec(bytes.to_vec()));
    Ok(SourceFile {
        path,
        size,
        mtime_ns,
        ctime_ns,
        dev,
        ino,
    })
}
