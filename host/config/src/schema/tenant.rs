//! Of the files that say what a tenant is and how its dashboards are laid out.

use serde_json::{Value, json};

use super::parts::{ID, database, file, flag, limits, object, refresh, text, time, whole};

/// Of `tenant.yaml`.
pub fn tenant() -> Value {
    file(
        "Porthole: a tenant",
        "tenant",
        object(
            &["name"],
            json!({
                "name": text("The name that readers see."),
                "database": database(
                    "postgres://user:password@host:5432/name or sqlite:path; ${NAME} is replaced by a variable of the host's environment. A relative SQLite path is relative to the data folder.",
                    "A file that holds the address and nothing else, relative to the tenant's folder.",
                    json!({
                        "statement_timeout": time("The longest a query may run."),
                        "max_connections": whole(1, 1000, "Connections to the database at most."),
                    }),
                ),
                "limits": limits(),
                "plugins": object(&[], json!({
                    "require_signature": flag("Whether only signed plugins may run."),
                    "keys": { "type": "array", "maxItems": 20, "description": "minisign public keys whose signatures count.",
                              "items": { "type": "string", "pattern": "^RW[A-Za-z0-9+/]{54}$" } },
                })),
                "time_zone": text("IANA name, as Europe/Berlin: the zone of timestamps without one. UTC where it is left out."),
            }),
        ),
    )
}

/// Of a file in `dashboards/`.
pub fn dashboard() -> Value {
    let position = object(
        &[],
        json!({
            "row": whole(1, 1000, "From 1."),
            "col": whole(1, 24, "From 1."),
            "width": whole(1, 24, "In columns."),
            "height": whole(1, 50, "In rows."),
        }),
    );
    let placement = object(
        &["id", "config_file"],
        json!({
            "id": { "type": "string", "pattern": ID, "description": "Names one panel in the whole tenant." },
            "config_file": text("The panel's file, relative to the tenant's folder, as panels/cpu_usage.yaml."),
            "position": position,
        }),
    );
    file(
        "Porthole: a dashboard",
        "dashboard",
        object(
            &["name", "panels"],
            json!({
                "name": text("The name that readers see."),
                "description": text("What it is for."),
                "refresh_interval": refresh(),
                "default_range": { "type": "string", "pattern": "^now-[0-9]+(s|m|h|d|w)$", "description": "What a reader sees first.",
                                   "examples": ["now-24h", "now-7d"] },
                "layout": object(&[], json!({ "columns": whole(1, 24, "Width of the grid; 12 where it is left out.") })),
                "panels": { "type": "array", "maxItems": 200, "items": placement, "description": "What stands on it." },
            }),
        ),
    )
}
