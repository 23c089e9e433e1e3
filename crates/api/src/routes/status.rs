//! The node at a glance: its state, its events, its reports.

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
    dto::Status,
    error::{ApiError, ApiResult},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_status))
        .routes(routes!(get_openapi))
        .routes(routes!(get_events))
        .routes(routes!(get_diagnostics))
        .routes(routes!(get_licences))
        .routes(routes!(post_shutdown))
}

/// State of the node at a glance.
#[utoipa::path(get, path = "/status", tag = "status", responses((status = 200, description = "State of the node at a glance.", body = Status)))]
async fn get_status(State(app): State<App>) -> ApiResult<Json<Status>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "status", responses((status = 200, description = "This document.", body = String, content_type = "application/json")))]
async fn get_openapi(State(app): State<App>) -> ApiResult<Response> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Server-sent events; `event:` names them, the data are the `*Event` schemas.
#[utoipa::path(get, path = "/events", tag = "status", responses((status = 200, description = "Server-sent events; `event:` names them, the data are the `*Event` schemas.", body = String, content_type = "text/event-stream")))]
async fn get_events(State(app): State<App>) -> ApiResult<Response> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// A report to send along with a bug.
#[utoipa::path(get, path = "/diagnostics", tag = "status", responses((status = 200, description = "A report to send along with a bug.", body = String, content_type = "text/plain")))]
async fn get_diagnostics(State(app): State<App>) -> ApiResult<Response> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Licences of the parts this program is made of.
#[utoipa::path(get, path = "/licences", tag = "status", responses((status = 200, description = "Licences of the parts this program is made of.", body = String, content_type = "text/plain")))]
async fn get_licences(State(app): State<App>) -> ApiResult<Response> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Ends the daemon cleanly. In the desktop app it is refused.
#[utoipa::path(post, path = "/shutdown", tag = "status", responses((status = 204, description = "Done.")))]
async fn post_shutdown(State(app): State<App>) -> ApiResult<StatusCode> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}
