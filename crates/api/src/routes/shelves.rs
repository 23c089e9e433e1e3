//! Home, Watch, search and duplicates.

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
    dto::{Duplicates, Home, SearchResult, ShowDetail, Watch},
    error::{ApiError, ApiResult},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_home))
        .routes(routes!(get_watch))
        .routes(routes!(get_show))
        .routes(routes!(search))
        .routes(routes!(list_duplicates))
}

/// What to search for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct SearchQuery {
    /// Words.
    pub(crate) q: String,
    /// Most items, 1 to 200; 50 when absent.
    pub(crate) limit: Option<u32>,
}

/// What the Home room shows.
#[utoipa::path(get, path = "/home", tag = "shelves", responses((status = 200, description = "What the Home room shows.", body = Home)))]
async fn get_home(State(app): State<App>) -> ApiResult<Json<Home>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// What the Watch room shows.
#[utoipa::path(get, path = "/watch", tag = "shelves", responses((status = 200, description = "What the Watch room shows.", body = Watch)))]
async fn get_watch(State(app): State<App>) -> ApiResult<Json<Watch>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// A show with its seasons.
#[utoipa::path(get, path = "/shows/{id}", tag = "shelves", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "A show with its seasons.", body = ShowDetail)))]
async fn get_show(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<ShowDetail>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Finds items, albums and shows.
#[utoipa::path(get, path = "/search", tag = "shelves", params(SearchQuery), responses((status = 200, description = "Finds items, albums and shows.", body = SearchResult)))]
async fn search(
    State(app): State<App>,
    Query(query): Query<SearchQuery>,
) -> ApiResult<Json<SearchResult>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Items with equal bytes.
#[utoipa::path(get, path = "/duplicates", tag = "shelves", responses((status = 200, description = "Items with equal bytes.", body = Duplicates)))]
async fn list_duplicates(State(app): State<App>) -> ApiResult<Json<Duplicates>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}
