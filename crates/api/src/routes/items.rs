//! Items and what people say about them.

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
        BatchRequest, BatchResult, ItemDetail, ItemPage, ItemPatch, ItemProgress, ItemSort,
        ProgressRequest, RelinkRequest, SortOrder, Waveform,
    },
    error::{ApiError, ApiResult},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_items))
        .routes(routes!(get_item, patch_item))
        .routes(routes!(batch_items))
        .routes(routes!(put_progress, delete_progress))
        .routes(routes!(relink_item))
        .routes(routes!(get_waveform))
        .routes(routes!(empty_trash))
}

/// Conditions, order and place of a list of items.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ItemsQuery {
    /// Kinds, separated by commas; all when absent.
    pub(crate) kind: Option<String>,
    /// Only items of this album.
    pub(crate) album_id: Option<String>,
    /// Only favourites of the active person.
    pub(crate) favourite: Option<bool>,
    /// Only items in the trash; without it, only those outside.
    pub(crate) trash: Option<bool>,
    /// Only items that the active person has not finished.
    pub(crate) unseen: Option<bool>,
    /// Only items of this genre.
    pub(crate) genre: Option<String>,
    /// First year.
    pub(crate) year_from: Option<i32>,
    /// Last year.
    pub(crate) year_to: Option<i32>,
    /// Shortest length.
    pub(crate) min_minutes: Option<u32>,
    /// Longest length.
    pub(crate) max_minutes: Option<u32>,
    /// Order.
    pub(crate) sort: Option<ItemSort>,
    /// Direction; each order has a natural one.
    pub(crate) order: Option<SortOrder>,
    /// `nextCursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Most items, 1 to 500; 100 when absent.
    pub(crate) limit: Option<u32>,
}

/// Items that match all conditions.
#[utoipa::path(get, path = "/items", tag = "items", params(ItemsQuery), responses((status = 200, description = "Items that match all conditions.", body = ItemPage)))]
async fn list_items(
    State(app): State<App>,
    Query(query): Query<ItemsQuery>,
) -> ApiResult<Json<ItemPage>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// One item with all that is known of it.
#[utoipa::path(get, path = "/items/{id}", tag = "items", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "One item with all that is known of it.", body = ItemDetail)))]
async fn get_item(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<ItemDetail>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Changes what the person says about an item.
#[utoipa::path(patch, path = "/items/{id}", tag = "items", params(("id" = String, Path, description = "Which one.")), request_body = ItemPatch, responses((status = 200, description = "Changes what the person says about an item.", body = ItemDetail)))]
async fn patch_item(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<ItemPatch>,
) -> ApiResult<Json<ItemDetail>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// One act on many items.
#[utoipa::path(post, path = "/items/batch", tag = "items", request_body = BatchRequest, responses((status = 200, description = "One act on many items.", body = BatchResult)))]
async fn batch_items(
    State(app): State<App>,
    Json(request): Json<BatchRequest>,
) -> ApiResult<Json<BatchResult>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Keeps where the active person is.
#[utoipa::path(put, path = "/items/{id}/progress", tag = "items", params(("id" = String, Path, description = "Which one.")), request_body = ProgressRequest, responses((status = 200, description = "Keeps where the active person is.", body = ItemProgress)))]
async fn put_progress(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<ProgressRequest>,
) -> ApiResult<Json<ItemProgress>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Forgets where the active person is.
#[utoipa::path(delete, path = "/items/{id}/progress", tag = "items", params(("id" = String, Path, description = "Which one.")), responses((status = 204, description = "Done.")))]
async fn delete_progress(State(app): State<App>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Says where the moved file of an item is.
#[utoipa::path(post, path = "/items/{id}/relink", tag = "items", params(("id" = String, Path, description = "Which one.")), request_body = RelinkRequest, responses((status = 200, description = "Says where the moved file of an item is.", body = ItemDetail)))]
async fn relink_item(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<RelinkRequest>,
) -> ApiResult<Json<ItemDetail>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Loudness of a track.
#[utoipa::path(get, path = "/items/{id}/waveform", tag = "items", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Loudness of a track.", body = Waveform)))]
async fn get_waveform(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Waveform>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Deletes what is in the trash from the library.
#[utoipa::path(post, path = "/trash/empty", tag = "items", responses((status = 200, description = "Deletes what is in the trash from the library.", body = BatchResult)))]
async fn empty_trash(State(app): State<App>) -> ApiResult<Json<BatchResult>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}
