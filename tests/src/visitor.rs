//! Somebody with a browser, as far as logging in needs one: cookies, redirects, one form.

use std::collections::{BTreeMap, HashMap};

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, redirect};
use serde_json::Value;

/// A page, or an answer.
#[derive(Debug)]
pub struct Page {
    /// Where it was found, after all redirects.
    pub url: String,
    /// The HTTP status.
    pub status: u16,
    /// The text.
    pub text: String,
}

impl Page {
    /// The text as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.url, self.text))
    }

    /// A parameter of the page's address.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let (_, query) = self.url.split_once('?')?;
        let value = query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
        Some(value.replace("%2F", "/").replace("%2f", "/"))
    }
}

/// Keeps cookies for each host and port, secure ones also on this machine without TLS, as browsers do.
#[derive(Default)]
pub struct Visitor {
    cookies: BTreeMap<String, HashMap<String, String>>,
}

impl Visitor {
    /// Opens an address and follows where it leads.
    pub async fn open(&mut self, url: &str) -> Page {
        self.send(Method::GET, url, None).await
    }

    /// Sends a form and follows where it leads.
    pub async fn submit(&mut self, url: &str, fields: &[(&str, &str)]) -> Page {
        let encode = |text: &str| -> String {
            let plain = |byte: u8| byte.is_ascii_alphanumeric();
            text.bytes()
                .map(|byte| {
                    if plain(byte) {
                        char::from(byte).to_string()
                    } else {
                        format!("%{byte:02X}")
                    }
                })
                .collect()
        };
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        self.send(Method::POST, url, Some(pairs.join("&"))).await
    }

    /// `POST` without a body, as this host's own pages send it.
    pub async fn post(&mut self, url: &str) -> Page {
        self.send(Method::POST, url, None).await
    }

    /// Fills in Keycloak's form.
    ///
    /// # Panics
    /// When the page is not that form.
    pub async fn fill_in(&mut self, page: &Page, user: &str, password: &str) -> Page {
        let form = page.text.split("id=\"kc-form-login\"").nth(1);
        let form = form.unwrap_or_else(|| panic!("no form at {}: {}", page.url, page.text));
        let action = form
            .split("action=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("an action");
        let action = action.replace("&amp;", "&");
        self.submit(&action, &[("username", user), ("password", password)])
            .await
    }

    /// The value of a cookie for an address.
    pub fn cookie(&self, url: &str, name: &str) -> Option<&str> {
        self.cookies.get(&authority(url))?.get(name).map(String::as_str)
    }

    /// Takes over the cookies of another for an address, as a thief does.
    pub fn steal(&mut self, other: &Self, url: &str) {
        let stolen = other.cookies.get(&authority(url)).cloned().unwrap_or_default();
        self.cookies.insert(authority(url), stolen);
    }

    async fn send(&mut self, method: Method, url: &str, body: Option<String>) -> Page {
        let http = crate::client::http()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .build()
            .expect("an HTTP client");
        let (mut method, mut url, mut body) = (method, url.to_owned(), body);
        for _ in 0..12 {
            let mut request = http.request(method.clone(), &url);
            if let Some(cookies) = self.cookies.get(&authority(&url)) {
                let pairs: Vec<String> = cookies
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                request = request.header(COOKIE, pairs.join("; "));
            }
            if let Some(body) = body.take() {
                request = request
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(body);
            }
            let response = request
                .send()
                .await
                .unwrap_or_else(|error| panic!("{url}: {error}"));
            let jar = self.cookies.entry(authority(&url)).or_default();
            for cookie in response.headers().get_all(SET_COOKIE) {
                let pair = cookie
                    .to_str()
                    .expect("text")
                    .split(';')
                    .next()
                    .unwrap_or_default();
                let (name, value) = pair.split_once('=').expect("a cookie");
                if value.is_empty() {
                    jar.remove(name);
                } else {
                    jar.insert(name.to_owned(), value.to_owned());
                }
            }
            let status = response.status();
            let location = response
                .headers()
                .get(LOCATION)
                .map(|to| to.to_str().expect("text").to_owned());
            match location.filter(|_| status.is_redirection()) {
                Some(location) if location.starts_with('/') => {
                    let scheme_and_authority = format!("http://{}", authority(&url));
                    url = format!("{scheme_and_authority}{location}");
                }
                Some(location) => url = location,
                None => {
                    return Page {
                        url,
                        status: status.as_u16(),
                        text: response.text().await.expect("a whole body"),
                    };
                }
            }
            method = Method::GET;
        }
        panic!("{url} leads in circles");
    }
}

fn authority(url: &str) -> String {
    let rest = url.split("://").nth(1).unwrap_or_default();
    rest.split(['/', '?']).next().unwrap_or_default().to_owned()
}
