//! What the audit log says of guessed passwords: each lock when it begins, and how many attempts it has refused, in a
//! number of lines that does not grow with the attempts.

use std::net::IpAddr;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::attempts::{Lock, Refused};
use crate::audit::add_line;
use crate::store::in_transaction;
use crate::{AuditEntry, Identity, IdentityError};

/// Most lines that one call of [`Identity::note_refused_attempts`] writes, but for one that sums up the rest.
const MOST_LINES: usize = 50;

impl Identity {
    /// Notes that an attempt has failed, and writes a line for each lock that begins with it. `actor`: who is known to have
    /// tried.
    pub(crate) async fn note_failed_attempt(
        &self,
        address: IpAddr,
        account: &str,
        actor: AuditEntry,
        now: DateTime<Utc>,
    ) -> Result<(), IdentityError> {
        for lock in self.attempts.failed(address, account, now) {
            let entry = AuditEntry {
                target: lock.is_of_account.then(|| account.replace('\0', "")),
                ..locked(lock, address, actor.clone())
            };
            self.audit(entry).await?;
        }
        Ok(())
    }

    /// Writes down that a login at the identity provider came to nothing, and counts it against the address that it came from:
    /// whoever lets too many come to nothing has to wait before they begin another. `target`: whom it was about, where that
    /// is known.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn note_refused_login(
        &self,
        target: Option<String>,
        why: &str,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<(), IdentityError> {
        let entry = AuditEntry {
            action: "login_refused".to_owned(),
            target,
            address: Some(address.into()),
            detail: Some(why.to_owned()),
            ..AuditEntry::default()
        };
        self.audit(entry).await?;
        match self.attempts.failed_at_any(address, now) {
            Some(lock) => self.audit(locked(lock, address, AuditEntry::default())).await,
            None => Ok(()),
        }
    }

    /// Writes down how many attempts were refused since the last call because too many had failed before; how many they
    /// were. To be called every minute: however many attempts there are, an account has one line for each call.
    ///
    /// # Errors
    /// When the central database fails; then they are not written down any more.
    pub async fn note_refused_attempts(&self) -> Result<u64, IdentityError> {
        let refused = self.attempts.take_refused();
        let all = refused.iter().map(|of| of.attempts).sum();
        if refused.is_empty() {
            return Ok(0);
        }
        let (named, rest) = refused.split_at(refused.len().min(MOST_LINES));
        let mut entries: Vec<AuditEntry> = named.iter().map(line).collect();
        if !rest.is_empty() {
            let attempts: u64 = rest.iter().map(|of| of.attempts).sum();
            entries.push(AuditEntry {
                action: "logins_refused".to_owned(),
                detail: Some(format!("{attempts} attempts at {} others", rest.len())),
                ..AuditEntry::default()
            });
        }
        in_transaction!(&self.store, transaction => {
            for entry in &entries {
                add_line!(entry, &mut *transaction)?;
            }
        });
        Ok(all)
    }
}

fn locked(lock: Lock, address: IpAddr, actor: AuditEntry) -> AuditEntry {
    AuditEntry {
        action: "login_locked".to_owned(),
        address: Some(address.into()),
        detail: Some(beginning(lock)),
        ..actor
    }
}

fn beginning(lock: Lock) -> String {
    let until = lock.until.to_rfc3339_opts(SecondsFormat::Secs, true);
    let of = match lock.is_of_account {
        true => "",
        false => " at any account",
    };
    format!(
        "{} failed attempts{of} from here; no more until {until}",
        lock.attempts
    )
}

fn line(refused: &Refused) -> AuditEntry {
    let attempts = match refused.attempts {
        1 => "1 attempt".to_owned(),
        many => format!("{many} attempts"),
    };
    let (address, detail) = match (refused.addresses.as_slice(), &refused.account) {
        ([address], Some(_)) => (Some((*address).into()), attempts),
        ([address], None) => (Some((*address).into()), format!("{attempts} at any account")),
        (addresses, _) => (None, format!("{attempts} from {} addresses", addresses.len())),
    };
    AuditEntry {
        action: "logins_refused".to_owned(),
        target: refused.account.as_ref().map(|account| account.replace('\0', "")),
        address,
        detail: Some(detail),
        ..AuditEntry::default()
    }
}
