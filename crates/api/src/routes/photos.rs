//! The photo timeline.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::{PhotoPage, PhotoTimeline},
    error::ApiResult,
    extract::{Json, Query},
};
use crate::{
    convert::items::Cards,
    dto::{PhotoBucket, PhotoDay},
    extract,
};
use library::{AlbumId, PhotoFilter, ReadLibrary, Reader, Shelf};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_timeline))
        .routes(routes!(list_photos))
}

/// Which photos.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct TimelineQuery {
    /// Only photos of this album.
    pub(crate) album_id: Option<String>,
    /// Only favourites of the active person.
    pub(crate) favourite: Option<bool>,
    /// Only photos in the trash; without it, only those outside.
    pub(crate) trash: Option<bool>,
}

/// Which photos of which bucket.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct PhotosQuery {
    /// Key of the bucket, "2024-06" or "2024-06#1".
    pub(crate) bucket: String,
    /// Only photos of this album.
    pub(crate) album_id: Option<String>,
    /// Only favourites of the active person.
    pub(crate) favourite: Option<bool>,
    /// Only photos in the trash; without it, only those outside.
    pub(crate) trash: Option<bool>,
}

/// Photos by month and day.
#[utoipa::path(get, path = "/photos/timeline", tag = "photos", params(TimelineQuery), responses((status = 200, description = "Photos by month and day.", body = PhotoTimeline)))]
async fn get_timeline(
    State(app): State<App>,
    Query(query): Query<TimelineQuery>,
) -> ApiResult<Json<PhotoTimeline>> {
    let (album, favourite, shelf) = parts(query.album_id, query.favourite, query.trash)?;
    let timeline = app
        .node()
        .query(move |reader| reader.timeline(&filter(reader, album, favourite, shelf)?))
        .await?;
    Ok(Json(PhotoTimeline {
        total: timeline.total,
        buckets: timeline
            .buckets
            .into_iter()
            .map(|bucket| PhotoBucket {
                key: bucket.key,
                count: u64::from(bucket.count),
                days: bucket
                    .days
                    .into_iter()
                    .map(|day| PhotoDay {
                        day: day.day,
                        count: u64::from(day.count),
                    })
                    .collect(),
            })
            .collect(),
    }))
}

/// The photos of one bucket.
#[utoipa::path(get, path = "/photos", tag = "photos", params(PhotosQuery), responses((status = 200, description = "The photos of one bucket.", body = PhotoPage)))]
async fn list_photos(
    State(app): State<App>,
    Query(query): Query<PhotosQuery>,
) -> ApiResult<Json<PhotoPage>> {
    let (album, favourite, shelf) = parts(query.album_id, query.favourite, query.trash)?;
    let bucket = query.bucket;
    let rows = app
        .node()
        .query(move |reader| {
            reader.photos(&bucket, &filter(reader, album, favourite, shelf)?, None)
        })
        .await?;
    let cards = Cards::new(app.links());
    Ok(Json(PhotoPage {
        photos: rows.iter().map(|row| cards.photo(row)).collect(),
    }))
}

fn parts(
    album: Option<String>,
    favourite: Option<bool>,
    trash: Option<bool>,
) -> ApiResult<(Option<AlbumId>, bool, Shelf)> {
    let album = album
        .as_deref()
        .map(|id| extract::id("album", id))
        .transpose()?;
    let shelf = if trash.unwrap_or(false) {
        Shelf::Trash
    } else {
        Shelf::Live
    };
    Ok((album, favourite.unwrap_or(false), shelf))
}

fn filter(
    reader: &Reader,
    album: Option<AlbumId>,
    favourite: bool,
    shelf: Shelf,
) -> Result<PhotoFilter, ReadLibrary> {
    let favourites_of = if favourite {
        Some(reader.active_person()?)
    } else {
        None
    };
    Ok(PhotoFilter {
        shelf,
        favourites_of,
        album,
    })
}
