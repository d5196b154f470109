//! What all markup looks like before its classes say more.

use std::fmt::Write as _;

/// A readable base for markup in a shadow root: headings, lists, tables and links in the colours around them.
///
/// It stands before the rules of the classes in every [`Markup::css`](crate::Markup::css).
pub const BASE_CSS: &str = "\
*,::before,::after{box-sizing:border-box;border:0 solid color-mix(in srgb,currentColor 20%,transparent)}
h1,h2,h3,h4,h5,h6,p,ul,ol,dl,dd,blockquote,figure,pre,table{margin:0}
h1,h2,h3,h4,h5,h6{font-size:1em;font-weight:600;line-height:1.3}
h1{font-size:1.4em}
h2{font-size:1.2em}
h3{font-size:1.1em}
p,ul,ol,dl,table,pre,blockquote,figure{line-height:1.5}
ul,ol{padding:0 0 0 1.4em}
dt{font-weight:600}
dd{padding-left:1em}
a{color:inherit;text-decoration:underline;text-underline-offset:.15em}
b,strong{font-weight:600}
small,sub,sup{font-size:.8em}
code,kbd,samp,pre{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.92em}
pre{overflow-x:auto}
blockquote{padding-left:.8em;border-left-width:3px}
hr{height:0;margin:.6em 0;border-top-width:1px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.25em 0}
th,td{padding:.25em .6em;text-align:left;vertical-align:top;border-bottom-width:1px}
th{font-weight:600}
summary{cursor:pointer}
abbr{text-decoration:underline dotted}
";

/// What the generator's rules expect to be set, so that several classes together make one value.
const DEFAULTS: &[(&str, &str)] = &[
    ("content", "\"\""),
    ("border-spacing-x", "0"),
    ("border-spacing-y", "0"),
    ("translate-x", "0"),
    ("translate-y", "0"),
    ("translate-z", "0"),
    ("rotate-x", "0"),
    ("rotate-y", "0"),
    ("rotate-z", "0"),
    ("skew-x", "0"),
    ("skew-y", "0"),
    ("scale-x", "1"),
    ("scale-y", "1"),
    ("scale-z", "1"),
    ("space-x-reverse", "0"),
    ("space-y-reverse", "0"),
    ("divide-x-reverse", "0"),
    ("divide-y-reverse", "0"),
    ("pan-x", " "),
    ("pan-y", " "),
    ("pinch-zoom", " "),
    ("scroll-snap-strictness", "proximity"),
    ("ordinal", " "),
    ("slashed-zero", " "),
    ("numeric-figure", " "),
    ("numeric-spacing", " "),
    ("numeric-fraction", " "),
    ("ring-inset", " "),
    ("ring-offset-width", "0px"),
    ("ring-offset-color", "#fff"),
    ("ring-color", "currentColor"),
    ("blur", " "),
    ("brightness", " "),
    ("contrast", " "),
    ("grayscale", " "),
    ("hue-rotate", " "),
    ("invert", " "),
    ("saturate", " "),
    ("sepia", " "),
    ("drop-shadow", " "),
    ("backdrop-blur", " "),
    ("backdrop-brightness", " "),
    ("backdrop-contrast", " "),
    ("backdrop-drop-shadow", " "),
    ("backdrop-grayscale", " "),
    ("backdrop-hue-rotate", " "),
    ("backdrop-invert", " "),
    ("backdrop-opacity", " "),
    ("backdrop-saturate", " "),
    ("backdrop-sepia", " "),
];

/// Writes a rule that sets what `rules` expect to be set; nothing when they expect nothing.
pub(super) fn defaults(rules: &str, sheet: &mut String) {
    let mut opening = "*,::before,::after{";
    for (name, value) in DEFAULTS {
        if rules.contains(&format!("var(--en-{name})")) {
            // Writing to a string does not fail.
            let _ = write!(sheet, "{opening}--en-{name}:{value};");
            opening = "";
        }
    }
    if opening.is_empty() {
        sheet.push_str("}\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_small_and_loads_nothing() {
        assert!(BASE_CSS.len() < 2048, "{}", BASE_CSS.len());
        assert!(!BASE_CSS.contains("url(") && !BASE_CSS.contains('@'));
    }
}
