//! What every handler of listener (b) holds. There is no token here.

use std::sync::Arc;

use node::Node;

use crate::{gateway::Visible, guard::Door, links::Links};

/// Shared state of listener (b); cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct MediaApp {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    node: Node,
    door: Door,
    links: Links,
    visible: Visible,
}

impl MediaApp {
    pub(crate) fn new(node: Node, door: Door, links: Links) -> Self {
        Self {
            inner: Arc::new(Inner {
                node,
                door,
                links,
                visible: Visible::default(),
            }),
        }
    }

    pub(crate) fn node(&self) -> &Node {
        &self.inner.node
    }

    pub(crate) fn door(&self) -> &Door {
        &self.inner.door
    }

    pub(crate) fn links(&self) -> &Links {
        &self.inner.links
    }

    pub(crate) fn visible(&self) -> &Visible {
        &self.inner.visible
    }
}
