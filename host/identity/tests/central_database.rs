//! The central database, on SQLite and on a real PostgreSQL: the same stories must be true on both.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use porthole_identity::{
    AuditEntry, AuditFilter, Identity, IdentityError, LoginError, NewUser, Options, PasswordCost, Role,
    TenantRecord, User,
};
use secrecy::SecretString;
use support::{Database, options};

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

/// The command line, for the audit log.
/// The last part of an IPv4 address.
fn address_number(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(four) => four.octets()[3],
        IpAddr::V6(_) => 0,
    }
}

fn nobody() -> AuditEntry {
    AuditEntry::default()
}

fn now() -> DateTime<Utc> {
    Utc::now()
}

fn tenant(id: &str, name: &str) -> TenantRecord {
    TenantRecord {
        id: id.to_owned(),
        name: name.to_owned(),
        database_name: format!("{id}-data"),
        database_host: "localhost".to_owned(),
        database_port: Some(5432),
    }
}

async fn user(identity: &Identity, email: &str) -> User {
    let new = NewUser {
        email: email.to_owned(),
        full_name: Some("Ada".to_owned()),
        is_admin: false,
        password: Some(secret("open the sesame")),
    };
    identity.create_user(new, nobody()).await.unwrap()
}

async fn alpha_and_beta(identity: &Identity) {
    identity
        .sync_tenants(&[tenant("alpha", "Alpha"), tenant("beta", "Beta")])
        .await
        .unwrap();
}

on_both! {
    async fn a_user_is_found_by_email_in_any_case(database: &Database) {
        let identity = database.connect(options()).await;
        let made = user(&identity, "Ada@Example.com").await;
        assert_eq!(made.email, "ada@example.com");
        assert_eq!(identity.find_user("ADA@example.COM").await.unwrap(), Some(made.clone()));
        assert_eq!(identity.find_user("nobody@example.com").await.unwrap(), None);
        assert_eq!(identity.find_user("no email").await.unwrap(), None);
        assert_eq!(identity.users().await.unwrap(), vec![made]);
    }

    async fn a_second_user_with_the_same_email_is_refused(database: &Database) {
        let identity = database.connect(options()).await;
        user(&identity, "ada@example.com").await;
        let again = NewUser { email: "ADA@example.com".into(), full_name: None, is_admin: true, password: None };
        assert!(matches!(identity.create_user(again, nobody()).await, Err(IdentityError::UserExists(email)) if email == "ada@example.com"));
    }

    async fn login_opens_a_session_and_logout_ends_it(database: &Database) {
        let identity = database.connect(options()).await;
        alpha_and_beta(&identity).await;
        let ada = user(&identity, "ada@example.com").await;
        identity.grant(ada.id, "alpha", Role::Viewer, nobody()).await.unwrap();
        let (who, token) = identity.login(" ADA@example.com", &secret("open the sesame"), HERE, now()).await.unwrap();
        assert_eq!((who.email.as_str(), who.full_name.as_deref(), who.is_admin), ("ada@example.com", Some("Ada"), false));
        assert!(who.may_use("alpha") && !who.may_use("beta") && !who.may_use("gamma"));
        let again = identity.authenticate(token.expose(), now()).await.unwrap().unwrap();
        assert_eq!(again.session.id, who.session.id);
        identity.logout(&again, HERE).await.unwrap();
        assert!(identity.authenticate(token.expose(), now()).await.unwrap().is_none());
    }

    async fn wrong_and_unknown_are_refused_alike(database: &Database) {
        let identity = database.connect(options()).await;
        user(&identity, "ada@example.com").await;
        let no_password = NewUser { email: "oidc@example.com".into(), full_name: None, is_admin: false, password: None };
        identity.create_user(no_password, nobody()).await.unwrap();
        for (email, password) in [
            ("ada@example.com", "open sesami"),
            ("ada@example.com", ""),
            ("nobody@example.com", "open the sesame"),
            ("oidc@example.com", ""),
            ("oidc@example.com", "nobody's password"),
            ("", ""),
            ("' OR 1=1 --", "x"),
            ("nul\0@example.com", "nul\0"),
        ] {
            let refused = identity.login(email, &secret(password), HERE, now()).await;
            assert!(matches!(refused, Err(LoginError::WrongCredentials)), "{email:?} {password:?}: {refused:?}");
        }
    }

    async fn guessing_has_to_wait(database: &Database) {
        let identity = database.connect(Options { attempts_per_account: 3, ..options() }).await;
        user(&identity, "ada@example.com").await;
        let start = now();
        for _ in 0..3 {
            let refused = identity.login("ada@example.com", &secret("a guess"), HERE, start).await;
            assert!(matches!(refused, Err(LoginError::WrongCredentials)));
        }
        let right = identity.login("ada@example.com", &secret("open the sesame"), HERE, start).await;
        assert!(matches!(right, Err(LoginError::TooManyAttempts { retry_after }) if retry_after == Duration::from_secs(900)));
        let elsewhere = "192.0.2.7".parse().unwrap();
        identity.login("ada@example.com", &secret("open the sesame"), elsewhere, start).await.unwrap();
        identity.login("ada@example.com", &secret("open the sesame"), HERE, start + TimeDelta::minutes(15)).await.unwrap();
    }

    async fn guessing_from_many_addresses_comes_to_an_end_and_the_owner_comes_in_from_where_they_did(database: &Database) {
        let strict = || Options { failures_per_account: 20, ..options() };
        let identity = database.connect(strict()).await;
        user(&identity, "ada@example.com").await;
        let (right, wrong) = (secret("open the sesame"), secret("a guess"));
        let six = |text: &str| text.parse::<IpAddr>().unwrap();
        let from = |number: u32| IpAddr::from(std::net::Ipv4Addr::from_bits(0xC633_6400 + number));
        for known in [HERE, six("2001:db8:1:2::1")] {
            identity.login("ada@example.com", &right, known, now()).await.unwrap();
        }
        for account in ["ada@example.com", "eve@example.com"] {
            for number in 0..20 {
                let refused = identity.login(account, &wrong, from(number), now()).await;
                assert!(matches!(refused, Err(LoginError::WrongCredentials)), "{account} {number}");
            }
        }
        // Whoever knows the password, too; of an account that there is not, alike; and on another host.
        let other = database.connect(strict()).await;
        for (identity, account, password) in [
            (&identity, "ada@example.com", &wrong),
            (&identity, "ada@example.com", &right),
            (&identity, "eve@example.com", &wrong),
            (&other, "ada@example.com", &right),
            (&other, "eve@example.com", &wrong),
        ] {
            for address in [from(200), six("2001:db8:1:3::1")] {
                let refused = identity.login(account, password, address, now()).await;
                assert!(matches!(refused, Err(LoginError::TooManyAttempts { .. })), "{account} {address}: {refused:?}");
            }
        }
        assert_eq!(identity.note_refused_attempts().await.unwrap(), 6);
        // They wait for what is left of the hour, and not for a time that is always the same.
        let told = async |at| match identity.login("ada@example.com", &wrong, from(200), at).await {
            Err(LoginError::TooManyAttempts { retry_after }) => retry_after.as_secs(),
            other => panic!("{other:?}"),
        };
        let (soon, later) = (told(now()).await, told(now() + TimeDelta::minutes(59)).await);
        assert!((3_000..=3_600).contains(&soon), "{soon}");
        assert!((1..=60).contains(&later), "{later}");
        assert_eq!(identity.note_refused_attempts().await.unwrap(), 2);
        // From where it was used before, and of IPv6 from the same network.
        for known in [HERE, six("2001:db8:1:2:ffff::9")] {
            identity.login("ada@example.com", &right, known, now()).await.unwrap();
        }
        // What is refused is no failure, and so the hour ends.
        let later = now() + TimeDelta::minutes(61);
        identity.login("ada@example.com", &right, from(200), later).await.unwrap();
        let of = AuditFilter { action: Some("login_locked".to_owned()), target: Some("ada@example.com".to_owned()), ..AuditFilter::default() };
        // One of each host.
        assert_eq!(identity.audit_lines(&of, 10, None).await.unwrap().len(), 2);

        // At an open session nobody guesses on either, but from where its owner was.
        let (who, _) = identity.login("ada@example.com", &right, HERE, now()).await.unwrap();
        let new = secret("quiet walrus paints 9 doors");
        let refused = identity.change_password(&who, &wrong, &new, false, from(201), now()).await;
        assert!(matches!(refused, Err(LoginError::TooManyAttempts { .. })), "{refused:?}");
        // Whoever was given a link comes in from where they used it.
        let (link, _) = identity.make_password_link(who.id, AuditEntry::default(), now()).await.unwrap();
        assert!(identity.use_password_link(link.expose(), &new, false, from(202), now()).await.unwrap());
        identity.login("ada@example.com", &new, from(202), now()).await.unwrap();
        let refused = identity.login("ada@example.com", &new, from(203), now()).await;
        assert!(matches!(refused, Err(LoginError::TooManyAttempts { .. })), "{refused:?}");
    }

    async fn tokens_that_are_none_are_nobodys(database: &Database) {
        let identity = database.connect(options()).await;
        for token in ["", "x", "'; DROP TABLE sessions; --", &"A".repeat(43), &"A".repeat(100_000), "\0"] {
            assert!(identity.authenticate(token, now()).await.unwrap().is_none());
        }
    }

    async fn a_session_ends_when_idle_and_at_its_lifetimes_end(database: &Database) {
        let hour = Duration::from_secs(3600);
        let identity =
            database.connect(Options { session_idle: hour, session_lifetime: hour * 3, session_cache: Duration::ZERO, ..options() }).await;
        user(&identity, "ada@example.com").await;
        let start = now();
        let (_, token) = identity.login("ada@example.com", &secret("open the sesame"), HERE, start).await.unwrap();
        let minutes = |minutes| start + TimeDelta::minutes(minutes);
        for minute in [50, 100, 150] {
            assert!(identity.authenticate(token.expose(), minutes(minute)).await.unwrap().is_some(), "{minute}");
        }
        let who = identity.authenticate(token.expose(), minutes(170)).await.unwrap().unwrap();
        assert_eq!(who.session.expires_at.timestamp(), minutes(180).timestamp());
        assert!(identity.authenticate(token.expose(), minutes(181)).await.unwrap().is_none());

        let (_, token) = identity.login("ada@example.com", &secret("open the sesame"), HERE, start).await.unwrap();
        assert!(identity.authenticate(token.expose(), minutes(61)).await.unwrap().is_none());
    }

    async fn grants_take_effect_at_once(database: &Database) {
        let identity = database.connect(options()).await;
        alpha_and_beta(&identity).await;
        let ada = user(&identity, "ada@example.com").await;
        let (_, token) = identity.login("ada@example.com", &secret("open the sesame"), HERE, now()).await.unwrap();
        let tenants = async || {
            let who = identity.authenticate(token.expose(), now()).await.unwrap().unwrap();
            who.tenants.iter().map(|tenant| tenant.id.clone()).collect::<Vec<_>>()
        };
        assert!(tenants().await.is_empty());
        identity.grant(ada.id, "beta", Role::Viewer, nobody()).await.unwrap();
        identity.grant(ada.id, "beta", Role::Viewer, nobody()).await.unwrap();
        identity.grant(ada.id, "alpha", Role::Viewer, nobody()).await.unwrap();
        assert_eq!(tenants().await, ["alpha", "beta"]);
        identity.revoke(ada.id, "alpha", nobody()).await.unwrap();
        assert_eq!(tenants().await, ["beta"]);
        assert!(matches!(identity.grant(ada.id, "gamma", Role::Viewer, nobody()).await, Err(IdentityError::NoSuchTenant(_))));
        assert!(matches!(identity.grant(uuid::Uuid::now_v7(), "alpha", Role::Viewer, nobody()).await, Err(IdentityError::NoSuchUser(_))));
    }

    async fn a_tenant_without_configuration_is_nobodys_until_it_returns(database: &Database) {
        let identity = database.connect(options()).await;
        let added = identity.sync_tenants(&[tenant("alpha", "Alpha"), tenant("beta", "Beta")]).await.unwrap();
        assert_eq!(added, ["alpha", "beta"]);
        let ada = user(&identity, "ada@example.com").await;
        identity.grant(ada.id, "alpha", Role::Viewer, nobody()).await.unwrap();
        identity.grant(ada.id, "beta", Role::Viewer, nobody()).await.unwrap();

        let added = identity.sync_tenants(&[tenant("beta", "Beta, renamed")]).await.unwrap();
        assert!(added.is_empty());
        let left = identity.tenants_of(ada.id).await.unwrap();
        assert_eq!(left.iter().map(|t| (t.id.as_str(), t.name.as_str())).collect::<Vec<_>>(), [("beta", "Beta, renamed")]);
        assert!(matches!(identity.grant(ada.id, "alpha", Role::Viewer, nobody()).await, Err(IdentityError::NoSuchTenant(_))));
        let states = identity.tenant_states().await.unwrap();
        assert_eq!(states.iter().map(|state| state.is_configured).collect::<Vec<_>>(), [false, true]);
        let grants = identity.grants_of(Some(ada.id)).await.unwrap();
        assert_eq!(grants.iter().map(|grant| grant.is_configured).collect::<Vec<_>>(), [false, true]);

        let file = TenantRecord { database_host: String::new(), database_port: None, ..tenant("alpha", "Alpha") };
        let added = identity.sync_tenants(&[tenant("beta", "Beta"), file]).await.unwrap();
        assert!(added.is_empty());
        assert_eq!(identity.tenants_of(ada.id).await.unwrap().len(), 2);
    }

    async fn a_host_that_lacks_tenants_takes_them_from_no_other_host(database: &Database) {
        let (healthy, faulty) = (database.connect(options()).await, database.connect(options()).await);
        alpha_and_beta(&healthy).await;
        let ada = user(&healthy, "ada@example.com").await;
        for id in ["alpha", "beta"] {
            healthy.grant(ada.id, id, Role::Viewer, nobody()).await.unwrap();
        }
        let (who, token) = healthy.login("ada@example.com", &secret("open the sesame"), HERE, now()).await.unwrap();
        healthy.select_tenant(&who, "alpha").await.unwrap();
        let at = async |host: &Identity| {
            let who = host.authenticate(token.expose(), now()).await.unwrap().unwrap();
            (who.tenants.iter().map(|tenant| tenant.id.clone()).collect::<Vec<_>>(), who.session.tenant.clone())
        };
        let all = (vec!["alpha".to_owned(), "beta".to_owned()], Some("alpha".to_owned()));
        for left in [&[tenant("beta", "Beta")][..], &[]] {
            faulty.sync_tenants(left).await.unwrap();
            let here: Vec<String> = left.iter().map(|tenant| tenant.id.clone()).collect();
            assert_eq!(at(&faulty).await, (here, None));
            let refused = faulty.select_tenant(&who, "alpha").await;
            assert!(matches!(refused, Err(IdentityError::NoSuchTenant(_))));
            assert_eq!(at(&healthy).await, all);
            // Nor does the central database hand it on to a host that starts later, or to a command.
            assert_eq!(at(&database.connect(options()).await).await, all);
        }
        alpha_and_beta(&faulty).await;
        assert_eq!(at(&faulty).await, all);
    }

    async fn a_tenant_that_an_earlier_version_took_away_is_there_for_a_host_that_has_it(database: &Database) {
        let identity = database.connect(options()).await;
        alpha_and_beta(&identity).await;
        let ada = user(&identity, "ada@example.com").await;
        identity.grant(ada.id, "alpha", Role::Admin, nobody()).await.unwrap();
        let took_away = "UPDATE tenants SET is_active = FALSE";
        if database.url.starts_with("sqlite") {
            let pool = sqlx::SqlitePool::connect(&database.url).await.unwrap();
            sqlx::raw_sql(took_away).execute(&pool).await.unwrap();
        } else {
            let pool = sqlx::PgPool::connect(&database.url).await.unwrap();
            sqlx::raw_sql(took_away).execute(&pool).await.unwrap();
        }
        // As long as one of those runs beside this one, and does it again and again.
        let (who, token) = identity.login("ada@example.com", &secret("open the sesame"), HERE, now()).await.unwrap();
        assert!(who.may_use("alpha"));
        identity.select_tenant(&who, "alpha").await.unwrap();
        let who = identity.authenticate(token.expose(), now()).await.unwrap().unwrap();
        assert_eq!(who.session.tenant.as_deref(), Some("alpha"));
        let eve = user(&identity, "eve@example.com").await;
        let actor = AuditEntry { actor: Some(ada.id), ..AuditEntry::default() };
        identity.grant(eve.id, "alpha", Role::Viewer, actor).await.unwrap();
    }

    async fn what_an_administrator_switched_off_stays_so_whichever_host_has_it(database: &Database) {
        let identity = database.connect(options()).await;
        alpha_and_beta(&identity).await;
        let ada = user(&identity, "ada@example.com").await;
        identity.grant(ada.id, "alpha", Role::Viewer, nobody()).await.unwrap();
        identity.set_tenant_disabled("alpha", true, nobody()).await.unwrap();
        identity.sync_tenants(&[]).await.unwrap();
        alpha_and_beta(&identity).await;
        let states = identity.tenant_states().await.unwrap();
        assert!(states[0].is_configured && states[0].is_disabled);
        assert!(identity.tenants_of(ada.id).await.unwrap().is_empty());
    }

    async fn a_session_selects_only_what_is_granted(database: &Database) {
        let identity = database.connect(options()).await;
        alpha_and_beta(&identity).await;
        let ada = user(&identity, "ada@example.com").await;
        identity.grant(ada.id, "alpha", Role::Viewer, nobody()).await.unwrap();
        let (who, token) = identity.login("ada@example.com", &secret("open the sesame"), HERE, now()).await.unwrap();
        assert_eq!(who.session.tenant, None);
        for not_hers in ["beta", "gamma", "", "\0"] {
            assert!(matches!(identity.select_tenant(&who, not_hers).await, Err(IdentityError::NoSuchTenant(_))));
        }
        identity.select_tenant(&who, "alpha").await.unwrap();
        let selected = identity.authenticate(token.expose(), now()).await.unwrap().unwrap().session.tenant.clone();
        assert_eq!(selected.as_deref(), Some("alpha"));
        // A `Who` from before the grant was taken back does not help.
        identity.revoke(ada.id, "alpha", nobody()).await.unwrap();
        assert!(matches!(identity.select_tenant(&who, "alpha").await, Err(IdentityError::NoSuchTenant(_))));
        let who = identity.authenticate(token.expose(), now()).await.unwrap().unwrap();
        assert_eq!(who.session.tenant, None);
    }

    async fn an_administrator_sees_only_granted_tenants(database: &Database) {
        let identity = database.connect(options()).await;
        alpha_and_beta(&identity).await;
        let admin = NewUser {
            email: "root@example.com".into(), full_name: None, is_admin: true, password: Some(secret("open the sesame")),
        };
        let admin = identity.create_user(admin, nobody()).await.unwrap();
        identity.grant(admin.id, "beta", Role::Viewer, nobody()).await.unwrap();
        let (who, _) = identity.login("root@example.com", &secret("open the sesame"), HERE, now()).await.unwrap();
        assert!(who.is_admin && who.may_use("beta") && !who.may_use("alpha"));
    }

    async fn a_new_password_ends_all_sessions(database: &Database) {
        let identity = database.connect(options()).await;
        let ada = user(&identity, "ada@example.com").await;
        let (_, one) = identity.login("ada@example.com", &secret("open the sesame"), HERE, now()).await.unwrap();
        let (_, two) = identity.login("ada@example.com", &secret("open the sesame"), HERE, now()).await.unwrap();
        identity.set_password(ada.id, &secret("close the sesame"), false, nobody()).await.unwrap();
        for token in [one, two] {
            assert!(identity.authenticate(token.expose(), now()).await.unwrap().is_none());
        }
        assert!(identity.login("ada@example.com", &secret("open the sesame"), HERE, now()).await.is_err());
        identity.login("ada@example.com", &secret("close the sesame"), HERE, now()).await.unwrap();
        let refused = identity.set_password(uuid::Uuid::now_v7(), &secret("close the sesame"), false, nobody()).await;
        assert!(matches!(refused, Err(IdentityError::NoSuchUser(_))));
    }

    async fn refused_attempts_are_counted_in_a_few_lines_however_many_there_are(database: &Database) {
        let identity = database.connect(Options { attempts_per_account: 1, attempts_per_address: 100_000, ..options() }).await;
        let wrong = secret("wrong");
        let from = |number: u32| IpAddr::from(std::net::Ipv4Addr::from_bits(0xC000_0200 + number));
        for (account, address) in (0..60).map(|number| (format!("a{number}@example.com"), from(number))) {
            identity.login(&account, &wrong, address, now()).await.unwrap_err();
            for _ in 0..=address_number(address) {
                let refused = identity.login(&account, &wrong, address, now()).await.unwrap_err();
                assert!(matches!(refused, LoginError::TooManyAttempts { .. }));
            }
        }
        // Of one account from two addresses.
        identity.login("a59@example.com", &wrong, from(7), now()).await.unwrap_err();
        identity.login("a59@example.com", &wrong, from(7), now()).await.unwrap_err();
        let before = identity.audit_log(500, None).await.unwrap().len();
        assert_eq!(before, 2 * 61);
        assert_eq!(identity.note_refused_attempts().await.unwrap(), (1..=60).sum::<u64>() + 1);
        let lines = identity.audit_log(500, None).await.unwrap();
        assert_eq!(lines.len() - before, 51);
        assert!(lines[..51].iter().all(|line| line.entry.action == "logins_refused"));
        assert_eq!(lines[0].entry.detail.as_deref(), Some("55 attempts at 10 others"));
        assert_eq!(lines[50].entry.target.as_deref(), Some("a59@example.com"));
        assert_eq!(lines[50].entry.detail.as_deref(), Some("61 attempts from 2 addresses"));
        assert_eq!(lines[49].entry.detail.as_deref(), Some("59 attempts"));
        assert_eq!(lines[49].entry.address, Some(from(58).into()));
    }

    async fn a_tenant_is_made_known_without_a_word_on_the_others(database: &Database) {
        let identity = database.connect(options()).await;
        alpha_and_beta(&identity).await;
        identity.know_tenant(&tenant("gamma", "Gamma")).await.unwrap();
        identity.know_tenant(&tenant("beta", "Beta, renamed")).await.unwrap();
        let states = identity.tenant_states().await.unwrap();
        let states: Vec<_> = states.iter().map(|state| (state.id.as_str(), state.name.as_str(), state.is_configured)).collect();
        assert_eq!(states, [("alpha", "Alpha", true), ("beta", "Beta, renamed", true), ("gamma", "Gamma", true)]);
        let newest = identity.audit_log(1, None).await.unwrap().remove(0).entry;
        assert_eq!((newest.action.as_str(), newest.tenant.as_deref()), ("tenant_configured", Some("gamma")));
    }

    async fn a_tenant_that_is_new_leaves_a_line_once_whichever_hosts_have_it_and_lose_it(database: &Database) {
        let (identity, other) = (database.connect(options()).await, database.connect(options()).await);
        let (alpha, beta) = (tenant("alpha", "Alpha"), tenant("beta", "Beta"));
        identity.sync_tenants(&[alpha.clone(), beta.clone()]).await.unwrap();
        identity.sync_tenants(std::slice::from_ref(&alpha)).await.unwrap();
        other.sync_tenants(&[alpha.clone(), beta.clone()]).await.unwrap();
        identity.sync_tenants(&[alpha, beta]).await.unwrap();
        let mut lines: Vec<_> = identity.audit_log(50, None).await.unwrap();
        lines.reverse();
        let said = lines.into_iter().map(|line| {
            let entry = line.entry;
            assert!(entry.actor_email.is_none() && entry.target == entry.tenant && entry.detail.is_none());
            format!("{} {}", entry.action, entry.tenant.unwrap())
        });
        assert_eq!(said.collect::<Vec<_>>(), ["tenant_configured alpha", "tenant_configured beta"]);
    }

    async fn the_audit_log_is_written_and_cannot_be_changed(database: &Database) {
        let identity = database.connect(options()).await;
        let ada = user(&identity, "ada@example.com").await;
        identity.login("ada@example.com", &secret("open the sesame"), HERE, now()).await.unwrap();
        identity.login("eve@example.com", &secret("open the sesame"), HERE, now()).await.unwrap_err();
        identity.audit(AuditEntry { action: "more".into(), detail: Some("…".into()), ..AuditEntry::default() }).await.unwrap();
        let log = identity.audit_log(10, None).await.unwrap();
        let actions: Vec<_> = log.iter().map(|line| line.entry.action.as_str()).collect();
        assert_eq!(actions, ["more", "login_failed", "login", "user_created"]);
        assert_eq!((log[2].entry.actor, log[2].entry.address.clone()), (Some(ada.id), Some(HERE.into())));
        let older = identity.audit_log(1, Some(log[1].id)).await.unwrap();
        assert_eq!(older[0].entry.action, "login");
        identity.close().await;
        let statements: &[&str] = if database.url.starts_with("sqlite") {
            &[
                "INSERT OR REPLACE INTO audit_log (id, happened_at, action) VALUES (1, CURRENT_TIMESTAMP, 'nothing')",
                "REPLACE INTO audit_log SELECT id, happened_at, 'nothing', NULL, NULL, NULL, NULL, NULL, NULL FROM audit_log",
                "UPDATE OR REPLACE audit_log SET id = 1 WHERE id = 2",
                "INSERT INTO audit_log (id, happened_at, action) VALUES (1, CURRENT_TIMESTAMP, '') ON CONFLICT (id) DO UPDATE SET action = ''",
            ]
        } else {
            &["INSERT INTO audit_log (id, action) OVERRIDING SYSTEM VALUE VALUES (1, '') ON CONFLICT (id) DO UPDATE SET action = ''"]
        };
        for statement in ["UPDATE audit_log SET action = 'nothing'", "DELETE FROM audit_log"].iter().chain(statements) {
            let refused = if database.url.starts_with("sqlite") {
                let pool = sqlx::SqlitePool::connect(&database.url).await.unwrap();
                sqlx::raw_sql(*statement).execute(&pool).await.map(drop)
            } else {
                let pool = sqlx::PgPool::connect(&database.url).await.unwrap();
                sqlx::raw_sql(*statement).execute(&pool).await.map(drop)
            };
            assert!(refused.unwrap_err().to_string().contains("audit log"), "{statement}");
        }
        let identity = database.connect(options()).await;
        let lines = identity.audit_log(10, None).await.unwrap();
        assert_eq!(lines.iter().map(|line| line.entry.action.as_str()).collect::<Vec<_>>(), actions);
        identity.audit(AuditEntry { action: "another".into(), ..AuditEntry::default() }).await.unwrap();
    }

    async fn several_processes_may_start_at_once(database: &Database) {
        let connected = (0..4).map(|_| {
            let url = secret(&database.url);
            tokio::spawn(async move { Identity::connect(&url, options()).await })
        });
        for one in connected.collect::<Vec<_>>() {
            let identity = one.await.unwrap().unwrap();
            identity.ping().await.unwrap();
            identity.close().await;
        }
        let identity = database.connect(options()).await;
        assert!(identity.users().await.unwrap().is_empty());
    }

    async fn many_writers_at_once_all_get_through(database: &Database) {
        let identity = std::sync::Arc::new(database.connect(options()).await);
        alpha_and_beta(&identity).await;
        let writers = (0..16).map(|number| {
            let identity = std::sync::Arc::clone(&identity);
            tokio::spawn(async move {
                let one = user(&identity, &format!("user{number}@example.com")).await;
                identity.grant(one.id, "alpha", Role::Viewer, nobody()).await.unwrap();
                identity.sync_tenants(&[tenant("alpha", "Alpha"), tenant("beta", "Beta")]).await.unwrap();
                identity.set_password(one.id, &secret("close the sesame"), false, nobody()).await.unwrap();
                identity.login(&one.email, &secret("close the sesame"), HERE, now()).await.unwrap();
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        assert_eq!(identity.users().await.unwrap().len(), 16);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_and_wrong_take_the_same_time() {
    let database = Database::sqlite();
    let cost = PasswordCost {
        memory_kib: 8 * 1024,
        passes: 2,
        lanes: 1,
    };
    let no_limit = Options {
        attempts_per_account: u32::MAX,
        attempts_per_address: u32::MAX,
        failures_per_account: u32::MAX,
        changes_per_account: u32::MAX,
        ..options()
    };
    let identity = database
        .connect(Options {
            password_cost: cost,
            ..no_limit
        })
        .await;
    user(&identity, "ada@example.com").await;
    let mut fastest = [Duration::MAX; 2];
    // The hash is what takes the time; without it one of the two would be many times faster. What else the machine does only
    // slows an attempt down: the fastest of enough are alike.
    let are_alike =
        |[known, unknown]: [Duration; 2]| (0.5..2.0).contains(&(known.as_secs_f64() / unknown.as_secs_f64()));
    for round in 0..200 {
        for (email, fastest) in ["ada@example.com", "eve@example.com"]
            .into_iter()
            .zip(&mut fastest)
        {
            let start = Instant::now();
            identity
                .login(email, &secret("a wrong guess"), HERE, now())
                .await
                .unwrap_err();
            *fastest = start.elapsed().min(*fastest);
        }
        if round >= 12 && are_alike(fastest) {
            break;
        }
    }
    assert!(are_alike(fastest), "known, unknown: {fastest:?}");
}

#[tokio::test]
async fn addresses_that_cannot_be_used_say_so_without_repeating_the_password() {
    for url in [
        "",
        "mysql://root:hunter22@localhost/x",
        "postgres://u:hunter22@localhost:notaport/x",
        "sqlite::memory:",
    ] {
        let error = Identity::connect(&secret(url), options()).await.err().unwrap();
        assert!(matches!(error, IdentityError::Address(_)), "{url}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("hunter22"), "{error:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_reads_the_sqlite_file() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::sqlite();
    let identity = database.connect(options()).await;
    user(&identity, "ada@example.com").await;
    for ending in ["", "-wal"] {
        let file = format!("{}{ending}", database.url.strip_prefix("sqlite://").unwrap());
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o077,
            0,
            "{file}"
        );
    }
}
