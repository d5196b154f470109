//! Whether the central database can be used.

use porthole_config::{Diagnostic, Settings, Spanned};
use porthole_data::{Databases, TenantDatabase};
use secrecy::{ExposeSecret, SecretString};

use crate::cli::settings::database_url;

/// What is wrong with the central database. A file that is not there yet is made by the first start.
pub async fn check(
    settings: &Settings,
    place: Option<Spanned<()>>,
    databases: &Databases,
) -> Option<Diagnostic> {
    let url: SecretString =
        database_url(settings.central_database.expose_secret(), &settings.data_dir).into();
    if url.expose_secret().starts_with("sqlite:") {
        return None;
    }
    let database = TenantDatabase::new("(central database)", url);
    // Asked anything at all, it has let the host in.
    let error = databases.tenant(&database).lacks().await.err()?;
    let place = place.unwrap_or_else(|| Spanned::unplaced(()));
    let help = "without it the host does not start: it holds users, sessions and what they may do";
    Some(place.fault(
        format!("the central database cannot be used: {error}"),
        Some(help.to_owned()),
    ))
}
