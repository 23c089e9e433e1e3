//! The library's own pins stand and fall with its items.
//!
//! A root is pinned, then its item becomes visible; an item is deleted, then its pin goes.
//! So a kill in between, or a full disk, leaves a pin without an item: bytes that nobody
//! needs and nothing frees. [`drop_forgotten`] finds those at the next start.
//!
//! Lock order: [`Pinning`] before any transaction of the store or the library.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use library::JobKind;
use store::Pin;

use crate::node::Inner;
use crate::share::PIN_SHARED;

/// The name under which the library pins the roots of copies.
pub(crate) const PIN_COPIED: &str = "library";
/// The name under which it pins the roots of files kept in place. Apart, so that the
/// same bytes dropped once in each mode do not lose their own copy.
pub(crate) const PIN_REFERENCED: &str = "library-reference";

/// The name under which the person's own tree of files is pinned; it holds no item.
pub(crate) const PIN_FILES: &str = "files";

/// True for the names of pins that nobody made by hand: what they hold is private.
pub fn is_private_pin(name: &str) -> bool {
    is_library_pin(name) || name == PIN_FILES || name == PIN_SHARED
}

/// True for the names of pins that the library made.
pub(crate) fn is_library_pin(name: &str) -> bool {
    name == PIN_COPIED || name == PIN_REFERENCED
}

/// Pins looked at in one step, with imports waiting.
const STEP: usize = 256;

/// Keeps those who pin and show apart from those who hide and unpin.
#[derive(Debug, Default)]
pub(crate) struct Pinning(RwLock<()>);

impl Pinning {
    /// Held from a root's pin until its item is visible; shared.
    pub(crate) fn adding(&self) -> RwLockReadGuard<'_, ()> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Held from an item's end until its pin is gone; alone.
    pub(crate) fn removing(&self) -> RwLockWriteGuard<'_, ()> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why forgotten pins stay; the next start tries again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DropForgotten {
    #[error("the library could not be read")]
    ReadLibrary(#[from] library::ReadLibrary),
    #[error("the store's index failed")]
    UseIndex(#[from] store::IndexFault),
    #[error("the pins could not be removed")]
    Commit(#[from] store::CommitBlocks),
}

/// Removes pins of the library whose item is gone; gives how many.
pub(crate) fn drop_forgotten(inner: &Inner) -> Result<usize, DropForgotten> {
    let mut pins = inner.store.pins()?;
    pins.retain(|pin| pin.name == PIN_COPIED || pin.name == PIN_REFERENCED);
    let mut dropped = 0;
    for some in pins.chunks(STEP) {
        if inner.tasks.is_stopping() {
            break;
        }
        let _pinning = inner.pinning.removing();
        let view = inner.library.reader()?;
        // A restore pins what it brings long before its items appear.
        let is_restoring = view
            .jobs()?
            .iter()
            .any(|job| job.kind == JobKind::Restore && !job.state.is_over());
        if is_restoring {
            break;
        }
        let mut forgotten: Vec<&Pin> = Vec::new();
        for pin in some {
            if !view.has_root(&pin.cid)? {
                forgotten.push(pin);
            }
        }
        if forgotten.is_empty() {
            continue;
        }
        let batch = inner.store.batch();
        for pin in &forgotten {
            batch.unpin(&pin.cid, Some(&pin.name));
        }
        batch.commit()?;
        dropped += forgotten.len();
    }
    Ok(dropped)
}
