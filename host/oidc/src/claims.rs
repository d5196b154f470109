//! What tokens say, after they were checked.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use crate::TokenFault;

/// Longest subject, session or id of a token that is taken, characters.
const LONGEST_NAME: usize = 255;
/// So many groups are read.
const MOST_GROUPS: usize = 1000;

/// Who somebody is, as the provider says at a login or when it renews one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdClaims {
    /// The provider's name for the user: never given to another. At most 255 characters.
    pub subject: String,
    /// The provider's name for the login, for logging out there and being logged out from there.
    pub session: Option<String>,
    /// As the provider has it.
    pub email: Option<String>,
    /// Whether the provider says that the address is the user's.
    pub email_verified: bool,
    /// For people.
    pub name: Option<String>,
    /// The user's groups or roles; none: the token does not say, which is another thing than having none.
    pub groups: Option<Vec<String>>,
    /// When the provider said so.
    pub issued_at: SystemTime,
}

/// Who shows an access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// The same of an access token; its `session` is the login that it was given at.
    pub who: IdClaims,
    /// Until when it is good.
    pub expires_at: SystemTime,
    /// What it was given for.
    pub scopes: Vec<String>,
}

/// Whose login is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutClaims {
    /// All logins of this subject, unless `session` names one. One of the two is there.
    pub subject: Option<String>,
    /// This login.
    pub session: Option<String>,
    /// The token's own name: it is good once.
    pub id: String,
    /// After this the token is refused for its age, and its name need not be remembered.
    pub forgotten_at: SystemTime,
}

/// Everything a token says.
pub(crate) type Everything = Map<String, Value>;

/// Whether `aud` names several.
pub(crate) fn has_several_audiences(claims: &Everything) -> bool {
    claims
        .get("aud")
        .and_then(Value::as_array)
        .is_some_and(|several| several.len() > 1)
}

pub(crate) fn text<'c>(claims: &'c Everything, name: &str) -> Option<&'c str> {
    claims.get(name)?.as_str()
}

/// A name that must not be odd: it is kept, and shown in a log.
pub(crate) fn name(claims: &Everything, key: &'static str) -> Result<Option<String>, TokenFault> {
    match claims.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name))
            if !name.is_empty()
                && name.chars().count() <= LONGEST_NAME
                && !name.chars().any(char::is_control) =>
        {
            Ok(Some(name.clone()))
        }
        Some(_) => Err(TokenFault::Claim(key)),
    }
}

/// What an access token was given for: `scope` with spaces between (RFC 9068), or a list `scp`, as some providers write it.
pub(crate) fn scopes(claims: &Everything) -> Vec<String> {
    let written = text(claims, "scope")
        .into_iter()
        .flat_map(str::split_ascii_whitespace);
    let listed = claims.get("scp").and_then(Value::as_array).into_iter().flatten();
    written
        .chain(listed.filter_map(Value::as_str))
        .map(str::to_owned)
        .collect()
}

/// An instant, seconds since the epoch.
pub(crate) fn instant(claims: &Everything, key: &'static str) -> Result<SystemTime, TokenFault> {
    let seconds = claims.get(key).and_then(Value::as_f64);
    let seconds = seconds.filter(|seconds| (0.0..4e10).contains(seconds));
    let seconds = seconds.ok_or(TokenFault::Claim(key))?;
    Ok(SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds))
}

impl IdClaims {
    pub(crate) fn read(claims: &Everything, groups_claim: &str) -> Result<Self, TokenFault> {
        Ok(Self {
            subject: name(claims, "sub")?.ok_or(TokenFault::Claim("sub"))?,
            session: name(claims, "sid")?,
            email: text(claims, "email").map(str::to_owned),
            // Some providers write it as a text.
            email_verified: match claims.get("email_verified") {
                Some(Value::Bool(verified)) => *verified,
                Some(Value::String(verified)) => verified == "true",
                _ => false,
            },
            name: text(claims, "name").map(str::to_owned),
            groups: groups(claims, groups_claim),
            issued_at: instant(claims, "iat")?,
        })
    }
}

/// The groups at a path; none where there is nothing or no list of texts.
fn groups(claims: &Everything, path: &str) -> Option<Vec<String>> {
    let found = match claims.get(path) {
        Some(found) => found,
        None => {
            let mut steps = path.split('.');
            let first = claims.get(steps.next()?)?;
            steps.try_fold(first, |inner, step| inner.get(step))?
        }
    };
    match found {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(several) if several.len() <= MOST_GROUPS => {
            let texts = several.iter().map(|group| group.as_str().map(str::to_owned));
            texts.collect()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn groups_of(claims: Value, path: &str) -> Option<Vec<String>> {
        groups(claims.as_object().unwrap(), path)
    }

    #[test]
    fn groups_stand_at_a_name_or_at_a_path() {
        let claims = json!({
            "groups": ["/alpha", "/beta"],
            "realm_access": {"roles": ["operator"]},
            "https://example.com/roles": "one",
        });
        let some = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(groups_of(claims.clone(), "groups"), some(&["/alpha", "/beta"]));
        assert_eq!(
            groups_of(claims.clone(), "realm_access.roles"),
            some(&["operator"])
        );
        assert_eq!(groups_of(claims, "https://example.com/roles"), some(&["one"]));
    }

    #[test]
    fn no_groups_and_nothing_said_of_groups_are_not_the_same() {
        assert_eq!(groups_of(json!({"groups": []}), "groups"), Some(Vec::new()));
        for claims in [
            json!({}),
            json!({"groups": null}),
            json!({"groups": {"a": 1}}),
            json!({"groups": ["a", 1]}),
            json!({"realm_access": "x"}),
        ] {
            assert_eq!(groups_of(claims.clone(), "groups"), None, "{claims}");
            assert_eq!(groups_of(claims.clone(), "realm_access.roles"), None, "{claims}");
        }
    }

    #[test]
    fn an_odd_subject_is_none() {
        for subject in [
            json!(""),
            json!("a\u{0}b"),
            json!("x".repeat(256)),
            json!(7),
            json!(null),
        ] {
            let claims = json!({"sub": subject, "iat": 1_700_000_000});
            let read = IdClaims::read(claims.as_object().unwrap(), "groups");
            assert_eq!(read, Err(TokenFault::Claim("sub")), "{claims}");
        }
    }
}
