//! Multipart bodies, part by part and never whole in memory.
//!
//! Clients send files as parts of `multipart/form-data`; a folder is a part of the type
//! `application/x-directory`, a link one of `application/symlink`, and names are percent-encoded
//! paths. Bounds: a head of 16 KiB a part, and no more of a body than one piece of it.

use axum::body::{Body, BodyDataStream};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{HeaderMap, header};
use memchr::memmem;
use percent_encoding::percent_decode_str;

use super::error::{RpcError, RpcResult};

/// Most bytes of the headers of one part, and before the first one.
const MAX_HEAD: usize = 16 << 10;
/// Most bytes of a boundary.
const MAX_BOUNDARY: usize = 200;
/// Most names in one path.
const MAX_NAMES: usize = 256;

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    File,
    Directory,
    Symlink,
}

/// The head of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) kind: PartKind,
    /// Its path, outermost name first; empty when it has no name.
    pub(super) path: Vec<String>,
    /// It names a file of the client's disk.
    pub(super) has_disk_path: bool,
}

/// A body that is being read.
#[derive(Debug)]
pub(super) struct Multipart {
    body: BodyDataStream,
    buffer: BytesMut,
    /// Line break, two dashes, boundary.
    delimiter: Vec<u8>,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// Before a delimiter: in a part, or before the first.
    Inside,
    /// Behind one.
    Behind,
    Over,
}

impl Multipart {
    pub(super) fn new(headers: &HeaderMap, body: Body) -> RpcResult<Self> {
        let boundary = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(boundary)
            .ok_or_else(|| RpcError::bad("a multipart/form-data body is required"))?;
        Ok(Self {
            body: body.into_data_stream(),
            // So that the first delimiter has its line break like all others.
            buffer: BytesMut::from(&b"\r\n"[..]),
            delimiter: [b"\r\n--", boundary.as_bytes()].concat(),
            state: State::Inside,
        })
    }

    /// The next part; what is left of the one before is passed over.
    pub(super) async fn next_part(&mut self) -> RpcResult<Option<Part>> {
        let mut passed = 0;
        while self.state == State::Inside {
            if let Some(bytes) = self.next_bytes().await? {
                passed += bytes.len();
                if passed > MAX_HEAD {
                    return Err(malformed("there is no part where one should begin"));
                }
            }
        }
        if self.state == State::Over {
            return Ok(None);
        }
        // Behind a delimiter: dashes end the body, a line break begins a head.
        self.fill(2).await?;
        if self.buffer.starts_with(b"--") {
            self.state = State::Over;
            self.read_out().await;
            return Ok(None);
        }
        let head = loop {
            if let Some(end) = memmem::find(&self.buffer, b"\r\n\r\n") {
                break self.buffer.split_to(end + 4);
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(malformed("the headers of a part are too long"));
            }
            self.more().await?;
        };
        self.state = State::Inside;
        part(&head).map(Some)
    }

    /// The next bytes of the part; `None` at its end.
    pub(super) async fn next_bytes(&mut self) -> RpcResult<Option<Bytes>> {
        while self.state == State::Inside {
            match memmem::find(&self.buffer, &self.delimiter) {
                Some(0) => {
                    let _ = self.buffer.split_to(self.delimiter.len());
                    self.state = State::Behind;
                }
                Some(end) => return Ok(Some(self.buffer.split_to(end).freeze())),
                None => {
                    // The delimiter may have begun in the last bytes.
                    let sure = self.buffer.len().saturating_sub(self.delimiter.len() - 1);
                    if sure > 0 {
                        return Ok(Some(self.buffer.split_to(sure).freeze()));
                    }
                    self.more().await?;
                }
            }
        }
        Ok(None)
    }

    /// The whole part, when it is not longer than `most`.
    pub(super) async fn whole(&mut self, most: usize) -> RpcResult<Bytes> {
        let mut whole = BytesMut::new();
        while let Some(bytes) = self.next_bytes().await? {
            if whole.len() + bytes.len() > most {
                return Err(RpcError::bad(format!(
                    "the data is longer than {most} bytes"
                )));
            }
            whole.extend_from_slice(&bytes);
        }
        Ok(whole.freeze())
    }

    /// Reads what follows the last part, which means nothing. A body that is not read to its end makes
    /// the server cut the connection, and with it what of the answer is still on its way.
    async fn read_out(&mut self) {
        let mut passed = 0;
        while let Some(Ok(bytes)) = self.body.next().await {
            passed += bytes.len();
            if passed > MAX_HEAD {
                return;
            }
        }
    }

    async fn fill(&mut self, len: usize) -> RpcResult<()> {
        while self.buffer.len() < len {
            self.more().await?;
        }
        Ok(())
    }

    async fn more(&mut self) -> RpcResult<()> {
        match self.body.next().await {
            Some(Ok(bytes)) => {
                self.buffer.extend_from_slice(&bytes);
                Ok(())
            }
            Some(Err(error)) => Err(RpcError::bad(format!("the upload broke: {error}"))),
            None => Err(RpcError::bad("the upload ended before its last part")),
        }
    }
}

fn malformed(why: &str) -> RpcError {
    RpcError::bad(format!("this is no multipart body: {why}"))
}

fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    let kind = kind.trim();
    if !kind.get(..10)?.eq_ignore_ascii_case("multipart/") {
        return None;
    }
    let boundary = parameter(parameters, "boundary")?;
    let fits = (1..=MAX_BOUNDARY).contains(&boundary.len()) && boundary.is_ascii();
    fits.then_some(boundary)
}

/// A parameter of a header value: `name=value` or `name="value"`.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        let (name, after) = rest.split_once('=')?;
        let (value, after) = match after.strip_prefix('"') {
            None => {
                let end = after.find(';').unwrap_or(after.len());
                let (value, after) = after.split_at(end);
                (value.trim().to_owned(), after)
            }
            Some(quoted) => {
                let mut value = String::new();
                let mut letters = quoted.char_indices();
                let end = loop {
                    match letters.next()? {
                        (end, '"') => break end,
                        (_, '\\') => value.push(letters.next()?.1),
                        (_, letter) => value.push(letter),
                    }
                };
                (value, quoted.get(end + 1..)?)
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
}

fn part(head: &[u8]) -> RpcResult<Part> {
    let head = std::str::from_utf8(head).map_err(|_| malformed("a part's headers are no text"))?;
    let mut part = Part {
        kind: PartKind::File,
        path: Vec::new(),
        has_disk_path: false,
    };
    for line in head.split("\r\n").filter(|line| !line.trim().is_empty()) {
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| malformed("a header of a part has no colon"))?;
        match name.trim().to_ascii_lowercase().as_str() {
            "content-type" => {
                let kind = value.split(';').next().unwrap_or_default().trim();
                part.kind = match kind.to_ascii_lowercase().as_str() {
                    "application/x-directory" => PartKind::Directory,
                    "application/symlink" => PartKind::Symlink,
                    kind if kind.starts_with("multipart/") => {
                        return Err(malformed("parts within parts are not taken"));
                    }
                    _ => PartKind::File,
                };
            }
            "content-disposition" => {
                let parameters = value.split_once(';').map_or("", |(_, rest)| rest);
                let extended = parameter(parameters, "filename*");
                let extended = extended.and_then(|name| {
                    let mut pieces = name.splitn(3, '\'');
                    pieces.nth(2).map(str::to_owned)
                });
                if let Some(name) = extended.or_else(|| parameter(parameters, "filename")) {
                    part.path = names(&name)?;
                }
            }
            "abspath" => part.has_disk_path = true,
            _ => {}
        }
    }
    Ok(part)
}

/// The names of a percent-encoded path. One that climbs is refused, a leading slash is none.
fn names(encoded: &str) -> RpcResult<Vec<String>> {
    let path = percent_decode_str(encoded)
        .decode_utf8()
        .map_err(|_| RpcError::bad("a file name is not UTF-8"))?;
    let names: Vec<String> = path
        .split('/')
        .filter(|name| !matches!(*name, "" | "."))
        .map(str::to_owned)
        .collect();
    let bad = |name: &String| {
        name == ".." || name.contains('\0') || name.len() > ::dag::directory::MAX_NAME_LEN
    };
    if names.len() > MAX_NAMES || names.iter().any(bad) {
        let path: String = path.chars().take(100).collect();
        return Err(RpcError::bad(format!(
            "the file name {path:?} is not allowed"
        )));
    }
    Ok(names)
}

#[cfg(test)]
mod tests;
