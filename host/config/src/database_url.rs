//! What can be told of a database's address without asking the database. No message repeats what may be a password.

use crate::suggestion::suggestion;

/// What parameters of `postgres://…?…` the driver takes, each by the name that PostgreSQL has for it first.
const PARAMETERS: [&str; 19] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "statement-cache-capacity",
    "ssl-mode",
    "ssl-root-cert",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "options[…]",
];
/// How much encryption is asked for, the least first.
const MODES: [&str; 6] = [
    "disable",
    "allow",
    "prefer",
    "require",
    "verify-ca",
    "verify-full",
];
/// What to do where the parts of an address are not where they should be.
const ENCODE: &str =
    "write `@` as %40, `:` as %3A, `/` as %2F, `?` as %3F, `#` as %23 and `%` as %25 in user and password";

/// What is wrong, and what to do.
pub(crate) type Wrong = (String, String);

/// Finds what the driver would misunderstand or pass over: a misspelt `sslmode` would leave a connection without encryption.
pub(crate) fn check(url: &str) -> Result<(), Wrong> {
    let Some(rest) = after_scheme(url) else {
        return Ok(());
    };
    let unescaped = |what: &str| Err((what.to_owned(), ENCODE.to_owned()));
    if rest.contains('#') {
        return unescaped("a `#` ends the database's address, and here something follows it");
    }
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = address.split_once('/').unwrap_or((address, ""));
    if path.contains('@') {
        return unescaped(
            "the database's address has an `@` after a `/`, so that the host in it is not the one that is meant",
        );
    }
    let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let port = match host.strip_prefix('[') {
        Some(six) => six.split_once(']').map_or("", |(_, port)| port).strip_prefix(':'),
        None => host.rsplit_once(':').map(|(_, port)| port),
    };
    if port.is_some_and(|port| !port.is_empty() && !is_port(port)) {
        let help = format!("write it as postgres://user:password@host:5432/name; {ENCODE}");
        return Err((
            "the port in the database's address is no number from 1 to 65535".to_owned(),
            help,
        ));
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameter(key, value, query)?;
    }
    Ok(())
}

fn parameter(key: &str, value: &str, query: &str) -> Result<(), Wrong> {
    let is_option = ["options[", "options%5B", "options%5b"]
        .iter()
        .any(|start| key.starts_with(start));
    if !is_option && !PARAMETERS.contains(&key) {
        let is_plain = key.len() <= 40
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        // A password with a `?` in it looks like parameters.
        if !is_plain || query.contains('@') {
            let message = "the database's address has a parameter that is not known";
            let help = format!("its parameters are {}; {ENCODE}", PARAMETERS.join(", "));
            return Err((message.to_owned(), help));
        }
        let help = suggestion(key, &PARAMETERS);
        let help = help.unwrap_or_else(|| format!("remove it; there are {}", PARAMETERS.join(", ")));
        return Err((format!("the database's address has no parameter `{key}`"), help));
    }
    if matches!(key, "sslmode" | "ssl-mode") && !MODES.contains(&value.to_ascii_lowercase().as_str()) {
        let help = suggestion(value, &MODES).unwrap_or_else(|| format!("write one of {}", MODES.join(", ")));
        return Err((
            format!("`{key}` in the database's address is none that there is"),
            help,
        ));
    }
    if key == "port" && !is_port(value) {
        let message = "`port` in the database's address is no number from 1 to 65535";
        return Err((message.to_owned(), "write it as port=5432".to_owned()));
    }
    Ok(())
}

/// Whether an address, as it is written in a file, holds a password itself: one that no `${NAME}` stands for.
pub(crate) fn holds_password(written: &str) -> bool {
    let Some(rest) = after_scheme(written) else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let in_authority = authority
        .rsplit_once('@')
        .and_then(|(user, _)| user.split_once(':'));
    let in_query = rest
        .split_once('?')
        .and_then(|(_, query)| query.split('&').find_map(|pair| pair.strip_prefix("password=")));
    in_authority
        .map(|(_, password)| password)
        .into_iter()
        .chain(in_query)
        .any(is_literal)
}

/// Whether something is left without what stands for variables.
fn is_literal(text: &str) -> bool {
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            return true;
        };
        if start > 0 {
            return true;
        }
        rest = &rest[start + length + 1..];
    }
    !rest.is_empty()
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0)
}

fn after_scheme(url: &str) -> Option<&str> {
    url.strip_prefix("postgres://")
        .or_else(|| url.strip_prefix("postgresql://"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_the_driver_takes_is_taken() {
        for url in [
            "postgres://db",
            "postgres://reader:p%40ss@db:5432/alpha?sslmode=verify-full&sslrootcert=/etc/ca.pem",
            "postgres://reader:p@ss@db/alpha",
            "postgresql://[::1]:5432/alpha?ssl-mode=REQUIRE",
            "postgres://[::1]/alpha",
            "postgres:///alpha?host=/run/postgresql&user=me@server&port=5433",
            "postgres://db/alpha?options=-c%20a%3Db&options[search_path]=own&statement-cache-capacity=10",
            "sqlite:a#b.sqlite?nonsense",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn what_would_be_passed_over_or_misunderstood_is_told_and_never_repeats_a_password() {
        for (url, message, help) in [
            (
                "postgres://u:hunter2@db/a?sslmod=require",
                "no parameter `sslmod`",
                "did you mean `sslmode`?",
            ),
            (
                "postgres://u:hunter2@db/a?sslmode=requir",
                "`sslmode`",
                "did you mean `require`?",
            ),
            ("postgres://u:hunter2@db/a?sslmode=", "`sslmode`", "verify-full"),
            (
                "postgres://u:hunter2@db/a?channel_binding=require",
                "`channel_binding`",
                "remove it",
            ),
            ("postgres://u:hunter2@db:999999/a", "the port", ":5432"),
            ("postgres://u:hunter2@db:0/a", "the port", ":5432"),
            ("postgres://u:hunter2@db/a?port=x", "`port`", "port=5432"),
            ("postgres://u:hunt#hunter2@db/a", "`#`", "%23"),
            ("postgres://u:p@hunter2#1@db/a", "`#`", "%23"),
            ("postgres://u:1/hunter2@db/a", "`@` after a `/`", "%2F"),
            (
                "postgres://u:1?hunter2@db/a",
                "a parameter that is not known",
                "%3F",
            ),
            (
                "postgres://u:1?hunter2=1&b@db/a",
                "a parameter that is not known",
                "%3F",
            ),
        ] {
            let (found, advice) = check(url).unwrap_err();
            assert!(
                found.contains(message) && advice.contains(help),
                "{url}: {found} | {advice}"
            );
            assert!(
                !found.contains("hunter2") && !advice.contains("hunter2"),
                "{url}: {found} | {advice}"
            );
        }
    }

    #[test]
    fn tells_a_password_from_what_stands_for_one() {
        for literal in [
            "postgres://u:secret@db/a",
            "postgres://u:${PW}x@db/a",
            "postgres://u:x${PW}@db/a",
            "postgres://db/a?user=u&password=secret",
        ] {
            assert!(holds_password(literal), "{literal}");
        }
        for other in [
            "postgres://u:${PW}@db/a",
            "postgres://u@db/a",
            "postgres://u:@db/a",
            "${ALPHA_DATABASE_URL}",
            "postgres://db/a?password=${PW}",
            "sqlite:a:b@c.sqlite",
        ] {
            assert!(!holds_password(other), "{other}");
        }
    }
}
