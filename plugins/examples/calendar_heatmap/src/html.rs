//! Writing HTML: text is escaped, squares have the exact value as their title.

use std::fmt::Write;

use crate::figure::short;
use crate::levels::{Levels, SHADES};

/// From the lightest; of one colour, so that light and dark grounds both show through.
const OPACITIES: [&str; SHADES] = [
    "opacity-20",
    "opacity-40",
    "opacity-60",
    "opacity-80",
    "opacity-100",
];

/// Text, harmless within elements and quoted attributes.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A square of one shade. `title` is escaped already; `color` is `#rrggbb`.
pub fn square(out: &mut String, color: &str, shade: usize, title: &str) {
    let opacity = OPACITIES.get(shade).copied().unwrap_or("opacity-100");
    let _ = write!(
        out,
        r#"<span title="{title}" class="block rounded-[3px] bg-[{color}] {opacity} hover:opacity-100"></span>"#
    );
}

/// A square where nothing is known.
pub fn hollow(out: &mut String, title: &str) {
    let _ = write!(
        out,
        r#"<span title="{title}" class="block rounded-[3px] bg-black/5 dark:bg-white/5"></span>"#
    );
}

/// What lies below: a sentence, and what the shades mean. `sentence` is escaped already.
pub fn foot(out: &mut String, color: &str, levels: &Levels, sentence: &str) {
    let _ = write!(
        out,
        r#"<div class="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 mt-2 text-[12px] leading-[16px]"><span class="opacity-70">{sentence}</span><span class="flex items-center gap-[3px]"><span class="opacity-70 mr-1">less</span>"#
    );
    for (shade, top) in levels.tops.iter().enumerate() {
        let opacity = OPACITIES.get(shade).copied().unwrap_or("opacity-100");
        let _ = write!(
            out,
            r#"<span title="up to {}" class="block w-3 h-3 rounded-[3px] bg-[{color}] {opacity}"></span>"#,
            short(*top)
        );
    }
    out.push_str(r#"<span class="opacity-70 ml-1">more</span></span></div>"#);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        assert_eq!(
            escaped(r#"<b a="1" c='2'>&"#),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;"
        );
    }
}
