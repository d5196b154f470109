//! Asking the host: `/api/v1`, with the session's cookie.

mod failure;

pub(crate) use failure::Failure;

use porthole_model::{LoggedOut, PluginPublished, Problem, Read};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, Response};

const BASE: &str = "/api/v1";

/// `GET`. `path` starts behind the base; the tenant is always named where there is one, so that two tabs on two
/// tenants are both right.
pub(crate) async fn get<T: Read>(
    path: &str,
    tenant: Option<&str>,
    cancel: Option<&AbortSignal>,
) -> Result<T, Failure> {
    let init = RequestInit::new();
    init.set_signal(cancel);
    read(&body(send("GET", path, init, tenant, &[]).await?).await?)
}

/// `GET`, as the host wrote it: to be compared with the answer before, and then [`read`].
pub(crate) async fn get_text(path: &str, tenant: &str) -> Result<String, Failure> {
    body(send("GET", path, RequestInit::new(), Some(tenant), &[]).await?).await
}

/// `POST` with a JSON body.
pub(crate) async fn post<T: Read>(path: &str, content: &impl Serialize) -> Result<T, Failure> {
    read(&body(with_json("POST", path, content).await?).await?)
}

/// A request with a JSON body, of whose answer only matters that there is one.
pub(crate) async fn change(method: &str, path: &str, content: &impl Serialize) -> Result<(), Failure> {
    with_json(method, path, content).await.map(|_| ())
}

/// A request without a body.
pub(crate) async fn ask<T: Read>(method: &str, path: &str) -> Result<T, Failure> {
    read(&body(send(method, path, RequestInit::new(), None, &[]).await?).await?)
}

async fn with_json(method: &str, path: &str, content: &impl Serialize) -> Result<Response, Failure> {
    let init = RequestInit::new();
    let content = serde_json::to_string(content).map_err(|error| Failure::Unreadable(error.to_string()))?;
    init.set_body(&JsValue::from_str(&content));
    let kind = [("content-type", "application/json")];
    send(method, path, init, None, &kind).await
}

/// `GET`, kept by the reader as a file of this name.
pub(crate) async fn save(path: &str, tenant: &str, name: &str) -> Result<(), Failure> {
    let response = send(
        "GET",
        path,
        RequestInit::new(),
        Some(tenant),
        &[("accept", "*/*")],
    )
    .await?;
    JsFuture::from(crate::browser::save_file(&response, name))
        .await
        .map(|_| ())
        .map_err(Failure::of_browser)
}

/// A request without a body, of whose answer only matters that there is one.
pub(crate) async fn tell(method: &str, path: &str, tenant: Option<&str>) -> Result<(), Failure> {
    send(method, path, RequestInit::new(), tenant, &[])
        .await
        .map(|_| ())
}

/// Logs out; the address at which the identity provider's login ends, where one opened the session.
pub(crate) async fn leave() -> Result<Option<String>, Failure> {
    let response = send("POST", "/auth/logout", RequestInit::new(), None, &[]).await?;
    match response.status() {
        200 => read::<LoggedOut>(&body(response).await?).map(|left| Some(left.continue_to)),
        _ => Ok(None),
    }
}

/// `POST` of a component's file with its signature, if it has one (base64).
pub(crate) async fn publish(
    path: &str,
    tenant: &str,
    component: &web_sys::File,
    signature: Option<&str>,
) -> Result<PluginPublished, Failure> {
    let init = RequestInit::new();
    init.set_body(component);
    let mut headers = vec![("content-type", "application/wasm")];
    headers.extend(signature.map(|text| ("x-porthole-signature", text)));
    read(&body(send("POST", path, init, Some(tenant), &headers).await?).await?)
}

async fn send(
    method: &str,
    path: &str,
    init: RequestInit,
    tenant: Option<&str>,
    more: &[(&str, &str)],
) -> Result<Response, Failure> {
    let headers = web_sys::Headers::new().map_err(Failure::of_browser)?;
    let tenant = tenant.map(|tenant| ("x-porthole-tenant", tenant));
    let accept = ("accept", "application/json");
    for (name, value) in [accept].iter().chain(&tenant).chain(more) {
        headers.set(name, value).map_err(Failure::of_browser)?;
    }
    init.set_method(method);
    init.set_headers(&headers);

    let window = web_sys::window().ok_or(Failure::Unreachable)?;
    let fetched = JsFuture::from(window.fetch_with_str_and_init(&format!("{BASE}{path}"), &init)).await;
    let response: Response = fetched.map_err(Failure::of_browser)?.unchecked_into();
    if response.ok() {
        return Ok(response);
    }
    let retry_after = response
        .headers()
        .get("retry-after")
        .ok()
        .flatten()
        .and_then(|text| text.parse().ok());
    let status = response.status();
    let text = body(response).await?;
    Err(match porthole_model::read::<Problem>(&text) {
        Ok(problem) => Failure::Problem {
            problem: Box::new(problem),
            retry_after,
        },
        // Not from the host: something between here and there.
        Err(_) => Failure::Status { status, retry_after },
    })
}

async fn body(response: Response) -> Result<String, Failure> {
    let text = JsFuture::from(response.text().map_err(Failure::of_browser)?)
        .await
        .map_err(Failure::of_browser)?;
    Ok(text.as_string().unwrap_or_default())
}

/// What the host wrote, as it is meant.
pub(crate) fn read<T: Read>(text: &str) -> Result<T, Failure> {
    porthole_model::read(text).map_err(|error| Failure::Unreadable(error.to_string()))
}
