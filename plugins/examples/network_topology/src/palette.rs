//! Colours for light and for dark surroundings.

use crate::state::State;

/// A colour, and how much of it there is.
#[derive(Debug, Clone, Copy)]
pub struct Color {
    /// Red, green and blue.
    pub channels: [u8; 3],
    /// 0 to 1; 1 covers what is below.
    pub share: f32,
}

/// One set of colours.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    pub ground: Color,
    /// Behind the nodes of a group.
    pub zone: Color,
    pub zone_edge: Color,
    pub chip: Color,
    pub chip_edge: Color,
    pub text: Color,
    pub dim: Color,
    pub line: Color,
    pub grid: Color,
    good: Color,
    warn: Color,
    bad: Color,
    unknown: Color,
}

impl Palette {
    /// For a dark or a light theme.
    pub fn new(dark: bool) -> Self {
        if dark {
            Self {
                ground: opaque(0x171a20),
                zone: opaque(0x1d2129),
                zone_edge: opaque(0x272c36),
                chip: opaque(0x2a303b),
                chip_edge: opaque(0x3b4250),
                text: opaque(0xe6e9ef),
                dim: opaque(0x98a1b0),
                line: opaque(0x5a6577),
                grid: opaque(0x262b34),
                good: opaque(0x4cc38a),
                warn: opaque(0xf2b84b),
                bad: opaque(0xf2617a),
                unknown: opaque(0x98a1b0),
            }
        } else {
            Self {
                ground: opaque(0xffffff),
                zone: opaque(0xf5f7fa),
                zone_edge: opaque(0xe3e7ee),
                chip: opaque(0xffffff),
                chip_edge: opaque(0xd3d9e3),
                text: opaque(0x1b2330),
                dim: opaque(0x5a6575),
                line: opaque(0xa3aebd),
                grid: opaque(0xe8ebf0),
                good: opaque(0x16a267),
                warn: opaque(0xd98a00),
                bad: opaque(0xd92652),
                unknown: opaque(0x8590a2),
            }
        }
    }

    /// Of a node.
    pub fn state(&self, state: State) -> Color {
        match state {
            State::Online => self.good,
            State::Degraded => self.warn,
            State::Offline => self.bad,
            State::Unknown => self.unknown,
        }
    }

    /// Of a busy line.
    pub fn busy(&self) -> Color {
        self.warn
    }
}

/// `0xrrggbb`.
fn opaque(rgb: u32) -> Color {
    let [_, red, green, blue] = rgb.to_be_bytes();
    Color {
        channels: [red, green, blue],
        share: 1.0,
    }
}

/// The same colour, as much of it as `share` says, 0 to 1.
pub fn faint(color: Color, share: f32) -> Color {
    Color { share, ..color }
}
