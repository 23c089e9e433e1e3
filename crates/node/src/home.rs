//! The home: where everything lives on disk, and the lock that makes it ours.
//!
//! Layout (docs/format.md): `config.jsonc`, `blocks.redb`, `library.redb`, `blocks/`,
//! `thumbs/`, `search/`, `keys/`, `staging/`, `lock`, `run.json`. A home can be moved:
//! nothing inside it stores its own path.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;

use crate::open::OpenNode;

/// An opened, locked home. Dropping it lets go of the lock.
#[derive(Debug)]
pub(crate) struct Home {
    root: PathBuf,
    _lock: File,
}

/// Where a running node can be reached, as its `run.json` says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RunFile {
    /// Process id.
    pub pid: u32,
    /// `http://127.0.0.1:PORT` of the app API.
    pub api: String,
    /// The session token.
    pub token: String,
    /// `http://127.0.0.1:PORT` of the media listener.
    pub media: String,
    /// `http://127.0.0.1:PORT` of the listener for programs made for BTFS or IPFS, when it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpc: Option<String>,
    /// Its credential.
    #[serde(default, rename = "rpcToken", skip_serializing_if = "Option::is_none")]
    pub rpc_token: Option<String>,
}

/// Most bytes of a `run.json` that are read.
const MAX_RUN_FILE: u64 = 64 << 10;

impl RunFile {
    /// Reads `run.json` in `home`; `None` when there is none or it is damaged.
    #[must_use]
    pub fn read(home: &Path) -> Option<Self> {
        let mut text = String::new();
        let file = File::open(home.join("run.json")).ok()?;
        file.take(MAX_RUN_FILE).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }
}

impl Home {
    /// Makes the folders and takes the lock.
    pub(crate) fn open(root: &Path) -> Result<Self, OpenNode> {
        let make = |path: &Path, mode: u32| {
            DirBuilder::new()
                .recursive(true)
                .mode(mode)
                .create(path)
                .map_err(|source| OpenNode::from_io(path, source))
        };
        make(root, 0o700)?;
        let lock = take_lock(root)?;
        for folder in ["blocks", "thumbs", "search", "staging"] {
            make(&root.join(folder), 0o700)?;
        }
        make(&root.join("keys"), 0o700)?;
        Ok(Self {
            root: root.to_owned(),
            _lock: lock,
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn thumbs(&self) -> PathBuf {
        self.root.join("thumbs")
    }

    pub(crate) fn files_root(&self) -> PathBuf {
        self.root.join("files-root")
    }

    pub(crate) fn staging(&self) -> PathBuf {
        self.root.join("staging")
    }
}

fn take_lock(root: &Path) -> Result<File, OpenNode> {
    let path = root.join("lock");
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(|source| OpenNode::from_io(&path, source))?;
    match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => {
            let mut text = String::new();
            let _ = Read::by_ref(&mut lock).take(32).read_to_string(&mut text);
            let run = RunFile::read(root);
            let pid = text.trim().parse().ok().or(run.as_ref().map(|run| run.pid));
            return Err(OpenNode::HomeLocked {
                pid,
                endpoint: run.map(Box::new),
            });
        }
        Err(errno) => return Err(OpenNode::from_io(&path, errno.into())),
    }
    // A file that was left by a killed process names an endpoint that is gone.
    let _ = std::fs::remove_file(root.join("run.json"));
    let written = lock
        .set_len(0)
        .and_then(|()| lock.write_all(std::process::id().to_string().as_bytes()));
    written.map_err(|source| OpenNode::from_io(&path, source))?;
    Ok(lock)
}
