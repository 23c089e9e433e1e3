//! The storage, export and restore.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::{FolderRequest, Job, PathRequest, Storage},
    error::{ApiError, ApiResult},
    extract::{Json, Path},
};
use crate::{
    convert,
    dto::{FolderState, StorageFolder},
    extract,
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_storage))
        .routes(routes!(add_folder))
        .routes(routes!(remove_folder))
        .routes(routes!(start_verify))
        .routes(routes!(start_repair))
        .routes(routes!(start_gc))
        .routes(routes!(start_export))
        .routes(routes!(start_restore))
}

/// Where bytes live.
#[utoipa::path(get, path = "/storage", tag = "storage", responses((status = 200, description = "Where bytes live.", body = Storage)))]
async fn get_storage(State(app): State<App>) -> ApiResult<Json<Storage>> {
    Ok(Json(report(&app).await))
}

/// Adds a storage folder.
#[utoipa::path(post, path = "/storage/folders", tag = "storage", request_body = FolderRequest, responses((status = 200, description = "Adds a storage folder.", body = Storage)))]
async fn add_folder(
    State(app): State<App>,
    Json(request): Json<FolderRequest>,
) -> ApiResult<Json<Storage>> {
    let path = extract::absolute(&request.path)?;
    app.node().add_folder(path, request.quota_bytes).await?;
    Ok(Json(report(&app).await))
}

/// Takes a storage folder away; refused while it holds the only copy.
#[utoipa::path(delete, path = "/storage/folders/{id}", tag = "storage", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Takes a storage folder away; refused while it holds the only copy.", body = Storage)))]
async fn remove_folder(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Storage>> {
    let folder = id
        .parse()
        .map_err(|_| ApiError::not_found("storage folder"))?;
    app.node().remove_folder(node::FolderId(folder)).await?;
    Ok(Json(report(&app).await))
}

/// Checks every block.
#[utoipa::path(post, path = "/storage/verify", tag = "storage", responses((status = 200, description = "Checks every block.", body = Job)))]
async fn start_verify(State(app): State<App>) -> ApiResult<Json<Job>> {
    Ok(Json(convert::jobs::job(&app.node().start_verify().await?)))
}

/// Mends what can be mended.
#[utoipa::path(post, path = "/storage/repair", tag = "storage", responses((status = 200, description = "Mends what can be mended.", body = Job)))]
async fn start_repair(State(app): State<App>) -> ApiResult<Json<Job>> {
    Ok(Json(convert::jobs::job(&app.node().start_repair().await?)))
}

/// Frees blocks that nothing needs.
#[utoipa::path(post, path = "/storage/gc", tag = "storage", responses((status = 200, description = "Frees blocks that nothing needs.", body = Job)))]
async fn start_gc(State(app): State<App>) -> ApiResult<Json<Job>> {
    Ok(Json(convert::jobs::job(&app.node().start_gc().await?)))
}

/// Exports the whole home into an empty folder.
#[utoipa::path(post, path = "/export", tag = "storage", request_body = PathRequest, responses((status = 200, description = "Exports the whole home into an empty folder.", body = Job)))]
async fn start_export(
    State(app): State<App>,
    Json(request): Json<PathRequest>,
) -> ApiResult<Json<Job>> {
    let folder = extract::absolute(&request.path)?;
    Ok(Json(convert::jobs::job(
        &app.node().start_export(folder).await?,
    )))
}

/// Restores an export.
#[utoipa::path(post, path = "/restore", tag = "storage", request_body = PathRequest, responses((status = 200, description = "Restores an export.", body = Job)))]
async fn start_restore(
    State(app): State<App>,
    Json(request): Json<PathRequest>,
) -> ApiResult<Json<Job>> {
    let folder = extract::absolute(&request.path)?;
    Ok(Json(convert::jobs::job(
        &app.node().start_restore(folder).await?,
    )))
}

async fn report(app: &App) -> Storage {
    let report = app.node().storage().await;
    Storage {
        home: app.node().home().display().to_string(),
        used: report.used,
        quota: report.quota,
        free: report.free,
        referenced: report.referenced,
        garbage: report.garbage,
        blocks: report.blocks,
        folders: report
            .folders
            .into_iter()
            .map(|folder| StorageFolder {
                id: folder.id.0.to_string(),
                path: folder.path.display().to_string(),
                used: folder.used,
                quota: folder.quota,
                free: folder.online.then_some(folder.free),
                state: if folder.online {
                    FolderState::Online
                } else {
                    FolderState::Offline
                },
            })
            .collect(),
    }
}
