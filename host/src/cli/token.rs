//! `porthole token`: tokens for programs, of the accounts of this installation.

use std::process::ExitCode;

use anyhow::{Context, bail};
use porthole_identity::{IdentityError, NewApiToken, TokenScope, TokensOf};
use secrecy::ExposeSecret;

use super::actor::actor;
use super::settings::{self, SettingsArgs};
use crate::text::one_line;

/// Tokens for programs.
#[derive(clap::Subcommand)]
pub enum Token {
    /// Make a token, and show it this once.
    Add {
        /// Whose: it may never more than this account may.
        email: String,
        /// The one tenant it is for.
        #[arg(long, value_name = "ID")]
        tenant: String,
        /// For people.
        #[arg(long)]
        name: String,
        /// What it may do: `read`, or `publish` as well.
        #[arg(long, default_value = "read", value_parser = scope)]
        scope: TokenScope,
        /// For how many days.
        #[arg(long, default_value_t = 90)]
        days: u32,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// List all tokens.
    List {
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Revoke a token.
    Revoke {
        /// Its id, as `list` shows it.
        id: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
}

fn scope(text: &str) -> Result<TokenScope, String> {
    match text {
        "read" => Ok(TokenScope::Read),
        "publish" => Ok(TokenScope::Publish),
        _ => Err("there are the scopes read, publish".to_owned()),
    }
}

impl Token {
    /// Does it, and says what was done.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Add {
                email,
                tenant,
                name,
                scope,
                days,
                settings,
            } => {
                let identity = settings::identity(&settings.load()?).await?;
                let user = identity.find_user(&email).await?;
                let user = user.with_context(|| format!("there is no account {}", one_line(&email)))?;
                let new = NewApiToken {
                    user: user.id,
                    tenant: tenant.clone(),
                    name,
                    scope,
                    days,
                };
                let made = identity.create_api_token(new, actor()).await;
                let (email, tenant) = (user.email, one_line(&tenant));
                if let Err(IdentityError::NoSuchTenant(_)) = made {
                    bail!(
                        "{email} is not let into {tenant}, or one of the two is switched off: `porthole user list` says \
                         which, `porthole user grant {email} {tenant}` lets them in"
                    );
                }
                let (_, secret) =
                    made.with_context(|| format!("{email} can have no such token for {tenant}"))?;
                println!("{}", secret.expose_secret());
                identity.close().await;
            }
            Self::List { settings } => {
                let identity = settings::identity(&settings.load()?).await?;
                for token in identity.api_tokens(TokensOf::Everybody).await? {
                    let state = match token.revoked_at {
                        Some(_) => "revoked".to_owned(),
                        None => format!("until {}", token.expires_at.format("%Y-%m-%d")),
                    };
                    let (scope, name) = (token.scope.name(), &token.name);
                    println!(
                        "{} {:32} {:20} {scope:8} {state:16} {name}",
                        token.id, token.email, token.tenant
                    );
                }
                identity.close().await;
            }
            Self::Revoke { id, settings } => {
                let wanted = id
                    .parse()
                    .ok()
                    .with_context(|| format!("{} is not the id of a token", one_line(&id)))?;
                let identity = settings::identity(&settings.load()?).await?;
                let revoked = identity
                    .revoke_api_token(wanted, TokensOf::Everybody, actor())
                    .await?;
                identity.close().await;
                if !revoked {
                    bail!("there is no token {id} that could be revoked");
                }
                println!("{id} is worth nothing any more");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
