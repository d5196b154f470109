//! How a text stands in its file, to trace bytes of the value back to lines and columns.

/// A scalar's own characters in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fragment {
    /// As in the file, with quotes and escapes. Of a block, what follows its header and its first indentation.
    pub raw: Box<str>,
    pub style: Style,
    /// Of the first character of `raw`, from 1.
    pub line: u32,
    /// Of the first character of `raw`, from 1.
    pub column: u32,
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

impl Fragment {
    /// See [`crate::Spanned::place_of`].
    ///
    /// Walks the value and the file's characters side by side, consuming in the file what each character of the value
    /// was made of: itself, an escape, or the blanks around a line break.
    pub fn place_of(&self, value: &str, offset: usize) -> (u32, u32) {
        let style = self.style;
        let mut cursor = Cursor {
            rest: &self.raw,
            line: self.line,
            column: self.column,
        };
        let indent = self.column.saturating_sub(1);
        let mut value_start = 0;
        match style {
            Style::Single | Style::Double => cursor.skip(1),
            // Empty lines at a block's beginning stand before its first character.
            Style::Literal | Style::Folded => {
                value_start = value.len() - value.trim_start_matches('\n').len()
            }
            Style::Plain => {}
        }
        let mut after_break = false;
        for (index, character) in value.char_indices().skip(value_start) {
            let folds = matches!(
                style,
                Style::Plain | Style::Single | Style::Double | Style::Folded
            );
            if folds && after_break && character != '\n' {
                cursor.skip_white();
                after_break = false;
            }
            if style == Style::Double {
                cursor.skip_joins();
            }
            if index >= offset {
                break;
            }
            match character {
                '\n' if style == Style::Literal => {
                    cursor.skip_line();
                    cursor.skip_blanks_up_to(indent);
                }
                '\n' if folds && cursor.breaks_line() => {
                    cursor.skip_line();
                    after_break = true;
                }
                ' ' if folds && cursor.breaks_line() => cursor.skip_white(),
                _ => cursor.skip_one(style),
            }
        }
        (cursor.line, cursor.column)
    }
}

/// A place in the file.
struct Cursor<'a> {
    rest: &'a str,
    line: u32,
    column: u32,
}

impl Cursor<'_> {
    fn skip(&mut self, characters: usize) {
        for _ in 0..characters {
            let mut left = self.rest.chars();
            match left.next() {
                Some('\n') => (self.line, self.column) = (self.line.saturating_add(1), 1),
                Some(_) => self.column = self.column.saturating_add(1),
                None => return,
            }
            self.rest = left.as_str();
        }
    }

    /// Past the next line break.
    fn skip_line(&mut self) {
        while let Some(character) = self.rest.chars().next() {
            self.skip(1);
            if character == '\n' {
                return;
            }
        }
    }

    fn skip_blanks_up_to(&mut self, most: u32) {
        for _ in 0..most {
            if !self.rest.starts_with(' ') {
                return;
            }
            self.skip(1);
        }
    }

    fn skip_white(&mut self) {
        while self.rest.starts_with([' ', '\t', '\r', '\n']) {
            self.skip(1);
        }
    }

    /// Whether only blanks stand before the end of the line.
    fn breaks_line(&self) -> bool {
        self.rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n')
    }

    /// Past backslashes at the end of a line: they join it with the next and stand for nothing.
    fn skip_joins(&mut self) {
        while self
            .rest
            .strip_prefix('\\')
            .is_some_and(|rest| rest.starts_with(['\n', '\r']))
        {
            self.skip(1);
            self.skip_white();
        }
    }

    /// Past what one character of the value was written as.
    fn skip_one(&mut self, style: Style) {
        match style {
            Style::Single if self.rest.starts_with("''") => self.skip(2),
            Style::Double => {
                // A backslash at the end of a line joins it with the next and stands for nothing.
                while self
                    .rest
                    .strip_prefix('\\')
                    .is_some_and(|rest| rest.starts_with(['\n', '\r']))
                {
                    self.skip(1);
                    self.skip_white();
                }
                let escaped = self.rest.strip_prefix('\\').map(|rest| rest.chars().next());
                self.skip(match escaped {
                    Some(Some('x')) => 4,
                    Some(Some('u')) => 6,
                    Some(Some('U')) => 10,
                    Some(_) => 2,
                    None => 1,
                });
            }
            _ => self.skip(1),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::yaml::{Fields, Reader, parse};

    /// Where the needle stands by the fragment's account, when `text` is the value of the key `a`.
    fn traced(yaml: &str, needle: &str) -> (u32, u32) {
        let reader = Reader::new("a.yaml", yaml);
        let root = parse(&reader).unwrap();
        let text = Fields::of(&reader, "file", &root).unwrap().text("a").unwrap();
        text.place_of(text.value.find(needle).unwrap())
    }

    /// Where the needle stands in the file.
    fn searched(yaml: &str, needle: &str) -> (u32, u32) {
        let before = &yaml[..yaml.find(needle).unwrap()];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        (u32::try_from(line).unwrap(), u32::try_from(column).unwrap())
    }

    #[test]
    fn traces_a_byte_of_every_style_back_to_its_place() {
        for yaml in [
            "a: status = 3 AND X\n",
            "b: 1\na: \"status = 'ü' AND X\"\n",
            "a: \"tab \\t \\u00fc \\x41 \\\" X\"\n",
            "a: 'it''s X'\n",
            "a: one\n   two\n   X three\n",
            "a: one\n\n   two X\n",
            "a: \"one\n   two \\\n   X three\"\n",
            "a: |\n  first\n  second X\n",
            "a: |\n  first\n    indented X\n",
            "a: |\n\n  first\n\n    indented X\n",
            "a: |2\n    indented\n  X\n",
            "a: >\n  first\n  second X\n",
            "a: >-\n  first\n\n  second X\n",
            "{b: 1, a: x X}\n",
            "a: &anchor some X\n",
        ] {
            assert_eq!(traced(yaml, "X"), searched(yaml, "X"), "{yaml}");
        }
    }

    #[test]
    fn an_offset_past_the_end_is_the_place_behind_the_text() {
        let reader = Reader::new("a.yaml", "a: \"one\"\n");
        let root = parse(&reader).unwrap();
        let text = Fields::of(&reader, "file", &root).unwrap().text("a").unwrap();
        assert_eq!(text.place_of(3), (1, 8));
        assert_eq!(text.place_of(usize::MAX), (1, 8));
    }
}
