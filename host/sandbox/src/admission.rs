//! Who may come in: at most so many calls of one tenant, at most so many in the host.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Above this many tenants with a queue of their own, queues that nobody uses are forgotten.
const TENANTS_BEFORE_TIDYING: usize = 1_024;

/// Places for calls. A tenant's calls first queue for the tenant's own places and only then for the host's, so that a
/// tenant with many calls waits for itself and holds at most its own share of the host.
pub(crate) struct Admission {
    host: Arc<Semaphore>,
    tenants: Mutex<HashMap<String, Queue>>,
}

struct Queue {
    places: usize,
    semaphore: Arc<Semaphore>,
}

/// A place of one call; free again when dropped.
#[derive(Debug)]
pub struct Place {
    _host: OwnedSemaphorePermit,
    _tenant: Option<OwnedSemaphorePermit>,
}

/// No place became free in time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// The tenant's own calls are in the way.
    Tenant,
    /// The whole host is busy.
    Host,
}

impl Admission {
    pub(crate) fn new(places: u32) -> Self {
        Self {
            host: Arc::new(Semaphore::new(places as usize)),
            tenants: Mutex::default(),
        }
    }

    /// Waits for a place for one of the tenant's calls, at most `patience`.
    pub(crate) async fn enter(&self, tenant: &str, places: usize, patience: Duration) -> Result<Place, Full> {
        let queue = self.queue(tenant, places);
        // The ordinary case takes no timer.
        if let Ok(own) = queue.clone().try_acquire_owned()
            && let Ok(host) = self.host.clone().try_acquire_owned()
        {
            return Ok(Place {
                _host: host,
                _tenant: Some(own),
            });
        }
        let deadline = tokio::time::Instant::now() + patience;
        let own = match tokio::time::timeout_at(deadline, queue.acquire_owned()).await {
            Ok(Ok(own)) => own,
            _ => return Err(Full::Tenant),
        };
        match tokio::time::timeout_at(deadline, self.host.clone().acquire_owned()).await {
            Ok(Ok(host)) => Ok(Place {
                _host: host,
                _tenant: Some(own),
            }),
            _ => Err(Full::Host),
        }
    }

    /// Waits for a place for a call of the host itself (a plugin describing itself).
    pub(crate) async fn enter_for_host(&self, patience: Duration) -> Result<Place, Full> {
        match tokio::time::timeout(patience, self.host.clone().acquire_owned()).await {
            Ok(Ok(host)) => Ok(Place {
                _host: host,
                _tenant: None,
            }),
            _ => Err(Full::Host),
        }
    }

    fn queue(&self, tenant: &str, places: usize) -> Arc<Semaphore> {
        // A limit of none at all would be a tenant that never answers, and nobody would see why.
        let places = places.max(1);
        let mut tenants = self.tenants.lock();
        if let Some(queue) = tenants.get(tenant)
            && queue.places == places
        {
            return queue.semaphore.clone();
        }
        if tenants.len() >= TENANTS_BEFORE_TIDYING {
            tenants.retain(|_, queue| Arc::strong_count(&queue.semaphore) > 1);
        }
        // Places were changed by a reload: those inside keep theirs of the old queue until they are done.
        let semaphore = Arc::new(Semaphore::new(places));
        tenants.insert(
            tenant.to_owned(),
            Queue {
                places,
                semaphore: semaphore.clone(),
            },
        );
        semaphore
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[tokio::test]
    async fn a_tenant_waits_for_itself_and_never_for_another() {
        let admission = Admission::new(8);
        let patience = Duration::from_millis(20);
        let first = admission.enter("a", 2, patience).await.ok().unwrap();
        let _second = admission.enter("a", 2, patience).await.ok().unwrap();
        assert_eq!(admission.enter("a", 2, patience).await.err(), Some(Full::Tenant));
        assert!(admission.enter("b", 2, patience).await.is_ok());
        drop(first);
        assert!(admission.enter("a", 2, patience).await.is_ok());
    }

    #[tokio::test]
    async fn a_full_host_is_said_and_the_tenants_place_given_back() {
        let admission = Admission::new(1);
        let patience = Duration::from_millis(20);
        let only = admission.enter("a", 4, patience).await.ok().unwrap();
        assert_eq!(admission.enter("b", 1, patience).await.err(), Some(Full::Host));
        drop(only);
        assert!(admission.enter("b", 1, patience).await.is_ok());
    }
}
