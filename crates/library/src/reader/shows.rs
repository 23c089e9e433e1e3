//! Shows, seasons and episodes.

use crate::ids::{ItemId, PersonId, ShowId};
use crate::keys;
use crate::kv::{Kv, T};
use crate::query::{Order, Season, Show};
use crate::reader::{Answer, Reader, go_on};
use crate::text;
use crate::tx::albums::ShowFacts;

/// An episode as its index knows it.
struct Episode {
    season: u32,
    id: ItemId,
    has_poster: bool,
    has_show_poster: bool,
}

/// A show and its episodes in order.
type Gathered = (ShowId, Vec<Episode>);

impl Reader {
    /// The edited title of a show, if somebody edited it.
    pub(crate) fn show_title(&self, show: ShowId) -> Answer<Option<String>> {
        let facts: Option<ShowFacts> = self.kv.row(T::Shows, &show.0)?;
        Ok(facts
            .and_then(|facts| facts.title)
            .and_then(|title| title.value))
    }

    fn gather_show(&self, id: ShowId, episodes: &[Episode]) -> Answer<Option<Show>> {
        let Some(Episode { id: first, .. }) = episodes.first() else {
            return Ok(None);
        };
        let Some(record) = self.record(*first)? else {
            return Ok(None);
        };
        let Some(link) = record.show else {
            return Ok(None);
        };
        let mut seasons: Vec<(u32, u32)> = Vec::new();
        for Episode { season, .. } in episodes {
            match seasons.last_mut() {
                Some((last, count)) if last == season => *count += 1,
                _ => seasons.push((*season, 1)),
            }
        }
        let with_poster = || episodes.iter().find(|episode| episode.has_poster);
        let poster = episodes.iter().find(|episode| episode.has_show_poster);
        Ok(Some(Show {
            id,
            title: self.show_title(id)?.unwrap_or(link.title),
            year: record.show_year.or(record.year),
            poster: Some(
                poster
                    .or_else(with_poster)
                    .map_or(*first, |episode| episode.id),
            ),
            episode_count: u32::try_from(episodes.len()).unwrap_or(u32::MAX),
            seasons,
        }))
    }

    fn gathered(&self, prefix: &[u8]) -> Answer<Vec<Gathered>> {
        let mut shows: Vec<Gathered> = Vec::new();
        self.kv
            .scan_prefix(T::Index, prefix, Order::Ascending, |key, flags| {
                let show = key.get(1..17).and_then(ShowId::from_slice);
                let season = key.get(17..21).and_then(|bytes| bytes.try_into().ok());
                if let (Some(show), Some(season), Some(id)) = (show, season, keys::last_item(key)) {
                    let flags = flags.first().copied().unwrap_or(0);
                    let episode = Episode {
                        season: u32::from_be_bytes(season),
                        id,
                        has_poster: flags & keys::HAS_POSTER != 0,
                        has_show_poster: flags & keys::HAS_SHOW_POSTER != 0,
                    };
                    match shows.last_mut() {
                        Some((last, episodes)) if *last == show => episodes.push(episode),
                        _ => shows.push((show, vec![episode])),
                    }
                }
                Ok(go_on(true))
            })?;
        Ok(shows)
    }

    pub(crate) fn show_summary(&self, id: ShowId) -> Answer<Option<Show>> {
        match self.gathered(&keys::episodes(id))?.pop() {
            Some((_, episodes)) => self.gather_show(id, &episodes),
            None => Ok(None),
        }
    }

    /// All shows, by title.
    ///
    /// # Errors
    /// The database failed.
    pub fn shows(&self) -> Answer<Vec<Show>> {
        let mut shows = Vec::new();
        for (id, episodes) in self.gathered(&[keys::EPISODES])? {
            shows.extend(self.gather_show(id, &episodes)?);
        }
        shows.sort_by_cached_key(|show| (text::sort_key(&show.title), show.id));
        Ok(shows)
    }

    /// One show and its episodes by season.
    ///
    /// # Errors
    /// The database failed.
    pub fn show(
        &self,
        id: ShowId,
        person: Option<PersonId>,
    ) -> Answer<Option<(Show, Vec<Season>)>> {
        let Some((_, episodes)) = self.gathered(&keys::episodes(id))?.pop() else {
            return Ok(None);
        };
        let Some(show) = self.gather_show(id, &episodes)? else {
            return Ok(None);
        };
        let mut seasons: Vec<Season> = Vec::new();
        for part in episodes.chunk_by(|one, next| one.season == next.season) {
            // The one that carries the show's poster shows that.
            let own = part.iter().filter(|episode| !episode.has_show_poster);
            let poster = own.chain(part).find(|episode| episode.has_poster);
            let ids: Vec<ItemId> = part.iter().map(|episode| episode.id).collect();
            seasons.push(Season {
                number: part.first().map_or(0, |episode| episode.season),
                poster: poster.map(|episode| episode.id),
                episodes: self.rows(&ids, person)?,
            });
        }
        Ok(Some((show, seasons)))
    }
}
