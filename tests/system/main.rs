//! Whole nodes, and the real `tributary` binary: see the modules.

mod bad_content;
mod bad_homes;
mod changing_files;
mod crowd;
mod damaged_segment;
mod files_kill;
mod full_disk;
mod hostile_http;
mod hostile_names;
mod kill_resume;
mod nat;
mod partition;
mod previews;
mod references;
mod share_kill;
mod share_places;
mod slow_clients;
mod storage_folder;
mod support;
mod uploads;
