//! Whether whoever changes others' accounts and rights may do so: asked in the very transaction that makes the change, and one
//! such transaction after the other. A request's own check is older than its write; of two administrators who take the
//! administration from each other at the same moment, one has lost it before they write.

use porthole_model::Role;
use uuid::Uuid;

use crate::IdentityError;

/// What an account must be to do something.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Needed<'a> {
    /// An administrator of the host.
    Administrator,
    /// That, or this account itself.
    Oneself(Uuid),
    /// An administrator of the host, or an admin of this tenant.
    AdminOf(&'a str),
}

impl<'a> Needed<'a> {
    /// The tenant that it is about; empty: none, as no tenant is called.
    pub(crate) fn tenant(self) -> &'a str {
        match self {
            Self::AdminOf(tenant) => tenant,
            _ => "",
        }
    }

    /// Refuses an account that is not what it must be. `found`: whether it administers the host, and the tenant; none: there
    /// is no such account any more, or it is switched off.
    pub(crate) fn check(self, actor: Uuid, found: Option<(bool, bool)>) -> Result<(), IdentityError> {
        match (self, found) {
            (_, Some((true, _))) | (Self::AdminOf(_), Some((_, true))) => Ok(()),
            (Self::Oneself(account), Some(_)) if account == actor => Ok(()),
            (Self::AdminOf(_), Some(_)) => Err(IdentityError::RoleTooSmall(Role::Admin)),
            _ => Err(IdentityError::NotAdministrator),
        }
    }
}

/// An account that is not switched off: whether it administers the host, and whether the tenant `$2`, which is not
/// switched off.
pub(crate) const RIGHTS: &str = "SELECT users.is_admin, EXISTS (
        SELECT 1 FROM user_tenants JOIN tenants ON tenants.id = user_tenants.tenant_id
        WHERE user_tenants.user_id = users.id AND tenants.tenant_id = $2 AND user_tenants.role = 'admin'
          AND tenants.disabled_at IS NULL)
    FROM users WHERE users.id = $1 AND users.disabled_at IS NULL";

/// Accounts that administer the host and are not switched off.
pub(crate) const ADMINISTRATORS: &str = "SELECT COUNT(*) FROM users WHERE is_admin AND disabled_at IS NULL";

/// What an account may do now: whether it administers the host, and whether it administers the tenant; none when it is gone.
macro_rules! rights {
    ($actor:expr, $tenant:expr, $executor:expr) => {
        sqlx::query_as::<_, (bool, bool)>($crate::authority::RIGHTS)
            .bind($crate::id::Id($actor))
            .bind($tenant)
            .fetch_optional($executor)
            .await?
    };
}

/// Refuses what the actor of an entry may not do. Who acts without an account, on the machine itself, may do everything.
macro_rules! must_be {
    ($needed:expr, $entry:expr, $executor:expr) => {
        if let Some(actor) = $entry.actor {
            let needed: $crate::authority::Needed<'_> = $needed;
            let found = $crate::authority::rights!(actor, needed.tenant(), $executor);
            needed.check(actor, found)?;
        }
    };
}

/// Refuses to make what a group of the provider gives somebody for good, unless an administrator of the host decides so.
macro_rules! must_decide_for_good {
    ($entry:expr, $email:expr, $executor:expr) => {
        if let Some(actor) = $entry.actor {
            let found = $crate::authority::rights!(actor, None::<&str>, $executor);
            if !found.is_some_and(|(administers, _)| administers) {
                return Err($crate::IdentityError::Conflict(format!(
                    "A group of the identity provider lets {} in, and says as what. {}",
                    $email,
                    $crate::accounts::WAY_OUT_OF_A_ROLE
                )));
            }
        }
    };
}

/// Refuses to let an account take the last administrator away.
macro_rules! must_leave_an_administrator {
    ($entry:expr, $executor:expr) => {
        if $entry.actor.is_some() {
            let (left,) = sqlx::query_as::<_, (i64,)>($crate::authority::ADMINISTRATORS)
                .fetch_one($executor)
                .await?;
            if left == 0 {
                return Err($crate::IdentityError::Conflict(
                    "This is the last administrator of the host. Make another one first.".to_owned(),
                ));
            }
        }
    };
}

pub(crate) use {must_be, must_decide_for_good, must_leave_an_administrator, rights};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_what_they_are_at_the_moment_of_the_write() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let may = |needed: Needed<'_>, found| needed.check(one, found).is_ok();
        for needed in [
            Needed::Administrator,
            Needed::Oneself(one),
            Needed::Oneself(other),
            Needed::AdminOf("alpha"),
        ] {
            assert!(may(needed, Some((true, false))), "{needed:?}");
            assert!(!may(needed, None), "{needed:?}");
        }
        assert!(!may(Needed::Administrator, Some((false, true))));
        assert!(may(Needed::AdminOf("alpha"), Some((false, true))));
        assert!(!may(Needed::AdminOf("alpha"), Some((false, false))));
        assert!(may(Needed::Oneself(one), Some((false, false))));
        assert!(!may(Needed::Oneself(other), Some((false, false))));
    }
}
