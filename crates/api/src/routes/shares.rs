//! Shares by link.

use axum::extract::State;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    convert,
    dto::{Job, NewShareRequest, OpenLinkRequest, Received, ReceivedDetail, Share, Visibility},
    error::{ApiError, ApiResult},
    extract::{self, Json, Path},
};
use library::{AlbumId, ItemId};
use node::{Publication, ShareId, ShareRequest};

/// The most items of one request.
const MAX_ITEMS: usize = 10_000;

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_shares, create_share))
        .routes(routes!(delete_share))
        .routes(routes!(revoke_share))
        .routes(routes!(open_link))
        .routes(routes!(list_received))
        .routes(routes!(get_received, delete_received))
        .routes(routes!(save_received))
        .routes(routes!(connect_received))
}

/// All shares of this home, newest first.
#[utoipa::path(get, path = "/shares", tag = "shares", responses((status = 200, description = "All shares of this home, newest first.", body = Vec<Share>)))]
async fn list_shares(State(app): State<App>) -> ApiResult<Json<Vec<Share>>> {
    let shares = app.node().shares().await?;
    Ok(Json(
        shares.into_iter().map(convert::shares::share).collect(),
    ))
}

/// Shares items or an album by link; they are sealed in the background.
#[utoipa::path(post, path = "/shares", tag = "shares", request_body = NewShareRequest, responses((status = 200, description = "Shares items or an album by link; they are sealed in the background.", body = Share)))]
async fn create_share(
    State(app): State<App>,
    Json(request): Json<NewShareRequest>,
) -> ApiResult<Json<Share>> {
    let items: Vec<ItemId> = extract::ids("item", &request.items, MAX_ITEMS)?;
    let album = request.album_id.as_deref();
    let album: Option<AlbumId> = album.map(|id| extract::id("album", id)).transpose()?;
    let public = match request.visibility.unwrap_or_default() {
        Visibility::Public => Some(Publication {
            licence: request.licence.unwrap_or_default(),
            warning: request.warning,
        }),
        Visibility::Link if request.licence.is_some() || request.warning.is_some() => {
            return Err(ApiError::bad_request(
                "A licence and a warning are said of public shares only.",
            ));
        }
        Visibility::Link => None,
    };
    let request = ShareRequest {
        items,
        album,
        title: request.title,
        password: request.password,
        expires_at: request.expires_at,
        keep_location: request.keep_location,
        public,
    };
    let share = app.node().share(request).await?;
    Ok(Json(convert::shares::share(share)))
}

/// Takes a share back and strikes it from the list.
#[utoipa::path(delete, path = "/shares/{id}", tag = "shares", params(("id" = String, Path, description = "Which one.")), responses((status = 204, description = "Takes a share back and strikes it from the list.")))]
async fn delete_share(State(app): State<App>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let id: ShareId = extract::id("share", &id)?;
    app.node().forget_share(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a share back, for good: whoever has it open is cut off.
#[utoipa::path(post, path = "/shares/{id}/revoke", tag = "shares", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Takes a share back, for good: whoever has it open is cut off.", body = Share)))]
async fn revoke_share(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Share>> {
    let id: ShareId = extract::id("share", &id)?;
    let share = app.node().revoke_share(id).await?;
    Ok(Json(convert::shares::share(share)))
}

/// Opens a link of somebody else.
#[utoipa::path(post, path = "/links/open", tag = "shares", request_body = OpenLinkRequest, responses((status = 200, description = "Opens a link of somebody else.", body = Received)))]
async fn open_link(
    State(app): State<App>,
    Json(request): Json<OpenLinkRequest>,
) -> ApiResult<Json<Received>> {
    let opened = app
        .node()
        .open_shared(request.link, request.password)
        .await?;
    Ok(Json(convert::shares::received(app.links(), opened)))
}

/// All shares that were opened here, newest first.
#[utoipa::path(get, path = "/received", tag = "shares", responses((status = 200, description = "All shares that were opened here, newest first.", body = Vec<Received>)))]
async fn list_received(State(app): State<App>) -> ApiResult<Json<Vec<Received>>> {
    let all = app.node().all_received().await?;
    Ok(Json(
        all.into_iter()
            .map(|one| convert::shares::received(app.links(), one))
            .collect(),
    ))
}

/// One share that was opened here, and what it holds.
#[utoipa::path(get, path = "/received/{id}", tag = "shares", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "One share that was opened here, and what it holds.", body = ReceivedDetail)))]
async fn get_received(
    State(app): State<App>,
    Path(id): Path<String>,
) -> ApiResult<Json<ReceivedDetail>> {
    let id: ShareId = extract::id("share", &id)?;
    let (share, things) = app.node().received(id).await?;
    let things = things.into_iter().enumerate();
    Ok(Json(ReceivedDetail {
        share: convert::shares::received(app.links(), share),
        things: things
            .map(|(index, thing)| convert::shares::thing(app.links(), id, index, thing))
            .collect(),
    }))
}

/// Strikes a share from the list of those that were opened.
#[utoipa::path(delete, path = "/received/{id}", tag = "shares", params(("id" = String, Path, description = "Which one.")), responses((status = 204, description = "Strikes a share from the list of those that were opened.")))]
async fn delete_received(State(app): State<App>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let id: ShareId = extract::id("share", &id)?;
    app.node().forget_received(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Fetches all of an opened share and takes it into the library.
#[utoipa::path(post, path = "/received/{id}/save", tag = "shares", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Fetches all of an opened share and takes it into the library.", body = Job)))]
async fn save_received(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Job>> {
    let id: ShareId = extract::id("share", &id)?;
    let job = app.node().save_received(id).await?;
    Ok(Json(convert::jobs::job(&job)))
}

/// Tries now to reach who shares this; says whether it worked.
#[utoipa::path(post, path = "/received/{id}/connect", tag = "shares", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Tries now to reach who shares this; says whether it worked.", body = Received)))]
async fn connect_received(
    State(app): State<App>,
    Path(id): Path<String>,
) -> ApiResult<Json<Received>> {
    let id: ShareId = extract::id("share", &id)?;
    let received = app.node().reconnect_received(id).await?;
    Ok(Json(convert::shares::received(app.links(), received)))
}
