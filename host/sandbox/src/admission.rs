//! Who may come in: at most so many calls of one tenant, at most so many in the host.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Above this many tenants with a queue of their own, queues that nobody uses are forgotten.
const TENANTS_BEFORE_TIDYING: usize = 1_024;
/// Above this many, what is known of a tenant's plugins is forgotten.
const PLUGINS_REMEMBERED: usize = 256;
/// Plugins that may describe themselves at the same time. They have these places for themselves: whoever publishes
/// plugins without end takes no place from a call.
pub(crate) const DESCRIBING: u32 = 2;

/// Places for calls. A tenant's calls first queue for the tenant's own places and only then for the host's, so that a
/// tenant with many calls waits for itself and holds at most its own share of the host; that share is never more than
/// half of it, whatever the tenant's limits say.
pub(crate) struct Admission {
    places: usize,
    host: Arc<Semaphore>,
    describing: Arc<Semaphore>,
    tenants: Mutex<HashMap<String, Arc<Queue>>>,
}

/// One tenant's places. Their number changes with the tenant's limits, but it is one queue all the while: a tenant
/// that changes its limits again and again has no more calls inside than the largest of them allows.
#[derive(Debug)]
struct Queue {
    semaphore: Arc<Semaphore>,
    count: Mutex<Count>,
    /// Plugins, by hash, whose last call took long.
    heavy: Mutex<HashSet<String>>,
}

#[derive(Debug)]
struct Count {
    /// As many as there should be.
    places: usize,
    /// As many as are still to be taken away, once those who have them leave.
    surplus: usize,
}

/// A place of one call; free again when dropped.
#[derive(Debug)]
pub struct Place {
    own: Option<OwnedSemaphorePermit>,
    queue: Option<Arc<Queue>>,
    _host: OwnedSemaphorePermit,
}

/// No place became free in time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// The tenant's own calls are in the way; this many may be inside.
    Tenant(usize),
    /// The whole host is busy.
    Host,
}

impl Admission {
    pub(crate) fn new(places: u32) -> Self {
        let places = places.max(1) as usize;
        Self {
            places,
            host: Arc::new(Semaphore::new(places)),
            describing: Arc::new(Semaphore::new(DESCRIBING as usize)),
            tenants: Mutex::default(),
        }
    }

    /// Waits for a place for one of the tenant's calls, at most `patience`.
    pub(crate) async fn enter(&self, tenant: &str, places: usize, patience: Duration) -> Result<Place, Full> {
        let queue = self.queue(tenant, places);
        // The ordinary case takes no timer.
        if let Ok(own) = queue.semaphore.clone().try_acquire_owned()
            && let Ok(host) = self.host.clone().try_acquire_owned()
        {
            return Ok(Place::new(own, queue, host));
        }
        let deadline = tokio::time::Instant::now() + patience;
        let own = match tokio::time::timeout_at(deadline, queue.semaphore.clone().acquire_owned()).await {
            Ok(Ok(own)) => own,
            _ => return Err(Full::Tenant(queue.count.lock().places)),
        };
        match tokio::time::timeout_at(deadline, self.host.clone().acquire_owned()).await {
            Ok(Ok(host)) => Ok(Place::new(own, queue, host)),
            _ => Err(Full::Host),
        }
    }

    /// Waits for a place for a plugin that describes itself.
    pub(crate) async fn enter_to_describe(&self, patience: Duration) -> Result<Place, Full> {
        match tokio::time::timeout(patience, self.describing.clone().acquire_owned()).await {
            Ok(Ok(host)) => Ok(Place {
                own: None,
                queue: None,
                _host: host,
            }),
            _ => Err(Full::Host),
        }
    }

    fn queue(&self, tenant: &str, places: usize) -> Arc<Queue> {
        // A limit of none at all would be a tenant that never answers, and nobody would see why.
        let places = places.clamp(1, (self.places / 2).max(1));
        let mut tenants = self.tenants.lock();
        if let Some(queue) = tenants.get(tenant) {
            queue.resize(places);
            return queue.clone();
        }
        if tenants.len() >= TENANTS_BEFORE_TIDYING {
            tenants.retain(|_, queue| Arc::strong_count(queue) > 1);
        }
        let queue = Arc::new(Queue {
            semaphore: Arc::new(Semaphore::new(places)),
            count: Mutex::new(Count { places, surplus: 0 }),
            heavy: Mutex::default(),
        });
        tenants.insert(tenant.to_owned(), queue.clone());
        queue
    }
}

impl Queue {
    fn resize(&self, places: usize) {
        let mut count = self.count.lock();
        if places > count.places {
            let more = places - count.places;
            let spared = more.min(count.surplus);
            count.surplus -= spared;
            self.semaphore.add_permits(more - spared);
        } else if places < count.places {
            let fewer = count.places - places;
            count.surplus += fewer - self.semaphore.forget_permits(fewer);
        }
        count.places = places;
    }
}

impl Place {
    fn new(own: OwnedSemaphorePermit, queue: Arc<Queue>, host: OwnedSemaphorePermit) -> Self {
        Self {
            own: Some(own),
            queue: Some(queue),
            _host: host,
        }
    }

    /// Whether the last call of this plugin for this tenant took long.
    pub(crate) fn was_heavy(&self, plugin: &str) -> bool {
        self.queue
            .as_ref()
            .is_some_and(|queue| queue.heavy.lock().contains(plugin))
    }

    /// Remembers whether this call took long.
    pub(crate) fn note(&self, plugin: &str, heavy: bool) {
        let Some(queue) = &self.queue else { return };
        let mut known = queue.heavy.lock();
        if !heavy {
            known.remove(plugin);
        } else if !known.contains(plugin) {
            if known.len() >= PLUGINS_REMEMBERED {
                known.clear();
            }
            known.insert(plugin.to_owned());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (Some(own), Some(queue)) = (self.own.take(), &self.queue) else {
            return;
        };
        let mut count = queue.count.lock();
        if count.surplus > 0 {
            count.surplus -= 1;
            own.forget();
        } else {
            // While the count is held: nobody makes the queue smaller between the look and the leaving.
            drop(own);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(20);

    /// How many calls of the tenant fit in beside those that are inside.
    async fn room(admission: &Admission, tenant: &str, places: usize) -> usize {
        let mut inside = Vec::new();
        while let Ok(place) = admission.enter(tenant, places, PATIENCE).await {
            inside.push(place);
        }
        inside.len()
    }

    #[tokio::test]
    async fn a_tenant_waits_for_itself_and_never_for_another() {
        let admission = Admission::new(8);
        let first = admission.enter("a", 2, PATIENCE).await.ok().unwrap();
        let _second = admission.enter("a", 2, PATIENCE).await.ok().unwrap();
        assert_eq!(
            admission.enter("a", 2, PATIENCE).await.err(),
            Some(Full::Tenant(2))
        );
        assert!(admission.enter("b", 2, PATIENCE).await.is_ok());
        drop(first);
        assert!(admission.enter("a", 2, PATIENCE).await.is_ok());
    }

    #[tokio::test]
    async fn a_full_host_is_said_and_the_tenants_place_given_back() {
        let admission = Admission::new(1);
        let only = admission.enter("a", 4, PATIENCE).await.ok().unwrap();
        assert_eq!(admission.enter("b", 1, PATIENCE).await.err(), Some(Full::Host));
        drop(only);
        assert!(admission.enter("b", 1, PATIENCE).await.is_ok());
    }

    #[tokio::test]
    async fn a_tenant_that_asks_for_all_places_gets_half_of_them() {
        let admission = Admission::new(8);
        assert_eq!(room(&admission, "a", 1_000).await, 4);
    }

    #[tokio::test]
    async fn a_tenant_that_changes_its_limits_again_and_again_has_no_more_inside_than_they_allow() {
        let admission = Admission::new(64);
        let mut inside = Vec::new();
        for places in [2, 3, 2, 3, 2, 3] {
            if let Ok(place) = admission.enter("a", places, PATIENCE).await {
                inside.push(place);
            }
        }
        assert_eq!(inside.len(), 3);
        // Made smaller while three are inside: two have to leave before the next comes in.
        inside.pop();
        assert_eq!(
            admission.enter("a", 2, PATIENCE).await.err(),
            Some(Full::Tenant(2))
        );
        inside.pop();
        inside.push(admission.enter("a", 2, PATIENCE).await.ok().unwrap());
        assert!(admission.enter("a", 2, PATIENCE).await.is_err());
        drop(inside);
        assert_eq!(room(&admission, "a", 2).await, 2);
        assert_eq!(room(&admission, "a", 5).await, 5);
        assert_eq!(room(&admission, "a", 1).await, 1);
    }

    #[tokio::test]
    async fn whoever_stops_waiting_leaves_nothing_behind() {
        let admission = Admission::new(8);
        let only = admission.enter("a", 1, PATIENCE).await.ok().unwrap();
        for _ in 0..100 {
            let waiting = admission.enter("a", 1, Duration::from_secs(60));
            assert!(
                tokio::time::timeout(Duration::from_millis(1), waiting)
                    .await
                    .is_err()
            );
        }
        drop(only);
        assert_eq!(room(&admission, "a", 1).await, 1);
        // The same before the host's own door.
        let busy: Vec<_> = ["b", "c"]
            .map(|tenant| admission.enter(tenant, 4, PATIENCE))
            .into();
        let mut inside = Vec::new();
        for tenant in busy {
            inside.push(tenant.await.ok().unwrap());
        }
        let mut others = Vec::new();
        for tenant in ["d", "e"] {
            for _ in 0..3 {
                others.push(admission.enter(tenant, 3, PATIENCE).await.ok().unwrap());
            }
        }
        let waiting = admission.enter("a", 1, Duration::from_secs(60));
        assert!(
            tokio::time::timeout(Duration::from_millis(1), waiting)
                .await
                .is_err()
        );
        drop((inside, others));
        assert_eq!(room(&admission, "a", 1).await, 1);
    }

    #[tokio::test]
    async fn plugins_that_describe_themselves_take_no_place_from_a_call() {
        let admission = Admission::new(1);
        let _one = admission.enter_to_describe(PATIENCE).await.ok().unwrap();
        let _two = admission.enter_to_describe(PATIENCE).await.ok().unwrap();
        assert_eq!(
            admission.enter_to_describe(PATIENCE).await.err(),
            Some(Full::Host)
        );
        assert!(admission.enter("a", 1, PATIENCE).await.is_ok());
    }

    #[tokio::test]
    async fn what_took_long_is_remembered_for_its_tenant_only() {
        let admission = Admission::new(8);
        let a = admission.enter("a", 1, PATIENCE).await.ok().unwrap();
        let b = admission.enter("b", 1, PATIENCE).await.ok().unwrap();
        a.note("plugin", true);
        assert!(a.was_heavy("plugin") && !b.was_heavy("plugin") && !a.was_heavy("other"));
        a.note("plugin", false);
        assert!(!a.was_heavy("plugin"));
    }
}
