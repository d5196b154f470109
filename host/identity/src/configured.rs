//! Which tenants this process has in its own configuration. That is a fact of each host and stands in no central database:
//! a host that was started without a tenant's files, or without a secret of it, must not take the tenant from the hosts
//! that have it.

use std::collections::BTreeSet;

use parking_lot::RwLock;

use crate::Identity;

/// The tenants; none: this process has taken over no configuration, as most commands have not, and says of no tenant that
/// it is not there.
#[derive(Debug, Default)]
pub(crate) struct Configured(RwLock<Option<BTreeSet<String>>>);

impl Configured {
    /// Whether the tenant is in the configuration, as far as this process has one.
    pub(crate) fn has(&self, tenant: &str) -> bool {
        self.0.read().as_ref().is_none_or(|known| known.contains(tenant))
    }

    fn replace(&self, tenants: BTreeSet<String>) {
        *self.0.write() = Some(tenants);
    }

    /// One more; where there is no configuration, nothing is to be added to it.
    pub(crate) fn add(&self, tenant: &str) {
        if let Some(known) = self.0.write().as_mut() {
            known.insert(tenant.to_owned());
        }
    }

    /// All of them for a question to the database: `,alpha,beta,`. An id has no comma.
    pub(crate) fn list(&self) -> Option<String> {
        let known = self.0.read();
        let known = known.as_ref()?;
        Some(known.iter().fold(",".to_owned(), |list, id| list + id + ","))
    }
}

impl Identity {
    /// Says which tenants this process has in its configuration: to it, no other exists, whoever was let in. Nothing is
    /// written, and other hosts go on with their own.
    pub fn configured_are(&self, tenants: impl IntoIterator<Item = String>) {
        self.configured.replace(tenants.into_iter().collect());
        self.sessions.forget_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_configuration_every_tenant_may_be_there_and_with_one_only_its_own() {
        let configured = Configured::default();
        configured.add("alpha");
        assert!(configured.has("beta"));
        assert_eq!(configured.list(), None);
        configured.replace(["alpha".to_owned()].into());
        assert!(configured.has("alpha") && !configured.has("beta"));
        configured.add("beta");
        assert!(configured.has("beta"));
        assert_eq!(configured.list().as_deref(), Some(",alpha,beta,"));
        configured.replace(BTreeSet::new());
        assert!(!configured.has("alpha"));
        assert_eq!(configured.list().as_deref(), Some(","));
    }
}
