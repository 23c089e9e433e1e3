//! Whole nodes: see the modules.
