//! Albums that people make.

use axum::extract::State;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::{Album, AlbumItemsRequest, AlbumPatch, NewAlbumRequest},
    error::{ApiError, ApiResult},
    extract::{Json, Path},
};
use crate::{convert::items::Cards, extract, routes::shelves::covers};
use library::{AlbumEdit, AlbumId, ItemId};
use node::{Tx, WriteLibrary};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_albums, create_album))
        .routes(routes!(get_album, patch_album, delete_album))
        .routes(routes!(add_album_items))
        .routes(routes!(remove_album_items))
}

/// All albums, last changed first.
#[utoipa::path(get, path = "/albums", tag = "albums", responses((status = 200, description = "All albums, last changed first.", body = Vec<Album>)))]
async fn list_albums(State(app): State<App>) -> ApiResult<Json<Vec<Album>>> {
    let (albums, covers) = app
        .node()
        .query(|reader| {
            let albums = reader.albums()?;
            let covers = covers(reader, albums.iter().filter_map(|album| album.cover))?;
            Ok((albums, covers))
        })
        .await?;
    let cards = Cards::new(app.links());
    Ok(Json(
        albums
            .iter()
            .map(|album| cards.album(album, &covers))
            .collect(),
    ))
}

/// Makes an album.
#[utoipa::path(post, path = "/albums", tag = "albums", request_body = NewAlbumRequest, responses((status = 200, description = "Makes an album.", body = Album)))]
async fn create_album(
    State(app): State<App>,
    Json(request): Json<NewAlbumRequest>,
) -> ApiResult<Json<Album>> {
    let title = title(&request.title)?;
    let items: Vec<ItemId> = extract::ids("item", &request.ids, MAX_ITEMS)?;
    let album = app
        .node()
        .edit(items.clone(), move |tx| {
            let album = tx.create_album(&title)?;
            tx.add_to_album(album, &items)?;
            Ok(album)
        })
        .await?;
    one(&app, album).await
}

/// One album; its items through `GET /items?albumId=`.
#[utoipa::path(get, path = "/albums/{id}", tag = "albums", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "One album; its items through `GET /items?albumId=`.", body = Album)))]
async fn get_album(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Album>> {
    one(&app, extract::id("album", &id)?).await
}

/// Renames an album or sets its cover.
#[utoipa::path(patch, path = "/albums/{id}", tag = "albums", params(("id" = String, Path, description = "Which one.")), request_body = AlbumPatch, responses((status = 200, description = "Renames an album or sets its cover.", body = Album)))]
async fn patch_album(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<AlbumPatch>,
) -> ApiResult<Json<Album>> {
    let album: AlbumId = extract::id("album", &id)?;
    let edit = AlbumEdit {
        title: request.title.as_deref().map(title).transpose()?,
        cover: request
            .cover_item_id
            .as_deref()
            .map(|id| extract::id("item", id).map(Some))
            .transpose()?,
    };
    app.node()
        .edit(Vec::new(), move |tx| tx.edit_album(album, edit))
        .await?;
    one(&app, album).await
}

/// Removes an album; its items stay.
#[utoipa::path(delete, path = "/albums/{id}", tag = "albums", params(("id" = String, Path, description = "Which one.")), responses((status = 204, description = "Done.")))]
async fn delete_album(State(app): State<App>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let album: AlbumId = extract::id("album", &id)?;
    app.node()
        .edit(Vec::new(), move |tx| tx.delete_album(album))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts items into an album.
#[utoipa::path(post, path = "/albums/{id}/items", tag = "albums", params(("id" = String, Path, description = "Which one.")), request_body = AlbumItemsRequest, responses((status = 200, description = "Puts items into an album.", body = Album)))]
async fn add_album_items(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<AlbumItemsRequest>,
) -> ApiResult<Json<Album>> {
    change_members(&app, &id, &request, |tx, album, items| {
        tx.add_to_album(album, items)
    })
    .await
}

/// Takes items out of an album.
#[utoipa::path(post, path = "/albums/{id}/items/remove", tag = "albums", params(("id" = String, Path, description = "Which one.")), request_body = AlbumItemsRequest, responses((status = 200, description = "Takes items out of an album.", body = Album)))]
async fn remove_album_items(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<AlbumItemsRequest>,
) -> ApiResult<Json<Album>> {
    change_members(&app, &id, &request, |tx, album, items| {
        tx.remove_from_album(album, items)
    })
    .await
}

/// Puts items in or takes them out, and answers with the album as it is then.
async fn change_members(
    app: &App,
    album: &str,
    request: &AlbumItemsRequest,
    change: impl FnOnce(&mut Tx<'_>, AlbumId, &[ItemId]) -> Result<Vec<bool>, WriteLibrary>
    + Send
    + 'static,
) -> ApiResult<Json<Album>> {
    let album: AlbumId = extract::id("album", album)?;
    let items: Vec<ItemId> = extract::ids("item", &request.ids, MAX_ITEMS)?;
    app.node()
        .edit(items.clone(), move |tx| change(tx, album, &items))
        .await?;
    one(app, album).await
}

/// Most items in one request.
const MAX_ITEMS: usize = 10_000;

async fn one(app: &App, album: AlbumId) -> ApiResult<Json<Album>> {
    let found = app
        .node()
        .query(move |reader| {
            let Some(album) = reader.album(album)? else {
                return Ok(None);
            };
            let covers = covers(reader, album.cover)?;
            Ok(Some((album, covers)))
        })
        .await?;
    let (album, covers) = found.ok_or_else(|| ApiError::not_found("album"))?;
    Ok(Json(Cards::new(app.links()).album(&album, &covers)))
}

fn title(text: &str) -> ApiResult<String> {
    let title = text.trim();
    if title.is_empty() || title.chars().count() > 200 {
        return Err(ApiError::bad_request("A title has 1 to 200 characters."));
    }
    Ok(title.to_owned())
}
