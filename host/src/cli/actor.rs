//! Who acts when a command does, for the audit log: nobody with an account, but a user of a machine.

use std::fs;
use std::os::unix::fs::MetadataExt;

use porthole_identity::{AuditEntry, Origin};

/// Longest name of a user or a machine that is written down, characters.
const LONGEST: usize = 100;

/// Whoever runs this command, and on which machine.
pub fn actor() -> AuditEntry {
    AuditEntry {
        actor_email: Some(format!("command line ({})", user())),
        address: Some(Origin::Machine(machine())),
        ..AuditEntry::default()
    }
}

/// The name of the process' user; without one, its number.
fn user() -> String {
    // The folder of a process belongs to whoever runs it: what the environment says, anybody can say.
    let Ok(process) = fs::metadata("/proc/self") else {
        return "unknown user".to_owned();
    };
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_of(process.uid(), &users).map_or_else(|| format!("uid {}", process.uid()), |name| shown(&name))
}

/// The name of a user in the lines of `/etc/passwd`.
fn name_of(user: u32, users: &str) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(user) && !name.is_empty()).then(|| name.to_owned())
    })
}

fn machine() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").map(|name| shown(name.trim()));
    name.ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "unnamed machine".to_owned())
}

fn shown(name: &str) -> String {
    name.chars()
        .filter(|character| !character.is_control())
        .take(LONGEST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_the_name_that_the_machine_gives() {
        let users = "root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000::/home/ada:/bin/sh\nbroken\n";
        assert_eq!(name_of(1000, users).as_deref(), Some("ada"));
        assert_eq!(name_of(0, users).as_deref(), Some("root"));
        assert_eq!(name_of(7, users), None);
    }

    #[test]
    fn whoever_runs_this_is_named() {
        let entry = actor();
        let (who, from) = (
            entry.actor_email.unwrap_or_default(),
            entry.address.map(|from| from.to_string()),
        );
        assert!(
            who.starts_with("command line (") && who.len() > "command line ()".len(),
            "{who}"
        );
        assert!(from.is_some_and(|from| from.starts_with("local (")));
    }
}
