//! Content by its id: what the command line uses.

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State},
    response::Response,
};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::{
        AddedFile, CarImported, Listing, NodeAddRequest, NodeIdentity, Pin, PinRequest, RepoStat,
    },
    error::{ApiError, ApiResult},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_identity))
        .routes(routes!(add_content))
        .routes(routes!(add_paths))
        .routes(routes!(cat_content))
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
    /// "size-BYTES"; "size-262144" when absent.
    pub(crate) chunker: Option<String>,
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

/// Who this node is.
#[utoipa::path(get, path = "/node/id", tag = "node", responses((status = 200, description = "Who this node is.", body = NodeIdentity)))]
async fn get_identity(State(app): State<App>) -> ApiResult<Json<NodeIdentity>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Adds the body as one file.
#[utoipa::path(post, path = "/node/add", tag = "node", params(AddQuery), request_body(content_type = "application/octet-stream"), responses((status = 200, description = "Adds the body as one file.", body = AddedFile)))]
async fn add_content(
    State(app): State<App>,
    Query(query): Query<AddQuery>,
    body: Body,
) -> ApiResult<Json<AddedFile>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Adds files and folders of this machine.
#[utoipa::path(post, path = "/node/add/paths", tag = "node", request_body = NodeAddRequest, responses((status = 200, description = "Adds files and folders of this machine.", body = Vec<AddedFile>)))]
async fn add_paths(
    State(app): State<App>,
    Json(request): Json<NodeAddRequest>,
) -> ApiResult<Json<Vec<AddedFile>>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Bytes of a file.
#[utoipa::path(get, path = "/node/cat", tag = "node", params(CatQuery), responses((status = 200, description = "Bytes of a file.", body = String, content_type = "application/octet-stream")))]
async fn cat_content(State(app): State<App>, Query(query): Query<CatQuery>) -> ApiResult<Response> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Entries of a directory.
#[utoipa::path(get, path = "/node/ls", tag = "node", params(PathQuery), responses((status = 200, description = "Entries of a directory.", body = Listing)))]
async fn list_content(
    State(app): State<App>,
    Query(query): Query<PathQuery>,
) -> ApiResult<Json<Listing>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// All pins.
#[utoipa::path(get, path = "/node/pins", tag = "node", responses((status = 200, description = "All pins.", body = Vec<Pin>)))]
async fn list_pins(State(app): State<App>) -> ApiResult<Json<Vec<Pin>>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Pins content that is here.
#[utoipa::path(post, path = "/node/pins", tag = "node", request_body = PinRequest, responses((status = 200, description = "Pins content that is here.", body = Pin)))]
async fn add_pin(State(app): State<App>, Json(request): Json<PinRequest>) -> ApiResult<Json<Pin>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Removes a pin.
#[utoipa::path(delete, path = "/node/pins/{cid}", tag = "node", params(("cid" = String, Path, description = "Which one.")), responses((status = 204, description = "Done.")))]
async fn remove_pin(State(app): State<App>, Path(cid): Path<String>) -> ApiResult<StatusCode> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// A CAR of everything below a root.
#[utoipa::path(get, path = "/node/dag/export", tag = "node", params(CidQuery), responses((status = 200, description = "A CAR of everything below a root.", body = String, content_type = "application/vnd.ipld.car")))]
async fn export_car(State(app): State<App>, Query(query): Query<CidQuery>) -> ApiResult<Response> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Stores the blocks of a CAR and pins its roots.
#[utoipa::path(post, path = "/node/dag/import", tag = "node", request_body(content_type = "application/vnd.ipld.car"), responses((status = 200, description = "Stores the blocks of a CAR and pins its roots.", body = CarImported)))]
async fn import_car(State(app): State<App>, body: Body) -> ApiResult<Json<CarImported>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Numbers of the block store.
#[utoipa::path(get, path = "/node/repo", tag = "node", responses((status = 200, description = "Numbers of the block store.", body = RepoStat)))]
async fn get_repo(State(app): State<App>) -> ApiResult<Json<RepoStat>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}
