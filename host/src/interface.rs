//! The rooms, as the HTTP interface asks for them.

use std::sync::Arc;

use async_trait::async_trait;
use porthole_api::{ApiSettings, Panels, PluginChange, PluginShelf};
use porthole_config::{CookieSecure, Settings};
use porthole_identity::AuditEntry;
use porthole_model::{Dashboard, Dashboards, Plugin, PluginLog, PluginPublished, TenantDatabase};
use porthole_panel::{Export, ExportFormat, Pipeline, RenderError, RenderRequest, Rendered};
use porthole_plugins::{Plugins, PluginsError, Upload};

use crate::data_changes::DataChanges;
use crate::observe;

/// Is told of every panel that was asked for, and of what became of it.
pub type Observer = dyn Fn(&str, &Result<Rendered, RenderError>) + Send + Sync;

/// What of the settings is the HTTP interface's.
pub fn interface_settings(settings: &Settings) -> ApiSettings {
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

/// The pipeline, as the HTTP interface asks for it.
pub struct PipelinePanels {
    /// What panels are made by.
    pub pipeline: Arc<Pipeline>,
    /// By which it is told that data is to be read anew.
    pub changes: DataChanges,
    /// Who is told of each panel.
    pub observer: Option<Arc<Observer>>,
}

#[async_trait]
impl Panels for PipelinePanels {
    fn dashboards(&self, tenant: &str) -> Option<Dashboards> {
        self.pipeline.dashboards(tenant)
    }

    fn dashboard(&self, tenant: &str, name: &str) -> Option<Dashboard> {
        self.pipeline.dashboard(tenant, name)
    }

    fn panel_of_endpoint(&self, tenant: &str, endpoint: &str, panel: Option<&str>) -> Option<String> {
        self.pipeline.panel_of_endpoint(tenant, endpoint, panel)
    }

    async fn database(&self, tenant: &str) -> TenantDatabase {
        self.pipeline.database(tenant).await
    }

    async fn forget(&self, tenant: &str) {
        self.pipeline.forget(tenant).await;
    }

    async fn invalidate(&self, tenant: &str, panel: &str) -> Result<(), RenderError> {
        for table in self.pipeline.tables(tenant, panel)? {
            let told = self.changes.tell(tenant, &table).await;
            told.map_err(|error| RenderError::Internal(error.to_string()))?;
        }
        Ok(())
    }

    async fn render(
        &self,
        tenant: &str,
        panel: &str,
        request: RenderRequest,
    ) -> Result<Rendered, RenderError> {
        let begun = std::time::Instant::now();
        let outcome = self.pipeline.render(tenant, panel, request).await;
        observe::render(tenant, &outcome, begun);
        if let Some(observer) = &self.observer {
            observer(panel, &outcome);
        }
        outcome
    }

    async fn export(
        &self,
        tenant: &str,
        panel: &str,
        request: RenderRequest,
        format: ExportFormat,
    ) -> Result<Export, RenderError> {
        self.pipeline.export(tenant, panel, request, format).await
    }
}

/// The tenants' plugins, as the HTTP interface asks for them.
pub struct Shelf(pub Plugins);

#[async_trait]
impl PluginShelf for Shelf {
    fn largest(&self, tenant: &str) -> Option<usize> {
        self.0.largest(tenant)
    }

    async fn list(&self, tenant: &str) -> Result<porthole_model::Plugins, PluginsError> {
        self.0.list(tenant).await
    }

    async fn one(&self, tenant: &str, name: &str) -> Result<Plugin, PluginsError> {
        self.0.one(tenant, name).await
    }

    async fn log(&self, tenant: &str, name: &str, limit: usize) -> Result<PluginLog, PluginsError> {
        self.0.log(tenant, name, limit).await
    }

    async fn publish(
        &self,
        tenant: &str,
        upload: Upload,
        actor: AuditEntry,
    ) -> Result<PluginPublished, PluginsError> {
        self.0.publish(tenant, upload, actor).await
    }

    async fn change(
        &self,
        tenant: &str,
        name: &str,
        change: PluginChange,
        actor: AuditEntry,
    ) -> Result<(), PluginsError> {
        change_plugin(&self.0, tenant, name, change, actor).await
    }
}

/// Changes which version of a plugin answers, or which there are.
pub async fn change_plugin(
    plugins: &Plugins,
    tenant: &str,
    name: &str,
    change: PluginChange,
    actor: AuditEntry,
) -> Result<(), PluginsError> {
    match change {
        PluginChange::Activate(version) => plugins.activate(tenant, name, &version, actor).await,
        PluginChange::RollBack => plugins.roll_back(tenant, name, actor).await.map(drop),
        PluginChange::Deactivate => plugins.deactivate(tenant, name, actor).await,
        PluginChange::RemoveVersion(version) => plugins.remove_version(tenant, name, &version, actor).await,
        PluginChange::Remove => plugins.remove(tenant, name, actor).await,
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
            auth: Auth {
                local: false,
                oidc: None,
            },
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
