//! Files and links that the system asked to open: at the start of the app, or handed over
//! by a second start of it.
//!
//! They are taken in where they lie (by reference: a double-click copies nothing),
//! and the page is told which items they became. It fetches them with the `opened`
//! command, because it may not be there yet when they arrive.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use library::{ItemId, ItemKind, RawPath};
use node::{ImportMode, ImportRequest, Node};
use serde::Serialize;
use tauri::{AppHandle, Emitter as _, Manager as _};

use crate::{backend::Opening, launch::Launch, window};

/// Tells the page that there is something to fetch.
const OPENED: &str = "opened";

/// More than this at once is an import to follow, not something to look at.
const MAX_ITEMS: usize = 100;

/// What the page shows next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum Target {
    /// An item to play or look at.
    Item {
        /// 32 hexadecimal digits.
        id: String,
        /// Film, photo, and so on, as in the API.
        item_kind: ItemKind,
    },
    /// Paths to import, kept where they are: the node is not ours to ask.
    Paths {
        /// Absolute, as text: a page has no other paths.
        paths: Vec<String>,
    },
    /// A link of somebody else. The page asks the API to open it.
    Link {
        /// As it was given.
        link: String,
    },
    /// An import to follow: too many files to show, or files that became no item.
    Transfers,
}

/// What waits for the page.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    targets: Mutex<Vec<Target>>,
}

impl Opened {
    /// Everything that waits, once.
    pub(crate) fn take(&self) -> Vec<Target> {
        std::mem::take(&mut *self.targets.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, targets: Vec<Target>) {
        self.targets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(targets);
    }
}

/// Brings the files into the library, and then files and links to the page. Waits for the node.
pub(crate) async fn open(app: AppHandle, launch: Launch) {
    // The page shows why there is no node.
    let Ok(backend) = app.state::<Opening>().wait().await else {
        return;
    };
    let Launch { files, links, .. } = launch;
    let mut targets: Vec<Target> = links
        .into_iter()
        .map(|link| Target::Link { link })
        .collect();
    match backend.own_node() {
        _ if files.is_empty() => {}
        Some(node) => targets.extend(import(node, files).await),
        None => targets.push(Target::Paths {
            paths: files
                .iter()
                .map(|file| file.to_string_lossy().into_owned())
                .collect(),
        }),
    }
    app.state::<Opened>().put(targets);
    if let Err(error) = app.emit_to(window::MAIN, OPENED, ()) {
        tracing::warn!(%error, "the page was not told what to open");
    }
}

async fn import(node: &Node, files: Vec<PathBuf>) -> Vec<Target> {
    let request = ImportRequest {
        paths: files.clone(),
        mode: Some(ImportMode::Reference),
        ..ImportRequest::default()
    };
    let ended = match node.start_import(request).await {
        Ok(job) => node.wait_job(job.id).await,
        Err(error) => {
            tracing::warn!(%error, "the opened files were not imported");
            None
        }
    };
    let items = match ended {
        Some(_) if files.len() <= MAX_ITEMS => items_at(node, files).await,
        _ => Vec::new(),
    };
    if items.is_empty() {
        vec![Target::Transfers]
    } else {
        items
    }
}

/// The items that the files at these paths became.
async fn items_at(node: &Node, files: Vec<PathBuf>) -> Vec<Target> {
    let found = node.query(move |reader| {
        let mut ids: Vec<ItemId> = Vec::new();
        for file in &files {
            let origin = reader.origin(&RawPath::from(file.as_path()))?;
            ids.extend(origin.and_then(|origin| origin.item));
        }
        reader.rows(&ids, None)
    });
    match found.await {
        Ok(rows) => rows
            .into_iter()
            .map(|row| Target::Item {
                id: row.id.to_string(),
                item_kind: row.kind,
            })
            .collect(),
        Err(error) => {
            tracing::warn!(%error, "the opened files were not found in the library");
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_gets_each_target_once() {
        let opened = Opened::default();
        opened.put(vec![Target::Transfers]);
        assert_eq!(opened.take(), [Target::Transfers]);
        assert_eq!(opened.take(), []);
    }

    #[test]
    fn wire_form() {
        let item = Target::Item {
            id: "ab".to_owned(),
            item_kind: ItemKind::Film,
        };
        let paths = Target::Paths {
            paths: vec!["/a".into()],
        };
        let link = Target::Link { link: "l".into() };
        let text = serde_json::to_string(&[item, paths, link, Target::Transfers]).unwrap();
        assert_eq!(
            text,
            r#"[{"kind":"item","id":"ab","itemKind":"film"},{"kind":"paths","paths":["/a"]},{"kind":"link","link":"l"},{"kind":"transfers"}]"#
        );
    }
}
