//! Pictures: decoded and written anew, so that nothing but pixels survives.

use std::io::{self, Cursor, Seek, SeekFrom, Write};

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits};

use crate::Refusal;

/// A progressive JPEG has about ten passes over its pixels; each costs as much as a picture of its own.
const JPEG_PASSES: usize = 32;

/// What a picture may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureLimits {
    /// Of the file as it comes, bytes.
    pub bytes_in: usize,
    /// Of the file as it is shown, bytes.
    pub bytes_out: usize,
    /// Of width and height each, pixels.
    pub side: u32,
    /// Width times height.
    pub pixels: u64,
    /// Of the decoded picture, bytes.
    pub memory: u64,
}

impl Default for PictureLimits {
    /// 8 MiB in and out, 8,192 pixels a side, 16 megapixels, 96 MiB decoded.
    fn default() -> Self {
        Self {
            bytes_in: 8 << 20,
            bytes_out: 8 << 20,
            side: 8192,
            pixels: 16_000_000,
            memory: 96 << 20,
        }
    }
}

/// A picture that can be shown: pixels, written by the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// `image/png` or `image/jpeg`.
    pub media_type: &'static str,
    /// The whole file.
    pub bytes: Vec<u8>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Reads a PNG, JPEG or WebP, whatever the guest calls it, and writes its pixels anew.
///
/// PNG and WebP become PNG, without loss; JPEG becomes JPEG of quality 90. Of an animation the first frame is taken, and
/// a JPEG or WebP that says it lies on its side is put upright. Metadata, colour profiles and what else the file carries
/// are gone. The size is read from the file's head and held against the limits before anything is decoded.
///
/// # Errors
///
/// Another format, a broken file, or more than the limits allow.
///
/// ```
/// use porthole_presentation::{PictureLimits, picture};
///
/// let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
/// let refusal = picture(svg, &PictureLimits::default()).unwrap_err();
/// assert_eq!(refusal.to_string(), "the image is SVG; return PNG, JPEG or WebP");
/// ```
pub fn picture(bytes: &[u8], limits: &PictureLimits) -> Result<Picture, Refusal> {
    Refusal::unless("the image", bytes.len(), limits.bytes_in, "bytes")?;
    let allowed = Limits::default();
    let source = Cursor::new(bytes);
    match image::guess_format(bytes) {
        Ok(ImageFormat::Png) => {
            let mut budget = allowed;
            budget.max_alloc = Some(limits.memory);
            let decoder = PngDecoder::with_limits(source, budget).map_err(|error| broken("PNG", &error))?;
            shown(decoder, "PNG", false, limits)
        }
        Ok(ImageFormat::Jpeg) => {
            let passes = bytes.windows(2).filter(|pair| pair == b"\xff\xda").count();
            Refusal::unless("the JPEG", passes, JPEG_PASSES, "passes over its pixels")?;
            let decoder = JpegDecoder::new(source).map_err(|error| broken("JPEG", &error))?;
            shown(decoder, "JPEG", true, limits)
        }
        Ok(ImageFormat::WebP) => {
            let decoder = WebPDecoder::new(source).map_err(|error| broken("WebP", &error))?;
            shown(decoder, "WebP", false, limits)
        }
        _ => Err(Refusal::Unfit(format!(
            "the image is {}; return PNG, JPEG or WebP",
            looks_like(bytes)
        ))),
    }
}

/// Checks what the head says, decodes, and writes anew.
fn shown(
    mut decoder: impl ImageDecoder,
    format: &'static str,
    as_jpeg: bool,
    limits: &PictureLimits,
) -> Result<Picture, Refusal> {
    let (width, height) = decoder.dimensions();
    for (what, side) in [("the image's width", width), ("the image's height", height)] {
        if side > limits.side {
            return Err(Refusal::TooMuch {
                what,
                value: side.into(),
                limit: limits.side.into(),
                unit: "pixels",
            });
        }
    }
    let pixels = u64::from(width) * u64::from(height);
    for (what, value, limit, unit) in [
        ("the image", pixels, limits.pixels, "pixels"),
        ("the decoded image", decoder.total_bytes(), limits.memory, "bytes"),
    ] {
        if value > limit {
            return Err(Refusal::TooMuch {
                what,
                value,
                limit,
                unit,
            });
        }
    }
    let mut budget = Limits::default();
    budget.max_alloc = Some(limits.memory);
    decoder
        .set_limits(budget)
        .map_err(|error| broken(format, &error))?;
    // A broken note on how the picture lies is no reason to refuse its pixels.
    let orientation = decoder.orientation().ok();
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| broken(format, &error))?;
    if let Some(orientation) = orientation {
        image.apply_orientation(orientation);
    }

    let mut sink = Capped {
        bytes: Cursor::new(Vec::new()),
        limit: limits.bytes_out,
        is_full: false,
    };
    let written = if as_jpeg {
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut sink, 90))
    } else {
        image.write_with_encoder(PngEncoder::new(&mut sink))
    };
    if sink.is_full {
        let limit = limits.bytes_out;
        return Err(Refusal::too_much(
            "the image as it is shown",
            limit.saturating_add(1),
            limit,
            "bytes",
        ));
    }
    written.map_err(|error| broken(format, &error))?;
    Ok(Picture {
        media_type: if as_jpeg { "image/jpeg" } else { "image/png" },
        bytes: sink.bytes.into_inner(),
        width: image.width(),
        height: image.height(),
    })
}

/// What a decoder has to say, for the author.
fn broken(format: &str, error: &ImageError) -> Refusal {
    match error {
        ImageError::Limits(_) => Refusal::Unfit(format!(
            "the {format} needs more memory to decode than is allowed"
        )),
        error => Refusal::Unfit(format!("the {format} cannot be read: {error}")),
    }
}

/// A word for bytes that are none of the three formats.
fn looks_like(bytes: &[u8]) -> &'static str {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    let head = head.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if bytes.is_empty() {
        "empty"
    } else if head.starts_with("gif8") {
        "GIF"
    } else if head.starts_with("<svg") || (head.starts_with('<') && head.contains("<svg")) {
        "SVG"
    } else if head.starts_with("<!doctype") || head.starts_with("<html") {
        "HTML"
    } else if head.starts_with('<') {
        "XML or HTML"
    } else if head.starts_with("%pdf") {
        "PDF"
    } else {
        "of another format"
    }
}

/// Takes bytes up to a limit, and fails beyond it.
struct Capped {
    bytes: Cursor<Vec<u8>>,
    limit: usize,
    /// Whether there was more.
    is_full: bool,
}

impl Write for Capped {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let end = usize::try_from(self.bytes.position())
            .ok()
            .and_then(|at| at.checked_add(buffer.len()));
        if end.is_none_or(|end| end > self.limit) {
            self.is_full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Capped {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(position)
    }
}

#[cfg(test)]
mod tests;
