//! A word in the log of statements that take long, without their text: the driver's own has it.

use std::future::Future;
use std::time::{Duration, Instant};

/// A statement that takes longer is told of.
const SLOW: Duration = Duration::from_secs(1);

tokio::task_local! {
    /// Who asks.
    static ASKING: String;
}

/// Asks for somebody, as for a panel by its id: a statement that takes long is told of with this name.
pub async fn asked_by<F: Future>(who: &str, question: F) -> F::Output {
    ASKING.scope(who.to_owned(), question).await
}

/// A statement under way; it is told of when it ends, or is given up, if that was late.
pub(super) struct Watched<'a> {
    tenant: &'a str,
    begin: Instant,
    patience: Duration,
}

impl<'a> Watched<'a> {
    pub(super) fn begin(tenant: &'a str) -> Self {
        Self {
            tenant,
            begin: Instant::now(),
            patience: SLOW,
        }
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        let took = self.begin.elapsed();
        if took > self.patience {
            // Nobody, where the host asks of its own accord.
            let panel = ASKING.try_with(Clone::clone).ok();
            tracing::warn!(
                tenant = self.tenant,
                panel,
                seconds = took.as_secs_f64(),
                "a statement on a tenant's database took long"
            );
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    /// What is logged on this thread.
    #[derive(Clone, Default)]
    pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

    impl Log {
        /// Until the guard is dropped.
        pub(crate) fn begin(&self) -> tracing::subscriber::DefaultGuard {
            let writer = self.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_ansi(false)
                .with_writer(move || writer.clone())
                .finish();
            tracing::subscriber::set_default(subscriber)
        }

        pub(crate) fn text(&self) -> String {
            String::from_utf8_lossy(&self.0.lock()).into_owned()
        }
    }

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_took_long_is_told_of_with_whose_it_is_and_what_did_not_is_not() {
        let log = Log::default();
        let told = log.begin();
        drop(Watched::begin("one"));
        assert_eq!(log.text(), "");
        let late = || {
            drop(Watched {
                patience: Duration::ZERO,
                ..Watched::begin("one")
            });
        };
        asked_by("load", async { late() }).await;
        late();
        drop(told);
        let log = log.text();
        assert_eq!(log.matches("took long").count(), 2, "{log}");
        assert_eq!(log.matches("one").count(), 2, "{log}");
        assert_eq!(log.matches("load").count(), 1, "{log}");
    }
}
