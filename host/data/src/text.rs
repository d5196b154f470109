//! Texts of an answer's cells, shortened where they are more than can be borne.

/// What a shortened text ends in, and a number of which digits are left out.
pub const CUT: &str = "… (cut)";
/// No text is made shorter than this, bytes.
const LEAST: usize = 64;

/// How much of the texts in an answer is kept. What is shortened ends in `… (cut)`, and is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextLimits {
    /// Characters of one text.
    pub each: usize,
    /// Bytes of all texts together: where there are more, the longest become shorter.
    pub together: u64,
    /// Characters of one exact number. At least 310, which a double has before the point at most: what is cut then makes no
    /// other double of it.
    pub digits: usize,
}

impl Default for TextLimits {
    /// 65,536 characters; as many as the answer may have; numbers of 400 characters.
    fn default() -> Self {
        Self {
            each: 65_536,
            together: u64::MAX,
            digits: 400,
        }
    }
}

/// Texts as they are gathered.
#[derive(Debug)]
pub(crate) struct Shortener {
    limits: TextLimits,
    /// Bytes of one text, once there were too many.
    most: usize,
    /// Bytes of all texts that are kept.
    bytes: u64,
    /// Texts that were shortened.
    pub(crate) shortened: u64,
}

impl Shortener {
    pub(crate) fn new(limits: TextLimits) -> Self {
        Self {
            limits,
            most: usize::MAX,
            bytes: 0,
            shortened: 0,
        }
    }

    /// A text as it is kept.
    pub(crate) fn take(&mut self, text: &str) -> String {
        let longest = match text.len() > self.limits.each {
            true => end_of(text, self.limits.each),
            false => None,
        };
        let end = match longest {
            Some(_) => end_of(text, self.limits.each.saturating_sub(CUT.chars().count())).unwrap_or(0),
            None => text.len(),
        };
        let end = if end > self.most {
            floor(text, self.most.saturating_sub(CUT.len()))
        } else {
            end
        };
        let kept = match end < text.len() {
            true => {
                self.shortened += 1;
                format!("{}{CUT}", &text[..end])
            }
            false => text.to_owned(),
        };
        self.bytes += kept.len() as u64;
        kept
    }

    /// Whether the texts that were taken have to become shorter.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes > self.limits.together
    }

    /// Makes the longest of all texts that were taken shorter, so that there is room again.
    pub(crate) fn make_room<'t>(&mut self, texts: impl Iterator<Item = &'t mut String>) {
        let mut texts: Vec<&mut String> = texts.collect();
        texts.sort_unstable_by_key(|text| text.len());
        // A quarter is left for what comes.
        let mut room = self.limits.together / 4 * 3;
        let mut left = texts.len() as u64;
        let mut most = usize::MAX;
        for text in &texts {
            let share = room / left.max(1);
            if text.len() as u64 > share {
                most = usize::try_from(share).unwrap_or(usize::MAX).max(LEAST);
                break;
            }
            room -= text.len() as u64;
            left -= 1;
        }
        self.most = self.most.min(most);
        let most = self.most;
        for text in texts.iter_mut().rev().take_while(|text| text.len() > most) {
            self.shortened += u64::from(!text.ends_with(CUT));
            text.truncate(floor(text, most.saturating_sub(CUT.len())));
            text.push_str(CUT);
            text.shrink_to_fit();
        }
        self.bytes = texts.iter().map(|text| text.len() as u64).sum();
    }

    /// The texts that were taken have gone on.
    pub(crate) fn handed_on(&mut self) {
        self.bytes = 0;
    }

    /// Bytes of the texts that are kept.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// Where the first `characters` end; `None`: there are no more than that.
fn end_of(text: &str, characters: usize) -> Option<usize> {
    text.char_indices().nth(characters).map(|(end, _)| end)
}

/// The end of the last character that ends at `end` or before.
fn floor(text: &str, end: usize) -> usize {
    (0..=end.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(each: usize, together: u64) -> TextLimits {
        TextLimits {
            each,
            together,
            ..TextLimits::default()
        }
    }

    #[test]
    fn a_text_that_is_too_long_says_that_it_was_cut() {
        let mut texts = Shortener::new(limits(20, u64::MAX));
        assert_eq!(texts.take(&"é".repeat(20)), "é".repeat(20));
        let cut = texts.take(&"é".repeat(21));
        assert_eq!(cut, format!("{}{CUT}", "é".repeat(13)));
        assert_eq!(cut.chars().count(), 20);
        assert_eq!(texts.shortened, 1);
    }

    #[test]
    fn where_all_are_too_much_the_longest_become_shorter() {
        let mut texts = Shortener::new(limits(usize::MAX, 1_000));
        let mut kept: Vec<String> = Vec::new();
        for length in [10, 600, 20, 700, 30, 900] {
            kept.push(texts.take(&"é".repeat(length / 2)));
            if texts.is_full() {
                texts.make_room(kept.iter_mut());
            }
        }
        assert!(kept.iter().map(String::len).sum::<usize>() <= 1_000, "{kept:?}");
        assert_eq!(
            kept.iter().map(|text| text.ends_with(CUT)).collect::<Vec<_>>(),
            [false, true, false, true, false, true]
        );
        assert_eq!(texts.shortened, 3);
    }
}
