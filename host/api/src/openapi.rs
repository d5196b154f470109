//! The description of the interface, for programs: `GET /api/v1/openapi.json`.
//!
//! What an address takes and answers stands beside its handler; what the answers look like stands in `schemas.json`,
//! because the types themselves are shared with the browser and know nothing of this. A test holds the two together.

use std::sync::OnceLock;

use axum::response::IntoResponse;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::problem::ApiError;
use crate::{
    account, admin, admin_account, audit, auth, custom, dashboards, export, health, panels, picture, plugins,
    provider, reports, tenant_admin, tenants,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Porthole", description = "Multi-tenant operations dashboards. Errors are `application/problem+json` with a stable `code`."),
    servers((url = "/api/v1")),
    paths(
        health::health, health::ready,
        auth::login, auth::logout, auth::me, auth::methods,
        provider::login::begin, provider::login::callback, provider::back_channel::logout,
        tenants::list, tenants::select,
        dashboards::list, dashboards::one,
        panels::data, panels::invalidate, picture::image, export::export, reports::one, custom::one,
        plugins::list, plugins::one, plugins::publish, plugins::activate, plugins::roll_back, plugins::deactivate,
        plugins::remove_version, plugins::remove, plugins::logs,
account::link, account::own, account::events, account::password, account::sessions, account::end_session,
        account::end_other_sessions, account::tokens,
        account::make_token, account::revoke_token,
        admin::users, admin::create_user, admin::link, admin::disable_user, admin::enable_user, admin::sessions,
        admin::end_session, admin::tenants, admin::disable_tenant, admin::enable_tenant,
        admin_account::one, admin_account::change, admin_account::remove, admin_account::sessions,
        admin_account::grant, admin_account::revoke, admin_account::end_sessions, admin_account::tokens, admin_account::make_token, admin_account::revoke_token, tenant_admin::database,
        tenant_admin::grants, tenant_admin::grant, tenant_admin::revoke, tenant_admin::tokens,
        tenant_admin::revoke_token, audit::of_host, audit::of_tenant,
    )
)]
struct Paths;

const SCHEMAS: &str = include_str!("openapi/schemas.json");

/// The whole document.
pub(crate) fn document() -> Result<Value, serde_json::Error> {
    let mut document = serde_json::to_value(Paths::openapi())?;
    let schemas: Map<String, Value> = serde_json::from_str(SCHEMAS)?;
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document["components"] = json!({
        "schemas": schemas,
        "securitySchemes": {
            "session": {
                "type": "apiKey", "in": "cookie", "name": "porthole_session",
                "description": "From POST /auth/login; over https its name is `__Host-porthole_session`."
            },
            "token": {
                "type": "http", "scheme": "bearer",
                "description": "From POST /account/tokens: a program, in one tenant. Or an access token of the identity provider: a program, in its user's tenants."
            }
        }
    });
    say_how_bodies_are_refused(&mut document);
    say_how_parameters_are_refused(&mut document);
    say_how_often(&mut document);
    document["security"] = json!([{ "session": [] }, { "token": [] }]);
    exemplify(&mut document);
    Ok(document)
}

fn refused(description: &str) -> Value {
    let schema = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    json!({ "description": description, "content": { "application/problem+json": schema } })
}

/// Every operation of the document, with its path.
fn operations(document: &mut Value) -> impl Iterator<Item = (&str, &mut Value)> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    paths.flat_map(|(path, operations)| {
        let operations = operations.as_object_mut().into_iter().flatten();
        operations.map(move |(_, operation)| (path.as_str(), operation))
    })
}

/// Whatever takes JSON refuses what is none and what is too large: said once for all.
fn say_how_bodies_are_refused(document: &mut Value) {
    for (_, operation) in operations(document) {
        if operation
            .pointer("/requestBody/content/application~1json")
            .is_none()
        {
            continue;
        }
        let Some(responses) = operation["responses"].as_object_mut() else {
            continue;
        };
        for (status, description) in [
            ("413", "`invalid_body`: it is too large."),
            ("415", "`invalid_body`: it is not said to be JSON."),
        ] {
            responses.entry(status).or_insert_with(|| refused(description));
        }
    }
}

/// What an account changes is bounded, and so is how often it takes the audit log: said once for all.
fn say_how_often(document: &mut Value) {
    const WORDS: &str = "`too_many_requests`: this account has changed too much within five minutes; Retry-After says when to try again.";
    let Some(paths) = document["paths"].as_object_mut() else {
        return;
    };
    for (path, methods) in paths {
        let is_ending = path.starts_with("/account/");
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            let is_bounded = match method.as_str() {
                "get" => path.ends_with("/audit"),
                "delete" => !is_ending,
                _ => path != "/account/password",
            };
            // Who needs no account has none to count.
            if !is_bounded || operation["security"].is_array() {
                continue;
            }
            if let Some(responses) = operation["responses"].as_object_mut() {
                responses.entry("429").or_insert_with(|| refused(WORDS));
            }
        }
    }
}

/// Those that answer whatever stands behind the `?`: see [`crate::router`].
const INDIFFERENT: [&str; 2] = ["/health", "/ready"];

/// Whatever takes no parameters refuses any: said once for all.
fn say_how_parameters_are_refused(document: &mut Value) {
    const WORDS: &str = "`invalid_parameter`: this takes none.";
    for (path, operation) in operations(document) {
        let mut parameters = operation["parameters"].as_array().into_iter().flatten();
        if INDIFFERENT.contains(&path) || parameters.any(|parameter| parameter["in"] == "query") {
            continue;
        }
        let Some(responses) = operation["responses"].as_object_mut() else {
            continue;
        };
        let answer = responses.entry("400").or_insert_with(|| refused(""));
        let description = match answer["description"].as_str() {
            None | Some("") => WORDS.to_owned(),
            Some(before) => format!("{}; {WORDS}", before.trim_end_matches('.')),
        };
        answer["description"] = description.into();
    }
}

/// Puts the example of its schema beside every body, so that each operation has one of its own.
fn exemplify(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    let operations = document["paths"].as_object_mut().into_iter().flatten();
    let operations = operations.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten());
    for (_, operation) in operations {
        let mut contents: Vec<&mut Value> = Vec::new();
        let Some(operation) = operation.as_object_mut() else {
            continue;
        };
        for (key, value) in operation {
            match key.as_str() {
                "requestBody" => contents.extend(value.get_mut("content")),
                "responses" => {
                    let answers = value.as_object_mut().into_iter().flatten();
                    contents.extend(answers.filter_map(|(_, answer)| answer.get_mut("content")));
                }
                _ => {}
            }
        }
        for body in contents
            .into_iter()
            .filter_map(Value::as_object_mut)
            .flatten()
            .map(|(_, body)| body)
        {
            let name = body["schema"]["$ref"]
                .as_str()
                .and_then(|reference| reference.rsplit('/').next());
            let example = name.map(|name| schemas[name]["example"].clone());
            if let (Some(body), Some(example)) = (body.as_object_mut(), example.filter(|one| !one.is_null()))
            {
                body.entry("example").or_insert(example);
            }
        }
    }
    // It has no schema: what comes is the plugin's affair, and most often a panel's answer.
    let custom = "/paths/~1custom~1{endpoint}/get/responses/200/content/application~1json";
    if let Some(body) = document.pointer_mut(custom).and_then(Value::as_object_mut) {
        body.insert("example".to_owned(), schemas["PanelAnswer"]["example"].clone());
    }
}

/// The whole document, as programs read it.
///
/// # Errors
/// When it cannot be made, which a test excludes.
pub fn openapi() -> Result<Value, serde_json::Error> {
    document()
}

pub(crate) async fn serve() -> Result<impl IntoResponse, ApiError> {
    static TEXT: OnceLock<Bytes> = OnceLock::new();
    let text = match TEXT.get() {
        Some(text) => text.clone(),
        None => {
            let text = document().and_then(|document| serde_json::to_vec(&document));
            let text = text.map_err(|error| ApiError::internal(error.to_string()))?;
            TEXT.get_or_init(|| text.into()).clone()
        }
    };
    Ok(([(CONTENT_TYPE, "application/json")], text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::*;

    fn round_trip<T: Serialize + DeserializeOwned>(example: &Value) -> Value {
        serde_json::to_value(serde_json::from_value::<T>(example.clone()).unwrap()).unwrap()
    }

    #[test]
    fn whatever_takes_json_says_how_it_refuses_a_body_and_nothing_says_that_it_may_fail() {
        let document = document().unwrap();
        let mut taking = 0;
        for operation in document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|path| path.as_object().unwrap().values())
        {
            let responses = operation["responses"].as_object().unwrap();
            assert!(!responses.contains_key("500"), "{operation}");
            if operation["requestBody"]["content"]
                .get("application/json")
                .is_some()
            {
                taking += 1;
                assert!(
                    responses.contains_key("413") && responses.contains_key("415"),
                    "{operation}"
                );
            }
        }
        assert!(taking >= 5, "{taking}");
    }

    #[test]
    fn whatever_takes_json_refuses_fields_that_it_does_not_know() {
        let document = document().unwrap();
        let mut taken = 0;
        for operation in document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|path| path.as_object().unwrap().values())
        {
            let body = operation.pointer("/requestBody/content/application~1json/schema/$ref");
            let Some(name) = body.and_then(Value::as_str) else {
                continue;
            };
            taken += 1;
            let schema = document.pointer(name.strip_prefix('#').unwrap()).unwrap();
            assert_eq!(schema["additionalProperties"], false, "{name}");
        }
        assert!(taken >= 7, "{taken}");
    }

    #[test]
    fn every_example_is_what_the_types_write() {
        let document = document().unwrap();
        let schemas = &document["components"]["schemas"];
        let example = |name: &str| &schemas[name]["example"];
        macro_rules! holds {
            ($($name:literal: $type:ty),*) => {$(
                let (shown, written) = (example($name), round_trip::<$type>(example($name)));
                assert_eq!(*shown, written, $name);
                described(schemas, &schemas[$name], &written, $name);
            )*};
        }
        use porthole_model as model;
        holds!(
            "Health": model::Health, "LoginRequest": model::LoginRequest, "AuthMethods": model::AuthMethods,
            "LoggedOut": model::LoggedOut, "Me": model::Me, "Tenants": model::Tenants, "Dashboards": model::Dashboards,
            "Dashboard": model::Dashboard, "PanelAnswer": model::PanelAnswer, "Problem": model::Problem,
            "Chart": model::View, "Metric": model::View, "Statuses": model::View, "Table": model::View,
            "Image": model::View, "Markup": model::View, "Plugins": model::Plugins, "Plugin": model::Plugin,
            "PluginLog": model::PluginLog, "PluginPublished": model::PluginPublished,
            "ApiTokens": model::ApiTokens, "NewToken": model::NewToken, "TokenMade": model::TokenMade,
        "Account": model::Account, "AccountEvents": model::AccountEvents, "PasswordChange": model::PasswordChange, "LinkUse": model::LinkUse,
            "OpenSessions": model::OpenSessions, "Accounts": model::Accounts, "NewAccount": model::NewAccount,
            "PasswordLink": model::PasswordLink, "Grants": model::Grants, "GrantRole": model::GrantRole, "NewGrant": model::NewGrant,
            "TenantStates": model::TenantStates, "AccountChange": model::AccountChange,
            "TenantDatabase": model::TenantDatabase, "AuditPage": model::AuditPage
        );
    }

    /// Every property written is described, and every property that must be there is.
    fn described(schemas: &Value, schema: &Value, value: &Value, place: &str) {
        if let Some(target) = schema["$ref"].as_str() {
            let name = target.strip_prefix("#/components/schemas/").unwrap();
            return described(
                schemas,
                schemas.get(name).unwrap_or_else(|| panic!("{name}")),
                value,
                place,
            );
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            if schema.get("discriminator").is_some() {
                let name = schema["discriminator"]["mapping"][value["kind"].as_str().unwrap()].clone();
                return described(schemas, &json!({ "$ref": name }), value, place);
            }
            if value.is_null() {
                return assert!(choices.iter().any(|choice| choice["type"] == "null"), "{place}");
            }
            let some = choices.iter().find(|choice| choice["type"] != "null").unwrap();
            return described(schemas, some, value, place);
        }
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    let property = &schema["properties"][name];
                    assert!(!property.is_null(), "{place}.{name} is not described");
                    described(schemas, property, field, &format!("{place}.{name}"));
                }
                for name in schema["required"].as_array().unwrap() {
                    assert!(
                        fields.contains_key(name.as_str().unwrap()),
                        "{place}.{name} is not there"
                    );
                }
            }
            Value::Array(items) => {
                for item in items {
                    described(schemas, &schema["items"], item, &format!("{place}[]"));
                }
            }
            _ => {}
        }
    }

    #[test]
    fn every_reference_has_its_target() {
        fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str));
                    fields.values().for_each(|field| references(field, found));
                }
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                _ => {}
            }
        }
        let document = document().unwrap();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 40);
        for reference in found {
            let target = document.pointer(reference.strip_prefix('#').unwrap());
            assert!(target.is_some_and(Value::is_object), "{reference}");
        }
    }

    #[test]
    fn every_operation_has_a_summary_and_answers() {
        let document = document().unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert_eq!(paths.len(), 55);
        for (path, operations) in paths {
            for (method, operation) in operations.as_object().unwrap() {
                assert!(operation["summary"].is_string(), "{method} {path}");
                assert!(
                    !operation["responses"].as_object().unwrap().is_empty(),
                    "{method} {path}"
                );
            }
        }
    }
}
