//! Users.

use chrono::{DateTime, SubsecRound, Utc};
use secrecy::SecretString;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::api_tokens::revoke_all_tokens;
use crate::audit::{add_line, add_line_of_each_tenant};
use crate::authority::{Needed, must_be};
use crate::id::Id;
use crate::names::{breaks_lines, is_hidden, normal_name};
use crate::store::{in_transaction, in_turn, with_pool};
use crate::{AuditEntry, Identity, IdentityError, NewUser, User};

/// Longest email address there is.
const LONGEST_EMAIL: usize = 254;

pub(crate) type UserRow = (
    Id,
    String,
    Option<String>,
    bool,
    bool,
    bool,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    bool,
    bool,
    Option<DateTime<Utc>>,
);

/// What a [`UserRow`] is made of.
pub(crate) const COLUMNS: &str = "id, email, full_name, is_admin, password_hash IS NOT NULL, disabled_at IS NOT NULL, created_at, last_login_at, is_admin_by_group, keycloak_id IS NOT NULL, password_set_at";

pub(crate) fn user(row: UserRow) -> User {
    let (
        id,
        email,
        full_name,
        is_admin,
        has_password,
        is_disabled,
        created_at,
        last_login_at,
        is_admin_by_group,
        is_from_provider,
        password_set_at,
    ) = row;
    User {
        id: id.0,
        email,
        full_name,
        is_admin,
        has_password,
        password_set_at,
        is_disabled,
        created_at,
        last_login_at,
        is_admin_by_group,
        is_from_provider,
    }
}

impl Identity {
    /// Whether there is any account.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn has_accounts(&self) -> Result<bool, IdentityError> {
        let (has,) = with_pool!(&self.store, pool => sqlx::query_as::<_, (bool,)>("SELECT EXISTS (SELECT 1 FROM users)")
            .fetch_one(pool)
            .await)?;
        Ok(has)
    }

    /// Makes a user. `actor` says who does, for the audit log.
    ///
    /// # Errors
    /// [`IdentityError::UserExists`], [`IdentityError::Email`], [`IdentityError::Password`] and [`IdentityError::Refused`]
    /// say what was wrong with the wish; [`IdentityError::NotAdministrator`].
    pub async fn create_user(&self, new: NewUser, actor: AuditEntry) -> Result<User, IdentityError> {
        let email = normal_email(&new.email)?;
        let full_name = normal_name(new.full_name.as_deref())?;
        let hash = match &new.password {
            Some(password) => Some(self.passwords.hash(password, &email).await?),
            None => None,
        };
        let (id, now) = (Id::new(), Utc::now().trunc_subsecs(3));
        let password_set_at = hash.is_some().then_some(now);
        let detail = new.is_admin.then(|| "administrator".to_owned());
        let entry = AuditEntry {
            action: "user_created".to_owned(),
            target: Some(email.clone()),
            detail,
            ..actor
        };
        in_turn!(&self.store, transaction => {
            must_be!(Needed::Administrator, entry, &mut *transaction);
            let inserted = sqlx::query(
                "INSERT INTO users (id, email, full_name, is_admin, password_hash, created_at, updated_at, password_set_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
            )
            .bind(id)
            .bind(&email)
            .bind(&full_name)
            .bind(new.is_admin)
            .bind(&hash)
            .bind(now)
            .bind(password_set_at)
            .execute(&mut *transaction)
            .await;
            match inserted {
                Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                    return Err(IdentityError::UserExists(email));
                }
                other => other.map(drop)?,
            }
            add_line!(entry, &mut *transaction)?;
        });
        Ok(User {
            id: id.0,
            email,
            full_name,
            is_admin: new.is_admin,
            has_password: hash.is_some(),
            password_set_at,
            is_disabled: false,
            created_at: now,
            last_login_at: None,
            is_admin_by_group: false,
            is_from_provider: false,
        })
    }

    /// Gives a user a new password and ends all of their sessions. `revoke_tokens`: also whatever programs use. `actor` says who
    /// does, for the audit log.
    ///
    /// # Errors
    /// [`IdentityError::NoSuchUser`] and [`IdentityError::Password`].
    pub async fn set_password(
        &self,
        user: Uuid,
        password: &SecretString,
        revoke_tokens: bool,
        actor: AuditEntry,
    ) -> Result<(), IdentityError> {
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, (String,)>(
            "SELECT email FROM users WHERE id = $1",
        )
        .bind(Id(user))
        .fetch_optional(pool)
        .await)?;
        let no_such_user = || IdentityError::NoSuchUser(user.to_string());
        let (email,) = found.ok_or_else(no_such_user)?;
        let hash = self.passwords.hash(password, &email).await?;
        let now = Utc::now().trunc_subsecs(3);
        in_transaction!(&self.store, transaction => {
            let changed = sqlx::query("UPDATE users SET password_hash = $1, password_set_at = $2, updated_at = $2 WHERE id = $3")
                .bind(&hash)
                .bind(now)
                .bind(Id(user))
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if changed == 0 {
                return Err(no_such_user());
            }
            for statement in ["DELETE FROM sessions WHERE user_id = $1", "DELETE FROM password_links WHERE user_id = $1"] {
                sqlx::query(statement).bind(Id(user)).execute(&mut *transaction).await?;
            }
            if revoke_tokens {
                revoke_all_tokens!(Id(user), now, actor, transaction);
            }
            let entry = AuditEntry {
                action: "password_set".to_owned(),
                target: Some(email),
                ..actor
            };
            // Somebody else knows the password.
            add_line_of_each_tenant!(Id(user), entry, transaction);
            add_line!(entry, &mut *transaction)?;
        });
        self.sessions.forget_user(user);
        Ok(())
    }

    /// The user with this email, in any case.
    ///
    /// # Errors
    /// When the central database fails; text that is no email address is nobody's.
    pub async fn find_user(&self, email: &str) -> Result<Option<User>, IdentityError> {
        let Ok(email) = normal_email(email) else {
            return Ok(None);
        };
        let question = format!("SELECT {COLUMNS} FROM users WHERE email = $1");
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, UserRow>(
            sqlx::AssertSqlSafe(question),
        )
        .bind(&email)
        .fetch_optional(pool)
        .await)?;
        Ok(found.map(user))
    }

    /// All users, by email.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn users(&self) -> Result<Vec<User>, IdentityError> {
        let question = format!("SELECT {COLUMNS} FROM users");
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, UserRow>(
            sqlx::AssertSqlSafe(question),
        )
        .fetch_all(pool)
        .await)?;
        let mut users: Vec<User> = found.into_iter().map(user).collect();
        // Here and not in SQL: the databases do not agree on the order of texts.
        users.sort_by(|one, other| one.email.cmp(&other.email));
        Ok(users)
    }
}

/// A text in the form in which accounts' email addresses are kept; none: it cannot be one.
pub fn kept_email(text: &str) -> Option<String> {
    normal_email(text).ok()
}

/// An email address in the form it is kept in: composed (NFC), in lower case. Refuses what cannot be one, and what would look
/// like another because of characters that are not seen.
pub(crate) fn normal_email(text: &str) -> Result<String, IdentityError> {
    // Composed once more where the small letters of some are not.
    let text: String = text
        .trim()
        .nfc()
        .collect::<String>()
        .to_lowercase()
        .nfc()
        .collect();
    let parts = text.split_once('@');
    let plausible =
        parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    let clean = !text
        .chars()
        .any(|character| breaks_lines(character) || character.is_whitespace() || is_hidden(character));
    if plausible && clean && text.len() <= LONGEST_EMAIL {
        Ok(text)
    } else {
        Err(IdentityError::Email(text.chars().take(LONGEST_EMAIL).collect()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn emails_are_kept_in_lower_case() {
        assert_eq!(normal_email(" Ada@Example.COM ").unwrap(), "ada@example.com");
    }

    #[test]
    fn emails_that_look_the_same_are_the_same() {
        assert_eq!(
            normal_email("Jose\u{301}@example.com").unwrap(),
            "jos\u{e9}@example.com"
        );
        assert_eq!(normal_email("李@例え.jp").unwrap(), "李@例え.jp");
    }

    #[test]
    fn refuses_what_is_no_email_address() {
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a@b@c",
            "a b@c",
            "a\0@b",
            "ad\u{200b}a@example.com",
            "ad\u{2065}a@example.com",
            "ad\u{fff0}a@example.com",
            "ad\u{fffc}a@example.com",
            "ad\u{e0002}a@example.com",
            "ad\u{e0080}a@example.com",
            "ad\u{e01f0}a@example.com",
            "ad\u{e000}a@example.com",
            &format!("{}@x", "\u{130}".repeat(124)),
            "\u{202e}ada@example.com",
            "ada@exa\u{ad}mple.com",
            &format!("{}@b", "a".repeat(300)),
        ] {
            assert!(normal_email(text).is_err(), "{text:?}");
        }
    }
}
