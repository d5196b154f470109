//! As much of the TrueType format as one font needs: which glyph a letter has, how wide it is, and its outline.
//!
//! A file is a list of tables with four letters for a name; numbers are big-endian. Outlines that are put together of others
//! are not read: the embedded font has none.

/// A point of an outline, in units of the font; y grows upwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    pub x: f32,
    pub y: f32,
    /// Whether the line passes through it; else it bends the line.
    pub on: bool,
}

/// A font file.
pub struct TrueType {
    letters: Table,
    metrics: Table,
    places: Table,
    outlines: Table,
    /// Units in the height of a line.
    pub units: u16,
    /// Whether places are 32 bits wide, or half of 16.
    wide_places: bool,
    /// Glyphs with a width of their own; all others have the last one's.
    widths: u16,
}

/// A stretch of the file.
#[derive(Clone, Copy)]
struct Table(&'static [u8]);

impl Table {
    fn bytes<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    fn u16(self, at: usize) -> Option<u16> {
        self.bytes(at).map(u16::from_be_bytes)
    }

    fn i16(self, at: usize) -> Option<i16> {
        self.bytes(at).map(i16::from_be_bytes)
    }

    fn u32(self, at: usize) -> Option<usize> {
        self.bytes(at).map(|bytes| u32::from_be_bytes(bytes) as usize)
    }

    fn from(self, at: usize) -> Option<Self> {
        self.0.get(at..).map(Self)
    }
}

impl TrueType {
    /// Finds the tables; none when one is missing.
    pub fn new(file: &'static [u8]) -> Option<Self> {
        let file = Table(file);
        let find = |name: &[u8; 4]| {
            (0..usize::from(file.u16(4)?)).find_map(|number| {
                let entry = 12 + 16 * number;
                if file.bytes::<4>(entry)? != *name {
                    return None;
                }
                let begin = file.u32(entry + 8)?;
                file.0
                    .get(begin..begin.checked_add(file.u32(entry + 12)?)?)
                    .map(Table)
            })
        };
        let (head, hhea) = (find(b"head")?, find(b"hhea")?);
        Some(Self {
            letters: Self::letters(find(b"cmap")?)?,
            metrics: find(b"hmtx")?,
            places: find(b"loca")?,
            outlines: find(b"glyf")?,
            units: head.u16(18)?,
            wide_places: head.u16(50)? == 1,
            widths: hhea.u16(34)?,
        })
    }

    /// The part of the table of letters that is written as segments (format 4).
    fn letters(cmap: Table) -> Option<Table> {
        (0..usize::from(cmap.u16(2)?)).find_map(|number| {
            let part = cmap.from(cmap.u32(4 + 8 * number + 4)?)?;
            (part.u16(0)? == 4).then_some(part)
        })
    }

    /// The number of the glyph for a letter.
    pub fn glyph(&self, letter: char) -> Option<u16> {
        let code = u16::try_from(u32::from(letter)).ok()?;
        let table = self.letters;
        // Twice the number of segments; then four lists of numbers, one per segment, and a gap behind the first.
        let size = usize::from(table.u16(6)?);
        let segment = (0..size)
            .step_by(2)
            .find(|at| table.u16(14 + at).is_some_and(|end| end >= code))?;
        let start = table.u16(16 + size + segment)?;
        if start > code {
            return None;
        }
        let shift = table.u16(16 + 2 * size + segment)?;
        let place = 16 + 3 * size + segment;
        let glyph = match table.u16(place)? {
            0 => code.wrapping_add(shift),
            // So many bytes from the number itself.
            offset => match table.u16(place + usize::from(offset) + 2 * usize::from(code - start))? {
                0 => 0,
                glyph => glyph.wrapping_add(shift),
            },
        };
        (glyph != 0).then_some(glyph)
    }

    /// How wide a glyph is, units.
    pub fn width(&self, glyph: u16) -> Option<u16> {
        let row = glyph.min(self.widths.checked_sub(1)?);
        self.metrics.u16(4 * usize::from(row))
    }

    /// The outlines of a glyph; none where it has none, as a blank.
    pub fn outline(&self, glyph: u16) -> Option<Vec<Vec<Node>>> {
        let glyph = usize::from(glyph);
        let (begin, end) = if self.wide_places {
            (self.places.u32(4 * glyph)?, self.places.u32(4 * glyph + 4)?)
        } else {
            let place = |number| self.places.u16(2 * number).map(|half| 2 * usize::from(half));
            (place(glyph)?, place(glyph + 1)?)
        };
        let table = Table(self.outlines.0.get(begin..end)?);
        let contours = usize::try_from(table.i16(0)?).ok().filter(|count| *count > 0)?;
        let ends: Vec<usize> = (0..contours)
            .map(|number| table.u16(10 + 2 * number).map(|last| usize::from(last) + 1))
            .collect::<Option<_>>()?;
        let hints = 10 + 2 * contours;
        let nodes = nodes(table, hints + 2 + usize::from(table.u16(hints)?), *ends.last()?)?;
        let mut begin = 0;
        ends.into_iter()
            .map(|end| {
                let contour = nodes.get(begin..end)?.to_vec();
                begin = end;
                Some(contour)
            })
            .collect()
    }
}

/// Reads so many points: first all their flags, then all x, then all y, each as the way from the point before.
fn nodes(table: Table, mut at: usize, count: usize) -> Option<Vec<Node>> {
    const ON: u8 = 1;
    const REPEATED: u8 = 8;
    let mut flags = Vec::with_capacity(count);
    while flags.len() < count {
        let flag = table.u8(at)?;
        at += 1;
        flags.push(flag);
        if flag & REPEATED != 0 {
            flags.extend(core::iter::repeat_n(flag, usize::from(table.u8(at)?)));
            at += 1;
        }
    }
    flags.truncate(count);
    // One byte and a sign; else nothing, if the sign's bit is set; else two bytes.
    let mut ways = |short: u8, sign: u8| {
        let mut place = 0.0;
        let mut places = Vec::with_capacity(count);
        for flag in &flags {
            place += match (flag & short != 0, flag & sign != 0) {
                (true, positive) => {
                    at += 1;
                    let way = f32::from(table.u8(at - 1)?);
                    if positive { way } else { -way }
                }
                (false, true) => 0.0,
                (false, false) => {
                    at += 2;
                    f32::from(table.i16(at - 2)?)
                }
            };
            places.push(place);
        }
        Some(places)
    };
    let (xs, ys) = (ways(2, 16)?, ways(4, 32)?);
    let nodes = xs.into_iter().zip(ys).zip(&flags).map(|((x, y), flag)| Node {
        x,
        y,
        on: flag & ON != 0,
    });
    Some(nodes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_font_or_only_half_of_one_is_none_and_no_panic() {
        static FILE: &[u8] = include_bytes!("../assets/inter-medium.ttf");
        assert!(TrueType::new(b"").is_none());
        assert!(TrueType::new(b"hello, I am a font").is_none());
        for length in (0..FILE.len()).step_by(97) {
            if let Some(font) = FILE.get(..length).and_then(TrueType::new) {
                for letter in 'a'..='z' {
                    let _ = font
                        .glyph(letter)
                        .map(|glyph| (font.width(glyph), font.outline(glyph)));
                }
            }
        }
    }
}
