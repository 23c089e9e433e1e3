//! The read-only gateway: `/btfs/CID/path` and `/ipfs/CID/path` on listener (b).
//!
//! Follows the IPFS path gateway and trustless gateway specifications for what a loopback
//! gateway with local blocks can do: files with ranges, directories with `index.html` or a
//! listing, `?format=raw|car` and the matching Accept headers.
//!
//! What it never serves: anything private. A root of this home is served only when it, or
//! something above it, was pinned by hand (`add`, `pin`, `dag import`) or is a public share
//! (`gateway::visible`); anything else is looked for elsewhere when a network runs (504 when
//! nobody has it), whether it is here or not, and answers 404 when none does. What a list
//! blocks answers 410, or 451 when the list calls its reason a legal one. Pages from here are
//! sandboxed without scripts, and cross-origin scripts are refused at the door, so the
//! `Access-Control-Allow-Origin: *` of public gateways is left out on purpose
//! (docs/decisions/0010-gateway-serves-pinned-roots.md).

mod listing;
mod request;
mod visible;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
    routing::get,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use node::{CarScope, ContentPath, ContentReader, MediaStream, Opened, PolicyAction, ReadContent};

use crate::{
    answer::{self, FileAnswer, Source, precondition, set},
    dto::ErrorCode,
    error::{ApiError, ApiResult},
    media::disposition,
    media_app::MediaApp,
};
use request::{Asked, Form};

pub(crate) use visible::Visible;

/// Pages from here: no script, no form, no request elsewhere. `sandbox` alone would do;
/// the rest holds even where it is not understood.
const POLICY: &str = "sandbox; default-src 'self' data: 'unsafe-inline'; script-src 'none'; \
     connect-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
/// Content under its own id never changes.
const FOR_EVER: &str = "public, max-age=29030400, immutable";
/// A listing may look different in the next version.
const FOR_A_WEEK: &str = "public, max-age=604800, stale-while-revalidate=2678400";

const X_IPFS_PATH: HeaderName = HeaderName::from_static("x-ipfs-path");
const X_IPFS_ROOTS: HeaderName = HeaderName::from_static("x-ipfs-roots");

/// The routes of the gateway.
pub(crate) fn routes() -> Router<MediaApp> {
    Router::new()
        .route("/btfs/{*path}", get(serve))
        .route("/ipfs/{*path}", get(serve))
}

async fn serve(State(app): State<MediaApp>, request: Request) -> Response {
    let (request, _) = request.into_parts();
    let cached_only = request
        .headers
        .get(header::CACHE_CONTROL)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("only-if-cached"));
    let mut response = match answer(&app, &request, cached_only).await {
        Ok(response) => response,
        Err(error) if cached_only && error.status() == StatusCode::NOT_FOUND => {
            let mut response = error.into_response();
            *response.status_mut() = StatusCode::PRECONDITION_FAILED;
            response
        }
        Err(error) => error.into_response(),
    };
    set(
        response.headers_mut(),
        header::CONTENT_SECURITY_POLICY,
        POLICY,
    );
    response
}

async fn answer(app: &MediaApp, request: &Parts, cached_only: bool) -> ApiResult<Response> {
    if request.headers.contains_key("service-worker") {
        return Err(ApiError::bad_request(
            "Service workers are not served here.",
        ));
    }
    let asked = Asked::read(&request.uri, &request.headers)?;
    app.node()
        .check_content(&asked.path, PolicyAction::Gateway)?;
    let reader = match app.visible().shows(app.node(), asked.path.root).await? {
        true => ContentReader::Owner,
        // Looked for elsewhere, whether it is here or not.
        false if app.node().can_fetch() && !cached_only => ContentReader::Visitor,
        false => return Err(absent()),
    };
    let roots = roots(app, &asked.path, reader).await?;
    let end = roots.last().copied().unwrap_or(asked.path.root);
    let mut headers = HeaderMap::new();
    set(&mut headers, X_IPFS_PATH, &asked.shown);
    let list: Vec<String> = roots.iter().map(ToString::to_string).collect();
    set(&mut headers, X_IPFS_ROOTS, &list.join(","));
    set(&mut headers, header::VARY, "Accept");
    match asked.form {
        Form::Raw => raw(app, request, end, reader, headers).await,
        Form::Car(scope) => car(app, request, &asked, (end, scope, reader), headers).await,
        Form::Plain => plain(app, request, &asked, reader, headers).await,
    }
}

/// Absent and private give the same answer.
fn absent() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "This content is not here.")
        .todo("Content that was added with `tributary add` or pinned is served.")
}

fn read_error(error: ReadContent) -> ApiError {
    match error {
        ReadContent::MissingBlock(_)
        | ReadContent::NoSuchName { .. }
        | ReadContent::NotADirectory(_) => absent(),
        other => other.into(),
    }
}

/// The id of the root and of every step of the path.
async fn roots(
    app: &MediaApp,
    path: &ContentPath,
    reader: ContentReader,
) -> ApiResult<Vec<dag::Cid>> {
    let mut roots = Vec::with_capacity(path.segments.len() + 1);
    roots.push(path.root);
    for steps in 1..=path.segments.len() {
        let part = ContentPath {
            root: path.root,
            segments: path.segments.iter().take(steps).cloned().collect(),
        };
        roots.push(
            app.node()
                .resolve_for(&part, reader)
                .await
                .map_err(read_error)?,
        );
    }
    Ok(roots)
}

/// One block's own bytes.
async fn raw(
    app: &MediaApp,
    request: &Parts,
    cid: dag::Cid,
    reader: ContentReader,
    mut headers: HeaderMap,
) -> ApiResult<Response> {
    let bytes = app
        .node()
        .block_for(cid, reader)
        .await
        .map_err(read_error)?;
    set(&mut headers, header::CACHE_CONTROL, FOR_EVER);
    let name = format!("{cid}.bin");
    set(
        &mut headers,
        header::CONTENT_DISPOSITION,
        &disposition("attachment", &name),
    );
    let answer = FileAnswer {
        source: Source::Bytes(bytes),
        etag: format!("\"{cid}.raw\""),
        mime: "application/vnd.ipld.raw".to_owned(),
        headers,
    };
    answer.respond(&request.method, &request.headers).await
}

/// The blocks of a path and of what it leads to as CARv1.
async fn car(
    app: &MediaApp,
    request: &Parts,
    asked: &Asked,
    (cid, scope, reader): (dag::Cid, CarScope, ContentReader),
    mut headers: HeaderMap,
) -> ApiResult<Response> {
    // The blocks of the path are in it, too.
    let from = match asked.path.segments.len() {
        0 => String::new(),
        names => format!("{}.{names}.", asked.path.root),
    };
    let what = match scope {
        CarScope::All => String::new(),
        CarScope::Block => ".block".to_owned(),
        CarScope::Entity(None) => ".entity".to_owned(),
        CarScope::Entity(Some(range)) => match range.to {
            Some(to) => format!(".entity.{}.{to}", range.from),
            None => format!(".entity.{}", range.from),
        },
    };
    let etag = format!("W/\"{from}{cid}.car.dfs.n{what}\"");
    set(&mut headers, header::ETAG, &etag);
    set(&mut headers, header::CACHE_CONTROL, FOR_EVER);
    let mut response = match precondition(&request.headers, &etag) {
        Some(status) => status.into_response(),
        None => {
            // Asked for even with HEAD: a root that is not here must be a 404.
            let stream = app
                .node()
                .car_for(&asked.path, scope, reader)
                .await
                .map_err(read_error)?;
            let mut response = answer::car(stream);
            if request.method == Method::HEAD {
                *response.body_mut() = Body::empty();
            }
            let name = format!("{cid}.car");
            set(
                &mut headers,
                header::CONTENT_DISPOSITION,
                &disposition("attachment", &name),
            );
            response
        }
    };
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/vnd.ipld.car; version=1; order=dfs; dups=n"),
    );
    set(&mut headers, header::ACCEPT_RANGES, "none");
    response.headers_mut().extend(headers);
    Ok(response)
}

/// Files, directories and links as people want to see them.
async fn plain(
    app: &MediaApp,
    request: &Parts,
    asked: &Asked,
    reader: ContentReader,
    mut headers: HeaderMap,
) -> ApiResult<Response> {
    match app
        .node()
        .open_content_for(&asked.path, reader)
        .await
        .map_err(read_error)?
    {
        Opened::File(stream) => {
            let name = asked.path.segments.last().cloned();
            file(request, *stream, name, asked, headers).await
        }
        Opened::Directory { .. } if !asked.slash => {
            let mut response = StatusCode::MOVED_PERMANENTLY.into_response();
            let query = request
                .uri
                .query()
                .map(|query| format!("?{query}"))
                .unwrap_or_default();
            let to = format!("{}/{query}", request.uri.path());
            set(&mut headers, header::LOCATION, &to);
            response.headers_mut().extend(headers);
            Ok(response)
        }
        Opened::Directory { cid, entries } => {
            let index = entries.iter().any(|entry| entry.name == "index.html");
            if index {
                let mut path = asked.path.clone();
                path.segments.push("index.html".to_owned());
                if let Opened::File(stream) = app
                    .node()
                    .open_content_for(&path, reader)
                    .await
                    .map_err(read_error)?
                {
                    let name = Some("index.html".to_owned());
                    return file(request, *stream, name, asked, headers).await;
                }
            }
            let etag = listing::etag(&cid);
            set(&mut headers, header::CACHE_CONTROL, FOR_A_WEEK);
            let answer = FileAnswer {
                source: Source::Bytes(listing::page(asked, &cid, &entries).into()),
                etag,
                mime: "text/html; charset=utf-8".to_owned(),
                headers,
            };
            answer.respond(&request.method, &request.headers).await
        }
        Opened::Symlink { cid, target } => {
            set(&mut headers, header::CACHE_CONTROL, FOR_EVER);
            let answer = FileAnswer {
                source: Source::Bytes(target.into()),
                etag: format!("\"{cid}\""),
                mime: "inode/symlink".to_owned(),
                headers,
            };
            answer.respond(&request.method, &request.headers).await
        }
        _ => Err(ApiError::new(
            ErrorCode::UnsupportedFormat,
            "This is not a file or a directory.",
        )
        .todo("Add ?format=raw for the block itself.")),
    }
}

async fn file(
    request: &Parts,
    stream: MediaStream,
    name: Option<String>,
    asked: &Asked,
    mut headers: HeaderMap,
) -> ApiResult<Response> {
    set(&mut headers, header::CACHE_CONTROL, FOR_EVER);
    let name = asked.filename.clone().or(name);
    let kind = if asked.download {
        "attachment"
    } else {
        "inline"
    };
    match &name {
        Some(name) => set(
            &mut headers,
            header::CONTENT_DISPOSITION,
            &disposition(kind, name),
        ),
        None => set(&mut headers, header::CONTENT_DISPOSITION, kind),
    }
    let mime = name
        .as_deref()
        .and_then(listing::mime_of)
        .map_or_else(|| stream.mime().to_owned(), ToOwned::to_owned);
    let answer = FileAnswer {
        etag: format!("\"{}\"", stream.cid()),
        mime,
        headers,
        source: Source::Stream(Box::new(stream)),
    };
    answer.respond(&request.method, &request.headers).await
}
