//! The crate from outside: real files made by ffmpeg, through real workers.

mod audio;
mod bad_input;
mod captions;
mod junk;
mod photos;
mod pool;
mod sniffing;
mod support;
mod video;
