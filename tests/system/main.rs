//! Whole nodes: see the modules.

mod full_disk;
mod kill_resume;
