//! A picture of a few colours, written as a PNG file without compression: the host encodes it anew anyhow.

use std::ops::Range;

/// One byte a pixel: its colour's place in the palette.
pub struct Picture {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    palette: Vec<[u8; 3]>,
    pixels: Vec<u8>,
}

impl Picture {
    /// A picture that is all of the palette's first colour. The palette has 1 to 256 colours.
    pub fn new(width: u32, height: u32, palette: Vec<[u8; 3]>) -> Self {
        Self {
            width,
            height,
            palette,
            pixels: vec![0; width as usize * height as usize],
        }
    }

    /// Paints a rectangle, as far as it is within the picture.
    pub fn fill(&mut self, columns: Range<u32>, rows: Range<u32>, color: u8) {
        let (left, right) = (columns.start as usize, columns.end.min(self.width) as usize);
        for row in rows.start..rows.end.min(self.height) {
            let start = row as usize * self.width as usize;
            if let Some(line) = self.pixels.get_mut(start + left..start + right) {
                line.fill(color);
            }
        }
    }

    /// The whole file.
    pub fn encode(&self) -> Vec<u8> {
        let mut header = Vec::new();
        header.extend(self.width.to_be_bytes());
        header.extend(self.height.to_be_bytes());
        // Eight bits a pixel, with a palette.
        header.extend([8, 3, 0, 0, 0]);

        let mut lines = Vec::with_capacity(self.pixels.len() + self.height as usize);
        for line in self.pixels.chunks(self.width.max(1) as usize) {
            // Each line says how it was filtered: not at all.
            lines.push(0);
            lines.extend(line);
        }
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(&mut file, b"IHDR", &header);
        chunk(&mut file, b"PLTE", self.palette.as_flattened());
        chunk(&mut file, b"IDAT", &stored(&lines));
        chunk(&mut file, b"IEND", &[]);
        file
    }
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let start = file.len();
    file.extend(name);
    file.extend(data);
    let sum = crc32(&file[start..]);
    file.extend(sum.to_be_bytes());
}

/// As zlib wants it, in blocks that are not compressed.
fn stored(data: &[u8]) -> Vec<u8> {
    const LONGEST: usize = 65_535;
    let mut out = vec![0x78, 0x01];
    let blocks = data.len().div_ceil(LONGEST);
    for (index, block) in data.chunks(LONGEST).enumerate() {
        let length = block.len() as u16;
        out.push(u8::from(index + 1 == blocks));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(adler32(data).to_be_bytes());
    out
}

fn crc32(data: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in data {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 {
                (sum >> 1) ^ 0xedb8_8320
            } else {
                sum >> 1
            };
        }
    }
    !sum
}

fn adler32(data: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    (b << 16) | a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn paints_within_the_picture_only() {
        let mut picture = Picture::new(3, 2, vec![[0; 3], [255; 3]]);
        picture.fill(1..99, 1..99, 1);
        assert_eq!(picture.pixels, [0, 0, 0, 0, 1, 1]);
        picture.fill(7..9, 0..1, 1);
        assert_eq!(picture.pixels, [0, 0, 0, 0, 1, 1]);
    }
}
