//! Short names between a module and its JavaScript: wasm-bindgen's carry a hash each, which no compression makes small,
//! and they are in both files.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};

const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;

/// Renames what the module imports from and exports to its JavaScript, in both.
///
/// # Errors
/// When the module cannot be read, or the JavaScript uses one of the new names already.
pub fn shorten(module: &[u8], script: &str) -> anyhow::Result<(Vec<u8>, String)> {
    let mut names = Names::default();
    let head = module.get(..8).context("the module is cut off")?;
    let mut out = head.to_vec();
    let mut reader = Reader(&module[8..]);
    while !reader.0.is_empty() {
        let id = reader.byte()?;
        let content = reader.bytes()?;
        let content = match id {
            IMPORTS => imports(content, &mut names)?,
            EXPORTS => exports(content, &mut names)?,
            _ => content.to_vec(),
        };
        out.push(id);
        write_bytes(&mut out, &content);
    }
    Ok((out, names.in_script(script)?))
}

/// Old names and new ones.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    /// The new name, for what wasm-bindgen named; others stay.
    fn shortened(&mut self, name: &[u8]) -> anyhow::Result<Vec<u8>> {
        let name = std::str::from_utf8(name).context("a name is no text")?;
        if !(name.starts_with("__wb")
            || name.starts_with("__externref")
            || name.starts_with("wasm_bindgen__"))
        {
            return Ok(name.as_bytes().to_vec());
        }
        let count = self.0.len();
        let new = self.0.entry(name.to_owned()).or_insert_with(|| nth_name(count));
        Ok(new.as_bytes().to_vec())
    }

    fn in_script(&self, script: &str) -> anyhow::Result<String> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
        let mut out = String::with_capacity(script.len());
        let mut rest = script;
        while !rest.is_empty() {
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            ensure!(
                !self.0.values().any(|new| new == word),
                "the script uses the name {word} already"
            );
            out.push_str(self.0.get(word).map_or(word, String::as_str));
            let next = behind.find(is_name).unwrap_or(behind.len());
            out.push_str(&behind[..next]);
            rest = &behind[next..];
        }
        Ok(out)
    }
}

/// `$a`, …, `$z`, `$aa`, …
fn nth_name(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'a' + (index % 26) as u8));
        index /= 26;
        if index == 0 {
            break;
        }
        index -= 1;
    }
    letters.push('$');
    letters.iter().rev().collect()
}

fn imports(content: &[u8], names: &mut Names) -> anyhow::Result<Vec<u8>> {
    let mut reader = Reader(content);
    let mut out = Vec::new();
    let count = reader.number()?;
    write_number(&mut out, count);
    for _ in 0..count {
        write_bytes(&mut out, reader.bytes()?);
        write_bytes(&mut out, &names.shortened(reader.bytes()?)?);
        // What it is: a function's type, a table's kind and limits, a memory's limits, a global's kind.
        let before = reader.0;
        match reader.byte()? {
            0 => {
                reader.number()?;
            }
            1 => {
                reader.byte()?;
                reader.limits()?;
            }
            2 => reader.limits()?,
            3 => {
                reader.byte()?;
                reader.byte()?;
            }
            kind => anyhow::bail!("an import is of the unknown kind {kind}"),
        }
        out.extend_from_slice(&before[..before.len() - reader.0.len()]);
    }
    Ok(out)
}

fn exports(content: &[u8], names: &mut Names) -> anyhow::Result<Vec<u8>> {
    let mut reader = Reader(content);
    let mut out = Vec::new();
    let count = reader.number()?;
    write_number(&mut out, count);
    for _ in 0..count {
        write_bytes(&mut out, &names.shortened(reader.bytes()?)?);
        out.push(reader.byte()?);
        write_number(&mut out, reader.number()?);
    }
    Ok(out)
}

/// What is left to read of a module.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> anyhow::Result<u8> {
        let (first, rest) = self.0.split_first().context("the module is cut off")?;
        self.0 = rest;
        Ok(*first)
    }

    /// An unsigned LEB128 of at most 32 bits.
    fn number(&mut self) -> anyhow::Result<u32> {
        let mut number = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return u32::try_from(number).context("a number in the module is too large");
            }
        }
        anyhow::bail!("a number in the module is too long")
    }

    /// A length and so many bytes.
    fn bytes(&mut self) -> anyhow::Result<&'a [u8]> {
        let length = self.number()? as usize;
        ensure!(length <= self.0.len(), "the module is cut off");
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        Ok(bytes)
    }

    fn limits(&mut self) -> anyhow::Result<()> {
        let has_maximum = self.byte()? & 1 == 1;
        self.number()?;
        if has_maximum {
            self.number()?;
        }
        Ok(())
    }
}

fn write_number(out: &mut Vec<u8>, mut number: u32) {
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            return out.push(byte);
        }
        out.push(byte | 0x80);
    }
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_number(out, bytes.len() as u32);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn module(content: &str) -> Vec<u8> {
        wat::parse_str(format!("(module {content})")).unwrap()
    }

    const MODULE: &str = r#"
        (import "./glue.js" "__wbg_log_0123456789abcdef" (func $log (param i32)))
        (import "./glue.js" "plain" (global i32))
        (import "./glue.js" "table" (table 1 2 funcref))
        (import "./glue.js" "memory" (memory 1))
        (func (export "__wbindgen_start") i32.const 1 call $log)
        (func (export "run"))"#;

    #[test]
    fn both_sides_get_the_same_short_names() {
        let script = "wasm.__wbindgen_start(); wasm.run(); x = { __wbg_log_0123456789abcdef: function() {} }";
        let (short, script) = shorten(&module(MODULE), script).unwrap();
        assert_eq!(script, "wasm.$b(); wasm.run(); x = { $a: function() {} }");
        let same = MODULE
            .replace("__wbg_log_0123456789abcdef", "$a")
            .replace("__wbindgen_start", "$b");
        assert_eq!(short, module(&same));
    }

    #[test]
    fn a_name_that_is_taken_is_a_fault() {
        let error = shorten(&module(MODULE), "let $a = 1").unwrap_err();
        assert!(error.to_string().contains("$a"), "{error}");
    }

    #[test]
    fn names_do_not_repeat() {
        let names: std::collections::BTreeSet<String> = (0..2_000).map(nth_name).collect();
        assert_eq!(names.len(), 2_000);
        assert_eq!([0, 25, 26, 702].map(nth_name), ["$a", "$z", "$aa", "$aaa"]);
    }

    #[test]
    fn a_module_that_is_cut_off_is_refused() {
        let whole = module(MODULE);
        assert!(shorten(&whole[..5], "").is_err());
        assert!(shorten(&whole[..whole.len() - 3], "").is_err());
    }
}
