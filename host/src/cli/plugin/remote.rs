//! A host, over its HTTP interface.

use std::time::Duration;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use porthole_api::PluginChange;
use porthole_model::{LoginRequest, Plugin, PluginLog, PluginPublished, Plugins, Problem};
use porthole_plugins::Upload;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, RequestBuilder, Response};
use serde::de::DeserializeOwned;

/// The variable with the account's password, for scripts.
const PASSWORD: &str = "PORTHOLE_PASSWORD";
/// Compiling a large component takes its time.
const PATIENCE: Duration = Duration::from_secs(120);

/// A session on a host, for one tenant. Ends with the command.
pub struct Remote {
    http: Client,
    base: String,
    tenant: String,
}

impl Remote {
    /// With an API token instead of a session.
    pub fn with_token(server: &str, token: &str, tenant: &str) -> anyhow::Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.trim()))
            .context("the token has characters that no token has")?;
        value.set_sensitive(true);
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
        Ok(Self {
            http: Client::builder()
                .default_headers(headers)
                .timeout(PATIENCE)
                .build()?,
            base: format!("{}/api/v1", server.trim_end_matches('/')),
            tenant: tenant.to_owned(),
        })
    }

    /// Logs in with email and password.
    pub async fn log_in(server: &str, email: &str, tenant: &str) -> anyhow::Result<Self> {
        // The only provider of TLS in this program; that it was chosen before is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().cookie_store(true).timeout(PATIENCE).build()?;
        let remote = Self {
            http,
            base: format!("{}/api/v1", server.trim_end_matches('/')),
            tenant: tenant.to_owned(),
        };
        let login = LoginRequest {
            email: email.to_owned(),
            password: password(email)?,
        };
        let answer = remote
            .http
            .post(format!("{}/auth/login", remote.base))
            .json(&login)
            .send();
        let answer = answer
            .await
            .with_context(|| format!("{server} does not answer; is the address right?"))?;
        checked(answer)
            .await
            .with_context(|| format!("{email} cannot log in at {server}"))?;
        Ok(remote)
    }

    /// All plugins.
    pub async fn list(&self) -> anyhow::Result<Plugins> {
        self.read(self.http.get(self.url("/plugins"))).await
    }

    /// What one of them wrote.
    pub async fn log(&self, name: &str, limit: usize) -> anyhow::Result<PluginLog> {
        let url = self.url(&format!("/plugins/{name}/logs?limit={}", limit.clamp(1, 10_000)));
        self.read(self.http.get(url)).await
    }

    /// Publishes a component.
    pub async fn publish(&self, upload: Upload) -> anyhow::Result<PluginPublished> {
        let mut request = self
            .http
            .post(self.url(&format!("/plugins?activate={}", upload.activate)))
            .header("content-type", "application/wasm")
            .body(upload.bytes);
        if let Some(signature) = &upload.signature {
            request = request.header("x-porthole-signature", STANDARD.encode(signature));
        }
        self.read(request).await
    }

    /// Changes which version answers, or which there are.
    pub async fn change(&self, name: &str, change: PluginChange) -> anyhow::Result<()> {
        let plugin = format!("/plugins/{name}");
        let request = match change {
            PluginChange::Activate(version) => {
                let url = self.url(&format!("{plugin}/versions/{version}/activate"));
                return self.read::<Plugin>(self.http.post(url)).await.map(drop);
            }
            PluginChange::RollBack => {
                let url = self.url(&format!("{plugin}/rollback"));
                return self.read::<Plugin>(self.http.post(url)).await.map(drop);
            }
            PluginChange::Deactivate => {
                let url = self.url(&format!("{plugin}/deactivate"));
                return self.read::<Plugin>(self.http.post(url)).await.map(drop);
            }
            PluginChange::RemoveVersion(version) => self
                .http
                .delete(self.url(&format!("{plugin}/versions/{version}"))),
            PluginChange::Remove => self.http.delete(self.url(&plugin)),
        };
        checked(self.named(request).send().await?).await.map(drop)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn named(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("x-porthole-tenant", &self.tenant)
    }

    async fn read<T: DeserializeOwned>(&self, request: RequestBuilder) -> anyhow::Result<T> {
        let answer = checked(self.named(request).send().await?).await?;
        answer
            .json()
            .await
            .context("the host's answer cannot be read; is it of another version?")
    }
}

/// The host's own words for what it refuses.
async fn checked(answer: Response) -> anyhow::Result<Response> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    match answer.json::<Problem>().await {
        Ok(problem) => bail!(
            "{} ({}, request {})",
            problem.detail,
            problem.code,
            problem.request_id
        ),
        Err(_) => bail!("the host answers {status}"),
    }
}

fn password(email: &str) -> anyhow::Result<String> {
    if let Ok(password) = std::env::var(PASSWORD) {
        return Ok(password);
    }
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        bail!("there is no terminal to ask for a password at; give it in {PASSWORD}");
    }
    eprint!("Password of {email}: ");
    std::io::Write::flush(&mut std::io::stderr())?;
    Ok(rpassword::read_password()?)
}
