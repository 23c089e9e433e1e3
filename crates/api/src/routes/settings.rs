//! Settings.

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
    dto::{ResetSettingsRequest, Settings, SettingsPatch},
    error::{ApiError, ApiResult},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_settings, patch_settings))
        .routes(routes!(reset_settings))
}

/// Settings in force.
#[utoipa::path(get, path = "/settings", tag = "settings", responses((status = 200, description = "Settings in force.", body = Settings)))]
async fn get_settings(State(app): State<App>) -> ApiResult<Json<Settings>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Changes settings.
#[utoipa::path(patch, path = "/settings", tag = "settings", request_body = SettingsPatch, responses((status = 200, description = "Changes settings.", body = Settings)))]
async fn patch_settings(
    State(app): State<App>,
    Json(request): Json<SettingsPatch>,
) -> ApiResult<Json<Settings>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Puts settings back to their defaults.
#[utoipa::path(post, path = "/settings/reset", tag = "settings", request_body = ResetSettingsRequest, responses((status = 200, description = "Puts settings back to their defaults.", body = Settings)))]
async fn reset_settings(
    State(app): State<App>,
    Json(request): Json<ResetSettingsRequest>,
) -> ApiResult<Json<Settings>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}
