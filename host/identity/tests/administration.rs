//! Tokens, links, switches and the filtered audit log, on SQLite and on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

use chrono::{SubsecRound, TimeDelta, Utc};
use porthole_identity::{AuditEntry, AuditFilter, IdentityError, NewUser, Role, TokenScope, TokensOf};
use secrecy::ExposeSecret;
use support::people::{HERE, ada, secret, wish};
use support::{Database, options};
use uuid::Uuid;

/// Tokens of a user, by their number.
struct Programs<'i> {
    identity: &'i porthole_identity::Identity,
    user: Uuid,
    made: Vec<secrecy::SecretString>,
}

impl Programs<'_> {
    async fn made(&mut self) -> usize {
        let wish = wish(self.user, TokenScope::Read);
        let made = self.identity.create_api_token(wish, AuditEntry::default()).await;
        self.made.push(made.unwrap().1);
        self.made.len() - 1
    }

    async fn is_good(&self, number: usize) -> bool {
        let secret = secrecy::ExposeSecret::expose_secret(&self.made[number]);
        let found = self.identity.authenticate_api_token(secret, Utc::now()).await;
        found.unwrap().is_some()
    }
}

on_both! {
    async fn a_token_is_worth_what_its_owner_may_until_it_is_over_or_revoked(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let nobody = AuditEntry::default;
        let (record, token) = identity.create_api_token(wish(user, TokenScope::Publish), nobody()).await.unwrap();
        let who = async |at| identity.authenticate_api_token(token.expose_secret(), at).await.unwrap();
        let now = Utc::now();
        let asked = who(now).await.unwrap();
        assert!(asked.is_program && !asked.is_admin);
        assert_eq!(asked.role_in("alpha"), Some(Role::Editor));
        assert!(identity.authenticate(token.expose_secret(), now).await.unwrap().is_none());
        assert!(who(now + TimeDelta::days(3)).await.is_none());
        identity.grant(user, "alpha", Role::Viewer, nobody()).await.unwrap();
        assert_eq!(who(now).await.unwrap().role_in("alpha"), Some(Role::Viewer));
        let refused = identity.create_api_token(wish(user, TokenScope::Publish), nobody()).await;
        assert!(matches!(refused, Err(IdentityError::RoleTooSmall(Role::Editor))));
        identity.set_tenant_disabled("alpha", true, nobody()).await.unwrap();
        assert!(who(now).await.is_none());
        identity.set_tenant_disabled("alpha", false, nobody()).await.unwrap();
        identity.set_user_disabled(user, true, nobody()).await.unwrap();
        assert!(who(now).await.is_none());
        identity.set_user_disabled(user, false, nobody()).await.unwrap();
        assert!(who(now).await.is_some());
        let tokens = identity.api_tokens(TokensOf::Tenant("alpha")).await.unwrap();
        assert!(tokens.len() == 1 && tokens[0].last_used_at.is_some());
        assert!(!identity.revoke_api_token(record.id, TokensOf::Tenant("beta"), nobody()).await.unwrap());
        assert!(!identity.revoke_api_token(record.id, TokensOf::User(Uuid::nil()), nobody()).await.unwrap());
        assert!(identity.revoke_api_token(record.id, TokensOf::User(user), nobody()).await.unwrap());
        assert!(!identity.revoke_api_token(record.id, TokensOf::Everybody, nobody()).await.unwrap());
        assert!(who(now).await.is_none());
    }

    async fn a_link_opens_once_and_for_a_day(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let now = Utc::now();
        let (first, _) = identity.make_password_link(user, AuditEntry::default(), now).await.unwrap();
        let (link, _) = identity.make_password_link(user, AuditEntry::default(), now).await.unwrap();
        let uses = async |text: &str, at| {
            identity.use_password_link(text, &secret("close the sesame"), false, HERE, at).await.unwrap()
        };
        assert!(!uses(first.expose(), now).await, "an earlier link");
        assert!(!uses(link.expose(), now + TimeDelta::hours(25)).await, "a day later");
        assert!(!uses("nonsense", now).await);
        assert!(uses(link.expose(), now).await);
        assert!(!uses(link.expose(), now).await, "twice");
        identity.login("ada@example.com", &secret("close the sesame"), HERE, now).await.unwrap();
    }

    async fn when_a_password_was_set_is_known_by_whichever_way_it_was(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let nobody = AuditEntry::default;
        let known = async || identity.user(user).await.unwrap().unwrap();
        let set_at = async || known().await.password_set_at.unwrap();
        // With the account.
        assert_eq!(set_at().await, known().await.created_at);
        let [first, second, third] = ["green badgers mend 7 clocks", "slow otters paint 9 walls", "close the sesame"].map(secret);
        let now = Utc::now();
        // On the machine: by the clock, whatever it says.
        identity.set_password(user, &first, false, nobody()).await.unwrap();
        assert!(set_at().await >= now.trunc_subsecs(3));
        // By its owner, and with a link: when they say that it is.
        let (noon, evening) = (now.trunc_subsecs(3) + TimeDelta::hours(1), now.trunc_subsecs(3) + TimeDelta::hours(2));
        let (who, _) = identity.login("ada@example.com", &first, HERE, noon).await.unwrap();
        let wrong = identity.change_password(&who, &third, &second, false, HERE, noon).await;
        assert!(wrong.is_err() && set_at().await < noon);
        identity.change_password(&who, &first, &second, false, HERE, noon).await.unwrap();
        assert_eq!(set_at().await, noon);
        let (link, _) = identity.make_password_link(user, nobody(), evening).await.unwrap();
        assert_eq!(set_at().await, noon);
        assert!(identity.use_password_link(link.expose(), &third, false, HERE, evening).await.unwrap());
        assert_eq!(set_at().await, evening);
        let new = NewUser { email: "bob@example.com".to_owned(), full_name: None, is_admin: false, password: None };
        let bob = identity.create_user(new, nobody()).await.unwrap();
        assert_eq!(identity.users().await.unwrap().iter().find(|user| user.id == bob.id).unwrap().password_set_at, None);
    }

    async fn a_new_password_takes_the_tokens_along_only_where_it_says_so(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let now = Utc::now();
        let nobody = AuditEntry::default;
        let [old, new] = ["open the sesame", "close the sesame"].map(secret);
        let mut of = Programs { identity: &identity, user, made: Vec::new() };
        // By its owner, by a link, on the machine.
        let (who, _) = identity.login("ada@example.com", &old, HERE, now).await.unwrap();
        let kept = of.made().await;
        let (who, _) = identity.change_password(&who, &old, &new, false, HERE, now).await.unwrap();
        assert!(of.is_good(kept).await);
        let second = of.made().await;
        identity.change_password(&who, &new, &old, true, HERE, now).await.unwrap();
        assert!(!of.is_good(kept).await && !of.is_good(second).await);
        for revokes in [false, true] {
            let by_link = of.made().await;
            let (link, _) = identity.make_password_link(user, nobody(), now).await.unwrap();
            assert!(identity.use_password_link(link.expose(), &new, revokes, HERE, now).await.unwrap());
            assert_eq!(of.is_good(by_link).await, !revokes);
            let by_command = of.made().await;
            identity.set_password(user, &new, revokes, nobody()).await.unwrap();
            assert_eq!(of.is_good(by_command).await, !revokes);
        }
        // Each with a line, and none twice.
        let filter = AuditFilter { action: Some("token_revoked".to_owned()), ..AuditFilter::default() };
        let lines = identity.audit_lines(&filter, 50, None).await.unwrap();
        assert_eq!(lines.len(), of.made.len());
        assert!(lines[0].entry.detail.as_deref().unwrap().ends_with("deploy, with a new password"), "{lines:?}");
        assert_eq!(lines[0].entry.tenant.as_deref(), Some("alpha"));
    }

    async fn sessions_are_listed_and_ended_and_the_log_is_filtered(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let now = Utc::now();
        let (_, one) = identity.login("ada@example.com", &secret("open the sesame"), HERE, now).await.unwrap();
        let open = identity.open_sessions(user, now).await.unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!(identity.sessions_of_all(10, None, now).await.unwrap(), open);
        assert!(identity.open_sessions(Uuid::nil(), now).await.unwrap().is_empty());
        assert!(!identity.end_session(open[0].id, Some(Uuid::nil()), AuditEntry::default()).await.unwrap());
        assert!(identity.end_session(open[0].id, Some(user), AuditEntry::default()).await.unwrap());
        assert!(identity.authenticate(one.expose(), now).await.unwrap().is_none());
        let actions = async |filter: AuditFilter| {
            let lines = identity.audit_lines(&filter, 10, None).await.unwrap();
            lines.into_iter().map(|line| line.entry.action).collect::<Vec<_>>()
        };
        assert_eq!(actions(AuditFilter::default()).await, ["session_ended", "login", "grant", "user_created", "tenant_configured"]);
        let of = |name: &str| Some(name.to_owned());
        assert_eq!(actions(AuditFilter { actor: of("ada@example.com"), ..AuditFilter::default() }).await, ["login"]);
        assert_eq!(actions(AuditFilter { target: of("ada@example.com"), ..AuditFilter::default() }).await, ["session_ended", "grant", "user_created"]);
        let lines = identity.audit_lines(&AuditFilter::default(), 2, None).await.unwrap();
        let named = format!("session {}", open[0].id);
        assert!(lines.iter().all(|line| line.entry.detail.as_deref() == Some(&*named)), "{lines:?}");
        assert_eq!(actions(AuditFilter { tenant: of("alpha"), ..AuditFilter::default() }).await, ["grant", "tenant_configured"]);
        let later = AuditFilter { from: Some(now + TimeDelta::hours(1)), ..AuditFilter::default() };
        assert!(actions(later).await.is_empty());
        let earlier = AuditFilter { to: Some(now + TimeDelta::hours(1)), action: of("login"), ..AuditFilter::default() };
        assert_eq!(actions(earlier).await, ["login"]);
    }
}
