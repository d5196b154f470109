//! The one way from a request to an answer.

mod call;
mod change;
mod database;
mod export;
mod failure;
mod last;
mod lifetime;
mod trace;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use moka::Expiry;
use moka::future::Cache;
use parking_lot::Mutex;
use porthole_config::{Config, Diagnostic, Limits as ConfigLimits};
use porthole_data::{DataError, Databases, PoolOccupancy};
use porthole_model::{Allowed, CacheOutcome, Dashboard, Dashboards, PanelAnswer, TimeRange, Usage, View};
use porthole_sandbox::{Limits, Plugin, Receipt, Registry, Sandbox};
use sha2::{Digest, Sha256};
use tracing::Instrument;

use crate::answer::{self, Finished};
use crate::error::{PluginFault, RenderError};
use crate::notes::notes;
use crate::prepare::{self, ReadyPanel};
use crate::present::{Wrong, present};
use crate::request::{Paging, Range, RenderRequest, Rendered, Surface};
use crate::snapshot::{Entry, ReadyTenant, Resolve, Snapshot};
use crate::source::PanelSources;
use crate::warm::Readers;

pub use export::Export;
pub use failure::traced;

use call::call;
use failure::failed;

/// How much of one tenant is served as it was before, because its files have become faulty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outdated {
    /// Panels of it.
    pub panels: usize,
    /// Dashboards of it.
    pub dashboards: usize,
}

/// What the pipeline needs beside the rooms below it.
pub struct PipelineOptions {
    /// What finished views may take, bytes.
    pub view_cache_bytes: u64,
    /// Limits for tenants that name none of their own.
    pub limits: ConfigLimits,
    /// Turns a tenant's database URL into one that can be opened, or says why it may not be.
    pub resolve: Box<Resolve>,
    /// Where readers find the picture of an image.
    pub image_url: Box<dyn Fn(&ImageAddress<'_>) -> String + Send + Sync>,
}

/// What leads to a picture: the question that made it, and what tells it from the one before.
#[derive(Debug, Clone, Copy)]
pub struct ImageAddress<'a> {
    /// The tenant's id.
    pub tenant: &'a str,
    /// The panel's id.
    pub panel: &'a str,
    /// The question.
    pub request: &'a RenderRequest,
    /// Changes with the pixels.
    pub version: &'a str,
}

/// The one way from (tenant, panel, request) to an answer.
pub struct Pipeline {
    sandbox: Sandbox,
    registry: Arc<Registry>,
    databases: Databases,
    options: PipelineOptions,
    snapshot: ArcSwap<Snapshot>,
    views: Cache<Key, Kept>,
    lasts: last::LastViews,
    /// Tenants that have an export under way.
    exports: Mutex<HashSet<String>>,
    pub(crate) readers: Readers,
}

/// Everything that a view depends on.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: String,
    panel: String,
    fingerprint: u64,
    /// SHA-256 of the component.
    plugin: Arc<str>,
    range: Range,
    raw: bool,
    labels: Vec<String>,
    max_points: Option<u32>,
    surface: Option<Surface>,
    paging: Paging,
    time_zone: String,
}

#[derive(Clone)]
struct Kept {
    rendered: Arc<Finished>,
    lifetime: Duration,
}

/// A view is good for as long as [`lifetime::of`] says.
struct Lifetime;

impl Expiry<Key, Kept> for Lifetime {
    fn expire_after_create(&self, _: &Key, view: &Kept, _: Instant) -> Option<Duration> {
        Some(view.lifetime)
    }
}

impl Pipeline {
    /// A pipeline over a first configuration.
    pub fn new(
        sandbox: Sandbox,
        registry: Arc<Registry>,
        databases: Databases,
        options: PipelineOptions,
        config: &Arc<Config>,
    ) -> Self {
        let snapshot = Snapshot::of(
            config,
            &registry,
            &options.limits,
            &options.resolve,
            &Snapshot::default(),
        );
        let lasts = last::LastViews::new(options.view_cache_bytes / 2);
        let views = Cache::builder()
            .max_capacity(options.view_cache_bytes)
            // Both forms of the body, their typed forms (about as large), and the key.
            .weigher(|key: &Key, view: &Kept| {
                let first = &view.rendered.first;
                let picture = first.picture.as_ref().map_or(0, |picture| picture.bytes.len());
                let body = first.body.len() * 4 + picture + first.document.as_ref().map_or(0, Bytes::len);
                u32::try_from(
                    body + key.panel.len() + key.labels.iter().map(String::len).sum::<usize>() + 512,
                )
                .unwrap_or(u32::MAX)
            })
            .expire_after(Lifetime)
            .support_invalidation_closures()
            .build();
        Self {
            sandbox,
            registry,
            databases,
            options,
            snapshot: ArcSwap::from_pointee(snapshot),
            views,
            lasts,
            exports: Mutex::default(),
            readers: Readers::default(),
        }
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    pub(crate) fn databases(&self) -> &Databases {
        &self.databases
    }

    /// Takes over a new configuration. Requests under way finish with the old one.
    pub fn reload(&self, config: &Arc<Config>) {
        let snapshot = Snapshot::of(
            config,
            &self.registry,
            &self.options.limits,
            &self.options.resolve,
            &self.snapshot.load(),
        );
        self.snapshot.store(Arc::new(snapshot));
    }

    /// Takes over that a tenant's plugins have changed. Requests under way finish with the old ones.
    pub fn reload_tenant(&self, tenant: &str) {
        self.snapshot.rcu(|snapshot| {
            snapshot.with_tenant(
                tenant,
                &self.registry,
                &self.options.limits,
                &self.options.resolve,
            )
        });
    }

    /// How much of each tenant is served as it was before, because its files have become faulty.
    pub fn outdated(&self) -> BTreeMap<String, Outdated> {
        let snapshot = self.snapshot.load();
        let tenants = snapshot.tenants.iter();
        tenants
            .map(|(id, tenant)| {
                let boards = tenant.by_name.values();
                let outdated = Outdated {
                    panels: tenant.outdated.len(),
                    dashboards: boards.filter(|board| !board.outdated.is_empty()).count(),
                };
                (id.clone(), outdated)
            })
            .collect()
    }

    /// What is wrong with the panels as they stand now, of all tenants or of one, by file, line and column: what their files
    /// say, and what shows only where they meet their plugins and templates.
    pub fn faults(&self, tenant: Option<&str>) -> Vec<Diagnostic> {
        let snapshot = self.snapshot.load();
        let tenants = snapshot.tenants.iter();
        let tenants = tenants.filter(|(id, _)| tenant.is_none_or(|tenant| tenant == *id));
        let panels = tenants.flat_map(|(_, tenant)| {
            let faulty = tenant.panels.values().filter_map(|entry| match entry {
                Entry::Faulty(faults) => Some(faults),
                Entry::Ready(..) | Entry::Compiling => None,
            });
            faulty.chain(tenant.outdated.values())
        });
        let mut faults: Vec<_> = panels.flatten().cloned().collect();
        faults.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        faults.dedup();
        faults
    }

    /// The panel that is asked under an endpoint: the one named, if it has this endpoint; else the first, by id, that has.
    pub fn panel_of_endpoint(&self, tenant: &str, endpoint: &str, panel: Option<&str>) -> Option<String> {
        let snapshot = self.snapshot.load();
        let panels = &snapshot.config.tenants.get(tenant)?.panels;
        let has = |id: &str| {
            let panel = panels.get(id).and_then(|entry| entry.panel());
            panel.is_some_and(|panel| panel.endpoint_name() == Some(endpoint))
        };
        match panel {
            Some(id) => has(id).then(|| id.to_owned()),
            None => panels.keys().find(|id| has(id)).cloned(),
        }
    }

    /// The pools of the tenants' databases that are in use, by tenant.
    pub fn pools(&self) -> BTreeMap<String, PoolOccupancy> {
        self.databases.occupancy()
    }

    /// Closes the tenants' databases and what is kept of them, for an orderly end.
    pub async fn close(&self) {
        self.databases.close().await;
    }

    /// The tenant's dashboards; none: there is no such tenant.
    pub fn dashboards(&self, tenant: &str) -> Option<Dashboards> {
        self.snapshot
            .load()
            .tenants
            .get(tenant)
            .map(|tenant| tenant.dashboards.clone())
    }

    /// One of the tenant's dashboards.
    pub fn dashboard(&self, tenant: &str, name: &str) -> Option<Dashboard> {
        self.snapshot
            .load()
            .tenants
            .get(tenant)?
            .by_name
            .get(name)
            .cloned()
    }

    /// Renders a panel, or answers from the view cache. Equal questions at the same time are answered by one call.
    ///
    /// While the tenant's database is down, the last good view is the answer, said to be stale, unless the reader insists on
    /// a fresh one. Whether the reader may see the tenant has been settled by the caller.
    pub async fn render(
        &self,
        tenant: &str,
        panel: &str,
        request: RenderRequest,
    ) -> Result<Rendered, RenderError> {
        let span = trace::render(tenant, panel);
        let outcome = self.answer(tenant, panel, request).instrument(span.clone()).await;
        trace::rendered(&span, &outcome);
        outcome
    }

    async fn answer(
        &self,
        tenant: &str,
        panel: &str,
        request: RenderRequest,
    ) -> Result<Rendered, RenderError> {
        let snapshot = self.snapshot.load_full();
        let ready_tenant = snapshot.tenants.get(tenant).ok_or(RenderError::NotFound)?;
        let (ready, refresh) = ready_tenant.panel(panel)?;
        known_columns(ready, &request.paging)?;
        self.readers.reads(tenant);
        let plugin = self.plugin(tenant, ready)?;
        trace::plugin(&plugin);
        let key = Key {
            tenant: tenant.to_owned(),
            panel: panel.to_owned(),
            fingerprint: ready.fingerprint,
            plugin: plugin.hash().into(),
            range: request.range,
            raw: request.raw,
            labels: request.labels.clone(),
            max_points: request.max_points,
            surface: request.surface,
            paging: request.paging.clone(),
            time_zone: request.time_zone.clone(),
        };
        if request.fresh {
            self.views.invalidate(&key).await;
            // Kept buckets may answer all of it: that is right, but it is not what there is now.
            if let Ok(database) = &ready_tenant.database
                && !ready.sources.is_empty()
                && let Err(DataError::Unavailable(why)) = self.databases.tenant(database).ping().await
            {
                let error = RenderError::DatabaseDown(why);
                tracing::warn!(tenant, panel, plugin = %plugin.name(), version = %plugin.version(),
                    request_id = %request.request_id, kind = error.as_str(), reason = %error, "a panel was not rendered");
                return Err(error);
            }
        }
        if let Some(view) = self.views.get(&key).await {
            return Ok(view.rendered.again.clone());
        }
        // Boxed, so that an answer from the cache does not carry the state of a call around.
        let asked = key.clone();
        let made = self.make(key, tenant, ready_tenant, ready, refresh, &plugin, &request);
        let now = Utc::now().timestamp_millis();
        match Box::pin(made).await {
            Ok(view) => {
                self.lasts.keep(&asked, &view, now).await;
                Ok(view)
            }
            Err(RenderError::DatabaseDown(why)) if !request.fresh => {
                let last = self.lasts.find(&asked, now).await;
                last.unwrap_or(Err(RenderError::DatabaseDown(why)))
            }
            Err(error) => Err(error),
        }
    }

    /// Renders a panel for one reader alone: the view cache is neither asked nor filled.
    async fn render_once(
        &self,
        tenant: &str,
        panel: &str,
        request: &RenderRequest,
    ) -> Result<PanelAnswer, RenderError> {
        let snapshot = self.snapshot.load_full();
        let ready_tenant = snapshot.tenants.get(tenant).ok_or(RenderError::NotFound)?;
        let (ready, refresh) = ready_tenant.panel(panel)?;
        let plugin = self.plugin(tenant, ready)?;
        let asked = Asked {
            request,
            outline: false,
        };
        let made = self.call(tenant, ready_tenant, ready, refresh, &plugin, asked);
        Ok(PanelAnswer::clone(&Box::pin(made).await?.first.answer))
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "what one call is made of; a struct would be taken apart at once"
    )]
    async fn make(
        &self,
        key: Key,
        tenant: &str,
        ready_tenant: &ReadyTenant,
        ready: &Arc<ReadyPanel>,
        refresh: u32,
        plugin: &Arc<Plugin>,
        request: &RenderRequest,
    ) -> Result<Rendered, RenderError> {
        let made = async {
            let rendered = self
                .call(
                    tenant,
                    ready_tenant,
                    ready,
                    refresh,
                    plugin,
                    Asked {
                        request,
                        outline: false,
                    },
                )
                .await?;
            let lifetime = lifetime::of(refresh, request.range.end, Utc::now().timestamp_millis());
            Ok::<_, RenderError>(Kept {
                rendered: Arc::new(rendered),
                lifetime,
            })
        };
        let entry = self.views.entry(key).or_try_insert_with(made).await;
        let entry = entry.map_err(|error| RenderError::clone(&error))?;
        let fresh = entry.is_fresh();
        let view = entry.into_value();
        Ok(if fresh {
            view.rendered.first.clone()
        } else {
            view.rendered.again.clone()
        })
    }

    fn plugin(&self, tenant: &str, panel: &ReadyPanel) -> Result<Arc<Plugin>, RenderError> {
        // It was there when the configuration was made ready; it may have been taken away since.
        prepare::plugin(tenant, &panel.config, &self.registry).ok_or_else(|| {
            RenderError::Configuration(vec![panel.config.type_name.fault(
                "the plugin that renders this panel is not there any more".to_owned(),
                None,
            )])
        })
    }

    async fn call(
        &self,
        tenant: &str,
        ready_tenant: &ReadyTenant,
        panel: &Arc<ReadyPanel>,
        refresh: u32,
        plugin: &Arc<Plugin>,
        asked: Asked<'_>,
    ) -> Result<Finished, RenderError> {
        let request = asked.request;
        let now = Utc::now();
        let call = call(panel, request, now);
        let data = ready_tenant
            .database
            .as_ref()
            .map(|database| self.databases.tenant(database))
            .map_err(String::clone);
        let limits = &ready_tenant.limits;
        let (sources, used) = PanelSources::new(
            Arc::clone(panel),
            data.clone(),
            request.range,
            request.raw,
            limits,
        );
        let sources = match asked.outline {
            true => sources.outline(),
            false => sources,
        };
        let span = trace::call(tenant, &panel.config.id, plugin);
        let rendered = self.sandbox.render(plugin, tenant, call, sources, limits);
        let rendered = rendered.instrument(span.clone()).await;
        trace::called(&span, &rendered);
        let rendered = match rendered {
            Ok(rendered) => rendered,
            Err(fault) => {
                let error = failed(tenant, panel, request, *fault, &used);
                return Err(traced(error, panel, data.ok(), &used).await);
            }
        };
        for line in &rendered.log {
            tracing::debug!(tenant, panel = %panel.config.id, plugin = plugin.name(), level = ?line.level,
                request_id = %request.request_id, message = %line.message, "plugin says");
        }
        let shown = present(rendered.view, panel, rendered.place).await;
        let mut shown = shown.map_err(|wrong| match wrong {
            Wrong::Configuration(fault) => RenderError::Configuration(vec![fault]),
            Wrong::Internal(cause) => RenderError::Internal(cause),
            Wrong::Answer(refusal) => {
                // Without the refusal, which quotes what the plugin has made of its data.
                tracing::warn!(tenant, panel = %panel.config.id, plugin = plugin.name(), version = plugin.version(),
                    request_id = %request.request_id, "a plugin's answer was refused");
                RenderError::Plugin {
                    plugin: plugin.name().to_owned(),
                    version: plugin.version().to_owned(),
                    fault: PluginFault::Answer,
                    message: format!("its answer cannot be shown: {refusal}"),
                }
            }
        })?;
        if let (View::Image(image), Some(picture)) = (&mut shown.view, &shown.picture) {
            let digest = hex::encode(&Sha256::digest(&picture.bytes)[..8]);
            image.url = (self.options.image_url)(&ImageAddress {
                tenant,
                panel: &panel.config.id,
                request,
                version: &digest,
            });
        }
        if let View::Table(table) = &mut shown.view {
            used.restore_digits(table);
        }
        let exports_whole = matches!(shown.view, View::Table(_)) && self.shows_its_source(panel);
        let answer = PanelAnswer {
            panel: panel.config.id.clone(),
            type_name: panel.config.type_name.value.clone(),
            title: panel.config.title.clone(),
            range: TimeRange {
                start: instant(request.range.start),
                end: instant(request.range.end),
            },
            aggregation: used.aggregation(),
            generated_at: now.to_rfc3339_opts(SecondsFormat::Millis, true),
            cache: if used.kept() {
                CacheOutcome::Partial
            } else {
                CacheOutcome::Miss
            },
            refresh_interval: refresh,
            notes: notes(&shown.view, &shown.cuts, &used, exports_whole),
            view: shown.view,
            usage: usage(plugin, &rendered.receipt, limits),
        };
        answer::finish(answer, shown.picture, shown.document)
    }
}

/// What is asked of a panel.
#[derive(Clone, Copy)]
struct Asked<'a> {
    request: &'a RenderRequest,
    /// The columns of a table without its rows.
    outline: bool,
}

/// A reader may sort and filter by the columns of the panel's main source only.
fn known_columns(panel: &ReadyPanel, paging: &Paging) -> Result<(), RenderError> {
    let Some(source) = panel.sources.get("main") else {
        return Ok(());
    };
    let known = |name: &str| source.columns().iter().any(|column| column.name == name);
    let wrong = |parameter: String, name: &str| {
        let names: Vec<_> = source
            .columns()
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        Err(RenderError::Parameter {
            parameter,
            message: format!(
                "the panel has no column `{name}`; its columns are {}",
                names.join(", ")
            ),
        })
    };
    if let Some((name, _)) = paging.sort.iter().find(|(name, _)| !known(name)) {
        return wrong("sort".to_owned(), name);
    }
    if let Some((name, _)) = paging.filters.iter().find(|(name, _)| !known(name)) {
        return wrong(format!("filter[{name}]"), name);
    }
    Ok(())
}

fn usage(plugin: &Plugin, receipt: &Receipt, limits: &Limits) -> Usage {
    let microseconds = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    Usage {
        plugin: plugin.name().to_owned(),
        version: plugin.version().to_owned(),
        wall_us: receipt.wall_us,
        guest_us: receipt.guest_us,
        memory_bytes: receipt.memory_bytes,
        queries: receipt.queries,
        rows: receipt.rows,
        buckets_computed: receipt.buckets_computed,
        allowed: Allowed {
            wall_us: microseconds(limits.longest()),
            guest_us: microseconds(limits.cpu),
            memory_bytes: limits.memory_bytes as u64,
            queries: limits.queries,
            rows: limits.rows,
        },
    }
}

/// RFC 3339 in UTC; instants beyond the calendar, which no request can name, are written as milliseconds.
fn instant(milliseconds: i64) -> String {
    DateTime::from_timestamp_millis(milliseconds).map_or_else(
        || milliseconds.to_string(),
        |instant| instant.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    )
}
