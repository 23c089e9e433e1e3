//! Content by its id: what the command line uses.

use axum::{body::Body, extract::State, response::Response};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::convert::errors::boxed;
use crate::{
    answer,
    body::body_reader,
    convert::content,
    dto::{DirectoryEntry, EntryKind, ErrorCode, PinKind},
    extract,
};
use crate::{
    app::App,
    dto::{
        AddedFile, CarImported, DecryptRequest, Listing, NodeAddRequest, Pin, PinRequest, RepoStat,
    },
    error::{ApiError, ApiResult},
    extract::{Json, Path, Query, SecretJson},
};
use node::{AddOptions, ContentKind, ContentPath, Opened, ReadContent};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(add_content))
        .routes(routes!(add_paths))
        .routes(routes!(cat_content))
        .routes(routes!(decrypt_content))
        .routes(routes!(list_content))
        .routes(routes!(list_pins, add_pin))
        .routes(routes!(remove_pin))
        .routes(routes!(export_car))
        .routes(routes!(import_car))
        .routes(routes!(get_repo))
}

/// How to add the body.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct AddQuery {
    /// Name of the file in the answer.
    pub(crate) name: Option<String>,
    /// Pin it; true when absent.
    pub(crate) pin: Option<bool>,
    /// 0 or 1; 0 when absent.
    pub(crate) cid_version: Option<u8>,
    /// Leaves without wrapper; as the CID version when absent.
    pub(crate) raw_leaves: Option<bool>,
    /// "size-BYTES", "rabin-MIN-AVG-MAX", "buzhash" or "reed-solomon-DATA-PARITY-BYTES";
    /// "size-262144" when absent.
    pub(crate) chunker: Option<String>,
    /// Encrypt it as BTFS does, for the key below, the peer below, or this node.
    pub(crate) encrypt: Option<bool>,
    /// A public key of secp256k1, hex.
    pub(crate) public_key: Option<String>,
    /// A peer id that holds such a key.
    pub(crate) peer_id: Option<String>,
}

/// Which bytes of which file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct CatQuery {
    /// A CID, or "/btfs/CID/path".
    pub(crate) path: String,
    /// First byte; 0 when absent.
    pub(crate) offset: Option<u64>,
    /// Number of bytes; all when absent.
    pub(crate) length: Option<u64>,
}

/// Which content.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct PathQuery {
    /// A CID, or "/btfs/CID/path".
    pub(crate) path: String,
}

/// Which root.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct CidQuery {
    /// The CID.
    pub(crate) cid: String,
}

fn encrypted_for(
    app: &App,
    options: AddOptions,
    encrypt: bool,
    public_key: Option<&str>,
    peer_id: Option<&str>,
) -> ApiResult<AddOptions> {
    let encrypt = content::recipient(app.node(), encrypt, public_key, peer_id)
        .map_err(|error| ApiError::bad_request(error.to_string()))?;
    Ok(AddOptions { encrypt, ..options })
}

/// Adds the body as one file.
#[utoipa::path(post, path = "/node/add", tag = "node", params(AddQuery), request_body(content_type = "application/octet-stream"), responses((status = 200, description = "Adds the body as one file.", body = AddedFile)))]
async fn add_content(
    State(app): State<App>,
    Query(query): Query<AddQuery>,
    body: Body,
) -> ApiResult<Json<AddedFile>> {
    let options = content::add_options(
        query.name,
        query.pin,
        query.cid_version,
        query.raw_leaves,
        query.chunker.as_deref(),
        None,
    )?;
    let (public_key, peer_id) = (query.public_key.as_deref(), query.peer_id.as_deref());
    let encrypt = query.encrypt.unwrap_or(false);
    let options = encrypted_for(&app, options, encrypt, public_key, peer_id)?;
    let added = app.node().add_stream(body_reader(body), options).await?;
    Ok(Json(AddedFile {
        name: added.name,
        cid: added.cid.to_string(),
        size: added.size,
        kind: EntryKind::File,
    }))
}

/// Adds files and folders of this machine.
#[utoipa::path(post, path = "/node/add/paths", tag = "node", request_body = NodeAddRequest, responses((status = 200, description = "Adds files and folders of this machine.", body = Vec<AddedFile>)))]
async fn add_paths(
    State(app): State<App>,
    Json(request): Json<NodeAddRequest>,
) -> ApiResult<Json<Vec<AddedFile>>> {
    let options = content::add_options(
        None,
        request.pin,
        request.cid_version,
        request.raw_leaves,
        request.chunker.as_deref(),
        request.reference,
    )?;
    let (public_key, peer_id) = (request.public_key.as_deref(), request.peer_id.as_deref());
    let encrypt = request.encrypt.unwrap_or(false);
    let options = encrypted_for(&app, options, encrypt, public_key, peer_id)?;
    let mut all = Vec::new();
    for path in &request.paths {
        let path = extract::absolute(path)?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let options = AddOptions {
            name,
            ..options.clone()
        };
        for added in app.node().add_path(path, options).await? {
            all.push(AddedFile {
                name: added.name,
                cid: added.cid.to_string(),
                size: added.size,
                kind: kind_of(&app, added.cid).await?,
            });
        }
    }
    Ok(Json(all))
}

/// Bytes of a file.
#[utoipa::path(get, path = "/node/cat", tag = "node", params(CatQuery), responses((status = 200, description = "Bytes of a file.", body = String, content_type = "application/octet-stream")))]
async fn cat_content(State(app): State<App>, Query(query): Query<CatQuery>) -> ApiResult<Response> {
    let path = content::path(&query.path)?;
    let stream = match app.node().open_content(&path).await? {
        Opened::File(stream) => *stream,
        Opened::Directory { cid, .. } => return Err(ReadContent::IsADirectory(cid).into()),
        _ => {
            return Err(ApiError::new(
                ErrorCode::UnsupportedFormat,
                "This is a symbolic link.",
            ));
        }
    };
    let start = query.offset.unwrap_or(0).min(stream.size());
    let end = start
        .saturating_add(query.length.unwrap_or(u64::MAX))
        .min(stream.size());
    answer::part(stream, start..end).await
}

/// Bytes of a file that BTFS encrypted for this node, or for the key given.
#[utoipa::path(post, path = "/node/decrypt", tag = "node", request_body = DecryptRequest, responses((status = 200, description = "Bytes of a file that BTFS encrypted for this node, or for the key given.", body = String, content_type = "application/octet-stream")))]
async fn decrypt_content(
    State(app): State<App>,
    SecretJson(mut request): SecretJson<DecryptRequest>,
) -> ApiResult<Response> {
    let path = content::path(&request.path)?;
    let key = request.key.take().map(Into::into);
    let file = app.node().decrypt(&path, key, false).await?;
    Ok(answer::found_bytes(file.bytes))
}

/// Entries of a directory.
#[utoipa::path(get, path = "/node/ls", tag = "node", params(PathQuery), responses((status = 200, description = "Entries of a directory.", body = Listing)))]
async fn list_content(
    State(app): State<App>,
    Query(query): Query<PathQuery>,
) -> ApiResult<Json<Listing>> {
    let path = content::path(&query.path)?;
    Ok(Json(listing(&app, &path).await?))
}

/// All pins.
#[utoipa::path(get, path = "/node/pins", tag = "node", responses((status = 200, description = "All pins.", body = Vec<Pin>)))]
async fn list_pins(State(app): State<App>) -> ApiResult<Json<Vec<Pin>>> {
    let pins = app.node().pins().await?;
    Ok(Json(pins.into_iter().map(content::pin).collect()))
}

/// Pins content that is here.
#[utoipa::path(post, path = "/node/pins", tag = "node", request_body = PinRequest, responses((status = 200, description = "Pins content that is here.", body = Pin)))]
async fn add_pin(State(app): State<App>, Json(request): Json<PinRequest>) -> ApiResult<Json<Pin>> {
    if request.recursive == Some(false) {
        return Err(ApiError::bad_request("Only recursive pins are supported."));
    }
    let cid = app.node().resolve(&content::path(&request.path)?).await?;
    let kind = match request.kind {
        None | Some(PinKind::Bytes) => node::PinKind::BytesRequired,
        Some(PinKind::Reference) => node::PinKind::ReferenceOk,
    };
    app.node()
        .pin(cid, kind, request.name.clone().unwrap_or_default())
        .await?;
    Ok(Json(Pin {
        cid: cid.to_string(),
        kind: request.kind.unwrap_or(PinKind::Bytes),
        name: request.name.filter(|name| !name.is_empty()),
    }))
}

/// Removes a pin.
#[utoipa::path(delete, path = "/node/pins/{cid}", tag = "node", params(("cid" = String, Path, description = "Which one.")), responses((status = 204, description = "Done.")))]
async fn remove_pin(State(app): State<App>, Path(cid): Path<String>) -> ApiResult<StatusCode> {
    app.node().unpin(content::path(&cid)?.root).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A CAR of everything below a root.
#[utoipa::path(get, path = "/node/dag/export", tag = "node", params(CidQuery), responses((status = 200, description = "A CAR of everything below a root.", body = String, content_type = "application/vnd.ipld.car")))]
async fn export_car(State(app): State<App>, Query(query): Query<CidQuery>) -> ApiResult<Response> {
    let cid = app.node().resolve(&content::path(&query.cid)?).await?;
    let car = app.node().dag_export(cid).await?;
    Ok(answer::car(car))
}

/// Stores the blocks of a CAR and pins its roots.
#[utoipa::path(post, path = "/node/dag/import", tag = "node", request_body(content_type = "application/vnd.ipld.car"), responses((status = 200, description = "Stores the blocks of a CAR and pins its roots.", body = CarImported)))]
async fn import_car(State(app): State<App>, body: Body) -> ApiResult<Json<CarImported>> {
    let imported = app.node().dag_import(body_reader(body), true).await?;
    Ok(Json(CarImported {
        roots: imported.roots.iter().map(ToString::to_string).collect(),
        blocks: imported.blocks,
        bytes: imported.bytes,
    }))
}

/// Numbers of the block store.
#[utoipa::path(get, path = "/node/repo", tag = "node", responses((status = 200, description = "Numbers of the block store.", body = RepoStat)))]
async fn get_repo(State(app): State<App>) -> ApiResult<Json<RepoStat>> {
    let stat = app
        .node()
        .repo_stat()
        .await
        .map_err(|error| boxed(&error))?;
    Ok(Json(RepoStat {
        home: app.node().home().display().to_string(),
        blocks: stat.blocks,
        bytes: stat.bytes,
        quota: stat.quota,
        segments: stat.segments,
        garbage: stat.garbage,
        pins: stat.pins,
    }))
}

async fn kind_of(app: &App, cid: dag::Cid) -> ApiResult<EntryKind> {
    let path = ContentPath {
        root: cid,
        segments: Vec::new(),
    };
    Ok(match app.node().open_content(&path).await? {
        Opened::File(_) => EntryKind::File,
        Opened::Directory { .. } => EntryKind::Directory,
        Opened::Symlink { .. } => EntryKind::Symlink,
        _ => EntryKind::Other,
    })
}

async fn listing(app: &App, path: &ContentPath) -> ApiResult<Listing> {
    let opened = app.node().open_content(path).await?;
    let cid = opened.cid().to_string();
    Ok(match opened {
        Opened::File(stream) => Listing {
            cid,
            kind: EntryKind::File,
            size: stream.size(),
            entries: Vec::new(),
        },
        Opened::Directory { entries, .. } => Listing {
            cid,
            kind: EntryKind::Directory,
            size: entries.iter().map(|entry| entry.size).sum(),
            entries: entries
                .into_iter()
                .map(|entry| DirectoryEntry {
                    name: entry.name,
                    cid: entry.cid.to_string(),
                    kind: content::kind(entry.kind),
                    size: entry.size,
                })
                .collect(),
        },
        Opened::Symlink { .. } => Listing {
            cid,
            kind: EntryKind::Symlink,
            size: 0,
            entries: Vec::new(),
        },
        _ => Listing {
            cid,
            kind: content::kind(Some(ContentKind::Other)),
            size: 0,
            entries: Vec::new(),
        },
    })
}
