//! Files of lists: what tells that one has grown or was replaced, and reading both.

use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use dag::denylist::{Header, MAX_LINE, ParseRule, Place, Rule, Scan, ScanList, Scanner};

/// The longest list.
pub(super) const MAX_FILE: u64 = 1 << 30;
/// Bytes read at once.
const PIECE: usize = 256 << 10;
/// Bytes before the end that are compared when a file has grown.
const TAIL: usize = 1024;
/// What was added beyond this is not held at once: the whole file is read again.
const MAX_GROWTH: u64 = 16 << 20;
/// Bytes of a rule that are repeated.
const MAX_SHOWN: usize = 300;
/// Lines that were not understood and are told.
const MAX_BAD: usize = 20;

/// Why a list cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadList {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("it is longer than {MAX_FILE} bytes")]
    TooLong,
    #[error(transparent)]
    Scan(#[from] ScanList),
    #[error("it changed while it was read")]
    Changed,
}

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    len: u64,
    device: u64,
    inode: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(meta: &Metadata) -> Self {
        Stamp {
            len: meta.len(),
            device: meta.dev(),
            inode: meta.ino(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        }
    }

    /// Of the file at a path, links followed.
    pub(super) fn at(path: &Path) -> std::io::Result<Self> {
        let meta = std::fs::metadata(path)?;
        match meta.is_file() {
            true => Ok(Self::of(&meta)),
            false => Err(std::io::Error::other("it is not a file")),
        }
    }
}

/// How far a file was read.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    pub(super) stamp: Stamp,
    /// Where its last whole line ends, and how many there are.
    offset: u64,
    lines: u32,
    /// It ended within a line that was read as a rule all the same.
    open_end: bool,
    /// What stands right before `offset`.
    tail: Vec<u8>,
}

/// Lines that were not understood.
#[derive(Clone, Debug, Default)]
pub(super) struct Skipped {
    pub(super) count: u64,
    /// The first few: which line, and why.
    pub(super) first: Vec<(u32, String)>,
}

impl Skipped {
    fn add(&mut self, error: &ParseRule, line: u32) {
        self.count += 1;
        if self.first.len() < MAX_BAD {
            self.first.push((line, error.to_string()));
        }
    }

    pub(super) fn join(&mut self, more: Skipped) {
        self.count += more.count;
        let room = MAX_BAD.saturating_sub(self.first.len());
        self.first.extend(more.first.into_iter().take(room));
    }
}

/// Reads a whole list.
pub(super) fn read(
    path: &Path,
    rule: &mut dyn FnMut(&Rule, Place),
) -> Result<(Header, Skipped, Progress), ReadList> {
    let mut file = File::open(path)?;
    let stamp = Stamp::of(&file.metadata()?);
    if stamp.len > MAX_FILE {
        return Err(ReadList::TooLong);
    }
    let (header, skipped, progress) = scan(&mut file, Scanner::new(), stamp, rule)?;
    Ok((header, skipped, progress))
}

/// What was added to a list.
pub(super) type Growth = (Vec<(Rule, Place)>, Skipped, Progress);

/// Reads what was added to a list since `before`; `None` when it is not the same file with more at
/// its end.
pub(super) fn read_growth(path: &Path, before: &Progress) -> Result<Option<Growth>, ReadList> {
    let mut file = File::open(path)?;
    let stamp = Stamp::of(&file.metadata()?);
    let same = stamp.device == before.stamp.device && stamp.inode == before.stamp.inode;
    let more = stamp.len.checked_sub(before.stamp.len);
    if !same || before.open_end || !more.is_some_and(|more| (1..=MAX_GROWTH).contains(&more)) {
        return Ok(None);
    }
    let mut tail = vec![0; before.tail.len()];
    let begin = before.offset.saturating_sub(tail.len() as u64);
    file.read_exact_at(&mut tail, begin)?;
    if tail != before.tail || stamp.len > MAX_FILE {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(before.offset))?;
    let mut rules = Vec::new();
    let scanner = Scanner::resume(before.offset, before.lines);
    let mut keep = |rule: &Rule, place| rules.push((rule.clone(), place));
    let (_, skipped, progress) = scan(&mut file, scanner, stamp, &mut keep)?;
    Ok(Some((rules, skipped, progress)))
}

fn scan(
    file: &mut File,
    mut scanner: Scanner,
    stamp: Stamp,
    rule: &mut dyn FnMut(&Rule, Place),
) -> Result<(Header, Skipped, Progress), ReadList> {
    let mut skipped = Skipped::default();
    let mut each = |scan: Scan| match scan {
        Scan::Rule(found, offset, line) => {
            // The longest file is shorter than this.
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            rule(&found, Place { offset, line });
        }
        Scan::Bad(error, line) => skipped.add(&error, line),
    };
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        scanner.push(piece.get(..read).unwrap_or_default(), &mut each)?;
    }
    let end = file.stream_position()?;
    // Before the header is known to be none, nothing was counted.
    let known = scanner.header().is_some();
    let (offset, lines) = scanner.position();
    let (header, open_end) = scanner.finish(&mut each)?;
    if end > MAX_FILE {
        return Err(ReadList::TooLong);
    }
    // Written to while it was read: what is here is the beginning of it, and the rest comes later.
    let stamp = Stamp { len: end, ..stamp };
    let mut tail = vec![0; usize::try_from(offset).unwrap_or(TAIL).min(TAIL)];
    let begin = offset.saturating_sub(tail.len() as u64);
    file.read_exact_at(&mut tail, begin)
        .map_err(|_| ReadList::Changed)?;
    let progress = Progress {
        stamp,
        offset,
        lines,
        open_end: open_end || !known,
        tail,
    };
    Ok((header, skipped, progress))
}

/// The text of a rule, and whether a hint of its own says that its reason is a legal one.
pub(super) fn rule_at(path: &Path, place: Place) -> Option<(String, Option<bool>)> {
    let file = File::open(path).ok()?;
    let mut bytes = vec![0; MAX_LINE.min(8192)];
    let read = file.read_at(&mut bytes, u64::from(place.offset)).ok()?;
    let bytes = bytes.get(..read)?;
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let text = String::from_utf8_lossy(line);
    // The file may be another by now.
    let rule = Rule::parse(&text).ok()??;
    let own_word = rule.hints.iter().rev().find(|(key, _)| key == STATUS);
    let own_word = own_word.map(|(_, value)| value == LEGAL);
    let shown: String = crate::import::shown(text.trim())
        .chars()
        .take(MAX_SHOWN)
        .collect();
    Some((shown, own_word))
}

/// The hint of the status that a gateway answers with.
pub(super) const STATUS: &str = "gateway_status";
/// Its value when the reason is a legal one (RFC 7725); any other is 410.
pub(super) const LEGAL: &str = "451";
