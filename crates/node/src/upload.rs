//! Uploads: files that a browser sends, because its drops have no paths.
//!
//! Each upload is a folder in `staging/`; an import job takes the files over and
//! removes the folder when it is done. Uploads that no job took are removed at the
//! next start.

use std::path::PathBuf;

/// Names one upload: 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct UploadId([u8; 16]);

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
    /// The disk is full, or nearly.
    #[error("the disk is full; what was added before is safe")]
    DiskFull,
    /// The stream broke or the file could not be written.
    #[error("could not receive the file; send it again")]
    ReceiveFile(#[source] std::io::Error),
}

impl crate::node::Node {
    /// Begins an upload.
    pub async fn upload_begin(&self) -> Result<UploadId, ReceiveUpload> {
        unimplemented!()
    }

    /// Receives one file of an upload; `path` is relative with `/` between names.
    /// Returns its size in bytes.
    pub async fn upload_file<R>(
        &self,
        upload: UploadId,
        path: &str,
        source: R,
    ) -> Result<u64, ReceiveUpload>
    where
        R: tokio::io::AsyncRead + Send + Unpin + 'static,
    {
        let _ = (upload, path, source);
        unimplemented!()
    }

    /// Throws an upload away.
    pub async fn upload_discard(&self, upload: UploadId) -> Result<(), ReceiveUpload> {
        let _ = upload;
        unimplemented!()
    }
}
