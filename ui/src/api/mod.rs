//! Asking the host: `/api/v1`, with the session's cookie.

mod failure;

pub(crate) use failure::Failure;

use porthole_model::Problem;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, Response};

const BASE: &str = "/api/v1";

/// `GET`. `path` starts behind the base; the tenant is always named where there is one, so that two tabs on two
/// tenants are both right.
pub(crate) async fn get<T: DeserializeOwned>(
    path: &str,
    tenant: Option<&str>,
    cancel: Option<&AbortSignal>,
) -> Result<T, Failure> {
    let init = RequestInit::new();
    init.set_method("GET");
    init.set_signal(cancel);
    read(send(path, init, tenant).await?).await
}

/// `POST` with a JSON body.
pub(crate) async fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T, Failure> {
    let init = RequestInit::new();
    init.set_method("POST");
    let body = serde_json::to_string(body).map_err(|error| Failure::Unreadable(error.to_string()))?;
    init.set_body(&JsValue::from_str(&body));
    read(send(path, init, None).await?).await
}

/// `POST` without a body, whose answer has none either.
pub(crate) async fn post_nothing(path: &str) -> Result<(), Failure> {
    let init = RequestInit::new();
    init.set_method("POST");
    send(path, init, None).await.map(|_| ())
}

async fn send(path: &str, init: RequestInit, tenant: Option<&str>) -> Result<Response, Failure> {
    let headers = web_sys::Headers::new().map_err(Failure::of_browser)?;
    let mut set = vec![("accept", "application/json")];
    if let Some(tenant) = tenant {
        set.push(("x-porthole-tenant", tenant));
    }
    if !init.get_body().is_null() && !init.get_body().is_undefined() {
        set.push(("content-type", "application/json"));
    }
    for (name, value) in set {
        headers.set(name, value).map_err(Failure::of_browser)?;
    }
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

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Failure> {
    let text = body(response).await?;
    porthole_model::read(&text).map_err(|error| Failure::Unreadable(error.to_string()))
}
