//! Answers: one JSON value, lines of JSON as they come, or bytes.
//!
//! The first part of a stream is waited for before the head goes out, so that what fails at once
//! is an error with a status. What fails later breaks the connection: nobody takes a part for
//! the whole.

use ::node::Found;
use axum::{
    Json,
    body::Body,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http::{HeaderName, HeaderValue, header};
use serde_json::Value;

use super::error::{RpcError, RpcResult};

/// An extension of answers that go on while the request's body is still being read: it must not
/// be read by anyone else then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StillReading;

const X_CHUNKED_OUTPUT: HeaderName = HeaderName::from_static("x-chunked-output");
const X_STREAM_OUTPUT: HeaderName = HeaderName::from_static("x-stream-output");
const ONE: HeaderValue = HeaderValue::from_static("1");

/// One JSON value.
pub(super) fn one(value: &Value) -> Response {
    Json(value).into_response()
}

/// Nothing: commands that only do something.
pub(super) fn nothing() -> Response {
    let mut response = Response::new(Body::empty());
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// JSON values, a line each.
pub(super) async fn lines<S>(values: S) -> RpcResult<Response>
where
    S: Stream<Item = RpcResult<Value>> + Send + 'static,
{
    let lines = values.map(|value| {
        value.map(|value| {
            let mut line = value.to_string();
            line.push('\n');
            Bytes::from(line)
        })
    });
    let mut response = Response::new(begun(lines).await?);
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(X_CHUNKED_OUTPUT, ONE);
    Ok(response)
}

/// Bytes of a type.
pub(super) async fn bytes<S>(kind: &'static str, pieces: S) -> RpcResult<Response>
where
    S: Stream<Item = RpcResult<Bytes>> + Send + 'static,
{
    let mut response = Response::new(begun(pieces).await?);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(X_STREAM_OUTPUT, ONE);
    Ok(response)
}

/// A body whose first part is there.
async fn begun<S>(pieces: S) -> RpcResult<Body>
where
    S: Stream<Item = RpcResult<Bytes>> + Send + 'static,
{
    let mut pieces = pieces.boxed();
    Ok(match pieces.next().await {
        None => Body::empty(),
        Some(first) => {
            let first = stream::once(std::future::ready(Ok(first?)));
            Body::from_stream(first.chain(pieces.map(|piece| {
                piece.map_err(|error| {
                    tracing::debug!(error = error.message, "an answer broke");
                    std::io::Error::other(error.message)
                })
            })))
        }
    })
}

/// Results of a search as a stream.
pub(super) fn found<T, F>(
    found: Found<T>,
    mut each: F,
) -> impl Stream<Item = RpcResult<Value>> + Send
where
    T: Send + 'static,
    F: FnMut(T) -> Value + Send + 'static,
{
    results(found).map(move |result| result.map(&mut each))
}

/// Results of a search as they are.
pub(super) fn results<T: Send + 'static>(
    found: Found<T>,
) -> impl Stream<Item = RpcResult<T>> + Send {
    stream::unfold(found, |mut found| async move {
        let next = found.next().await?;
        Some((next.map_err(RpcError::from), found))
    })
}
