//! How each type of the API is read: the compiler sees that no field is left out, the tests that serde reads the same.

use serde_json::Value;

use crate::reading::{Fields, Read, ReadError};
use crate::{
    Account, AccountEvent, AccountEvents, Accounts, ApiToken, ApiTokens, AuditLine, AuditPage, By,
    DatabaseState, DormantGrant, Grant, Grants, OpenSession, OpenSessions, PasswordLink, TenantDatabase,
    TenantState, TenantStates, TokenMade, TokenScope,
};
use crate::{
    Aggregation, Allowed, AuthMethods, Axis, CacheOutcome, Chart, ColumnFormat, Dashboard, DashboardSummary,
    Dashboards, Diagnostic, DrillDown, Image, LoggedOut, Mark, Markup, Me, Metric, PanelAnswer,
    PanelPlacement, Plot, Plugin, PluginFailure, PluginLimit, PluginLog, PluginLogLine, PluginPublished,
    PluginSource, PluginState, PluginTotals, PluginVersion, Plugins, Position, Problem, Role, Session,
    Severity, SortKey, Sparkline, StatusItem, StatusStyle, Statuses, Table, TableColumn, TenantSummary,
    Threshold, TimeRange, Trend, Usage, View,
};

/// Structs: fields by their names, those that serde renames with the name behind them, those that may be left out last.
macro_rules! structs {
    ($($type:ident { $($field:ident),* $(; renamed $rust:ident = $json:literal)? $(; optional $($default:ident),*)? })*) => { $(
        impl Read for $type {
            fn read(value: Value) -> Result<Self, ReadError> {
                let mut fields = Fields::of(value)?;
                Ok(Self {
                    $($field: fields.take(stringify!($field))?,)*
                    $($rust: fields.take($json)?,)?
                    $($($default: fields.take_or_default(stringify!($default))?,)*)?
                })
            }
        }
    )* };
}

/// Enums without content: the name of each in JSON.
macro_rules! names {
    ($($type:ident { $($variant:ident = $name:literal),* })*) => { $(
        impl Read for $type {
            fn read(value: Value) -> Result<Self, ReadError> {
                match value.as_str() {
                    $(Some($name) => Ok(Self::$variant),)*
                    _ => Err(ReadError::unexpected(&value, concat!("one of", $(" ", $name),*))),
                }
            }
        }
    )* };
}

structs! {
    Dashboards { dashboards }
    DashboardSummary { name, title, description }
    Dashboard { name, title, description, refresh_interval, columns, default_range, panels; optional diagnostics, outdated }
    PanelPlacement { id, title, description, position, refresh_interval, drill_down; renamed type_name = "type"; optional diagnostics, outdated }
    Position { row, col, width, height }
    DrillDown { enabled, show_table, disable_aggregation }
    Diagnostic { file, line, column, message, help }

    AuthMethods { local, oidc }
    LoggedOut { continue_to }
    Me { id, email, full_name, is_admin, tenants, session }
    Session { tenant, expires_at }
    TenantSummary { id, name, role }

    PanelAnswer { panel, title, range, aggregation, generated_at, cache, refresh_interval, view, usage; renamed type_name = "type"; optional notes }
    TimeRange { start, end }
    Aggregation { bucket_seconds, function }
    Usage { plugin, version, wall_us, guest_us, memory_bytes, queries, rows, buckets_computed; optional allowed }
    Allowed { wall_us, guest_us, memory_bytes, queries, rows }

    Problem { title, status, code, detail, request_id, parameter, plugin, limit, retry_at; renamed kind = "type"; optional diagnostics }

    Plugins { plugins; optional notices }
    Plugin { name, title, description, endpoint, source, state, version, sha256, size_bytes, signed_by, versions, limits, totals, failures }
    PluginVersion { version, sha256, size_bytes, published_at, published_by, signed_by, active }
    PluginLimit { name, value }
    PluginTotals { calls, failures, guest_us, wall_us, memory_peak_bytes, queries, rows }
    PluginFailure { at, panel, version, message }
    PluginLog { lines }
    PluginLogLine { at, level, panel, version, message }
    PluginPublished { name, version, sha256, endpoint, signed_by, active }

    Accounts { users }
    Account { id, email, full_name, is_admin, has_password, password_set_at, disabled, created_at, last_login_at, tenants, by_group, is_admin_by_group, is_from_provider; optional dormant }
    DormantGrant { id, name, role, by_group, configured, disabled }
    AccountEvents { events }
    AccountEvent { at, action, by, tenant, address, detail }
    PasswordLink { user, email, url, expires_at }
    Grants { grants }
Grant { email, full_name, role, granted_at, by_group }
    TenantStates { tenants }
    TenantState { id, name, configured, disabled, members }
    TenantDatabase { state, reason }
    OpenSessions { sessions; optional next }
    OpenSession { id, email, address, created_at, last_used_at, expires_at, current }
    ApiTokens { tokens }
    ApiToken { id, name, email, tenant, scope, created_at, expires_at, last_used_at, revoked_at }
    TokenMade { token, secret }
    AuditPage { lines, next }
    AuditLine { id, at, action, actor, target, tenant, address, detail }

    Chart { series, y_axis, thresholds, stacked }
    Plot { label, instants, values, color, mark, join_within }
    Axis { label, unit, minimum, maximum }
    Threshold { value, color, label }
    Metric { value, unit, decimals, threshold, trend, sparkline, measured_at }
    Trend { previous, change }
    Sparkline { instants, values }
    Statuses { items }
    StatusItem { name, status, label, color, severity, checked_at, message }
    Table { columns, rows, total, page, page_size, sort }
    SortKey { column, descending }
    TableColumn { name, title, format, sortable, filterable }
    StatusStyle { value, color, label }
    Image { media_type, url, alternative, width, height }
    Markup { html, css }
}

names! {
    CacheOutcome { Hit = "hit", Partial = "partial", Miss = "miss", Stale = "stale" }
    Mark { Line = "line", Area = "area", Bar = "bar", Point = "point" }
    Severity { Good = "good", Warning = "warning", Critical = "critical", Unknown = "unknown" }
    Role { Viewer = "viewer", Editor = "editor", Admin = "admin" }
    TokenScope { Read = "read", Publish = "publish" }
    By { Oneself = "oneself", Another = "another", TenantAdmin = "tenant_admin", Nobody = "nobody" }
    DatabaseState { Up = "up", Down = "down", Missing = "missing" }
    PluginSource { Folder = "folder", Published = "published" }
}

impl Read for View {
    fn read(value: Value) -> Result<Self, ReadError> {
        Ok(match value.get("kind").and_then(Value::as_str) {
            Some("chart") => Self::Chart(Chart::read(value)?),
            Some("metric") => Self::Metric(Metric::read(value)?),
            Some("statuses") => Self::Statuses(Statuses::read(value)?),
            Some("table") => Self::Table(Table::read(value)?),
            Some("image") => Self::Image(Image::read(value)?),
            Some("markup") => Self::Markup(Markup::read(value)?),
            _ => {
                return Err(ReadError::unexpected(
                    value.get("kind").unwrap_or(&value),
                    "a kind of view",
                ));
            }
        })
    }
}

impl Read for ColumnFormat {
    fn read(value: Value) -> Result<Self, ReadError> {
        let mut fields = Fields::of(value)?;
        let name = fields.value("as");
        Ok(match name.as_str() {
            Some("text") => Self::Text,
            Some("number") => Self::Number {
                decimals: fields.take("decimals")?,
            },
            Some("datetime") => Self::Datetime,
            Some("boolean") => Self::Boolean,
            Some("status") => Self::Status {
                styles: fields.take("styles")?,
            },
            _ => return Err(ReadError::unexpected(&name, "a format")),
        })
    }
}

impl Read for PluginState {
    fn read(value: Value) -> Result<Self, ReadError> {
        let mut fields = Fields::of(value)?;
        let name = fields.value("is");
        Ok(match name.as_str() {
            Some("active") => Self::Active,
            Some("inactive") => Self::Inactive,
            Some("compiling") => Self::Compiling,
            Some("resting") => Self::Resting {
                reason: fields.take("reason")?,
                until: fields.take("until")?,
            },
            Some("refused") => Self::Refused {
                reason: fields.take("reason")?,
            },
            _ => return Err(ReadError::unexpected(&name, "a state")),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::*;
    use crate::read;

    /// Read both ways, the same comes out.
    fn as_serde<T: Read + DeserializeOwned + PartialEq + std::fmt::Debug>(value: Value) {
        let text = value.to_string();
        assert_eq!(
            read::<T>(&text).unwrap(),
            serde_json::from_str::<T>(&text).unwrap()
        );
    }

    #[test]
    fn dashboards_and_readers_are_read_as_serde_reads_them() {
        let placement = json!({"id": "a", "type": "kpi", "title": "A", "description": null,
            "position": {"row": 300, "col": 1, "width": 3, "height": 2}, "refresh_interval": 30,
            "drill_down": {"enabled": true, "show_table": false, "disable_aggregation": true}});
        let mut faulty = placement.clone();
        faulty["diagnostics"] = json!([{"file": "a.yaml", "line": 1, "column": 2, "message": "no"},
            {"file": "a.yaml", "line": 3, "column": 4, "message": "no", "help": "yes"}]);
        as_serde::<Dashboard>(
            json!({"name": "d", "title": "D", "description": "x", "refresh_interval": 300,
            "columns": 12, "default_range": "last_4_days", "panels": [placement, faulty], "later": 1}),
        );
        as_serde::<Dashboard>(
            json!({"name": "d", "title": "D", "description": null, "refresh_interval": 300, "columns": 12,
            "default_range": null, "panels": [], "diagnostics": [{"file": "d.yaml", "line": 1, "column": 2, "message": "no"}],
            "outdated": [{"file": "d.yaml", "line": 3, "column": 4, "message": "no", "help": "yes"}]}),
        );
        as_serde::<Dashboards>(json!({"dashboards": [{"name": "d", "title": "D", "description": null}]}));
        as_serde::<AuthMethods>(json!({"local": false, "oidc": "Company"}));
        as_serde::<LoggedOut>(json!({"continue_to": "https://id.example.com/logout"}));
        as_serde::<Me>(
            json!({"id": "1", "email": "a@b", "full_name": null, "is_admin": true,
            "tenants": [{"id": "a", "name": "A", "role": "editor"}], "session": {"tenant": null, "expires_at": "2026-01-01T00:00:00Z"}}),
        );
        as_serde::<Problem>(
            json!({"type": "about:blank", "title": "x", "status": 503, "code": "plugin_resting",
            "detail": "d", "request_id": "r", "plugin": "a 1", "limit": "cpu 500 ms", "retry_at": "2026-01-01T00:00:00Z"}),
        );
    }

    #[test]
    fn answers_are_read_as_serde_reads_them() {
        let answer = |view: Value| {
            json!({
                "panel": "cpu", "type": "timeseries", "title": "CPU",
                "range": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"},
                "aggregation": {"bucket_seconds": 600, "function": "avg"},
                "generated_at": "2026-01-02T00:00:01Z", "cache": "partial", "refresh_interval": 300, "view": view,
                "usage": {"plugin": "timeseries", "version": "0.1.0", "wall_us": 812, "guest_us": 140,
                          "memory_bytes": 1, "queries": 1, "rows": 5760, "buckets_computed": 12,
                          "allowed": {"wall_us": 1, "guest_us": 2, "memory_bytes": 3, "queries": 4, "rows": 5}}
            })
        };
        let threshold = json!({"value": 80, "color": "#F59E0B", "label": "warning"});
        for view in [
            json!({"series": [{"label": "a", "instants": [-1, 2], "values": [1, null], "mark": "area"},
                              {"label": "b", "instants": [], "values": [], "mark": "bar", "color": "#123456", "join_within": 9}],
                   "y_axis": {"label": null, "unit": "%", "minimum": 0.5, "maximum": -3}, "thresholds": [threshold],
                   "stacked": true, "kind": "chart"}),
            json!({"kind": "metric", "value": 1.5, "unit": null, "decimals": 2, "threshold": threshold,
                   "trend": {"previous": 1, "change": -0.5}, "sparkline": {"instants": [1], "values": [null]}, "measured_at": 7}),
            json!({"kind": "statuses", "items": [{"name": "a", "status": "up", "label": "Up", "color": "#10B981",
                   "severity": "critical", "checked_at": null, "message": "why"}]}),
            json!({"kind": "table", "columns": [
                    {"name": "a", "title": "A", "format": {"as": "status", "styles": [
                        {"value": "up", "color": "#10B981", "label": null}]}, "sortable": true, "filterable": false},
                    {"name": "b", "title": "B", "format": {"as": "number", "decimals": 2}, "sortable": true, "filterable": true},
                    {"name": "c", "title": "C", "format": {"as": "text"}, "sortable": true, "filterable": true},
                    {"name": "d", "title": "D", "format": {"as": "datetime"}, "sortable": true, "filterable": true},
                    {"name": "e", "title": "E", "format": {"as": "boolean"}, "sortable": true, "filterable": true}],
                "rows": [[1, "x", null, true, -2.5]], "total": 1, "page": 1, "page_size": 50,
                "sort": [{"column": "a", "descending": true}]}),
            json!({"kind": "image", "media_type": "image/png", "url": "/x", "alternative": "", "width": 1, "height": 2}),
            json!({"kind": "markup", "html": "<p>x</p>", "css": ""}),
        ] {
            as_serde::<View>(view.clone());
            as_serde::<PanelAnswer>(answer(view));
        }
        // A host from before receipts said what is allowed.
        let mut old = answer(json!({"kind": "markup", "html": "", "css": ""}));
        old["usage"].as_object_mut().unwrap().remove("allowed");
        as_serde::<PanelAnswer>(old);
        for (name, cache) in [
            ("hit", CacheOutcome::Hit),
            ("miss", CacheOutcome::Miss),
            ("stale", CacheOutcome::Stale),
        ] {
            assert_eq!(CacheOutcome::read(json!(name)), Ok(cache));
        }
    }

    #[test]
    fn plugins_are_read_as_serde_reads_them() {
        let version = json!({"version": "1.0.0", "sha256": "ab", "size_bytes": 5_000_000_000_u64,
            "published_at": "2026-01-01T00:00:00Z", "published_by": null, "signed_by": "key", "active": true});
        for state in [
            json!({"is": "active"}),
            json!({"is": "inactive"}),
            json!({"is": "compiling"}),
            json!({"is": "resting", "reason": "cpu 500 ms", "until": "2026-01-01T00:00:00Z"}),
            json!({"is": "refused", "reason": "nobody signed it"}),
        ] {
            as_serde::<PluginState>(state.clone());
            as_serde::<Plugins>(
                json!({"plugins": [{"name": "a", "title": "A", "description": "", "endpoint": null,
                "source": "folder", "state": state, "version": "1.0.0", "sha256": "ab", "size_bytes": 1, "signed_by": null,
                "versions": [version], "limits": [{"name": "cpu", "value": "500 ms"}],
                "totals": {"calls": 1, "failures": 2, "guest_us": 3, "wall_us": 4, "memory_peak_bytes": 5, "queries": 6, "rows": 7},
                "failures": [{"at": "2026-01-01T00:00:00Z", "panel": "p", "version": "1", "message": "m"}]}]}),
            );
        }
        as_serde::<PluginLog>(
            json!({"lines": [{"at": "x", "level": "warn", "panel": "p", "version": "1", "message": "m"}]}),
        );
        as_serde::<PluginPublished>(
            json!({"name": "a", "version": "1", "sha256": "ab", "endpoint": "a-b",
            "signed_by": null, "active": false}),
        );
    }

    #[test]
    fn the_administration_is_read_as_serde_reads_it() {
        as_serde::<Accounts>(
            json!({"users": [{"id": "1", "email": "a@b", "full_name": null, "is_admin": false, "has_password": true,
            "password_set_at": "2026-01-01T00:00:00Z", "disabled": false, "created_at": "2026-01-01T00:00:00Z", "last_login_at": null,
            "tenants": [{"id": "a", "name": "A", "role": "admin"}], "by_group": ["a"], "is_admin_by_group": false,
            "is_from_provider": true, "dormant": [{"id": "b", "name": "B", "role": "viewer", "by_group": true,
            "configured": false, "disabled": true}]}]}),
        );
        for by in ["oneself", "another", "tenant_admin", "nobody"] {
            as_serde::<AccountEvents>(
                json!({"events": [{"at": "2026-01-01T00:00:00Z", "action": "password_set", "by": by, "tenant": null,
                "address": "::1", "detail": "with a link"}]}),
            );
        }
        as_serde::<PasswordLink>(
            json!({"user": "1", "email": "a@b", "url": "/password#x", "expires_at": "2026-01-01T00:00:00Z"}),
        );
        as_serde::<Grants>(
            json!({"grants": [{"email": "a@b", "full_name": "A", "role": "viewer","granted_at": "2026-01-01T00:00:00Z",
            "by_group": true}]}),
        );
        as_serde::<TenantStates>(
            json!({"tenants": [{"id": "a", "name": "A", "configured": true, "disabled": false, "members": 3}]}),
        );
        for state in ["up", "down", "missing"] {
            as_serde::<TenantDatabase>(json!({"state": state, "reason": null}));
        }
        as_serde::<OpenSessions>(
            json!({"sessions": [{"id": "1", "email": "a@b", "address": null, "created_at": "2026-01-01T00:00:00Z",
            "last_used_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-01T00:00:00Z", "current": true}], "next": "1"}),
        );
        let token = |scope: &str| {
            json!({"id": "1", "name": "n", "email": "a@b", "tenant": "a", "scope": scope,
            "created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-01T00:00:00Z", "last_used_at": null, "revoked_at": "2026-01-01T00:00:00Z"})
        };
        as_serde::<ApiTokens>(json!({"tokens": [token("read"), token("publish")]}));
        as_serde::<TokenMade>(json!({"token": token("read"), "secret": "s"}));
        as_serde::<AuditPage>(
            json!({"lines": [{"id": 7, "at": "2026-01-01T00:00:00Z", "action": "grant", "actor": null, "target": "a@b",
            "tenant": null, "address": "192.0.2.1", "detail": "viewer"}], "next": 7}),
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let fault = |text: &str| read::<View>(text).unwrap_err().to_string();
        let table =
            r#"{"kind":"table","columns":[],"rows":[],"total":"many","page":1,"page_size":1,"sort":[]}"#;
        assert!(
            fault(table).contains("total") && fault(table).contains("many"),
            "{}",
            fault(table)
        );
        assert!(fault(r#"{"kind":"hologram"}"#).contains("hologram"));
        assert!(
            fault(r#"{"kind":"image","media_type":"","url":"","alternative":"","width":-1,"height":2}"#)
                .contains("width")
        );
        assert!(fault("[]").contains("a kind of view"));
        assert!(read::<Problem>("{}").unwrap_err().to_string().contains("title"));
        assert!(read::<Problem>("<html>").is_err());
        assert!(
            read::<Position>(r#"{"row":1,"col":256,"width":1,"height":1}"#)
                .unwrap_err()
                .to_string()
                .contains("col")
        );
        assert!(read::<Position>(r#"{"row":1,"col":1.5,"width":1,"height":1}"#).is_err());
    }
}
