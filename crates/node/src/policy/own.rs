//! The person's own list: rules made and taken back one by one.
//!
//! It is a list like the others, `own.deny`, and may be edited by hand; what is not understood in it
//! is kept. Written whole or not at all.

use std::fs::File;
use std::io::{Read, Write};

use dag::denylist::Rule;

use super::manage::ChangePolicy;
use super::{ContentPolicy, OWN};
use crate::jobs::lock;
use crate::node::Node;
use crate::tasks::Lane;

/// Rules it holds.
const MAX_RULES: usize = 100_000;
/// Bytes of it that are edited; a longer one is still read as a list.
const MAX_LEN: u64 = 32 << 20;
/// The longest rule that is made here.
const MAX_RULE: usize = 4096;
/// What a new one begins with.
const HEADER: &str = "version: 1\nname: Your own list\n---\n";

/// One rule of the own list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRule {
    /// What it is about: `/ipfs/CID...`, `/ipns/NAME...` or `//HASH`.
    pub rule: String,
    /// It allows what another list blocks.
    pub allow: bool,
}

/// The rule that a person means by an address, a path, a name or a hash.
fn meant(text: &str) -> Result<String, ChangePolicy> {
    let text = text.trim();
    let bad = || ChangePolicy::BadRule(crate::import::shown(text));
    if text.len() > MAX_RULE || text.contains(['\n', '\r', ' ', '#']) {
        return Err(bad());
    }
    let bare = text.strip_prefix(['!', '+']).unwrap_or(text);
    let rule = match dag::parse_cid(bare) {
        Ok(cid) => format!("/ipfs/{cid}"),
        Err(_) => {
            let scheme = |name: &str| bare.strip_prefix(name).map(|rest| format!("/ipfs/{rest}"));
            scheme("btfs://")
                .or_else(|| scheme("ipfs://"))
                .unwrap_or_else(|| bare.to_owned())
        }
    };
    match Rule::parse(&rule) {
        Ok(Some(_)) => Ok(rule),
        _ => Err(bad()),
    }
}

impl ContentPolicy {
    fn own_text(&self) -> Result<String, ChangePolicy> {
        let path = self.path_of(OWN);
        let mut text = String::new();
        match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HEADER.to_owned()),
            Err(error) => Err(ChangePolicy::at(&path)(error)),
            Ok(file) => {
                let read = file.take(MAX_LEN + 1).read_to_string(&mut text);
                let read = read.map_err(ChangePolicy::at(&path))?;
                match read as u64 > MAX_LEN {
                    true => Err(ChangePolicy::OwnListFull),
                    false => Ok(text),
                }
            }
        }
    }

    fn own_rules(&self) -> Result<Vec<OwnRule>, ChangePolicy> {
        let text = self.own_text()?;
        Ok(rules(&text).map(|(_, rule)| rule).collect())
    }

    /// Adds a rule, or takes one away when `allow` is `None`; what was said of the same thing before
    /// goes.
    fn edit_own(&self, text: &str, allow: Option<bool>) -> Result<(), ChangePolicy> {
        let rule = meant(text)?;
        let target = target_of(&rule);
        let _one = lock(&self.change);
        let before = self.own_text()?;
        let about: Vec<usize> = rules(&before)
            .filter(|(_, other)| target_of(&other.rule) == target)
            .map(|(line, _)| line)
            .collect();
        if allow.is_none() && about.is_empty() {
            return Err(ChangePolicy::UnknownRule);
        }
        if allow.is_some() && rules(&before).count() >= MAX_RULES {
            return Err(ChangePolicy::OwnListFull);
        }
        let mut after = String::with_capacity(before.len() + rule.len() + 2);
        for (at, line) in before.lines().enumerate() {
            if !about.contains(&at) {
                after.push_str(line);
                after.push('\n');
            }
        }
        if let Some(allow) = allow {
            after.push_str(if allow { "!" } else { "" });
            after.push_str(&rule);
            after.push('\n');
        }
        let path = self.path_of(OWN);
        let temporary = self.write(&path, &mut |file| file.write_all(after.as_bytes()))?;
        self.put(&temporary, &path)?;
        self.refresh_held();
        Ok(())
    }
}

/// What a rule is about, however it is written.
fn target_of(rule: &str) -> Option<dag::denylist::Target> {
    Rule::parse(rule).ok().flatten().map(|rule| rule.target)
}

/// The rules of a list with their lines; those of a header parse as none.
fn rules(text: &str) -> impl Iterator<Item = (usize, OwnRule)> {
    let lines = text.lines().enumerate();
    lines.filter_map(|(at, line)| {
        let rule = Rule::parse(line).ok()??;
        let item = line.split(' ').next().unwrap_or_default().trim_end();
        let bare = item.strip_prefix(['!', '+']).unwrap_or(item);
        Some((
            at,
            OwnRule {
                rule: bare.to_owned(),
                allow: rule.allow,
            },
        ))
    })
}

impl Node {
    /// The rules of the person's own list, oldest first.
    pub async fn own_rules(&self) -> Result<Vec<OwnRule>, ChangePolicy> {
        let inner = std::sync::Arc::clone(&self.inner);
        self.inner
            .tasks
            .blocking(Lane::Query, move || inner.policy.own_rules())
            .await
    }

    /// Blocks an address (`CID`, `btfs://CID`), a path (`/btfs/CID/a*`), a name or a hash.
    pub async fn block_content(&self, what: String) -> Result<(), ChangePolicy> {
        self.change_policy(move |policy| policy.edit_own(&what, Some(false)))
            .await
    }

    /// Allows it, whatever other lists say.
    pub async fn allow_content(&self, what: String) -> Result<(), ChangePolicy> {
        self.change_policy(move |policy| policy.edit_own(&what, Some(true)))
            .await
    }

    /// Takes back what the own list says of it.
    pub async fn forget_rule(&self, what: String) -> Result<(), ChangePolicy> {
        self.change_policy(move |policy| policy.edit_own(&what, None))
            .await
    }
}
