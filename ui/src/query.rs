//! The part of an address behind `?`: names and values, written and read.

/// Names and values in order; a name may occur more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `?a=1&b=x%20y`, with or without the question mark. What cannot be decoded stays as it is.
    pub fn parse(text: &str) -> Self {
        let text = text.strip_prefix('?').unwrap_or(text);
        Self(
            text.split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(name), decode(value))
                })
                .collect(),
        )
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// Names and values, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Takes away every name that begins with this.
    pub fn remove_below(&mut self, prefix: &str) -> &mut Self {
        self.0.retain(|(name, _)| !name.starts_with(prefix));
        self
    }

    /// Adds a value behind the others.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// Sets a name's only value; none: removes it.
    pub fn set(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        self.0.retain(|(n, _)| n != name);
        if let Some(value) = value {
            self.push(name, value);
        }
        self
    }

    /// `?a=1&b=x%20y`, or nothing.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for (index, (name, value)) in self.0.iter().enumerate() {
            out.push(if index == 0 { '?' } else { '&' });
            encode_into(&mut out, name);
            out.push('=');
            encode_into(&mut out, value);
        }
        out
    }
}

/// A text as one segment of a path.
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode_into(&mut out, text);
    // Slashes and colons are kept in queries for people to read; a segment ends at one.
    out.replace('/', "%2F")
}

/// What stands in a path's segment.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
                match (digit(ahead.next()), digit(ahead.next())) {
                    (Some(high), Some(low)) => {
                        bytes.push((high * 16 + low) as u8);
                        rest = ahead;
                    }
                    _ => bytes.push(byte),
                }
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn encode_into(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b':' | b',' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut query = Query::default();
        query
            .push("from", "now-7d/d")
            .push("filter[näme & co]", "50%+1=x?")
            .push("empty", "");
        assert_eq!(Query::parse(&query.to_text()), query);
    }

    #[test]
    fn ranges_stay_readable() {
        let mut query = Query::default();
        query
            .set("from", Some("now-24h"))
            .set("to", Some("2014-02-14T14:30:00Z"));
        assert_eq!(query.to_text(), "?from=now-24h&to=2014-02-14T14:30:00Z");
    }

    #[test]
    fn nonsense_stays_as_it_is() {
        assert_eq!(Query::parse("?%zz=%").get("%zz"), Some("%"));
        assert_eq!(Query::parse("a=%ff").get("a"), Some("%ff"));
        assert_eq!(Query::parse("&&=&").get(""), Some(""));
    }

    #[test]
    fn setting_replaces_and_removes() {
        let mut query = Query::parse("?a=1&b=2&a=3");
        query.set("a", Some("4"));
        assert_eq!(query.to_text(), "?b=2&a=4");
        query.set("b", None);
        assert_eq!(query.to_text(), "?a=4");
    }

    #[test]
    fn what_begins_alike_goes_together() {
        let mut query = Query::parse("?page.a=1&from=now-1h&page.b=2&pages=3");
        query.remove_below("page.");
        assert_eq!(query.to_text(), "?from=now-1h&pages=3");
        assert_eq!(query.pairs().last(), Some(("pages", "3")));
    }

    #[test]
    fn a_segment_has_no_slash_of_its_own() {
        assert_eq!(segment("a/b c?"), "a%2Fb%20c%3F");
        assert_eq!(decode(&segment("a/b c?")), "a/b c?");
    }
}
