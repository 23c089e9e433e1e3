//! Imports and the other jobs.

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
    dto::{DropSummary, FailurePage, ImportRequest, Job, JobPage, PathsRequest},
    error::{ApiError, ApiResult},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(preview_import))
        .routes(routes!(start_import, list_jobs))
        .routes(routes!(get_job, dismiss_job))
        .routes(routes!(pause_job))
        .routes(routes!(resume_job))
        .routes(routes!(cancel_job))
        .routes(routes!(retry_job))
        .routes(routes!(list_failures))
}

/// What a drop would bring; changes nothing.
#[utoipa::path(post, path = "/imports/preview", tag = "imports", request_body = PathsRequest, responses((status = 200, description = "What a drop would bring; changes nothing.", body = DropSummary)))]
async fn preview_import(
    State(app): State<App>,
    Json(request): Json<PathsRequest>,
) -> ApiResult<Json<DropSummary>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Starts an import.
#[utoipa::path(post, path = "/imports", tag = "imports", request_body = ImportRequest, responses((status = 200, description = "Starts an import.", body = Job)))]
async fn start_import(
    State(app): State<App>,
    Json(request): Json<ImportRequest>,
) -> ApiResult<Json<Job>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// All jobs that were not dismissed.
#[utoipa::path(get, path = "/imports", tag = "imports", responses((status = 200, description = "All jobs that were not dismissed.", body = JobPage)))]
async fn list_jobs(State(app): State<App>) -> ApiResult<Json<JobPage>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// One job.
#[utoipa::path(get, path = "/imports/{id}", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "One job.", body = Job)))]
async fn get_job(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Takes a finished job off the list.
#[utoipa::path(delete, path = "/imports/{id}", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 204, description = "Done.")))]
async fn dismiss_job(State(app): State<App>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Pauses a job.
#[utoipa::path(post, path = "/imports/{id}/pause", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Pauses a job.", body = Job)))]
async fn pause_job(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Goes on with a paused job.
#[utoipa::path(post, path = "/imports/{id}/resume", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Goes on with a paused job.", body = Job)))]
async fn resume_job(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Stops a job; what is imported stays.
#[utoipa::path(post, path = "/imports/{id}/cancel", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Stops a job; what is imported stays.", body = Job)))]
async fn cancel_job(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Tries the failed files again.
#[utoipa::path(post, path = "/imports/{id}/retry", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Tries the failed files again.", body = Job)))]
async fn retry_job(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Files that failed.
#[utoipa::path(get, path = "/imports/{id}/failures", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Files that failed.", body = FailurePage)))]
async fn list_failures(
    State(app): State<App>,
    Path(id): Path<String>,
) -> ApiResult<Json<FailurePage>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}
