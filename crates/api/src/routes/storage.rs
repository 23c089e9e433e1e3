//! The storage, export and restore.

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
    dto::{FolderRequest, Job, PathRequest, Storage},
    error::{ApiError, ApiResult},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_storage))
        .routes(routes!(add_folder))
        .routes(routes!(remove_folder))
        .routes(routes!(start_verify))
        .routes(routes!(start_repair))
        .routes(routes!(start_gc))
        .routes(routes!(start_export))
        .routes(routes!(start_restore))
}

/// Where bytes live.
#[utoipa::path(get, path = "/storage", tag = "storage", responses((status = 200, description = "Where bytes live.", body = Storage)))]
async fn get_storage(State(app): State<App>) -> ApiResult<Json<Storage>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Adds a storage folder.
#[utoipa::path(post, path = "/storage/folders", tag = "storage", request_body = FolderRequest, responses((status = 200, description = "Adds a storage folder.", body = Storage)))]
async fn add_folder(
    State(app): State<App>,
    Json(request): Json<FolderRequest>,
) -> ApiResult<Json<Storage>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Takes a storage folder away; refused while it holds the only copy.
#[utoipa::path(delete, path = "/storage/folders/{id}", tag = "storage", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Takes a storage folder away; refused while it holds the only copy.", body = Storage)))]
async fn remove_folder(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Storage>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Checks every block.
#[utoipa::path(post, path = "/storage/verify", tag = "storage", responses((status = 200, description = "Checks every block.", body = Job)))]
async fn start_verify(State(app): State<App>) -> ApiResult<Json<Job>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Mends what can be mended.
#[utoipa::path(post, path = "/storage/repair", tag = "storage", responses((status = 200, description = "Mends what can be mended.", body = Job)))]
async fn start_repair(State(app): State<App>) -> ApiResult<Json<Job>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Frees blocks that nothing needs.
#[utoipa::path(post, path = "/storage/gc", tag = "storage", responses((status = 200, description = "Frees blocks that nothing needs.", body = Job)))]
async fn start_gc(State(app): State<App>) -> ApiResult<Json<Job>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Exports the whole home into an empty folder.
#[utoipa::path(post, path = "/export", tag = "storage", request_body = PathRequest, responses((status = 200, description = "Exports the whole home into an empty folder.", body = Job)))]
async fn start_export(
    State(app): State<App>,
    Json(request): Json<PathRequest>,
) -> ApiResult<Json<Job>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Restores an export.
#[utoipa::path(post, path = "/restore", tag = "storage", request_body = PathRequest, responses((status = 200, description = "Restores an export.", body = Job)))]
async fn start_restore(
    State(app): State<App>,
    Json(request): Json<PathRequest>,
) -> ApiResult<Json<Job>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}
