//! Asking the provider, now and then, whether a login still holds.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use porthole_identity::{AuditEntry, Who};
use porthole_oidc::OidcError;
use secrecy::SecretString;
use uuid::Uuid;

use crate::problem::ApiError;
use crate::provider::Provider;
use crate::provider::kept::Kept;
use crate::state::ApiState;

/// After an attempt that led to nothing, the next is made after so long.
const RETRY: TimeDelta = TimeDelta::seconds(30);

/// A session that this host cannot ask about is left to another host, which may have the key, for so long after it was due.
const GRACE: TimeDelta = TimeDelta::minutes(5);

/// Whether the session still holds. A provider that does not answer ends none: it goes on until its own end. One that nobody
/// can ask about any more ends: its provider is gone, or the key that its tokens were sealed with.
pub(crate) async fn holds(state: &ApiState, who: &Arc<Who>, address: IpAddr) -> Result<bool, ApiError> {
    let is_due = who.session.renew_at.is_some_and(|due| due <= Utc::now());
    if !is_due {
        return Ok(true);
    }
    // To its end also when the browser goes away: what the provider gives in exchange is given once.
    let (state, who) = (state.clone(), Arc::clone(who));
    let renewing = tokio::spawn(async move {
        match &state.provider {
            Some(provider) => renew(&state, provider, &who, address).await,
            None => {
                end(
                    &state,
                    &who,
                    address,
                    None,
                    "this host has no identity provider any more",
                )
                .await
            }
        }
    });
    renewing
        .await
        .map_err(|error| ApiError::internal(error.to_string()))?
}

/// What a login is renewed with.
struct Askable {
    /// The provider's user, as the central database knows it.
    user: String,
    subject: String,
    kept: Kept,
    refresh_token: SecretString,
}

/// None: the tokens of the session are another provider's, are sealed with a key that this host does not have, or there are
/// none.
async fn askable(state: &ApiState, provider: &Provider, session: Uuid) -> Result<Option<Askable>, ApiError> {
    let Some((user, Some(sealed))) = state.identity.provider_tokens(session).await? else {
        return Ok(None);
    };
    let subject = user
        .strip_prefix(provider.client.issuer())
        .and_then(|rest| rest.strip_prefix('#'))
        .map(str::to_owned);
    let kept = Kept::open(&provider.sealer, &sealed, &user);
    let (Some(subject), Some(kept)) = (subject, kept) else {
        return Ok(None);
    };
    let refresh_token = kept.refresh_token.clone();
    Ok(refresh_token.map(|refresh_token| Askable {
        user,
        subject,
        kept,
        refresh_token,
    }))
}

async fn renew(state: &ApiState, provider: &Provider, who: &Who, address: IpAddr) -> Result<bool, ApiError> {
    let (identity, session) = (&state.identity, who.session.id);
    let now = Utc::now();
    if askable(state, provider, session).await?.is_none() {
        // Not claimed: that would keep it from a host that can.
        let is_nobodys = who.session.renew_at.is_some_and(|due| due + GRACE <= now);
        return match is_nobodys {
            true => {
                let why = "nobody can ask the identity provider about the login any more: log in again";
                end(state, who, address, None, why).await
            }
            false => Ok(true),
        };
    }
    if !identity.claim_renewal(session, now, now + RETRY).await? {
        return Ok(true);
    }
    // Once more, since another host may have renewed it in between: what the provider gave before is used up.
    let Some(asked) = askable(state, provider, session).await? else {
        return Ok(true);
    };
    let Askable {
        user,
        subject,
        kept,
        refresh_token,
    } = asked;
    match provider.client.renew(&refresh_token, &subject).await {
        Ok(tokens) => {
            let renew_at = now + TimeDelta::from_std(tokens.renew_after).unwrap_or(RETRY);
            let sealed = Kept::after(&tokens, kept).seal(&provider.sealer, &user)?;
            identity
                .note_renewal(session, sealed.as_deref(), renew_at)
                .await?;
            if let Some(claims) = tokens.claims {
                let said = provider.user(claims);
                identity
                    .renew_groups(who.id, &said, &provider.rules, address)
                    .await?;
            }
            Ok(true)
        }
        Err(error @ (OidcError::LoginIsOver(_) | OidcError::Token(_))) => {
            tracing::info!(%error, user = who.email, "a session ends with its login at the identity provider");
            let by = Some(porthole_identity::PROVIDER);
            end(
                state,
                who,
                address,
                by,
                "the login is over at the identity provider",
            )
            .await
        }
        Err(error) => {
            tracing::warn!(%error, "a login could not be renewed; the session goes on");
            Ok(true)
        }
    }
}

/// Ends the session, and says why in the audit log; `by`: who does, if not the host itself.
async fn end(
    state: &ApiState,
    who: &Who,
    address: IpAddr,
    by: Option<&str>,
    why: &str,
) -> Result<bool, ApiError> {
    let actor = AuditEntry {
        actor_email: by.map(str::to_owned),
        address: Some(address.into()),
        detail: Some(why.to_owned()),
        ..AuditEntry::default()
    };
    if by.is_none() {
        tracing::warn!(user = who.email, why, "a session ends");
    }
    state.identity.end_session(who.session.id, None, actor).await?;
    Ok(false)
}
