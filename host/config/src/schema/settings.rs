//! Of the host's settings.

use serde_json::{Value, json};

use super::parts::{DIALECT, ID, database, flag, limits, object, size, text, time, whole};
use crate::settings_variables::variable_of;

/// Of `porthole.yaml`.
pub fn settings() -> Value {
    let mut schema = object(
        &[],
        json!({
            "listen": text("Where the host answers, as 127.0.0.1:8080."),
            "public_url": text("As browsers see the host, as https://porthole.example.com."),
            "trusted_proxies": { "type": "array", "items": { "type": "string" }, "description": "Addresses of proxies whose X-Forwarded-For is believed." },
            "data_dir": text("What the host writes."),
            "config_dir": text("The folder that holds tenants/."),
            "central_database": database(
                "postgres://… or sqlite:…, with ${NAME} for variables.",
                "A file that holds the address and nothing else.",
                json!({}),
            ),
            "session": object(&[], json!({ "idle": time("A log-in ends after this long without a request."), "absolute": time("A log-in ends after this long.") })),
            "view_cache": size("What finished views may take in memory."),
            "buckets": object(&[], json!({
                "memory": size("What kept buckets may take in memory."),
                "disk": size("What kept buckets may take in the data folder."),
            })),
            "reload": { "anyOf": [{ "const": "never" }, time("")], "description": "How often the configuration is looked at for changes." },
            "log": object(&[], json!({
                "format": { "enum": ["text", "json"] },
                "level": text("error, warn, info, debug or trace; per part, as info,porthole_data=debug."),
            })),
            "cookie_secure": { "enum": ["auto", true, false], "description": "Whether the session's cookie is sent over HTTPS only." },
            "metrics": object(&[], json!({ "listen": text("Where figures for Prometheus are answered with.") })),
            "traces": object(&[], json!({
                "endpoint": text("A collector that takes OTLP over HTTP, as http://127.0.0.1:4318."),
                "percent": whole(1, 100, "How many of a hundred requests are traced."),
            })),
            "watch": { "anyOf": [{ "const": "never" }, time("")], "description": "How often the host writes down its own figures for the tenant `porthole`." },
            "audit": object(&[], json!({ "keep": { "anyOf": [{ "const": "forever" }, time("")], "description": "How long lines of the audit log are kept, 30 days at least." } })),
            "auth": object(&[], json!({
                "local": flag("Log in with an email address and a password."),
                "oidc": provider(),
            })),
            "limits": limits(),
        }),
    );
    name_variables(&mut schema, &mut Vec::new());
    schema["$schema"] = json!(DIALECT);
    schema["title"] = json!("Porthole: settings");
    schema
}

fn provider() -> Value {
    let roles: Vec<&str> = porthole_model::Role::ALL.iter().map(|role| role.name()).collect();
    let mapping = object(
        &["group", "tenant"],
        json!({
            "group": text("A group or role, as tokens name it: Keycloak's groups begin with a slash."),
            "tenant": { "type": "string", "pattern": ID, "description": "The tenant's id." },
            "role": { "enum": roles, "description": "What they may do there; viewer where it is left out." },
        }),
    );
    object(
        &[],
        json!({
            "issuer": text("The provider, exactly as it writes itself in its tokens."),
            "reached_at": text("Where this host reaches the provider, where that is not the issuer's address."),
            "client_id": text("This host's name at the provider."),
            "client_secret": { "type": "string", "pattern": "^\\$\\{[A-Za-z0-9_]+\\}$", "description": "${NAME} for a variable of the host's environment; none for a public client." },
            "client_secret_file": text("A file that holds the secret and nothing else."),
            "label": text("What stands on the button of the login page, behind \"Continue with\"."),
            "scopes": { "type": "array", "items": { "type": "string" }, "description": "What is asked for at a login." },
            "audience": text("Which audience an access token must have to be taken from a program; left out: none is taken."),
            "publish_scope": text("The scope that an access token must have been given for to publish plugins; left out: none may."),
            "clock_skew": time("By how much the provider's clock may differ."),
            "create_users": flag("Whether who is not known gets an account at their first login."),
            "link_by_email": flag("Whether who is not known gets the account with their verified email address; never an administrator's."),
            "groups_claim": text("Where tokens say which groups somebody is in: a name, or a path as realm_access.roles."),
            "admin_group": text("Who is in this group administers the host."),
            "tenants": { "type": "array", "maxItems": 1000, "items": mapping, "description": "Which groups are let into which tenants." },
            "tokens_without_login": { "anyOf": [{ "const": "forever" }, time("")], "description": "How long tokens of who can log in at the provider only are good after its last word about them." },
            "trust_unverified_email": flag("Whether an account is made for an address that the provider does not call verified."),
            "insecure_http": flag("Whether the provider may be reached by plain HTTP over a network that nobody else is in."),
        }),
    )
}

/// Says beside each key which variable stands for it.
fn name_variables(schema: &mut Value, path: &mut Vec<String>) {
    let Some(properties) = schema["properties"].as_object_mut() else {
        return;
    };
    for (key, property) in properties {
        path.push(key.clone());
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        if let Some(variable) = variable_of(&keys) {
            let said = property["description"].as_str().unwrap_or_default();
            property["description"] = json!(format!("{said} ({variable})").trim());
        }
        if property.get("properties").is_some() {
            name_variables(property, path);
        }
        path.pop();
    }
}
