//! Samples of the first audio track, mixed to one channel.

use std::fs::File;
use std::os::fd::AsRawFd;

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::AppSink;

use super::{Running, failure, make, ready};
use crate::wire::Failure;

/// Rate the samples are asked for; plenty for peaks.
const RATE: i32 = 16_000;

/// Decodes the whole track, handing out its samples as they come.
pub(crate) fn samples(file: &File, push: &mut dyn FnMut(u32, &[f32])) -> Result<(), Failure> {
    ready()?;
    let pipeline = Running(gst::Pipeline::new());
    let source = make("fdsrc")?;
    source.set_property("fd", file.as_raw_fd());
    let decode = make("decodebin")?;
    let (convert, resample) = (make("audioconvert")?, make("audioresample")?);
    let caps = gst::Caps::builder("audio/x-raw")
        .field("format", "F32LE")
        .field("layout", "interleaved")
        .field("channels", 1)
        .field("rate", RATE)
        .build();
    let sink = AppSink::builder()
        .caps(&caps)
        .sync(false)
        .max_buffers(16)
        .build();
    let broken = |_| Failure::Unsupported("audio (GStreamer)".into());
    pipeline
        .0
        .add_many([&source, &decode, &convert, &resample])
        .map_err(broken)?;
    pipeline.0.add(&sink).map_err(broken)?;
    source.link(&decode).map_err(broken)?;
    gst::Element::link_many([&convert, &resample, sink.upcast_ref()]).map_err(broken)?;
    decode.connect("autoplug-continue", false, |values| {
        let caps = values
            .get(2)
            .and_then(|value| value.get::<gst::Caps>().ok());
        let name = caps
            .as_ref()
            .and_then(|caps| caps.structure(0))
            .map(|s| s.name().as_str());
        // The picture of a film costs a hundred times the work of its sound.
        let skipped = [
            "video/x-h26",
            "video/x-av1",
            "video/x-vp",
            "image/",
            "subpicture/",
            "text/",
        ];
        let skip = name.is_some_and(|name| skipped.iter().any(|s| name.starts_with(s)));
        Some((!skip).to_value())
    });
    let target = convert.static_pad("sink");
    decode.connect_pad_added(move |_, pad| {
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        let raw = caps.structure(0).is_some_and(|s| s.name() == "audio/x-raw");
        if let Some(target) = target.as_ref().filter(|target| raw && !target.is_linked()) {
            // A pad that does not link is a track that is not heard.
            let _ = pad.link(target);
        }
    });
    let no_sound = || Failure::Damaged("no sound could be decoded".into());
    pipeline
        .0
        .set_state(gst::State::Playing)
        .map_err(|_| no_sound())?;
    let bus = pipeline.0.bus().ok_or_else(no_sound)?;
    let mut block: Vec<f32> = Vec::new();
    let mut quiet = 0;
    loop {
        if let Some(sample) = sink.try_pull_sample(gst::ClockTime::from_mseconds(500)) {
            quiet = 0;
            let Some(map) = sample
                .buffer()
                .and_then(|buffer| buffer.map_readable().ok())
            else {
                continue;
            };
            block.clear();
            block.extend(
                map.as_chunks::<4>()
                    .0
                    .iter()
                    .map(|raw| f32::from_le_bytes(*raw)),
            );
            push(RATE as u32, &block);
            continue;
        }
        if sink.is_eos() {
            return Ok(());
        }
        while let Some(message) = bus.pop() {
            if let gst::MessageView::Error(error) = message.view() {
                return Err(failure(error));
            }
        }
        quiet += 1;
        if quiet > 40 {
            return Err(no_sound());
        }
    }
}
