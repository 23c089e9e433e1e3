//! Names what a verification found: which of a person's files have bad blocks.
//!
//! The store knows blocks and no files. Only when something is bad, every file of the
//! library is looked at: its inner nodes, never its bytes.

use std::collections::HashSet;

use dag::Cid;
use library::{RawPath, RenditionRow};

use crate::import::shown_path;
use crate::jobs::{Failure, FailureCode, path_of};
use crate::node::Inner;
use crate::repin::{Repin, each_rendition};

/// Blocks that are named themselves, because no file of the library has them.
const MAX_BLOCKS: usize = 100;
/// Files that are named.
const MAX_FILES: usize = 1_000;

/// Each file that has one of the blocks, and the blocks that belong to none by their ids.
pub(crate) fn name_files(inner: &Inner, bad: &[Cid]) -> Result<Vec<Failure>, Repin> {
    let wanted: HashSet<Vec<u8>> = bad.iter().map(|cid| cid.hash().to_bytes()).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut seen = HashSet::new();
    let mut paths: Vec<RawPath> = Vec::new();
    each_rendition(inner, &mut |_, row| {
        if paths.len() < MAX_FILES && has_one(inner, &row.root, levels(row), &wanted, &mut seen) {
            let path = row.locations.first().map(|location| location.path.clone());
            paths.push(path.unwrap_or_else(|| named_by(&row.root)));
        }
        Ok(())
    })?;
    let strays = bad
        .iter()
        .filter(|cid| !seen.contains(&cid.hash().to_bytes()));
    paths.extend(strays.take(MAX_BLOCKS).map(named_by));
    paths.dedup();
    let code = FailureCode::Damaged;
    let failures = paths.iter().map(|path| Failure {
        path: shown_path(&path_of(path)),
        code: code.as_str().to_owned(),
        message: code.message().to_owned(),
        todo: Some(code.todo().to_owned()),
    });
    Ok(failures.collect())
}

fn named_by(cid: &Cid) -> RawPath {
    RawPath(cid.to_string().into_bytes())
}

/// Levels of inner nodes above the leaves, as our own importer builds files.
fn levels(row: &RenditionRow) -> u32 {
    let layout = dag::FileLayout::default();
    let mut nodes = row.size.div_ceil(u64::from(layout.chunk_size));
    let mut levels = 0;
    while nodes > 1 {
        nodes = nodes.div_ceil(u64::from(layout.max_links).max(2));
        levels += 1;
    }
    levels
}

/// True when `cid` or something below it is wanted; all that are go into `seen`.
fn has_one(
    inner: &Inner,
    cid: &Cid,
    levels: u32,
    wanted: &HashSet<Vec<u8>>,
    seen: &mut HashSet<Vec<u8>>,
) -> bool {
    let key = cid.hash().to_bytes();
    if wanted.contains(&key) {
        seen.insert(key);
        return true;
    }
    if levels == 0 {
        return false;
    }
    // A node that cannot be read is bad itself, and so are those that need it.
    let Ok(Some(bytes)) = inner.store.get(cid) else {
        return true;
    };
    let links = dag::links(cid, &bytes).unwrap_or_default();
    let mut found = false;
    for link in &links {
        found |= has_one(inner, link, levels - 1, wanted, seen);
    }
    found
}
