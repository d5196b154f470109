//! Which tokens are believed: each is made with real keys, and wrong in one way only.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use porthole_oidc::{Client, OidcError, TokenFault};
use serde_json::{Value, json};

use crate::stand_in::{Provider, Signer, seconds, unsigned};

struct Site {
    provider: Provider,
    client: Client,
    signer: Signer,
}

impl Site {
    async fn new(signer: Signer) -> Self {
        let provider = Provider::start().await;
        provider.has_keys(vec![signer.public("k1")]);
        let client = Client::new(provider.options()).unwrap();
        Self {
            provider,
            client,
            signer,
        }
    }

    fn header(&self) -> Value {
        json!({"alg": self.signer.algorithm(), "typ": "JWT", "kid": "k1"})
    }

    /// The fault of an access token with these changes.
    async fn bearer(&self, change: impl FnOnce(&mut Value, &mut Value)) -> Result<(), TokenFault> {
        let (mut header, mut claims) = (self.header(), self.provider.access_claims());
        change(&mut header, &mut claims);
        self.shown(&self.signer.token(&header, &claims)).await
    }

    async fn shown(&self, token: &str) -> Result<(), TokenFault> {
        fault(self.client.check_bearer(token).await)
    }

    async fn logout(&self, change: impl FnOnce(&mut Value)) -> Result<(), TokenFault> {
        let mut claims = self.provider.logout_claims();
        change(&mut claims);
        let token = self.signer.token(&self.header(), &claims);
        fault(self.client.check_logout(&token).await)
    }

    /// Logs in with an ID token of these changes.
    async fn login(&self, change: impl FnOnce(&mut Value, &mut Value)) -> Result<(), TokenFault> {
        let login = self.client.begin("http://dash/callback").await.unwrap();
        let (mut header, mut claims) = (self.header(), self.provider.id_claims());
        claims["nonce"] = json!(login.nonce);
        change(&mut header, &mut claims);
        let id_token = self.signer.token(&header, &claims);
        self.provider.grants(
            200,
            json!({"token_type": "Bearer", "access_token": "x", "id_token": id_token}),
        );
        fault(self.client.exchange("code", &login, "http://dash/callback").await)
    }
}

fn fault<T>(checked: Result<T, OidcError>) -> Result<(), TokenFault> {
    match checked {
        Ok(_) => Ok(()),
        Err(OidcError::Token(fault)) => Err(fault),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_access_token_is_taken_with_either_kind_of_key() {
    for signer in [Signer::rsa(), Signer::point()] {
        let site = Site::new(signer).await;
        let token = site.signer.token(&site.header(), &site.provider.access_claims());
        let claims = site.client.check_bearer(&token).await.unwrap();
        assert_eq!(claims.who.subject, "ada-1");
        assert_eq!(claims.who.groups, None);
    }
}

#[tokio::test]
async fn a_token_of_rfc_9068_says_what_it_is_in_its_header() {
    let site = Site::new(Signer::rsa()).await;
    for kind in ["at+jwt", "application/at+jwt", "AT+JWT"] {
        let told = site.bearer(|header, claims| {
            header["typ"] = json!(kind);
            claims.as_object_mut().unwrap().remove("typ");
        });
        assert_eq!(told.await, Ok(()), "{kind}");
    }
}

#[tokio::test]
async fn a_token_that_is_wrong_in_one_thing_is_refused_for_it() {
    let site = Site::new(Signer::point()).await;
    macro_rules! refused {
        ($fault:expr, $change:expr) => {
            assert_eq!(
                site.bearer($change).await,
                Err($fault),
                "{}",
                stringify!($change)
            );
        };
    }
    refused!(TokenFault::Audience, |_, claims| claims["aud"] = json!("account"));
    refused!(TokenFault::Audience, |_, claims| claims["aud"] = json!([]));
    refused!(TokenFault::Audience, |_, claims| claims["aud"] =
        json!({"porthole-api": true}));
    refused!(TokenFault::Audience, |_, claims| drop(
        claims.as_object_mut().unwrap().remove("aud")
    ));
    refused!(TokenFault::Issuer, |_, claims| claims["iss"] =
        json!("https://evil.example"));
    refused!(TokenFault::Issuer, |_, claims| {
        claims["iss"] = json!([claims["iss"].clone(), "https://evil.example"]);
    });
    refused!(TokenFault::Issuer, |_, claims| drop(
        claims.as_object_mut().unwrap().remove("iss")
    ));
    refused!(TokenFault::Expired, |_, claims| claims["exp"] =
        json!(seconds(-10)));
    refused!(TokenFault::Claim("exp"), |_, claims| drop(
        claims.as_object_mut().unwrap().remove("exp")
    ));
    refused!(TokenFault::Claim("exp"), |_, claims| claims["exp"] =
        json!("tomorrow"));
    refused!(TokenFault::Early, |_, claims| claims["nbf"] = json!(seconds(30)));
    refused!(TokenFault::Early, |_, claims| claims["iat"] = json!(seconds(30)));
    refused!(TokenFault::Claim("nbf"), |_, claims| claims["nbf"] =
        json!("soon"));
    refused!(TokenFault::Claim("iat"), |_, claims| drop(
        claims.as_object_mut().unwrap().remove("iat")
    ));
    refused!(TokenFault::Claim("sub"), |_, claims| drop(
        claims.as_object_mut().unwrap().remove("sub")
    ));
    refused!(TokenFault::UnknownKey, |header, _| header["kid"] = json!("k2"));
    refused!(TokenFault::Algorithm, |header, _| header["alg"] = json!("RS256"));
    refused!(TokenFault::Kind, |header, _| header["crit"] = json!(["exp"]));
    refused!(TokenFault::Kind, |_, claims| claims["cnf"] = json!({"jkt": "x"}));
}

#[tokio::test]
async fn clocks_may_differ_by_as_much_as_the_settings_say() {
    let site = Site::new(Signer::point()).await;
    assert_eq!(
        site.bearer(|_, claims| claims["exp"] = json!(seconds(-3))).await,
        Ok(())
    );
    assert_eq!(
        site.bearer(|_, claims| claims["nbf"] = json!(seconds(3))).await,
        Ok(())
    );
}

#[tokio::test]
async fn what_an_access_token_was_given_for_is_read_as_providers_write_it() {
    let site = Site::new(Signer::rsa()).await;
    for (scope, scp, read) in [
        (json!(null), json!(null), &[][..]),
        (
            json!("openid porthole-publish"),
            json!(null),
            &["openid", "porthole-publish"][..],
        ),
        (json!(null), json!(["publish", 3]), &["publish"][..]),
        (json!(["publish"]), json!("publish"), &[][..]),
    ] {
        let mut claims = site.provider.access_claims();
        (claims["scope"], claims["scp"]) = (scope, scp);
        let token = site.signer.token(&site.header(), &claims);
        assert_eq!(site.client.check_bearer(&token).await.unwrap().scopes, read);
    }
}

#[tokio::test]
async fn neither_an_id_token_nor_a_refresh_token_nor_a_logout_token_is_a_bearers() {
    let site = Site::new(Signer::rsa()).await;
    // Signed by the same key, and with the audience of this host's interface: only the kind is wrong.
    for kind in [
        json!("ID"),
        json!("Refresh"),
        json!("Offline"),
        json!("Logout"),
        json!("bearer"),
        json!(null),
    ] {
        let told = site.bearer(|_, claims| claims["typ"] = kind.clone()).await;
        assert_eq!(told, Err(TokenFault::Kind), "{kind}");
    }
    let mut id = site.provider.id_claims();
    id["aud"] = json!(["porthole", "porthole-api"]);
    let token = site.signer.token(&site.header(), &id);
    assert_eq!(site.shown(&token).await, Err(TokenFault::Kind));
    // An ID token cannot be passed off by its header either.
    let told = site.bearer(|header, claims| {
        header["typ"] = json!("at+jwt");
        claims["typ"] = json!("ID");
    });
    assert_eq!(told.await, Err(TokenFault::Kind));
    for claim in ["at_hash", "c_hash", "events"] {
        let told = site.bearer(|_, claims| claims[claim] = json!("x")).await;
        assert_eq!(told, Err(TokenFault::Kind), "{claim}");
    }
    let token = site.signer.token(&site.header(), &site.provider.logout_claims());
    assert_eq!(site.shown(&token).await, Err(TokenFault::Audience));
}

#[tokio::test]
async fn without_a_signature_nothing_is_believed() {
    let site = Site::new(Signer::rsa()).await;
    let claims = site.provider.access_claims();
    for algorithm in ["none", "None", "NONE", ""] {
        let text = unsigned(&json!({"alg": algorithm, "typ": "JWT", "kid": "k1"}), &claims);
        for end in [".", ".AAAA"] {
            let told = site.shown(&format!("{text}{end}")).await;
            assert_eq!(told, Err(TokenFault::Algorithm), "{algorithm}{end}");
        }
    }
    let token = site.signer.token(&site.header(), &claims);
    let (message, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(
        site.shown(&format!("{message}.")).await,
        Err(TokenFault::Signature)
    );
    // The claims of another token under the signature of this one.
    let mut others = claims.clone();
    others["sub"] = json!("root");
    let text = unsigned(&site.header(), &others);
    assert_eq!(
        site.shown(&format!("{text}.{signature}")).await,
        Err(TokenFault::Signature)
    );
}

#[tokio::test]
async fn a_public_key_is_no_shared_secret() {
    let site = Site::new(Signer::rsa()).await;
    let public = site.signer.public("k1");
    let modulus = URL_SAFE_NO_PAD.decode(public["n"].as_str().unwrap()).unwrap();
    let claims = site.provider.access_claims();
    for (algorithm, kind) in [
        ("HS256", ring::hmac::HMAC_SHA256),
        ("HS512", ring::hmac::HMAC_SHA512),
    ] {
        let text = unsigned(&json!({"alg": algorithm, "typ": "JWT", "kid": "k1"}), &claims);
        for secret in [modulus.as_slice(), public["n"].as_str().unwrap().as_bytes(), b""] {
            let key = ring::hmac::Key::new(kind, secret);
            let code = URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, text.as_bytes()));
            assert_eq!(
                site.shown(&format!("{text}.{code}")).await,
                Err(TokenFault::Algorithm)
            );
        }
    }
}

#[tokio::test]
async fn a_key_inside_the_token_is_not_used() {
    let site = Site::new(Signer::point()).await;
    let theirs = Signer::point();
    let claims = site.provider.access_claims();
    for header in [
        json!({"alg": "ES256", "typ": "JWT", "kid": "k1", "jwk": theirs.public("k1")}),
        json!({"alg": "ES256", "typ": "JWT", "kid": "k1", "jku": "https://evil.example/keys"}),
    ] {
        let told = site.shown(&theirs.token(&header, &claims)).await;
        assert_eq!(told, Err(TokenFault::Signature), "{header}");
    }
}

#[tokio::test]
async fn what_is_no_token_is_none_and_asks_nothing_of_the_provider() {
    let site = Site::new(Signer::point()).await;
    let long = format!("{}.{}.x", "a".repeat(9000), "b".repeat(9000));
    for text in ["", "..", "a.b.c", "ü.ü.ü", "pht_x", &long] {
        assert!(site.shown(text).await.is_err(), "{text}");
    }
    let told = site.provider.told.lock().unwrap();
    assert_eq!((told.description_requests, told.key_requests), (0, 0));
}

#[tokio::test]
async fn an_id_token_must_be_of_this_login_and_for_this_client() {
    let site = Site::new(Signer::rsa()).await;
    assert_eq!(site.login(|_, _| {}).await, Ok(()));
    macro_rules! refused {
        ($fault:expr, $change:expr) => {
            assert_eq!(
                site.login($change).await,
                Err($fault),
                "{}",
                stringify!($change)
            );
        };
    }
    refused!(TokenFault::Nonce, |_, claims| claims["nonce"] = json!("another"));
    refused!(TokenFault::Nonce, |_, claims| drop(
        claims.as_object_mut().unwrap().remove("nonce")
    ));
    refused!(TokenFault::Audience, |_, claims| claims["aud"] = json!("another"));
    refused!(TokenFault::Party, |_, claims| claims["azp"] = json!("another"));
    refused!(TokenFault::Party, |_, claims| {
        claims["aud"] = json!(["porthole", "another"]);
        claims.as_object_mut().unwrap().remove("azp");
    });
    refused!(TokenFault::Kind, |_, claims| claims["typ"] = json!("Bearer"));
    refused!(TokenFault::Kind, |header, claims| {
        header["typ"] = json!("at+jwt");
        claims.as_object_mut().unwrap().remove("typ");
    });
    refused!(TokenFault::Kind, |_, claims| claims["events"] = json!({}));
    refused!(TokenFault::Expired, |_, claims| claims["exp"] =
        json!(seconds(-60)));
}

#[tokio::test]
async fn a_logout_token_is_that_and_nothing_else() {
    let site = Site::new(Signer::rsa()).await;
    assert_eq!(site.logout(|_| {}).await, Ok(()));
    let without =
        |claim: &'static str| move |claims: &mut Value| drop(claims.as_object_mut().unwrap().remove(claim));
    assert_eq!(site.logout(without("sub")).await, Ok(()));
    assert_eq!(site.logout(without("sid")).await, Ok(()));
    assert_eq!(site.logout(without("exp")).await, Ok(()));
    macro_rules! refused {
        ($fault:expr, $change:expr) => {
            assert_eq!(
                site.logout($change).await,
                Err($fault),
                "{}",
                stringify!($change)
            );
        };
    }
    refused!(TokenFault::Kind, without("events"));
    refused!(TokenFault::Kind, |claims| claims["events"] =
        json!({"another": {}}));
    refused!(TokenFault::Kind, |claims| claims["nonce"] = json!("n"));
    refused!(TokenFault::Claim("jti"), without("jti"));
    refused!(TokenFault::Claim("sid"), |claims| {
        claims.as_object_mut().unwrap().remove("sub");
        claims.as_object_mut().unwrap().remove("sid");
    });
    refused!(TokenFault::Audience, |claims| claims["aud"] = json!("another"));
    refused!(TokenFault::Expired, |claims| {
        claims["iat"] = json!(seconds(-400));
        claims.as_object_mut().unwrap().remove("exp");
    });
    refused!(TokenFault::Expired, |claims| claims["exp"] = json!(seconds(-10)));
    refused!(TokenFault::Early, |claims| claims["iat"] = json!(seconds(30)));
    let id = site.signer.token(&site.header(), &site.provider.id_claims());
    assert_eq!(fault(site.client.check_logout(&id).await), Err(TokenFault::Kind));
}
