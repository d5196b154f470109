//! Logging in at a provider, renewing, logging out, and a provider that changes its keys or does not answer.

use std::collections::HashMap;
use std::time::Duration;

use porthole_oidc::{Client, OidcError, Options, TokenFault};
use serde_json::json;

use crate::stand_in::{Provider, Signer};

const BACK: &str = "https://dash.example.com/api/v1/auth/callback";

fn parameters(url: &str) -> HashMap<String, String> {
    let query = url.split_once('?').unwrap().1;
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn a_browser_is_sent_with_a_challenge_and_the_code_is_exchanged_with_its_answer() {
    let (provider, signer) = (Provider::start().await, Signer::rsa());
    provider.has_keys(vec![signer.public("k1")]);
    let client = Client::new(provider.options()).unwrap();
    let login = client.begin(BACK).await.unwrap();
    let asked = parameters(&login.url);
    assert_eq!(asked["kept"], "1");
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["redirect_uri"], BACK);
    assert_eq!(asked["scope"], "openid profile email");
    assert_eq!((&asked["state"], &asked["nonce"]), (&login.state, &login.nonce));
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_ne!(asked["code_challenge"], login.verifier);

    let mut claims = provider.id_claims();
    claims["nonce"] = json!(login.nonce);
    let id_token = signer.token(&json!({"alg": "RS256", "kid": "k1"}), &claims);
    provider.grants(
        200,
        json!({"token_type": "bearer", "id_token": id_token, "refresh_token": "r1", "expires_in": 60}),
    );
    let (who, tokens) = client.exchange("c0de", &login, BACK).await.unwrap();
    assert_eq!(
        (who.subject.as_str(), who.session.as_deref()),
        ("ada-1", Some("login-1"))
    );
    assert_eq!(
        (who.email.as_deref(), who.email_verified),
        (Some("ada@example.com"), true)
    );
    assert_eq!(who.groups, Some(vec!["/alpha".to_owned()]));
    assert_eq!(tokens.renew_after, Duration::from_secs(60));
    assert!(
        !format!("{tokens:?}").contains("r1"),
        "a secret is shown by Debug"
    );
    let told = provider.told.lock().unwrap();
    assert_eq!(told.asked["code"], "c0de");
    assert_eq!(told.asked["code_verifier"], login.verifier);
    // Each part encoded before they are put together (RFC 6749, 2.3.1).
    let basic = told
        .authorization
        .as_deref()
        .unwrap()
        .strip_prefix("Basic ")
        .unwrap();
    let decoded = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, basic).unwrap();
    assert_eq!(
        String::from_utf8(decoded).unwrap(),
        "porthole:a+secret%3A+with%2Fodd+characters"
    );
}

#[tokio::test]
async fn a_public_client_says_its_name_and_shows_no_secret() {
    let provider = Provider::start().await;
    let client = Client::new(Options {
        client_secret: None,
        ..provider.options()
    })
    .unwrap();
    provider.grants(
        400,
        json!({"error": "invalid_grant", "error_description": "Code not valid"}),
    );
    let login = client.begin(BACK).await.unwrap();
    let error = client.exchange("old", &login, BACK).await.unwrap_err();
    assert!(matches!(error, OidcError::LoginIsOver(_)), "{error}");
    let told = provider.told.lock().unwrap();
    assert_eq!(
        (told.asked["client_id"].as_str(), &told.authorization),
        ("porthole", &None)
    );
}

#[tokio::test]
async fn a_login_is_renewed_for_the_same_user_only() {
    let (provider, signer) = (Provider::start().await, Signer::point());
    provider.has_keys(vec![signer.public("k1")]);
    let client = Client::new(provider.options()).unwrap();
    let id_token = signer.token(&json!({"alg": "ES256", "kid": "k1"}), &provider.id_claims());
    provider.grants(
        200,
        json!({"token_type": "Bearer", "id_token": id_token, "refresh_token": "r2", "expires_in": 1_000_000}),
    );
    let old = "r1".to_owned().into();
    let tokens = client.renew(&old, "ada-1").await.unwrap();
    assert_eq!(tokens.claims.unwrap().subject, "ada-1");
    assert_eq!(tokens.renew_after, Duration::from_secs(3600));
    assert_eq!(provider.told.lock().unwrap().asked["refresh_token"], "r1");
    let error = client.renew(&old, "bob-1").await.unwrap_err();
    assert!(
        matches!(error, OidcError::Token(TokenFault::Claim("sub"))),
        "{error}"
    );
    for (status, answer, is_over) in [
        (400, json!({"error": "invalid_grant"}), true),
        (401, json!({"error": "invalid_client"}), false),
        (500, json!({"error": "invalid_grant"}), false),
        (502, json!("Bad Gateway"), false),
    ] {
        provider.grants(status, answer);
        let error = client.renew(&old, "ada-1").await.unwrap_err();
        assert_eq!(
            matches!(error, OidcError::LoginIsOver(_)),
            is_over,
            "{status}: {error}"
        );
    }
}

#[tokio::test]
async fn a_browser_logs_out_at_the_provider_and_comes_back() {
    let provider = Provider::start().await;
    let client = Client::new(provider.options()).unwrap();
    let url = client
        .end_session(Some("the.id.token"), "https://dash/login")
        .await
        .unwrap()
        .unwrap();
    let asked = parameters(&url);
    assert!(url.starts_with(&format!("{}/logout?", provider.issuer)));
    assert_eq!(asked["id_token_hint"], "the.id.token");
    assert_eq!(asked["client_id"], "porthole");
    assert_eq!(asked["post_logout_redirect_uri"], "https://dash/login");
}

#[tokio::test]
async fn a_provider_that_names_itself_must_be_the_right_one() {
    let provider = Provider::start().await;
    let client = Client::new(provider.options()).unwrap();
    assert!(client.is_named(Some(&provider.issuer)).await.unwrap());
    assert!(!client.is_named(Some("https://evil.example")).await.unwrap());
    assert!(
        !client.is_named(None).await.unwrap(),
        "it says that it always does"
    );
}

#[tokio::test]
async fn keys_are_fetched_again_when_a_token_names_a_new_one_but_not_for_every_made_up_name() {
    let (provider, first) = (Provider::start().await, Signer::point());
    provider.has_keys(vec![first.public("k1")]);
    let patient = Options {
        keys_pause: Duration::from_secs(600),
        ..provider.options()
    };
    let (client, patient) = (
        Client::new(provider.options()).unwrap(),
        Client::new(patient).unwrap(),
    );
    let token = |signer: &Signer, key: &str| {
        signer.token(&json!({"alg": "ES256", "kid": key}), &provider.access_claims())
    };
    assert!(client.check_bearer(&token(&first, "k1")).await.is_ok());
    assert!(patient.check_bearer(&token(&first, "k1")).await.is_ok());
    // The provider changes its keys.
    let second = Signer::point();
    provider.has_keys(vec![second.public("k2")]);
    assert!(client.check_bearer(&token(&second, "k2")).await.is_ok());
    let error = client.check_bearer(&token(&first, "k1")).await.unwrap_err();
    assert!(
        matches!(error, OidcError::Token(TokenFault::UnknownKey)),
        "{error}"
    );
    let before = provider.told.lock().unwrap().key_requests;
    for number in 0..20 {
        let made_up = token(&first, &format!("made-up-{number}"));
        assert!(patient.check_bearer(&made_up).await.is_err());
    }
    // Once, since it might be a new one.
    assert_eq!(provider.told.lock().unwrap().key_requests, before + 1);
    assert_eq!(provider.told.lock().unwrap().description_requests, 2);
}

#[tokio::test]
async fn a_provider_that_is_down_is_told_from_one_that_refuses_and_known_keys_stay_good() {
    let (provider, signer) = (Provider::start().await, Signer::point());
    provider.has_keys(vec![signer.public("k1")]);
    let client = Client::new(provider.options()).unwrap();
    let token = signer.token(&json!({"alg": "ES256", "kid": "k1"}), &provider.access_claims());
    assert!(client.check_bearer(&token).await.is_ok());
    provider.stop();
    assert!(client.check_bearer(&token).await.is_ok());
    let error = client.renew(&"r1".to_owned().into(), "ada-1").await.unwrap_err();
    assert!(error.may_pass(), "{error}");
    let stranger = Client::new(provider.options()).unwrap();
    let error = stranger.begin(BACK).await.unwrap_err();
    assert!(
        error.may_pass() && error.to_string().contains("does not answer"),
        "{error}"
    );
}

#[tokio::test]
async fn a_provider_elsewhere_is_reached_by_https_only() {
    let options = Options {
        issuer: "http://id.example.com/realms/a".to_owned(),
        ..Options::default()
    };
    let error = Client::new(options.clone()).err().unwrap().to_string();
    assert!(error.contains("https"), "{error}");
    let allowed = Options {
        insecure_http: true,
        ..options
    };
    assert!(Client::new(allowed).is_ok());
}
