//! The current configuration, reloaded when its files change.

use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::kept::keep_what_was_good;
use crate::stamp;
use crate::{Config, Environment};

/// Files that change are given this long to come to rest, at most twenty times.
const REST: Duration = Duration::from_millis(100);

/// The configuration of a running host. A reader takes [`ConfigStore::current`] once and sees one configuration from
/// start to end, whatever is reloaded meanwhile.
///
/// A reload keeps what was good: a tenant whose `tenant.yaml` has become faulty or whose folder cannot be read, and a dashboard
/// or a panel whose file has become faulty, stay as they were until the fault is mended or the file removed; the faults are in [`Config::diagnostics`], and those of
/// panels in [`Tenant::outdated`](crate::Tenant::outdated) as well, those of dashboards in
/// [`Tenant::outdated_dashboards`](crate::Tenant::outdated_dashboards). Of such a tenant's plugins, those that run already go on
/// and no other is let in ([`TenantPlugins::is_frozen`](crate::TenantPlugins::is_frozen)). A panel that is faulty from its
/// first version on says so in its place.
#[derive(Debug)]
pub struct ConfigStore {
    dir: PathBuf,
    /// One more tenant's folder.
    beside: Option<PathBuf>,
    environment: Environment,
    current: ArcSwap<Config>,
    /// Of the files that `current` was made of.
    seen: Mutex<u64>,
}

impl ConfigStore {
    /// Loads the configuration folder; see [`Config::load`].
    pub fn open(dir: impl Into<PathBuf>, environment: Environment) -> Self {
        Self::open_beside(dir, None, environment)
    }

    /// The same with one more tenant; see [`Config::load_beside`].
    pub fn open_beside(dir: impl Into<PathBuf>, beside: Option<PathBuf>, environment: Environment) -> Self {
        let dir = dir.into();
        let seen = Mutex::new(stamp::of_folder(&dir));
        let current = ArcSwap::from_pointee(Config::load_beside(&dir, beside.as_deref(), &environment));
        Self {
            dir,
            beside,
            environment,
            current,
            seen,
        }
    }

    /// The configuration of this moment.
    pub fn current(&self) -> Arc<Config> {
        self.current.load_full()
    }

    /// Looks at the folder, and reloads it if a file has changed. The new configuration, if there is one.
    pub fn refresh(&self) -> Option<Arc<Config>> {
        // Held over the reload: two at once could end with the older one.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamp::of_folder(&self.dir);
        let before = self.current();
        if *seen == now && !refers_to_changes(&before) {
            return None;
        }
        let mut after = Config::load_beside(&self.dir, self.beside.as_deref(), &self.environment);
        after.generation = before.generation + 1;
        keep_what_was_good(&self.dir, &before, &mut after);
        let after = Arc::new(after);
        self.current.store(Arc::clone(&after));
        *seen = now;
        Some(after)
    }

    /// Looks at the folder at this interval, from a thread of its own, until the [`Watch`] is dropped. `changed` is
    /// called with each new configuration, after it has become the current one.
    pub fn watch(
        self: &Arc<Self>,
        every: Duration,
        changed: impl Fn(&Arc<Config>) + Send + 'static,
    ) -> std::io::Result<Watch> {
        let (stop, stopped) = channel::<()>();
        let store = Arc::clone(self);
        let thread = std::thread::Builder::new()
            .name("config".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                    if !store.has_changed() {
                        continue;
                    }
                    store.wait_for_rest();
                    if let Some(config) = store.refresh() {
                        changed(&config);
                    }
                }
            })?;
        Ok(Watch {
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    fn has_changed(&self) -> bool {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen != stamp::of_folder(&self.dir) || refers_to_changes(&self.current())
    }

    /// Editors and copying tools write in several steps, and half a file is a faulty file.
    fn wait_for_rest(&self) {
        let mut before = stamp::of_folder(&self.dir);
        for _ in 0..20 {
            std::thread::sleep(REST);
            let now = stamp::of_folder(&self.dir);
            if now == before {
                return;
            }
            before = now;
        }
    }
}

/// Whether a file elsewhere that the configuration was made with, as one that holds a database's address, is another by now.
fn refers_to_changes(config: &Config) -> bool {
    config.referred.iter().any(stamp::Referred::has_changed)
}

/// Keeps a [`ConfigStore`] looking at its folder; dropping it ends that.
#[derive(Debug)]
pub struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        // The thread wakes when its sender is gone.
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
