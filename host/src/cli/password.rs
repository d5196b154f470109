//! Passwords for the command line: typed, piped, or made up.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, bail};
use rand::RngExt;
use secrecy::SecretString;

/// A password from standard input (`from_stdin`), else asked for twice at the terminal.
pub fn ask(from_stdin: bool) -> anyhow::Result<SecretString> {
    if from_stdin {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .context("no password on standard input")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned().into());
    }
    if !std::io::stdin().is_terminal() {
        bail!("there is no terminal to ask for a password at; pipe it in and add `--password-stdin`");
    }
    let first = hidden("Password: ")?;
    if hidden("The same again: ")? != first {
        bail!("the two are not the same");
    }
    Ok(first.into())
}

fn hidden(prompt: &str) -> anyhow::Result<String> {
    eprint!("{prompt}");
    std::io::stderr().flush()?;
    Ok(rpassword::read_password()?)
}

/// A password that nobody could guess and that can be copied by hand: four groups without look-alikes, 77 bits.
pub fn made_up() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    let mut group = || {
        (0..4)
            .map(|_| LETTERS[random.random_range(0..LETTERS.len())] as char)
            .collect::<String>()
    };
    [group(), group(), group(), group()].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_passwords_are_long_and_differ() {
        assert_eq!(made_up().len(), 19);
        assert_ne!(made_up(), made_up());
    }
}
