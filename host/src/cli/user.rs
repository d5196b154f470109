//! `porthole user`: local accounts and what they may see.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use porthole_identity::{Identity, NewUser, Role};

use super::actor::actor;
use super::password;
use super::settings::{self, SettingsArgs};
use crate::text::one_line;

/// Local accounts and what they may see.
#[derive(clap::Subcommand)]
pub enum User {
    /// Add an account.
    Add {
        /// Also the name to log in with.
        email: String,
        /// For people.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// May use the administration.
        #[arg(long)]
        admin: bool,
        /// A tenant to let the account into; may be repeated.
        #[arg(long = "tenant", value_name = "ID")]
        tenants: Vec<String>,
        /// What the account may do there.
        #[arg(long, value_name = "ROLE", default_value = "viewer", value_parser = role)]
        role: Role,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// List accounts.
    List {
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Change a password; ends the account's sessions.
    Password {
        /// Whose.
        email: String,
        /// Revoke the account's tokens, too: for when somebody else may have had the old password.
        #[arg(long)]
        revoke_tokens: bool,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Make a link with which an account's owner chooses a password, once, within a day; an earlier one opens no more.
    Link {
        /// Whose.
        email: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Change an account's name, or whether it administers the host.
    Change {
        /// Whose.
        email: String,
        /// For people; empty: none.
        #[arg(long, value_name = "NAME", required_unless_present = "admin")]
        name: Option<String>,
        /// May use the administration, or not any more.
        #[arg(long, value_name = "on|off", value_parser = on_or_off)]
        admin: Option<bool>,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Remove an account for good, with its sessions, tokens and grants. The audit log keeps what it says of it.
    Delete {
        /// Whose.
        email: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Switch an account off: its sessions end, its tokens are worth nothing, and it keeps its grants. Hosts that run
    /// notice within a quarter of a second.
    Disable {
        /// Whose.
        email: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Switch an account on again.
    Enable {
        /// Whose.
        email: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Let an account into a tenant.
    Grant {
        /// Who.
        email: String,
        /// Where.
        tenant: String,
        /// What they may do there: `viewer` sees dashboards, `editor` also publishes plugins, `admin` also changes who
        /// may do what.
        #[arg(long, value_name = "ROLE", default_value = "viewer", value_parser = role)]
        role: Role,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Shut an account out of a tenant.
    Revoke {
        /// Who.
        email: String,
        /// Where.
        tenant: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
}

impl User {
    /// Does it, and says what was done.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Add {
                email,
                name,
                admin,
                tenants,
                role,
                password_stdin,
                settings,
            } => {
                let settings = settings.load()?;
                let config = settings::tenants(&settings)?;
                for tenant in &tenants {
                    settings::tenant(&config, tenant)?;
                }
                // Where nobody logs in with a password, the account is the identity provider's.
                let password = match settings.auth.local {
                    true => Some(password::ask(password_stdin)?),
                    false => {
                        ensure!(
                            !password_stdin,
                            "passwords are switched off (`auth.local`): leave `--password-stdin` out"
                        );
                        None
                    }
                };
                let identity = settings::identity(&settings).await?;
                for tenant in &tenants {
                    settings::make_known(&identity, &config, tenant).await?;
                }
                let new = NewUser {
                    email,
                    full_name: name,
                    is_admin: admin,
                    password,
                };
                let user = identity.create_user(new, actor()).await?;
                for tenant in &tenants {
                    identity.grant(user.id, tenant, role, actor()).await?;
                }
                let how = if settings.auth.local {
                    ""
                } else {
                    " at the identity provider"
                };
                println!(
                    "{} may log in{how}{}",
                    user.email,
                    match tenants.as_slice() {
                        [] => "; let them into a tenant with `porthole user grant`".to_owned(),
                        tenants => format!(" and see {}", tenants.join(", ")),
                    }
                );
                identity.close().await;
            }
            Self::List { settings } => {
                let settings = settings.load()?;
                let identity = settings::identity(&settings).await?;
                // Which tenants there are is a matter of the configuration; without one that can be read, of the central database.
                if let Ok(config) = settings::tenants(&settings) {
                    let known = config.tenants.keys().chain(config.set_aside.keys());
                    identity.configured_are(known.cloned());
                }
                let away = grants_elsewhere(&identity).await?;
                let users = identity.users().await?;
                if users.is_empty() {
                    eprintln!(
                        "there are no accounts yet in {}; `porthole user add EMAIL --admin` makes the first",
                        settings::central_place(&settings)
                    );
                }
                for user in users {
                    let off = if user.is_disabled { " (switched off)" } else { "" };
                    let tenants = identity.tenants_of(user.id).await?;
                    let tenants: Vec<_> = tenants
                        .iter()
                        .map(|tenant| format!("{} ({})", tenant.id, tenant.role.name()))
                        .chain(away.get(&user.email).into_iter().flatten().cloned())
                        .collect();
                    let admin = if user.is_admin { "admin" } else { "" };
                    println!("{:40} {admin:6} {}{off}", user.email, tenants.join(", "));
                }
                identity.close().await;
            }
            Self::Password {
                email,
                revoke_tokens,
                password_stdin,
                settings,
            } => {
                let settings = settings.load()?;
                ensure!(
                    settings.auth.local,
                    "passwords are switched off (`auth.local`): nobody could log in with a new one"
                );
                let identity = settings::identity(&settings).await?;
                let user = find(&identity, &email).await?;
                identity
                    .set_password(user.id, &password::ask(password_stdin)?, revoke_tokens, actor())
                    .await?;
                let tokens = if revoke_tokens {
                    "; its tokens are revoked"
                } else {
                    ""
                };
                println!(
                    "{} has a new password and is logged out everywhere{tokens}",
                    user.email
                );
                identity.close().await;
            }
            Self::Link { email, settings } => link(&settings, &email).await?,
            Self::Change {
                email,
                name,
                admin,
                settings,
            } => {
                let identity = settings::identity(&settings.load()?).await?;
                let user = find(&identity, &email).await?;
                let name = name.or_else(|| user.full_name.clone());
                let is_admin = admin.unwrap_or(user.is_admin);
                let changed = identity.change_user(user.id, name.as_deref(), is_admin, actor());
                changed.await?;
                // As it is kept, which is not always as it was typed.
                let kept = find(&identity, &user.email).await?;
                let role = match kept.is_admin {
                    true => "administers the host",
                    false => "does not administer the host",
                };
                println!(
                    "{} is called {} and {role}",
                    kept.email,
                    one_line(kept.full_name.as_deref().unwrap_or("nothing"))
                );
                say_if_ownerless(&identity, &user).await?;
                identity.close().await;
            }
            Self::Delete { email, settings } => {
                let identity = settings::identity(&settings.load()?).await?;
                let user = find(&identity, &email).await?;
                identity.delete_user(user.id, actor()).await?;
                println!("{} is removed, with its sessions, tokens and grants", user.email);
                if user.is_from_provider {
                    println!(
                        "the identity provider may make the account anew at their next login: `porthole user disable` \
                         keeps somebody out"
                    );
                }
                say_if_ownerless(&identity, &user).await?;
                identity.close().await;
            }
            Self::Disable { email, settings } => switch(&settings, &email, true).await?,
            Self::Enable { email, settings } => switch(&settings, &email, false).await?,
            Self::Grant {
                email,
                tenant,
                role,
                settings,
            } => {
                let settings = settings.load()?;
                let config = settings::tenants(&settings)?;
                settings::tenant(&config, &tenant)?;
                let identity = settings::identity(&settings).await?;
                settings::make_known(&identity, &config, &tenant).await?;
                let user = find(&identity, &email).await?;
                identity.grant(user.id, &tenant, role, actor()).await?;
                println!("{} is {} of {tenant}", user.email, role.name());
                identity.close().await;
            }
            Self::Revoke {
                email,
                tenant,
                settings,
            } => {
                let identity = settings::identity(&settings.load()?).await?;
                let user = find(&identity, &email).await?;
                let granted = identity.grants_in(&tenant).await?;
                let by_group = granted
                    .iter()
                    .any(|grant| grant.user == user.id && grant.by_group);
                let revoked = identity.revoke(user.id, &tenant, actor()).await?;
                identity.close().await;
                if !revoked {
                    bail!(
                        "{} has no grant for {}: nothing was changed",
                        user.email,
                        one_line(&tenant)
                    );
                }
                println!("{} may no longer see {tenant}", user.email);
                if by_group {
                    println!(
                        "a group of the identity provider had let them in: unless they are taken out of it, it does so again \
                         when their login is renewed"
                    );
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Grants for tenants that nobody can use at the moment, by email: they count again when the tenant is back.
async fn grants_elsewhere(identity: &Identity) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for tenant in identity.tenant_states().await? {
        let why = match (tenant.is_disabled, tenant.is_configured) {
            (true, _) => "switched off",
            (false, false) => "not configured",
            (false, true) => continue,
        };
        for grant in identity.grants_in(&tenant.id).await? {
            let text = format!("{} ({}, {why})", tenant.id, grant.role.name());
            found.entry(grant.email).or_default().push(text);
        }
    }
    Ok(found)
}

async fn switch(settings: &SettingsArgs, email: &str, off: bool) -> anyhow::Result<()> {
    let identity = settings::identity(&settings.load()?).await?;
    let user = find(&identity, email).await?;
    identity.set_user_disabled(user.id, off, actor()).await?;
    println!("{} is switched {}", user.email, if off { "off" } else { "on" });
    if off {
        say_if_ownerless(&identity, &user).await?;
    }
    identity.close().await;
    Ok(())
}

/// Says that an administrator who was taken away was the last one; on the machine itself that is not refused.
async fn say_if_ownerless(identity: &Identity, before: &porthole_identity::User) -> anyhow::Result<()> {
    let users = identity.users().await?;
    if !before.is_admin || users.iter().any(|user| user.is_admin && !user.is_disabled) {
        return Ok(());
    }
    let back = match users.iter().find(|user| user.id == before.id) {
        Some(user) if user.is_disabled => format!(
            "`porthole user enable {}` switches this one on again, ",
            user.email
        ),
        Some(user) => format!(
            "`porthole user change {} --admin on` makes this one one again, ",
            user.email
        ),
        None => String::new(),
    };
    println!("no administrator is left on this host: {back}`porthole user add --admin` makes another");
    Ok(())
}

/// Prints a link to choose a password with.
async fn link(settings: &SettingsArgs, email: &str) -> anyhow::Result<()> {
    let settings = settings.load()?;
    ensure!(
        settings.auth.local,
        "passwords are switched off (`auth.local`): a link to choose one would open nothing"
    );
    let identity = settings::identity(&settings).await?;
    let user = find(&identity, email).await?;
    ensure!(
        !user.is_disabled,
        "{} is switched off: the link would open nothing",
        user.email
    );
    let made = identity.make_password_link(user.id, actor(), chrono::Utc::now());
    let (token, until) = made.await?;
    identity.close().await;
    // Behind the `#`: browsers send it to nobody.
    let base = settings.public_url.as_deref().unwrap_or_default();
    println!("{}/password#{}", base.trim_end_matches('/'), token.expose());
    let until = until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    eprintln!(
        "whoever has it chooses the password of {}, once, until {until}",
        user.email
    );
    if base.is_empty() {
        eprintln!("`public_url` is not set: put this host's address before it");
    }
    Ok(())
}

async fn find(identity: &Identity, email: &str) -> anyhow::Result<porthole_identity::User> {
    identity
        .find_user(email)
        .await?
        .with_context(|| format!("there is no account {}", one_line(email)))
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("say on or off".to_owned()),
    }
}

/// One of the roles, by its name.
pub fn role(text: &str) -> Result<Role, String> {
    Role::ALL
        .into_iter()
        .find(|role| role.name() == text)
        .ok_or_else(|| format!("there are the roles {}", Role::ALL.map(Role::name).join(", ")))
}
