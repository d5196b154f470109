//! What the interface asks of the rooms behind it.

use async_trait::async_trait;
use porthole_identity::AuditEntry;
use porthole_model::{Dashboard, Dashboards, Plugin, PluginLog, PluginPublished, TenantDatabase};
use porthole_panel::{Export, ExportFormat, RenderError, RenderRequest, Rendered};
use porthole_plugins::{PluginsError, Upload};

/// Dashboards and panels of the tenants. Whether the reader may use the tenant has been settled before.
#[async_trait]
pub trait Panels: Send + Sync + 'static {
    /// The tenant's dashboards; none: there is no such tenant.
    fn dashboards(&self, tenant: &str) -> Option<Dashboards>;

    /// One of the tenant's dashboards.
    fn dashboard(&self, tenant: &str, name: &str) -> Option<Dashboard>;

    /// The panel that is asked under a custom endpoint: `panel` if it has this endpoint, else the first that has.
    fn panel_of_endpoint(&self, tenant: &str, endpoint: &str, panel: Option<&str>) -> Option<String>;

    /// Whether the tenant's database answers; a tenant that is not configured has none.
    async fn database(&self, tenant: &str) -> TenantDatabase;

    /// Forgets everything that was made of a tenant's data: the tenant is switched off.
    async fn forget(&self, tenant: &str);

    /// Forgets what was made of the tables that a panel reads, on all hosts: they have changed.
    async fn invalidate(&self, tenant: &str, panel: &str) -> Result<(), RenderError>;

    /// Renders one of the tenant's panels.
    async fn render(
        &self,
        tenant: &str,
        panel: &str,
        request: RenderRequest,
    ) -> Result<Rendered, RenderError>;

    /// Writes all that one of the tenant's panels shows, every page, as rows.
    async fn export(
        &self,
        tenant: &str,
        panel: &str,
        request: RenderRequest,
        format: ExportFormat,
    ) -> Result<Export, RenderError>;
}

/// The tenants' own plugins. Whether the caller may see or change them has been settled before; `actor` is the caller,
/// for the audit log.
#[async_trait]
pub trait PluginShelf: Send + Sync + 'static {
    /// The largest component this tenant may publish, bytes; none: there is no such tenant.
    fn largest(&self, tenant: &str) -> Option<usize>;

    /// All of them, by name.
    async fn list(&self, tenant: &str) -> Result<porthole_model::Plugins, PluginsError>;

    /// One of them.
    async fn one(&self, tenant: &str, name: &str) -> Result<Plugin, PluginsError>;

    /// What one of them wrote, oldest first, the newest `limit` lines.
    async fn log(&self, tenant: &str, name: &str, limit: usize) -> Result<PluginLog, PluginsError>;

    /// Checks and keeps a component.
    async fn publish(
        &self,
        tenant: &str,
        upload: Upload,
        actor: AuditEntry,
    ) -> Result<PluginPublished, PluginsError>;

    /// Changes which version answers, or which there are.
    async fn change(
        &self,
        tenant: &str,
        name: &str,
        change: PluginChange,
        actor: AuditEntry,
    ) -> Result<(), PluginsError>;
}

/// What can be done to a published plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginChange {
    /// This version answers.
    Activate(String),
    /// The version before answers.
    RollBack,
    /// No version answers.
    Deactivate,
    /// This version is gone.
    RemoveVersion(String),
    /// The plugin is gone.
    Remove,
}
