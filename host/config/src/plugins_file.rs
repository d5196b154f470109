//! Reading `plugins:` of a `tenant.yaml`, and `plugins.lock`.

use std::collections::BTreeMap;

use porthole_model::Diagnostic;

use crate::Spanned;
use crate::names::is_id;
use crate::plugins::{Lock, Pin};
use crate::yaml::{Fields, Node, Reader, Value, parse};

/// A minisign public key: 42 bytes in base64.
const KEY_CHARS: usize = 56;
/// Keys one tenant may name.
const KEYS: usize = 20;
/// Pins of one plugin.
const PINS: usize = 100;

/// What `plugins:` of a `tenant.yaml` says.
#[derive(Default)]
pub(crate) struct PluginRules {
    pub require_signature: bool,
    pub keys: Vec<Spanned<String>>,
}

/// Reads `plugins:`.
pub(crate) fn read_rules(fields: Fields<'_, '_, '_>) -> PluginRules {
    let keys = fields.list("keys").unwrap_or_default();
    let mut rules = PluginRules {
        require_signature: fields.boolean("require_signature").unwrap_or(false),
        keys: Vec::new(),
    };
    if let Some(one_too_many) = keys.get(KEYS) {
        let message = format!("there are more than {KEYS} keys");
        fields.reader.fault(one_too_many, message, None);
    }
    for node in keys.iter().take(KEYS) {
        match node.scalar_text() {
            Some(key) if is_key(key) => rules.keys.push(fields.reader.spanned(node, key.to_owned())),
            _ => {
                let help = "write the line that begins with RW of a minisign `.pub` file; `porthole plugin keygen` makes a pair";
                fields
                    .reader
                    .fault(node, "this is not a minisign public key", Some(help.to_owned()));
            }
        }
    }
    if let (true, Some(node)) = (
        rules.require_signature && keys.is_empty(),
        fields.get("require_signature"),
    ) {
        let help = "add `keys:` with the public keys whose signatures count".to_owned();
        let message = "signatures are required and no key is named, so that no plugin could run";
        fields.reader.fault(node, message, Some(help));
    }
    fields.finish();
    rules
}

fn is_key(text: &str) -> bool {
    text.len() == KEY_CHARS
        && text.starts_with("RW")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}

/// Reads `plugins.lock`. A file with faults pins nothing and lets nothing run.
pub(crate) fn read_lock(file: &str, text: &str) -> (Lock, Vec<Diagnostic>) {
    let reader = Reader::new(file, text);
    let pins = parse(&reader).and_then(|root| pins(&reader, &root));
    match pins {
        Some(pins) if reader.is_sound() => (Lock::Pins(pins), Vec::new()),
        _ => (Lock::Faulty, reader.into_faults()),
    }
}

fn pins(reader: &Reader<'_>, root: &Node) -> Option<BTreeMap<String, Vec<Pin>>> {
    let file = Fields::of(reader, "the file", root)?;
    let mut pins = BTreeMap::new();
    for (key, node) in file.entries("plugins").unwrap_or_default() {
        let name = key.scalar_text().unwrap_or_default();
        if !is_id(name) {
            let help = "write the plugin's type name, as `calendar_heatmap`".to_owned();
            reader.fault(key, "this cannot be the name of a plugin", Some(help));
            continue;
        }
        let several = match &node.value {
            Value::List(several) => several.as_slice(),
            _ => std::slice::from_ref(node),
        };
        if let Some(one_too_many) = several.get(PINS) {
            reader.fault(
                one_too_many,
                format!("there are more than {PINS} pins of one plugin"),
                None,
            );
        }
        if several.is_empty() {
            let help = "name a hash, or take the plugin's name out".to_owned();
            reader.fault(node, "there is no pin in this list", Some(help));
        }
        let several = several.iter().take(PINS).filter_map(|node| pin(reader, node));
        pins.insert(name.to_owned(), several.collect());
    }
    file.finish();
    Some(pins)
}

fn pin(reader: &Reader<'_>, node: &Node) -> Option<Pin> {
    let fields = Fields::of(reader, "a pin", node)?;
    // For people and for `porthole plugin lock`: the hash alone decides.
    fields.text("version");
    let hint = "the SHA-256 of the plugin's file, as `sha256sum` prints it";
    let sha256 = fields.required_text("sha256", hint);
    fields.finish();
    let mut sha256 = sha256?;
    sha256.value.make_ascii_lowercase();
    if !is_sha256(&sha256.value) {
        let message = "this is not a SHA-256: it has 64 hexadecimal digits".to_owned();
        reader.extend([sha256.fault(message, Some(hint.to_owned()))]);
        return None;
    }
    Some(Pin { sha256 })
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_pin_is_a_name_and_a_hash() {
        let hash = "AB".repeat(32);
        let text = format!("plugins:\n  heat:\n    version: 1.0.0\n    sha256: {hash}\n");
        let (lock, faults) = read_lock("plugins.lock", &text);
        assert_eq!(faults, []);
        let Lock::Pins(pins) = lock else {
            panic!("{lock:?}")
        };
        assert_eq!(pins["heat"][0].sha256.value, "ab".repeat(32));
        assert_eq!(pins["heat"][0].sha256.line, 4);
    }

    #[test]
    fn a_plugin_may_have_several_pins_so_that_the_next_version_is_let_in_before_the_last_one_goes() {
        let (old, new) = ("ab".repeat(32), "cd".repeat(32));
        let text =
            format!("plugins:\n  heat:\n    - version: 1.0.0\n      sha256: {old}\n    - sha256: {new}\n");
        let (lock, faults) = read_lock("plugins.lock", &text);
        assert_eq!(faults, []);
        let Lock::Pins(pins) = lock else {
            panic!("{lock:?}")
        };
        let hashes: Vec<_> = pins["heat"].iter().map(|pin| &pin.sha256.value).collect();
        assert_eq!(hashes, [&old, &new]);
    }

    #[test]
    fn a_faulty_lock_lets_nothing_run_and_says_where_it_is_faulty() {
        for (text, line) in [
            ("plugins:\n  heat: { sha256: 12 }\n", 2),
            ("plugins:\n  heat: {}\n", 2),
            ("plugins:\n  heat: []\n", 2),
            ("plugins:\n  heat:\n    - { sha256: 12 }\n", 3),
            ("plugins:\n  ../x: { sha256: aa }\n", 2),
            ("pluggins: {}\n", 1),
            ("plugins: [\n", 1),
            ("- heat\n", 1),
        ] {
            let (lock, faults) = read_lock("plugins.lock", text);
            assert_eq!(lock, Lock::Faulty, "{text}");
            assert_eq!(faults[0].line, line, "{text}: {faults:?}");
        }
    }

    #[test]
    fn an_empty_lock_pins_nothing_and_so_lets_nothing_run() {
        assert_eq!(
            read_lock("plugins.lock", "plugins: {}\n").0,
            Lock::Pins(BTreeMap::new())
        );
    }
}
