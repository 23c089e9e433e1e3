//! The music room.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::{Music, MusicAlbumDetail},
    error::{ApiError, ApiResult},
    extract::{Json, Path},
};
use crate::{convert::items::Cards, extract};
use library::{ItemKind, ItemQuery, MusicAlbumId, Order, Sort};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_music))
        .routes(routes!(get_music_album))
}

/// Albums and tracks.
#[utoipa::path(get, path = "/music", tag = "music", responses((status = 200, description = "Albums and tracks.", body = Music)))]
async fn get_music(State(app): State<App>) -> ApiResult<Json<Music>> {
    let (albums, tracks) = app
        .node()
        .query(|reader| {
            let tracks = reader.items(&ItemQuery {
                kinds: vec![ItemKind::Track],
                sort: Sort::Title,
                order: Order::Ascending,
                limit: PAGE,
                ..ItemQuery::default()
            })?;
            Ok((reader.music_albums()?, tracks))
        })
        .await?;
    let cards = Cards::new(app.links());
    Ok(Json(Music {
        albums: albums
            .iter()
            .map(|album| cards.music_album(album))
            .collect(),
        tracks: cards.page(tracks),
    }))
}

/// An album with its tracks.
#[utoipa::path(get, path = "/music/albums/{id}", tag = "music", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "An album with its tracks.", body = MusicAlbumDetail)))]
async fn get_music_album(
    State(app): State<App>,
    Path(id): Path<String>,
) -> ApiResult<Json<MusicAlbumDetail>> {
    let album: MusicAlbumId = extract::id("album", &id)?;
    let found = app
        .node()
        .query(move |reader| reader.music_album(album, None))
        .await?;
    let (album, tracks) = found.ok_or_else(|| ApiError::not_found("album"))?;
    let cards = Cards::new(app.links());
    Ok(Json(MusicAlbumDetail {
        album: cards.music_album(&album),
        tracks: cards.cards(&tracks),
    }))
}

/// Tracks on the first page.
const PAGE: usize = 200;
