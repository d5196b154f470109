//! The identity provider, as the settings describe it.

use anyhow::Context;
use porthole_api::Provider;
use porthole_config::Settings;
use porthole_identity::ProviderRules;
use porthole_oidc::{Client, Options, Sealer};
use secrecy::ExposeSecret;

/// The provider that people may log in with; none: the settings name none. It is not asked for anything yet.
pub fn provider(settings: &Settings) -> anyhow::Result<Option<Provider>> {
    let Some(described) = &settings.auth.oidc else {
        return Ok(None);
    };
    let client = Client::new(Options {
        issuer: described.issuer.clone(),
        reached_at: described.reached_at.clone(),
        client_id: described.client_id.clone(),
        client_secret: described.client_secret.clone(),
        scopes: described.scopes.clone(),
        audience: described.audience.clone(),
        groups_claim: described.groups_claim.clone(),
        clock_skew: described.clock_skew,
        insecure_http: described.insecure_http,
        ..Options::default()
    })
    .context("the identity provider of `auth.oidc` cannot be used")?;
    let tenants = described.tenants.iter();
    Ok(Some(Provider {
        label: described.label.clone(),
        client,
        rules: ProviderRules {
            create_users: described.create_users,
            link_by_email: described.link_by_email,
            trust_unverified_email: described.trust_unverified_email,
            publish_scope: described.publish_scope.clone(),
            admin_group: described.admin_group.clone(),
            tenants: tenants
                .map(|known| (known.group.clone(), known.tenant.clone(), known.role))
                .collect(),
        },
        sealer: sealer(settings)?,
    }))
}

/// What is kept of the provider's tokens is sealed with the client's secret: every replica has it, and without it a stolen
/// token could not be used anyway. Without a secret it is sealed with a key of this host's own folder.
fn sealer(settings: &Settings) -> anyhow::Result<Sealer> {
    let secret = settings
        .auth
        .oidc
        .as_ref()
        .and_then(|oidc| oidc.client_secret.as_ref());
    if let Some(secret) = secret {
        return Ok(Sealer::new(secret.expose_secret().as_bytes())?);
    }
    let folder = settings.data_dir.join("provider");
    let key = porthole_keep::make_folder(&folder)
        .and_then(|()| porthole_keep::read_or_make_key(&folder.join("key")))
        .map_err(anyhow::Error::msg)
        .with_context(|| format!("the folder {}", folder.display()))?;
    Ok(Sealer::new(&key)?)
}
