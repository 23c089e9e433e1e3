//! The photo timeline.

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
    dto::{PhotoPage, PhotoTimeline},
    error::{ApiError, ApiResult},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_timeline))
        .routes(routes!(list_photos))
}

/// Which photos.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct TimelineQuery {
    /// Only photos of this album.
    pub(crate) album_id: Option<String>,
    /// Only favourites of the active person.
    pub(crate) favourite: Option<bool>,
    /// Only photos in the trash; without it, only those outside.
    pub(crate) trash: Option<bool>,
}

/// Which photos of which bucket.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct PhotosQuery {
    /// Key of the bucket, "2024-06" or "2024-06#1".
    pub(crate) bucket: String,
    /// Only photos of this album.
    pub(crate) album_id: Option<String>,
    /// Only favourites of the active person.
    pub(crate) favourite: Option<bool>,
    /// Only photos in the trash; without it, only those outside.
    pub(crate) trash: Option<bool>,
}

/// Photos by month and day.
#[utoipa::path(get, path = "/photos/timeline", tag = "photos", params(TimelineQuery), responses((status = 200, description = "Photos by month and day.", body = PhotoTimeline)))]
async fn get_timeline(
    State(app): State<App>,
    Query(query): Query<TimelineQuery>,
) -> ApiResult<Json<PhotoTimeline>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// The photos of one bucket.
#[utoipa::path(get, path = "/photos", tag = "photos", params(PhotosQuery), responses((status = 200, description = "The photos of one bucket.", body = PhotoPage)))]
async fn list_photos(
    State(app): State<App>,
    Query(query): Query<PhotosQuery>,
) -> ApiResult<Json<PhotoPage>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}
