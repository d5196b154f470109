//! Whether what a plugin says about itself can be used. It comes from the guest: nothing in it is believed.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::bindings::{ColumnRole, Descriptor, SourceRole};

const NAME: usize = 64;
const TITLE: usize = 200;
const DESCRIPTION: usize = 4_000;
const SCHEMA: usize = 64 << 10;
const SOURCES: usize = 16;
const ROLES: usize = 64;
const COLUMNS_OF_GRID: u8 = 12;
const ROWS_OF_GRID: u8 = 100;

/// Checks every field; an error names the field and says what is expected.
pub(crate) fn check(descriptor: &Descriptor) -> Result<(), String> {
    name("type-name", &descriptor.type_name)?;
    if descriptor.version.len() > NAME || semver::Version::parse(&descriptor.version).is_err() {
        return Err(format!(
            "`version` is not a semantic version like 1.2.3: {}",
            quoted(&descriptor.version)
        ));
    }
    text("title", &descriptor.title, 1, TITLE)?;
    text("description", &descriptor.description, 0, DESCRIPTION)?;
    let size = descriptor.default_size;
    if !(1..=COLUMNS_OF_GRID).contains(&size.width) || !(1..=ROWS_OF_GRID).contains(&size.height) {
        return Err(format!(
            "`default-size` is {} by {}; width goes from 1 to {COLUMNS_OF_GRID}, height from 1 to {ROWS_OF_GRID}",
            size.width, size.height
        ));
    }
    schema("display-schema", &descriptor.display_schema)?;
    schema("parameters-schema", &descriptor.parameters_schema)?;
    if let Some(endpoint) = &descriptor.endpoint {
        endpoint_name(endpoint)?;
    }
    sources(&descriptor.sources)
}

fn sources(sources: &[SourceRole]) -> Result<(), String> {
    if sources.len() > SOURCES {
        return Err(format!(
            "`sources` has {} entries; at most {SOURCES} are accepted",
            sources.len()
        ));
    }
    let mut names = HashSet::new();
    for source in sources {
        name("sources.name", &source.name)?;
        if !names.insert(&source.name) {
            return Err(format!("`sources` names `{}` twice", source.name));
        }
        roles(&source.name, &source.roles)?;
    }
    Ok(())
}

fn roles(source: &str, roles: &[ColumnRole]) -> Result<(), String> {
    if roles.len() > ROLES {
        return Err(format!(
            "source `{source}` has {} roles; at most {ROLES} are accepted",
            roles.len()
        ));
    }
    let mut names = HashSet::new();
    for role in roles {
        name("roles.name", &role.name)?;
        text("roles.description", &role.description, 0, DESCRIPTION)?;
        if !names.insert(&role.name) {
            return Err(format!("source `{source}` names the role `{}` twice", role.name));
        }
    }
    Ok(())
}

fn name(field: &str, value: &str) -> Result<(), String> {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if value.is_empty() || value.len() > NAME || !value.bytes().all(letters) {
        return Err(format!(
            "`{field}` is {}; a name has 1 to {NAME} of the characters a-z, 0-9 and _",
            quoted(value)
        ));
    }
    Ok(())
}

/// Part of an address, so that hyphens are welcome in it.
fn endpoint_name(value: &str) -> Result<(), String> {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    if value.is_empty() || value.len() > NAME || !value.bytes().all(letters) || value.starts_with('-') {
        return Err(format!(
            "`endpoint` is {}; an endpoint's name has 1 to {NAME} of the characters a-z, 0-9, _ and -",
            quoted(value)
        ));
    }
    Ok(())
}

fn text(field: &str, value: &str, least: usize, most: usize) -> Result<(), String> {
    let length = value.chars().count();
    if length < least || length > most {
        return Err(format!(
            "`{field}` has {length} characters; {least} to {most} are accepted"
        ));
    }
    if value
        .chars()
        .any(|character| character.is_control() && character != '\n')
    {
        return Err(format!("`{field}` has control characters"));
    }
    Ok(())
}

fn schema(field: &str, value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Ok(());
    }
    if value.len() > SCHEMA {
        return Err(format!(
            "`{field}` has {} bytes; at most {SCHEMA} are accepted",
            value.len()
        ));
    }
    match serde_json::from_str::<Map<String, Value>>(value) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("`{field}` is not a JSON object: {error}")),
    }
}

/// A guest's text for an error message: short and without surprises.
fn quoted(value: &str) -> String {
    let short: String = value.chars().take(40).collect();
    format!("{short:?}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::bindings::Size;

    fn good() -> Descriptor {
        Descriptor {
            type_name: "kpi".to_owned(),
            version: "1.0.0-rc.1".to_owned(),
            title: "A number".to_owned(),
            description: String::new(),
            default_size: Size { width: 3, height: 2 },
            display_schema: r#"{"type":"object"}"#.to_owned(),
            parameters_schema: String::new(),
            sources: Vec::new(),
            endpoint: None,
        }
    }

    fn complaint(change: impl FnOnce(&mut Descriptor)) -> String {
        let mut descriptor = good();
        change(&mut descriptor);
        check(&descriptor).unwrap_err()
    }

    #[test]
    fn accepts_a_good_one() {
        assert_eq!(check(&good()), Ok(()));
    }

    #[test]
    fn a_lie_is_named_by_its_field() {
        assert!(complaint(|d| d.type_name = "../kpi".to_owned()).starts_with("`type-name`"));
        assert!(complaint(|d| d.type_name = String::new()).starts_with("`type-name`"));
        assert!(complaint(|d| d.version = "new".to_owned()).starts_with("`version`"));
        assert!(complaint(|d| d.title = String::new()).starts_with("`title`"));
        assert!(complaint(|d| d.title = "a\u{1b}[1m".to_owned()).starts_with("`title`"));
        assert!(complaint(|d| d.default_size.width = 13).starts_with("`default-size`"));
        assert!(complaint(|d| d.default_size.height = 0).starts_with("`default-size`"));
        assert!(complaint(|d| d.display_schema = "[]".to_owned()).starts_with("`display-schema`"));
        assert!(complaint(|d| d.parameters_schema = "{".repeat(100_000)).starts_with("`parameters-schema`"));
        assert!(complaint(|d| d.endpoint = Some("a/b".to_owned())).starts_with("`endpoint`"));
    }

    #[test]
    fn deep_nesting_in_a_schema_is_refused_and_not_followed() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
        assert!(complaint(|d| d.display_schema = deep).starts_with("`display-schema`"));
    }

    #[test]
    fn a_source_named_twice_is_refused() {
        let main = SourceRole {
            name: "main".to_owned(),
            required: true,
            roles: Vec::new(),
            free_columns: false,
        };
        assert_eq!(
            complaint(|d| d.sources = vec![main.clone(), main]),
            "`sources` names `main` twice"
        );
    }
}
