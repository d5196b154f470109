//! Who comes from an identity provider: accounts, groups, sessions. On both databases.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use porthole_identity::{
    AdmitError, AuditEntry, Identity, IdentityError, NewApiToken, NewUser, Options, ProviderLogin,
    ProviderLogout, ProviderRules, ProviderSession, ProviderUser, Role, TenantRecord, TokenScope, User,
};
use secrecy::ExposeSecret;
use support::{Database, options};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const ISSUER: &str = "https://id.example.com/realms/ops";

fn somebody(name: &str, groups: Option<&[&str]>, at: i64) -> ProviderUser {
    ProviderUser {
        issuer: ISSUER.to_owned(),
        subject: format!("{name}-1"),
        email: Some(format!("{name}@Example.com")),
        email_verified: true,
        full_name: Some(name.to_owned()),
        groups: groups.map(|groups| groups.iter().map(|group| (*group).to_owned()).collect()),
        issued_at: instant(at),
    }
}

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn rules() -> ProviderRules {
    let group = |group: &str, tenant: &str, role| (group.to_owned(), tenant.to_owned(), role);
    ProviderRules {
        create_users: true,
        link_by_email: true,
        admin_group: Some("/operators".to_owned()),
        tenants: vec![
            group("/alpha", "alpha", Role::Viewer),
            group("/alpha-editors", "alpha", Role::Editor),
            group("/beta", "beta", Role::Viewer),
            group("/nowhere", "nowhere", Role::Admin),
        ],
        ..ProviderRules::default()
    }
}

async fn site(database: &Database) -> Identity {
    let identity = database.connect(options()).await;
    let tenant = |id: &str| TenantRecord {
        id: id.to_owned(),
        name: id.to_uppercase(),
        database_name: id.to_owned(),
        database_host: "localhost".to_owned(),
        database_port: None,
    };
    identity
        .sync_tenants(&[tenant("alpha"), tenant("beta")])
        .await
        .unwrap();
    identity
}

async fn local(identity: &Identity, name: &str, is_admin: bool) -> User {
    let new = NewUser {
        email: format!("{name}@example.com"),
        full_name: None,
        is_admin,
        password: None,
    };
    identity.create_user(new, AuditEntry::default()).await.unwrap()
}

async fn tenants(identity: &Identity, user: uuid::Uuid) -> Vec<(String, Role)> {
    let tenants = identity.tenants_of(user).await.unwrap();
    tenants
        .into_iter()
        .map(|tenant| (tenant.id, tenant.role))
        .collect()
}

/// The newest actions of the audit log, newest first.
async fn actions(identity: &Identity) -> Vec<String> {
    let lines = identity.audit_log(20, None).await.unwrap();
    let actions = lines.into_iter().map(|line| line.entry.action);
    actions.filter(|action| action != "tenant_configured").collect()
}

fn session(user: &ProviderUser, login: &str) -> ProviderSession {
    ProviderSession {
        user: user.key(),
        session: Some(login.to_owned()),
        tokens: Some(b"sealed".to_vec()),
        renew_at: Some(Utc::now() - TimeDelta::seconds(1)),
    }
}

fn logout(id: &str, subject: Option<&str>, session: Option<&str>) -> ProviderLogout {
    ProviderLogout {
        issuer: ISSUER.to_owned(),
        subject: subject.map(str::to_owned),
        session: session.map(str::to_owned),
        token_id: id.to_owned(),
        forgotten_at: Utc::now() + TimeDelta::minutes(5),
    }
}

on_both! {
    async fn who_is_new_gets_an_account_and_is_known_by_the_subject(database: &Database) {
        let identity = site(database).await;
        let ada = somebody("ada", None, 0);
        // The account is there for whoever lets her in; until then there is nothing for her to see.
        let refused = identity.admit(&ada, &rules(), HERE).await;
        assert!(matches!(refused, Err(AdmitError::NoTenant)), "{refused:?}");
        let user = identity.find_user("ada@example.com").await.unwrap().unwrap();
        let id = user.id;
        assert!(!user.has_password && !user.is_admin);
        assert_eq!(actions(&identity).await, ["login_refused", "user_created"]);
        // Another address, and none made any more: the subject counts.
        let moved = ProviderUser { email: Some("countess@example.com".to_owned()), ..ada.clone() };
        let strict = ProviderRules::default();
        identity.grant(id, "alpha", Role::Viewer, AuditEntry::default()).await.unwrap();
        assert_eq!(identity.admit(&moved, &strict, HERE).await.unwrap(), id);
        // The same subject of another provider is somebody else.
        let stranger = ProviderUser { issuer: "https://evil.example".to_owned(), email: None, ..ada };
        assert!(matches!(identity.admit(&stranger, &strict, HERE).await, Err(AdmitError::NoAccount)));
        assert!(matches!(identity.admit(&stranger, &rules(), HERE).await, Err(AdmitError::NoEmail)));
        assert_eq!(actions(&identity).await[..2], ["login_refused", "login_refused"]);
    }

    async fn a_verified_address_links_and_never_to_an_administrator(database: &Database) {
        let identity = site(database).await;
        let bob = local(&identity, "bob", false).await;
        local(&identity, "root", true).await;
        let said = somebody("bob", None, 0);
        let unverified = ProviderUser { email_verified: false, ..said.clone() };
        let no_link = ProviderRules { link_by_email: false, ..rules() };
        let trusting = ProviderRules { trust_unverified_email: true, ..rules() };
        for (user, rules) in [(&unverified, trusting), (&said, no_link), (&somebody("root", None, 0), rules())] {
            let refused = identity.admit(user, &rules, HERE).await;
            assert!(matches!(refused, Err(AdmitError::EmailTaken)), "{user:?}: {refused:?}");
        }
        identity.grant(bob.id, "beta", Role::Viewer, AuditEntry::default()).await.unwrap();
        assert_eq!(identity.admit(&said, &rules(), HERE).await.unwrap(), bob.id);
        // It is Bob's now, whoever else has the address.
        let other = ProviderUser { subject: "bob-2".to_owned(), ..said };
        assert!(matches!(identity.admit(&other, &rules(), HERE).await, Err(AdmitError::EmailTaken)));
        identity.set_user_disabled(bob.id, true, AuditEntry::default()).await.unwrap();
        let refused = identity.admit(&somebody("bob", None, 1), &rules(), HERE).await;
        assert!(matches!(refused, Err(AdmitError::Disabled)), "{refused:?}");
    }

    async fn an_address_that_is_not_verified_makes_no_account_and_tells_nobody_who_has_one(database: &Database) {
        let identity = site(database).await;
        local(&identity, "bob", false).await;
        let unverified = |name: &str| ProviderUser { email_verified: false, ..somebody(name, None, 0) };
        let strict = ProviderRules::default();
        // With an account of that address and without one: the same answer.
        for (name, rules) in [("bob", rules()), ("boss", rules()), ("bob", strict.clone()), ("boss", strict)] {
            let refused = identity.admit(&unverified(name), &rules, HERE).await;
            assert!(matches!(refused, Err(AdmitError::EmailNotVerified)), "{name}: {refused:?}");
        }
        assert!(identity.find_user("boss@example.com").await.unwrap().is_none());
        let trusting = ProviderRules { trust_unverified_email: true, ..rules() };
        let made = identity.admit(&unverified("boss"), &trusting, HERE).await;
        assert!(matches!(made, Err(AdmitError::NoTenant)), "{made:?}");
        // Who has an account by then is known by another name.
        let boss = identity.find_user("boss@example.com").await.unwrap().unwrap().id;
        identity.grant(boss, "alpha", Role::Viewer, AuditEntry::default()).await.unwrap();
        assert_eq!(identity.admit(&unverified("boss"), &rules(), HERE).await.unwrap(), boss);
    }

    async fn groups_let_in_and_shut_out_and_what_a_person_has_given_stays(database: &Database) {
        let identity = site(database).await;
        let say = async |groups: Option<&[&str]>, at: i64| {
            // Also where they lead nowhere.
            let _ = identity.admit(&somebody("ada", groups, at), &rules(), HERE).await;
            identity.find_user("ada@example.com").await.unwrap().unwrap().id
        };
        let ada = say(Some(&["/alpha", "/alpha-editors", "/nowhere"]), 0).await;
        assert_eq!(tenants(&identity, ada).await, [("alpha".to_owned(), Role::Editor)]);
        say(Some(&["/alpha", "/beta"]), 10).await;
        let both = [("alpha".to_owned(), Role::Viewer), ("beta".to_owned(), Role::Viewer)];
        assert_eq!(tenants(&identity, ada).await, both);
        // Nothing said is not the same as no groups.
        say(None, 20).await;
        assert_eq!(tenants(&identity, ada).await, both);
        // A person lets her into beta as an editor: the group has no say there any more.
        identity.grant(ada, "beta", Role::Editor, AuditEntry::default()).await.unwrap();
        say(Some(&[]), 30).await;
        let by_hand = [("beta".to_owned(), Role::Editor)];
        assert_eq!(tenants(&identity, ada).await, by_hand);
        say(Some(&["/beta"]), 40).await;
        assert_eq!(tenants(&identity, ada).await, by_hand);
        // What was said before is not news.
        say(Some(&["/alpha"]), 35).await;
        assert_eq!(tenants(&identity, ada).await, by_hand);
        // The same role given by hand makes it a person's grant.
        say(Some(&["/alpha"]), 50).await;
        identity.grant(ada, "alpha", Role::Viewer, AuditEntry::default()).await.unwrap();
        say(Some(&[]), 60).await;
        assert_eq!(tenants(&identity, ada).await.len(), 2);
        let lines = identity.audit_log(20, None).await.unwrap();
        let by_group = lines.iter().filter(|line| {
            line.entry.detail.as_deref().is_some_and(|detail| detail.ends_with("by a group"))
        });
        // alpha as editor; alpha as viewer and beta; both gone but for beta; alpha again.
        assert_eq!(by_group.count(), 5);
    }

    async fn a_group_makes_administrators_and_unmakes_only_those_it_made(database: &Database) {
        let identity = site(database).await;
        let is_admin = async |name: &str| {
            identity.find_user(&format!("{name}@example.com")).await.unwrap().unwrap().is_admin
        };
        let say = async |name: &str, groups: &[&str], at: i64| {
            identity.admit(&somebody(name, Some(groups), at), &rules(), HERE).await
        };
        say("ada", &["/operators"], 0).await.unwrap();
        assert!(is_admin("ada").await);
        assert_eq!(actions(&identity).await[0], "admin_granted");
        assert!(matches!(say("ada", &[], 10).await, Err(AdmitError::NoTenant)));
        assert!(!is_admin("ada").await);
        assert_eq!(actions(&identity).await[..2], ["login_refused", "admin_revoked"]);
    }

    async fn what_a_group_gives_nobody_takes_back_as_if_it_were_gone(database: &Database) {
        let identity = site(database).await;
        let root = local(&identity, "root", true).await.id;
        let by_root = || AuditEntry { actor: Some(root), ..AuditEntry::default() };
        let ada = identity.admit(&somebody("ada", Some(&["/operators", "/alpha"]), 0), &rules(), HERE).await.unwrap();
        for refused in [
            identity.change_user(ada, None, false, by_root()).await,
            identity.revoke(ada, "alpha", by_root()).await,
        ] {
            let Err(IdentityError::Conflict(advice)) = refused else { panic!("{refused:?}") };
            assert!(advice.contains("A group") && advice.contains("switch the account off"), "{advice}");
        }
        assert!(identity.grants_in("alpha").await.unwrap()[0].by_group);
        let by_group = async || {
            let grants = identity.grants_of(Some(ada)).await.unwrap();
            grants.into_iter().filter(|grant| grant.by_group).map(|grant| grant.tenant.id).collect::<Vec<_>>()
        };
        assert_eq!(by_group().await, ["alpha"]);
        let account = identity.user(ada).await.unwrap().unwrap();
        assert!(account.is_admin_by_group && account.is_from_provider);
        // Whoever sits at the machine may, and hears that it comes back.
        assert!(identity.revoke(ada, "alpha", AuditEntry::default()).await.unwrap());
        identity.admit(&somebody("ada", Some(&["/alpha"]), 10), &rules(), HERE).await.unwrap();
        assert_eq!(tenants(&identity, ada).await.len(), 1);
        // What a person gives, a person takes.
        identity.grant(ada, "alpha", Role::Editor, by_root()).await.unwrap();
        assert!(by_group().await.is_empty());
        assert!(identity.revoke(ada, "alpha", by_root()).await.unwrap());
    }

    async fn a_name_that_was_taken_away_is_the_providers_again(database: &Database) {
        let identity = site(database).await;
        let name = async || identity.find_user("ada@example.com").await.unwrap().unwrap().full_name;
        let say = async |full_name: &str| {
            let said = ProviderUser { full_name: Some(full_name.to_owned()), ..somebody("ada", Some(&["/alpha"]), 0) };
            identity.admit(&said, &rules(), HERE).await.unwrap()
        };
        let ada = say("\u{202e}Ada\u{200b}").await;
        assert_eq!(name().await.as_deref(), Some("Ada"));
        identity.change_user(ada, Some("Countess"), false, AuditEntry::default()).await.unwrap();
        say("Ada").await;
        assert_eq!(name().await.as_deref(), Some("Countess"));
        identity.change_user(ada, None, false, AuditEntry::default()).await.unwrap();
        say("Ada").await;
        assert_eq!(name().await.as_deref(), Some("Ada"));
    }

    async fn a_disabled_tenant_is_not_entered_through_a_group(database: &Database) {
        let identity = site(database).await;
        identity.set_tenant_disabled("alpha", true, AuditEntry::default()).await.unwrap();
        let refused = identity.admit(&somebody("ada", Some(&["/alpha"]), 0), &rules(), HERE).await;
        assert!(matches!(refused, Err(AdmitError::NoTenant)), "{refused:?}");
    }

    async fn a_provider_ends_sessions_once_for_each_token(database: &Database) {
        let identity = site(database).await;
        let (ada, bob) = (somebody("ada", Some(&["/alpha"]), 0), somebody("bob", Some(&["/beta"]), 0));
        let now = Utc::now();
        let open = async |user: &ProviderUser, login: &str| {
            let id = identity.admit(user, &rules(), HERE).await.unwrap();
            identity.open_provider_session(id, &session(user, login), HERE, now).await.unwrap().1
        };
        let tokens = [open(&ada, "a1").await, open(&ada, "a2").await, open(&bob, "b1").await];
        let open_ones = async || {
            let mut open = Vec::new();
            for token in &tokens {
                open.push(identity.authenticate(token.expose(), Utc::now()).await.unwrap().is_some());
            }
            open
        };
        assert_eq!(open_ones().await, [true, true, true]);
        let end = async |logout: &ProviderLogout| identity.end_provider_sessions(logout, HERE, now).await.unwrap();
        assert_eq!(end(&logout("t1", Some("bob-1"), Some("a1"))).await, Some(0));
        assert_eq!(end(&logout("t2", None, Some("a1"))).await, Some(1));
        assert_eq!(open_ones().await, [false, true, true]);
        assert_eq!(end(&logout("t2", Some("ada-1"), None)).await, None);
        assert_eq!(open_ones().await, [false, true, true]);
        let elsewhere = ProviderLogout { issuer: "https://evil.example".to_owned(), ..logout("t3", Some("ada-1"), None) };
        assert_eq!(end(&elsewhere).await, Some(0));
        assert_eq!(end(&logout("t3", Some("ada-1"), None)).await, Some(1));
        assert_eq!(open_ones().await, [false, false, true]);
        // Each line names the session that it ended, and whose it was; the provider has done it.
        let lines = identity.audit_log(500, None).await.unwrap();
        for line in lines.iter().filter(|line| line.entry.action == "logout") {
            assert_eq!(line.entry.target.as_deref(), Some("ada@example.com"));
            assert_eq!((line.entry.actor, line.entry.actor_email.as_deref()), (None, Some("identity provider")));
        }
        let of = |action: &str| {
            let lines = lines.iter().filter(|line| line.entry.action == action);
            lines.map(|line| line.entry.detail.clone().unwrap().rsplit_once(' ').unwrap().1.to_owned()).collect::<Vec<_>>()
        };
        let (begun, ended) = (of("login"), of("logout"));
        assert_eq!((begun.len(), ended.len()), (3, 2));
        assert!(ended[0] != ended[1] && ended.iter().all(|session| begun.contains(session)), "{begun:?} {ended:?}");
    }

    async fn another_password_leaves_a_session_the_providers(database: &Database) {
        let identity = site(database).await;
        let ada = somebody("ada", Some(&["/alpha"]), 0);
        let id = identity.admit(&ada, &rules(), HERE).await.unwrap();
        let old = secrecy::SecretString::from("open the sesame");
        identity.set_password(id, &old, false, AuditEntry::default()).await.unwrap();
        let now = Utc::now();
        let (who, before) = identity.open_provider_session(id, &session(&ada, "a1"), HERE, now).await.unwrap();
        let new = secrecy::SecretString::from("green badgers mend 7 clocks");
        let (_, token) = identity.change_password(&who, &old, &new, false, HERE, now).await.unwrap();
        assert!(identity.authenticate(before.expose(), now).await.unwrap().is_none());
        let known = identity.authenticate(token.expose(), now).await.unwrap().unwrap();
        assert!(known.session.renew_at.is_some());
        assert!(identity.provider_tokens(known.session.id).await.unwrap().unwrap().1.is_some());
        assert_eq!(identity.end_provider_sessions(&logout("t9", None, Some("a1")), HERE, now).await.unwrap(), Some(1));
        assert!(identity.authenticate(token.expose(), now).await.unwrap().is_none());
    }

    async fn what_a_group_gives_is_not_made_for_good_by_an_admin_of_the_tenant(database: &Database) {
        let identity = site(database).await;
        let ada = identity.admit(&somebody("ada", Some(&["/alpha"]), 0), &rules(), HERE).await.unwrap();
        let bob = identity.admit(&somebody("bob", Some(&["/beta"]), 0), &rules(), HERE).await.unwrap();
        identity.grant(bob, "alpha", Role::Admin, AuditEntry::default()).await.unwrap();
        let by = |actor| AuditEntry { actor: Some(actor), ..AuditEntry::default() };
        for role in [Role::Viewer, Role::Admin] {
            let refused = identity.grant(ada, "alpha", role, by(bob)).await;
            assert!(matches!(refused, Err(IdentityError::Conflict(_))), "{refused:?}");
        }
        // An administrator of the host may: they let people in.
        identity.change_user(bob, None, true, AuditEntry::default()).await.unwrap();
        identity.grant(ada, "alpha", Role::Viewer, by(bob)).await.unwrap();
        identity.renew_groups(ada, &somebody("ada", Some(&[]), 5), &rules(), HERE).await.unwrap();
        assert_eq!(identity.tenants_of(ada).await.unwrap().len(), 1);
    }

    async fn who_comes_again_within_the_same_second_has_the_groups_of_now(database: &Database) {
        let identity = site(database).await;
        let refused = identity.admit(&somebody("ada", Some(&[]), 7), &rules(), HERE).await;
        assert!(matches!(refused, Err(AdmitError::NoTenant)), "{refused:?}");
        assert!(identity.admit(&somebody("ada", Some(&["/alpha"]), 7), &rules(), HERE).await.is_ok());
    }

    async fn one_of_several_requests_renews_a_session(database: &Database) {
        let identity = site(database).await;
        let ada = somebody("ada", Some(&["/alpha"]), 0);
        let now = Utc::now();
        let id = identity.admit(&ada, &rules(), HERE).await.unwrap();
        let (who, token) = identity.open_provider_session(id, &session(&ada, "a1"), HERE, now).await.unwrap();
        let known = identity.authenticate(token.expose(), now).await.unwrap().unwrap();
        assert!(known.session.renew_at.unwrap() <= now);
        let until = now + TimeDelta::seconds(30);
        assert!(identity.claim_renewal(who.session.id, now, until).await.unwrap());
        assert!(!identity.claim_renewal(who.session.id, now, until).await.unwrap());
        let stored = identity.provider_tokens(who.session.id).await.unwrap().unwrap();
        assert_eq!(stored, (ada.key(), Some(b"sealed".to_vec())));
        identity.note_renewal(who.session.id, None, until).await.unwrap();
        identity.note_renewal(who.session.id, Some(b"anew"), until).await.unwrap();
        let stored = identity.provider_tokens(who.session.id).await.unwrap().unwrap();
        assert_eq!(stored.1, Some(b"anew".to_vec()));
        let known = identity.authenticate(token.expose(), now).await.unwrap().unwrap();
        assert_eq!(known.session.renew_at.unwrap().timestamp_millis(), until.timestamp_millis());
    }

    async fn a_login_that_has_begun_ends_once_and_in_its_own_browser(database: &Database) {
        let identity = site(database).await;
        let now = Utc::now();
        let login = |state: &str| ProviderLogin {
            state: state.to_owned(),
            nonce: "n".to_owned(),
            verifier: "v".to_owned(),
            back_to: "/t/alpha".to_owned(),
        };
        let cookie = identity.begin_provider_login(&login("one"), None, HERE, now).await.unwrap().unwrap();
        let theirs = identity.begin_provider_login(&login("two"), None, HERE, now).await.unwrap().unwrap();
        // A second tab keeps the cookie.
        let kept = identity.begin_provider_login(&login("three"), Some(cookie.expose()), HERE, now).await.unwrap();
        assert!(kept.is_none());
        let take = async |state: &str, cookie: &str, now| {
            identity.take_provider_login(state, cookie, now).await.unwrap().map(|login| login.back_to)
        };
        assert_eq!(take("one", theirs.expose(), now).await, None);
        assert_eq!(take("one", "no cookie", now).await, None);
        assert_eq!(take("one", cookie.expose(), now + TimeDelta::minutes(11)).await, None);
        assert_eq!(take("one", cookie.expose(), now).await.as_deref(), Some("/t/alpha"));
        assert_eq!(take("one", cookie.expose(), now).await, None);
        assert!(identity.has_provider_logins(cookie.expose(), now).await.unwrap());
        assert!(!identity.has_provider_logins(cookie.expose(), now + TimeDelta::minutes(11)).await.unwrap());
        assert!(!identity.has_provider_logins("no cookie", now).await.unwrap());
        assert!(take("three", cookie.expose(), now).await.is_some());
        assert!(!identity.has_provider_logins(cookie.expose(), now).await.unwrap());
        // Nobody fills the table from one address.
        for number in 0..60 {
            identity.begin_provider_login(&login(&format!("s{number}")), Some(cookie.expose()), HERE, now + TimeDelta::seconds(number)).await.unwrap();
        }
        assert_eq!(take("s0", cookie.expose(), now).await, None);
        assert!(take("s59", cookie.expose(), now).await.is_some());
    }

    async fn tokens_of_who_does_not_log_in_at_the_provider_any_more_are_worth_nothing_until_they_do(database: &Database) {
        site(database).await.close().await;
        // Each question is asked of the database.
        let identity = database.connect(Options { session_cache: Duration::ZERO, ..options() }).await;
        let now = Utc::now();
        let ada = identity.admit(&somebody("ada", None, 0), &rules(), HERE).await;
        assert!(matches!(ada, Err(AdmitError::NoTenant)));
        let ada = identity.find_user("ada@example.com").await.unwrap().unwrap().id;
        let bob = local(&identity, "bob", false).await.id;
        let mut tokens = Vec::new();
        for user in [ada, bob] {
            identity.grant(user, "alpha", Role::Viewer, AuditEntry::default()).await.unwrap();
            let new = NewApiToken { user, tenant: "alpha".into(), name: "deploy".into(), scope: TokenScope::Read, days: 365 };
            tokens.push(identity.create_api_token(new, AuditEntry::default()).await.unwrap().1);
        }
        let is_good = async |token: usize, days: i64| {
            let secret = tokens[token].expose_secret();
            identity.authenticate_api_token(secret, now + TimeDelta::days(days)).await.unwrap().is_some()
        };
        assert!(is_good(0, 29).await);
        assert!(!is_good(0, 31).await);
        // Who has a password is not the provider's to lose.
        assert!(is_good(1, 300).await);
        let session = ProviderSession { user: "x".into(), session: None, tokens: None, renew_at: None };
        identity.open_provider_session(ada, &session, HERE, now + TimeDelta::days(31)).await.unwrap();
        assert!(is_good(0, 60).await);
        assert!(!is_good(0, 62).await);
        // What a renewal says of groups is the provider's word, too.
        let mut said = somebody("ada", Some(&["/alpha"]), 0);
        said.issued_at = now + TimeDelta::days(50);
        identity.renew_groups(ada, &said, &rules(), HERE).await.unwrap();
        assert!(is_good(0, 79).await);
        assert!(!is_good(0, 81).await);
        identity.close().await;
        let patient = database.connect(Options { tokens_without_login: None, ..options() }).await;
        let kept = patient.authenticate_api_token(tokens[0].expose_secret(), now + TimeDelta::days(300)).await.unwrap();
        assert!(kept.is_some());
    }

    async fn a_password_that_nobody_may_log_in_with_keeps_no_token_good(database: &Database) {
        let host = async |local_login| {
            database.connect(Options { session_cache: Duration::ZERO, local_login, ..options() }).await
        };
        let identity = host(true).await;
        site(database).await.close().await;
        let now = Utc::now();
        let _ = identity.admit(&somebody("ada", None, 0), &rules(), HERE).await;
        let ada = identity.find_user("ada@example.com").await.unwrap().unwrap().id;
        let bob = local(&identity, "bob", false).await.id;
        let mut tokens = Vec::new();
        for user in [ada, bob] {
            identity.set_password(user, &"open the sesame".into(), false, AuditEntry::default()).await.unwrap();
            identity.grant(user, "alpha", Role::Viewer, AuditEntry::default()).await.unwrap();
            let new = NewApiToken { user, tenant: "alpha".into(), name: "deploy".into(), scope: TokenScope::Read, days: 365 };
            tokens.push(identity.create_api_token(new, AuditEntry::default()).await.unwrap().1);
        }
        let is_good = async |identity: &Identity, token: usize, days: i64| {
            let secret = tokens[token].expose_secret();
            identity.authenticate_api_token(secret, now + TimeDelta::days(days)).await.unwrap().is_some()
        };
        // With a password she comes in without the provider.
        assert!(is_good(&identity, 0, 300).await);
        identity.close().await;
        let only_the_provider = host(false).await;
        assert!(is_good(&only_the_provider, 0, 29).await);
        assert!(!is_good(&only_the_provider, 0, 31).await);
        // Whom the provider does not know is the host's own affair: programs have such accounts.
        assert!(is_good(&only_the_provider, 1, 300).await);
    }

    async fn sessions_of_passwords_end_and_those_of_the_provider_go_on(database: &Database) {
        let identity = site(database).await;
        let now = Utc::now();
        let bob = local(&identity, "bob", false).await;
        identity.set_password(bob.id, &"open the sesame".into(), false, AuditEntry::default()).await.unwrap();
        let (_, by_password) = identity.login("bob@example.com", &"open the sesame".into(), HERE, now).await.unwrap();
        let ada = somebody("ada", Some(&["/alpha"]), 0);
        let id = identity.admit(&ada, &rules(), HERE).await.unwrap();
        let (_, by_provider) = identity.open_provider_session(id, &session(&ada, "a1"), HERE, now).await.unwrap();
        assert_eq!(identity.end_password_sessions().await.unwrap(), 1);
        assert_eq!(actions(&identity).await[0], "sessions_ended");
        assert_eq!(identity.end_password_sessions().await.unwrap(), 0);
        assert_eq!(actions(&identity).await[1], "login");
        assert!(identity.authenticate(by_password.expose(), now).await.unwrap().is_none());
        assert!(identity.authenticate(by_provider.expose(), now).await.unwrap().is_some());
    }

    async fn a_bearer_stands_for_a_program_with_what_its_user_has(database: &Database) {
        let identity = site(database).await;
        let until = Utc::now() + TimeDelta::minutes(1);
        let ada = somebody("ada", Some(&["/alpha", "/operators"]), 0);
        let who = identity.admit_bearer("a.b.c", &ada, until, &[], &rules(), HERE).await.unwrap();
        assert!(who.is_program && !who.is_admin);
        assert_eq!(who.role_in("alpha"), Some(Role::Viewer));
        assert_eq!(who.session.tenant, None);
        // Letting in somebody new changed who may do what, which makes every host look again.
        assert!(identity.known_bearer("a.b.c", Utc::now()).await.is_none());
        identity.admit_bearer("a.b.c", &ada, until, &[], &rules(), HERE).await.unwrap();
        assert!(identity.known_bearer("a.b.c", Utc::now()).await.is_some());
        assert!(identity.known_bearer("a.b.c", until).await.is_none());
        // One line an hour, however many tokens it shows.
        identity.admit_bearer("a.b.d", &ada, until, &[], &rules(), HERE).await.unwrap();
        assert_eq!(actions(&identity).await.iter().filter(|action| *action == "login").count(), 1);
        assert!(identity.known_bearer("a.b.e", Utc::now()).await.is_none());
        // Which client of the provider's may publish is the provider's to say, where it is asked.
        let publishing = ProviderRules { publish_scope: Some("porthole-publish".to_owned()), ..rules() };
        for (number, (scopes, rules, role)) in [
            (&["porthole-publish"][..], &publishing, Role::Editor),
            (&["openid", "porthole-publish-not"][..], &publishing, Role::Viewer),
            (&[][..], &publishing, Role::Viewer),
            (&["porthole-publish"][..], &rules(), Role::Viewer),
        ].into_iter().enumerate() {
            let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            let token = format!("a.b.{number}");
            let who = identity.admit_bearer(&token, &ada, until, &scopes, rules, HERE).await.unwrap();
            assert_eq!(who.role_in("alpha"), Some(role), "{scopes:?}");
        }
        identity.set_user_disabled(who.id, true, AuditEntry::default()).await.unwrap();
        assert!(identity.known_bearer("a.b.c", Utc::now()).await.is_none());
        let refused = identity.admit_bearer("a.b.c", &ada, until, &[], &rules(), HERE).await;
        assert!(matches!(refused, Err(AdmitError::Disabled)));
    }
}
