//! The system's GStreamer: video frames, AV1 and HEVC stills, Opus samples.
//!
//! Loaded only in workers that need it. No registry is read or written: the
//! plugins below are opened one by one, so nothing else in the system can be
//! reached by a crafted stream, and all of it is loaded before the worker
//! locks itself in. Software decoders only: drivers are not for hostile input.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gstreamer as gst;

use crate::wire::Failure;

pub(crate) mod audio;
pub(crate) mod still;
pub(crate) mod video;

/// Plugins that are opened, the demuxers first. A missing one is a format
/// that is not supported here, no error.
const PLUGINS: [&str; 27] = [
    "coreelements",
    "app",
    "typefindfunctions",
    "playback",
    "videoconvertscale",
    "audioconvert",
    "audioresample",
    "isomp4",
    "matroska",
    "mpegtsdemux",
    "mpegpsdemux",
    "avi",
    "flv",
    "asf",
    "ogg",
    "videoparsersbad",
    "audioparsers",
    "opusparse",
    "libav",
    "openh264",
    "de265",
    "aom",
    "dav1d",
    "vpx",
    "theora",
    "opus",
    "deinterlace",
];

/// Where distributions put plugins, after what the environment names.
const FOLDERS: [&str; 5] = [
    "/usr/lib/x86_64-linux-gnu/gstreamer-1.0",
    "/usr/lib/aarch64-linux-gnu/gstreamer-1.0",
    "/usr/lib64/gstreamer-1.0",
    "/usr/lib/gstreamer-1.0",
    "/usr/local/lib/gstreamer-1.0",
];

static LOADED: OnceLock<bool> = OnceLock::new();

/// Loads GStreamer and the plugins once; whether it is usable.
pub(crate) fn load() -> bool {
    *LOADED.get_or_init(|| {
        if gst::init().is_err() {
            return false;
        }
        let named = ["GST_PLUGIN_PATH_1_0", "GST_PLUGIN_SYSTEM_PATH_1_0"];
        let named = named.iter().filter_map(std::env::var_os);
        let named: Vec<PathBuf> = named
            .flat_map(|list| std::env::split_paths(&list).collect::<Vec<_>>())
            .collect();
        let folders: Vec<&Path> = named
            .iter()
            .map(PathBuf::as_path)
            .chain(FOLDERS.iter().map(Path::new))
            .collect();
        for plugin in PLUGINS {
            let file = format!("libgst{plugin}.so");
            if let Some(path) = folders.iter().map(|f| f.join(&file)).find(|p| p.is_file()) {
                // A plugin that does not load is a format less.
                let _ = gst::Plugin::load_file(path);
            }
        }
        gst::ElementFactory::find("appsink").is_some()
    })
}

/// GStreamer, or the error that says it is not there.
fn ready() -> Result<(), Failure> {
    if load() {
        Ok(())
    } else {
        Err(Failure::Unsupported("video (GStreamer is missing)".into()))
    }
}

/// A pipeline that is always stopped again.
struct Running(gst::Pipeline);

impl Drop for Running {
    fn drop(&mut self) {
        use gst::prelude::ElementExt;
        // Stopping a software pipeline cannot fail in a way that matters here.
        let _ = self.0.set_state(gst::State::Null);
    }
}

fn make(factory: &str) -> Result<gst::Element, Failure> {
    gst::ElementFactory::make(factory)
        .build()
        .map_err(|_| Failure::Unsupported(format!("video (GStreamer has no {factory})")))
}

/// What a pipeline's error says, as one of ours.
fn failure(error: &gst::message::Error) -> Failure {
    let error = error.error();
    let missing = error.matches(gst::CoreError::MissingPlugin)
        || error.matches(gst::StreamError::CodecNotFound)
        || error.matches(gst::StreamError::TypeNotFound);
    if missing {
        Failure::Unsupported("this codec".into())
    } else {
        Failure::Damaged("the stream could not be decoded".into())
    }
}
