//! Logging in at the identity provider: a browser is sent there, and comes back.
//!
//! Whoever reads what comes of it is a person with a browser: what goes wrong leads to the login page, which says so.

use axum::extract::{FromRequestParts, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use chrono::{TimeDelta, Utc};
use http::header::{LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use porthole_identity::{AdmitError, IdentityError, LoginError, ProviderLogin, ProviderSession};
use porthole_oidc::{Authorization, OidcError};

use crate::client_address::ClientAddress;
use crate::parameters::Parameters;
use crate::problem::ApiError;
use crate::provider::Provider;
use crate::provider::kept::Kept;
use crate::session_cookie::{self, MaybeCaller};
use crate::state::{ApiSettings, ApiState};

/// Longest path that a browser is sent back to.
const LONGEST_PATH: usize = 2048;
/// How long the cookie of a login that has begun lasts, seconds.
const COOKIE_LIFE: i64 = 600;

/// Why nobody is logged in; the login page says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The provider does not answer.
    ProviderDown,
    /// The provider, or the person there, refused.
    Denied,
    /// The login is not known: it took too long, was used, or another browser began it.
    Over,
    NoAccount,
    Disabled,
    EmailTaken,
    NoEmail,
    EmailNotVerified,
    NoTenant,
    /// Too many logins from this address came to nothing.
    TooMany,
    /// The provider's answer could not be used; the log says why.
    Failed,
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::ProviderDown => "provider_down",
            Self::Denied => "denied",
            Self::Over => "over",
            Self::NoAccount => "no_account",
            Self::Disabled => "disabled",
            Self::EmailTaken => "email_taken",
            Self::NoEmail => "no_email",
            Self::EmailNotVerified => "email_not_verified",
            Self::NoTenant => "no_tenant",
            Self::TooMany => "too_many",
            Self::Failed => "failed",
        }
    }

    /// Whether it is not known whose login it was; what is refused to an account is written down where that is found.
    fn is_before_the_account(self) -> bool {
        matches!(
            self,
            Self::ProviderDown | Self::Denied | Self::Over | Self::Failed
        )
    }

    /// The way to the login page, which says this; from there on to `next`.
    fn page(self, next: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("fault", self.name());
        if let Some(next) = next.filter(|next| *next != "/") {
            query.append_pair("next", next);
        }
        format!("/login?{}", query.finish())
    }
}

impl From<OidcError> for Fault {
    fn from(error: OidcError) -> Self {
        tracing::warn!(%error, "a login at the identity provider failed");
        match error {
            OidcError::Unreachable(_) => Self::ProviderDown,
            OidcError::LoginIsOver(_) => Self::Over,
            _ => Self::Failed,
        }
    }
}

/// A refusal for the person, or this host's own failure.
enum Trouble {
    Fault(Fault),
    Error(ApiError),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<OidcError> for Trouble {
    fn from(error: OidcError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self::Error(error)
    }
}

impl From<IdentityError> for Trouble {
    fn from(error: IdentityError) -> Self {
        Self::Error(error.into())
    }
}

/// Log in at the identity provider.
///
/// Sends the browser there. It comes back to `/auth/callback`, and from there to the path `back_to`.
#[utoipa::path(
    get, path = "/auth/login", tag = "Login", security(()),
    params(("back_to" = Option<String>, Query, description = "A path of this host; others are taken for `/`.", example = "/t/tenant-alpha")),
    responses(
        (status = 303, description = "To the provider; where it does not answer, or too many logins from this address came to nothing, to the login page, which says so.", headers(("Location" = String, description = "There."), ("Set-Cookie" = String, description = "Ties the login to this browser."))),
        (status = 400, description = "`invalid_parameter`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: this host has no identity provider.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn begin(
    State(state): State<ApiState>,
    ClientAddress(address): ClientAddress,
    LoginCookie(cookie): LoginCookie,
    uri: http::Uri,
) -> Result<Response, ApiError> {
    let provider = Provider::of(&state)?;
    let mut parameters = Parameters::parse(uri.query())?;
    let back_to = parameters.one("back_to")?;
    parameters.nothing_else("back_to")?;
    let back_to = back_to.as_deref().filter(|path| is_path(path)).unwrap_or("/");
    let begun = match provider.client.begin(&redirect_uri(&state.settings)?).await {
        Ok(begun) => begun,
        Err(error) => return Ok(see(&Fault::from(error).page(Some(back_to)), [])),
    };
    let login = ProviderLogin {
        state: begun.state,
        nonce: begun.nonce,
        verifier: begun.verifier,
        back_to: back_to.to_owned(),
    };
    let given = state
        .identity
        .begin_provider_login(&login, cookie.as_deref(), address, Utc::now())
        .await;
    let given = match given {
        Err(LoginError::TooManyAttempts { .. }) => return Ok(see(&Fault::TooMany.page(Some(back_to)), [])),
        given => given?,
    };
    let cookie = given.map(|token| session_cookie::of_login(token.expose(), COOKIE_LIFE, &state.settings));
    Ok(see(&begun.url, cookie.transpose()?))
}

/// Come back from the identity provider.
///
/// For browsers. Opens a session and sends the browser on to where it wanted to go; where nobody is logged in, to the
/// login page, which says why.
#[utoipa::path(
    get, path = "/auth/callback", tag = "Login", security(()),
    params(
        ("code" = Option<String>, Query, description = "The provider's."),
        ("state" = Option<String>, Query, description = "As it was sent."),
        ("iss" = Option<String>, Query, description = "The provider, where it names itself."),
        ("error" = Option<String>, Query, description = "The provider's refusal."),
    ),
    responses(
        (status = 303, description = "Logged in, or to the login page.", headers(("Location" = String, description = "There."), ("Set-Cookie" = String, description = "The session; and an empty one in place of what tied the login to this browser."))),
        (status = 400, description = "`invalid_parameter`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: this host has no identity provider.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn callback(
    State(state): State<ApiState>,
    client: ClientAddress,
    before: MaybeCaller,
    LoginCookie(cookie): LoginCookie,
    uri: http::Uri,
) -> Result<Response, ApiError> {
    let provider = Provider::of(&state)?;
    let mut next = None;
    let address = client.0;
    let outcome = logged_in(
        &state,
        provider,
        client,
        before,
        cookie.as_deref(),
        &uri,
        &mut next,
    )
    .await;
    let (to, session) = match outcome {
        Ok((back_to, session)) => (back_to, Some(session)),
        Err(Trouble::Fault(fault)) => {
            // Only of logins that this host has begun, and of an address so many and no more: nobody fills the log by trying.
            if next.is_some() && fault.is_before_the_account() {
                let noted = state
                    .identity
                    .note_refused_login(None, why(fault), address, Utc::now());
                noted.await?;
            }
            (fault.page(next.as_deref()), None)
        }
        Err(Trouble::Error(error)) => return Err(error),
    };
    let over = match cookie {
        // Of another tab.
        Some(cookie) if state.identity.has_provider_logins(&cookie, Utc::now()).await? => None,
        Some(_) => Some(session_cookie::login_taken(&state.settings)?),
        None => None,
    };
    Ok(see(&to, session.into_iter().chain(over)))
}

/// What the audit log says of a login that came to nothing at the provider.
fn why(fault: Fault) -> &'static str {
    match fault {
        Fault::Denied => "the identity provider, or the person there, refused",
        Fault::Over => "the identity provider does not know the login any more",
        Fault::ProviderDown => "the identity provider does not answer",
        _ => "the identity provider's answer could not be used",
    }
}

/// Where the browser goes then, and the session's cookie.
async fn logged_in(
    state: &ApiState,
    provider: &Provider,
    ClientAddress(address): ClientAddress,
    MaybeCaller(before): MaybeCaller,
    cookie: Option<&str>,
    uri: &http::Uri,
    next: &mut Option<String>,
) -> Result<(String, HeaderValue), Trouble> {
    let now = Utc::now();
    // Others are the provider's own and of no use here.
    let mut parameters = Parameters::parse(uri.query())?;
    let (named, issuer) = (parameters.one("state")?, parameters.one("iss")?);
    let (code, refusal) = (parameters.one("code")?, parameters.one("error")?);
    let (Some(named), Some(cookie)) = (named, cookie) else {
        return Err(Fault::Over.into());
    };
    let begun = state.identity.take_provider_login(&named, cookie, now).await?;
    let begun = begun.ok_or(Fault::Over)?;
    *next = Some(begun.back_to.clone());
    if !provider.client.is_named(issuer.as_deref()).await? {
        tracing::warn!(
            issuer = issuer.as_deref(),
            "a browser came back from another identity provider"
        );
        return Err(Fault::Failed.into());
    }
    if let Some(refusal) = refusal {
        let words: String = refusal
            .chars()
            .filter(|character| !character.is_control())
            .take(100)
            .collect();
        tracing::info!(error = words, "the identity provider refused a login");
        return Err(match &*refusal {
            "temporarily_unavailable" | "server_error" => Fault::ProviderDown.into(),
            _ => Fault::Denied.into(),
        });
    }
    let code = code.ok_or(Fault::Over)?;
    let login = Authorization {
        url: String::new(),
        state: begun.state,
        nonce: begun.nonce,
        verifier: begun.verifier,
    };
    let redirect_uri = redirect_uri(&state.settings)?;
    let (claims, tokens) = provider.client.exchange(&code, &login, &redirect_uri).await?;
    let session = claims.session.clone();
    let user = provider.user(claims);
    let admitted = state.identity.admit(&user, &provider.rules, address).await;
    let id = admitted.map_err(|refusal| match refusal {
        AdmitError::NoAccount => Fault::NoAccount.into(),
        AdmitError::Disabled => Fault::Disabled.into(),
        AdmitError::EmailTaken => Fault::EmailTaken.into(),
        AdmitError::NoEmail => Fault::NoEmail.into(),
        AdmitError::EmailNotVerified => Fault::EmailNotVerified.into(),
        AdmitError::NoTenant => Fault::NoTenant.into(),
        AdmitError::Failed(error) => Trouble::Error(error.into()),
    })?;
    let key = user.key();
    let can_be_renewed = tokens.refresh_token.is_some();
    let renew_after = TimeDelta::from_std(tokens.renew_after).unwrap_or(TimeDelta::minutes(5));
    let session = ProviderSession {
        session,
        tokens: Kept::after(&tokens, Kept::default()).seal(&provider.sealer, &key)?,
        renew_at: can_be_renewed.then_some(now + renew_after),
        user: key,
    };
    let opened = state
        .identity
        .open_provider_session(id, &session, address, now)
        .await;
    let (_, token) = opened.map_err(|error| match error {
        LoginError::TooManyLogins { .. } => Fault::TooMany.into(),
        error => Trouble::Error(error.into()),
    })?;
    if let Some(before) = before.filter(|before| !before.is_program) {
        // The browser forgets the session it had; so does the host.
        state.identity.logout(&before, address).await?;
    }
    let seconds = state.identity.session_lifetime().num_seconds();
    let given = session_cookie::given(&token, seconds, &state.settings)?;
    Ok((begun.back_to, given))
}

/// To another address, with cookies.
fn see(address: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    let Ok(location) = HeaderValue::try_from(address) else {
        return ApiError::internal("an address that no browser can be sent to").into_response();
    };
    let cookies = cookies.into_iter().map(|cookie| (SET_COOKIE, cookie));
    (
        StatusCode::SEE_OTHER,
        [(LOCATION, location)],
        AppendHeaders(cookies),
    )
        .into_response()
}

/// Where the provider sends browsers back to; it knows this very address.
fn redirect_uri(settings: &ApiSettings) -> Result<String, ApiError> {
    let public = settings.public_url.as_deref();
    let public =
        public.ok_or_else(|| ApiError::internal("there is an identity provider and no public_url"))?;
    Ok(format!("{}/api/v1/auth/callback", public.trim_end_matches('/')))
}

/// Whether a text is the path of a page of this very host. `//elsewhere` and `/\elsewhere` are not, to browsers.
fn is_path(text: &str) -> bool {
    text.len() <= LONGEST_PATH
        && text.starts_with('/')
        && !text.starts_with("//")
        && !text.starts_with("/api/")
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// The cookie of a login that has begun.
pub(crate) struct LoginCookie(Option<String>);

impl FromRequestParts<ApiState> for LoginCookie {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Self::Rejection> {
        let cookie = session_cookie::login_of(&parts.headers, &state.settings);
        Ok(Self(cookie.map(str::to_owned)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_back_to_pages_of_this_host_only() {
        for path in [
            "/",
            "/t/alpha",
            "/t/alpha/d/default?from=now-24h&to=now#x",
            "/t/a%20b",
        ] {
            assert!(is_path(path), "{path}");
        }
        for other in [
            "",
            "t/alpha",
            "//evil.example",
            "/\\evil.example",
            "/x\\..\\..",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\r\nset-cookie: b",
            "/\t/evil.example",
            "/ü",
            "/api/v1/auth/login",
            &format!("/{}", "a".repeat(LONGEST_PATH)),
        ] {
            assert!(!is_path(other), "{other:?}");
        }
    }
}
