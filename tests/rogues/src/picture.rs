//! Pictures that are not what they say, or far larger than they look.

use crate::contract::porthole::panel::views::{Image, View};

/// Any bytes under any name.
pub fn image(media_type: &str, bytes: Vec<u8>) -> View {
    View::Image(Image {
        media_type: media_type.to_owned(),
        bytes,
        alternative: "A picture".to_owned(),
    })
}

/// A sound PNG of `side` × `side` white points up to 100 × 100; a larger one says it is that large, and has as much
/// data as one of 100 × 100: whoever believes the number makes room for it.
pub fn png(side: u32) -> View {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(side.to_be_bytes());
    header.extend(side.to_be_bytes());
    // Eight bits of grey, no interlacing.
    header.extend([8, 0, 0, 0, 0]);
    chunk(&mut bytes, b"IHDR", &header);
    let shown = side.min(100) as usize;
    let mut row = vec![0_u8];
    row.resize(shown + 1, 255);
    chunk(&mut bytes, b"IDAT", &zlib(&row.repeat(shown)));
    chunk(&mut bytes, b"IEND", &[]);
    image("image/png", bytes)
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    png.extend(length.to_be_bytes());
    let start = png.len();
    png.extend(kind);
    png.extend(data);
    let sum = crc(&png[start..]);
    png.extend(sum.to_be_bytes());
}

/// Stored, not compressed: one block of at most 64 KiB.
fn zlib(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    let mut bytes = vec![0x78, 0x01, 0x01];
    bytes.extend(length.to_le_bytes());
    bytes.extend((!length).to_le_bytes());
    bytes.extend(data);
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in data {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    bytes.extend((high << 16 | low).to_be_bytes());
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    })
}
