//! Where a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::HeaderMap;
use http::request::Parts;

use crate::state::{ApiSettings, ApiState};

/// The client's address: the peer's, or what a trusted proxy says it is.
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl FromRequestParts<ApiState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
        Ok(Self(behind_proxies(peer, &parts.headers, &state.settings)))
    }
}

/// From the peer backwards: a hop is believed about the one before it as long as it is a trusted proxy itself.
fn behind_proxies(peer: IpAddr, headers: &HeaderMap, settings: &ApiSettings) -> IpAddr {
    let mut address = peer;
    let forwarded: Vec<&str> = match settings.trusted_proxies.is_empty() {
        true => Vec::new(),
        false => headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(','))
            .collect(),
    };
    for hop in forwarded.iter().rev() {
        if !settings
            .trusted_proxies
            .iter()
            .any(|proxy| proxy.to_canonical() == address)
        {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(before) => address = before.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn client(peer: &str, forwarded: &'static str, trusted: &[&str]) -> String {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-forwarded-for"),
            http::HeaderValue::from_static(forwarded),
        )]);
        let trusted_proxies = trusted.iter().map(|proxy| proxy.parse().unwrap()).collect();
        let settings = ApiSettings {
            trusted_proxies,
            ..ApiSettings::default()
        };
        behind_proxies(peer.parse().unwrap(), &headers, &settings).to_string()
    }

    #[test]
    fn a_stranger_cannot_say_where_they_come_from() {
        assert_eq!(client("203.0.113.9", "1.2.3.4", &[]), "203.0.113.9");
        assert_eq!(client("203.0.113.9", "1.2.3.4", &["10.0.0.1"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_is_believed_about_its_own_client_only() {
        assert_eq!(
            client("10.0.0.1", "1.2.3.4, 203.0.113.9", &["10.0.0.1"]),
            "203.0.113.9"
        );
        assert_eq!(
            client(
                "10.0.0.1",
                "1.2.3.4, 203.0.113.9, 10.0.0.2",
                &["10.0.0.1", "10.0.0.2"]
            ),
            "203.0.113.9"
        );
        assert_eq!(client("10.0.0.1", "nonsense", &["10.0.0.1"]), "10.0.0.1");
    }
}
