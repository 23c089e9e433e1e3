//! Listener (b), the signed half: media, previews and captions of private items.
//!
//! Whoever holds a signed URL may read exactly what it names until it expires. What is
//! served can be hostile (an SVG or HTML file in the library): every answer is
//! sandboxed and nosniff, and what is not plain media comes as a download of no
//! particular type.

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::get,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use library::{AssetId, ItemId, RenditionId, ShareId};
use node::{GetCaptions, GetPreview, OpenStream, PreviewSize};

use crate::{
    answer::{FileAnswer, Source, set},
    clock,
    convert::errors::boxed,
    dto::ErrorCode,
    error::{ApiError, ApiResult},
    extract::{Path, Query, id},
    gateway,
    guard::preflight,
    links::Signed,
    media_app::MediaApp,
};

/// What nothing served here may do, even when someone opens it as a page.
pub(crate) const SANDBOX: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; \
     img-src 'self' data:; media-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; \
     form-action 'none'";

/// The routes of listener (b). There is no API here.
pub(crate) fn router(app: MediaApp) -> Router {
    Router::new()
        .route("/media/{item}/{rendition}", get(media))
        .route("/preview/{item}/{size}", get(preview))
        .route("/shared/{share}/{index}/{what}", get(shared))
        .route("/captions/{item}/{file}", get(captions))
        .merge(gateway::routes())
        .fallback(|| async { ApiError::not_found("page") })
        .method_not_allowed_fallback(|| async {
            ApiError::new(
                ErrorCode::MethodNotAllowed,
                "Only GET and HEAD are answered here.",
            )
        })
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .with_state(app)
}

async fn guard(State(app): State<MediaApp>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = match app.door().check(request.headers()) {
        Err(error) => error.into_response(),
        Ok(_) if request.method() == Method::OPTIONS && origin.is_some() => {
            let mut response = preflight("GET, HEAD", "range, if-range, if-none-match");
            app.door().allow(origin.as_ref(), &mut response);
            return response;
        }
        Ok(_) => {
            let mut response = next.run(request).await;
            app.door().allow(origin.as_ref(), &mut response);
            response
        }
    };
    let headers = response.headers_mut();
    let mut put = |name: &'static str, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    put("content-security-policy", SANDBOX);
    put("x-content-type-options", "nosniff");
    put("referrer-policy", "no-referrer");
    put("cross-origin-resource-policy", "cross-origin");
    put("cross-origin-opener-policy", "same-origin");
    put("x-frame-options", "DENY");
    put(
        "access-control-expose-headers",
        "accept-ranges, content-length, content-range, etag, x-ipfs-path, x-ipfs-roots",
    );
    put("cache-control", "no-store");
    response
}

/// Refuses unless the signature fits the path; absent, wrong and expired look the same.
fn signed(app: &MediaApp, path: &str, query: &Signed) -> ApiResult<()> {
    if app.links().verify(path, query, clock::now_seconds()) {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::Unauthorized,
        "This link is not valid, or not any more.",
    )
    .todo("Reload the page that has it."))
}

/// Paths and signatures are taken apart before routing decodes anything.
fn signed_path(request_path: &str) -> &str {
    request_path.trim_start_matches('/')
}

async fn media(
    State(app): State<MediaApp>,
    Path((item, rendition)): Path<(String, String)>,
    query: Query<Signed>,
    request: Request,
) -> ApiResult<Response> {
    signed(&app, signed_path(request.uri().path()), &query.0)?;
    let item: ItemId = id("item", &item)?;
    let rendition: RenditionId = id("rendition", &rendition)?;
    let stream = app
        .node()
        .open_stream(item, Some(rendition))
        .await
        .map_err(open_error)?;
    serve_stream(stream, &request.into_parts().0).await
}

async fn shared(
    State(app): State<MediaApp>,
    Path((share, index, what)): Path<(String, String, String)>,
    query: Query<Signed>,
    request: Request,
) -> ApiResult<Response> {
    signed(&app, signed_path(request.uri().path()), &query.0)?;
    let share: ShareId = id("share", &share)?;
    let index = index.parse().map_err(|_| ApiError::not_found("file"))?;
    let stream = app
        .node()
        .open_shared_file(share, index, what == "poster")
        .await?;
    serve_stream(stream, &request.into_parts().0).await
}

/// A file's bytes, revalidated each time they are asked for.
async fn serve_stream(
    stream: node::MediaStream,
    request: &http::request::Parts,
) -> ApiResult<Response> {
    let (mime, disposition) = presentation(stream.mime(), stream.name());
    let mut headers = HeaderMap::new();
    set(&mut headers, header::CONTENT_DISPOSITION, &disposition);
    // The bytes behind an ETag never change, but which bytes a rendition has can be
    // asked again for nothing: revalidate, and answer 304.
    set(
        &mut headers,
        header::CACHE_CONTROL,
        "private, max-age=0, must-revalidate",
    );
    let answer = FileAnswer {
        etag: format!("\"{}\"", stream.cid()),
        mime,
        headers,
        source: Source::Stream(Box::new(stream)),
    };
    answer.respond(&request.method, &request.headers).await
}

async fn preview(
    State(app): State<MediaApp>,
    Path((item, size)): Path<(String, String)>,
    query: Query<Signed>,
    request: Request,
) -> ApiResult<Response> {
    signed(&app, signed_path(request.uri().path()), &query.0)?;
    let item: ItemId = id("item", &item)?;
    let size = match size.as_str() {
        "320" => PreviewSize::Small,
        "1440" => PreviewSize::Large,
        "poster" => PreviewSize::Poster,
        "poster-1440" => PreviewSize::PosterLarge,
        _ => return Err(ApiError::not_found("preview")),
    };
    let preview = app
        .node()
        .preview(item, size)
        .await
        .map_err(preview_error)?;
    let mut headers = HeaderMap::new();
    // The URL carries a version, so what it gives never changes.
    set(
        &mut headers,
        header::CACHE_CONTROL,
        "private, max-age=31536000, immutable",
    );
    set(&mut headers, header::CONTENT_DISPOSITION, "inline");
    let answer = FileAnswer {
        etag: format!("\"{}\"", preview.etag),
        mime: preview.mime.to_owned(),
        headers,
        source: Source::Bytes(preview.bytes),
    };
    answer.respond(request.method(), request.headers()).await
}

async fn captions(
    State(app): State<MediaApp>,
    Path((item, file)): Path<(String, String)>,
    query: Query<Signed>,
    request: Request,
) -> ApiResult<Response> {
    signed(&app, signed_path(request.uri().path()), &query.0)?;
    let item: ItemId = id("item", &item)?;
    let asset: AssetId = id("captions", file.strip_suffix(".vtt").unwrap_or_default())?;
    let text = app
        .node()
        .captions(item, asset)
        .await
        .map_err(captions_error)?;
    let digest = <sha2::Sha256 as sha2::Digest>::digest(text.as_bytes());
    let tag = data_encoding::HEXLOWER.encode(digest.get(..16).unwrap_or_default());
    let mut headers = HeaderMap::new();
    set(
        &mut headers,
        header::CACHE_CONTROL,
        "private, max-age=0, must-revalidate",
    );
    set(&mut headers, header::CONTENT_DISPOSITION, "inline");
    let answer = FileAnswer {
        etag: format!("\"{tag}\""),
        mime: "text/vtt; charset=utf-8".to_owned(),
        headers,
        source: Source::Bytes(Bytes::from(text)),
    };
    answer.respond(request.method(), request.headers()).await
}

fn open_error(error: OpenStream) -> ApiError {
    let text = error.to_string();
    match error {
        OpenStream::UnknownItem => ApiError::not_found("item"),
        OpenStream::Blocked(blocked) => blocked.into(),
        OpenStream::Missing => ApiError::new(ErrorCode::SourceMissing, text)
            .todo("Put the file back, or find it again from the item's page."),
        OpenStream::Offline => {
            ApiError::new(ErrorCode::Offline, text).todo("Connect the disk and try again.")
        }
        OpenStream::Changed => ApiError::new(ErrorCode::SourceChanged, text)
            .todo("Add the file again to take its new content."),
        other => boxed(&other),
    }
}

pub(crate) fn preview_error(error: GetPreview) -> ApiError {
    let text = error.to_string();
    match error {
        GetPreview::UnknownItem | GetPreview::NotYet => ApiError::new(ErrorCode::NotFound, text),
        GetPreview::Unavailable(_) => ApiError::new(ErrorCode::UnsupportedFormat, text),
        other => boxed(&other),
    }
}

fn captions_error(error: GetCaptions) -> ApiError {
    let text = error.to_string();
    match error {
        GetCaptions::UnknownCaptions => ApiError::not_found("captions"),
        GetCaptions::BadCaptions(_) => ApiError::new(ErrorCode::UnsupportedFormat, text),
        other => boxed(&other),
    }
}

/// Content type and disposition: inline only for media that cannot carry script.
pub(crate) fn presentation(mime: &str, name: &str) -> (String, String) {
    let plain = mime.split(';').next().unwrap_or_default().trim();
    let harmless = match plain.split_once('/') {
        Some(("video" | "audio", _)) => true,
        Some(("image", kind)) => !kind.contains("svg") && !kind.contains("xml"),
        _ => false,
    };
    if harmless {
        (mime.to_owned(), disposition("inline", name))
    } else {
        (
            "application/octet-stream".to_owned(),
            disposition("attachment", name),
        )
    }
}

/// A Content-Disposition with the name in both forms (RFC 6266).
pub(crate) fn disposition(kind: &str, name: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const ATTR: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    let plain: String = name
        .chars()
        .map(|letter| match letter {
            ' ' | '!' | '#'..='[' | ']'..='~' => letter,
            _ => '_',
        })
        .collect();
    format!(
        "{kind}; filename=\"{plain}\"; filename*=UTF-8''{}",
        utf8_percent_encode(name, ATTR)
    )
}
