#![allow(clippy::unwrap_used)]
use std::time::Duration;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;
use crate::stopwatch::Stopwatch;

fn shown(bytes: &[u8]) -> Picture {
    picture(bytes, &PictureLimits::default()).unwrap()
}

fn refusal(bytes: &[u8]) -> String {
    picture(bytes, &PictureLimits::default()).unwrap_err().to_string()
}

/// Four colours, one of them see-through.
fn sample() -> RgbaImage {
    RgbaImage::from_fn(8, 4, |x, y| {
        Rgba([
            u8::try_from(x * 30).unwrap(),
            u8::try_from(y * 60).unwrap(),
            7,
            if x < 4 { 255 } else { 90 },
        ])
    })
}

fn png(image: &RgbaImage) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, 95)
        .encode_image(image)
        .unwrap();
    out
}

fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let mut checked = kind.to_vec();
    checked.extend_from_slice(data);
    let mut crc = flate2::Crc::new();
    crc.update(&checked);
    let mut out = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    out.extend(checked);
    out.extend(crc.sum().to_be_bytes());
    out
}

/// A PNG by hand: its head says one size, its data are what they are.
fn made_png(width: u32, height: u32, depth: u8, colour: u8, data: &[u8], more: &[Vec<u8>]) -> Vec<u8> {
    let mut head = width.to_be_bytes().to_vec();
    head.extend(height.to_be_bytes());
    head.extend([depth, colour, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    out.extend(chunk(b"IHDR", &head));
    out.extend(more.concat());
    out.extend(chunk(b"IDAT", data));
    out.extend(chunk(b"IEND", &[]));
    out
}

/// So many zero bytes, packed.
fn packed_zeros(bytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![0; 1 << 16];
    for at in (0..bytes).step_by(zeros.len()) {
        encoder.write_all(&zeros[..zeros.len().min(bytes - at)]).unwrap();
    }
    encoder.finish().unwrap()
}

fn has(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[test]
fn a_png_stays_a_png_with_the_same_pixels() {
    let picture = shown(&png(&sample()));
    assert_eq!(
        (picture.media_type, picture.width, picture.height),
        ("image/png", 8, 4)
    );
    assert_eq!(
        image::load_from_memory(&picture.bytes).unwrap().to_rgba8(),
        sample()
    );
    let grey = made_png(
        2,
        2,
        1,
        0,
        &{
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&[0, 0x80, 0, 0x40]).unwrap();
            encoder.finish().unwrap()
        },
        &[],
    );
    assert_eq!(
        image::load_from_memory(&shown(&grey).bytes)
            .unwrap()
            .to_luma8()
            .into_raw(),
        [255, 0, 0, 255]
    );
}

#[test]
fn a_jpeg_stays_a_jpeg_and_looks_the_same() {
    let source = RgbImage::from_fn(64, 32, |x, _| Rgb([u8::try_from(x * 4).unwrap(), 100, 50]));
    let picture = shown(&jpeg(&source));
    assert_eq!(
        (picture.media_type, picture.width, picture.height),
        ("image/jpeg", 64, 32)
    );
    let read = image::load_from_memory(&picture.bytes).unwrap().to_rgb8();
    let worst = read
        .pixels()
        .zip(source.pixels())
        .flat_map(|(a, b)| (0..3).map(move |i| a.0[i].abs_diff(b.0[i])))
        .max();
    assert!(worst.unwrap() < 25, "{worst:?}");
}

#[test]
fn a_webp_becomes_a_png_without_loss() {
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes)
        .write_image(sample().as_raw(), 8, 4, ExtendedColorType::Rgba8)
        .unwrap();
    let picture = shown(&bytes);
    assert_eq!(picture.media_type, "image/png");
    assert_eq!(
        image::load_from_memory(&picture.bytes).unwrap().to_rgba8(),
        sample()
    );
}

#[test]
fn a_jpeg_that_lies_on_its_side_is_put_upright_and_loses_its_metadata() {
    let plain = jpeg(&RgbImage::from_pixel(64, 32, Rgb([9, 9, 9])));
    // TIFF, little endian, one entry: orientation 6, a quarter turn.
    let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0SECRET";
    let mut turned = plain[..2].to_vec();
    turned.extend([0xff, 0xe1]);
    turned.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    turned.extend(exif);
    turned.extend(&plain[2..]);
    let picture = shown(&turned);
    assert_eq!((picture.width, picture.height), (32, 64));
    assert!(!has(&picture.bytes, b"Exif") && !has(&picture.bytes, b"SECRET"));
}

#[test]
fn nothing_beside_the_pixels_survives() {
    let comment = chunk(b"tEXt", b"Comment\0<script>alert(1)</script>");
    let profile = chunk(b"eXIf", b"SECRET");
    let mut polyglot = made_png(2, 2, 8, 0, &packed_zeros(6), &[comment, profile]);
    polyglot.extend(b"<html><script>alert(2)</script></html>PK\x03\x04");
    let picture = shown(&polyglot);
    for left in [
        b"tEXt".as_slice(),
        b"eXIf",
        b"<script>",
        b"<html>",
        b"SECRET",
        b"PK\x03\x04",
    ] {
        assert!(has(&polyglot, left) && !has(&picture.bytes, left), "{left:?}");
    }
    assert!(picture.bytes.ends_with(&chunk(b"IEND", &[])));
    let mut jpeg = jpeg(&RgbImage::new(8, 8));
    jpeg.extend(b"<script>alert(3)</script>");
    assert!(!has(&shown(&jpeg).bytes, b"<script>"));
}

#[test]
fn of_an_animation_the_first_picture_is_shown() {
    let animation = chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    let mut control = vec![0; 4];
    for number in [2_u32, 2, 0, 0] {
        control.extend(number.to_be_bytes());
    }
    control.extend([0, 1, 0, 10, 0, 0]);
    let picture = shown(&made_png(
        2,
        2,
        8,
        0,
        &packed_zeros(6),
        &[animation, chunk(b"fcTL", &control)],
    ));
    assert!(!has(&picture.bytes, b"acTL") && !has(&picture.bytes, b"fcTL"));
}

#[test]
fn other_formats_are_refused_by_name() {
    for (bytes, named) in [
        (
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".as_slice(),
            "SVG",
        ),
        (
            b"\xef\xbb\xbf<?xml version=\"1.0\"?><!DOCTYPE svg><svg onload=\"alert(1)\"/>",
            "SVG",
        ),
        (b"<!DOCTYPE html><img src=x onerror=alert(1)>", "HTML"),
        (b"  <html><body>", "HTML"),
        (b"GIF89a\x01\0\x01\0\0\0\0;", "GIF"),
        (b"%PDF-1.7", "PDF"),
        (b"BM\x36\0\0\0\0\0\0\0", "of another format"),
        (b"", "empty"),
        (b"\0", "of another format"),
        (b"RIFF\0\0\0\0WAVE", "of another format"),
    ] {
        assert_eq!(
            refusal(bytes),
            format!("the image is {named}; return PNG, JPEG or WebP")
        );
    }
}

#[test]
fn sizes_are_refused_by_what_the_head_says() {
    let started = Stopwatch::start();
    for (width, height, says) in [
        (
            60_000,
            60_000,
            "the image's width: 60000 pixels, and at most 8192 pixels are allowed",
        ),
        (1, 2_147_483_647, "the image's height: 2147483647 pixels"),
        (
            8000,
            8000,
            "the image: 64000000 pixels, and at most 16000000 pixels are allowed",
        ),
    ] {
        let refused = refusal(&made_png(width, height, 8, 0, &packed_zeros(10), &[]));
        assert!(refused.starts_with(says), "{refused}");
    }
    for (width, height, depth, colour) in [(0, 0, 8, 0), (u32::MAX, u32::MAX, 16, 6), (4000, 4000, 16, 6)] {
        refusal(&made_png(width, height, depth, colour, &packed_zeros(10), &[]));
    }
    let big = vec![0x89; (8 << 20) + 1];
    assert_eq!(
        refusal(&big),
        "the image: 8388609 bytes, and at most 8388608 bytes are allowed"
    );
    let mut jpeg = jpeg(&RgbImage::new(8, 8));
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xea, 0x60, 0xea, 0x60]);
    assert!(refusal(&jpeg).contains("60000 pixels"), "{}", refusal(&jpeg));
    let mut webp = Vec::new();
    let wide = RgbImage::new(9000, 1);
    WebPEncoder::new_lossless(&mut webp)
        .write_image(wide.as_raw(), 9000, 1, ExtendedColorType::Rgb8)
        .unwrap();
    assert!(refusal(&webp).contains("9000 pixels"), "{}", refusal(&webp));
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn more_data_than_the_head_says_is_not_unpacked() {
    // A hundred megabytes of zeros for four pixels, and a text that unpacks to as much.
    let bomb = packed_zeros(100 << 20);
    let started = Stopwatch::start();
    let _ = picture(&made_png(2, 2, 8, 0, &bomb, &[]), &PictureLimits::default());
    let mut text = b"Comment\0\0".to_vec();
    text.extend(&bomb);
    assert_eq!(
        shown(&made_png(2, 2, 8, 0, &packed_zeros(6), &[chunk(b"zTXt", &text)])).width,
        2
    );
    let mut profile = b"p\0\0".to_vec();
    profile.extend(&bomb);
    let _ = picture(
        &made_png(2, 2, 8, 0, &packed_zeros(6), &[chunk(b"iCCP", &profile)]),
        &PictureLimits::default(),
    );
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_jpeg_of_endless_passes_is_refused() {
    let mut bytes = jpeg(&RgbImage::new(8, 8));
    bytes.truncate(bytes.len() - 2);
    for _ in 0..1000 {
        bytes.extend(b"\xff\xda\0\x08\x01\x01\0\x01\x3f\0\0");
    }
    assert!(
        refusal(&bytes).contains("passes over its pixels"),
        "{}",
        refusal(&bytes)
    );
}

#[test]
fn what_does_not_fit_when_written_anew_is_refused() {
    let limits = PictureLimits {
        bytes_out: 60,
        ..PictureLimits::default()
    };
    let refused = picture(&png(&sample()), &limits).unwrap_err().to_string();
    assert_eq!(
        refused,
        "the image as it is shown: 61 bytes, and at most 60 bytes are allowed"
    );
}

#[test]
fn broken_files_are_refused_and_never_panic() {
    let mut webp = Vec::new();
    WebPEncoder::new_lossless(&mut webp)
        .write_image(sample().as_raw(), 8, 4, ExtendedColorType::Rgba8)
        .unwrap();
    for whole in [png(&sample()), webp] {
        for end in 0..whole.len() - 12 {
            assert!(
                picture(&whole[..end], &PictureLimits::default()).is_err(),
                "{end} of {}",
                whole.len()
            );
        }
    }
    let whole = jpeg(&RgbImage::new(64, 64));
    for end in 0..whole.len() {
        let _ = picture(&whole[..end], &PictureLimits::default());
    }
    assert!(refusal(&png(&sample())[..40]).starts_with("the PNG cannot be read"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_bytes_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), kind in 0..3) {
        let mut bytes = match kind {
            0 => png(&sample()),
            1 => jpeg(&RgbImage::from_fn(24, 24, |x, y| Rgb([u8::try_from(x * y % 256).unwrap(), 5, 200]))),
            _ => {
                let mut out = Vec::new();
                WebPEncoder::new_lossless(&mut out).write_image(sample().as_raw(), 8, 4, ExtendedColorType::Rgba8).unwrap();
                out
            }
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(picture) = picture(&bytes, &PictureLimits::default()) {
            let format = image::guess_format(&picture.bytes).unwrap();
            prop_assert_eq!(format.to_mime_type(), picture.media_type);
        }
    }
}
