//! The second pass over markup: parsed as browsers parse it, and nothing kept that is not on the list.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};

use super::elements::{ATTRIBUTES, ELEMENT_ATTRIBUTES, EMPTIED, KEPT, is_text};

/// Of a link's address, bytes.
const ADDRESS: usize = 2048;

/// Keeps what is on the list.
pub(super) fn sanitise(html: &str, link_hosts: &[String]) -> String {
    let mut allowed = HashMap::new();
    for (element, attributes) in ELEMENT_ATTRIBUTES {
        let own = attributes
            .iter()
            .copied()
            .filter(|attribute| *attribute != "target");
        allowed.insert(*element, own.collect::<HashSet<_>>());
    }
    let hosts = link_hosts.to_vec();
    let mut builder = Builder::empty();
    builder
        .tags(KEPT.iter().copied().collect())
        .clean_content_tags(EMPTIED.iter().copied().collect())
        .generic_attributes(ATTRIBUTES.iter().copied().collect())
        .generic_attribute_prefixes(HashSet::from(["aria-"]))
        .tag_attributes(allowed)
        .tag_attribute_values(HashMap::from([(
            "a",
            HashMap::from([("target", HashSet::from(["_blank"]))]),
        )]))
        .url_schemes(HashSet::from(["https"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .strip_comments(true)
        .attribute_filter(move |_, attribute, value| match attribute {
            "href" => is_followed(value, &hosts).then_some(Cow::Borrowed(value)),
            _ => Some(Cow::Borrowed(value)),
        });
    let mut clean = builder.clean(html).to_string();
    // Characters that no text has, and that were written by number.
    clean.retain(is_text);
    clean
}

/// Whether a link may lead there: into the dashboard, or over https to a host on the list.
///
/// Every character must stand for itself: what browsers would drop, decode or turn around on the way is refused.
fn is_followed(address: &str, hosts: &[String]) -> bool {
    if address.len() > ADDRESS
        || !address
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"\\\"'<>`{|}^".contains(&b))
    {
        return false;
    }
    if let Some(rest) = address.strip_prefix("https://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host));
    }
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let inside = path.starts_with('/') && !path.starts_with("//");
    // The interface answers programs; and dots could climb there.
    inside
        && !path.contains('%')
        && path.split('/').all(|part| part != "." && part != "..")
        && !is_interface(path)
}

/// Whether a path belongs to the interface for programs.
fn is_interface(path: &str) -> bool {
    path.split('/')
        .nth(1)
        .is_some_and(|first| first.eq_ignore_ascii_case("api"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_into_the_dashboard_or_to_hosts_on_the_list() {
        let hosts = ["wiki.example.com".to_owned()];
        for address in [
            "/",
            "/dashboards/a?from=1#x",
            "https://wiki.example.com/a",
            "https://WIKI.example.com",
        ] {
            assert!(is_followed(address, &hosts), "{address}");
        }
        for address in [
            "",
            "a",
            "?a",
            "#a",
            "//wiki.example.com",
            "/\\evil.example",
            "/api/v1/x",
            "/a/../api/v1/x",
            "/%61pi/v1/x",
            "/./api/v1",
            "https://evil.example",
            "https://wiki.example.com@evil.example",
            "https://wiki.example.com:8/",
            "https:wiki.example.com",
            "https:\\\\wiki.example.com",
            "http://wiki.example.com",
            "javascript:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "/\t/evil.example",
            "/a b",
            "/ä",
            "HTTPS://wiki.example.com",
            "ftp://wiki.example.com",
            "https://wiki.example.com.evil.example",
        ] {
            assert!(!is_followed(address, &hosts), "{address}");
        }
    }
}
