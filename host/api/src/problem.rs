//! What handlers fail with. The envelope turns it into `application/problem+json`: only it knows the request's id.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;
use porthole_identity::{IdentityError, LoginError, Role};
use porthole_model::{Diagnostic, Problem, code};
use porthole_panel::{PluginFault, RenderError};
use porthole_plugins::PluginsError;

/// Why a request was not answered with what it asked for.
#[derive(Debug, Clone)]
pub(crate) struct ApiError(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    parameter: Option<String>,
    plugin: Option<String>,
    limit: Option<String>,
    retry_at: Option<String>,
    diagnostics: Vec<Diagnostic>,
    retry_after: Option<Duration>,
    /// For the log only.
    cause: Option<String>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            status,
            code,
            detail: detail.into(),
            parameter: None,
            plugin: None,
            limit: None,
            retry_at: None,
            diagnostics: Vec::new(),
            retry_after: None,
            cause: None,
        }))
    }

    /// There is no such thing, or it is another tenant's: the two must not be told apart, so this takes no words.
    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            code::NOT_FOUND,
            "There is nothing here under this name. Check the address and the tenant.",
        )
    }

    /// A parameter is wrong.
    pub(crate) fn parameter(name: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::new(StatusCode::BAD_REQUEST, code::INVALID_PARAMETER, detail);
        error.0.parameter = Some(name.into());
        error
    }

    /// The body is not what the endpoint takes.
    pub(crate) fn body(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(status, code::INVALID_BODY, detail)
    }

    /// A body in JSON cannot be read, because of this field where it is one.
    pub(crate) fn field(name: Option<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::body(StatusCode::BAD_REQUEST, detail);
        error.0.parameter = name;
        error
    }

    /// The body is not declared as JSON.
    pub(crate) fn not_json() -> Self {
        Self::body(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body must be JSON, and the header Content-Type must say `application/json`.",
        )
    }

    /// The body is not declared as a component.
    pub(crate) fn not_wasm() -> Self {
        Self::body(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body must be a component, and the header Content-Type must say `application/wasm`.",
        )
    }

    /// Nobody is logged in.
    pub(crate) fn not_logged_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            code::NOT_LOGGED_IN,
            "Log in first: this request carries no valid session.",
        )
    }

    /// The request names no tenant and there is none to fall back on.
    pub(crate) fn no_tenant() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            code::NO_TENANT,
            "Say which tenant: send the header X-Porthole-Tenant, or select one for this session.",
        )
    }

    /// The request comes from another site's page.
    pub(crate) fn cross_origin() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            code::CROSS_ORIGIN,
            "This request changes something and was sent by a page of another origin. Send it from this host's own pages.",
        )
    }

    /// For those who may do more in this tenant.
    pub(crate) fn role_too_small(role: Role) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            code::FORBIDDEN,
            match role {
                Role::Admin => "This is for the admins of this tenant. Ask one of them.",
                _ => "This is for the editors and admins of this tenant. Ask an admin to make you one.",
            },
        )
    }

    /// For administrators of the host only.
    pub(crate) fn not_an_admin() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            code::FORBIDDEN,
            "This is for administrators. Ask one of those who run this host.",
        )
    }

    /// For administrators who were let into the tenant. They know all tenants, and so its name tells them nothing.
    fn not_let_in(tenant: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            code::FORBIDDEN,
            format!(
                "Whoever has a token reads the tenant's data, and you were not let into {tenant}. Let yourself in first, which \
                 its audit log shows, or have the account's owner make the token."
            ),
        )
    }

    /// For people only.
    pub(crate) fn no_program() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            code::FORBIDDEN,
            "A token cannot do this. Log in, and do it with a session.",
        )
    }

    /// It was done too often. `what`: a sentence without its end.
    pub(crate) fn too_many(what: &str, wait: Duration) -> Self {
        let detail = format!("{what}. Try again in {}.", in_words(wait));
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, code::TOO_MANY_REQUESTS, detail);
        error.0.retry_after = Some(wait);
        error
    }

    /// It clashes with what is there.
    pub(crate) fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code::CONFLICT, detail)
    }

    /// This host offers other ways of logging in.
    pub(crate) fn no_local_login() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            code::FORBIDDEN,
            "Logging in with an email address and a password is switched off on this host. Log in another way, or ask those who run it.",
        )
    }

    /// Whoever had the link could not use it here.
    pub(crate) fn no_links() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            code::FORBIDDEN,
            "Passwords are switched off on this host, so a link to choose one would open nothing. Accounts are made when their owner first logs in at the identity provider.",
        )
    }

    /// The identity provider does not answer, and without it nobody knows.
    pub(crate) fn provider_down(cause: &str) -> Self {
        let mut error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            code::BUSY,
            "The identity provider does not answer, so nobody knows what this token is worth. Try again in a moment.",
        );
        error.0.retry_after = Some(Duration::from_secs(10));
        error.0.cause = Some(cause.to_owned());
        error
    }

    /// The central database does not answer.
    pub(crate) fn not_ready(cause: &IdentityError) -> Self {
        let mut error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            code::BUSY,
            "The host is not ready yet.",
        );
        error.0.retry_after = Some(Duration::from_secs(5));
        error.0.cause = Some(cause.to_string());
        error
    }

    /// The central database does not answer, and so nobody knows who is asking.
    fn central_database_down(cause: &IdentityError) -> Self {
        let mut error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            code::CENTRAL_DATABASE_DOWN,
            "The host cannot reach its own database, and so cannot tell who you are. Try again in a moment.",
        );
        error.0.retry_after = Some(Duration::from_secs(2));
        error.0.cause = Some(cause.to_string());
        error
    }

    /// The host's own fault; the cause goes to the log, not to the reader.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        let mut error = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            code::INTERNAL,
            "Something went wrong inside Porthole. The host's log has more under this request id.",
        );
        error.0.cause = Some(cause.into());
        error
    }

    /// What the framework refused before a handler saw it.
    pub(crate) fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                status,
                code::METHOD_NOT_ALLOWED,
                "This address does not take this method. The header Allow names those it takes.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::body(status, "The body is larger than this address takes.")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::not_json(),
            status if status.is_client_error() => {
                Self::new(status, code::INVALID_PARAMETER, "The request cannot be read.")
            }
            status => Self::internal(format!("answered with {status} without saying why")),
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.0.status
    }

    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    /// The whole seconds after which it is worth another try.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.0.retry_after.map(seconds)
    }

    /// What the log says besides the code. What a reader is told is no part of it: it may be a plugin's words, and so data.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The plugin that failed, for the log.
    pub(crate) fn plugin(&self) -> Option<&str> {
        self.0.plugin.as_deref()
    }

    /// The body.
    pub(crate) fn into_problem(self, request_id: &str) -> Problem {
        let inner = *self.0;
        Problem {
            kind: "about:blank".to_owned(),
            title: inner.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: inner.status.as_u16(),
            code: inner.code.to_owned(),
            detail: inner.detail.into_owned(),
            request_id: request_id.to_owned(),
            parameter: inner.parameter,
            plugin: inner.plugin,
            limit: inner.limit,
            retry_at: inner.retry_at,
            diagnostics: inner.diagnostics,
        }
    }
}

impl IntoResponse for ApiError {
    /// Status and, for the envelope, the error itself.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<IdentityError> for ApiError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::NoSuchTenant(_) | IdentityError::NoSuchUser(_) => Self::not_found(),
            IdentityError::UserExists(email) => {
                Self::conflict(format!("There is an account with the email {email} already."))
            }
            IdentityError::Email(_) => Self::body(StatusCode::BAD_REQUEST, "This is not an email address."),
            IdentityError::Password(fault) => {
                Self::body(StatusCode::BAD_REQUEST, format!("The password {fault}."))
            }
            IdentityError::Refused(detail) => Self::body(StatusCode::BAD_REQUEST, detail),
            IdentityError::Conflict(detail) => Self::conflict(detail),
            IdentityError::NotAdministrator => Self::not_an_admin(),
            IdentityError::NotLetIn(tenant) => Self::not_let_in(&tenant),
            IdentityError::RoleTooSmall(role) => Self::role_too_small(role),
            IdentityError::Busy => Self::busy("Too many logins right now; try again in a moment."),
            error if error.may_come_up() => Self::central_database_down(&error),
            error => Self::internal(error.to_string()),
        }
    }
}

impl From<PluginsError> for ApiError {
    fn from(error: PluginsError) -> Self {
        let detail = error.to_string();
        match error {
            PluginsError::NotFound => Self::not_found(),
            PluginsError::TooLarge { .. } => Self::body(StatusCode::PAYLOAD_TOO_LARGE, detail),
            PluginsError::Refused(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, code::PLUGIN_REFUSED, detail)
            }
            PluginsError::Clash(_) => Self::new(StatusCode::CONFLICT, code::PLUGIN_CLASH, detail),
            PluginsError::Busy(_) => Self::busy(detail),
            PluginsError::Internal(cause) => Self::internal(cause),
        }
    }
}

impl From<LoginError> for ApiError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::WrongCredentials => Self::new(
                StatusCode::UNAUTHORIZED,
                code::WRONG_CREDENTIALS,
                "Email or password is wrong.",
            ),
            LoginError::TooManyAttempts { retry_after } => {
                Self::too_many("Too many failed attempts", retry_after)
            }
            LoginError::TooManyLogins { retry_after } => {
                Self::too_many("This account has logged in too often", retry_after)
            }
            LoginError::Busy => IdentityError::Busy.into(),
            LoginError::Failed(error) => error.into(),
        }
    }
}

impl From<RenderError> for ApiError {
    fn from(error: RenderError) -> Self {
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        match error {
            RenderError::NotFound => Self::not_found(),
            RenderError::Configuration(diagnostics) => {
                let mut error = Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    code::PANEL_CONFIGURATION,
                    "This panel's configuration has faults; `diagnostics` says which and where.",
                );
                error.0.diagnostics = diagnostics;
                error
            }
            RenderError::Parameter { parameter, message } => Self::parameter(parameter, message),
            RenderError::Plugin {
                plugin,
                version,
                fault,
                message,
            } => {
                let (code, limit) = match fault {
                    PluginFault::Trapped => (code::PLUGIN_TRAPPED, None),
                    PluginFault::Limit { name, value } => {
                        (code::PLUGIN_LIMIT, Some(format!("{name} {value}")))
                    }
                    PluginFault::Answer => (code::PLUGIN_ANSWER, None),
                    PluginFault::Failed => (code::PLUGIN_FAILED, None),
                };
                let mut error = Self::new(StatusCode::BAD_GATEWAY, code, message);
                error.0.plugin = Some(format!("{plugin} {version}"));
                error.0.limit = limit;
                error
            }
            RenderError::Resting {
                plugin,
                version,
                message,
                until,
            } => {
                let mut error = Self::new(unavailable, code::PLUGIN_RESTING, message);
                error.0.plugin = Some(format!("{plugin} {version}"));
                error.0.retry_at =
                    Some(DateTime::<Utc>::from(until).to_rfc3339_opts(SecondsFormat::Millis, true));
                error.0.retry_after = Some(until.duration_since(SystemTime::now()).unwrap_or_default());
                error
            }
            RenderError::Query(message) => Self::new(StatusCode::BAD_GATEWAY, code::QUERY_FAILED, message),
            RenderError::TooLarge(message) => {
                Self::new(StatusCode::BAD_GATEWAY, code::QUERY_TOO_LARGE, message)
            }
            RenderError::TimedOut(message) => {
                Self::new(StatusCode::GATEWAY_TIMEOUT, code::QUERY_TIMED_OUT, message)
            }
            RenderError::DatabaseDown(message) => {
                let mut error = Self::new(unavailable, code::DATABASE_DOWN, message);
                error.0.retry_after = Some(Duration::from_secs(10));
                error
            }
            RenderError::Busy(message) => Self::busy(message),
            RenderError::Internal(cause) => Self::internal(cause),
        }
    }
}

impl ApiError {
    fn busy(detail: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, code::BUSY, detail);
        error.0.retry_after = Some(Duration::from_secs(1));
        error
    }
}

/// Rounded up: whoever obeys comes when the wait is over. Never nothing, which would mean at once.
fn seconds(wait: Duration) -> u64 {
    let begun = u64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(begun).max(1)
}

fn in_words(wait: Duration) -> String {
    match seconds(wait) {
        1 => "a second".to_owned(),
        seconds @ 2..=90 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_as_long_as_they_are_told_does_not_come_too_early() {
        for (wait, told, words) in [
            (0, 1, "a second"),
            (300, 1, "a second"),
            (1_000, 1, "a second"),
            (1_001, 2, "2 seconds"),
            (89_100, 90, "90 seconds"),
            (90_001, 91, "2 minutes"),
            (840_000, 840, "14 minutes"),
            (840_001, 841, "15 minutes"),
        ] {
            let error = ApiError::too_many("Too many", Duration::from_millis(wait));
            assert_eq!(error.retry_after(), Some(told), "{wait}");
            let detail = error.into_problem("").detail;
            assert_eq!(detail, format!("Too many. Try again in {words}."), "{wait}");
        }
    }

    #[test]
    fn a_plugin_that_rests_is_asked_again_when_its_rest_is_over() {
        let until = SystemTime::now() + Duration::from_millis(2_999);
        let resting = RenderError::Resting {
            plugin: "heat".to_owned(),
            version: "1.0.0".to_owned(),
            message: "It rests.".to_owned(),
            until,
        };
        assert_eq!(ApiError::from(resting).retry_after(), Some(3));
    }
}
