//! What may be a class.

/// Of one class, bytes.
const LENGTH: usize = 120;

/// What may stand before a utility, with a colon behind it.
const VARIANTS: &[&str] = &[
    "2xl",
    "active",
    "after",
    "before",
    "children",
    "dark",
    "empty",
    "even",
    "first",
    "first-letter",
    "first-of-type",
    "focus",
    "focus-visible",
    "focus-within",
    "group-focus",
    "group-hover",
    "group-open",
    "hover",
    "landscape",
    "last",
    "last-of-type",
    "lg",
    "marker",
    "max-2xl",
    "max-lg",
    "max-md",
    "max-sm",
    "max-xl",
    "md",
    "motion-reduce",
    "motion-safe",
    "not-first",
    "not-last",
    "odd",
    "only",
    "open",
    "portrait",
    "print",
    "sm",
    "xl",
];

/// Whether this may be a class: words and numbers, behind variants that are known, with at most one value of the
/// author's own in brackets.
///
/// No character that could end a value, a declaration or a rule is among them; a function's name may be anything here, and
/// is looked at in the finished rule.
pub(crate) fn is_class(class: &str) -> bool {
    if class.is_empty() || class.len() > LENGTH {
        return false;
    }
    let (head, value) = match class.split_once('[') {
        Some((head, value)) => (head, Some(value)),
        None => (class, None),
    };
    let mut parts = head.split(':').rev();
    let utility = parts.next().unwrap_or_default();
    if !parts.all(|variant| VARIANTS.binary_search(&variant).is_ok()) {
        return false;
    }
    let utility = utility.strip_prefix('!').unwrap_or(utility);
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b"-_./%".contains(&b);
    match value {
        None => !utility.is_empty() && utility.bytes().all(is_word),
        Some(value) => {
            let Some((value, opacity)) = value.split_once(']') else {
                return false;
            };
            let named = utility.len() > 1 && utility.ends_with('-') && utility.bytes().all(is_word);
            named && is_value(value) && is_opacity(opacity)
        }
    }
}

/// Whether this may be an author's own value: numbers, colours, names and functions of them.
fn is_value(value: &str) -> bool {
    let mut depth = 0_u32;
    for byte in value.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return false,
            b')' => depth -= 1,
            b'#' | b'%' | b'+' | b',' | b'-' | b'.' | b'/' | b'*' | b'_' => {}
            _ if byte.is_ascii_alphanumeric() => {}
            _ => return false,
        }
    }
    !value.is_empty() && depth == 0 && !value.contains("/*") && !value.contains("*/")
}

/// Whether this may follow a value in brackets: nothing, or `/50`.
fn is_opacity(text: &str) -> bool {
    text.is_empty()
        || text
            .strip_prefix('/')
            .is_some_and(|n| (1..=3).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utility_classes_and_own_names_may_be_classes() {
        assert!(VARIANTS.is_sorted());
        for class in [
            "p-4",
            "-mt-2",
            "w-1/2",
            "text-lg",
            "my_name",
            "!p-2",
            "md:flex",
            "dark:md:hover:bg-red-500/50",
            "bg-[#10b981]",
            "bg-[#10b981]/50",
            "grid-cols-[auto_1fr]",
            "grid-cols-[repeat(auto-fill,minmax(120px,1fr))]",
            "w-[calc(100%-2rem)]",
            "p-0.5",
            "2xl:p-1",
            "odd:bg-gray-50",
        ] {
            assert!(is_class(class), "{class}");
        }
    }

    #[test]
    fn nothing_that_could_end_a_rule_may_be_a_class() {
        for class in [
            "",
            "p-4}",
            "p-4{",
            "w-[1px;color:red]",
            "w-[1px}*{x]",
            "w-[\"x\"]",
            "w-['x']",
            "w-[a\\b]",
            "w-[<]",
            "w-[&#34;]",
            "w-[a]]",
            "w-[[a]",
            "w-[(]",
            "w-[)(]",
            "w-[/*]",
            "w-[*/]",
            "[color:red]",
            "[&>*]:p-4",
            "(a,b):p-4",
            "(:p-4",
            "content-[@import]",
            "w-[]",
            "-[1px]",
            "w[1px]",
            "ä",
            "p\u{0}",
            "x:p-4",
            "all:hidden",
            "has-[x]:p-4",
            "supports-[x]:p-4",
            "data-[x]:p-1",
            "&",
            "w-[1px]x",
            "w-[1px]/",
            "w-[1px]/1234",
        ] {
            assert!(!is_class(class), "{class}");
        }
        assert!(!is_class(&"p".repeat(LENGTH + 1)));
    }
}
