//! Request bodies as byte streams, read only as fast as the node takes them.

use std::io;

use axum::body::Body;
use futures_util::TryStreamExt as _;
use tokio::io::AsyncRead;
use tokio_util::io::StreamReader;

/// The body as a reader; a broken connection is a read error.
pub(crate) fn body_reader(body: Body) -> impl AsyncRead + Send + Unpin + 'static {
    StreamReader::new(body.into_data_stream().map_err(io::Error::other))
}
