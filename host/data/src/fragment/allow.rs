//! From the parser's tree to ours: whatever is not on this list is refused.

use sqlparser::ast::{
    self, BinaryOperator, CastKind, DataType, DateTimeField, FunctionArg, FunctionArgExpr, FunctionArguments,
    InTarget, ObjectNamePart, Spanned, TrimWhereField, UnaryOperator, Value,
};

use super::interval::{self, Interval};
use super::parse::offset;
use super::{Arithmetic, CastTo, Comparison, Expr, Function, Node, Piece, Refusal};

/// How deep an expression may be: a chain of ANDs is as deep as it is long.
const MOST_DEEP: usize = 400;
const MOST_LISTED: usize = 1000;

pub(super) struct Allow<'a> {
    pub(super) text: &'a str,
}

impl Allow<'_> {
    /// Takes over an expression and everything in it.
    pub(super) fn expr(&self, from: &ast::Expr) -> Result<Expr, Refusal> {
        self.descend(from, 0)
    }

    fn at(&self, from: &impl Spanned) -> usize {
        offset(self.text, from.span().start)
    }

    fn descend(&self, from: &ast::Expr, depth: usize) -> Result<Expr, Refusal> {
        if depth > MOST_DEEP {
            return Err(
                Refusal::new(0, format!("more than {MOST_DEEP} operators in a row"))
                    .help("a list of values is written with IN (…)"),
            );
        }
        let next = |expr: &ast::Expr| self.descend(expr, depth + 1);
        let boxed = |expr: &ast::Expr| next(expr).map(Box::new);
        let list = |from: &[ast::Expr]| from.iter().map(next).collect::<Result<Vec<_>, _>>();
        let within = |expr: &Expr, node: Node| Expr { at: expr.at, node };
        Ok(match from {
            ast::Expr::Nested(inner) => return next(inner),
            ast::Expr::Identifier(name) => Expr {
                at: self.at(from),
                node: self.column(name),
            },
            ast::Expr::CompoundIdentifier(_) => {
                return Err(
                    Refusal::new(self.at(from), "a column of another table is not allowed here")
                        .help("write the column's name alone: a panel reads one table"),
                );
            }
            ast::Expr::Value(value) => Expr {
                at: offset(self.text, value.span.start),
                node: self.value(value)?,
            },
            ast::Expr::TypedString(typed) if !typed.uses_odbc_syntax => {
                let at = offset(self.text, typed.value.span.start);
                match (&typed.data_type, &typed.value.value) {
                    (
                        DataType::Timestamp(..) | DataType::Date | DataType::Datetime(_),
                        Value::SingleQuotedString(text),
                    ) => Expr {
                        at,
                        node: Node::Moment(text.clone()),
                    },
                    _ => return Err(Refusal::new(at, "this kind of literal is not allowed here")),
                }
            }
            ast::Expr::BinaryOp { left, op, right } => return self.binary(left, op, right, depth),
            ast::Expr::UnaryOp { op, expr } => {
                let inner = next(expr)?;
                let at = inner.at;
                let node = match (op, inner.node) {
                    (UnaryOperator::Not, node) => Node::Not(Box::new(Expr { at, node })),
                    (UnaryOperator::Plus, node @ (Node::Integer(_) | Node::Decimal(_))) => node,
                    (UnaryOperator::Minus, Node::Integer(value)) => Node::Integer(-value),
                    (UnaryOperator::Minus, Node::Decimal(digits)) if digits.starts_with('-') => {
                        Node::Decimal(digits[1..].to_owned())
                    }
                    (UnaryOperator::Minus, Node::Decimal(digits)) => Node::Decimal(format!("-{digits}")),
                    (UnaryOperator::Minus, node) => Node::Negate(Box::new(Expr { at, node })),
                    _ => {
                        return Err(Refusal::new(
                            at,
                            format!("the operator `{op}` is not allowed here"),
                        ));
                    }
                };
                Expr { at, node }
            }
            ast::Expr::IsNull(expr) => is_null(boxed(expr)?, false),
            ast::Expr::IsNotNull(expr) => is_null(boxed(expr)?, true),
            ast::Expr::IsTrue(expr) => is(boxed(expr)?, true, false),
            ast::Expr::IsNotTrue(expr) => is(boxed(expr)?, true, true),
            ast::Expr::IsFalse(expr) => is(boxed(expr)?, false, false),
            ast::Expr::IsNotFalse(expr) => is(boxed(expr)?, false, true),
            ast::Expr::IsDistinctFrom(left, right) => {
                compare(Comparison::Distinct, next(left)?, next(right)?)
            }
            ast::Expr::IsNotDistinctFrom(left, right) => {
                compare(Comparison::NotDistinct, next(left)?, next(right)?)
            }
            ast::Expr::In {
                expr,
                target: InTarget::List(items),
                negated,
                global: false,
            } => {
                let expr = boxed(expr)?;
                if items.is_empty() || items.len() > MOST_LISTED {
                    return Err(Refusal::new(
                        expr.at,
                        format!("a list has 1 to {MOST_LISTED} values"),
                    ));
                }
                let list = list(items)?;
                Expr {
                    at: expr.at,
                    node: Node::In {
                        expr,
                        list,
                        negated: *negated,
                    },
                }
            }
            ast::Expr::In { expr, .. } => {
                return Err(Refusal::new(
                    self.at(expr.as_ref()),
                    "IN takes a list of values here and nothing else",
                )
                .help("write `column IN ('a', 'b')`"));
            }
            ast::Expr::Between {
                expr,
                negated,
                low,
                high,
            } => {
                let expr = boxed(expr)?;
                let (low, high) = (boxed(low)?, boxed(high)?);
                Expr {
                    at: expr.at,
                    node: Node::Between {
                        expr,
                        low,
                        high,
                        negated: *negated,
                    },
                }
            }
            ast::Expr::Like {
                negated,
                any: false,
                expr,
                pattern,
                escape_char,
            } => self.like(boxed(expr)?, pattern, escape_char.as_deref(), *negated, false)?,
            ast::Expr::ILike {
                negated,
                any: false,
                expr,
                pattern,
                escape_char,
            } => self.like(boxed(expr)?, pattern, escape_char.as_deref(), *negated, true)?,
            ast::Expr::Cast {
                kind: CastKind::Cast | CastKind::DoubleColon,
                expr,
                data_type,
                format: None,
            } => self.cast(next(expr)?, data_type)?,
            ast::Expr::Case {
                operand,
                conditions,
                else_result,
                ..
            } => {
                let operand = operand.as_deref().map(boxed).transpose()?;
                let branches = conditions
                    .iter()
                    .map(|when| Ok((next(&when.condition)?, next(&when.result)?)))
                    .collect::<Result<Vec<_>, Refusal>>()?;
                let otherwise = else_result.as_deref().map(boxed).transpose()?;
                Expr {
                    at: self.at(from),
                    node: Node::Case {
                        operand,
                        branches,
                        otherwise,
                    },
                }
            }
            ast::Expr::Substring {
                expr,
                substring_from: Some(start),
                substring_for,
                ..
            } => {
                let mut args = vec![next(expr)?, next(start)?];
                args.extend(substring_for.as_deref().map(next).transpose()?);
                within(
                    &args[0].clone(),
                    Node::Call {
                        function: Function::Substring,
                        args,
                    },
                )
            }
            ast::Expr::Trim {
                trim_where,
                trim_what: None,
                expr,
                trim_characters: None,
            } => {
                let function = match trim_where {
                    None | Some(TrimWhereField::Both) => Function::Trim,
                    Some(TrimWhereField::Leading) => Function::TrimStart,
                    Some(TrimWhereField::Trailing) => Function::TrimEnd,
                };
                let arg = next(expr)?;
                Expr {
                    at: arg.at,
                    node: Node::Call {
                        function,
                        args: vec![arg],
                    },
                }
            }
            ast::Expr::Function(function) => return self.call(function, depth),
            ast::Expr::Interval(_) => {
                return Err(
                    Refusal::new(self.at(from), "an interval is only allowed beside now()")
                        .help("write `column > now() - INTERVAL '1 day'`"),
                );
            }
            ast::Expr::Subquery(_) | ast::Expr::Exists { .. } => {
                return Err(Refusal::new(self.at(from), "a subquery is not allowed here")
                    .help("a panel reads one table; a view in the database can do what a subquery would"));
            }
            ast::Expr::Tuple(_) => {
                return Err(Refusal::new(
                    self.at(from),
                    "a list in parentheses is only allowed after IN",
                ));
            }
            ast::Expr::Ceil { .. } | ast::Expr::Floor { .. } | ast::Expr::Extract { .. } => {
                return Err(Refusal::new(self.at(from), "this function is not allowed here")
                    .help(format!("allowed are {}", Function::NAMES)));
            }
            _ => {
                return Err(Refusal::new(self.at(from), "this kind of expression is not allowed here").help(
                    "allowed are comparisons, AND, OR, NOT, IN, BETWEEN, LIKE, IS NULL, arithmetic, CASE and CAST",
                ));
            }
        })
    }

    fn column(&self, name: &ast::Ident) -> Node {
        Node::Column {
            name: name.value.clone(),
            exact: name.quote_style.is_some(),
        }
    }

    fn value(&self, value: &ast::ValueWithSpan) -> Result<Node, Refusal> {
        let at = offset(self.text, value.span.start);
        Ok(match &value.value {
            Value::Number(digits, false) => match digits.parse::<i64>() {
                Ok(number) => Node::Integer(number),
                Err(_) if digits.len() <= 400 && digits.parse::<f64>().is_ok_and(f64::is_finite) => {
                    Node::Decimal(digits.clone())
                }
                Err(_) => return Err(Refusal::new(at, "this number is too large")),
            },
            Value::SingleQuotedString(text) => Node::Text(text.clone()),
            Value::Boolean(value) => Node::Boolean(*value),
            Value::Null => Node::Null,
            Value::Placeholder(_) => {
                return Err(
                    Refusal::new(at, "bind markers and variables are not allowed here")
                        .help("write the value itself"),
                );
            }
            _ => {
                return Err(Refusal::new(at, "this kind of literal is not allowed here")
                    .help("text is written in single quotes: 'text'"));
            }
        })
    }

    fn binary(
        &self,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
        depth: usize,
    ) -> Result<Expr, Refusal> {
        let arithmetic = |op| move |left, right| Node::Arithmetic { op, left, right };
        let comparison = |op| move |left: Box<Expr>, right: Box<Expr>| Node::Compare { op, left, right };
        // An interval has no type of its own here: it moves the clock.
        if let (BinaryOperator::Plus | BinaryOperator::Minus, ast::Expr::Interval(interval)) = (op, right) {
            let sign = if matches!(op, BinaryOperator::Minus) {
                -1
            } else {
                1
            };
            return self.shift(self.descend(left, depth + 1)?, interval, sign);
        }
        let left = Box::new(self.descend(left, depth + 1)?);
        let right = Box::new(self.descend(right, depth + 1)?);
        let at = left.at;
        let node = match op {
            BinaryOperator::And => Node::Logic {
                and: true,
                left,
                right,
            },
            BinaryOperator::Or => Node::Logic {
                and: false,
                left,
                right,
            },
            BinaryOperator::Eq => comparison(Comparison::Equal)(left, right),
            BinaryOperator::NotEq => comparison(Comparison::NotEqual)(left, right),
            BinaryOperator::Lt => comparison(Comparison::Less)(left, right),
            BinaryOperator::LtEq => comparison(Comparison::LessOrEqual)(left, right),
            BinaryOperator::Gt => comparison(Comparison::Greater)(left, right),
            BinaryOperator::GtEq => comparison(Comparison::GreaterOrEqual)(left, right),
            BinaryOperator::Plus => arithmetic(Arithmetic::Add)(left, right),
            BinaryOperator::Minus => arithmetic(Arithmetic::Subtract)(left, right),
            BinaryOperator::Multiply => arithmetic(Arithmetic::Multiply)(left, right),
            BinaryOperator::Divide => arithmetic(Arithmetic::Divide)(left, right),
            BinaryOperator::Modulo => arithmetic(Arithmetic::Remainder)(left, right),
            BinaryOperator::StringConcat => Node::Concat(left, right),
            other => {
                return Err(Refusal::new(
                    at,
                    format!("the operator `{other}` is not allowed here"),
                ));
            }
        };
        Ok(Expr { at, node })
    }

    fn shift(&self, expr: Expr, interval: &ast::Interval, sign: i32) -> Result<Expr, Refusal> {
        let at = expr.at;
        let Node::Clock {
            today,
            months,
            millis,
        } = expr.node
        else {
            return Err(Refusal::new(at, "an interval is only allowed beside now()")
                .help("move it to the other side: `column > now() - INTERVAL '1 day'`"));
        };
        let Interval {
            months: more_months,
            millis: more_millis,
        } = self.interval(interval).ok_or_else(|| {
            Refusal::new(at, "this interval cannot be understood").help(
                "write INTERVAL '90 minutes'; units are seconds, minutes, hours, days, weeks, months, years",
            )
        })?;
        let too_far = || Refusal::new(at, "this interval is too long");
        let months = months.checked_add(sign * more_months).ok_or_else(too_far)?;
        let millis = millis
            .checked_add(i64::from(sign) * more_millis)
            .ok_or_else(too_far)?;
        Ok(Expr {
            at,
            node: Node::Clock {
                today,
                months,
                millis,
            },
        })
    }

    fn interval(&self, from: &ast::Interval) -> Option<Interval> {
        if from.leading_precision.is_some()
            || from.last_field.is_some()
            || from.fractional_seconds_precision.is_some()
        {
            return None;
        }
        let ast::Expr::Value(value) = from.value.as_ref() else {
            return None;
        };
        let text = match &value.value {
            Value::SingleQuotedString(text) | Value::Number(text, false) => text,
            _ => return None,
        };
        let unit = from.leading_field.as_ref().map(DateTimeField::to_string);
        interval::parse(text, unit.as_deref())
    }

    fn like(
        &self,
        expr: Box<Expr>,
        pattern: &ast::Expr,
        escape: Option<&ast::Expr>,
        negated: bool,
        fold_case: bool,
    ) -> Result<Expr, Refusal> {
        let text = |from: &ast::Expr| match from {
            ast::Expr::Value(ast::ValueWithSpan {
                value: Value::SingleQuotedString(text),
                ..
            }) => Ok(text.clone()),
            other => Err(Refusal::new(
                self.at(other),
                "a pattern has to be text in single quotes",
            )),
        };
        let escape = match escape.map(text).transpose()? {
            None => None,
            Some(escape) => {
                let mut letters = escape.chars();
                match (letters.next(), letters.next()) {
                    (Some(escape), None) => Some(escape),
                    _ => return Err(Refusal::new(expr.at, "ESCAPE takes a single character")),
                }
            }
        };
        let mut pieces = Vec::new();
        let pattern_text = text(pattern)?;
        let mut letters = pattern_text.chars();
        while let Some(letter) = letters.next() {
            pieces.push(match letter {
                // Without ESCAPE the backslash escapes, as in PostgreSQL.
                letter if letter == escape.unwrap_or('\\') => match letters.next() {
                    Some(escaped) => Piece::Literal(escaped),
                    None => {
                        return Err(Refusal::new(
                            self.at(pattern),
                            "nothing follows the last escape character",
                        ));
                    }
                },
                '%' => Piece::Any,
                '_' => Piece::One,
                letter => Piece::Literal(letter),
            });
        }
        Ok(Expr {
            at: expr.at,
            node: Node::Like {
                expr,
                pattern: pieces,
                fold_case,
                negated,
            },
        })
    }

    fn cast(&self, expr: Expr, to: &DataType) -> Result<Expr, Refusal> {
        let at = expr.at;
        let to = match to {
            DataType::SmallInt(None)
            | DataType::Int(None)
            | DataType::Integer(None)
            | DataType::BigInt(None)
            | DataType::Int8(None) => CastTo::Integer,
            DataType::Real
            | DataType::Float(_)
            | DataType::Float8
            | DataType::Double(_)
            | DataType::DoublePrecision
            | DataType::Numeric(_)
            | DataType::Decimal(_) => CastTo::Number,
            DataType::Text | DataType::Varchar(None) | DataType::CharacterVarying(None) => CastTo::Text,
            DataType::Boolean | DataType::Bool => CastTo::Boolean,
            DataType::Timestamp(..) | DataType::Date | DataType::Datetime(_) => {
                return match expr.node {
                    Node::Text(text) => Ok(Expr {
                        at,
                        node: Node::Moment(text),
                    }),
                    node @ (Node::Moment(_) | Node::Clock { .. }) => Ok(Expr { at, node }),
                    _ => Err(Refusal::new(at, "only a written time can be cast to a time")
                        .help("compare the column with a time: `column >= '2026-01-31 12:00:00'`")),
                };
            }
            other => {
                return Err(
                    Refusal::new(at, format!("a cast to `{other}` is not allowed here"))
                        .help("casts go to integer, double precision, text or boolean"),
                );
            }
        };
        Ok(Expr {
            at,
            node: Node::Cast {
                expr: Box::new(expr),
                to,
            },
        })
    }

    fn call(&self, from: &ast::Function, depth: usize) -> Result<Expr, Refusal> {
        let at = self.at(&from.name);
        let unknown = || {
            Refusal::new(at, format!("the function `{}` is not allowed here", from.name))
                .help(format!("allowed are {}", Function::NAMES))
        };
        let [ObjectNamePart::Identifier(name)] = from.name.0.as_slice() else {
            return Err(unknown());
        };
        let plain = name.quote_style.is_none()
            && !from.uses_odbc_syntax
            && matches!(from.parameters, FunctionArguments::None)
            && from.filter.is_none()
            && from.null_treatment.is_none()
            && from.over.is_none()
            && from.within_group.is_empty();
        if !plain {
            return Err(unknown());
        }
        let args: &[FunctionArg] = match &from.args {
            FunctionArguments::None => &[],
            FunctionArguments::List(list)
                if list.duplicate_treatment.is_none() && list.clauses.is_empty() =>
            {
                &list.args
            }
            _ => return Err(unknown()),
        };
        let clock = match name.value.to_ascii_lowercase().as_str() {
            "now" | "current_timestamp" | "localtimestamp" => Some(false),
            "current_date" => Some(true),
            _ => None,
        };
        if let (Some(today), true) = (clock, args.is_empty()) {
            return Ok(Expr {
                at,
                node: Node::Clock {
                    today,
                    months: 0,
                    millis: 0,
                },
            });
        }
        let function = Function::named(&name.value).ok_or_else(unknown)?;
        let args = args
            .iter()
            .map(|arg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.descend(expr, depth + 1),
                _ => Err(Refusal::new(
                    at,
                    format!("`{}` takes plain values only", function.name()),
                )),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let (fewest, most) = function.arity();
        if args.len() < fewest || args.len() > most {
            let wanted = if fewest == most {
                fewest.to_string()
            } else {
                format!("{fewest} to {most}")
            };
            return Err(Refusal::new(
                at,
                format!("`{}` takes {wanted} values, not {}", function.name(), args.len()),
            ));
        }
        Ok(Expr {
            at,
            node: Node::Call { function, args },
        })
    }
}

fn is_null(expr: Box<Expr>, negated: bool) -> Expr {
    Expr {
        at: expr.at,
        node: Node::IsNull { expr, negated },
    }
}

fn is(expr: Box<Expr>, value: bool, negated: bool) -> Expr {
    Expr {
        at: expr.at,
        node: Node::Is { expr, value, negated },
    }
}

fn compare(op: Comparison, left: Expr, right: Expr) -> Expr {
    Expr {
        at: left.at,
        node: Node::Compare {
            op,
            left: Box::new(left),
            right: Box::new(right),
        },
    }
}
