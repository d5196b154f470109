//! Somebody who asks the API.

use serde_json::{Value, json};

/// What the API answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The header `content-type`, or nothing.
    pub content_type: String,
    /// The body, where it is JSON; else its text.
    pub body: Value,
}

impl Answer {
    /// The body of an answer that must have been 200.
    ///
    /// # Panics
    /// When it is not, with the answer.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The body of an answer that must be a problem with this status and this `code`, a sentence and a request id.
    ///
    /// # Panics
    /// When it is not, with the answer.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert_eq!(self.content_type, "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert!(
            self.body["detail"]
                .as_str()
                .is_some_and(|detail| detail.len() > 10),
            "{}",
            self.body
        );
        assert!(
            self.body["request_id"].as_str().is_some_and(|id| !id.is_empty()),
            "{}",
            self.body
        );
        self.body
    }
}

/// An HTTP client to be: the one provider of TLS has to be named before, though nothing here speaks it.
pub(crate) fn http() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}

/// Somebody with a cookie jar, and perhaps a tenant that every request names.
#[derive(Clone)]
pub struct Client {
    base: String,
    http: reqwest::Client,
    tenant: Option<String>,
}

impl Client {
    /// Somebody nobody knows yet. `base` is the address of the host, as `http://127.0.0.1:8080`.
    pub fn anonymous(base: &str) -> Self {
        let http = http()
            .cookie_store(true)
            .no_proxy()
            .timeout(std::time::Duration::from_secs(60))
            .build()
            .expect("an HTTP client");
        Self {
            base: base.trim_end_matches('/').to_owned(),
            http,
            tenant: None,
        }
    }

    /// Logs in.
    ///
    /// # Panics
    /// When the host does not let them in.
    pub async fn login(base: &str, email: &str, password: &str) -> Self {
        let client = Self::anonymous(base);
        client.try_login(email, password).await.ok();
        client
    }

    /// Asks to be let in.
    pub async fn try_login(&self, email: &str, password: &str) -> Answer {
        self.post("/auth/login", &json!({ "email": email, "password": password }))
            .await
    }

    /// The same session, naming this tenant in every request.
    pub fn of(&self, tenant: &str) -> Self {
        Self {
            tenant: Some(tenant.to_owned()),
            ..self.clone()
        }
    }

    /// The same cookies and tenant at another address of the same machine: a host that was started again.
    pub fn at(&self, base: &str) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
            ..self.clone()
        }
    }

    /// Asks a host that may be gone before it has answered: none when there is no whole answer. `method` as `POST`; the
    /// body, where there is one, is JSON.
    pub async fn attempt(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        let method = method.parse().expect("a method");
        let request = self.http.request(method, format!("{}/api/v1{path}", self.base));
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        self.outcome(request).await.ok()
    }

    /// The same for a component.
    pub async fn attempt_upload(&self, path: &str, component: Vec<u8>) -> Option<Answer> {
        let request = self
            .http
            .post(format!("{}/api/v1{path}", self.base))
            .header("content-type", "application/wasm")
            .body(component);
        self.outcome(request).await.ok()
    }

    /// `GET /api/v1{path}`.
    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    /// `GET /api/v1{path}` with parameters.
    pub async fn get_with(&self, path: &str, parameters: &[(&str, &str)]) -> Answer {
        self.send(
            self.http
                .get(format!("{}/api/v1{path}", self.base))
                .query(parameters),
        )
        .await
    }

    /// `POST /api/v1{path}` with JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.http.post(format!("{}/api/v1{path}", self.base)).json(body))
            .await
    }

    /// `POST /api/v1{path}` without a body, as the calls want it that only do something.
    pub async fn call(&self, path: &str) -> Answer {
        self.send(self.http.post(format!("{}/api/v1{path}", self.base)))
            .await
    }

    /// `GET /panels/{panel}/data` of a range, with further parameters.
    pub async fn panel(&self, panel: &str, range: (&str, &str), parameters: &[(&str, &str)]) -> Answer {
        let mut all = vec![("start_date", range.0), ("end_date", range.1)];
        all.extend_from_slice(parameters);
        self.get_with(&format!("/panels/{panel}/data"), &all).await
    }

    /// `POST /api/v1{path}` with a component, and perhaps its signature in base64.
    pub async fn upload(&self, path: &str, component: Vec<u8>, signature: Option<&str>) -> Answer {
        let mut request = self
            .http
            .post(format!("{}/api/v1{path}", self.base))
            .header("content-type", "application/wasm")
            .body(component);
        if let Some(signature) = signature {
            request = request.header("x-porthole-signature", signature);
        }
        self.send(request).await
    }

    /// `DELETE /api/v1{path}`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.http.delete(format!("{}/api/v1{path}", self.base)))
            .await
    }

    /// `GET {path}` of the host, without the tenant's header: the status, the content type, the bytes.
    pub async fn bytes(&self, path: &str) -> (u16, String, Vec<u8>) {
        let host = self.base.clone();
        let response = self.http.get(format!("{host}{path}")).send().await;
        let response = response.expect("the host answers");
        let status = response.status().as_u16();
        let content_type = response.headers().get("content-type");
        let content_type = content_type
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let content_type = content_type.to_owned();
        let bytes = response.bytes().await.expect("a whole body").to_vec();
        (status, content_type, bytes)
    }

    /// `GET` of a whole address, for an answer that is read piece by piece.
    ///
    /// # Panics
    /// When the host does not answer, or not with 200.
    pub async fn begin(&self, url: &str) -> reqwest::Response {
        let response = self.http.get(url).send().await.expect("the host answers");
        assert_eq!(response.status(), 200);
        response
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.outcome(request).await.expect("the host answers")
    }

    async fn outcome(&self, request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
        let request = match &self.tenant {
            Some(tenant) => request.header("X-Porthole-Tenant", tenant),
            None => request,
        };
        let response = request.send().await?;
        let status = response.status().as_u16();
        let content_type = response
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer {
            status,
            content_type,
            body,
        })
    }
}
