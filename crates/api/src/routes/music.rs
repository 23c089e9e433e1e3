//! The music room.

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
    dto::{Music, MusicAlbumDetail},
    error::{ApiError, ApiResult},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_music))
        .routes(routes!(get_music_album))
}

/// Albums and tracks.
#[utoipa::path(get, path = "/music", tag = "music", responses((status = 200, description = "Albums and tracks.", body = Music)))]
async fn get_music(State(app): State<App>) -> ApiResult<Json<Music>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// An album with its tracks.
#[utoipa::path(get, path = "/music/albums/{id}", tag = "music", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "An album with its tracks.", body = MusicAlbumDetail)))]
async fn get_music_album(
    State(app): State<App>,
    Path(id): Path<String>,
) -> ApiResult<Json<MusicAlbumDetail>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}
