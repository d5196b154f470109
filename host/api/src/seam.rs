//! What the interface asks of the panel room.

use async_trait::async_trait;
use porthole_model::{Dashboard, Dashboards};
use porthole_panel::{RenderError, RenderRequest, Rendered};

/// Dashboards and panels of the tenants. Whether the reader may use the tenant has been settled before.
#[async_trait]
pub trait Panels: Send + Sync + 'static {
    /// The tenant's dashboards; none: there is no such tenant.
    fn dashboards(&self, tenant: &str) -> Option<Dashboards>;

    /// One of the tenant's dashboards.
    fn dashboard(&self, tenant: &str, name: &str) -> Option<Dashboard>;

    /// Renders one of the tenant's panels.
    async fn render(
        &self,
        tenant: &str,
        panel: &str,
        request: RenderRequest,
    ) -> Result<Rendered, RenderError>;
}
