//! The names that templates may use.

/// Statements, as a tag begins with them.
pub(super) const STATEMENTS: &[&str] = &[
    "autoescape",
    "elif",
    "else",
    "endautoescape",
    "endfilter",
    "endfor",
    "endif",
    "endset",
    "filter",
    "for",
    "if",
    "set",
];

/// Functions.
pub(super) const FUNCTIONS: &[&str] = &["range"];

/// Words that are no values.
pub(super) const KEYWORDS: &[&str] = &[
    "and",
    "elif",
    "else",
    "for",
    "if",
    "in",
    "is",
    "not",
    "or",
    "recursive",
    "set",
    "filter",
];

/// Filters.
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "at",
    "bytes",
    "capitalize",
    "contains",
    "count",
    "d",
    "datetime",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "int",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "selectattr",
    "sort",
    "string",
    "sum",
    "take",
    "thousands",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
];

/// Tests, as in `x is defined`.
pub(super) const TESTS: &[&str] = &[
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "even",
    "false",
    "none",
    "number",
    "odd",
    "startingwith",
    "string",
    "true",
    "undefined",
];

/// Whether there is such a filter; what to say when not.
pub(super) fn filter_exists(name: &str) -> Result<(), String> {
    if FILTERS.contains(&name) {
        Ok(())
    } else {
        Err(missing("filter", name, FILTERS))
    }
}

/// Whether there is such a test; what to say when not.
pub(super) fn test_exists(name: &str) -> Result<(), String> {
    if TESTS.contains(&name) {
        Ok(())
    } else {
        Err(missing("test", name, TESTS))
    }
}

/// That there is no such thing, and what was perhaps meant.
pub(super) fn missing(what: &str, name: &str, known: &[&str]) -> String {
    let shown: String = name.chars().take(40).collect();
    let near = known
        .iter()
        .map(|known| (strsim::osa_distance(&shown, known), known))
        .filter(|(distance, known)| *distance <= 2 && *distance < known.len())
        .min();
    match near {
        Some((_, near)) => format!("there is no {what} `{shown}`; did you mean `{near}`?"),
        None => format!("there is no {what} `{shown}`; there are {}", known.join(", ")),
    }
}
