//! Asking the provider, now and then, whether a login still holds.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use porthole_identity::{AuditEntry, Who};
use porthole_oidc::OidcError;

use crate::problem::ApiError;
use crate::provider::Provider;
use crate::provider::kept::Kept;
use crate::state::ApiState;

/// After an attempt that led to nothing, the next is made after so long.
const RETRY: TimeDelta = TimeDelta::seconds(30);

/// Whether the session still holds. A provider that does not answer ends none: it goes on until its own end.
pub(crate) async fn holds(state: &ApiState, who: &Arc<Who>, address: IpAddr) -> Result<bool, ApiError> {
    let is_due = who.session.renew_at.is_some_and(|due| due <= Utc::now());
    if !is_due || state.provider.is_none() {
        return Ok(true);
    }
    // To its end also when the browser goes away: what the provider gives in exchange is given once.
    let (state, who) = (state.clone(), Arc::clone(who));
    let renewing = tokio::spawn(async move {
        match Provider::of(&state) {
            Ok(provider) => renew(&state, provider, &who, address).await,
            Err(error) => Err(error),
        }
    });
    renewing
        .await
        .map_err(|error| ApiError::internal(error.to_string()))?
}

async fn renew(state: &ApiState, provider: &Provider, who: &Who, address: IpAddr) -> Result<bool, ApiError> {
    let (identity, session) = (&state.identity, who.session.id);
    let now = Utc::now();
    if !identity.claim_renewal(session, now, now + RETRY).await? {
        return Ok(true);
    }
    let Some((user, Some(sealed))) = identity.provider_tokens(session).await? else {
        return Ok(true);
    };
    let subject = user
        .strip_prefix(provider.client.issuer())
        .and_then(|rest| rest.strip_prefix('#'));
    let kept = Kept::open(&provider.sealer, &sealed, &user);
    let (Some(subject), Some(kept)) = (subject, kept) else {
        // Of another provider, or sealed with a key that this host does not have.
        return Ok(true);
    };
    let Some(refresh_token) = kept.refresh_token.clone() else {
        return Ok(true);
    };
    match provider.client.renew(&refresh_token, subject).await {
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
            let actor = AuditEntry {
                actor_email: Some(porthole_identity::PROVIDER.to_owned()),
                address: Some(address.into()),
                detail: Some("the login is over at the identity provider".to_owned()),
                ..AuditEntry::default()
            };
            identity.end_session(session, None, actor).await?;
            Ok(false)
        }
        Err(error) => {
            tracing::warn!(%error, "a login could not be renewed; the session goes on");
            Ok(true)
        }
    }
}
