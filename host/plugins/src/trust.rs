//! Whether a tenant trusts the bytes of a plugin: pins and signatures.

use minisign_verify::{PublicKey, Signature};
use porthole_config::{Lock, TenantPlugins};
use sha2::{Digest, Sha256};

/// SHA-256 of a component's bytes, 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The text of a `plugins.lock` that pins these plugins: name, version, SHA-256. Those of one name stand one after the
/// other.
pub fn lock_text<'a>(plugins: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> String {
    let mut text =
        "# Written by `porthole plugin lock`. A plugin runs only with the hash that stands here.\nplugins:\n"
            .to_owned();
    let before = text.len();
    let mut last = "";
    for (name, version, sha256) in plugins {
        if name != last {
            text.push_str(&format!("  {name}:\n"));
            last = name;
        }
        text.push_str(&format!(
            "    - version: \"{version}\"\n      sha256: \"{sha256}\"\n"
        ));
    }
    if text.len() == before {
        text.truncate(before - 1);
        text.push_str(" {}\n");
    }
    text
}

/// The tenant's key that signed these bytes; none: nobody whom the tenant knows has. An error where the tenant requires
/// a signature and there is no good one.
pub(crate) fn signer(
    rules: &TenantPlugins,
    bytes: &[u8],
    signature: Option<&str>,
) -> Result<Option<String>, String> {
    let signer = match signature {
        None => Err("it is not signed".to_owned()),
        Some(text) => who_signed(rules, bytes, text),
    };
    match signer {
        Ok(key) => Ok(Some(key)),
        Err(_) if !rules.require_signature => Ok(None),
        Err(reason) => Err(format!(
            "{reason}, and the tenant runs only plugins signed with one of its keys (`plugins.require_signature`)"
        )),
    }
}

/// Whether a signature that somebody sends along is worth keeping: one that cannot be read, or that none of the tenant's
/// keys has made though there are keys, is a mistake that would show only when signatures are required.
pub(crate) fn worth_keeping(rules: &TenantPlugins, bytes: &[u8], text: &str) -> Result<(), String> {
    match who_signed(rules, bytes, text) {
        Ok(_) => Ok(()),
        Err(_) if rules.keys.is_empty() && Signature::decode(text).is_ok() => Ok(()),
        Err(reason) => Err(format!("{reason}; leave it out, or sign again")),
    }
}

fn who_signed(rules: &TenantPlugins, bytes: &[u8], text: &str) -> Result<String, String> {
    let signature =
        Signature::decode(text).map_err(|_| "its signature is not one of minisign's".to_owned())?;
    for key in &rules.keys {
        let Ok(public) = PublicKey::from_base64(&key.value) else {
            continue;
        };
        // Signatures of the old kind, over the bytes themselves, are not accepted.
        if public.verify(bytes, &signature, false).is_ok() {
            return Ok(key.value.clone());
        }
    }
    Err("its signature does not fit its bytes and any of the tenant's keys".to_owned())
}

/// Pins that a refusal names.
const PINS_SHOWN: usize = 3;

/// Why nothing is let in that does not answer already.
pub(crate) const FROZEN: &str = "the tenant's tenant.yaml has faults, so that nobody can tell which plugins it trusts: \
    nothing new is let in until they are mended; `porthole validate` lists them";

/// Whether `plugins.lock`, where there is one, lets a plugin of this name run with these bytes.
pub(crate) fn pinned(rules: &TenantPlugins, name: &str, sha256: &str) -> Result<(), String> {
    match &rules.lock {
        Lock::Absent => Ok(()),
        Lock::Faulty => Err(
            "the tenant's plugins.lock has faults, so that no plugin runs; `porthole validate` lists them"
                .to_owned(),
        ),
        Lock::Pins(pins) => match pins.get(name) {
            None => Err(format!(
                "the tenant's plugins.lock does not name the plugin `{name}`; its sha256 is {sha256}. \
                 `porthole plugin lock` writes it down"
            )),
            Some(pins) if pins.iter().any(|pin| pin.sha256.value == sha256) => Ok(()),
            Some(pins) => {
                let shown = pins.iter().take(PINS_SHOWN).map(|pin| {
                    let place = &pin.sha256;
                    format!("{} ({}:{})", place.value, place.file, place.line)
                });
                let more = match pins.len().saturating_sub(PINS_SHOWN) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                Err(format!(
                    "the plugin `{name}` has the sha256 {sha256}, and the tenant's plugins.lock pins {}{more}",
                    shown.collect::<Vec<_>>().join(", ")
                ))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use minisign::KeyPair;
    use porthole_config::{Pin, Spanned};

    use super::*;

    fn signed(pair: &KeyPair, bytes: &[u8]) -> String {
        minisign::sign(None, &pair.sk, std::io::Cursor::new(bytes), None, None)
            .unwrap()
            .into_string()
    }

    fn rules(keys: &[&KeyPair], require_signature: bool) -> TenantPlugins {
        TenantPlugins {
            require_signature,
            keys: keys
                .iter()
                .map(|pair| Spanned::unplaced(pair.pk.to_base64()))
                .collect(),
            ..TenantPlugins::default()
        }
    }

    #[test]
    fn a_signature_counts_with_the_right_key_over_the_right_bytes_only() {
        let ours = KeyPair::generate_unencrypted_keypair().unwrap();
        let theirs = KeyPair::generate_unencrypted_keypair().unwrap();
        let rules = rules(&[&ours], true);
        let good = signed(&ours, b"panel");
        assert_eq!(
            signer(&rules, b"panel", Some(&good)),
            Ok(Some(ours.pk.to_base64()))
        );
        for (bytes, signature, expected) in [
            (&b"panel"[..], None, "not signed"),
            (b"other", Some(good), "does not fit"),
            (b"panel", Some(signed(&theirs, b"panel")), "does not fit"),
            (
                b"panel",
                Some("untrusted comment: x\nRW==\n".to_owned()),
                "minisign",
            ),
            (b"panel", Some(String::new()), "minisign"),
        ] {
            let refused = signer(&rules, bytes, signature.as_deref()).unwrap_err();
            assert!(refused.contains(expected), "{refused}");
        }
    }

    #[test]
    fn where_no_signature_is_required_a_wrong_one_is_none() {
        let ours = KeyPair::generate_unencrypted_keypair().unwrap();
        let rules = rules(&[&ours], false);
        assert_eq!(signer(&rules, b"panel", None), Ok(None));
        let other = signed(&ours, b"other");
        assert_eq!(signer(&rules, b"panel", Some(&other)), Ok(None));
        // But nobody keeps one that is sent along.
        assert!(worth_keeping(&rules, b"panel", &other).is_err());
        assert!(worth_keeping(&rules, b"other", &other).is_ok());
        let without_keys = TenantPlugins::default();
        assert!(worth_keeping(&without_keys, b"panel", &other).is_ok());
        assert!(worth_keeping(&without_keys, b"panel", "hi").is_err());
    }

    #[test]
    fn a_pin_lets_its_hash_run_and_an_error_says_both() {
        let hash = sha256(b"panel");
        let pin = Pin {
            sha256: Spanned::unplaced(hash.clone()),
        };
        let next = Pin {
            sha256: Spanned::unplaced(sha256(b"next")),
        };
        let rules = TenantPlugins {
            lock: Lock::Pins(BTreeMap::from([("heat".to_owned(), vec![pin, next])])),
            ..TenantPlugins::default()
        };
        assert_eq!(pinned(&rules, "heat", &hash), Ok(()));
        assert_eq!(pinned(&rules, "heat", &sha256(b"next")), Ok(()));
        let other = sha256(b"other");
        let refused = pinned(&rules, "heat", &other).unwrap_err();
        assert!(refused.contains(&hash) && refused.contains(&other), "{refused}");
        assert!(
            pinned(&rules, "cold", &hash)
                .unwrap_err()
                .contains("does not name")
        );
        let faulty = TenantPlugins {
            lock: Lock::Faulty,
            ..TenantPlugins::default()
        };
        assert!(pinned(&faulty, "heat", &hash).is_err());
    }
}
