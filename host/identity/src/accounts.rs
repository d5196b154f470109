//! One account, as administrators change it: its name and rights, its sessions, its end.

use chrono::{SubsecRound, Utc};
use uuid::Uuid;

use crate::audit::{add_line, add_line_of_each_tenant};
use crate::authority::{Needed, must_be, must_leave_an_administrator};
use crate::id::Id;
use crate::names::normal_name;
use crate::store::{in_transaction, in_turn, with_pool};
use crate::users::{COLUMNS, UserRow, user};
use crate::{AuditEntry, Identity, IdentityError, User};

/// What a person cannot take back for good.
pub(crate) const BY_GROUP: &str = "A group of the identity provider";
/// What to do about a role that a group gives.
pub(crate) const WAY_OUT_OF_A_ROLE: &str =
    "Put them into another group, or ask those who administer the host.";
/// What to do about it.
pub(crate) const WAY_OUT: &str = "Take them out of the group, or switch the account off: what a group gives comes back at the next renewal.";

impl Identity {
    /// The user with this id.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn user(&self, id: Uuid) -> Result<Option<User>, IdentityError> {
        let question = format!("SELECT {COLUMNS} FROM users WHERE id = $1");
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, UserRow>(sqlx::AssertSqlSafe(question))
            .bind(Id(id))
            .fetch_optional(pool)
            .await)?;
        Ok(found.map(user))
    }

    /// Gives a user another name and makes them an administrator of the host, or none; false: there is no such user.
    /// The same again leaves no line in the audit log.
    ///
    /// # Errors
    /// [`IdentityError::NotAdministrator`]; [`IdentityError::Conflict`] where a group of the provider would make them an
    /// administrator again, or none would be left; [`IdentityError::Refused`] where the name is too long.
    pub async fn change_user(
        &self,
        id: Uuid,
        full_name: Option<&str>,
        is_admin: bool,
        actor: AuditEntry,
    ) -> Result<bool, IdentityError> {
        let full_name = normal_name(full_name)?;
        let now = Utc::now().trunc_subsecs(3);
        let changed = in_turn!(&self.store, transaction => {
            must_be!(Needed::Administrator, actor, &mut *transaction);
            let before = sqlx::query_as::<_, (String, Option<String>, bool, bool)>(
                "SELECT email, full_name, is_admin, is_admin_by_group FROM users WHERE id = $1",
            )
            .bind(Id(id))
            .fetch_optional(&mut *transaction)
            .await?;
            let Some((email, name_before, was_admin, by_group)) = before else {
                return Ok(false);
            };
            let changes = changes((name_before.as_deref(), was_admin), (full_name.as_deref(), is_admin));
            if changes.is_empty() {
                return Ok(true);
            }
            if was_admin && by_group && !is_admin {
                return Err(IdentityError::Conflict(format!("{BY_GROUP} makes {email} an administrator. {WAY_OUT}")));
            }
            sqlx::query("UPDATE users SET full_name = $1, is_admin = $2, updated_at = $3 WHERE id = $4")
                .bind(&full_name)
                .bind(is_admin)
                .bind(now)
                .bind(Id(id))
                .execute(&mut *transaction)
                .await?;
            must_leave_an_administrator!(actor, &mut *transaction);
            let entry = AuditEntry {
                action: "user_changed".to_owned(),
                target: Some(email),
                detail: Some(changes),
                ..actor
            };
            add_line!(entry, &mut *transaction)
        });
        self.sessions.forget_user(id);
        changed?;
        Ok(true)
    }

    /// Removes a user for good, with their sessions, tokens and grants; false: there is no such user. What the audit
    /// log says of them stays.
    ///
    /// # Errors
    /// [`IdentityError::NotAdministrator`]; [`IdentityError::Conflict`] where no administrator would be left.
    pub async fn delete_user(&self, id: Uuid, actor: AuditEntry) -> Result<bool, IdentityError> {
        let removed = in_turn!(&self.store, transaction => {
            must_be!(Needed::Administrator, actor, &mut *transaction);
            let Some((email,)) = sqlx::query_as::<_, (String,)>("SELECT email FROM users WHERE id = $1")
                .bind(Id(id))
                .fetch_optional(&mut *transaction)
                .await?
            else {
                return Ok(false);
            };
            let left = AuditEntry {
                action: "revoke".to_owned(),
                target: Some(email.clone()),
                detail: Some("the account was removed".to_owned()),
                ..actor.clone()
            };
            add_line_of_each_tenant!(Id(id), left, transaction);
            // All that is theirs refers to this row and goes with it.
            sqlx::query("DELETE FROM users WHERE id = $1").bind(Id(id)).execute(&mut *transaction).await?;
            must_leave_an_administrator!(actor, &mut *transaction);
            let entry = AuditEntry {
                action: "user_deleted".to_owned(),
                target: Some(email),
                ..actor
            };
            add_line!(entry, &mut *transaction)
        });
        self.sessions.forget_user(id);
        removed?;
        Ok(true)
    }

    /// Ends all sessions of a user but `kept`, here at once; how many. None leaves no line in the audit log.
    ///
    /// # Errors
    /// [`IdentityError::NotAdministrator`] where it is somebody else who asks.
    pub async fn end_sessions_of(
        &self,
        id: Uuid,
        kept: Option<Uuid>,
        actor: AuditEntry,
    ) -> Result<u64, IdentityError> {
        let ended = in_turn!(&self.store, transaction => {
            must_be!(Needed::Oneself(id), actor, &mut *transaction);
            let Some((email,)) = sqlx::query_as::<_, (String,)>("SELECT email FROM users WHERE id = $1")
                .bind(Id(id))
                .fetch_optional(&mut *transaction)
                .await?
            else {
                return Ok(0);
            };
            let ended = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND ($2 IS NULL OR id <> $2)")
                .bind(Id(id))
                .bind(kept.map(Id))
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if ended == 0 {
                return Ok(0);
            }
            let entry = AuditEntry {
                action: "sessions_ended".to_owned(),
                target: Some(email),
                detail: Some(ended.to_string()),
                ..actor
            };
            add_line!(entry, &mut *transaction)?;
            ended
        });
        self.sessions.forget_user(id);
        Ok(ended)
    }
}

impl Identity {
    /// Ends all sessions that a password has opened, for a host on which nobody logs in with one any more: how many.
    ///
    /// # Errors
    /// When the central database fails; then none has ended.
    pub async fn end_password_sessions(&self) -> Result<u64, IdentityError> {
        let ended = in_transaction!(&self.store, transaction => {
            let ended = sqlx::query("DELETE FROM sessions WHERE provider_user IS NULL")
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if ended == 0 {
                return Ok(0);
            }
            let entry = AuditEntry {
                action: "sessions_ended".to_owned(),
                detail: Some(format!("{ended} by password, which this host takes no more")),
                ..AuditEntry::default()
            };
            add_line!(entry, &mut *transaction)?;
            ended
        });
        self.sessions.forget_all();
        Ok(ended)
    }
}

/// What is another than before, for the audit log; empty: nothing.
fn changes(before: (Option<&str>, bool), after: (Option<&str>, bool)) -> String {
    let mut changes = Vec::new();
    if before.0 != after.0 {
        let (before, after) = (before.0.unwrap_or("none"), after.0.unwrap_or("none"));
        changes.push(format!("name was {before}, now {after}"));
    }
    match (before.1, after.1) {
        (false, true) => changes.push("now administrator".to_owned()),
        (true, false) => changes.push("no longer administrator".to_owned()),
        _ => {}
    }
    changes.join("; ")
}

#[cfg(test)]
mod tests {
    use super::changes;

    #[test]
    fn the_audit_log_says_what_changed_and_only_that() {
        assert_eq!(changes((Some("Ada"), true), (Some("Ada"), true)), "");
        assert_eq!(
            changes((None, false), (Some("Ada"), true)),
            "name was none, now Ada; now administrator"
        );
        assert_eq!(
            changes((Some("Ada"), true), (Some("Ada"), false)),
            "no longer administrator"
        );
    }
}
