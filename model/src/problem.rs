//! Errors as the API says them: `application/problem+json`, RFC 9457.

use serde::{Deserialize, Serialize};

/// The body of every answer with a status of 400 and above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status' own words, e.g. `Not Found`.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// One of [`code`]: stable, for programs.
    pub code: String,
    /// A sentence for a person: what was wrong and what to do.
    pub detail: String,
    /// Also in the host's log.
    pub request_id: String,
    /// The request's parameter that was wrong, or the field of its body that nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The plugin that failed, as `name version`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// The limit a plugin ran into, as `cpu 500 ms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// When it is worth trying again, RFC 3339; with [`code::PLUGIN_RESTING`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<String>,
    /// Faults of the configuration, where that is the problem.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<crate::Diagnostic>,
}

/// The stable values of [`Problem::code`].
pub mod code {
    /// A parameter is wrong (400).
    pub const INVALID_PARAMETER: &str = "invalid_parameter";
    /// The body is not what the endpoint takes (400).
    pub const INVALID_BODY: &str = "invalid_body";
    /// No session and no token (401).
    pub const NOT_LOGGED_IN: &str = "not_logged_in";
    /// Email or password wrong (401).
    pub const WRONG_CREDENTIALS: &str = "wrong_credentials";
    /// Logged in, but not allowed (403).
    pub const FORBIDDEN: &str = "forbidden";
    /// A request that changes state came from another origin (403).
    pub const CROSS_ORIGIN: &str = "cross_origin";
    /// No such thing, or another tenant's (404).
    pub const NOT_FOUND: &str = "not_found";
    /// It clashes with what is there (409).
    pub const CONFLICT: &str = "conflict";
    /// The address exists, the method does not (405).
    pub const METHOD_NOT_ALLOWED: &str = "method_not_allowed";
    /// No tenant named and none selected (400).
    pub const NO_TENANT: &str = "no_tenant";
    /// The panel's YAML has faults (422).
    pub const PANEL_CONFIGURATION: &str = "panel_configuration";
    /// Too many attempts (429).
    pub const TOO_MANY_REQUESTS: &str = "too_many_requests";
    /// The tenant's query failed (502).
    pub const QUERY_FAILED: &str = "query_failed";
    /// The plugin trapped (502).
    pub const PLUGIN_TRAPPED: &str = "plugin_trapped";
    /// The plugin ran into a limit (502).
    pub const PLUGIN_LIMIT: &str = "plugin_limit";
    /// The plugin's answer is not usable (502).
    pub const PLUGIN_ANSWER: &str = "plugin_answer";
    /// The plugin failed several times in a row and is not called for a while (503).
    pub const PLUGIN_RESTING: &str = "plugin_resting";
    /// The plugin cannot be published: the detail says why (422).
    pub const PLUGIN_REFUSED: &str = "plugin_refused";
    /// The plugin clashes with one that is there (409).
    pub const PLUGIN_CLASH: &str = "plugin_clash";
    /// The plugin said it failed (502).
    pub const PLUGIN_FAILED: &str = "plugin_failed";
    /// More data than one call may read (502).
    pub const QUERY_TOO_LARGE: &str = "query_too_large";
    /// The tenant's database is down (503).
    pub const DATABASE_DOWN: &str = "database_down";
    /// The host's own database is down, and so nobody knows who is asking (503).
    pub const CENTRAL_DATABASE_DOWN: &str = "central_database_down";
    /// The tenant's database did not answer in time (504).
    pub const QUERY_TIMED_OUT: &str = "query_timed_out";
    /// The tenant's share of the host is used up right now (503).
    pub const BUSY: &str = "busy";
    /// The host's own fault (500).
    pub const INTERNAL: &str = "internal";
}
