//! Addresses with passwords in them, by reference: what stands on a command line can be read by everybody on the machine,
//! in its list of processes, and stays in the shell's history.

use std::path::PathBuf;

use anyhow::{Context, bail};
use secrecy::SecretString;
use url::Url;

/// Where the URL of a database is.
#[derive(clap::Args)]
#[group(multiple = false)]
pub struct UrlReference {
    /// The variable that holds the URL of the database.
    #[arg(long, value_name = "VARIABLE")]
    url_env: Option<String>,
    /// The file whose first line is the URL of the database.
    #[arg(long, value_name = "FILE")]
    url_file: Option<PathBuf>,
    /// The URL of the database itself, without a password: PGPASSWORD or ~/.pgpass may have it.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The URL itself, with the password, for all on this machine to see.
    #[arg(long, value_name = "URL")]
    insecure_url: Option<String>,
}

impl UrlReference {
    /// The URL; none: it was not named.
    pub fn read(&self) -> anyhow::Result<Option<SecretString>> {
        let text = if let Some(name) = &self.url_env {
            std::env::var(name)
                .ok()
                .with_context(|| format!("the variable {name} is not set"))?
        } else if let Some(path) = &self.url_file {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            text.lines().next().unwrap_or_default().to_owned()
        } else if let Some(url) = &self.url {
            if has_password(url) {
                bail!(
                    "the URL has a password, which everybody on this machine could read in the list of processes: put it \
                     into a variable (--url-env) or a file (--url-file), or insist with --insecure-url"
                );
            }
            url.clone()
        } else if let Some(url) = &self.insecure_url {
            url.clone()
        } else {
            return Ok(None);
        };
        Ok(Some(text.trim().to_owned().into()))
    }
}

/// Also where it cannot be told: what is no URL may be one with a typing error.
fn has_password(url: &str) -> bool {
    Url::parse(url).map_or(true, |url| {
        url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_seen_wherever_it_stands() {
        assert!(has_password("postgres://root:hunter22@localhost/postgres"));
        assert!(has_password(
            "postgres://root@localhost/postgres?sslmode=require&password=hunter22"
        ));
        assert!(has_password("postgres//root:hunter22@localhost"));
        assert!(!has_password(
            "postgres://root@localhost:5432/postgres?sslmode=require"
        ));
    }
}
