//! Writing HTML: text is escaped.

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

/// `1,234/s`, with a decimal below ten.
pub fn rate(value: f64) -> String {
    if value < 10.0 {
        return format!("{}/s", (value * 10.0).round() / 10.0);
    }
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + "/s"
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

    #[test]
    fn rates_are_short() {
        assert_eq!(
            [0.0, 2.54, 412.4, 1_234_567.0].map(rate),
            ["0/s", "2.5/s", "412/s", "1,234,567/s"]
        );
    }
}
