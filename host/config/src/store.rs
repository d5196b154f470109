//! The current configuration, reloaded when its files change.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::{Config, Environment, Tenant, TenantPlugins};

/// Files and folders that are looked at for changes.
const ENTRIES: usize = 200_000;
/// Levels below the configuration folder that are looked at.
const DEPTH: usize = 8;
/// Files that change are given this long to come to rest, at most twenty times.
const REST: Duration = Duration::from_millis(100);

/// The configuration of a running host. A reader takes [`ConfigStore::current`] once and sees one configuration from
/// start to end, whatever is reloaded meanwhile.
///
/// A reload keeps what was good: a tenant whose `tenant.yaml` has become faulty, and a dashboard whose file has, stay
/// as they were until the fault is mended or the file removed; the faults are in [`Config::diagnostics`]. Of such a tenant's
/// plugins, those that run already go on and no other is let in ([`TenantPlugins::is_frozen`]). A panel that
/// has become faulty says so in its place, since that is where its author looks.
#[derive(Debug)]
pub struct ConfigStore {
    dir: PathBuf,
    environment: Environment,
    current: ArcSwap<Config>,
    /// Of the files that `current` was made of.
    seen: Mutex<u64>,
}

impl ConfigStore {
    /// Loads the configuration folder; see [`Config::load`].
    pub fn open(dir: impl Into<PathBuf>, environment: Environment) -> Self {
        let dir = dir.into();
        let seen = Mutex::new(fingerprint(&dir));
        let current = ArcSwap::from_pointee(Config::load(&dir, &environment));
        Self {
            dir,
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
        let now = fingerprint(&self.dir);
        if *seen == now {
            return None;
        }
        let before = self.current();
        let mut after = Config::load(&self.dir, &self.environment);
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
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) != fingerprint(&self.dir)
    }

    /// Editors and copying tools write in several steps, and half a file is a faulty file.
    fn wait_for_rest(&self) {
        let mut before = fingerprint(&self.dir);
        for _ in 0..20 {
            std::thread::sleep(REST);
            let now = fingerprint(&self.dir);
            if now == before {
                return;
            }
            before = now;
        }
    }
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

fn keep_what_was_good(dir: &Path, before: &Config, after: &mut Config) {
    for (id, old) in &before.tenants {
        let folder = dir.join("tenants").join(id);
        match after.tenants.get(id) {
            None => {
                let Some(found) = after.set_aside.get(id) else {
                    continue;
                };
                let prefix = format!("tenants/{id}/");
                let faults = after
                    .diagnostics
                    .iter()
                    .filter(|fault| fault.file.starts_with(&prefix));
                let kept = Tenant {
                    diagnostics: faults.cloned().collect(),
                    // Files and pins are what they are now. Whose signatures count can only be what it was, so that
                    // nothing new may come in under it.
                    plugins: TenantPlugins {
                        require_signature: old.plugins.require_signature,
                        keys: old.plugins.keys.clone(),
                        is_frozen: true,
                        ..found.clone()
                    },
                    ..(**old).clone()
                };
                after.tenants.insert(id.clone(), Arc::new(kept));
            }
            Some(new) => {
                let lost = old.dashboards.iter().filter(|(name, _)| {
                    !new.dashboards.contains_key(*name)
                        && folder.join(format!("dashboards/{name}.yaml")).is_file()
                });
                let lost: Vec<_> = lost.collect();
                if lost.is_empty() {
                    continue;
                }
                let mut kept = (**new).clone();
                for (name, dashboard) in lost {
                    for placement in &dashboard.panels {
                        let id = &placement.id.value;
                        if let (false, Some(panel)) = (kept.panels.contains_key(id), old.panels.get(id)) {
                            kept.panels.insert(id.clone(), panel.clone());
                        }
                    }
                    kept.dashboards.insert(name.clone(), dashboard.clone());
                }
                after.tenants.insert(id.clone(), Arc::new(kept));
            }
        }
    }
}

/// Changes when a file below `tenants/` appears, vanishes, or is written.
fn fingerprint(dir: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut left = ENTRIES;
    walk(&dir.join("tenants"), DEPTH, &mut left, &mut hasher);
    hasher.finish()
}

fn walk(dir: &Path, depth: usize, left: &mut usize, hasher: &mut DefaultHasher) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    let mut entries: Vec<_> = entries.flatten().take(*left).map(|entry| entry.path()).collect();
    *left -= entries.len();
    entries.sort();
    for path in entries {
        path.hash(hasher);
        // Follows links: mounted configuration is often made of them.
        let Ok(metadata) = fs::metadata(&path) else {
            continue;
        };
        metadata.len().hash(hasher);
        metadata.modified().ok().hash(hasher);
        if metadata.is_dir() && depth > 0 {
            walk(&path, depth - 1, left, hasher);
        }
    }
}
