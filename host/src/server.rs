//! Puts the rooms together and runs them until the process is asked to stop.

use std::collections::BTreeSet;
use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use parking_lot::Mutex;
use porthole_api::ApiState;
use porthole_config::{Config, ConfigStore, Limits, Settings};
use porthole_data::{BucketOptions, BucketStore, Databases, DatabasesOptions};
use porthole_identity::{Identity, TenantRecord};
use porthole_panel::{Pipeline, PipelineOptions, RenderError, Rendered, limits_of};
use porthole_plugins::{Logbook, Plugins, TenantSettings};
use porthole_sandbox::{Compiler, Registry, Sandbox, SandboxOptions};
use porthole_telemetry::Metrics;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;

use crate::cli::tenant_database_url;
use crate::data_changes::DataChanges;
use crate::faults;
use crate::interface::{Observer, PipelinePanels, Shelf, interface_settings};
use crate::metrics::{Figures, MetricsServer};
use crate::notify::{State, notify};
use crate::observe;
use crate::provider::provider;
use crate::refused_logins;
use crate::retention;
use crate::served::Served;
use crate::switched_off::SwitchedOff;
use crate::watch::Watch;

/// How long requests under way may take to finish once the process was asked to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// The subcommand, not meant for people, by which this program compiles plugins for itself.
pub const COMPILE: &str = "compile-component";

/// The longest that compiling one plugin may take, however busy the machine is; what it may compute is less.
const COMPILE_WITHIN: Duration = Duration::from_secs(240);

/// How long the start waits for the tenants' plugins: long enough for those that were compiled before. The panels of the
/// others say that they are being compiled, and nobody waits for them to see the rest.
const PLUGINS_AT_START: Duration = Duration::from_millis(300);

/// The process that compiles plugins: this program again.
fn compiler() -> Option<Compiler> {
    // By this name also when the file has been replaced since.
    let itself = PathBuf::from("/proc/self/exe");
    let program = if itself.exists() {
        Some(itself)
    } else {
        std::env::current_exe().ok()
    };
    Some(Compiler {
        program: program?,
        arguments: vec![COMPILE.to_owned()],
        patience: COMPILE_WITHIN,
    })
}

/// What the tenants' folders say of their plugins.
pub fn plugin_settings(config: &Config, limits: &Limits) -> Vec<TenantSettings> {
    let tenants = config.tenants.values();
    tenants
        .map(|tenant| TenantSettings {
            id: tenant.id.clone(),
            limits: limits_of(tenant, limits),
            plugins: tenant.plugins.clone(),
            notices: faults::of_plugins(tenant),
        })
        .collect()
}

/// Starts the sandbox and loads the built-in panel types. `cache_dir`: where precompiled panels are kept.
pub async fn panel_types(cache_dir: Option<PathBuf>) -> anyhow::Result<(Sandbox, Arc<Registry>)> {
    let sandbox = Sandbox::new(SandboxOptions {
        cache_dir,
        compiler: compiler(),
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
    observer: Option<Arc<Observer>>,
    identity: Arc<Identity>,
    pipeline: Arc<Pipeline>,
    changes: DataChanges,
    plugins: Plugins,
    metrics: Option<MetricsServer>,
    watch: Option<Watch>,
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
        // Figures are gathered also where nobody asks for them over HTTP, once in a process.
        let metrics = Metrics::gather();
        identity.sync_tenants(&tenant_records(config)).await?;
        if !settings.auth.local {
            let ended = identity.end_password_sessions().await?;
            if ended > 0 {
                tracing::info!(
                    ended,
                    "sessions that passwords had opened have ended: `auth.local` is off"
                );
            }
        }
        let identity = Arc::new(identity);
        let (sandbox, registry) = panel_types(Some(settings.data_dir.join("compiled"))).await?;
        let places = settings.clone();
        let options = PipelineOptions {
            view_cache_bytes: settings.view_cache_bytes,
            limits: settings.limits,
            resolve: Box::new(move |url| tenant_database_url(url, &places)),
            image_url: Box::new(porthole_api::image_url),
        };
        let logbook =
            Logbook::open(plugin_logs(&settings.data_dir)).context("what plugins write cannot be kept")?;
        let plugins = Plugins::new(
            sandbox.clone(),
            Arc::clone(&registry),
            Some(Arc::clone(&identity)),
            Some(logbook),
        );
        plugins
            .take_over(plugin_settings(config, &settings.limits), PLUGINS_AT_START)
            .await;
        let buckets = BucketStore::open(BucketOptions {
            memory_bytes: settings.buckets_memory_bytes,
            disk_bytes: settings.buckets_disk_bytes,
            folder: Some(settings.data_dir.join("buckets")),
            ..BucketOptions::default()
        });
        let databases = Databases::with_store(DatabasesOptions::default(), buckets.await);
        let pipeline = Arc::new(Pipeline::new(
            sandbox.clone(),
            registry,
            databases,
            options,
            config,
        ));
        let figures = metrics
            .map(|metrics| Figures::new(metrics, sandbox, Arc::clone(&pipeline), Arc::clone(&identity)));
        // Whoever started a second server in this process has the figures with the first.
        let watch = match (settings.watch, &figures) {
            (Some(every), Ok(figures)) => Some(Watch {
                figures: figures.clone(),
                identity: Arc::clone(&identity),
                data_dir: settings.data_dir.clone(),
                every,
            }),
            _ => None,
        };
        let metrics = match settings.metrics_listen {
            Some(address) => Some(MetricsServer::start(address, figures?).await?),
            None => None,
        };
        let changes = DataChanges::new(Arc::clone(&identity), Arc::clone(&pipeline));
        changes.hear().await?;
        let following = Arc::downgrade(&pipeline);
        plugins.on_change(move |tenant| {
            if let Some(pipeline) = following.upgrade() {
                let before = pipeline.faults(Some(tenant));
                pipeline.reload_tenant(tenant);
                faults::log_new(pipeline.faults(Some(tenant)), &before);
            }
        });
        // What was compiled while nobody was told.
        pipeline.reload(config);
        faults::log_new(pipeline.faults(None), &config.diagnostics);
        faults::log_set_aside(config);
        faults::log_gone(config, &BTreeSet::new());
        observe::configuration(config, &pipeline);
        note_served(config, &pipeline, &settings.config_dir, &settings.data_dir);
        Ok(Self {
            listener,
            observer: None,
            identity,
            pipeline,
            changes,
            plugins,
            metrics,
            watch,
            store: Arc::new(store),
            settings,
        })
    }

    /// By which it is told that data has changed where it was thought to change no more.
    pub fn data_changes(&self) -> DataChanges {
        self.changes.clone()
    }

    /// Tells somebody of every panel that is asked for.
    pub fn observed(
        mut self,
        observer: impl Fn(&str, &Result<Rendered, RenderError>) + Send + Sync + 'static,
    ) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Where it listens; the port is the real one, also where 0 was asked for.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Serves until `stop` is done and requests under way have finished, and follows changes of the configuration.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let api = porthole_api::router(ApiState {
            identity: Arc::clone(&self.identity),
            panels: Arc::new(PipelinePanels {
                pipeline: Arc::clone(&self.pipeline),
                changes: self.changes.clone(),
                observer: self.observer.clone(),
            }),
            plugins: Arc::new(Shelf(self.plugins.clone())),
            provider: provider(&self.settings)?.map(Arc::new),
            settings: Arc::new(interface_settings(&self.settings)),
        });
        let trusted: Arc<[std::net::IpAddr]> = self.settings.trusted_proxies.clone().into();
        let app = api
            .merge(porthole_web::router())
            .fallback_service(porthole_web::fallback())
            .layer(axum::middleware::from_fn_with_state(trusted, observe::request));
        let watch = match self.settings.reload {
            Some(every) => Some(follow(
                &self.store,
                every,
                Followers {
                    pipeline: Arc::clone(&self.pipeline),
                    plugins: self.plugins.clone(),
                    limits: self.settings.limits,
                    identity: Arc::clone(&self.identity),
                    config_dir: self.settings.config_dir.clone(),
                    data_dir: self.settings.data_dir.clone(),
                },
            )?),
            None => None,
        };
        let published = tokio::spawn(async move { self.plugins.follow().await });
        let pipeline = Arc::clone(&self.pipeline);
        let warm = tokio::spawn(async move { pipeline.keep_warm().await });
        let changes = self.changes.clone();
        let changed = tokio::spawn(async move { changes.follow().await });
        let switched_off = SwitchedOff::new(Arc::clone(&self.identity), Arc::clone(&self.pipeline));
        let switched_off = tokio::spawn(switched_off.follow());
        let keep = self.settings.audit_keep;
        let old = tokio::spawn(retention::follow(Arc::clone(&self.identity), keep));
        let refused = tokio::spawn(refused_logins::follow(Arc::clone(&self.identity)));
        let figures = tokio::spawn(async move {
            if let Some(metrics) = self.metrics {
                metrics.run().await;
            }
        });
        let own_figures = tokio::spawn(async move {
            if let Some(watch) = self.watch {
                watch.run().await;
            }
        });
        let (stopped, stopping) = tokio::sync::oneshot::channel();
        let serving = axum::serve(
            self.listener,
            app.into_make_service_with_connect_info::<SocketAddr>(),
        )
        .with_graceful_shutdown(async move {
            stop.await;
            tracing::info!("stopping: requests under way may finish");
            notify(State::Stopping);
            let _ = stopped.send(());
        });
        let serving = async { serving.await };
        tokio::pin!(serving);
        // The socket is taken, and everything behind it is there.
        notify(State::Ready);
        tokio::select! {
            ended = &mut serving => ended?,
            _ = stopping => {
                if tokio::time::timeout(DRAIN, serving).await.is_err() {
                    tracing::warn!("some requests did not finish within {} s", DRAIN.as_secs());
                }
            }
        }
        published.abort();
        warm.abort();
        changed.abort();
        switched_off.abort();
        old.abort();
        refused.abort();
        figures.abort();
        own_figures.abort();
        // Joins a thread, which may be in the middle of a reload.
        tokio::task::spawn_blocking(move || drop(watch)).await?;
        self.pipeline.close().await;
        refused_logins::note(&self.identity).await;
        self.identity.close().await;
        Ok(())
    }
}

/// Who is told of a new configuration.
struct Followers {
    pipeline: Arc<Pipeline>,
    plugins: Plugins,
    limits: Limits,
    identity: Arc<Identity>,
    config_dir: PathBuf,
    data_dir: PathBuf,
}

/// Notes what is served, for commands that run beside this host.
fn note_served(config: &Config, pipeline: &Pipeline, config_dir: &Path, data_dir: &Path) {
    let mut faults = pipeline.faults(None);
    faults.extend_from_slice(&config.diagnostics);
    Served::note(config, &faults, config_dir, data_dir);
}

/// How long a reload waits for new plugins before the rest of it is taken over.
const PLUGINS_AT_RELOAD: Duration = Duration::from_secs(2);

/// Takes over each new configuration: what panels are made of, and which tenants there are.
fn follow(
    store: &Arc<ConfigStore>,
    every: Duration,
    followers: Followers,
) -> anyhow::Result<porthole_config::Watch> {
    let runtime = tokio::runtime::Handle::current();
    let served = Mutex::new(faults::tenants_of(&store.current()));
    let taken_over = move |config: &Arc<Config>| {
        let Followers {
            pipeline,
            plugins,
            limits,
            identity,
            config_dir,
            data_dir,
        } = &followers;
        if let Err(error) = runtime.block_on(identity.sync_tenants(&tenant_records(config))) {
            tracing::error!("the central database does not know the new tenants: {error}");
        }
        // Plugins first, so that panels that come with them find them.
        runtime.block_on(plugins.take_over(plugin_settings(config, limits), PLUGINS_AT_RELOAD));
        pipeline.reload(config);
        observe::configuration(config, pipeline);
        note_served(config, pipeline, config_dir, data_dir);
        faults::log_reload(config, pipeline.faults(None));
        let before = std::mem::replace(&mut *served.lock(), faults::tenants_of(config));
        faults::log_gone(config, &before);
    };
    store
        .watch(every, taken_over)
        .context("the configuration cannot be watched")
}

/// Done when the process is asked to stop: Ctrl+C, or SIGTERM.
pub async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    // Often means "read the configuration anew", which is done without being asked. Whoever sends it does not want an end.
    let hung_up = async {
        match signal(SignalKind::hangup()) {
            Ok(mut signal) => {
                while signal.recv().await.is_some() {
                    tracing::info!(
                        "SIGHUP is ignored: the configuration is looked at every few seconds in any case"
                    );
                }
            }
            Err(error) => tracing::warn!(%error, "SIGHUP will end this process"),
        }
        std::future::pending().await
    };
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
        () = hung_up => {}
    }
}

/// Where what plugins write is kept.
pub fn plugin_logs(data_dir: &Path) -> PathBuf {
    data_dir.join("plugin-logs")
}
