//! The one name an author chooses, in the four forms a crate needs it in.

use anyhow::bail;

const LONGEST: usize = 48;

/// Panel types that are not an author's to name.
const TAKEN: [&str; 6] = [
    "timeseries",
    "kpi",
    "health_status",
    "table",
    "custom_image",
    "custom_template",
];

/// Crate names that Rust would not understand, or would understand as something else.
const CONFUSING: [&str; 9] = [
    "porthole-sdk",
    "serde",
    "std",
    "core",
    "alloc",
    "test",
    "proc-macro",
    "build",
    "src",
];

/// Words of Rust that `snake` could be.
const KEYWORDS: [&str; 50] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while",
];

/// A panel's name in the forms that its files need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The crate: `disk-usage`.
    pub kebab: String,
    /// The panel type and the library: `disk_usage`.
    pub snake: String,
    /// The type that implements the panel: `DiskUsage`.
    pub camel: String,
    /// The heading: `Disk usage`.
    pub title: String,
}

impl Names {
    /// From what an author typed: small letters, digits, and hyphens or underscores between them.
    ///
    /// # Errors
    /// What is wrong with the name, and a better one where there is one.
    pub fn of(typed: &str) -> anyhow::Result<Self> {
        let shown: String = typed.chars().take(LONGEST + 1).collect();
        let snake = typed.replace('-', "_");
        if !is_well_formed(&snake) {
            let better = suggestion(typed);
            bail!(
                "`{shown}` cannot be a panel's name: it begins with a small letter and goes on with small letters, digits \
                 and single hyphens{}",
                better.map_or_else(String::new, |better| format!("; how about `{better}`?"))
            );
        }
        if typed.len() > LONGEST {
            bail!("`{shown}…` is too long for a panel's name: at most {LONGEST} characters");
        }
        let kebab = snake.replace('_', "-");
        if TAKEN.contains(&snake.as_str()) {
            bail!(
                "`{kebab}` is the name of a panel type that every tenant has; choose another, as `my-{kebab}`"
            );
        }
        if CONFUSING.contains(&kebab.as_str()) || KEYWORDS.contains(&snake.as_str()) {
            bail!("`{kebab}` means something else in Rust; choose another name, as `{kebab}-panel`");
        }
        let words: Vec<&str> = snake.split('_').collect();
        let title = words.join(" ");
        Ok(Self {
            kebab,
            camel: words.iter().map(|word| capitalised(word)).collect(),
            title: capitalised(&title),
            snake,
        })
    }
}

fn is_well_formed(snake: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    snake.starts_with(|first: char| first.is_ascii_lowercase())
        && snake.bytes().all(letters)
        && !snake.ends_with('_')
        && !snake.contains("__")
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + characters.as_str()
    })
}

/// The nearest name that is allowed.
fn suggestion(typed: &str) -> Option<String> {
    let mut better = String::new();
    let mut after_small = false;
    for character in typed.chars().take(LONGEST) {
        if character.is_ascii_alphanumeric() {
            if character.is_ascii_uppercase() && after_small {
                better.push('-');
            }
            after_small = character.is_ascii_lowercase();
            better.push(character.to_ascii_lowercase());
        } else if !better.is_empty() && !better.ends_with('-') {
            better.push('-');
            after_small = false;
        }
    }
    let better = better
        .trim_matches('-')
        .trim_start_matches(|first: char| first.is_ascii_digit() || first == '-');
    is_well_formed(&better.replace('-', "_")).then(|| better.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refusal(typed: &str) -> String {
        Names::of(typed).unwrap_err().to_string()
    }

    #[test]
    fn one_name_has_four_forms() {
        for typed in ["disk-usage-2", "disk_usage_2"] {
            let names = Names::of(typed).unwrap();
            assert_eq!(names.kebab, "disk-usage-2");
            assert_eq!(names.snake, "disk_usage_2");
            assert_eq!(names.camel, "DiskUsage2");
            assert_eq!(names.title, "Disk usage 2");
        }
    }

    #[test]
    fn a_name_that_is_not_allowed_is_answered_with_one_that_is() {
        for (typed, better) in [
            ("DiskUsage", "disk-usage"),
            ("disk usage", "disk-usage"),
            ("2nd-disk", "nd-disk"),
            ("-disk-", "disk"),
            ("disk--usage", "disk-usage"),
            ("../../etc", "etc"),
        ] {
            assert!(
                refusal(typed).ends_with(&format!("how about `{better}`?")),
                "{}",
                refusal(typed)
            );
        }
        for typed in ["", "ö", "7", "../.."] {
            assert!(!refusal(typed).contains("how about"), "{}", refusal(typed));
        }
        assert!(refusal(&"a".repeat(5_000)).len() < 300);
    }

    #[test]
    fn names_that_mean_something_else_are_refused() {
        for typed in [
            "kpi",
            "health-status",
            "custom_image",
            "serde",
            "porthole_sdk",
            "type",
            "async",
            "test",
        ] {
            assert!(refusal(typed).contains("choose another"), "{typed}");
        }
    }
}
