//! A host with two tenants, and a client that talks to it without a network.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use parking_lot::Mutex;
use porthole_api::{ApiSettings, ApiState, Panels, PluginChange, PluginShelf, Provider, router};
use porthole_identity::{
    AuditEntry, Identity, NewUser, Options, PasswordCost, Role, SessionToken, TenantRecord,
};
use porthole_model::{
    CacheOutcome, Dashboard, DashboardSummary, Dashboards, DatabaseState, Metric, PanelAnswer, Plugin,
    PluginLog, PluginPublished, Plugins, Problem, TenantDatabase, TimeRange, Usage, View,
};
use porthole_panel::{Export, ExportFormat, RenderError, RenderRequest, Rendered};
use porthole_plugins::{PluginsError, Upload};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

/// What a told panel does.
#[derive(Clone)]
pub enum Telling {
    Answer(Rendered),
    Fail(RenderError),
    Panic,
}

/// Panels that do as they are told, and remember what they were asked.
#[derive(Default)]
pub struct ToldPanels {
    told: Mutex<HashMap<(String, String), Telling>>,
    pub asked: Mutex<Vec<RenderRequest>>,
    pub forgotten: Mutex<Vec<String>>,
}

impl ToldPanels {
    pub fn tell(&self, tenant: &str, panel: &str, telling: Telling) {
        self.told
            .lock()
            .insert((tenant.to_owned(), panel.to_owned()), telling);
    }

    pub fn last_asked(&self) -> RenderRequest {
        self.asked.lock().last().cloned().unwrap()
    }
}

#[async_trait]
impl Panels for ToldPanels {
    fn dashboards(&self, tenant: &str) -> Option<Dashboards> {
        let title = format!("Operations of {tenant}");
        Some(Dashboards {
            dashboards: vec![DashboardSummary {
                name: "default".into(),
                title,
                description: None,
            }],
        })
    }

    fn dashboard(&self, tenant: &str, name: &str) -> Option<Dashboard> {
        (name == "default").then(|| Dashboard {
            name: name.to_owned(),
            title: format!("Operations of {tenant}"),
            description: None,
            refresh_interval: 300,
            columns: 12,
            default_range: None,
            panels: Vec::new(),
            diagnostics: Vec::new(),
            outdated: Vec::new(),
        })
    }

    fn panel_of_endpoint(&self, tenant: &str, endpoint: &str, panel: Option<&str>) -> Option<String> {
        let id = panel.unwrap_or("cpu").to_owned();
        let is_told = self.told.lock().contains_key(&(tenant.to_owned(), id.clone()));
        (endpoint == "topology" && is_told).then_some(id)
    }

    async fn database(&self, tenant: &str) -> TenantDatabase {
        let is_up = tenant == "alpha";
        TenantDatabase {
            state: if is_up {
                DatabaseState::Up
            } else {
                DatabaseState::Down
            },
            reason: (!is_up).then(|| "Nobody listens there.".to_owned()),
        }
    }

    async fn forget(&self, tenant: &str) {
        self.forgotten.lock().push(tenant.to_owned());
    }

    async fn invalidate(&self, tenant: &str, panel: &str) -> Result<(), RenderError> {
        let told = self.told.lock();
        match told.contains_key(&(tenant.to_owned(), panel.to_owned())) {
            true => Ok(()),
            false => Err(RenderError::NotFound),
        }
    }

    async fn render(
        &self,
        tenant: &str,
        panel: &str,
        request: RenderRequest,
    ) -> Result<Rendered, RenderError> {
        let telling = self
            .told
            .lock()
            .get(&(tenant.to_owned(), panel.to_owned()))
            .cloned();
        self.asked.lock().push(request);
        match telling {
            None => Err(RenderError::NotFound),
            Some(Telling::Answer(rendered)) => Ok(rendered),
            Some(Telling::Fail(error)) => Err(error),
            Some(Telling::Panic) => panic!("a panel room's mistake"),
        }
    }

    async fn export(
        &self,
        tenant: &str,
        panel: &str,
        request: RenderRequest,
        _: ExportFormat,
    ) -> Result<Export, RenderError> {
        let rendered = self.render(tenant, panel, request).await?;
        let (chunks, rest) = tokio::sync::mpsc::channel(1);
        drop(chunks);
        Ok(Export {
            first: rendered.answer.title.clone().into(),
            rest,
        })
    }
}

/// Nobody has a plugin; the real ones are tested with the whole host.
/// Beta has published one; nothing is taken.
struct OnePlugin;

impl OnePlugin {
    fn is_there(tenant: &str, name: &str) -> Result<(), PluginsError> {
        match (tenant, name) {
            ("beta", "heat") => Ok(()),
            _ => Err(PluginsError::NotFound),
        }
    }
}

#[async_trait]
impl PluginShelf for OnePlugin {
    fn largest(&self, _: &str) -> Option<usize> {
        Some(1_000)
    }

    async fn list(&self, _: &str) -> Result<Plugins, PluginsError> {
        Ok(Plugins::default())
    }

    async fn one(&self, tenant: &str, name: &str) -> Result<Plugin, PluginsError> {
        Self::is_there(tenant, name)?;
        Ok(serde_json::from_value(json!({
            "name": "heat", "title": "Heat of beta", "description": "", "endpoint": null, "source": "published",
            "state": {"is": "active"}, "version": "1.0.0", "sha256": "ab", "size_bytes": 1, "signed_by": null,
            "versions": [], "limits": [], "failures": [],
            "totals": {"calls": 1, "failures": 2, "guest_us": 3, "wall_us": 4, "memory_peak_bytes": 5, "queries": 6, "rows": 7},
        }))
        .unwrap())
    }

    async fn log(&self, tenant: &str, name: &str, _: usize) -> Result<PluginLog, PluginsError> {
        Self::is_there(tenant, name)?;
        Ok(serde_json::from_value(json!({ "lines": [] })).unwrap())
    }

    async fn publish(&self, _: &str, _: Upload, _: AuditEntry) -> Result<PluginPublished, PluginsError> {
        Err(PluginsError::Refused("nothing is taken here".to_owned()))
    }

    async fn change(
        &self,
        tenant: &str,
        name: &str,
        _: PluginChange,
        _: AuditEntry,
    ) -> Result<(), PluginsError> {
        Self::is_there(tenant, name)
    }
}

/// An answer whose title is `title`.
pub fn rendered(title: &str, etag: &str) -> Rendered {
    let answer = PanelAnswer {
        panel: "cpu".into(),
        type_name: "kpi".into(),
        title: title.into(),
        range: TimeRange {
            start: "2026-01-01T00:00:00Z".into(),
            end: "2026-01-02T00:00:00Z".into(),
        },
        aggregation: None,
        generated_at: "2026-01-02T00:00:00Z".into(),
        cache: CacheOutcome::Miss,
        refresh_interval: 60,
        notes: Vec::new(),
        view: View::Metric(Metric::default()),
        usage: Usage::default(),
    };
    let body = serde_json::to_vec(&answer).unwrap();
    Rendered::new(Arc::new(answer), body.into(), etag.into())
}

/// Ada has a grant for alpha, Bob for beta, Cleo for both, Dan for none though he is an administrator.
pub struct Site {
    pub router: Router,
    pub identity: Arc<Identity>,
    pub panels: Arc<ToldPanels>,
    is_secure: bool,
    _folder: TempDir,
}

pub const PASSWORD: &str = "correct horse";

impl Site {
    pub async fn new() -> Self {
        Self::with(ApiSettings::default(), Options::default()).await
    }

    pub async fn with(settings: ApiSettings, options: Options) -> Self {
        Self::with_provider(settings, options, None).await
    }

    pub async fn with_provider(
        settings: ApiSettings,
        options: Options,
        provider: Option<Arc<Provider>>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/central.db", folder.path().display());
        let cost = PasswordCost {
            memory_kib: 64,
            passes: 1,
            lanes: 1,
        };
        let identity = Arc::new(
            Identity::connect(
                &url.into(),
                Options {
                    password_cost: cost,
                    ..options
                },
            )
            .await
            .unwrap(),
        );
        let tenant = |id: &str| TenantRecord {
            id: id.to_owned(),
            name: id.to_uppercase(),
            database_name: id.to_owned(),
            database_host: "localhost".into(),
            database_port: Some(5432),
        };
        identity
            .sync_tenants(&[tenant("alpha"), tenant("beta")])
            .await
            .unwrap();
        for (name, is_admin, tenants) in [
            ("ada", false, &["alpha"][..]),
            ("bob", false, &["beta"]),
            ("cleo", false, &["alpha", "beta"]),
            ("dan", true, &[]),
        ] {
            let email = format!("{name}@example.com");
            let password = Some(PASSWORD.to_owned().into());
            let user = identity
                .create_user(
                    NewUser {
                        email,
                        full_name: None,
                        is_admin,
                        password,
                    },
                    AuditEntry::default(),
                )
                .await
                .unwrap();
            for tenant in tenants {
                identity
                    .grant(user.id, tenant, Role::Viewer, AuditEntry::default())
                    .await
                    .unwrap();
            }
        }
        let panels = Arc::new(ToldPanels::default());
        panels.tell(
            "alpha",
            "cpu",
            Telling::Answer(rendered("Alpha's CPU", "tag-of-alpha")),
        );
        let state = ApiState {
            identity: Arc::clone(&identity),
            panels: Arc::clone(&panels) as Arc<dyn Panels>,
            plugins: Arc::new(OnePlugin),
            provider,
            settings: Arc::new(settings),
        };
        Self {
            is_secure: state.settings.secure_cookies(),
            router: router(state),
            identity,
            panels,
            _folder: folder,
        }
    }

    /// The cookie that a browser has of a session.
    pub fn cookie_of(&self, token: &SessionToken) -> String {
        let prefix = if self.is_secure { "__Host-" } else { "" };
        format!("{prefix}porthole_session={}", token.expose())
    }

    /// Somebody without a session.
    pub fn nobody(&self) -> Client<'_> {
        Client {
            site: self,
            cookie: None,
        }
    }

    /// `name`, logged in.
    pub async fn logged_in(&self, name: &str) -> Client<'_> {
        let answer = self
            .nobody()
            .login(&format!("{name}@example.com"), PASSWORD)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        Client {
            site: self,
            cookie: Some(answer.cookie()),
        }
    }
}

pub struct Client<'s> {
    pub site: &'s Site,
    /// `name=value`.
    pub cookie: Option<String>,
}

impl Client<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, None).await
    }

    pub async fn post(&self, path: &str) -> Answer {
        self.send(Method::POST, path, &[], None).await
    }

    pub async fn login(&self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password }).to_string();
        self.send(
            Method::POST,
            "/api/v1/auth/login",
            &[(CONTENT_TYPE.as_str(), "application/json")],
            Some(body),
        )
        .await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "dash.test");
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer = std::net::SocketAddr::from(([192, 0, 2, 1], 40_000));
        let request = request
            .extension(ConnectInfo(peer))
            .body(body.map_or_else(Body::empty, Body::from))
            .unwrap();
        let response = self.site.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        };
        answer.holds_what_every_answer_must();
        answer
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    fn holds_what_every_answer_must(&self) {
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        assert_eq!(self.header("x-request-id").len(), 16);
        let kept = ["no-store", "private, no-cache", "private, max-age=86400"];
        // Pages for people are the same for everybody.
        let is_page = self.header("content-type").starts_with("text/") && self.status == StatusCode::OK;
        let is_public = is_page && self.header("cache-control") == "public, max-age=3600";
        assert!(is_public || kept.contains(&self.header("cache-control")));
        if self.header("content-type").ends_with("json") {
            assert!(self.header("content-disposition").starts_with("attachment"));
        }
        if self.status.as_u16() >= 400 && !self.body.is_empty() {
            let problem = self.problem();
            assert_eq!(problem.status, self.status.as_u16());
            assert_eq!(problem.request_id, self.header("x-request-id"));
            assert_eq!(problem.kind, "about:blank");
            assert!(problem.detail.ends_with('.'), "{}", problem.detail);
            assert_eq!(self.header("cache-control"), "no-store");
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json", "{}", self.text());
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn problem(&self) -> Problem {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text()
        );
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Status, code and parameter.
    pub fn refusal(&self) -> (u16, String, Option<String>) {
        let problem = self.problem();
        (problem.status, problem.code, problem.parameter)
    }

    /// The body without the one thing that differs from request to request.
    pub fn body_but_for_the_id(&self) -> String {
        self.text().replace(self.header("x-request-id"), "…")
    }

    /// `name=value` of the cookie that was set.
    pub fn cookie(&self) -> String {
        self.header(SET_COOKIE.as_str())
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    }
}
