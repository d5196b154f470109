//! Reading finished rules, and dropping those that hold what is not on the list.

/// Functions that compute a value, and load nothing.
const FUNCTIONS: &[&str] = &[
    "blur",
    "brightness",
    "calc",
    "clamp",
    "color-mix",
    "conic-gradient",
    "contrast",
    "cubic-bezier",
    "drop-shadow",
    "fit-content",
    "grayscale",
    "hsl",
    "hsla",
    "hue-rotate",
    "hwb",
    "invert",
    "lab",
    "lch",
    "linear-gradient",
    "max",
    "min",
    "minmax",
    "oklab",
    "oklch",
    "opacity",
    "perspective",
    "radial-gradient",
    "repeat",
    "repeating-conic-gradient",
    "repeating-linear-gradient",
    "repeating-radial-gradient",
    "rgb",
    "rgba",
    "rotate",
    "rotateX",
    "rotateY",
    "rotateZ",
    "saturate",
    "scale",
    "scale3d",
    "scaleX",
    "scaleY",
    "sepia",
    "skewX",
    "skewY",
    "steps",
    "translate",
    "translate3d",
    "translateX",
    "translateY",
    "var",
];

/// Properties that could load, run or name something, whatever their value.
const PROPERTIES: &[&str] = &["-moz-binding", "behavior", "src", "view-transition-name"];

/// The highest place in the pile.
const PILE: i32 = 100;

/// The rules of `css` that are harmless.
///
/// `css` is what the generator wrote: one declaration or brace a line, and a rule ends with the brace at a line's start.
pub(super) fn harmless(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rule = String::new();
    let mut depth = 0_usize;
    let mut sound = true;
    for line in css.lines().filter(|line| !line.trim().is_empty()) {
        rule.push_str(line);
        rule.push('\n');
        let text = line.trim();
        if text == "}" {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => sound = false,
            }
        } else if let Some(prelude) = text.strip_suffix('{') {
            depth += 1;
            sound &= is_prelude(prelude.trim());
        } else {
            sound &= depth > 0 && text.strip_suffix(';').is_some_and(is_declaration);
        }
        if depth == 0 {
            if sound {
                out.push_str(&rule);
            }
            rule.clear();
            sound = true;
        }
    }
    out
}

/// Whether a rule may begin like this: a selector, a condition on the medium, or an animation.
fn is_prelude(text: &str) -> bool {
    let known = ["@media ", "@keyframes ", "@-webkit-keyframes "]
        .iter()
        .any(|start| text.starts_with(start));
    // `max-md:` compares a width, with a space behind the sign: no tag begins like that.
    let plain = text.replace("(width < ", "(width ");
    let sane = !text.is_empty() && !plain.contains(['{', '}', ';', '<', '"', '\'']) && !text.contains("/*");
    sane && (known || !text.starts_with('@'))
}

/// Whether a declaration, without its semicolon, is harmless.
fn is_declaration(text: &str) -> bool {
    let Some((property, value)) = text.split_once(": ") else {
        return false;
    };
    let property_is_sane = !property.is_empty()
        && property
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let value = value.strip_suffix(" !important").unwrap_or(value);
    let value_is_sane = !value.contains(['{', '}', ';', '<', '>', '\\', '@', '!']) && !value.contains("/*");
    let in_place = property != "z-index"
        || value
            .parse::<i32>()
            .map_or(value == "auto", |place| (-PILE..=PILE).contains(&place));
    property_is_sane
        && value_is_sane
        && in_place
        && !PROPERTIES.contains(&property)
        && has_known_functions(value)
}

/// Whether every function in a value is on the list.
fn has_known_functions(value: &str) -> bool {
    value.match_indices('(').all(|(at, _)| {
        let before = &value[..at];
        let start = before
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
            .map_or(0, |found| found + 1);
        // A minus before a function belongs to the sum it stands in.
        let name = before[start..].trim_start_matches('-');
        // Without a name it is a bracket in a sum.
        name.is_empty() || FUNCTIONS.contains(&name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survives(declaration: &str) -> bool {
        !harmless(&format!(".a {{\n  {declaration};\n}}")).is_empty()
    }

    #[test]
    fn values_that_compute_are_kept() {
        for declaration in [
            "color: #fff",
            "width: calc(100% - (2rem * 2))",
            "color: color-mix(in oklab, oklch(63% .2 25) 50%, transparent)",
            "padding: 0.5rem !important",
            "z-index: 50",
            "z-index: auto",
            "font-family: Menlo, \"Courier New\", monospace",
        ] {
            assert!(survives(declaration), "{declaration}");
        }
    }

    #[test]
    fn values_that_load_or_break_out_are_dropped() {
        for declaration in [
            "background-image: url(x)",
            "background: URL(x)",
            "background: image-set(x)",
            "width: attr(title)",
            "background: -webkit-image-set(x)",
            "background: image(x)",
            "background: cross-fade(x)",
            "width: env(x)",
            "background: element(x)",
            "color: red; } * { color: red",
            "background: \\75rl(x)",
            "width: expression(x)",
            "behavior: x",
            "src: x",
            "z-index: 99999",
            "z-index: calc(99 * 99)",
            "color: a/*",
            "x: @import y",
            "color: red !x",
            "offset-path: path(x)",
            "background: src(x)",
            "filter: url(x)",
            "background: paint(x)",
        ] {
            assert!(!survives(declaration), "{declaration}");
        }
    }

    #[test]
    fn conditions_on_the_width_are_kept_and_nothing_that_could_begin_a_tag() {
        let rule = |prelude: &str| harmless(&format!("{prelude} {{\n  .a {{\n    top: 0;\n  }}\n}}"));
        for prelude in ["@media (width >= 48rem)", "@media (width < 48rem)"] {
            assert!(rule(prelude).contains(".a"), "{prelude}");
        }
        for prelude in [
            "@media (width </style>)",
            "@media (width < </style>)",
            "@media (height < 1px)",
            ".a<b",
        ] {
            assert_eq!(rule(prelude), "", "{prelude}");
        }
    }

    #[test]
    fn one_bad_rule_takes_no_other_with_it() {
        let css = ".a {\n  color: red;\n}\n\n@font-face {\n  src: x;\n}\n\n@media (width >= 1px) {\n  .b {\n    top: 0;\n  }\n}";
        let kept = harmless(css);
        assert!(
            kept.contains(".a") && kept.contains(".b") && !kept.contains("@font-face"),
            "{kept}"
        );
    }
}
