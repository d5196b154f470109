//! What a template may be written with: read before the engine reads it.
//!
//! The engine follows what it reads by calling itself, one call deeper for each operator of a long sum, and a template of a
//! few kilobytes could take all of the host's stack. And it knows ways to build values that nothing counts. So a
//! template is a part of the engine's language: output, `if`, `for`, `set`, filters and tests, without lists and maps
//! written in it (but `in [1, 2]`), macros, or other templates; and none of its tags is longer than anybody writes.

use super::TemplateFault;
use super::language::{FUNCTIONS, KEYWORDS, STATEMENTS, filter_exists, missing, test_exists};
use super::token::{Token, tokens};

/// Of one tag, words and signs.
const TAG_TOKENS: usize = 1000;
/// Of one template.
const ELIFS: usize = 250;

/// Checks a template against the part of the language that there is.
///
/// # Errors
///
/// The first thing that is not part of it, with its place.
pub(super) fn scan(template: &str) -> Result<(), TemplateFault> {
    let mut elifs = 0;
    let mut at = 0;
    while let Some(found) = template[at..].find('{') {
        let start = at + found;
        let fault = |message: &str| Err(TemplateFault::at(template, start, message));
        at = start + 2;
        let statement = match template.as_bytes().get(start + 1) {
            Some(b'#') => match template[at..].find("#}") {
                Some(end) => {
                    at += end + 2;
                    continue;
                }
                None => return fault("this comment has no end; `#}` is missing"),
            },
            Some(b'{') => false,
            Some(b'%') => true,
            _ => {
                at = start + 1;
                continue;
            }
        };
        let (read, end) = tokens(template, at, if statement { "%}" } else { "}}" })?;
        if read.len() > TAG_TOKENS {
            return fault(&format!(
                "this tag has more than {TAG_TOKENS} words and signs; use `set` for its parts"
            ));
        }
        at = end;
        let tag = Tag {
            template,
            tokens: &read,
            statement,
        };
        tag.check()?;
        elifs += usize::from(statement && tag.word(0) == Some("elif"));
        if elifs > ELIFS {
            return fault(&format!("the template has more than {ELIFS} times `elif`"));
        }
    }
    Ok(())
}

const NO_KEY: &str =
    "an index is a name in quotes or a number up to 999 here; for others write `list | at(i)`";

/// What a bracket is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Call,
    Group,
    Item,
    List,
}

/// One tag, read.
struct Tag<'a> {
    template: &'a str,
    tokens: &'a [Token<'a>],
    statement: bool,
}

impl<'a> Tag<'a> {
    /// The word at a place, if it is one.
    fn word(&self, index: usize) -> Option<&'a str> {
        self.tokens
            .get(index)
            .filter(|token| token.is_word)
            .map(|token| token.text)
    }

    /// The sign at a place, if it is one.
    fn sign(&self, index: usize) -> Option<&'a str> {
        self.tokens
            .get(index)
            .filter(|token| token.is_sign)
            .map(|token| token.text)
    }

    fn fault<T>(&self, index: usize, message: impl Into<String>) -> Result<T, TemplateFault> {
        let at = self.tokens.get(index).map_or(0, |token| token.at);
        Err(TemplateFault::at(self.template, at, message))
    }

    fn check(&self) -> Result<(), TemplateFault> {
        let kind = if self.statement {
            self.word(0).unwrap_or_default()
        } else {
            ""
        };
        if self.statement && !STATEMENTS.contains(&kind) {
            return self.fault(0, missing("statement", kind, STATEMENTS));
        }
        let mut brackets = Vec::new();
        let mut in_target = kind == "for";
        for index in usize::from(self.statement)..self.tokens.len() {
            if let Some(word) = self.word(index) {
                self.check_word(index, word, kind, &mut in_target)?;
            } else if let Some(sign) = self.sign(index) {
                self.check_sign(index, sign, &mut brackets, in_target)?;
            } else if index.checked_sub(1).and_then(|i| self.sign(i)) == Some(".") && !self.is_key(index) {
                return self.fault(index, NO_KEY);
            }
        }
        // The engine goes on behind a tag's end while a bracket is open: then it would read what was not read here.
        if brackets.is_empty() {
            Ok(())
        } else {
            self.fault(0, "a bracket in this tag is not closed")
        }
    }

    fn check_word(
        &self,
        index: usize,
        word: &str,
        kind: &str,
        in_target: &mut bool,
    ) -> Result<(), TemplateFault> {
        let before = index.checked_sub(1);
        let sign_before = before.and_then(|i| self.sign(i));
        let word_before = before.and_then(|i| self.word(i));
        if sign_before == Some(".") {
            return Ok(());
        }
        let is_filter = sign_before == Some("|") || (kind == "filter" && index == 1);
        let is_negated = word_before == Some("not")
            && before.and_then(|i| i.checked_sub(1)).and_then(|i| self.word(i)) == Some("is");
        let is_test = (word_before == Some("is") || is_negated) && word != "not";
        if is_filter {
            return filter_exists(word).or_else(|message| self.fault(index, message));
        }
        if is_test {
            return test_exists(word).or_else(|message| self.fault(index, message));
        }
        if word == "in" {
            if std::mem::take(in_target) {
                return Ok(());
            }
            let list = self.sign(index + 1) == Some("[");
            let range = self.word(index + 1) == Some("range") && self.sign(index + 2) == Some("(");
            return if list || range {
                Ok(())
            } else {
                self.fault(index, "`in` looks into lists written here, as in `x in [1, 2]`; for others write `list | contains(x)`")
            };
        }
        if word == "recursive" && kind == "for" {
            return self.fault(index, "loops cannot be recursive");
        }
        if self.sign(index + 1) == Some("(") && !KEYWORDS.contains(&word) {
            if !FUNCTIONS.contains(&word) {
                return self.fault(index, missing("function", word, FUNCTIONS));
            }
            if word == "range" && word_before != Some("in") {
                return self.fault(index, "`range` goes behind `in`, as in `for i in range(5)`");
            }
        } else if word == "range" {
            return self.fault(index, "`range` is a function: `for i in range(5)`");
        }
        Ok(())
    }

    fn check_sign(
        &self,
        index: usize,
        sign: &str,
        brackets: &mut Vec<Bracket>,
        in_target: bool,
    ) -> Result<(), TemplateFault> {
        const NO_LISTS: &str = "lists and maps cannot be written here; the plugin's data has them";
        let before = index.checked_sub(1);
        let follows_value = before.is_some_and(|i| match self.tokens[i] {
            Token {
                is_word: true, text, ..
            } => !KEYWORDS.contains(&text) || i.checked_sub(1).and_then(|i| self.sign(i)) == Some("."),
            Token {
                is_sign: true, text, ..
            } => matches!(text, ")" | "]"),
            _ => true,
        });
        match sign {
            "{" | "}" => return self.fault(index, NO_LISTS),
            ":" => {
                return self.fault(
                    index,
                    "lists and texts cannot be cut with `:`; write `list | take(5)` or `text | truncate(20)`",
                );
            }
            "(" if follows_value => brackets.push(Bracket::Call),
            "(" => brackets.push(Bracket::Group),
            "[" if follows_value => {
                if !(self.is_key(index + 1) && self.sign(index + 2) == Some("]")) {
                    return self.fault(index, NO_KEY);
                }
                brackets.push(Bracket::Item);
            }
            "[" if before.and_then(|i| self.word(i)) == Some("in") => {
                self.check_list(index)?;
                brackets.push(Bracket::List);
            }
            "[" => return self.fault(index, NO_LISTS),
            ")" | "]" => {
                let empty = before.and_then(|i| self.sign(i)) == Some("(");
                match (sign, brackets.pop()) {
                    (")", Some(Bracket::Group)) if empty => return self.fault(index, NO_LISTS),
                    (")", Some(Bracket::Call | Bracket::Group))
                    | ("]", Some(Bracket::Item | Bracket::List)) => {}
                    _ => return self.fault(index, format!("`{sign}` closes no bracket")),
                }
            }
            "," => {
                let fits = matches!(brackets.last(), Some(Bracket::Call | Bracket::List))
                    || (brackets.is_empty() && in_target);
                if !fits {
                    return self.fault(index, NO_LISTS);
                }
            }
            "*" | "**" if matches!(before.and_then(|i| self.sign(i)), Some("(" | ",")) => {
                return self.fault(index, "arguments are written one by one");
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether a token is a name in quotes or a small index. Looking for the millionth character of a text takes long,
    /// and costs a template nothing.
    fn is_key(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|token| {
            let is_index = token.text.len() <= 3 && token.text.bytes().all(|b| b.is_ascii_digit());
            !token.is_word && !token.is_sign && (is_index || token.text.starts_with(['"', '\'']))
        })
    }

    /// Whether a list behind `in` holds texts, numbers and fixed words only.
    fn check_list(&self, start: usize) -> Result<(), TemplateFault> {
        for index in start + 1..self.tokens.len() {
            let token = self.tokens[index];
            match token.text {
                "]" if token.is_sign => return Ok(()),
                "," | "-" if token.is_sign => {}
                "true" | "false" | "none" | "True" | "False" | "None" if token.is_word => {}
                _ if !token.is_sign && !token.is_word => {}
                _ => return self.fault(index, "a list behind `in` holds texts and numbers only"),
            }
        }
        self.fault(start, "this list has no end; `]` is missing")
    }
}
