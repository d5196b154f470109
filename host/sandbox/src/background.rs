//! Threads for calls that compute for more than a moment. They have a lower priority than the threads that answer
//! readers, so that they use what those leave and do not stand in their way.
//!
//! A call begins where its reader's request is. One that has computed for [`MOMENT`] is moved, as it is, to a
//! background thread; one whose plugin was moved the last time, too, begins there.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;
use tracing::Instrument;

/// How long a call may compute before it is moved to the background.
pub(crate) const MOMENT: std::time::Duration = std::time::Duration::from_millis(20);

/// Less than the threads of the runtime have, which is 0, by as much that one of theirs gets about three times as much of a
/// busy processor, and gets it at once when it wakes up. Not the least there is (19), nor near it: a panel that takes its
/// time has to get there on a busy machine, too, before its wall time is over.
#[cfg(target_os = "linux")]
const PRIORITY: i32 = 5;

/// The background threads: a runtime of one less than there are processors, and at least one, so that the threads that
/// answer readers always find a processor that computes for nobody else.
pub(crate) struct Background {
    runtime: Option<Runtime>,
}

impl Background {
    pub(crate) fn start() -> Result<Self, String> {
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
        let threads = processors.saturating_sub(1).max(1);
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("porthole-guests")
            .on_thread_start(yield_to_others)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self {
            runtime: Some(runtime),
        })
    }

    /// Runs a call to its end: here until `leave` says that it should go, or in the background from the beginning.
    /// `leave` is asked whenever the call lets others run.
    ///
    /// Dropping this ends the call, at once or at its next pause in the background; what the call owns lives as long.
    /// None: the background is gone, because the host is going.
    pub(crate) async fn run<F>(&self, call: F, at_once: bool, leave: impl Fn() -> bool) -> Option<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let mut call = Box::pin(call);
        if !at_once && let Some(output) = run_here(&mut call, leave).await {
            return Some(output);
        }
        let runtime = self.runtime.as_ref()?;
        Task(runtime.spawn(call)).end().await
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Waiting for the threads is forbidden where this may be dropped: in a task.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// None: it was asked to leave before its end.
async fn run_here<F: Future>(call: &mut Pin<Box<F>>, leave: impl Fn() -> bool) -> Option<F::Output> {
    poll_fn(|context| match call.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if leave() => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}

/// Runs what is asked of the host on the host's own threads, also when the asking call is in the background: a
/// question to a database may hold what others wait for, and must not wait itself.
pub(crate) async fn at_home<F>(home: &Handle, question: F) -> Option<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    if Handle::current().id() == home.id() {
        return Some(question.await);
    }
    Task(home.spawn(question.in_current_span())).end().await
}

/// A task that ends with its owner.
struct Task<T>(JoinHandle<T>);

impl<T> Task<T> {
    /// What it gave; none if its runtime is gone.
    async fn end(mut self) -> Option<T> {
        match (&mut self.0).await {
            Ok(output) => Some(output),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => None,
        }
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Gives this thread a lower priority, where the system knows that of single threads.
fn yield_to_others() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, PRIORITY) {
        tracing::warn!(%error, "a background thread keeps its priority");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use std::time::Duration;

    use super::*;

    fn thread_name() -> String {
        std::thread::current().name().unwrap_or_default().to_owned()
    }

    #[tokio::test]
    async fn a_call_moves_when_it_is_asked_to_and_goes_on_where_it_was() {
        let background = Background::start().unwrap();
        let call = || async {
            let before = thread_name();
            tokio::task::yield_now().await;
            (before, thread_name())
        };
        let here = thread_name();
        let stayed = background.run(call(), false, || false).await.unwrap();
        assert_eq!(stayed, (here.clone(), here.clone()));
        let moved = background.run(call(), false, || true).await.unwrap();
        assert_eq!(moved, (here, "porthole-guests".to_owned()));
        let began_there = background.run(call(), true, || false).await.unwrap();
        assert_eq!(began_there.0, "porthole-guests");
    }

    #[tokio::test]
    async fn a_question_is_answered_at_home() {
        let background = Background::start().unwrap();
        let home = Handle::current();
        let here = thread_name();
        let call = async move { at_home(&home, async { thread_name() }).await };
        assert_eq!(background.run(call, true, || false).await.unwrap(), Some(here));
    }

    #[tokio::test]
    async fn whoever_leaves_ends_a_call_in_the_background() {
        struct Flag(Arc<AtomicBool>);
        impl Drop for Flag {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Release);
            }
        }
        let background = Background::start().unwrap();
        let ended = Arc::new(AtomicBool::new(false));
        let flag = Flag(ended.clone());
        let call = async move {
            let _flag = flag;
            loop {
                tokio::task::yield_now().await;
            }
        };
        let waiting = background.run(call, true, || false);
        assert!(
            tokio::time::timeout(Duration::from_millis(20), waiting)
                .await
                .is_err()
        );
        for _ in 0..200 {
            if ended.load(Ordering::Acquire) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it goes on");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_background_has_a_lower_priority_and_nobody_else() {
        let background = Background::start().unwrap();
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let ours = priority();
        let guests = background
            .run(async move { priority() }, true, || false)
            .await
            .unwrap();
        assert_eq!(guests, PRIORITY);
        assert_eq!(priority(), ours);
    }
}
