//! Which lists there are, adding and removing them, switching them on and off.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File};
use std::io::{Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::file::{self, MAX_FILE};
use super::list::{List, Looked};
use super::{Blocked, ContentPolicy, OWN, PolicyAction, PolicyEvent};
use crate::content::ContentPath;
use crate::events::Event;
use crate::jobs::lock;
use crate::node::{Inner, Node};
use crate::tasks::Lane;

/// Lists that are read.
const MAX_LISTS: usize = 256;
/// The ending of lists.
const ENDING: &str = "deny";
/// Names of lists that are switched off, one a line.
const OFF: &str = "off";
/// Bytes of that file that are read.
const MAX_OFF: u64 = 64 << 10;
/// The longest name.
const MAX_NAME: usize = 64;

/// A list as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyList {
    /// Its name here: that of its file, without `.deny`.
    pub name: String,
    /// What it calls itself; a stranger's words, made harmless to show.
    pub title: Option<String>,
    /// What it says of itself.
    pub description: Option<String>,
    /// Its file.
    pub path: PathBuf,
    /// It is asked.
    pub enabled: bool,
    /// Rules in it.
    pub rules: u64,
    /// Lines that were not understood.
    pub skipped: u64,
    /// The first of them: which line, and why.
    pub faults: Vec<(u32, String)>,
    /// Why the file, as it is now, cannot be read: what was read before applies.
    pub problem: Option<String>,
    /// It is the person's own.
    pub own: bool,
}

/// Why the lists could not be changed. They are as they were.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangePolicy {
    /// There is no such list.
    #[error("there is no such list")]
    UnknownList,
    /// The name cannot be that of a list.
    #[error(
        "a list is named with up to 64 letters, digits, dots, hyphens and underscores, and not {OWN:?}: {0:?}"
    )]
    BadName(String),
    /// A list of this name is there.
    #[error("there is a list {0:?} already")]
    Exists(String),
    /// There are too many.
    #[error("there are {MAX_LISTS} lists already")]
    TooMany,
    /// It cannot be read as a list.
    #[error("this is no list of blocked content: {0}")]
    BadList(String),
    /// It cannot be read as a rule.
    #[error("this is no address, path, name or hash: {0}")]
    BadRule(String),
    /// There is no such rule in the own list.
    #[error("there is no such rule in your own list")]
    UnknownRule,
    /// The own list is full.
    #[error("your own list has as many rules as it can hold")]
    OwnListFull,
    /// A file could not be read or written.
    #[error("could not use {path:?}")]
    UseFile {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl ChangePolicy {
    pub(super) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::UseFile { path, source }
    }
}

impl ContentPolicy {
    pub(super) fn path_of(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{ENDING}"))
    }

    /// Looks at every file again; true when rules or problems are others now.
    pub(crate) fn refresh(&self) -> bool {
        let _one = lock(&self.change);
        self.refresh_held()
    }

    /// As [`ContentPolicy::refresh`], by who holds `change`.
    pub(super) fn refresh_held(&self) -> bool {
        let mut changed = false;
        let off = self.off();
        let names = self.names();
        for name in &names {
            changed |= self.look_at(name, !off.contains(name));
        }
        let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
        let before = lists.len();
        lists.retain(|list| names.contains(&list.name));
        changed |= lists.len() != before;
        for list in lists.iter_mut() {
            let enabled = !off.contains(&list.name);
            changed |= list.enabled != enabled;
            list.enabled = enabled;
        }
        // The person's own words come last and so decide.
        lists.sort_by(|one, two| (one.name == OWN, &one.name).cmp(&(two.name == OWN, &two.name)));
        let active = lists
            .iter()
            .any(|list| list.enabled && !list.rules.is_empty());
        drop(lists);
        self.active.store(active, Ordering::Release);
        if changed {
            self.changed.send_modify(|count| *count += 1);
        }
        changed
    }

    /// Reads a list again when its file is another, or more of it.
    fn look_at(&self, name: &str, enabled: bool) -> bool {
        let known = {
            let lists = self.read();
            let list = lists.iter().find(|list| list.name == name);
            if list.is_some_and(|list| !list.is_stale()) {
                return false;
            }
            list.map(List::progress)
        };
        let path = self.path_of(name);
        let edit = |edit: &mut dyn FnMut(&mut List)| {
            let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(list) = lists.iter_mut().find(|list| list.name == name) {
                edit(list);
            }
        };
        if let Some(Some(progress)) = &known
            && let Ok(Some(growth)) = file::read_growth(&path, progress)
        {
            let mut growth = Some(growth);
            edit(&mut |list| {
                if let Some(growth) = growth.take() {
                    list.grow(growth);
                }
            });
            return true;
        }
        match List::load(name, &path, enabled) {
            Ok(list) => {
                let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
                lists.retain(|other| other.name != name);
                lists.push(list);
                true
            }
            Err(why) => {
                tracing::warn!(list = name, why, "a list of blocked content cannot be read");
                if known.is_none() {
                    let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
                    lists.push(List::new(name.to_owned(), path, enabled));
                }
                let mut changed = false;
                edit(&mut |list| changed = matches!(list.fail(why.clone()), Looked::Changed));
                changed
            }
        }
    }

    /// Names of the files that are there, sorted.
    fn names(&self) -> BTreeSet<String> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return BTreeSet::new();
        };
        let names = entries.filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let name = name.strip_suffix(ENDING)?.strip_suffix('.')?;
            (!name.is_empty() && !name.starts_with('.')).then(|| name.to_owned())
        });
        names.take(MAX_LISTS).collect()
    }

    fn off(&self) -> BTreeSet<String> {
        let mut text = String::new();
        let read = File::open(self.folder.join(OFF))
            .and_then(|file| file.take(MAX_OFF).read_to_string(&mut text));
        match read {
            Ok(_) => text.lines().map(str::to_owned).collect(),
            Err(_) => BTreeSet::new(),
        }
    }

    /// Writes a file of the folder whole or not at all.
    pub(super) fn write(
        &self,
        path: &Path,
        content: &mut dyn FnMut(&mut File) -> std::io::Result<()>,
    ) -> Result<PathBuf, ChangePolicy> {
        let failed = ChangePolicy::at(&self.folder);
        let mut maker = DirBuilder::new();
        maker.recursive(true).mode(0o700);
        maker.create(&self.folder).map_err(failed)?;
        let temporary = path.with_extension("new");
        let written = File::create(&temporary).and_then(|mut file| {
            content(&mut file)?;
            file.sync_all()
        });
        match written {
            Ok(()) => Ok(temporary),
            Err(error) => {
                let _ = std::fs::remove_file(&temporary);
                Err(ChangePolicy::at(path)(error))
            }
        }
    }

    /// Puts what was written in its place.
    pub(super) fn put(&self, temporary: &Path, path: &Path) -> Result<(), ChangePolicy> {
        std::fs::rename(temporary, path)
            .and_then(|()| File::open(&self.folder)?.sync_all())
            .map_err(ChangePolicy::at(path))
    }

    fn add(
        &self,
        name: &str,
        content: &mut dyn FnMut(&mut File) -> std::io::Result<()>,
    ) -> Result<(), ChangePolicy> {
        check_name(name)?;
        let _one = lock(&self.change);
        let path = self.path_of(name);
        if path.exists() {
            return Err(ChangePolicy::Exists(name.to_owned()));
        }
        if self.names().len() >= MAX_LISTS {
            return Err(ChangePolicy::TooMany);
        }
        let temporary = self.write(&path, content)?;
        let refused = match List::load(name, &temporary, true) {
            Err(why) => Some(why),
            Ok(list) if list.rules.is_empty() && list.skipped.count > 0 => {
                let first = list.skipped.first.first();
                let why = first.map(|(line, why)| format!("line {line}: {why}"));
                Some(why.unwrap_or_default())
            }
            Ok(_) => None,
        };
        if let Some(why) = refused {
            let _ = std::fs::remove_file(&temporary);
            return Err(ChangePolicy::BadList(why));
        }
        self.put(&temporary, &path)?;
        self.refresh_held();
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), ChangePolicy> {
        let _one = lock(&self.change);
        if !self.names().contains(name) {
            return Err(ChangePolicy::UnknownList);
        }
        let path = self.path_of(name);
        std::fs::remove_file(&path).map_err(ChangePolicy::at(&path))?;
        let mut off = self.off();
        if off.remove(name) {
            self.write_off(&off)?;
        }
        self.refresh_held();
        Ok(())
    }

    fn enable(&self, name: &str, enabled: bool) -> Result<(), ChangePolicy> {
        let _one = lock(&self.change);
        if !self.names().contains(name) {
            return Err(ChangePolicy::UnknownList);
        }
        let mut off = self.off();
        let changed = match enabled {
            true => off.remove(name),
            false => off.insert(name.to_owned()),
        };
        if changed {
            self.write_off(&off)?;
            self.refresh_held();
        }
        Ok(())
    }

    fn write_off(&self, off: &BTreeSet<String>) -> Result<(), ChangePolicy> {
        let path = self.folder.join(OFF);
        let text: String = off.iter().map(|name| format!("{name}\n")).collect();
        let temporary = self.write(&path, &mut |file| file.write_all(text.as_bytes()))?;
        self.put(&temporary, &path)
    }

    fn shown(&self) -> Vec<PolicyList> {
        let words = |text: &Option<String>| text.as_deref().map(crate::import::shown);
        self.read()
            .iter()
            .map(|list| PolicyList {
                name: list.name.clone(),
                title: words(&list.header.name),
                description: words(&list.header.description),
                path: list.path.clone(),
                enabled: list.enabled,
                rules: list.rules.len() as u64,
                skipped: list.skipped.count,
                faults: list
                    .skipped
                    .first
                    .iter()
                    .map(|(line, why)| (*line, crate::import::shown(why)))
                    .collect(),
                problem: list.problem.clone(),
                own: list.name == OWN,
            })
            .collect()
    }
}

fn check_name(name: &str) -> Result<(), ChangePolicy> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let good = !name.is_empty()
        && name.len() <= MAX_NAME
        && !name.starts_with('.')
        && name != OWN
        && name.chars().all(fits);
    match good {
        true => Ok(()),
        false => Err(ChangePolicy::BadName(crate::import::shown(name))),
    }
}

impl Node {
    /// All lists, in the order in which they are asked; the last that says something decides.
    pub async fn policy_lists(&self) -> Vec<PolicyList> {
        self.with_policy(|inner| inner.policy.shown()).await
    }

    /// Takes in a list: a file of this machine is copied. Its name is that of the file when none is
    /// given.
    pub async fn add_policy_file(
        &self,
        path: PathBuf,
        name: Option<String>,
    ) -> Result<(), ChangePolicy> {
        self.change_policy(move |policy| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let name = name.unwrap_or_else(|| stem.into_owned());
            let failed = ChangePolicy::at(&path);
            let source = File::open(&path).map_err(failed)?;
            let length = source.metadata().map_err(ChangePolicy::at(&path))?;
            if !length.is_file() {
                return Err(ChangePolicy::BadList("it is not a file".to_owned()));
            }
            if length.len() > MAX_FILE {
                return Err(ChangePolicy::BadList("it is too long".to_owned()));
            }
            policy.add(&name, &mut |file| {
                std::io::copy(&mut (&source).take(MAX_FILE), file).map(drop)
            })
        })
        .await
    }

    /// Takes in a list from its text.
    pub async fn add_policy_text(&self, name: String, text: String) -> Result<(), ChangePolicy> {
        self.change_policy(move |policy| {
            policy.add(&name, &mut |file| file.write_all(text.as_bytes()))
        })
        .await
    }

    /// Removes a list and its file.
    pub async fn remove_policy_list(&self, name: String) -> Result<(), ChangePolicy> {
        self.change_policy(move |policy| policy.remove(&name)).await
    }

    /// Switches a list on or off.
    pub async fn enable_policy_list(
        &self,
        name: String,
        enabled: bool,
    ) -> Result<(), ChangePolicy> {
        self.change_policy(move |policy| policy.enable(&name, enabled))
            .await
    }

    /// Looks at the files of all lists now; it happens by itself every few seconds.
    pub async fn refresh_policy(&self) {
        self.with_policy(Inner::refresh_policy).await;
    }

    /// What was blocked lately, newest first; at most a thousand.
    #[must_use]
    pub fn policy_log(&self) -> Vec<PolicyEvent> {
        lock(&self.inner.policy.log).all()
    }

    /// Whether `action` may go on with what a path leads to.
    ///
    /// # Errors
    /// A list blocks it.
    pub fn check_content(
        &self,
        path: &ContentPath,
        action: PolicyAction,
    ) -> Result<(), Box<Blocked>> {
        self.inner.policy.check_path(path, action)
    }

    /// Whether a BTNS or IPNS name, or a path below it, may be resolved.
    ///
    /// # Errors
    /// A list blocks it.
    pub fn check_name(&self, name: &str, below: &[String]) -> Result<(), Box<Blocked>> {
        self.inner.policy.check_name(name, below, PolicyAction::Get)
    }

    async fn with_policy<T, F>(&self, ask: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&Inner) -> T + Send + 'static,
    {
        let inner = std::sync::Arc::clone(&self.inner);
        let work = move || ask(&inner);
        self.inner.tasks.blocking(Lane::Query, work).await
    }

    pub(super) async fn change_policy<F>(&self, change: F) -> Result<(), ChangePolicy>
    where
        F: FnOnce(&ContentPolicy) -> Result<(), ChangePolicy> + Send + 'static,
    {
        let changed = self
            .with_policy(move |inner| {
                let changed = change(&inner.policy);
                inner.show_policy_problem();
                changed
            })
            .await;
        self.inner.events.send(Event::SettingsChanged);
        changed
    }
}

impl Inner {
    /// Looks at the files of all lists.
    pub(super) fn refresh_policy(&self) {
        if self.policy.refresh() {
            self.show_policy_problem();
            self.events.send(Event::SettingsChanged);
        }
    }

    pub(super) fn show_policy_problem(&self) {
        match self.policy.problem() {
            Some(problem) => self.note_problem(problem),
            None => self.clear_problem(super::DAMAGED),
        }
    }
}
