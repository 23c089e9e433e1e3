//! Shows, seasons and episodes.

use crate::ids::{ItemId, PersonId, ShowId};
use crate::keys;
use crate::kv::{Kv, T};
use crate::query::{Order, Season, Show};
use crate::reader::{Answer, Reader, go_on};
use crate::text;
use crate::tx::albums::ShowFacts;

/// A show, and season and item of its episodes in order.
type Gathered = (ShowId, Vec<(u32, ItemId)>);

impl Reader {
    /// The edited title of a show, if somebody edited it.
    pub(crate) fn show_title(&self, show: ShowId) -> Answer<Option<String>> {
        let facts: Option<ShowFacts> = self.kv.row(T::Shows, &show.0)?;
        Ok(facts
            .and_then(|facts| facts.title)
            .and_then(|title| title.value))
    }

    fn gather_show(&self, id: ShowId, episodes: &[(u32, ItemId)]) -> Answer<Option<Show>> {
        let Some((_, first)) = episodes.first() else {
            return Ok(None);
        };
        let Some(record) = self.record(*first)? else {
            return Ok(None);
        };
        let Some(link) = record.show else {
            return Ok(None);
        };
        let mut seasons: Vec<(u32, u32)> = Vec::new();
        for (season, _) in episodes {
            match seasons.last_mut() {
                Some((last, count)) if last == season => *count += 1,
                _ => seasons.push((*season, 1)),
            }
        }
        Ok(Some(Show {
            id,
            title: self.show_title(id)?.unwrap_or(link.title),
            year: record.show_year.or(record.year),
            poster: Some(*first),
            episode_count: u32::try_from(episodes.len()).unwrap_or(u32::MAX),
            seasons,
        }))
    }

    fn gathered(&self, prefix: &[u8]) -> Answer<Vec<Gathered>> {
        let mut shows: Vec<Gathered> = Vec::new();
        self.kv
            .scan_prefix(T::Index, prefix, Order::Ascending, |key, _| {
                let show = key.get(1..17).and_then(ShowId::from_slice);
                let season = key.get(17..21).and_then(|bytes| bytes.try_into().ok());
                if let (Some(show), Some(season), Some(id)) = (show, season, keys::last_item(key)) {
                    let episode = (u32::from_be_bytes(season), id);
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
        for (number, id) in &episodes {
            let rows = self.rows(&[*id], person)?;
            match seasons.last_mut() {
                Some(season) if season.number == *number => season.episodes.extend(rows),
                _ => seasons.push(Season {
                    number: *number,
                    episodes: rows,
                }),
            }
        }
        Ok(Some((show, seasons)))
    }
}
