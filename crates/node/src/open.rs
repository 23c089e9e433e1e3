//! Why a home could not be opened: what failed, what is safe, what to do.

use std::path::{Path, PathBuf};

use crate::home::RunFile;
use crate::identity::LoadIdentity;

/// Why a node could not start. Nothing was changed on disk in any of these, apart
/// from folders and databases that were made before the failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenNode {
    /// Another process owns this home.
    #[error("another Tributary is using this home")]
    HomeLocked {
        /// Its process id, when known.
        pid: Option<u32>,
        /// Where it listens, when it says so.
        endpoint: Option<Box<RunFile>>,
    },
    /// The home was written by a newer version.
    #[error("this home was written by a newer version of Tributary ({0})")]
    NewerHome(String),
    /// The home is on a read-only disk.
    #[error("the home is on a read-only disk ({0:?})")]
    ReadOnly(PathBuf),
    /// The disk of the home is full.
    #[error("the disk of the home is full ({0:?})")]
    DiskFull(PathBuf),
    /// No permission to write in the home.
    #[error("there is no permission to write in the home ({0:?})")]
    NoPermission(PathBuf),
    /// A file or folder of the home could not be used.
    #[error("could not use {path:?} in the home")]
    UseHome {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The node key could not be read or made.
    #[error("could not open the node key")]
    LoadIdentity(#[source] LoadIdentity),
    /// The block store could not be opened.
    #[error("could not open the block store")]
    OpenStore(#[source] store::OpenStore),
    /// The library could not be opened.
    #[error("could not open the library")]
    OpenLibrary(#[source] library::OpenLibrary),
}

impl OpenNode {
    pub(crate) fn from_io(path: &Path, source: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match source.kind() {
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(path.to_owned()),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull(path.to_owned()),
            ErrorKind::PermissionDenied => Self::NoPermission(path.to_owned()),
            _ => Self::UseHome {
                path: path.to_owned(),
                source,
            },
        }
    }

    pub(crate) fn from_identity(home: &Path, error: LoadIdentity) -> Self {
        match error {
            LoadIdentity::KeyFile(source) if is_typed(&source) => Self::from_io(home, source),
            error => Self::LoadIdentity(error),
        }
    }

    pub(crate) fn from_store(home: &Path, error: store::OpenStore) -> Self {
        if let store::OpenStore::NewerFormat { found, known } = &error {
            return Self::NewerHome(format!(
                "its block store has format {found}, this one knows {known}"
            ));
        }
        Self::typed(home, &error).unwrap_or(Self::OpenStore(error))
    }

    pub(crate) fn from_library(home: &Path, error: library::OpenLibrary) -> Self {
        if let library::OpenLibrary::Newer { found, known } = &error {
            return Self::NewerHome(format!(
                "its library has format {found}, this one knows {known}"
            ));
        }
        Self::typed(home, &error).unwrap_or(Self::OpenLibrary(error))
    }

    /// A full or read-only disk somewhere below an error.
    fn typed(home: &Path, error: &(dyn std::error::Error + 'static)) -> Option<Self> {
        let mut source = Some(error);
        while let Some(inner) = source {
            if let Some(io) = inner.downcast_ref::<std::io::Error>()
                && is_typed(io)
            {
                return Some(Self::from_io(home, std::io::Error::from(io.kind())));
            }
            source = inner.source();
        }
        None
    }

    /// The code on the wire, in snake case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::HomeLocked { .. } => "home_locked",
            Self::NewerHome(_) => "newer_home",
            Self::ReadOnly(_) => "home_read_only",
            Self::DiskFull(_) => "disk_full",
            Self::NoPermission(_) => "home_no_permission",
            Self::UseHome { .. } => "home_unusable",
            Self::LoadIdentity(_) => "node_key_unusable",
            Self::OpenStore(_) => "store_unusable",
            Self::OpenLibrary(_) => "library_unusable",
        }
    }

    /// What is safe, in English.
    #[must_use]
    pub fn safe(&self) -> &'static str {
        match self {
            Self::HomeLocked { .. } => "The other one goes on undisturbed.",
            _ => "Nothing in the home was changed or deleted, and your own files are untouched.",
        }
    }

    /// What to do, in English.
    #[must_use]
    pub fn todo(&self) -> &'static str {
        match self {
            Self::HomeLocked { .. } => "Use that window, or close it first.",
            Self::NewerHome(_) => "Install the newer version, or choose another home.",
            Self::ReadOnly(_) => "Make the disk writable, or choose another home with --home.",
            Self::DiskFull(_) => "Free some space on that disk and start again.",
            Self::NoPermission(_) => {
                "Give yourself permission to write there, or choose another home with --home."
            }
            Self::UseHome { .. } => "Check the disk and the folder, or choose another home.",
            Self::LoadIdentity(_) => {
                "Put the key file back from a backup, or move keys/node away to get a new one."
            }
            Self::OpenStore(_) => "Run `tributary repo repair`, or restore an export.",
            Self::OpenLibrary(_) => {
                "Put the last copy of library.redb back (library.redb.before-*), or restore an \
                 export."
            }
        }
    }
}

/// True for errors that have a variant of their own.
fn is_typed(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::ReadOnlyFilesystem
            | ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::PermissionDenied
    )
}
