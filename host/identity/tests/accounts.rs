//! One account, as administrators change it, on SQLite and on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

use chrono::{TimeDelta, Utc};
use porthole_identity::{
    AuditEntry, AuditFilter, Identity, IdentityError, NewUser, Role, TokenScope, TokensOf,
};
use secrecy::ExposeSecret;
use support::people::{HERE, ada, secret, wish};
use support::{Database, options};
use uuid::Uuid;

async fn administrator(identity: &Identity, email: String) -> Uuid {
    let new = NewUser {
        email,
        full_name: None,
        is_admin: true,
        password: None,
    };
    identity.create_user(new, AuditEntry::default()).await.unwrap().id
}

fn by(actor: Uuid) -> AuditEntry {
    AuditEntry {
        actor: Some(actor),
        ..AuditEntry::default()
    }
}

/// Takes the administration from an account in one of the ways there are.
async fn dethrone(identity: &Identity, way: usize, whom: Uuid, actor: Uuid) -> Result<bool, IdentityError> {
    match way {
        0 => identity.change_user(whom, None, false, by(actor)).await,
        1 => identity.set_user_disabled(whom, true, by(actor)).await,
        _ => identity.delete_user(whom, by(actor)).await,
    }
}

on_both! {
    async fn of_two_administrators_who_dethrone_each_other_at_once_one_is_left(database: &Database) {
        let (here, there) = (database.connect(options()).await, database.connect(options()).await);
        for round in 0..27 {
            let one = administrator(&here, format!("one{round}@example.com")).await;
            let other = administrator(&here, format!("other{round}@example.com")).await;
            let (first, second) = tokio::join!(
                dethrone(&here, round % 3, other, one),
                dethrone(&there, round / 3 % 3, one, other),
            );
            let loser = match (first, second) {
                (Ok(true), Err(error)) | (Err(error), Ok(true)) => error,
                both => panic!("round {round}: {both:?}"),
            };
            assert!(matches!(loser, IdentityError::NotAdministrator), "round {round}: {loser:?}");
            let users = here.users().await.unwrap();
            let left: Vec<_> = users.iter().filter(|user| user.is_admin && !user.is_disabled).collect();
            assert_eq!(left.len(), 1, "round {round}");
            // Whoever sits at the machine may take the last one, too.
            assert!(here.set_user_disabled(left[0].id, true, AuditEntry::default()).await.unwrap());
        }
    }

    async fn what_an_actor_may_is_asked_when_it_is_done(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let root = administrator(&identity, "root@example.com".to_owned()).await;
        assert!(matches!(identity.set_user_disabled(root, true, by(root)).await, Err(IdentityError::Conflict(_))));
        let new = || NewUser { email: "eve@example.com".to_owned(), full_name: None, is_admin: true, password: None };
        let no = |refused: Result<bool, IdentityError>| assert!(matches!(refused, Err(IdentityError::NotAdministrator)), "{refused:?}");
        for actor in [user, Uuid::now_v7()] {
            no(identity.create_user(new(), by(actor)).await.map(|_| true));
            no(identity.make_password_link(root, by(actor), Utc::now()).await.map(|_| true));
            no(identity.set_tenant_disabled("alpha", true, by(actor)).await);
            no(identity.end_sessions_of(root, None, by(actor)).await.map(|_| true));
            no(identity.end_session(Uuid::nil(), None, by(actor)).await);
        }
        let small = |refused: Result<(), IdentityError>| assert!(matches!(refused, Err(IdentityError::RoleTooSmall(Role::Admin))), "{refused:?}");
        small(identity.grant(user, "alpha", Role::Admin, by(user)).await);
        small(identity.revoke(user, "alpha", by(user)).await.map(drop));
        // An admin of the tenant may, for as long as they are one.
        identity.grant(user, "alpha", Role::Admin, by(root)).await.unwrap();
        identity.grant(root, "alpha", Role::Viewer, by(user)).await.unwrap();
        assert!(identity.revoke(user, "alpha", by(user)).await.unwrap());
        small(identity.revoke(root, "alpha", by(user)).await.map(drop));
        assert_eq!(identity.end_sessions_of(user, None, by(user)).await.unwrap(), 0);
    }

    async fn what_changes_nothing_leaves_no_line(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let before = identity.audit_log(50, None).await.unwrap().len();
        let nobody = AuditEntry::default;
        assert!(identity.set_user_disabled(user, false, nobody()).await.unwrap());
        assert!(identity.set_tenant_disabled("alpha", false, nobody()).await.unwrap());
        assert_eq!(identity.audit_log(50, None).await.unwrap().len(), before);
        for _ in 0..2 {
            assert!(identity.set_user_disabled(user, true, nobody()).await.unwrap());
            assert!(identity.set_tenant_disabled("alpha", true, nobody()).await.unwrap());
        }
        assert_eq!(identity.audit_log(50, None).await.unwrap().len(), before + 2);
        assert!(!identity.set_user_disabled(Uuid::nil(), true, nobody()).await.unwrap());
        assert!(!identity.set_tenant_disabled("none", true, nobody()).await.unwrap());
    }

    async fn the_same_password_is_no_new_one(database: &Database) {
        let identity = database.connect(options()).await;
        ada(&identity).await;
        let now = Utc::now();
        let (who, token) = identity.login("ada@example.com", &secret("open the sesame"), HERE, now).await.unwrap();
        let same = secret("open the sesame");
        let refused = identity.change_password(&who, &same, &same, false, HERE, now).await.unwrap_err();
        assert!(refused.to_string().contains("the one you have already"), "{refused}");
        assert!(identity.authenticate(token.expose(), now).await.unwrap().is_some());
    }

    async fn another_name_and_rights_count_at_once_and_are_told_once(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let (_, token) = identity.login("ada@example.com", &secret("open the sesame"), HERE, Utc::now()).await.unwrap();
        let known = identity.user(user).await.unwrap().unwrap();
        assert!(known.last_login_at.is_some());
        for _ in 0..2 {
            assert!(identity.change_user(user, Some(" Ada\n"), true, AuditEntry::default()).await.unwrap());
        }
        let who = identity.authenticate(token.expose(), Utc::now()).await.unwrap().unwrap();
        assert!(who.is_admin);
        assert_eq!(who.full_name.as_deref(), Some("Ada"));
        let of = AuditFilter { action: Some("user_changed".to_owned()), ..AuditFilter::default() };
        let lines = identity.audit_lines(&of, 10, None).await.unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].entry.detail.as_deref(), Some("name was none, now Ada; now administrator"));
        assert!(!identity.change_user(Uuid::now_v7(), None, true, AuditEntry::default()).await.unwrap());
    }

    async fn a_removed_account_takes_all_that_is_its_along(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let (_, session) = identity.login("ada@example.com", &secret("open the sesame"), HERE, Utc::now()).await.unwrap();
        let (_, token) = identity.create_api_token(wish(user, TokenScope::Read), AuditEntry::default()).await.unwrap();
        assert_eq!(identity.tenant_states().await.unwrap()[0].members, 1);
        assert!(identity.delete_user(user, AuditEntry::default()).await.unwrap());
        assert!(!identity.delete_user(user, AuditEntry::default()).await.unwrap());
        assert!(identity.authenticate(session.expose(), Utc::now()).await.unwrap().is_none());
        assert!(identity.authenticate_api_token(token.expose_secret(), Utc::now()).await.unwrap().is_none());
        assert!(identity.user(user).await.unwrap().is_none());
        assert_eq!(identity.tenant_states().await.unwrap()[0].members, 0);
        let lines = identity.audit_log(10, None).await.unwrap();
        assert_eq!(lines[0].entry.action, "user_deleted");
        // Its tenant's admins, who do not read that line, hear of it as well.
        assert_eq!((lines[1].entry.action.as_str(), lines[1].entry.tenant.as_deref()), ("revoke", Some("alpha")));
        assert!(lines.iter().any(|line| line.entry.action == "login"));
    }

    async fn whoever_fails_to_log_in_hides_nothing_of_what_was_done_to_an_account(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        identity.create_api_token(wish(user, TokenScope::Read), AuditEntry::default()).await.unwrap();
        for _ in 0..60 {
            let failed = AuditEntry {
                action: "login_failed".to_owned(),
                target: Some("ada@example.com".to_owned()),
                ..AuditEntry::default()
            };
            identity.audit(failed).await.unwrap();
        }
        let user = identity.user(user).await.unwrap().unwrap();
        let events = identity.account_events(&user, 50).await.unwrap();
        let of = |action: &str| events.iter().filter(|event| event.record.entry.action == action).count();
        assert_eq!((of("login_failed"), of("token_created")), (16, 1));
        assert_eq!(events[0].record.entry.action, "login_failed");
    }

    async fn nothing_is_said_to_a_member_of_a_tenant_that_is_off_until_it_is_back(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let known = identity.user(user).await.unwrap().unwrap();
        let said = async || {
            let events = identity.account_events(&known, 50).await.unwrap();
            let of_tenant = events.into_iter().filter(|event| event.record.entry.tenant.is_some());
            of_tenant.map(|event| event.record.entry.detail.unwrap()).collect::<Vec<_>>()
        };
        let nobody = AuditEntry::default;
        assert_eq!(said().await, ["editor"]);
        identity.set_tenant_disabled("alpha", true, nobody()).await.unwrap();
        identity.grant(user, "alpha", Role::Viewer, nobody()).await.unwrap();
        assert_eq!(said().await, Vec::<String>::new());
        identity.set_tenant_disabled("alpha", false, nobody()).await.unwrap();
        assert_eq!(said().await, ["editor, now viewer", "editor"]);
        identity.sync_tenants(&[]).await.unwrap();
        assert_eq!(said().await, Vec::<String>::new());
    }

    async fn all_sessions_but_the_kept_one_end_at_once(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let login = async || identity.login("ada@example.com", &secret("open the sesame"), HERE, Utc::now()).await.unwrap();
        let ((kept, kept_token), (_, other)) = (login().await, login().await);
        let end = async || identity.end_sessions_of(user, Some(kept.session.id), AuditEntry::default()).await.unwrap();
        assert_eq!(end().await, 1);
        assert_eq!(end().await, 0);
        assert!(identity.authenticate(other.expose(), Utc::now()).await.unwrap().is_none());
        assert!(identity.authenticate(kept_token.expose(), Utc::now()).await.unwrap().is_some());
        let of = AuditFilter { action: Some("sessions_ended".to_owned()), ..AuditFilter::default() };
        assert_eq!(identity.audit_lines(&of, 10, None).await.unwrap().len(), 1);
        assert_eq!(identity.end_sessions_of(user, None, AuditEntry::default()).await.unwrap(), 1);
    }

    async fn no_session_outlives_the_password_it_was_opened_with(database: &Database) {
        let (here, there) = (database.connect(options()).await, database.connect(options()).await);
        let user = ada(&here).await;
        let mut password = "open the sesame".to_owned();
        for round in 0..12 {
            let new = format!("green badgers mend {round} clocks");
            let (who, _) = here.login("ada@example.com", &secret(&password), HERE, Utc::now()).await.unwrap();
            let (old, wish) = (secret(&password), secret(&new));
            let login = || there.login("ada@example.com", &old, HERE, Utc::now());
            let (changed, ..) = tokio::join!(
                here.change_password(&who, &old, &wish, false, HERE, Utc::now()),
                login(), login(), login(), login(), login(), login(),
            );
            let (_, token) = changed.unwrap();
            assert_eq!(here.open_sessions(user, Utc::now()).await.unwrap().len(), 1, "round {round}");
            assert!(there.authenticate(token.expose(), Utc::now()).await.unwrap().is_some());
            password = new;
        }
    }

    async fn of_two_changes_of_a_password_at_once_one_counts(database: &Database) {
        let identity = database.connect(options()).await;
        ada(&identity).await;
        let login = async |password: &str| identity.login("ada@example.com", &secret(password), HERE, Utc::now()).await;
        let (one, other) = (login("open the sesame").await.unwrap().0, login("open the sesame").await.unwrap().0);
        let old = secret("open the sesame");
        let (first, second) = (secret("green badgers mend 7 clocks"), secret("slow otters paint 9 walls"));
        let (here, there) = tokio::join!(
            identity.change_password(&one, &old, &first, false, HERE, Utc::now()),
            identity.change_password(&other, &old, &second, false, HERE, Utc::now()),
        );
        assert!(here.is_ok() != there.is_ok(), "{:?} {:?}", here.err(), there.err());
        let (new, lost) = if here.is_ok() { (&first, &second) } else { (&second, &first) };
        assert!(login(new.expose_secret()).await.is_ok());
        assert!(login(lost.expose_secret()).await.is_err());
    }

    async fn an_account_has_so_many_sessions_and_the_oldest_make_room(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let start = Utc::now();
        let mut tokens = Vec::new();
        for second in 0..53 {
            let now = start + TimeDelta::seconds(second);
            tokens.push(identity.login("ada@example.com", &secret("open the sesame"), HERE, now).await.unwrap().1);
        }
        let now = start + TimeDelta::seconds(60);
        assert_eq!(identity.open_sessions(user, now).await.unwrap().len(), 50);
        for (number, token) in tokens.iter().enumerate() {
            let is_open = identity.authenticate(token.expose(), now).await.unwrap().is_some();
            assert_eq!(is_open, number >= 3, "{number}");
        }
    }

    async fn a_token_is_not_hidden_behind_revoked_ones(database: &Database) {
        let identity = database.connect(options()).await;
        let user = ada(&identity).await;
        let (good, _) = identity.create_api_token(wish(user, TokenScope::Read), AuditEntry::default()).await.unwrap();
        for _ in 0..55 {
            let (made, _) = identity.create_api_token(wish(user, TokenScope::Read), AuditEntry::default()).await.unwrap();
            assert!(identity.revoke_api_token(made.id, TokensOf::User(user), AuditEntry::default()).await.unwrap());
        }
        for of in [TokensOf::User(user), TokensOf::Tenant("alpha"), TokensOf::Everybody] {
            let tokens = identity.api_tokens(of).await.unwrap();
            assert_eq!(tokens[0].id, good.id);
            // What is over is kept for a while, and then in the audit log only.
            assert!((50..=51).contains(&(tokens.len() - 1)), "{}", tokens.len());
        }
    }

    async fn a_wrong_current_password_leaves_a_line(database: &Database) {
        let identity = database.connect(options()).await;
        ada(&identity).await;
        let (who, _) = identity.login("ada@example.com", &secret("open the sesame"), HERE, Utc::now()).await.unwrap();
        let refused = identity.change_password(&who, &secret("open barley"), &secret("green badgers mend 7 clocks"), false, HERE, Utc::now()).await;
        assert!(refused.is_err());
        let line = &identity.audit_log(1, None).await.unwrap()[0];
        assert_eq!(line.entry.action, "password_change_failed");
        assert_eq!((line.entry.actor_email.as_deref(), line.entry.address.clone()), (Some("ada@example.com"), Some(HERE.into())));
    }
}
