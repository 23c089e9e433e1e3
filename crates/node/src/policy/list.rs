//! One list: its file, its rules, and whether it is on.

use std::hash::RandomState;
use std::path::PathBuf;

use dag::denylist::{Header, Rules};

use super::file::{self, LEGAL, Progress, STATUS, Skipped, Stamp};

/// See the module.
#[derive(Debug)]
pub(super) struct List {
    /// Its file's name without `.deny`.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) enabled: bool,
    pub(super) header: Header,
    pub(super) rules: Rules<RandomState>,
    pub(super) skipped: Skipped,
    /// Why its file, as it is now, cannot be read.
    pub(super) problem: Option<String>,
    progress: Option<Progress>,
    /// The state of the file that could not be read: it is not tried again and again.
    failed: Option<Stamp>,
}

/// What became of a list that was looked at.
pub(super) enum Looked {
    /// It is as it was.
    Same,
    /// Its rules or its problem are others.
    Changed,
}

impl List {
    pub(super) fn new(name: String, path: PathBuf, enabled: bool) -> Self {
        List {
            name,
            path,
            enabled,
            header: Header::default(),
            rules: Rules::new(RandomState::new()),
            skipped: Skipped::default(),
            problem: None,
            progress: None,
            failed: None,
        }
    }

    pub(super) fn is_legal(&self) -> bool {
        self.header
            .hints
            .get(STATUS)
            .is_some_and(|value| value == LEGAL)
    }

    /// Whether the file may be another than what was read. No lock is needed for this.
    pub(super) fn is_stale(&self) -> bool {
        match Stamp::at(&self.path) {
            Err(_) => self.problem.is_none() || self.failed.is_some(),
            Ok(now) => {
                let read = self.progress.as_ref().map(|progress| progress.stamp);
                match self.problem {
                    None => read != Some(now),
                    Some(_) => self.failed != Some(now),
                }
            }
        }
    }

    /// How far it was read, for [`super::file::read_growth`].
    pub(super) fn progress(&self) -> Option<Progress> {
        self.progress.clone()
    }

    /// The file as it is now, read whole.
    pub(super) fn load(name: &str, path: &std::path::Path, enabled: bool) -> Result<Self, String> {
        let mut list = List::new(name.to_owned(), path.to_owned(), enabled);
        let rules = &mut list.rules;
        let read = file::read(path, &mut |rule, place| rules.add(rule, place));
        let (header, skipped, progress) = read.map_err(|error| error.to_string())?;
        list.header = header;
        list.skipped = skipped;
        list.progress = Some(progress);
        Ok(list)
    }

    /// Takes over what was added to the file.
    pub(super) fn grow(&mut self, growth: file::Growth) {
        let (rules, skipped, progress) = growth;
        for (rule, place) in &rules {
            self.rules.add(rule, *place);
        }
        self.skipped.join(skipped);
        self.progress = Some(progress);
        self.problem = None;
        self.failed = None;
    }

    /// The file cannot be read: what was read before stays.
    pub(super) fn fail(&mut self, why: String) -> Looked {
        self.failed = Stamp::at(&self.path).ok();
        let why = Some(why);
        if self.problem == why {
            return Looked::Same;
        }
        self.problem = why;
        Looked::Changed
    }
}
