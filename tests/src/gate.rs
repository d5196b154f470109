//! A way to another server that can be shut.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Passes connections on while it is open; shut, it ends those there are and takes none.
pub struct Gate {
    url: String,
    is_open: Arc<AtomicBool>,
    passing: Arc<Mutex<Vec<JoinHandle<()>>>>,
    listening: JoinHandle<()>,
}

impl Gate {
    /// In front of a server, as `http://127.0.0.1:8080`.
    pub async fn before(url: &str) -> Self {
        let target = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let is_open = Arc::new(AtomicBool::new(true));
        let passing = Arc::new(Mutex::new(Vec::new()));
        let (open, all) = (Arc::clone(&is_open), Arc::clone(&passing));
        let listening = tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                if !open.load(Ordering::SeqCst) {
                    continue;
                }
                let target = target.clone();
                let passed = tokio::spawn(async move {
                    if let Ok(mut to) = TcpStream::connect(&target).await {
                        let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                    }
                });
                all.lock().expect("no panic").push(passed);
            }
        });
        Self {
            url: format!("http://127.0.0.1:{port}"),
            is_open,
            passing,
            listening,
        }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens or shuts it.
    pub fn set_open(&self, open: bool) {
        self.is_open.store(open, Ordering::SeqCst);
        if !open {
            for passed in self.passing.lock().expect("no panic").drain(..) {
                passed.abort();
            }
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.listening.abort();
        self.set_open(false);
    }
}
