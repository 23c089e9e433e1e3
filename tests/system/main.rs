//! Whole nodes, and the real `tributary` binary: see the modules.

mod bad_content;
mod bad_homes;
mod changing_files;
mod full_disk;
mod hostile_http;
mod hostile_names;
mod kill_resume;
mod support;
