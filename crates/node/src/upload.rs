//! Uploads: files that a browser sends, because its drops have no paths.
//!
//! Each upload is a folder in `staging/`; an import job takes the files over and
//! removes the folder when it is done. Uploads that no job took are removed at the
//! next start.

use std::collections::HashSet;
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use crate::node::{Inner, Node};
use crate::tasks::Lane;

/// Bytes read from the stream at once.
const PIECE: usize = 256 << 10;
/// Longest relative path in bytes.
const MAX_PATH: usize = 4096;
/// Longest name in bytes, as file systems have it.
const MAX_NAME: usize = 255;

/// Names one upload: 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UploadId([u8; 16]);

/// A text that is not 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not an upload id")]
pub struct ParseUploadId;

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UploadId({self})")
    }
}

impl FromStr for UploadId {
    type Err = ParseUploadId;

    fn from_str(text: &str) -> Result<Self, ParseUploadId> {
        let id: library::JobId = text.parse().map_err(|_| ParseUploadId)?;
        Ok(Self(*id.as_bytes()))
    }
}

impl TryFrom<String> for UploadId {
    type Error = ParseUploadId;

    fn try_from(text: String) -> Result<Self, ParseUploadId> {
        text.parse()
    }
}

impl From<UploadId> for String {
    fn from(id: UploadId) -> Self {
        id.to_string()
    }
}

impl UploadId {
    /// Where its files are.
    pub(crate) fn folder(self, staging: &Path) -> PathBuf {
        staging.join(format!("upload-{self}"))
    }
}

/// Why a file could not be received.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveUpload {
    /// No such upload.
    #[error("this upload is gone; send the files again")]
    UnknownUpload,
    /// The relative path is empty, absolute, too long, or leads out of the folder.
    #[error("the file name {0:?} is not allowed")]
    BadPath(String),
    /// The upload has something of that name already: a file sent twice, or a file where
    /// another path has a folder.
    #[error("{0:?} is in this drop already")]
    AlreadyThere(String),
    /// The disk is full, or nearly.
    #[error("the disk is full; what was added before is safe")]
    DiskFull,
    /// The stream broke or the file could not be written.
    #[error("could not receive the file; send it again")]
    ReceiveFile(#[source] std::io::Error),
}

impl From<std::io::Error> for ReceiveUpload {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::ReceiveFile(error),
        }
    }
}

impl Node {
    /// Begins an upload.
    pub async fn upload_begin(&self) -> Result<UploadId, ReceiveUpload> {
        let upload = UploadId(self.inner.fresh_id());
        tokio::fs::create_dir(upload.folder(&self.inner.home.staging())).await?;
        Ok(upload)
    }

    /// Receives one file of an upload; `path` is relative with `/` between names.
    /// Returns its size in bytes. A broken stream leaves nothing behind.
    pub async fn upload_file<R>(
        &self,
        upload: UploadId,
        path: &str,
        mut source: R,
    ) -> Result<u64, ReceiveUpload>
    where
        R: AsyncRead + Send + Unpin + 'static,
    {
        let folder = upload.folder(&self.inner.home.staging());
        if !tokio::fs::try_exists(&folder).await? {
            return Err(ReceiveUpload::UnknownUpload);
        }
        let target = folder.join(checked(path)?);
        let failed = |error| named(error, path);
        if let Some(parent) = target.parent() {
            tokio::fs::create_dir_all(parent).await.map_err(failed)?;
        }
        let mut file = tokio::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&target)
            .await
            .map_err(failed)?;
        let partial = Partial(Some(target));
        let received = receive(&mut source, &mut file).await?;
        partial.keep();
        Ok(received)
    }

    /// Throws an upload away.
    pub async fn upload_discard(&self, upload: UploadId) -> Result<(), ReceiveUpload> {
        let folder = upload.folder(&self.inner.home.staging());
        match tokio::fs::remove_dir_all(folder).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(ReceiveUpload::UnknownUpload)
            }
            other => Ok(other?),
        }
    }
}

/// A file that is not whole yet: it goes when this does, also when the client hangs up and
/// the request is dropped in the middle.
struct Partial(Option<PathBuf>);

impl Partial {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if let Some(path) = self.0.take()
            && let Err(error) = std::fs::remove_file(&path)
        {
            tracing::debug!(%error, "a part of an upload stays until the next start");
        }
    }
}

/// What the file system has against a name.
fn named(error: std::io::Error, path: &str) -> ReceiveUpload {
    use std::io::ErrorKind;
    let shown = || crate::import::shown_path(Path::new(path));
    match error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory | ErrorKind::IsADirectory => {
            ReceiveUpload::AlreadyThere(shown())
        }
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput => ReceiveUpload::BadPath(shown()),
        _ => error.into(),
    }
}

async fn receive<R>(source: &mut R, file: &mut tokio::fs::File) -> std::io::Result<u64>
where
    R: AsyncRead + Send + Unpin,
{
    let mut buffer = vec![0; PIECE];
    let mut total = 0;
    loop {
        let len = source.read(&mut buffer).await?;
        let Some(piece) = buffer.get(..len).filter(|piece| !piece.is_empty()) else {
            break;
        };
        file.write_all(piece).await?;
        total += len as u64;
    }
    // Not synced: the import reads it back and makes the blocks durable.
    file.flush().await?;
    Ok(total)
}

/// A relative path that stays inside.
fn checked(path: &str) -> Result<PathBuf, ReceiveUpload> {
    let bad = || ReceiveUpload::BadPath(crate::import::shown_path(Path::new(path)));
    let is_name = !path.is_empty() && !path.ends_with('/');
    if !is_name || path.len() > MAX_PATH || path.contains('\0') {
        return Err(bad());
    }
    let mut clean = PathBuf::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(name) if name.len() <= MAX_NAME => clean.push(name),
            _ => return Err(bad()),
        }
    }
    if clean.as_os_str().is_empty() {
        Err(bad())
    } else {
        Ok(clean)
    }
}

/// What an upload holds at its top; `None` when there is no such upload.
pub(crate) fn entries(folder: &Path) -> Option<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).ok()?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    Some(paths)
}

/// Removes what earlier runs left in `staging/`, except uploads that a job still needs.
pub(crate) async fn sweep(inner: &Arc<Inner>) {
    let library = Arc::clone(&inner.library);
    let staging = inner.home.staging();
    inner
        .tasks
        .blocking(Lane::Work, move || {
            let Ok(jobs) = library.reader().and_then(|view| view.jobs()) else {
                return;
            };
            let needed: HashSet<PathBuf> = jobs
                .iter()
                .filter(|job| !matches!(job.state, library::JobState::Cancelled))
                .filter_map(|job| {
                    let options: crate::import::ImportOptions =
                        serde_json::from_value(job.options.clone()).ok()?;
                    Some(options.upload?.folder(&staging))
                })
                .collect();
            for path in entries(&staging).unwrap_or_default() {
                if !needed.contains(&path) {
                    let removed = if path.is_dir() {
                        std::fs::remove_dir_all(&path)
                    } else {
                        std::fs::remove_file(&path)
                    };
                    if let Err(error) = removed {
                        tracing::debug!(%error, "a leftover in staging stays");
                    }
                }
            }
        })
        .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_out_are_refused() {
        let check = |path: &str, allowed: bool| {
            assert_eq!(checked(path).is_ok(), allowed, "{path:?}");
        };
        check("a.jpg", true);
        check("folder/b \u{e4}.jpg", true);
        check("", false);
        check("../a", false);
        check("a/../../b", false);
        check("/etc/passwd", false);
        check(&"n".repeat(256), false);
        check("a\0b", false);
        check(".", false);
        check("folder/", false);
        check("a/..", false);
    }
}
