//! What every handler of listener (a) holds.

use std::sync::Arc;

use node::Node;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{guard::Door, links::Links, token::SessionToken, ui::UiAssets};

/// Shared state of listener (a); cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct App {
    inner: Arc<Inner>,
}

/// The parts of [`App`].
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) node: Node,
    pub(crate) door: Door,
    pub(crate) token: SessionToken,
    pub(crate) cookie_name: String,
    pub(crate) links: Links,
    pub(crate) ui: UiAssets,
    pub(crate) ui_policy: http::HeaderValue,
    pub(crate) desktop: bool,
    /// Cancelled when the listeners end.
    pub(crate) ending: CancellationToken,
    /// Becomes true when a client asked the daemon to end.
    pub(crate) asked_to_end: watch::Sender<bool>,
}

impl App {
    pub(crate) fn new(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
        }
    }

    pub(crate) fn node(&self) -> &Node {
        &self.inner.node
    }

    pub(crate) fn door(&self) -> &Door {
        &self.inner.door
    }

    pub(crate) fn token(&self) -> &SessionToken {
        &self.inner.token
    }

    pub(crate) fn cookie_name(&self) -> &str {
        &self.inner.cookie_name
    }

    pub(crate) fn links(&self) -> &Links {
        &self.inner.links
    }

    pub(crate) fn ui(&self) -> &UiAssets {
        &self.inner.ui
    }

    pub(crate) fn ui_policy(&self) -> &http::HeaderValue {
        &self.inner.ui_policy
    }

    pub(crate) fn is_desktop(&self) -> bool {
        self.inner.desktop
    }

    pub(crate) fn ending(&self) -> &CancellationToken {
        &self.inner.ending
    }

    pub(crate) fn ask_to_end(&self) {
        self.inner.asked_to_end.send_replace(true);
    }
}
