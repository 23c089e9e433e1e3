//! Settings.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::convert;
use crate::{
    app::App,
    dto::{ResetSettingsRequest, Settings, SettingsPatch},
    error::ApiResult,
    extract::Json,
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
    Ok(Json(convert::settings::settings(&app.node().settings())))
}

/// Changes settings.
#[utoipa::path(patch, path = "/settings", tag = "settings", request_body = SettingsPatch, responses((status = 200, description = "Changes settings.", body = Settings)))]
async fn patch_settings(
    State(app): State<App>,
    Json(request): Json<SettingsPatch>,
) -> ApiResult<Json<Settings>> {
    let patch = convert::settings::patch(&request, &app.node().settings());
    let settings = app.node().update_settings(patch).await?;
    Ok(Json(convert::settings::settings(&settings)))
}

/// Puts settings back to their defaults.
#[utoipa::path(post, path = "/settings/reset", tag = "settings", request_body = ResetSettingsRequest, responses((status = 200, description = "Puts settings back to their defaults.", body = Settings)))]
async fn reset_settings(
    State(app): State<App>,
    Json(request): Json<ResetSettingsRequest>,
) -> ApiResult<Json<Settings>> {
    let keys = request.keys.unwrap_or_else(|| {
        let mut all: Vec<String> =
            serde_json::to_value(convert::settings::settings(&app.node().settings()))
                .ok()
                .and_then(|value| Some(value.as_object()?.keys().cloned().collect()))
                .unwrap_or_default();
        all.retain(|key| key != "firstRunDone");
        all
    });
    let settings = app.node().reset_settings(Some(keys)).await?;
    Ok(Json(convert::settings::settings(&settings)))
}
