//! What a new password has to be: long, and not what everybody would try first. The host refuses by it, and its pages say
//! beforehand how good a password is that is being typed.
//!
//! No rule asks for digits or signs: they make passwords that are hard to keep and easy to guess. Instead, what can be
//! guessed in one step (a common word, a row of the keyboard, a year, the account's own email) counts as one character,
//! and what is repeated does not count again.

/// Fewer characters than this are no password.
const SHORTEST: usize = 12;
/// More characters than this nobody types.
const LONGEST: usize = 128;
/// So many characters must be left when each guessable part counts as one.
const LEAST: usize = 7;

/// What passwords are made of most: words of the lists of leaked passwords, without what rules below find by themselves.
const WORDS: &str = "\
    abcdef access account admin administrator alexander amanda america andrea andrew angel anthony apple arsenal \
    asdf ashley august austin autumn babygirl bailey banana baseball basketball batman biteme blink boomer \
    brandon buster butterfly changeit changeme charlie cheese chelsea chicken chocolate christmas company \
    computer cookie corvette dallas daniel dashboard database december default demo diamond dragon eagles \
    elephant falcon family february ferrari flower football forever freedom friday friend fuckyou gandalf \
    garfield george ginger google guest guitar hammer hannah happy harley heather hello hockey hotmail hunter \
    iceman iloveyou internet invalid jackson january jasmine jennifer jessica jesus jordan joshua june july \
    justin killer letmein liverpool login london love lovely loveme maggie manager march marina marlboro martin \
    master matrix matthew maverick mercedes merlin michael michelle mickey monday money monitor monitoring \
    monkey monster morgan mother mustang naruto newyork nicole ninja november october oliver operations orange \
    parola pass passphrase passwd passwort password patrick peanut pepper phoenix pokemon porsche porthole \
    postgres princess private prod production pumpkin purple qazwsx rachel rainbow ranger robert root rosebud \
    saturday secret september server service shadow silver slayer snoopy soccer sophie spiderman spring starwars \
    steelers summer sunday sunshine super superman support sysadmin system taylor temp tenant test testing \
    thomas thunder thursday tigger tigers trustno tuesday user victoria viewer wednesday welcome whatever \
    william winner winter wizard yankees yellow zaq";

/// Runs along these, either way, are one step.
const ROWS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "!@#$%^&*()",
];
/// Shorter runs may be chance.
const RUN: usize = 3;
/// Shorter repetitions may be chance, too.
const COPY: usize = 3;

/// How good a password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// It has fewer characters than it needs, or more than anybody types: it is refused.
    Length,
    /// It can be guessed in a few steps: it is refused.
    Guessable,
    /// It is taken, and no more.
    Fair,
    /// Nobody guesses it.
    Good,
    /// Nor would a machine of one's own.
    Strong,
}

/// From so many characters that cannot be guessed on, a password is good, and strong.
const GOOD: usize = 12;
const STRONG: usize = 18;

/// How good a password would be for the account with this email; the worst two are what [`check`] refuses.
pub fn strength(password: &str, email: &str) -> Strength {
    if !(SHORTEST..=LONGEST).contains(&password.chars().count()) {
        return Strength::Length;
    }
    match left(password, email) {
        ..LEAST => Strength::Guessable,
        LEAST..GOOD => Strength::Fair,
        GOOD..STRONG => Strength::Good,
        STRONG.. => Strength::Strong,
    }
}

/// Refuses what is no password for the account with this email.
///
/// # Errors
/// Why it is none, as the end of a sentence about it: `is too short: …`.
pub fn check(password: &str, email: &str) -> Result<(), &'static str> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err("is too short: take at least 12 characters");
    }
    if length > LONGEST {
        return Err("is too long: take at most 128 characters");
    }
    if left(password, email) < LEAST {
        return Err(
            "is too easy to guess: it is made of common words, rows of keys, years, repetitions or your email address; \
             take a few words that have nothing to do with each other",
        );
    }
    Ok(())
}

/// How many characters are left when each guessable part counts as one, and once.
fn left(password: &str, email: &str) -> usize {
    let typed: Vec<char> = password.to_lowercase().chars().collect();
    let typed = once(&typed);
    let plain: Vec<char> = typed.iter().map(|sign| without_disguise(*sign)).collect();
    let email = email.to_lowercase();
    let own = parts_of(&email);
    let mut seen: Vec<Vec<char>> = Vec::new();
    let (mut place, mut count) = (0, 0);
    while place < typed.len() {
        let copied = copied(typed, place);
        if copied >= COPY {
            place += copied;
            continue;
        }
        let rest = (&typed[place..], &plain[place..]);
        let step = guessable(rest.0, rest.1, &own).max(1);
        let part = rest.1[..step].to_vec();
        if step == 1 || !seen.contains(&part) {
            count += 1;
        }
        seen.push(part);
        place += step;
    }
    count
}

/// How much of what follows a place stood there before, also where it runs into what it repeats: all but `ab` of `ababab`.
fn copied(text: &[char], place: usize) -> usize {
    let follows = |from: usize| {
        text[from..]
            .iter()
            .zip(&text[place..])
            .take_while(|(one, other)| one == other)
            .count()
    };
    (0..place).map(follows).max().unwrap_or(0)
}

/// What is repeated, once: `abcabc` is `abc`.
fn once(text: &[char]) -> &[char] {
    let repeats = |length: &usize| {
        let (block, rest) = text.split_at(*length);
        rest.iter()
            .zip(block.iter().cycle())
            .all(|(one, other)| one == other)
    };
    let length = (1..=text.len() / 2).find(repeats);
    length.map_or(text, |length| &text[..length])
}

/// `p@ssw0rd` is no better than what it stands for.
fn without_disguise(sign: char) -> char {
    match sign {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        other => other,
    }
}

/// The email address, what stands before the `@`, and the words of the domain.
fn parts_of(email: &str) -> Vec<Vec<char>> {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    [email, local]
        .into_iter()
        .chain(domain.split('.'))
        .filter(|part| part.chars().count() >= RUN)
        .map(|part| part.chars().map(without_disguise).collect())
        .collect()
}

/// How many signs at the beginning can be guessed in one step.
fn guessable(typed: &[char], plain: &[char], own: &[Vec<char>]) -> usize {
    let words = WORDS
        .split_whitespace()
        .map(|word| word.chars().collect::<Vec<_>>());
    let word = words
        .chain(own.iter().cloned())
        .filter(|word| plain.starts_with(word))
        .map(|word| word.len())
        .max()
        .unwrap_or(0);
    word.max(same(typed)).max(along_a_row(typed)).max(year(typed))
}

fn same(typed: &[char]) -> usize {
    let length = typed
        .iter()
        .take_while(|sign| Some(*sign) == typed.first())
        .count();
    if length >= RUN { length } else { 0 }
}

fn along_a_row(typed: &[char]) -> usize {
    let longest = |row: Vec<char>| {
        let starts = row
            .iter()
            .enumerate()
            .filter(|(_, sign)| Some(*sign) == typed.first());
        let along = |(start, _): (usize, &char)| {
            row[start..]
                .iter()
                .zip(typed)
                .take_while(|(one, other)| one == other)
                .count()
        };
        starts.map(along).max().unwrap_or(0)
    };
    let there = ROWS.iter().map(|row| row.chars().collect::<Vec<_>>());
    let back = ROWS.iter().map(|row| row.chars().rev().collect::<Vec<_>>());
    let length = there.chain(back).map(longest).max().unwrap_or(0);
    if length >= RUN { length } else { 0 }
}

fn year(typed: &[char]) -> usize {
    let is_year = matches!(typed, ['1', '9', a, b, ..] | ['2', '0', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit());
    if is_year { 4 } else { 0 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const EMAIL: &str = "ada.lovelace@example.org";

    #[test]
    fn what_everybody_would_try_first_is_refused() {
        for password in [
            "password1234",
            "Password2026!",
            "P@ssw0rd1234",
            "passwordpassword",
            "administrator1",
            "qwertyuiop12",
            "qwertyuiopasdfghjkl",
            "1qaz2wsx3edc",
            "123456789012",
            "aaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "Summer2026!!",
            "iloveyou1234",
            "letmein-letmein",
            "porthole-admin",
            "changeme12345",
            "ada.lovelace1",
            "example12345",
            "Ada.Lovelace@Example.org",
            "zyxwvutsrqpo",
            "abababababcd",
            "xkcdxkcdxkcd1",
            "zqzqzqzqzqzqz1",
        ] {
            let refused = check(password, EMAIL).unwrap_err();
            assert!(refused.contains("easy to guess"), "{password}: {refused}");
        }
    }

    #[test]
    fn what_nobody_would_guess_is_taken_whatever_it_is_made_of() {
        for password in [
            "correct horse",
            "correct horse battery staple",
            "open the sesame",
            "ab3d-xk7p-99qm-tz2w",
            "kein schöner Land",
            "дом на холме у моря",
            "🦊🌋🪁🧶🫖🪐🐙🎻🧊🪵🦆🌵",
            "Xq7!vR2#mK9$",
            "   three spaces   ",
        ] {
            check(password, EMAIL).unwrap();
        }
    }

    #[test]
    fn the_strength_refuses_what_the_check_does_and_grows_with_what_cannot_be_guessed() {
        for (password, expected) in [
            ("short", Strength::Length),
            ("password1234", Strength::Guessable),
            ("Ada.Lovelace@Example.org", Strength::Guessable),
            ("summer monkey 2024 x7Lq", Strength::Fair),
            ("correct horse", Strength::Good),
            ("purple otters juggle kites", Strength::Strong),
        ] {
            let strength = strength(password, EMAIL);
            assert_eq!(strength, expected, "{password}");
            assert_eq!(
                check(password, EMAIL).is_err(),
                strength < Strength::Fair,
                "{password}"
            );
        }
    }

    #[test]
    fn the_length_counts_in_characters_and_has_two_ends() {
        assert!(check("ß§-kürzer-1", EMAIL).unwrap_err().contains("12"));
        assert!(check("", EMAIL).is_err());
        let long: String = ('\u{4e00}'..).take(128).collect();
        check(&long, EMAIL).unwrap();
        assert!(check(&format!("{long}!"), EMAIL).unwrap_err().contains("128"));
    }
}
