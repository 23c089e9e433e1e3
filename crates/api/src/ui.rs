//! The web UI's own files, on listener (a), for browsers on the headless daemon.
//!
//! The files are not secret and need no token; the data behind them does. Paths without
//! a file and without an extension get `index.html`, so that every room has a URL.

use std::{borrow::Cow, path::PathBuf};

use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};

use crate::{
    answer::{FileAnswer, Source, set},
    app::App,
    dto::ErrorCode,
    error::ApiError,
    guard::is_api_path,
};

/// Finds an embedded file by its path, "index.html" or "assets/app.js".
pub type FindAsset = fn(&str) -> Option<&'static [u8]>;

/// Where the files of the UI come from.
#[derive(Debug, Clone)]
pub struct UiAssets(Kind);

#[derive(Debug, Clone)]
enum Kind {
    None,
    Folder(PathBuf),
    Embedded(FindAsset),
}

impl UiAssets {
    /// No UI: the desktop window brings its own.
    #[must_use]
    pub fn none() -> Self {
        Self(Kind::None)
    }

    /// Files of a folder, read at each request: for development.
    #[must_use]
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self(Kind::Folder(path.into()))
    }

    /// Files inside the program.
    #[must_use]
    pub fn embedded(find: FindAsset) -> Self {
        Self(Kind::Embedded(find))
    }

    async fn get(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        match &self.0 {
            Kind::None => None,
            Kind::Embedded(find) => find(path).map(Cow::Borrowed),
            Kind::Folder(root) => {
                let inside = path.split('/').all(|name| {
                    !name.is_empty() && name != "." && name != ".." && !name.contains(['\\', '\0'])
                });
                if !inside {
                    return None;
                }
                tokio::fs::read(root.join(path)).await.ok().map(Cow::Owned)
            }
        }
    }
}

/// The policy of the UI's pages. Scripts only from our own files; no eval.
pub(crate) fn policy(media_base: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob: {media_base}; media-src 'self' blob: {media_base}; \
         connect-src 'self' {media_base}; font-src 'self'; object-src 'none'; \
         worker-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// Everything on listener (a) that is not the API.
pub(crate) async fn serve(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    if is_api_path(path) {
        return ApiError::not_found("route").into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::new(
            ErrorCode::MethodNotAllowed,
            "Only GET and HEAD are answered here.",
        )
        .into_response();
    }
    if path == "/"
        && let Some(offered) = token_of(request.uri().query().unwrap_or_default())
    {
        return open_session(&app, &offered);
    }
    let path = percent_encoding::percent_decode_str(path.trim_start_matches('/'))
        .decode_utf8_lossy()
        .into_owned();
    let name = if path.is_empty() {
        "index.html"
    } else {
        path.as_str()
    };
    let mut found = app.ui().get(name).await.map(|bytes| (name, bytes));
    let is_room = !name.rsplit('/').next().unwrap_or_default().contains('.');
    if found.is_none() && is_room {
        found = app
            .ui()
            .get("index.html")
            .await
            .map(|bytes| ("index.html", bytes));
    }
    let Some((name, bytes)) = found else {
        return missing(&app, is_room);
    };
    let bytes = match bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&bytes);
    let tag = data_encoding::HEXLOWER.encode(digest.get(..16).unwrap_or_default());
    let mut headers = page_headers(&app);
    // Vite puts a hash of the content into every name below assets/.
    let cache = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    set(&mut headers, header::CACHE_CONTROL, cache);
    let answer = FileAnswer {
        source: Source::Bytes(bytes),
        etag: format!("\"{tag}\""),
        mime: mime_of(name).to_owned(),
        headers,
    };
    match answer.respond(request.method(), request.headers()).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

fn page_headers(app: &App) -> http::HeaderMap {
    let mut headers = http::HeaderMap::new();
    headers.insert(header::CONTENT_SECURITY_POLICY, app.ui_policy().clone());
    set(&mut headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut headers, header::REFERRER_POLICY, "no-referrer");
    set(&mut headers, header::X_FRAME_OPTIONS, "DENY");
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
}

fn missing(app: &App, is_room: bool) -> Response {
    if !is_room {
        return ApiError::not_found("file").into_response();
    }
    let mut response = axum::response::Html(
        "<!doctype html><meta charset=utf-8><title>Tributary</title>\
         <p>Tributary is running, but this build has no web interface. \
         The command <code>tributary status</code> talks to it.",
    )
    .into_response();
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().extend(page_headers(app));
    response
}

fn token_of(query: &str) -> Option<String> {
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("token="))
        .map(|text| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8_lossy()
                .into_owned()
        })
}

/// `GET /?token=T`: turns the printed link into a session and takes the token out of the
/// address bar.
fn open_session(app: &App, offered: &str) -> Response {
    let mut response = if app.token().matches(offered.as_bytes()) {
        let mut response = StatusCode::SEE_OTHER.into_response();
        let cookie = format!(
            "{}={}; Path=/api; HttpOnly; SameSite=Strict",
            app.cookie_name(),
            app.token().cookie(),
        );
        set(response.headers_mut(), header::LOCATION, "/");
        set(response.headers_mut(), header::SET_COOKIE, &cookie);
        response
    } else {
        let mut response = axum::response::Html(
            "<!doctype html><meta charset=utf-8><title>Tributary</title>\
             <p>This link is from an earlier start. Open the link that Tributary printed last.",
        )
        .into_response();
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        response
    };
    response.headers_mut().extend(page_headers(app));
    set(response.headers_mut(), header::CACHE_CONTROL, "no-store");
    response
}

fn mime_of(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
