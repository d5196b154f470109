//! What is not shown again: views and buckets of data that has changed, and everything of a tenant that is switched off.

use std::collections::BTreeSet;

use super::{Kept, Key, Pipeline};
use crate::error::RenderError;
use crate::snapshot::Entry;

impl Pipeline {
    /// Forgets everything that was made of a tenant's data, and its connections.
    pub async fn forget(&self, tenant: &str) {
        self.readers.forget(tenant);
        self.lasts.forget(tenant);
        self.forget_views(tenant);
        self.databases.forget(tenant).await;
    }

    /// A tenant's data has changed where it was thought to change no more: nothing that was made of it before is shown
    /// again. `table`: as the configuration names it, or empty for all data; `generation`: the number of the change.
    pub fn data_changed(&self, tenant: &str, table: &str, generation: i64) {
        if self.databases.store().data_changed(tenant, table, generation) {
            self.forget_views(tenant);
        }
    }

    /// The tables that a panel reads, as its configuration names them.
    pub fn tables(&self, tenant: &str, panel: &str) -> Result<BTreeSet<String>, RenderError> {
        let snapshot = self.snapshot();
        let tenant = snapshot.tenants.get(tenant).ok_or(RenderError::NotFound)?;
        match tenant.panels.get(panel) {
            None => Err(RenderError::NotFound),
            Some(Entry::Faulty(faults)) => Err(RenderError::Configuration(faults.clone())),
            Some(Entry::Compiling) => Err(RenderError::Busy(
                "the tenant's plugins are being compiled; try again in a moment".to_owned(),
            )),
            Some(Entry::Ready(panel, _)) => Ok(panel
                .sources
                .values()
                .map(porthole_data::Source::table_name)
                .collect()),
        }
    }

    fn forget_views(&self, tenant: &str) {
        let gone = tenant.to_owned();
        let is_gone = move |key: &Key, _: &Kept| key.tenant == gone;
        if let Err(error) = self.views.invalidate_entries_if(is_gone) {
            tracing::error!(tenant, %error, "views cannot be forgotten");
        }
    }
}
