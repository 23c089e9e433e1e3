//! Play time of fragmented files, from the `moof` boxes (ISO/IEC 14496-12
//! section 8.8).
//!
//! Not an index: only how far each track reaches and how many samples it has.

use super::boxes::{Boxes, be32, be64, find};

/// Most tracks that are followed.
const MAX_TRACKS: usize = 64;

const DURATION_PRESENT: u32 = 0x100;
/// Fields of a `trun` sample that come with its duration: size, flags, offset.
const OTHER_FIELDS: [u32; 3] = [0x200, 0x400, 0x800];

/// How far a track reaches by its fragments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reach {
    track: u32,
    /// End of the last sample, in units of the track's time scale.
    pub(super) end: u64,
    pub(super) samples: u64,
}

/// Default sample durations by track (`trex`), then what the fragments add.
#[derive(Default)]
pub(super) struct Fragments {
    defaults: Vec<(u32, u32)>,
    tracks: Vec<Reach>,
}

impl Fragments {
    /// Takes the defaults of the movie, which stand before the first fragment.
    pub(super) fn movie(&mut self, moov: &[u8]) {
        let Some(extends) = find(moov, b"mvex") else {
            return;
        };
        let each = Boxes::new(extends).filter(|(kind, _)| kind == b"trex");
        self.defaults = each
            .filter_map(|(_, trex)| Some((be32(trex, 4)?, be32(trex, 12)?)))
            .take(MAX_TRACKS)
            .collect();
    }

    pub(super) fn fragment(&mut self, moof: &[u8]) {
        for (_, traf) in Boxes::new(moof).filter(|(kind, _)| kind == b"traf") {
            // A fragment that makes no sense adds nothing.
            let _ = self.track_fragment(traf);
        }
    }

    pub(super) fn of(&self, track: u32) -> Option<Reach> {
        self.tracks
            .iter()
            .find(|reach| reach.track == track)
            .copied()
    }

    fn track_fragment(&mut self, traf: &[u8]) -> Option<()> {
        let header = find(traf, b"tfhd")?;
        let track = be32(header, 4)?;
        let default = default_duration(header).or_else(|| {
            let found = self.defaults.iter().find(|(id, _)| *id == track);
            found.map(|(_, duration)| *duration)
        });
        let at = match self.tracks.iter().position(|reach| reach.track == track) {
            Some(at) => at,
            None if self.tracks.len() < MAX_TRACKS => {
                self.tracks.push(Reach {
                    track,
                    ..Reach::default()
                });
                self.tracks.len() - 1
            }
            None => return None,
        };
        let reach = self.tracks.get_mut(at)?;
        let mut end = find(traf, b"tfdt").and_then(start).unwrap_or(reach.end);
        for (_, run) in Boxes::new(traf).filter(|(kind, _)| kind == b"trun") {
            let (samples, ticks) = run_length(run, default.unwrap_or(0))?;
            reach.samples = reach.samples.saturating_add(samples);
            end = end.saturating_add(ticks);
        }
        reach.end = reach.end.max(end);
        Some(())
    }
}

fn start(tfdt: &[u8]) -> Option<u64> {
    match tfdt.first()? {
        1 => be64(tfdt, 4),
        _ => be32(tfdt, 4).map(u64::from),
    }
}

fn default_duration(tfhd: &[u8]) -> Option<u32> {
    let flags = be32(tfhd, 0)?;
    let mut at = 8;
    at += if flags & 0x1 != 0 { 8 } else { 0 };
    at += if flags & 0x2 != 0 { 4 } else { 0 };
    (flags & 0x8 != 0).then(|| be32(tfhd, at))?
}

/// Samples of a run and their play time, in ticks.
fn run_length(trun: &[u8], default: u32) -> Option<(u64, u64)> {
    let flags = be32(trun, 0)?;
    let count = be32(trun, 4)?;
    if flags & DURATION_PRESENT == 0 {
        return Some((u64::from(count), u64::from(count) * u64::from(default)));
    }
    let table = 8 + 4 * (flags & 0x1 != 0) as usize + 4 * (flags & 0x4 != 0) as usize;
    let fields = OTHER_FIELDS
        .iter()
        .filter(|field| flags & **field != 0)
        .count();
    let sample = 4 * (1 + fields);
    // A run that claims more samples than it holds ends where its bytes end.
    let rows = trun.get(table..)?.chunks_exact(sample).take(count as usize);
    Some(rows.fold((0, 0), |(samples, ticks), row| {
        (samples + 1, ticks + u64::from(be32(row, 0).unwrap_or(0)))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], words: &[u32]) -> Vec<u8> {
        let mut bytes = (8 + 4 * words.len() as u32).to_be_bytes().to_vec();
        bytes.extend(kind);
        bytes.extend(words.iter().flat_map(|word| word.to_be_bytes()));
        bytes
    }

    fn around(kind: &[u8; 4], inner: &[Vec<u8>]) -> Vec<u8> {
        let body = inner.concat();
        let mut bytes = (8 + body.len() as u32).to_be_bytes().to_vec();
        bytes.extend(kind);
        bytes.extend(body);
        bytes
    }

    #[test]
    fn durations_come_from_the_run_the_fragment_or_the_movie() {
        let mut fragments = Fragments::default();
        fragments.movie(&around(b"mvex", &[boxed(b"trex", &[0, 1, 1, 40, 0, 0])]));
        let by_movie = [
            boxed(b"tfhd", &[0, 1]),
            boxed(b"tfdt", &[0, 100]),
            boxed(b"trun", &[0, 5]),
        ];
        fragments.fragment(&around(b"traf", &by_movie));
        assert_eq!(
            fragments.of(1),
            Some(Reach {
                track: 1,
                end: 300,
                samples: 5
            })
        );
        let by_fragment = [boxed(b"tfhd", &[0x8, 1, 7]), boxed(b"trun", &[0, 2])];
        fragments.fragment(&around(b"traf", &by_fragment));
        assert_eq!(
            fragments.of(1).map(|r| r.end),
            Some(314),
            "without a start it goes on"
        );
        let by_run = [
            boxed(b"tfhd", &[0, 2]),
            boxed(
                b"trun",
                &[DURATION_PRESENT | 0x201, 2, 0, 9, 1000, 11, 1000],
            ),
        ];
        fragments.fragment(&around(b"traf", &by_run));
        assert_eq!(
            fragments.of(2),
            Some(Reach {
                track: 2,
                end: 20,
                samples: 2
            })
        );
    }

    #[test]
    fn a_lying_run_costs_no_more_than_its_bytes() {
        let mut fragments = Fragments::default();
        let lying = [
            boxed(b"tfhd", &[0, 1]),
            boxed(b"trun", &[DURATION_PRESENT, u32::MAX, 3]),
        ];
        fragments.fragment(&around(b"traf", &lying));
        assert_eq!(
            fragments.of(1),
            Some(Reach {
                track: 1,
                end: 3,
                samples: 1
            })
        );
        fragments.fragment(&around(
            b"traf",
            &[boxed(b"tfhd", &[0x8, 1]), boxed(b"trun", &[0])],
        ));
        assert_eq!(fragments.of(1).map(|r| r.end), Some(3));
    }
}
