//! AVIF and HEIC stills: each coded tile is one frame of AV1 or HEVC.

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::{AppSink, AppSrc};

use super::{Running, make, ready, video};
use crate::heif::Still;
use crate::picture::{MAX_PIXELS, Pixels, colour};
use crate::reader::FileReader;
use crate::wire::Failure;

/// Decodes the primary picture, as stored (turn not applied).
pub(crate) fn decode(still: &Still, file: &FileReader) -> Result<Pixels, Failure> {
    let (width, height) = (still.width, still.height);
    if u64::from(width) * u64::from(height) > MAX_PIXELS / 2 || width == 0 || height == 0 {
        return Err(Failure::TooLarge(format!("{width} x {height} pixels")));
    }
    ready()?;
    let tiles = decode_tiles(still, still.coded(file)?)?;
    let pixels = compose(still, &tiles)?;
    Ok(colour::to_srgb(pixels, still.profile.as_deref()))
}

fn decode_tiles(still: &Still, coded: Vec<Vec<u8>>) -> Result<Vec<Pixels>, Failure> {
    let configuration = gst::Buffer::from_slice(still.configuration.clone());
    let (caps, parser, decoders): (_, _, &[&str]) = match &still.coding {
        b"av01" => (
            gst::Caps::builder("video/x-av1")
                .field("stream-format", "obu-stream")
                .field("alignment", "tu")
                .field("codec_data", configuration)
                .build(),
            "av1parse",
            &["dav1ddec", "av1dec", "avdec_av1"],
        ),
        b"hvc1" => (
            gst::Caps::builder("video/x-h265")
                .field("stream-format", "hvc1")
                .field("alignment", "au")
                .field("codec_data", configuration)
                .build(),
            "h265parse",
            &["avdec_h265", "libde265dec"],
        ),
        other => {
            return Err(Failure::Unsupported(
                String::from_utf8_lossy(other).into_owned(),
            ));
        }
    };
    let decoder = decoders
        .iter()
        .find_map(|name| make(name).ok())
        .ok_or_else(|| Failure::Unsupported("AVIF or HEIC (no decoder is installed)".into()))?;
    let pipeline = Running(gst::Pipeline::new());
    let count = coded.len();
    let source = AppSrc::builder()
        .caps(&caps)
        .format(gst::Format::Time)
        .max_bytes(0)
        .build();
    let sink = AppSink::builder()
        .caps(
            &gst::Caps::builder("video/x-raw")
                .field("format", "RGB")
                .build(),
        )
        .sync(false)
        .max_buffers(1)
        .build();
    let (parser, convert) = (make(parser)?, make("videoconvert")?);
    let broken = |_| Failure::Unsupported("AVIF or HEIC (GStreamer)".into());
    let chain = [
        source.upcast_ref(),
        &parser,
        &decoder,
        &convert,
        sink.upcast_ref(),
    ];
    pipeline.0.add_many(chain).map_err(broken)?;
    gst::Element::link_many(chain).map_err(broken)?;
    let damaged = || Failure::Damaged("the coded picture".into());
    pipeline
        .0
        .set_state(gst::State::Playing)
        .map_err(|_| damaged())?;
    for (index, bytes) in coded.into_iter().enumerate() {
        let mut buffer = gst::Buffer::from_mut_slice(bytes);
        if let Some(buffer) = buffer.get_mut() {
            let time = gst::ClockTime::from_mseconds(index as u64 * 40);
            buffer.set_pts(time);
            buffer.set_dts(time);
            buffer.set_duration(gst::ClockTime::from_mseconds(40));
        }
        source.push_buffer(buffer).map_err(|_| damaged())?;
    }
    source.end_of_stream().map_err(|_| damaged())?;
    let mut tiles = Vec::with_capacity(count);
    while tiles.len() < count {
        let sample = sink
            .try_pull_sample(gst::ClockTime::from_seconds(15))
            .ok_or_else(damaged)?;
        tiles.push(video::pixels(&sample)?);
    }
    Ok(tiles)
}

/// Lays the tiles out row by row and cuts the picture to its size.
fn compose(still: &Still, tiles: &[Pixels]) -> Result<Pixels, Failure> {
    let damaged = || Failure::Damaged("the picture's tiles".into());
    let first = tiles.first().ok_or_else(damaged)?;
    let (columns, _) = still.grid;
    let width = still.width.min(first.width.saturating_mul(columns));
    let rows = u32::try_from(tiles.len()).map_err(|_| damaged())? / columns.max(1);
    let height = still.height.min(first.height.saturating_mul(rows));
    let mut bytes = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for column in 0..columns {
            let left = column * first.width;
            if left >= width {
                break;
            }
            let tile = tiles
                .get((y / first.height * columns + column) as usize)
                .ok_or_else(damaged)?;
            let take = (width - left).min(tile.width) as usize;
            let start = (y % first.height) as usize * tile.width as usize * 3;
            bytes.extend_from_slice(
                tile.bytes
                    .get(start..start + take * 3)
                    .ok_or_else(damaged)?,
            );
        }
    }
    if bytes.len() != width as usize * height as usize * 3 {
        return Err(damaged());
    }
    Ok(Pixels {
        width,
        height,
        alpha: false,
        bytes,
    })
}
