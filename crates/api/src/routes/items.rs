//! Items and what people say about them.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::{
        BatchRequest, BatchResult, ItemDetail, ItemPage, ItemPatch, ItemProgress, ItemSort,
        ProgressRequest, RelinkRequest, SortOrder, Waveform,
    },
    error::{ApiError, ApiResult},
    extract::{Json, Path, Query},
};
use crate::{
    convert::{
        self,
        items::{Cards, DetailParts, detail},
    },
    dto::BatchAction,
    extract,
    media::preview_error,
};
use library::{ItemEdit, ItemId, ItemQuery, PersonId};
use node::AlsoDeleteFile;

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_items))
        .routes(routes!(get_item, patch_item))
        .routes(routes!(batch_items))
        .routes(routes!(put_progress, delete_progress))
        .routes(routes!(relink_item))
        .routes(routes!(get_waveform))
        .routes(routes!(empty_trash))
}

/// Conditions, order and place of a list of items.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ItemsQuery {
    /// Kinds, separated by commas; all when absent.
    pub(crate) kind: Option<String>,
    /// Only items of this album.
    pub(crate) album_id: Option<String>,
    /// Only favourites of the active person.
    pub(crate) favourite: Option<bool>,
    /// Only items in the trash; without it, only those outside.
    pub(crate) trash: Option<bool>,
    /// Only items that the active person has not finished.
    pub(crate) unseen: Option<bool>,
    /// Only items of this genre.
    pub(crate) genre: Option<String>,
    /// First year.
    pub(crate) year_from: Option<i32>,
    /// Last year.
    pub(crate) year_to: Option<i32>,
    /// Shortest length.
    pub(crate) min_minutes: Option<u32>,
    /// Longest length.
    pub(crate) max_minutes: Option<u32>,
    /// Order.
    pub(crate) sort: Option<ItemSort>,
    /// Direction; each order has a natural one.
    pub(crate) order: Option<SortOrder>,
    /// `nextCursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Most items, 1 to 500; 100 when absent.
    pub(crate) limit: Option<u32>,
}

/// Items that match all conditions.
#[utoipa::path(get, path = "/items", tag = "items", params(ItemsQuery), responses((status = 200, description = "Items that match all conditions.", body = ItemPage)))]
async fn list_items(
    State(app): State<App>,
    Query(query): Query<ItemsQuery>,
) -> ApiResult<Json<ItemPage>> {
    let ask = query.into_library()?;
    let page = app.node().query(move |reader| reader.items(&ask)).await?;
    let shown: Vec<ItemId> = page
        .rows
        .iter()
        .filter(|row| !row.probed)
        .map(|row| row.id)
        .collect();
    app.node().prioritise(&shown);
    Ok(Json(Cards::new(app.links()).page(page)))
}

/// One item with all that is known of it.
#[utoipa::path(get, path = "/items/{id}", tag = "items", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "One item with all that is known of it.", body = ItemDetail)))]
async fn get_item(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<ItemDetail>> {
    let item = extract::id("item", &id)?;
    detail_of(&app, item).await.map(Json)
}

/// Changes what the person says about an item.
#[utoipa::path(patch, path = "/items/{id}", tag = "items", params(("id" = String, Path, description = "Which one.")), request_body = ItemPatch, responses((status = 200, description = "Changes what the person says about an item.", body = ItemDetail)))]
async fn patch_item(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<ItemPatch>,
) -> ApiResult<Json<ItemDetail>> {
    let item: ItemId = extract::id("item", &id)?;
    let person = active(&app).await?;
    let (edit, rating, favourite) = edit_of(request)?;
    app.node()
        .edit(vec![item], move |tx| {
            if edit != ItemEdit::default() {
                tx.edit_item(item, edit)?;
            }
            if let Some(rating) = rating {
                tx.set_rating(person, item, rating)?;
            }
            if let Some(favourite) = favourite {
                tx.set_favourite(person, item, favourite)?;
            }
            Ok(())
        })
        .await?;
    detail_of(&app, item).await.map(Json)
}

/// One act on many items.
#[utoipa::path(post, path = "/items/batch", tag = "items", request_body = BatchRequest, responses((status = 200, description = "One act on many items.", body = BatchResult)))]
async fn batch_items(
    State(app): State<App>,
    Json(request): Json<BatchRequest>,
) -> ApiResult<Json<BatchResult>> {
    let items: Vec<ItemId> = extract::ids("item", &request.ids, MAX_BATCH)?;
    let node = app.node();
    let outcome = match request.action {
        BatchAction::Trash => node.trash(items).await?,
        BatchAction::Restore => node.restore_items(items).await?,
        BatchAction::Delete => {
            let also = if request.also_delete_file.unwrap_or(false) {
                AlsoDeleteFile::ToSystemTrash
            } else {
                AlsoDeleteFile::No
            };
            node.delete_items(items, also).await?
        }
        BatchAction::Favourite => set_favourites(&app, items, true).await?,
        BatchAction::Unfavourite => set_favourites(&app, items, false).await?,
    };
    Ok(Json(convert::jobs::batch(outcome)))
}

/// Keeps where the active person is.
#[utoipa::path(put, path = "/items/{id}/progress", tag = "items", params(("id" = String, Path, description = "Which one.")), request_body = ProgressRequest, responses((status = 200, description = "Keeps where the active person is.", body = ItemProgress)))]
async fn put_progress(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<ProgressRequest>,
) -> ApiResult<Json<ItemProgress>> {
    let item: ItemId = extract::id("item", &id)?;
    let person = active(&app).await?;
    let threshold = app.node().settings().watched_threshold;
    let progress = app
        .node()
        .edit(vec![item], move |tx| {
            tx.set_progress(
                person,
                item,
                request.position_ms,
                request.duration_ms,
                threshold,
                request.finished,
            )
        })
        .await?;
    Ok(Json(progress.into()))
}

/// Forgets where the active person is.
#[utoipa::path(delete, path = "/items/{id}/progress", tag = "items", params(("id" = String, Path, description = "Which one.")), responses((status = 204, description = "Done.")))]
async fn delete_progress(State(app): State<App>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let item: ItemId = extract::id("item", &id)?;
    let person = active(&app).await?;
    app.node()
        .edit(vec![item], move |tx| tx.clear_progress(person, item))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says where the moved file of an item is.
#[utoipa::path(post, path = "/items/{id}/relink", tag = "items", params(("id" = String, Path, description = "Which one.")), request_body = RelinkRequest, responses((status = 200, description = "Says where the moved file of an item is.", body = ItemDetail)))]
async fn relink_item(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<RelinkRequest>,
) -> ApiResult<Json<ItemDetail>> {
    let item: ItemId = extract::id("item", &id)?;
    app.node()
        .relink(item, extract::absolute(&request.path)?)
        .await?;
    detail_of(&app, item).await.map(Json)
}

/// Loudness of a track.
#[utoipa::path(get, path = "/items/{id}/waveform", tag = "items", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Loudness of a track.", body = Waveform)))]
async fn get_waveform(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<Waveform>> {
    let item: ItemId = extract::id("item", &id)?;
    let peaks = app.node().waveform(item).await.map_err(preview_error)?;
    Ok(Json(Waveform { peaks }))
}

/// Deletes what is in the trash from the library.
#[utoipa::path(post, path = "/trash/empty", tag = "items", responses((status = 200, description = "Deletes what is in the trash from the library.", body = BatchResult)))]
async fn empty_trash(State(app): State<App>) -> ApiResult<Json<BatchResult>> {
    Ok(Json(convert::jobs::batch(app.node().empty_trash().await?)))
}

/// Most items in one act.
const MAX_BATCH: usize = 10_000;

impl ItemsQuery {
    fn into_library(self) -> ApiResult<ItemQuery> {
        let mut kinds = Vec::new();
        for name in self.kind.iter().flat_map(|list| list.split(',')) {
            let kind: crate::dto::ItemKind = serde_json::from_value(name.trim().into())
                .map_err(|_| ApiError::bad_request(format!("There is no kind {name:?}.")))?;
            kinds.push(kind.into());
        }
        let year =
            |year: Option<i32>| year.map(|year| u16::try_from(year.max(0)).unwrap_or(u16::MAX));
        let minutes = |minutes: Option<u32>| minutes.map(|minutes| u64::from(minutes) * 60_000);
        let sort = self.sort.unwrap_or_default();
        Ok(ItemQuery {
            kinds,
            shelf: if self.trash.unwrap_or(false) {
                library::Shelf::Trash
            } else {
                library::Shelf::Live
            },
            person: None,
            album: self
                .album_id
                .as_deref()
                .map(|id| extract::id("album", id))
                .transpose()?,
            folder: None,
            favourite: self.favourite.filter(|only| *only),
            unseen: self.unseen.filter(|only| *only),
            genre: self.genre.filter(|genre| !genre.is_empty()),
            year_from: year(self.year_from),
            year_to: year(self.year_to),
            min_duration_ms: minutes(self.min_minutes),
            max_duration_ms: minutes(self.max_minutes),
            sort: match sort {
                ItemSort::Added => library::Sort::Added,
                ItemSort::Title => library::Sort::Title,
                ItemSort::Taken => library::Sort::Taken,
                ItemSort::Year => library::Sort::Year,
                ItemSort::Duration => library::Sort::Duration,
                ItemSort::Played => library::Sort::Played,
            },
            order: match (self.order, sort) {
                (Some(SortOrder::Asc), _) | (None, ItemSort::Title) => library::Order::Ascending,
                _ => library::Order::Descending,
            },
            cursor: self.cursor.filter(|cursor| !cursor.is_empty()),
            limit: self.limit.unwrap_or(100).clamp(1, 500) as usize,
        })
    }
}

async fn detail_of(app: &App, item: ItemId) -> ApiResult<ItemDetail> {
    let parts = app
        .node()
        .query(move |reader| {
            let Some(item) = reader.item(item, None)? else {
                return Ok(None);
            };
            let mut albums = Vec::with_capacity(item.albums.len());
            for id in &item.albums {
                albums.extend(reader.album(*id)?);
            }
            let row = |id: Option<ItemId>| match id {
                Some(id) => reader.rows(&[id], None).map(|mut rows| rows.pop()),
                None => Ok(None),
            };
            let (next, previous) = (row(item.next)?, row(item.previous)?);
            Ok(Some(DetailParts {
                item,
                albums,
                next,
                previous,
            }))
        })
        .await?;
    let parts = parts.ok_or_else(|| ApiError::not_found("item"))?;
    Ok(detail(&Cards::new(app.links()), &parts))
}

async fn active(app: &App) -> ApiResult<PersonId> {
    Ok(app.node().query(library::Reader::active_person).await?)
}

type Edits = (ItemEdit, Option<Option<u8>>, Option<bool>);

fn edit_of(patch: ItemPatch) -> ApiResult<Edits> {
    let text = |text: Option<Option<String>>, most: usize, what: &str| {
        let text = text.map(|text| text.filter(|text| !text.trim().is_empty()));
        if text
            .iter()
            .flatten()
            .any(|text| text.chars().count() > most)
        {
            return Err(ApiError::bad_request(format!(
                "A {what} has at most {most} characters."
            )));
        }
        Ok(text)
    };
    let year = match patch.year {
        Some(Some(year)) => Some(Some(
            u16::try_from(year)
                .ok()
                .filter(|year| *year < 10_000)
                .ok_or_else(|| ApiError::bad_request("A year is 0 to 9999."))?,
        )),
        Some(None) => Some(None),
        None => None,
    };
    if patch
        .rating
        .flatten()
        .is_some_and(|rating| !(1..=5).contains(&rating))
    {
        return Err(ApiError::bad_request("A rating is 1 to 5, or null."));
    }
    if patch
        .genres
        .iter()
        .flatten()
        .any(|genres| genres.len() > 32)
    {
        return Err(ApiError::bad_request("An item has at most 32 genres."));
    }
    let edit = ItemEdit {
        title: text(patch.title, 500, "title")?,
        description: text(patch.description, 10_000, "description")?,
        year,
        genres: patch.genres,
        kind: patch.kind.map(|kind| Some(kind.into())),
    };
    Ok((edit, patch.rating, patch.favourite))
}

async fn set_favourites(
    app: &App,
    items: Vec<ItemId>,
    favourite: bool,
) -> ApiResult<node::BatchOutcome> {
    let person = active(app).await?;
    let outcome = app
        .node()
        .edit(items.clone(), move |tx| {
            let mut outcome = node::BatchOutcome::default();
            for item in items {
                match tx.set_favourite(person, item, favourite) {
                    Ok(()) => outcome.changed.push(item),
                    Err(error @ library::WriteLibrary::Missing { .. }) => {
                        outcome.failed.push((item, error.to_string()));
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(outcome)
        })
        .await?;
    Ok(outcome)
}
