//! An identity provider that says what it is and nothing else: enough to begin logins with, and to come back from them
//! without one.

use std::sync::Arc;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// Gone when dropped.
pub struct StandIn {
    pub issuer: String,
    /// Told of each question.
    pub asked: Arc<Notify>,
    serving: tokio::task::JoinHandle<()>,
}

impl StandIn {
    pub async fn new() -> Self {
        Self::that(true).await
    }

    /// One that is asked and never says a word.
    pub async fn silent() -> Self {
        Self::that(false).await
    }

    async fn that(answers: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/realms/ops", listener.local_addr().unwrap());
        let body = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
            "end_session_endpoint": format!("{issuer}/logout"),
        })
        .to_string();
        let asked = Arc::new(Notify::new());
        let counted = Arc::clone(&asked);
        let serving = tokio::spawn(async move {
            let mut waiting = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => request.push(byte),
                        Err(_) => break,
                    }
                }
                counted.notify_one();
                if !answers {
                    waiting.push(stream);
                    continue;
                }
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all(format!("{head}{body}").as_bytes()).await.ok();
            }
        });
        Self {
            issuer,
            asked,
            serving,
        }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
