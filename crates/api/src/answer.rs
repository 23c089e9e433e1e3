//! Answers that are files: conditional requests, ranges, HEAD, and the streamed body.
//!
//! Follows RFC 9110 (sections 13 and 14). The ETag is strong and is the content
//! id, so equal tags mean equal bytes for ever. Bodies are pulled by the client: at
//! most two reads of [`node::MAX_READ`] bytes are under way for each connection.
//!
//! The first read is done before the head goes out: a file that changed, is gone or is
//! damaged there is an error with a status. One that breaks later breaks the connection.

use std::ops::Range;

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use node::{MediaStream, ReadMedia};

use crate::{
    dto::ErrorCode,
    error::{ApiError, ApiResult},
    range::{self, Wanted},
};

/// Reads under way for one body: one goes out while the next is read.
const READ_AHEAD: usize = 2;

/// Where the bytes of an answer come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A file of the node.
    Stream(Box<MediaStream>),
    /// Bytes in memory.
    Bytes(Bytes),
}

/// A file to answer with.
#[derive(Debug)]
pub(crate) struct FileAnswer {
    /// The bytes.
    pub(crate) source: Source,
    /// ETag with its quotes.
    pub(crate) etag: String,
    /// Content type.
    pub(crate) mime: String,
    /// Further headers of a successful answer.
    pub(crate) headers: HeaderMap,
}

impl Source {
    fn size(&self) -> u64 {
        match self {
            Self::Stream(stream) => stream.size(),
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }

    /// As [`Source::read`], with the first piece read already.
    pub(crate) async fn begin(&self, range: Range<u64>) -> Result<Pieces, ReadMedia> {
        let mut pieces = self.read(range);
        match pieces.next().await {
            Some(first) => {
                let first = stream::once(std::future::ready(Ok(first?)));
                Ok(first.chain(pieces).boxed())
            }
            None => Ok(pieces),
        }
    }

    /// The bytes of `range` as they are read.
    fn read(&self, range: Range<u64>) -> Pieces {
        match self {
            Self::Bytes(bytes) => {
                let start = usize::try_from(range.start)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                let end = usize::try_from(range.end)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                let part = bytes.slice(start..end.max(start));
                stream::once(std::future::ready(Ok(part))).boxed()
            }
            Self::Stream(media) if media.is_remote() => {
                let media = media.clone();
                stream::try_unfold(range.start, move |at| {
                    let media = media.clone();
                    async move { next_piece(&media, at, range.end).await }
                })
                .boxed()
            }
            Self::Stream(media) => {
                let media = media.clone();
                let step = node::MAX_READ as u64;
                let starts = (range.start..range.end).step_by(node::MAX_READ);
                let reads = starts.map(move |at| {
                    let media = media.clone();
                    let until = range.end.min(at.saturating_add(step));
                    async move { exactly(&media, at, until).await }
                });
                stream::iter(reads)
                    .buffered(READ_AHEAD)
                    .flat_map(unpack)
                    .boxed()
            }
        }
    }
}

/// Bytes as they are read.
pub(crate) type Pieces = stream::BoxStream<'static, Result<Bytes, ReadMedia>>;

fn unpack(pieces: Result<Vec<Bytes>, ReadMedia>) -> impl Stream<Item = Result<Bytes, ReadMedia>> {
    match pieces {
        Ok(pieces) => stream::iter(pieces.into_iter().map(Ok).collect::<Vec<_>>()),
        Err(error) => stream::iter(vec![Err(error)]),
    }
}

/// The next bytes that have come, and where those after them begin.
async fn next_piece(
    media: &MediaStream,
    at: u64,
    end: u64,
) -> Result<Option<(Bytes, u64)>, ReadMedia> {
    let want = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
    if want == 0 {
        return Ok(None);
    }
    let piece = media.read_at(at, want).await?;
    let next = at + piece.len() as u64;
    Ok((!piece.is_empty()).then_some((piece, next)))
}

/// Reads `at..until`, at most [`node::MAX_READ`] bytes, in as few pieces as the node gives.
async fn exactly(media: &MediaStream, at: u64, until: u64) -> Result<Vec<Bytes>, ReadMedia> {
    let mut pieces = Vec::with_capacity(1);
    let mut at = at;
    while at < until {
        let want = usize::try_from(until - at).unwrap_or(usize::MAX);
        let piece = media.read_at(at, want).await?;
        if piece.is_empty() {
            // Shorter than it said: hyper closes the connection, so the client sees it.
            break;
        }
        at += piece.len() as u64;
        pieces.push(piece);
    }
    Ok(pieces)
}

impl FileAnswer {
    /// The answer to a GET or HEAD with these headers.
    pub(crate) async fn respond(self, method: &Method, request: &HeaderMap) -> ApiResult<Response> {
        let size = self.source.size();
        if let Some(status) = precondition(request, &self.etag) {
            return Ok(self.finish(status, Body::empty(), None));
        }
        let wanted = match request.get(header::RANGE).map(HeaderValue::to_str) {
            Some(Ok(range)) if *method == Method::GET && range_applies(request, &self.etag) => {
                range::parse(range, size)
            }
            _ => Wanted::All,
        };
        Ok(match wanted {
            Wanted::All => {
                let body = self.body(method, 0..size).await?;
                self.finish(StatusCode::OK, body, Some(size))
            }
            Wanted::Nothing => {
                let mut response = ApiError::new(
                    ErrorCode::BadRequest,
                    "The file does not have the bytes that were asked for.",
                )
                .into_response();
                *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
                set(
                    response.headers_mut(),
                    header::CONTENT_RANGE,
                    &format!("bytes */{size}"),
                );
                set(response.headers_mut(), header::ACCEPT_RANGES, "bytes");
                response
            }
            Wanted::Parts(parts) => match parts.as_slice() {
                [range] => {
                    let length = range.end - range.start;
                    let content_range = content_range(range, size);
                    let body = self.body(method, range.clone()).await?;
                    let mut response = self.finish(StatusCode::PARTIAL_CONTENT, body, Some(length));
                    set(
                        response.headers_mut(),
                        header::CONTENT_RANGE,
                        &content_range,
                    );
                    response
                }
                _ => self.multipart(parts, size).await?,
            },
        })
    }

    async fn body(&self, method: &Method, range: Range<u64>) -> ApiResult<Body> {
        if range.is_empty() {
            return Ok(Body::empty());
        }
        // HEAD reads, too: its answer is that of GET.
        let pieces = self.source.begin(range).await?;
        Ok(if *method == Method::HEAD {
            Body::empty()
        } else {
            Body::from_stream(pieces)
        })
    }

    async fn multipart(self, parts: Vec<Range<u64>>, size: u64) -> ApiResult<Response> {
        // The boundary cannot occur by accident: it is made from the content's own hash.
        let boundary: String = self
            .etag
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(60)
            .collect();
        let boundary = format!("tributary-{boundary}");
        let mut length = 0_u64;
        let mut pieces: Vec<Pieces> = Vec::new();
        let text = |text: String| -> Pieces {
            stream::once(std::future::ready(Ok(Bytes::from(text)))).boxed()
        };
        for (index, range) in parts.iter().enumerate() {
            let lead = if index == 0 { "" } else { "\r\n" };
            let head = format!(
                "{lead}--{boundary}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n",
                self.mime,
                content_range(range, size),
            );
            length += head.len() as u64 + (range.end - range.start);
            pieces.push(text(head));
            pieces.push(match index {
                0 => self.source.begin(range.clone()).await?,
                _ => self.source.read(range.clone()),
            });
        }
        let tail = format!("\r\n--{boundary}--\r\n");
        length += tail.len() as u64;
        pieces.push(text(tail));
        let body = Body::from_stream(stream::iter(pieces).flatten());
        let mut response = self.finish(StatusCode::PARTIAL_CONTENT, body, Some(length));
        set(
            response.headers_mut(),
            header::CONTENT_TYPE,
            &format!("multipart/byteranges; boundary={boundary}"),
        );
        Ok(response)
    }

    fn finish(self, status: StatusCode, body: Body, length: Option<u64>) -> Response {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.extend(self.headers);
        set(headers, header::ETAG, &self.etag);
        set(headers, header::ACCEPT_RANGES, "bytes");
        match length {
            Some(length) => {
                set(headers, header::CONTENT_TYPE, &self.mime);
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
            }
            None => {
                headers.remove(header::CONTENT_DISPOSITION);
            }
        }
        response
    }
}

fn content_range(range: &Range<u64>, size: u64) -> String {
    format!(
        "bytes {}-{}/{size}",
        range.start,
        range.end.saturating_sub(1)
    )
}

/// Sets a header; text that is no header value is left out.
pub(crate) fn set(headers: &mut HeaderMap, name: header::HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

/// The status that If-Match or If-None-Match decide, if they do.
pub(crate) fn precondition(request: &HeaderMap, etag: &str) -> Option<StatusCode> {
    if request.contains_key(header::IF_MATCH) && !lists(request, header::IF_MATCH, etag, false) {
        return Some(StatusCode::PRECONDITION_FAILED);
    }
    lists(request, header::IF_NONE_MATCH, etag, true).then_some(StatusCode::NOT_MODIFIED)
}

/// True when a list of entity tags names `etag`, or is `*`.
fn lists(request: &HeaderMap, name: header::HeaderName, etag: &str, weak_counts: bool) -> bool {
    request
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| {
            let tag = if weak_counts {
                tag.strip_prefix("W/").unwrap_or(tag)
            } else {
                tag
            };
            tag == "*" || tag == etag || weak_counts && Some(tag) == etag.strip_prefix("W/")
        })
}

/// If-Range: the range counts only for the very same bytes. Dates never match, as
/// content has none.
fn range_applies(request: &HeaderMap, etag: &str) -> bool {
    request
        .get(header::IF_RANGE)
        .is_none_or(|value| value.to_str().is_ok_and(|value| value.trim() == etag))
}

/// A part of a file, with no conditions: what `cat` prints.
pub(crate) async fn part(stream: MediaStream, range: Range<u64>) -> ApiResult<Response> {
    let length = range.end.saturating_sub(range.start);
    let source = Source::Stream(Box::new(stream));
    let body = if length == 0 {
        Body::empty()
    } else {
        Body::from_stream(source.begin(range).await?)
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    set(headers, header::CONTENT_TYPE, "application/octet-stream");
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

/// Bytes as they are found. A failure in the middle breaks the connection.
pub(crate) fn found_bytes(found: node::Found<Bytes>) -> Response {
    let pieces = stream::unfold(found, |mut found| async move {
        found.next().await.map(|piece| (piece, found))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let kind = "application/octet-stream";
    set(response.headers_mut(), header::CONTENT_TYPE, kind);
    response
}

/// A CAR as it is made. A failure in the middle breaks the connection, so that nobody
/// takes a part for the whole.
pub(crate) fn car(car: node::CarStream) -> Response {
    let pieces = stream::unfold(car, |mut car| async move {
        car.next().await.map(|piece| (piece, car))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    set(
        response.headers_mut(),
        header::CONTENT_TYPE,
        "application/vnd.ipld.car; version=1",
    );
    response
}
