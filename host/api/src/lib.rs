//! The HTTP interface, `/api/v1`: one file per resource, thin handlers, extractors in, problem+json out.
//!
//! Knows who asks (identity) and whom to ask (the panel room), and never SQL or a sandbox.

mod account;
mod admin;
mod admin_account;
mod answer;
mod audit;
mod auth;
mod bearer;
mod caller;
mod client_address;
mod cross_origin;
mod custom;
mod dashboards;
mod docs;
mod envelope;
mod export;
mod health;
mod instants;
mod json_body;
mod no_body;
mod openapi;
mod paging;
mod panel_query;
mod panels;
mod parameters;
mod path_name;
mod picture;
mod plugins;
mod problem;
mod provider;
mod reports;
mod request_id;
mod seam;
mod session_cookie;
mod state;
mod tenant_admin;
mod tenants;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, delete, get, post, put};
use tower_http::compression::CompressionLayer;

pub use docs::calls_in_markdown;
pub use openapi::openapi;
pub use picture::image_url;
pub use provider::Provider;
pub use seam::{Panels, PluginChange, PluginShelf};
pub use state::{ApiSettings, ApiState};

/// No body this interface takes is larger, bytes.
const LARGEST_BODY: usize = 16 * 1024;

/// The routes under `/api`, `/docs`, `/health` and `/ready`.
///
/// Serve it with `into_make_service_with_connect_info::<std::net::SocketAddr>()`: failed logins are counted by the
/// peer's address. Anything outside these paths is left to the caller's fallback.
pub fn router(state: ApiState) -> Router {
    // Written out rather than nested: a nested router strips its prefix from every request anew.
    let asked = Router::new()
        .route(
            "/api/v1/auth/login",
            get(provider::login::begin).merge(post(auth::login).route_layer(from_fn(parameters::none))),
        )
        .route("/api/v1/auth/callback", get(provider::login::callback))
        .route("/api/v1/plugins/{name}/logs", get(plugins::logs))
        .route("/docs", get(docs::page))
        .route("/docs/style.css", get(docs::style))
        // Whatever asks whether a host is up may add what keeps its answers from being kept.
        .route("/api/v1/health", get(health::health))
        .route("/api/v1/ready", get(health::ready));
    let small = Router::new()
        .route(
            "/api/v1/auth/backchannel-logout",
            post(provider::back_channel::logout),
        )
        .route("/api/v1/auth/logout", post(auth::logout))
        .route("/api/v1/auth/me", get(auth::me))
        .route("/api/v1/auth/methods", get(auth::methods))
        .route("/api/v1/auth/link", post(account::link))
        .route("/api/v1/tenants", get(tenants::list))
        .route("/api/v1/tenants/{id}/select", post(tenants::select))
        .route("/api/v1/dashboards", get(dashboards::list))
        .route("/api/v1/dashboards/{name}", get(dashboards::one))
        .route(
            "/api/v1/plugins/{name}",
            get(plugins::one).delete(plugins::remove),
        )
        .route("/api/v1/plugins/{name}/rollback", post(plugins::roll_back))
        .route("/api/v1/plugins/{name}/deactivate", post(plugins::deactivate))
        .route(
            "/api/v1/plugins/{name}/versions/{version}",
            delete(plugins::remove_version),
        )
        .route(
            "/api/v1/plugins/{name}/versions/{version}/activate",
            post(plugins::activate),
        )
        .route("/api/v1/panels/{id}/invalidate", post(panels::invalidate))
        .route("/api/v1/openapi.json", get(openapi::serve))
        .route_layer(from_fn(parameters::none))
        .merge(asked)
        .layer(CompressionLayer::new().gzip(true).br(true));
    let audit = Router::new()
        .route("/api/v1/admin/audit", get(audit::of_host))
        .route("/api/v1/admin/sessions", get(admin::sessions))
        .route("/api/v1/admin/tenants/{tenant}/audit", get(audit::of_tenant));
    let administration = Router::new()
        .route("/api/v1/account", get(account::own))
        .route("/api/v1/account/events", get(account::events))
        .route("/api/v1/account/password", post(account::password))
        .route(
            "/api/v1/account/sessions",
            get(account::sessions).delete(account::end_other_sessions),
        )
        .route("/api/v1/account/sessions/{id}", delete(account::end_session))
        .route(
            "/api/v1/account/tokens",
            get(account::tokens).post(account::make_token),
        )
        .route("/api/v1/account/tokens/{id}", delete(account::revoke_token))
        .route("/api/v1/admin/users", get(admin::users).post(admin::create_user))
        .route(
            "/api/v1/admin/users/{id}",
            get(admin_account::one)
                .put(admin_account::change)
                .delete(admin_account::remove),
        )
        .route(
            "/api/v1/admin/users/{id}/sessions",
            get(admin_account::sessions).delete(admin_account::end_sessions),
        )
        .route(
            "/api/v1/admin/users/{id}/tokens",
            get(admin_account::tokens).post(admin_account::make_token),
        )
        .route(
            "/api/v1/admin/users/{id}/tokens/{token}",
            delete(admin_account::revoke_token),
        )
        .route("/api/v1/admin/users/{id}/tenants", post(admin_account::grant))
        .route(
            "/api/v1/admin/users/{id}/tenants/{tenant}",
            delete(admin_account::revoke),
        )
        .route("/api/v1/admin/users/{id}/link", post(admin::link))
        .route("/api/v1/admin/users/{id}/disable", post(admin::disable_user))
        .route("/api/v1/admin/users/{id}/enable", post(admin::enable_user))
        .route("/api/v1/admin/sessions/{id}", delete(admin::end_session))
        .route("/api/v1/admin/tenants", get(admin::tenants))
        .route(
            "/api/v1/admin/tenants/{tenant}/disable",
            post(admin::disable_tenant),
        )
        .route(
            "/api/v1/admin/tenants/{tenant}/enable",
            post(admin::enable_tenant),
        )
        .route(
            "/api/v1/admin/tenants/{tenant}/database",
            get(tenant_admin::database),
        )
        .route("/api/v1/admin/tenants/{tenant}/grants", get(tenant_admin::grants))
        .route(
            "/api/v1/admin/tenants/{tenant}/grants/{email}",
            put(tenant_admin::grant).delete(tenant_admin::revoke),
        )
        .route("/api/v1/admin/tenants/{tenant}/tokens", get(tenant_admin::tokens))
        .route(
            "/api/v1/admin/tenants/{tenant}/tokens/{id}",
            delete(tenant_admin::revoke_token),
        )
        .route_layer(from_fn(parameters::none))
        .merge(audit);
    // The handler itself counts the bytes: each tenant has a limit of its own.
    let uploads = Router::new()
        .route(
            "/api/v1/plugins",
            get(plugins::list)
                .route_layer(from_fn(parameters::none))
                .merge(post(plugins::publish)),
        )
        .layer(DefaultBodyLimit::disable());
    // Compressed once, where the view is kept, and not at each request.
    let views = Router::new()
        .route("/api/v1/panels/{id}/data", get(panels::data))
        .route("/api/v1/panels/{id}/image", get(picture::image))
        .route("/api/v1/panels/{id}/export", get(export::export))
        .route("/api/v1/custom/{endpoint}", get(custom::one))
        .route("/api/v1/reports/{panel_id}", get(reports::one));
    Router::new()
        .merge(small)
        .merge(administration)
        .merge(views)
        .merge(uploads)
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        // Whatever else begins with /api is an unknown address of this interface, and no page.
        .route("/api", any(unknown))
        .route("/api/", any(unknown))
        .route("/api/{*rest}", any(unknown))
        .layer(from_fn(no_body::check))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(state.clone(), envelope::envelope))
        .with_state(state)
}

async fn unknown() -> problem::ApiError {
    problem::ApiError::not_found()
}
