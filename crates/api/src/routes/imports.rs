//! Imports and the other jobs.

use axum::extract::State;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::{DropSummary, FailurePage, ImportRequest, Job, JobPage, PathsRequest},
    error::{ApiError, ApiResult},
    extract::{Json, Path},
};
use crate::{convert, extract};
use library::JobId;
use std::path::PathBuf;

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
    let paths = paths(&request.paths)?;
    Ok(Json(convert::jobs::drop_summary(
        app.node().preview_drop(paths).await,
    )))
}

/// Starts an import.
#[utoipa::path(post, path = "/imports", tag = "imports", request_body = ImportRequest, responses((status = 200, description = "Starts an import.", body = Job)))]
async fn start_import(
    State(app): State<App>,
    Json(request): Json<ImportRequest>,
) -> ApiResult<Json<Job>> {
    let upload = request
        .upload_id
        .as_deref()
        .map(|id| extract::id("upload", id))
        .transpose()?;
    let album = request
        .album_id
        .as_deref()
        .map(|id| extract::id("album", id))
        .transpose()?;
    let job = app
        .node()
        .start_import(node::ImportRequest {
            paths: paths(&request.paths)?,
            upload,
            mode: request.mode.map(Into::into),
            album,
            new_album: request.new_album,
        })
        .await?;
    Ok(Json(convert::jobs::job(&job)))
}

/// All jobs that were not dismissed.
#[utoipa::path(get, path = "/imports", tag = "imports", responses((status = 200, description = "All jobs that were not dismissed.", body = JobPage)))]
async fn list_jobs(State(app): State<App>) -> ApiResult<Json<JobPage>> {
    Ok(Json(JobPage {
        jobs: app.node().jobs().iter().map(convert::jobs::job).collect(),
    }))
}

/// One job.
#[utoipa::path(get, path = "/imports/{id}", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "One job.", body = Job)))]
async fn get_job(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let job = app.node().job(extract::id("job", &id)?);
    job.map(|job| Json(convert::jobs::job(&job)))
        .ok_or_else(|| ApiError::not_found("job"))
}

/// Takes a finished job off the list.
#[utoipa::path(delete, path = "/imports/{id}", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 204, description = "Done.")))]
async fn dismiss_job(State(app): State<App>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    app.node().dismiss_job(extract::id("job", &id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Pauses a job.
#[utoipa::path(post, path = "/imports/{id}/pause", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Pauses a job.", body = Job)))]
async fn pause_job(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let job = app.node().pause_job(extract::id("job", &id)?).await?;
    Ok(Json(convert::jobs::job(&job)))
}

/// Goes on with a paused job.
#[utoipa::path(post, path = "/imports/{id}/resume", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Goes on with a paused job.", body = Job)))]
async fn resume_job(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let job = app.node().resume_job(extract::id("job", &id)?).await?;
    Ok(Json(convert::jobs::job(&job)))
}

/// Stops a job; what is imported stays.
#[utoipa::path(post, path = "/imports/{id}/cancel", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Stops a job; what is imported stays.", body = Job)))]
async fn cancel_job(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let job = app.node().cancel_job(extract::id("job", &id)?).await?;
    Ok(Json(convert::jobs::job(&job)))
}

/// Tries the failed files again.
#[utoipa::path(post, path = "/imports/{id}/retry", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Tries the failed files again.", body = Job)))]
async fn retry_job(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let job = app.node().retry_job(extract::id("job", &id)?).await?;
    Ok(Json(convert::jobs::job(&job)))
}

/// Files that failed.
#[utoipa::path(get, path = "/imports/{id}/failures", tag = "imports", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Files that failed.", body = FailurePage)))]
async fn list_failures(
    State(app): State<App>,
    Path(id): Path<String>,
) -> ApiResult<Json<FailurePage>> {
    let id: JobId = extract::id("job", &id)?;
    if app.node().job(id).is_none() {
        return Err(ApiError::not_found("job"));
    }
    let failures = app.node().failures(id).await;
    let failures = failures
        .iter()
        .take(MAX_FAILURES)
        .map(convert::jobs::failure)
        .collect();
    Ok(Json(FailurePage { failures }))
}

/// Most failures in one answer.
const MAX_FAILURES: usize = 1_000;
/// Most paths in one request.
const MAX_PATHS: usize = 10_000;

fn paths(texts: &[String]) -> ApiResult<Vec<PathBuf>> {
    if texts.len() > MAX_PATHS {
        return Err(ApiError::bad_request(format!(
            "At most {MAX_PATHS} paths fit in one request."
        )));
    }
    texts.iter().map(|text| extract::absolute(text)).collect()
}
