//! Uploads: how a browser hands over dropped files.

use axum::{body::Body, extract::State};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::{Upload, UploadedFile},
    error::ApiResult,
    extract::{Json, Path, Query},
};
use crate::{body::body_reader, extract};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create_upload))
        .routes(routes!(put_upload_file))
        .routes(routes!(delete_upload))
}

/// Where a file goes in an upload.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct UploadFileQuery {
    /// Relative path, "Holiday/IMG_1.jpg".
    pub(crate) path: String,
}

/// Opens an upload.
#[utoipa::path(post, path = "/uploads", tag = "uploads", responses((status = 200, description = "Opens an upload.", body = Upload)))]
async fn create_upload(State(app): State<App>) -> ApiResult<Json<Upload>> {
    let upload = app.node().upload_begin().await?;
    Ok(Json(Upload {
        upload_id: upload.to_string(),
    }))
}

/// Streams one file into the upload.
#[utoipa::path(put, path = "/uploads/{id}/file", tag = "uploads", params(("id" = String, Path, description = "Which one."), UploadFileQuery), request_body(content_type = "application/octet-stream"), responses((status = 200, description = "Streams one file into the upload.", body = UploadedFile)))]
async fn put_upload_file(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<UploadFileQuery>,
    body: Body,
) -> ApiResult<Json<UploadedFile>> {
    let upload = extract::id("upload", &id)?;
    let source = body_reader(body);
    let bytes = app.node().upload_file(upload, &query.path, source).await?;
    Ok(Json(UploadedFile {
        path: query.path,
        bytes,
    }))
}

/// Throws an upload away.
#[utoipa::path(delete, path = "/uploads/{id}", tag = "uploads", params(("id" = String, Path, description = "Which one.")), responses((status = 204, description = "Done.")))]
async fn delete_upload(State(app): State<App>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    app.node()
        .upload_discard(extract::id("upload", &id)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
