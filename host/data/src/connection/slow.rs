//! A word in the log of statements that take long, without their text: the driver's own has it.

use std::time::{Duration, Instant};

/// A statement that takes longer is told of.
const SLOW: Duration = Duration::from_secs(1);

/// A statement under way; it is told of when it ends, or is given up, if that was late.
pub(super) struct Watched {
    begin: Instant,
    patience: Duration,
}

impl Watched {
    pub(super) fn begin() -> Self {
        Self {
            begin: Instant::now(),
            patience: SLOW,
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let took = self.begin.elapsed();
        if took > self.patience {
            tracing::warn!(
                seconds = took.as_secs_f64(),
                "a statement on a tenant's database took long"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_took_long_is_told_of_and_what_did_not_is_not() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            drop(Watched::begin());
            assert!(log.0.lock().is_empty());
            drop(Watched {
                patience: Duration::ZERO,
                ..Watched::begin()
            });
        });
        let log = String::from_utf8_lossy(&log.0.lock()).into_owned();
        assert_eq!(log.matches("took long").count(), 1, "{log}");
    }
}
