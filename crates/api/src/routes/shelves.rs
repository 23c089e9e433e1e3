//! Home, Watch, search and duplicates.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::{Duplicates, Home, SearchResult, ShowDetail, Watch},
    error::{ApiError, ApiResult},
    extract::{Json, Path, Query},
};
use crate::{
    clock,
    convert::items::Cards,
    dto::{DuplicateGroup, RecentSummary, SearchHit, Season, YearRange},
    extract,
};
use library::{ItemId, ItemKind, ItemQuery, ItemRow, ReadLibrary, Reader, SearchTarget, ShowId};
use std::collections::{BTreeSet, HashMap};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_home))
        .routes(routes!(get_watch))
        .routes(routes!(get_show))
        .routes(routes!(search))
        .routes(routes!(list_duplicates))
}

/// What to search for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct SearchQuery {
    /// Words.
    pub(crate) q: String,
    /// Most items, 1 to 200; 50 when absent.
    pub(crate) limit: Option<u32>,
}

/// What the Home room shows.
#[utoipa::path(get, path = "/home", tag = "shelves", responses((status = 200, description = "What the Home room shows.", body = Home)))]
async fn get_home(State(app): State<App>) -> ApiResult<Json<Home>> {
    let since = clock::now_seconds().saturating_sub(RECENT_SECONDS);
    let since = i64::try_from(since)
        .unwrap_or(i64::MAX)
        .saturating_mul(1_000);
    let (watching, recent, added, albums, covers) = app
        .node()
        .query(move |reader| {
            let mut albums = reader.albums()?;
            albums.truncate(SHELF);
            let covers = covers(reader, albums.iter().filter_map(|album| album.cover))?;
            Ok((
                reader.continue_watching(None, SHELF)?,
                reader.recently_added(None, SHELF)?,
                reader.added_since(since)?,
                albums,
                covers,
            ))
        })
        .await?;
    let cards = Cards::new(app.links());
    Ok(Json(Home {
        continue_watching: cards.cards(&watching),
        recently_added: cards.cards(&recent),
        recent_summary: RecentSummary {
            photos: added.photo,
            videos: added.film + added.episode + added.clip,
            tracks: added.track,
        },
        albums: albums
            .iter()
            .map(|album| cards.album(album, &covers))
            .collect(),
    }))
}

/// What the Watch room shows.
#[utoipa::path(get, path = "/watch", tag = "shelves", responses((status = 200, description = "What the Watch room shows.", body = Watch)))]
async fn get_watch(State(app): State<App>) -> ApiResult<Json<Watch>> {
    let seen = app
        .node()
        .query(|reader| {
            let page = |kind| {
                reader.items(&ItemQuery {
                    kinds: vec![kind],
                    limit: PAGE,
                    ..ItemQuery::default()
                })
            };
            let shows = reader.shows()?;
            let posters = covers(reader, shows.iter().filter_map(|show| show.poster))?;
            let mut genres = BTreeSet::new();
            let mut years = BTreeSet::new();
            for kind in [ItemKind::Film, ItemKind::Episode, ItemKind::Clip] {
                genres.extend(reader.genres(kind)?.into_iter().map(|(name, _)| name));
                years.extend(reader.years(kind)?.into_iter().map(|(year, _)| year));
            }
            let watching = reader.continue_watching(None, SHELF)?;
            Ok(WatchParts {
                films: page(ItemKind::Film)?,
                clips: page(ItemKind::Clip)?,
                shows,
                posters,
                genres,
                years,
                watching,
            })
        })
        .await?;
    let cards = Cards::new(app.links());
    let hero = seen
        .watching
        .iter()
        .find(|row| matches!(row.kind, ItemKind::Film | ItemKind::Episode))
        .or_else(|| seen.films.rows.first());
    Ok(Json(Watch {
        hero: hero.map(|row| cards.card(row)),
        series: seen
            .shows
            .iter()
            .map(|show| cards.show(show, &seen.posters))
            .collect(),
        films: cards.page(seen.films),
        clips: cards.page(seen.clips),
        genres: seen.genres.into_iter().collect(),
        years: seen
            .years
            .first()
            .zip(seen.years.last())
            .map(|(from, to)| YearRange {
                from: i32::from(*from),
                to: i32::from(*to),
            }),
    }))
}

/// A show with its seasons.
#[utoipa::path(get, path = "/shows/{id}", tag = "shelves", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "A show with its seasons.", body = ShowDetail)))]
async fn get_show(State(app): State<App>, Path(id): Path<String>) -> ApiResult<Json<ShowDetail>> {
    let show: ShowId = extract::id("show", &id)?;
    let found = app
        .node()
        .query(move |reader| {
            let Some((show, seasons)) = reader.show(show, None)? else {
                return Ok(None);
            };
            let posters = covers(reader, show.poster)?;
            Ok(Some((show, seasons, posters)))
        })
        .await?;
    let (show, seasons, posters) = found.ok_or_else(|| ApiError::not_found("show"))?;
    let cards = Cards::new(app.links());
    Ok(Json(ShowDetail {
        show: cards.show(&show, &posters),
        seasons: seasons
            .iter()
            .map(|season| Season {
                number: season.number,
                episodes: cards.cards(&season.episodes),
            })
            .collect(),
    }))
}

/// Finds items, albums and shows.
#[utoipa::path(get, path = "/search", tag = "shelves", params(SearchQuery), responses((status = 200, description = "Finds items, albums and shows.", body = SearchResult)))]
async fn search(
    State(app): State<App>,
    Query(query): Query<SearchQuery>,
) -> ApiResult<Json<SearchResult>> {
    let started = std::time::Instant::now();
    let limit = query.limit.unwrap_or(50).clamp(1, 200) as usize;
    if query.q.chars().count() > MAX_QUERY {
        return Err(ApiError::bad_request("The search is too long."));
    }
    let hits = app.node().search(query.q, limit).await?;
    let found = app
        .node()
        .query(move |reader| Found::read(reader, &hits))
        .await?;
    let cards = Cards::new(app.links());
    Ok(Json(SearchResult {
        hits: found
            .items
            .iter()
            .map(|(row, matched)| SearchHit {
                item: cards.card(row),
                matched: matched.iter().map(ToString::to_string).collect(),
            })
            .collect(),
        albums: found
            .albums
            .iter()
            .map(|album| cards.album(album, &found.covers))
            .collect(),
        shows: found
            .shows
            .iter()
            .map(|show| cards.show(show, &found.covers))
            .collect(),
        music_albums: found
            .music
            .iter()
            .map(|album| cards.music_album(album))
            .collect(),
        took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    }))
}

/// Items with equal bytes.
#[utoipa::path(get, path = "/duplicates", tag = "shelves", responses((status = 200, description = "Items with equal bytes.", body = Duplicates)))]
async fn list_duplicates(State(app): State<App>) -> ApiResult<Json<Duplicates>> {
    let groups = app
        .node()
        .query(|reader| reader.duplicates(MAX_DUPLICATES))
        .await?;
    let cards = Cards::new(app.links());
    Ok(Json(Duplicates {
        groups: groups
            .iter()
            .map(|group| DuplicateGroup {
                item: cards.card(&group.item),
                bytes: group.item.size,
                paths: group.paths.iter().map(ToString::to_string).collect(),
            })
            .collect(),
    }))
}

/// Items on a shelf of Home.
const SHELF: usize = 24;
/// Items on the first page of a room.
const PAGE: usize = 60;
/// What counts as recent: a week.
const RECENT_SECONDS: u64 = 7 * 86_400;
/// Most characters of a search.
const MAX_QUERY: usize = 256;
/// Most groups of duplicates in one answer.
const MAX_DUPLICATES: usize = 500;

/// The rows of items that stand for albums or shows.
pub(super) fn covers(
    reader: &Reader,
    ids: impl IntoIterator<Item = ItemId>,
) -> Result<HashMap<ItemId, ItemRow>, ReadLibrary> {
    let ids: Vec<ItemId> = ids.into_iter().collect();
    let rows = reader.rows(&ids, None)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

struct WatchParts {
    films: library::Page<ItemRow>,
    clips: library::Page<ItemRow>,
    shows: Vec<library::Show>,
    posters: HashMap<ItemId, ItemRow>,
    genres: BTreeSet<String>,
    years: BTreeSet<u16>,
    watching: Vec<ItemRow>,
}

/// What a search found, read from the catalogue.
#[derive(Default)]
struct Found {
    items: Vec<(ItemRow, Vec<&'static str>)>,
    albums: Vec<library::Album>,
    shows: Vec<library::Show>,
    music: Vec<library::MusicAlbum>,
    covers: HashMap<ItemId, ItemRow>,
}

impl Found {
    fn read(reader: &Reader, hits: &[library::SearchHit]) -> Result<Self, ReadLibrary> {
        let mut found = Self::default();
        let mut wanted = Vec::new();
        for hit in hits {
            match hit.target {
                SearchTarget::Item(id) => {
                    if let Some(row) = reader.rows(&[id], None)?.pop() {
                        found.items.push((row, hit.matched.clone()));
                    }
                }
                SearchTarget::Album(id) => {
                    if let Some(album) = reader.album(id)? {
                        wanted.extend(album.cover);
                        found.albums.push(album);
                    }
                }
                SearchTarget::Show(id) => {
                    if let Some((show, _)) = reader.show(id, None)? {
                        wanted.extend(show.poster);
                        found.shows.push(show);
                    }
                }
                SearchTarget::MusicAlbum(id) => {
                    if let Some((album, _)) = reader.music_album(id, None)? {
                        found.music.push(album);
                    }
                }
            }
        }
        found.covers = covers(reader, wanted)?;
        Ok(found)
    }
}
