//! What the tests of the store share.
#![allow(dead_code)]

use std::path::Path;

use dag::{Block, CidVersion, Codec};
use store::{SourceFile, Store, StoreConfig, VerifyReport};

/// A home in a temporary directory.
pub(crate) struct Home(tempfile::TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn config(&self) -> StoreConfig {
        StoreConfig::new(self.path())
    }

    pub(crate) fn open(&self) -> Store {
        Store::open(self.config()).unwrap()
    }
}

/// A raw block.
pub(crate) fn raw(bytes: &[u8]) -> Block {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    Block {
        cid: dag::cid_of(Codec::Raw, CidVersion::V1, &bytes),
        bytes,
    }
}

/// A full verification.
pub(crate) fn sure(store: &Store) -> VerifyReport {
    store.verify(&mut |_| (), &|| false).unwrap()
}

/// A file as a source.
pub(crate) fn source_file(path: &Path) -> SourceFile {
    use std::os::unix::fs::MetadataExt;
    let meta = std::fs::metadata(path).unwrap();
    let ns = |s: i64, ns: i64| i128::from(s) * 1_000_000_000 + i128::from(ns);
    SourceFile {
        path: path.to_owned(),
        size: meta.len(),
        mtime_ns: ns(meta.mtime(), meta.mtime_nsec()),
        ctime_ns: ns(meta.ctime(), meta.ctime_nsec()),
        dev: meta.dev(),
        ino: meta.ino(),
    }
}
