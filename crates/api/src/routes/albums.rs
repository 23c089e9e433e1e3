//! Albums that people make.

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
    dto::{Album, AlbumItemsRequest, AlbumPatch, NewAlbumRequest},
    error::{ApiError, ApiResult},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_albums, create_album))
        .routes(routes!(get_album, patch_album, delete_album))
        .routes(routes!(add_album_items))
        .routes(routes!(remove_album_items))
}

/// All albums, last changed first.
#[utoipa::path(get, path = "/albums", tag = "albums", responses((status = 200, description = "All albums, last changed first.", body = Vec<Album>)))]
async fn list_albums(State(app): State<App>) -> ApiResult<Json<Vec<Album>>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Makes an album.
#[utoipa::path(post, path = "/albums", tag = "albums", request_body = NewAlbumRequest, responses((status = 200, description = "Makes an album.", body = Album)))]
async fn create_album(
    State(app): State<App>,
    Json(request): Json<NewAlbumRequest>,
) -> ApiResult<Json<Album>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// One album; its items through `GET /items?albumId=`.
#[utoipa::path(get, path = "/albums/{id}", tag = "albums", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "One album; its items through `GET /items?albumId=`.", body = Album)))]
async fn get_album(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Album>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Renames an album or sets its cover.
#[utoipa::path(patch, path = "/albums/{id}", tag = "albums", params(("id" = String, Path, description = "Which one.")), request_body = AlbumPatch, responses((status = 200, description = "Renames an album or sets its cover.", body = Album)))]
async fn patch_album(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<AlbumPatch>,
) -> ApiResult<Json<Album>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Removes an album; its items stay.
#[utoipa::path(delete, path = "/albums/{id}", tag = "albums", params(("id" = String, Path, description = "Which one.")), responses((status = 204, description = "Done.")))]
async fn delete_album(State(app): State<App>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Puts items into an album.
#[utoipa::path(post, path = "/albums/{id}/items", tag = "albums", params(("id" = String, Path, description = "Which one.")), request_body = AlbumItemsRequest, responses((status = 200, description = "Puts items into an album.", body = Album)))]
async fn add_album_items(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<AlbumItemsRequest>,
) -> ApiResult<Json<Album>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Takes items out of an album.
#[utoipa::path(post, path = "/albums/{id}/items/remove", tag = "albums", params(("id" = String, Path, description = "Which one.")), request_body = AlbumItemsRequest, responses((status = 200, description = "Takes items out of an album.", body = Album)))]
async fn remove_album_items(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<AlbumItemsRequest>,
) -> ApiResult<Json<Album>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}
