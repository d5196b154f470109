//! Puts the rooms together and runs them until the process is asked to stop.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use porthole_api::{ApiSettings, ApiState, Panels};
use porthole_config::{Config, ConfigStore, CookieSecure, Settings, Watch};
use porthole_data::{Databases, DatabasesOptions};
use porthole_identity::{Identity, TenantRecord};
use porthole_model::{Dashboard, Dashboards};
use porthole_panel::{Pipeline, PipelineOptions, RenderError, RenderRequest, Rendered};
use porthole_sandbox::{Registry, Sandbox, SandboxOptions};
use secrecy::ExposeSecret;
use tokio::net::TcpListener;

use crate::cli::tenant_database_url;

/// How long requests under way may take to finish once the process was asked to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Starts the sandbox and loads the built-in panel types. `cache_dir`: where precompiled panels are kept.
pub async fn panel_types(cache_dir: Option<PathBuf>) -> anyhow::Result<(Sandbox, Arc<Registry>)> {
    let sandbox = Sandbox::new(SandboxOptions {
        cache_dir,
        ..SandboxOptions::default()
    })?;
    let registry = Arc::new(Registry::new());
    let mut loading = tokio::task::JoinSet::new();
    for component in porthole_builtin::components() {
        let sandbox = sandbox.clone();
        loading.spawn(async move { sandbox.load(component.bytes.to_vec(), component.name).await });
    }
    while let Some(loaded) = loading.join_next().await {
        registry.insert(loaded??);
    }
    anyhow::ensure!(
        !registry.type_names("").is_empty(),
        "this binary was built without its panels; run `cargo xtask build` and build it again"
    );
    Ok((sandbox, registry))
}

/// What the central database should know of the tenants: everything but secrets.
pub fn tenant_records(config: &Config) -> Vec<TenantRecord> {
    let records = config.tenants.values().map(|tenant| {
        let url = tenant.database.as_ref().map_or("", |url| url.expose_secret());
        let parsed = url::Url::parse(url)
            .ok()
            .filter(|url| url.scheme().starts_with("postgres"));
        TenantRecord {
            id: tenant.id.clone(),
            name: tenant.name.clone(),
            database_name: parsed.as_ref().map_or_else(
                || url.trim_start_matches("sqlite:").to_owned(),
                |url| url.path().trim_start_matches('/').to_owned(),
            ),
            database_host: parsed
                .as_ref()
                .and_then(url::Url::host_str)
                .unwrap_or("localhost")
                .to_owned(),
            database_port: parsed.as_ref().and_then(url::Url::port),
        }
    });
    records.collect()
}

/// Everything that serves, and the socket it listens on.
pub struct Server {
    listener: TcpListener,
    identity: Arc<Identity>,
    pipeline: Arc<Pipeline>,
    store: Arc<ConfigStore>,
    settings: Settings,
}

impl Server {
    /// Takes the socket, starts the sandbox and makes the configuration ready.
    pub async fn start(settings: Settings, identity: Identity, store: ConfigStore) -> anyhow::Result<Self> {
        let config = &store.current();
        let listener = TcpListener::bind(settings.listen).await.with_context(|| {
            format!(
                "cannot listen on {}: choose another with PORTHOLE_LISTEN or `listen:`",
                settings.listen
            )
        })?;
        identity.sync_tenants(&tenant_records(config)).await?;
        let (sandbox, registry) = panel_types(Some(settings.data_dir.join("compiled"))).await?;
        let places = settings.clone();
        let options = PipelineOptions {
            view_cache_bytes: settings.view_cache_bytes,
            limits: settings.limits,
            resolve: Box::new(move |url| tenant_database_url(url, &places)),
        };
        let databases = Databases::new(DatabasesOptions::default());
        let pipeline = Pipeline::new(sandbox, registry, databases, options, config);
        Ok(Self {
            listener,
            identity: Arc::new(identity),
            pipeline: Arc::new(pipeline),
            store: Arc::new(store),
            settings,
        })
    }

    /// Where it listens; the port is the real one, also where 0 was asked for.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Serves until `stop` is done and requests under way have finished, and follows changes of the configuration.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let api = porthole_api::router(ApiState {
            identity: Arc::clone(&self.identity),
            panels: Arc::new(PipelinePanels(Arc::clone(&self.pipeline))),
            settings: Arc::new(interface_settings(&self.settings)),
        });
        let app = api.merge(porthole_web::router());
        let watch = match self.settings.reload {
            Some(every) => Some(follow(
                &self.store,
                every,
                Arc::clone(&self.pipeline),
                Arc::clone(&self.identity),
            )?),
            None => None,
        };
        let (stopped, stopping) = tokio::sync::oneshot::channel();
        let serving = axum::serve(
            self.listener,
            app.into_make_service_with_connect_info::<SocketAddr>(),
        )
        .with_graceful_shutdown(async move {
            stop.await;
            let _ = stopped.send(());
        });
        let serving = async { serving.await };
        tokio::pin!(serving);
        tokio::select! {
            ended = &mut serving => ended?,
            _ = stopping => {
                tracing::info!("stopping: requests under way may finish");
                if tokio::time::timeout(DRAIN, serving).await.is_err() {
                    tracing::warn!("some requests did not finish within {} s", DRAIN.as_secs());
                }
            }
        }
        // Joins a thread, which may be in the middle of a reload.
        tokio::task::spawn_blocking(move || drop(watch)).await?;
        self.identity.close().await;
        Ok(())
    }
}

/// What of the settings is the HTTP interface's.
fn interface_settings(settings: &Settings) -> ApiSettings {
    ApiSettings {
        public_url: settings.public_url.clone(),
        cookie_secure: match settings.cookie_secure {
            CookieSecure::Auto => None,
            CookieSecure::Always => Some(true),
            CookieSecure::Never => Some(false),
        },
        trusted_proxies: settings.trusted_proxies.clone(),
        local_login: settings.auth.local,
    }
}

/// Takes over each new configuration: what panels are made of, and which tenants there are.
fn follow(
    store: &Arc<ConfigStore>,
    every: Duration,
    pipeline: Arc<Pipeline>,
    identity: Arc<Identity>,
) -> anyhow::Result<Watch> {
    let runtime = tokio::runtime::Handle::current();
    let taken_over = move |config: &Arc<Config>| {
        pipeline.reload(config);
        if let Err(error) = runtime.block_on(identity.sync_tenants(&tenant_records(config))) {
            tracing::error!("the central database does not know the new tenants: {error}");
        }
    };
    store
        .watch(every, taken_over)
        .context("the configuration cannot be watched")
}

/// Done when the process is asked to stop: Ctrl+C, or SIGTERM.
pub async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// The pipeline, as the HTTP interface asks for it.
struct PipelinePanels(Arc<Pipeline>);

#[async_trait]
impl Panels for PipelinePanels {
    fn dashboards(&self, tenant: &str) -> Option<Dashboards> {
        self.0.dashboards(tenant)
    }

    fn dashboard(&self, tenant: &str, name: &str) -> Option<Dashboard> {
        self.0.dashboard(tenant, name)
    }

    async fn render(
        &self,
        tenant: &str,
        panel: &str,
        request: RenderRequest,
    ) -> Result<Rendered, RenderError> {
        self.0.render(tenant, panel, request).await
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use porthole_config::Auth;

    use super::*;

    #[test]
    fn the_interface_is_told_what_the_settings_say() {
        let proxy = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));
        let told = interface_settings(&Settings {
            public_url: Some("https://dash.example.com".to_owned()),
            cookie_secure: CookieSecure::Never,
            trusted_proxies: vec![proxy],
            auth: Auth { local: false },
            ..Settings::default()
        });
        assert_eq!(told.public_url.as_deref(), Some("https://dash.example.com"));
        assert!(!told.secure_cookies());
        assert_eq!(told.trusted_proxies, [proxy]);
        assert!(!told.local_login);
        let usual = interface_settings(&Settings::default());
        assert!(usual.trusted_proxies.is_empty() && usual.local_login);
    }
}
