//! The bytes of a list, as they come, into a header and lines.
//!
//! Invariant: at most [`MAX_HEADER`] and one line are held, however long the list is.

use super::{Header, MAX_HEADER, MAX_LINE, ParseHeader, ParseRule, Rule};

/// Why a list cannot be read at all.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScanList {
    /// Its header cannot be read.
    #[error(transparent)]
    Header(#[from] ParseHeader),
    /// A line is too long.
    #[error("line {0} is longer than {MAX_LINE} bytes")]
    LongLine(u32),
    /// It has more lines than are counted.
    #[error("it has too many lines")]
    TooManyLines,
}

/// What a line held.
#[derive(Debug, PartialEq, Eq)]
pub enum Scan {
    /// A rule; where its line begins in the file, and which line it is, counted from 1.
    Rule(Rule, u64, u32),
    /// Nothing that is understood; why, and which line.
    Bad(ParseRule, u32),
}

/// Takes a list apart.
#[derive(Debug, Default)]
pub struct Scanner {
    header: Option<Header>,
    /// Bytes that are not a whole line yet, or may still be a header.
    held: Vec<u8>,
    /// Of `held`, these were looked through already.
    seen: usize,
    /// Where `held` begins in the file.
    offset: u64,
    line: u32,
}

impl Scanner {
    /// A scanner for a whole list.
    pub fn new() -> Self {
        Self::default()
    }

    /// A scanner that goes on behind `lines` whole lines, which end at `offset`. Their header was
    /// read before.
    pub fn resume(offset: u64, lines: u32) -> Self {
        Scanner {
            header: Some(Header::default()),
            held: Vec::new(),
            seen: 0,
            offset,
            line: lines,
        }
    }

    /// The header, once it is known that there is one or none.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Where the last whole line ends, and how many there were.
    pub fn position(&self) -> (u64, u32) {
        (self.offset, self.line)
    }

    /// Takes over bytes; `each` gets what the whole lines in them hold.
    ///
    /// # Errors
    /// The list cannot be read; nothing more may be given then.
    pub fn push(&mut self, bytes: &[u8], each: &mut dyn FnMut(Scan)) -> Result<(), ScanList> {
        self.held.extend_from_slice(bytes);
        if self.header.is_none() && !self.find_header(false)? {
            return Ok(());
        }
        self.lines(each)
    }

    /// The list ends here. True when it ends in the middle of a line: that line was read, but what
    /// is added to the file makes another of it.
    ///
    /// # Errors
    /// The list cannot be read.
    pub fn finish(mut self, each: &mut dyn FnMut(Scan)) -> Result<(Header, bool), ScanList> {
        if self.header.is_none() {
            self.find_header(true)?;
            self.lines(each)?;
        }
        let rest = std::mem::take(&mut self.held);
        let is_open = !rest.is_empty();
        if is_open {
            self.count()?;
            scan(&rest, self.offset, self.line, each);
        }
        Ok((self.header.unwrap_or_default(), is_open))
    }

    /// Whether it is known where the rules begin.
    fn find_header(&mut self, is_end: bool) -> Result<bool, ScanList> {
        let mut begin = self.seen;
        while let Some(line) = self.held.get(begin..).and_then(whole_line) {
            let end = begin + line.len();
            if end > MAX_HEADER {
                break;
            }
            if line.trim_ascii_end() == b"---" {
                let text = String::from_utf8_lossy(self.held.get(..begin).unwrap_or_default());
                self.header = Some(Header::parse(&text)?);
                let lines = self.held.get(..end).unwrap_or_default();
                let lines = lines.iter().filter(|byte| **byte == b'\n').count();
                self.line = u32::try_from(lines).map_err(|_| ScanList::TooManyLines)?;
                self.offset = end as u64;
                self.held.drain(..end);
                self.seen = 0;
                return Ok(true);
            }
            begin = end;
        }
        self.seen = begin;
        if is_end || self.held.len() > MAX_HEADER {
            // None, then: what was held are rules.
            self.header = Some(Header::default());
            self.seen = 0;
            return Ok(true);
        }
        Ok(false)
    }

    fn count(&mut self) -> Result<(), ScanList> {
        self.line = self.line.checked_add(1).ok_or(ScanList::TooManyLines)?;
        Ok(())
    }

    fn lines(&mut self, each: &mut dyn FnMut(Scan)) -> Result<(), ScanList> {
        let mut begin = 0;
        let held = std::mem::take(&mut self.held);
        while let Some(line) = held.get(begin..).and_then(whole_line) {
            self.count()?;
            if line.len() > MAX_LINE {
                return Err(ScanList::LongLine(self.line));
            }
            scan(line, self.offset, self.line, each);
            begin += line.len();
            self.offset += line.len() as u64;
        }
        self.held = held;
        self.held.drain(..begin);
        if self.held.len() > MAX_LINE {
            return Err(ScanList::LongLine(self.line.saturating_add(1)));
        }
        Ok(())
    }
}

/// The first line with its end, if it has one.
fn whole_line(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    bytes.get(..=end)
}

fn scan(line: &[u8], offset: u64, number: u32, each: &mut dyn FnMut(Scan)) {
    let text = String::from_utf8_lossy(line);
    // Behind the header a second separator says nothing.
    if text.trim_end() == "---" {
        return;
    }
    match Rule::parse(&text) {
        Ok(None) => {}
        Ok(Some(rule)) => each(Scan::Rule(rule, offset, number)),
        Err(error) => each(Scan::Bad(error, number)),
    }
}
