//! From text to [`Expr`]: what may not be in a fragment at all is refused token by token, then `sqlparser` builds its
//! tree, then [`allow`](super::allow) takes over what is allowed of it.

use sqlparser::ast::OrderBySort;
use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace};

use super::allow::Allow;
use super::{Expr, OrderKey, Refusal};

/// A fragment is short; what is longer is no condition but an attack on the parser.
const MOST_BYTES: usize = 64 * 1024;
const MOST_TOKENS: usize = 4000;
/// Parentheses, NOTs and the like within each other.
const MOST_NESTED: usize = 60;

/// What to do about what is left over of a condition.
const CONDITION: &str = "join conditions by AND or OR; texts stand in single quotes, names with spaces or capitals in double quotes";
/// The same of an order.
const ORDER: &str = "write columns with commas between them, each with ASC or DESC behind it at most";
/// The same where all three are in one.
const COMBINED: &str =
    "write a condition, then ORDER BY with columns, each with ASC or DESC at most, then LIMIT";

/// Condition, order and limit in one.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Fragment {
    pub(crate) condition: Option<Expr>,
    pub(crate) order: Vec<OrderKey>,
    pub(crate) limit: Option<u64>,
}

/// Parses `severity IN ('ERROR', 'CRITICAL')`.
pub(crate) fn parse_condition(text: &str) -> Result<Expr, Refusal> {
    let mut reader = Reader::new(text)?;
    if reader.parser.peek_token().token == Token::EOF {
        return Err(Refusal::new(0, "there is no condition"));
    }
    let keyword = reader.parser.peek_token();
    if reader.parser.parse_keyword(Keyword::WHERE) {
        return Err(Refusal::new(
            reader.offset(keyword.span.start),
            "the word WHERE is not part of the condition",
        )
        .help("leave the word out"));
    }
    let condition = reader.condition()?;
    reader.end(
        CONDITION,
        &[
            (Keyword::ORDER, "write the order under `order_by:`"),
            (Keyword::LIMIT, "write the limit under `limit:`"),
        ],
    )?;
    Ok(condition)
}

/// Parses `recorded_at DESC, id`.
pub(crate) fn parse_order(text: &str) -> Result<Vec<OrderKey>, Refusal> {
    let mut reader = Reader::new(text)?;
    let keyword = reader.parser.peek_token();
    if keyword.token == Token::EOF {
        return Err(Refusal::new(0, "there is no order"));
    }
    if reader.parser.parse_keywords(&[Keyword::ORDER, Keyword::BY]) {
        return Err(Refusal::new(
            reader.offset(keyword.span.start),
            "the words ORDER BY are not part of the order",
        )
        .help("leave the words out"));
    }
    let order = reader.order()?;
    reader.end(ORDER, &[(Keyword::LIMIT, "write the limit under `limit:`")])?;
    Ok(order)
}

/// Parses `metric_type = 'memory' ORDER BY recorded_at DESC LIMIT 1`; each of the three parts may be missing, not all.
pub(crate) fn parse_combined(text: &str) -> Result<Fragment, Refusal> {
    let mut reader = Reader::new(text)?;
    let mut fragment = Fragment::default();
    if reader.parser.peek_token().token == Token::EOF {
        return Err(Refusal::new(0, "the query is empty"));
    }
    // People write the WHERE here, as the rest looks like the end of a statement.
    let where_written = reader.parser.parse_keyword(Keyword::WHERE);
    let next = reader.parser.peek_token().token;
    if where_written || !is_keyword(&next, Keyword::ORDER) && !is_keyword(&next, Keyword::LIMIT) {
        fragment.condition = Some(reader.condition()?);
    }
    if reader.parser.parse_keywords(&[Keyword::ORDER, Keyword::BY]) {
        fragment.order = reader.order()?;
    }
    if reader.parser.parse_keyword(Keyword::LIMIT) {
        let token = reader.parser.next_token();
        let at = reader.offset(token.span.start);
        let limit = match &token.token {
            Token::Number(digits, false) => digits.parse().ok().filter(|limit| *limit > 0),
            _ => None,
        };
        fragment.limit = Some(
            limit
                .ok_or_else(|| Refusal::new(at, "after LIMIT there must be a whole number of at least 1"))?,
        );
    }
    reader.end(
        COMBINED,
        &[
            (
                Keyword::OFFSET,
                "pages are asked for by the reader; leave OFFSET out",
            ),
            (
                Keyword::ORDER,
                "the order comes before the limit and there is one only",
            ),
        ],
    )?;
    Ok(fragment)
}

fn is_keyword(token: &Token, keyword: Keyword) -> bool {
    matches!(token, Token::Word(word) if word.keyword == keyword && word.quote_style.is_none())
}

/// The common ground of the databases: double quotes for names, single quotes for text, no backslashes.
#[derive(Debug)]
struct Common;

impl Dialect for Common {
    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '"'
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_' || ch == '$'
    }

    fn supports_national_string_literal(&self) -> bool {
        false
    }
}

struct Reader<'a> {
    text: &'a str,
    parser: Parser<'a>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Result<Self, Refusal> {
        if text.len() > MOST_BYTES {
            return Err(Refusal::new(
                MOST_BYTES,
                format!("longer than {MOST_BYTES} bytes"),
            ));
        }
        if let Some(at) = text.find('\0') {
            return Err(Refusal::new(at, "a NUL character is not allowed here"));
        }
        let tokens = Tokenizer::new(&Common, text)
            .tokenize_with_location()
            .map_err(|error| Refusal::new(offset(text, error.location), sentence(&error.message)))?;
        screen(text, &tokens)?;
        let parser = Parser::new(&Common)
            .with_recursion_limit(MOST_NESTED)
            .with_tokens_with_locations(tokens);
        Ok(Self { text, parser })
    }

    fn offset(&self, location: Location) -> usize {
        offset(self.text, location)
    }

    fn condition(&mut self) -> Result<Expr, Refusal> {
        let start = self.parser.peek_token().span.start;
        let expr = self
            .parser
            .parse_expr()
            .map_err(|error| self.refuse(error, start))?;
        Allow { text: self.text }.expr(&expr)
    }

    fn order(&mut self) -> Result<Vec<OrderKey>, Refusal> {
        let mut order = Vec::new();
        loop {
            let start = self.parser.peek_token().span.start;
            let key = self
                .parser
                .parse_order_by_expr()
                .map_err(|error| self.refuse(error, start))?;
            let at = self.offset(start);
            if key.with_fill.is_some() {
                return Err(Refusal::new(at, "WITH FILL is not allowed here"));
            }
            let descending = match key.options.sort {
                None | Some(OrderBySort::Asc) => false,
                Some(OrderBySort::Desc) => true,
                Some(OrderBySort::Using(_)) => return Err(Refusal::new(at, "USING is not allowed here")),
            };
            let expr = Allow { text: self.text }.expr(&key.expr)?;
            if let super::Node::Integer(_) = expr.node {
                return Err(
                    Refusal::new(at, "an order by column number is not allowed").help("name the column")
                );
            }
            order.push(OrderKey {
                expr,
                descending,
                nulls_first: key.options.nulls_first.unwrap_or(false),
            });
            if order.len() > 16 {
                return Err(Refusal::new(at, "an order has at most 16 keys"));
            }
            if self.parser.peek_token().token != Token::Comma {
                return Ok(order);
            }
            self.parser.next_token();
        }
    }

    /// Refuses whatever is left, with advice for some words and the usual for the others.
    fn end(&mut self, usual: &str, advice: &[(Keyword, &str)]) -> Result<(), Refusal> {
        let token = self.parser.peek_token();
        if token.token == Token::EOF {
            return Ok(());
        }
        let refusal = Refusal::new(
            self.offset(token.span.start),
            format!("`{}` was not expected here", token.token),
        );
        let advice = advice
            .iter()
            .find(|(keyword, _)| is_keyword(&token.token, *keyword));
        Err(refusal.help(advice.map_or(usual, |(_, help)| help)))
    }

    /// The parser gives its place as text at the end of the message.
    fn refuse(&self, error: ParserError, start: Location) -> Refusal {
        let message = match error {
            ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
            ParserError::RecursionLimitExceeded => {
                return Refusal::new(
                    self.offset(start),
                    format!("more than {MOST_NESTED} levels of parentheses and operators within each other"),
                );
            }
        };
        let place = message.rfind(" at Line: ").and_then(|split| {
            let (line, column) = message[split..]
                .strip_prefix(" at Line: ")?
                .split_once(", Column: ")?;
            Some((split, Location::new(line.parse().ok()?, column.parse().ok()?)))
        });
        match place {
            Some((split, location)) => Refusal::new(self.offset(location), sentence(&message[..split])),
            None => Refusal::new(
                if message.ends_with("EOF") {
                    self.text.len()
                } else {
                    self.offset(start)
                },
                sentence(&message),
            ),
        }
    }
}

/// The parser's messages as a person would put them.
fn sentence(message: &str) -> String {
    let message = message
        .trim_start_matches("sql parser error: ")
        .replace("found: EOF", "found the end");
    match message.strip_prefix("Expected: ") {
        Some(rest) => format!("expected {}", rest.replace(", found: ", ", found ")),
        None => {
            let mut letters = message.chars();
            letters
                .next()
                .map(|first| first.to_lowercase().chain(letters).collect())
                .unwrap_or_default()
        }
    }
}

/// Refuses tokens that no allowed fragment has, with a reason of their own.
fn screen(text: &str, tokens: &[TokenWithSpan]) -> Result<(), Refusal> {
    let mut count = 0;
    for token in tokens {
        let refuse = |message: &str| Refusal::new(offset(text, token.span.start), message);
        match &token.token {
            Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) => {
                return Err(
                    refuse("comments are not allowed here").help("write the comment in YAML, after a `#`")
                );
            }
            Token::Whitespace(_) | Token::EOF => continue,
            Token::SemiColon => {
                return Err(refuse("`;` is not allowed here").help("one condition only, without a semicolon"));
            }
            Token::Placeholder(_) | Token::Question | Token::Colon | Token::AtSign => {
                return Err(
                    refuse("bind markers and variables are not allowed here").help("write the value itself")
                );
            }
            Token::Word(word) if word.quote_style.is_none() => {
                if let Keyword::SELECT | Keyword::UNION | Keyword::INTERSECT | Keyword::EXCEPT = word.keyword
                {
                    return Err(refuse("a subquery is not allowed here").help(
                        "a panel reads one table; a view in the database can do what a subquery would",
                    ));
                }
            }
            Token::DoubleEq => return Err(refuse("`==` is not an operator").help("write `=`")),
            Token::Number(_, true) => return Err(refuse("a number cannot end in a letter")),
            Token::Word(_)
            | Token::Number(_, false)
            | Token::SingleQuotedString(_)
            | Token::Comma
            | Token::Eq
            | Token::Neq
            | Token::Lt
            | Token::Gt
            | Token::LtEq
            | Token::GtEq
            | Token::Plus
            | Token::Minus
            | Token::Mul
            | Token::Div
            | Token::Mod
            | Token::StringConcat
            | Token::LParen
            | Token::RParen
            | Token::Period
            | Token::DoubleColon => {}
            other => return Err(refuse(&format!("`{other}` is not allowed here"))),
        }
        count += 1;
        if count > MOST_TOKENS {
            return Err(refuse(&format!("more than {MOST_TOKENS} words and signs")));
        }
    }
    Ok(())
}

/// The byte offset of a place that is given in lines and characters, both from 1.
pub(super) fn offset(text: &str, location: Location) -> usize {
    if location.line == 0 {
        return 0;
    }
    let mut start = 0;
    for _ in 1..location.line {
        match text[start..].find('\n') {
            Some(end) => start += end + 1,
            None => return text.len(),
        }
    }
    let skip = usize::try_from(location.column.saturating_sub(1)).unwrap_or(usize::MAX);
    text[start..]
        .char_indices()
        .nth(skip)
        .map_or(text.len(), |(index, _)| start + index)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_left_over_is_refused_with_what_to_do() {
        let refusals = [
            (parse_order("at DESCC").unwrap_err(), "ASC or DESC"),
            (parse_condition("a = 1 b = 2").unwrap_err(), "AND or OR"),
            (parse_combined("a = 1 ORDER BY at DESCC").unwrap_err(), "LIMIT"),
            (parse_order("at LIMIT 1").unwrap_err(), "`limit:`"),
        ];
        for (refusal, help) in refusals {
            assert!(refusal.message.contains("was not expected here"), "{refusal:?}");
            assert!(refusal.help.as_deref().unwrap().contains(help), "{refusal:?}");
        }
    }
}
