//! From bytes to a plugin: checked, compiled off the request path, linked, and asked to describe itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use crate::bindings::{Descriptor, PluginPre, QueryError};
use crate::call::{Answer, Question};
use crate::compiler::{Compiler, Failure};
use crate::descriptor;
use crate::engine::Sandbox;
use crate::guest_text::{IN_MESSAGES, bounded};
use crate::limits::Limits;
use crate::load::{LoadError, look_at, look_at_world};
use crate::plugin::Plugin;
use crate::source::{Source, Sources};
use crate::state::CallState;

/// Components that may be compiled or wait for it at a time.
const COMPILE_QUEUE: usize = 32;

/// How long a plugin waits for its turn to describe itself.
const DESCRIBING_PATIENCE: Duration = Duration::from_secs(60);

impl Sandbox {
    /// [`Sandbox::load_within`] the default limits, compiled by this very process: for the host's own components, which
    /// it knows, and which it needs before it can do anything else.
    ///
    /// # Errors
    /// The same.
    pub async fn load(
        &self,
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
        origin: &str,
    ) -> Result<Arc<Plugin>, LoadError> {
        self.load_by(None, bytes, origin, &Limits::default()).await
    }

    /// Checks, compiles and links a component, and asks it to describe itself under these limits.
    ///
    /// `origin` says where the bytes come from (a path, `built in`), for messages. Compiling takes processor time in
    /// proportion to the component, one component at a time, in a process of its own where there is a [`Compiler`].
    /// Needs a tokio runtime.
    ///
    /// # Errors
    /// A [`LoadError`] for everything that is not a panel; no bytes make this panic.
    pub async fn load_within(
        &self,
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
        origin: &str,
        limits: &Limits,
    ) -> Result<Arc<Plugin>, LoadError> {
        let compiler = self.inner.options.compiler.as_ref();
        self.load_by(compiler, bytes, origin, limits).await
    }

    async fn load_by(
        &self,
        compiler: Option<&Compiler>,
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
        origin: &str,
        limits: &Limits,
    ) -> Result<Arc<Plugin>, LoadError> {
        let origin = origin.to_owned();
        let size = bytes.as_ref().len();
        let limit = limits.component_bytes;
        if size > limit {
            return Err(LoadError::TooLarge { origin, size, limit });
        }
        if let Err(reason) = look_at(bytes.as_ref()) {
            return Err(LoadError::Unreadable { origin, reason });
        }
        let hash = hex::encode(Sha256::digest(bytes.as_ref()));
        let component = self.compile(compiler, bytes, &hash, &origin).await?;
        if let Err(reason) = look_at_world(&self.inner.engine, &component) {
            return Err(LoadError::WrongWorld { origin, reason });
        }
        let linked = self
            .inner
            .linker
            .instantiate_pre(&component)
            .and_then(PluginPre::new);
        let linked = linked.map_err(|error| LoadError::WrongWorld {
            origin: origin.clone(),
            reason: said(&error),
        })?;
        let descriptor = self.describe(&linked, &hash, &origin, limits).await?;
        if let Err(reason) = descriptor::check(&descriptor) {
            return Err(LoadError::Descriptor { origin, reason });
        }
        Ok(Arc::new(Plugin {
            descriptor,
            hash,
            size,
            origin,
            linked,
        }))
    }

    async fn compile(
        &self,
        compiler: Option<&Compiler>,
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
        hash: &str,
        origin: &str,
    ) -> Result<Component, LoadError> {
        let internal = |reason: String| LoadError::Internal {
            origin: origin.to_owned(),
            reason,
        };
        let inner = self.inner.clone();
        if let Some(component) = self.kept(hash).await {
            return Ok(component);
        }
        let _waiting = Waiting::begin(&self.inner.queue).map_err(|waiting| LoadError::QueueFull {
            origin: origin.to_owned(),
            waiting,
        })?;
        let _turn = self
            .inner
            .compiling
            .acquire()
            .await
            .map_err(|error| internal(error.to_string()))?;
        // Somebody before us in the queue may have compiled the same.
        if let Some(component) = self.kept(hash).await {
            return Ok(component);
        }
        let unreadable = |reason: String| LoadError::Unreadable {
            origin: origin.to_owned(),
            reason,
        };
        let key = hash.to_owned();
        let code = match compiler {
            Some(compiler) => {
                let code = compiler.compile(&inner.options, bytes.as_ref()).await;
                Some(code.map_err(|failure| match failure {
                    Failure::Unreadable(reason) => unreadable(reason),
                    Failure::TooCostly(reason) => LoadError::TooCostly {
                        origin: origin.to_owned(),
                        reason,
                    },
                    Failure::Internal(reason) => internal(reason),
                })?)
            }
            None => None,
        };
        let work = move || {
            let component = match &code {
                // SAFETY: `deserialize` asks for bytes that came from `Engine::precompile_component` or
                // `Component::serialize` unchanged. These came through a pipe, which nobody else can write to, from a
                // process that this host has just started from its own program and that does nothing but call the
                // former. The engine compares their version and settings with its own before it uses them.
                Some(code) => unsafe { Component::deserialize(&inner.engine, code) }?,
                None => Component::from_binary(&inner.engine, bytes.as_ref())?,
            };
            if let Some(cache) = &inner.cache {
                cache.store(&key, &component);
            }
            Ok(component)
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(component)) => Ok(component),
            Ok(Err(error)) => {
                let error: wasmtime::Error = error;
                Err(unreadable(said(&error)))
            }
            Err(_panicked) => Err(internal("the compiler gave up on it".to_owned())),
        }
    }

    /// The compiled form on disk.
    async fn kept(&self, hash: &str) -> Option<Component> {
        self.inner.cache.as_ref()?;
        let inner = self.inner.clone();
        let key = hash.to_owned();
        let look = move || inner.cache.as_ref()?.load(&inner.engine, &key);
        tokio::task::spawn_blocking(look).await.ok().flatten()
    }

    async fn describe(
        &self,
        linked: &PluginPre<CallState>,
        hash: &str,
        origin: &str,
        limits: &Limits,
    ) -> Result<Descriptor, LoadError> {
        let inner = &*self.inner;
        let limits = inner.allowed(limits);
        let wrong = |reason: String| LoadError::Describe {
            origin: origin.to_owned(),
            reason,
        };
        let place = inner
            .admission
            .enter_to_describe(DESCRIBING_PATIENCE)
            .await
            .map_err(|_full| wrong("the host is busy; try again in a moment".to_owned()))?;
        let state = CallState::new(limits, inner.options.stack_bytes, Arc::new(NoSources), 0);
        let Some((ending, _place)) = inner.run(linked, hash, place, state, Question::Describe).await else {
            return Err(wrong("the host is stopping".to_owned()));
        };
        match ending.result {
            Ok(Answer::Descriptor(descriptor)) => Ok(*descriptor),
            Ok(Answer::View(_)) => Err(wrong("a view came where a description was asked for".to_owned())),
            Err((_, message)) => {
                let said = ending
                    .log
                    .last()
                    .map(|line| format!("; the last it said: {}", line.message));
                Err(wrong(message + &said.unwrap_or_default()))
            }
        }
    }
}

/// A component in the queue of the compiler.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    /// Takes a place in the queue; an error says how many are before.
    fn begin(queue: &'a AtomicUsize) -> Result<Self, usize> {
        let before = queue.fetch_add(1, Ordering::Relaxed);
        let waiting = Self(queue);
        if before < COMPILE_QUEUE {
            Ok(waiting)
        } else {
            Err(before)
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The engine's words about a component; they quote names that its author chose.
fn said(error: &wasmtime::Error) -> String {
    bounded(&format!("{error:#}"), IN_MESSAGES)
}

/// A plugin that describes itself has no tenant, hence no data.
struct NoSources;

impl Sources for NoSources {
    fn open(&self, _name: &str) -> Result<Arc<dyn Source>, QueryError> {
        Err(QueryError::Denied(
            "there is no data while a plugin describes itself".to_owned(),
        ))
    }
}
