//! Expressions: checked against the table's columns and their kinds, and written for a dialect. Every operation is in
//! parentheses of its own, so that a database cannot understand it differently than we did.

use crate::fragment::{Arithmetic, CastTo, Comparison, Expr, Function, Node, Piece, Refusal};
use crate::time::{self, TextForm, TimeForm, Zone};

use super::kind::{Guess, unify};
use super::series::{LARGEST, SMALLEST};
use super::{Bind, Binds, Dialect, Kind, Table, quote};

/// Writes expressions over one table.
pub(crate) struct Renderer<'a> {
    pub(crate) table: &'a Table,
    /// The zone of written times, and of stored ones without a zone.
    pub(crate) zone: &'a Zone,
    /// The host's clock: milliseconds since the Unix epoch.
    pub(crate) now: i64,
    pub(crate) binds: &'a mut Binds,
}

type Written = Result<String, Refusal>;

impl Renderer<'_> {
    /// Writes a condition.
    pub(crate) fn condition(&mut self, expr: &Expr) -> Written {
        match self.guess(expr)? {
            Guess::Kind(Kind::Boolean) | Guess::Nothing => self.write(expr, &Kind::Boolean),
            other => Err(Refusal::new(
                expr.at,
                format!("a condition is wanted here, this is {}", describe(&other)),
            )
            .help("compare it with something: `column = 'value'`")),
        }
    }

    /// Writes what an order goes by.
    pub(crate) fn order_key(&mut self, expr: &Expr) -> Written {
        self.own(expr)
    }

    fn dialect(&self) -> Dialect {
        self.table.dialect
    }

    /// The form of times that are not compared with a column.
    fn default_time(&self) -> TimeForm {
        match self.dialect() {
            Dialect::Postgres => TimeForm::TimestampTz,
            Dialect::Sqlite => TimeForm::Text(TextForm::PLAIN),
        }
    }

    fn column(&self, name: &str, exact: bool, at: usize) -> Result<usize, Refusal> {
        self.table.find(name, exact).ok_or_else(|| {
            let (message, help) = self.table.missing(name);
            // Text in double quotes is a common slip.
            let help = if exact && help.is_none() {
                Some("text is written in single quotes".into())
            } else {
                help
            };
            Refusal {
                offset: at,
                message,
                help,
            }
        })
    }

    fn unified<'e>(&self, exprs: impl IntoIterator<Item = &'e Expr>) -> Result<Kind, Refusal> {
        let exprs: Vec<_> = exprs.into_iter().collect();
        let guesses = exprs
            .iter()
            .map(|expr| self.guess(expr))
            .collect::<Result<Vec<_>, _>>()?;
        unify(guesses, self.default_time()).map_err(|(left, right)| {
            let at = exprs.first().map_or(0, |expr| expr.at);
            let message = format!(
                "{} cannot be compared with {}",
                self.named(exprs[0], &left),
                right.describe()
            );
            let refusal = Refusal::new(at, message);
            match (&left, &right) {
                (Kind::Text | Kind::Opaque(_), right) if right.is_numeric() => {
                    refusal.help("write the value in single quotes")
                }
                (left, Kind::Time(_)) | (Kind::Time(_), left) if left.is_numeric() => {
                    refusal.help("a time is written '2026-01-31 12:00:00'")
                }
                _ => refusal,
            }
        })
    }

    fn named(&self, expr: &Expr, kind: &Kind) -> String {
        match &expr.node {
            Node::Column { name, .. } => format!("the column `{name}`, {},", kind.describe()),
            _ => kind.describe(),
        }
    }

    fn guess(&self, expr: &Expr) -> Result<Guess, Refusal> {
        Ok(match &expr.node {
            Node::Column { name, exact } => Guess::Kind(
                self.table.columns[self.column(name, *exact, expr.at)?]
                    .kind
                    .clone(),
            ),
            Node::Text(_) => Guess::Text,
            Node::Integer(_) => Guess::Digits(Kind::Integer),
            Node::Decimal(_) => Guess::Digits(match self.dialect() {
                Dialect::Postgres => Kind::Decimal,
                Dialect::Sqlite => Kind::Number,
            }),
            Node::Null => Guess::Nothing,
            Node::Moment(_) | Node::Clock { .. } => Guess::Time,
            Node::Boolean(_)
            | Node::Not(_)
            | Node::Logic { .. }
            | Node::Compare { .. }
            | Node::In { .. }
            | Node::Between { .. }
            | Node::Like { .. }
            | Node::IsNull { .. }
            | Node::Is { .. } => Guess::Kind(Kind::Boolean),
            Node::Negate(inner) => Guess::Kind(self.number(inner)?),
            Node::Arithmetic { op, left, right } => Guess::Kind(self.arithmetic(*op, left, right)?),
            Node::Concat(..) => Guess::Kind(Kind::Text),
            Node::Cast { to, .. } => Guess::Kind(match to {
                CastTo::Integer => Kind::Integer,
                CastTo::Number => Kind::Number,
                CastTo::Text => Kind::Text,
                CastTo::Boolean => Kind::Boolean,
            }),
            Node::Call { function, args } => Guess::Kind(match function {
                Function::Lower
                | Function::Upper
                | Function::Substring
                | Function::Trim
                | Function::TrimStart
                | Function::TrimEnd
                | Function::Replace => Kind::Text,
                Function::Length => Kind::Integer,
                Function::Abs => self.number(&args[0])?,
                Function::Round => match self.dialect() {
                    Dialect::Postgres => Kind::Decimal,
                    Dialect::Sqlite => Kind::Number,
                },
                Function::Coalesce | Function::NullIf => self.unified(args)?,
            }),
            Node::Case {
                branches, otherwise, ..
            } => {
                let results = branches.iter().map(|(_, then)| then).chain(otherwise.as_deref());
                Guess::Kind(self.unified(results)?)
            }
        })
    }

    /// The kind of a number.
    fn number(&self, expr: &Expr) -> Result<Kind, Refusal> {
        match self.guess(expr)? {
            Guess::Kind(kind) | Guess::Digits(kind) if kind.is_numeric() => Ok(kind),
            other => Err(Refusal::new(
                expr.at,
                format!("a number is wanted here, this is {}", describe(&other)),
            )),
        }
    }

    fn arithmetic(&self, op: Arithmetic, left: &Expr, right: &Expr) -> Result<Kind, Refusal> {
        let kinds = (self.number(left)?, self.number(right)?);
        if op == Arithmetic::Remainder && kinds != (Kind::Integer, Kind::Integer) {
            return Err(Refusal::new(left.at, "`%` takes whole numbers only"));
        }
        Ok(match kinds {
            (Kind::Integer, Kind::Integer) => Kind::Integer,
            (Kind::Number, _) | (_, Kind::Number) => Kind::Number,
            _ => Kind::Decimal,
        })
    }

    /// Writes an expression as what it is.
    fn own(&mut self, expr: &Expr) -> Written {
        let kind = self.unified([expr])?;
        self.write(expr, &kind)
    }

    /// Writes an expression as text.
    fn text(&mut self, expr: &Expr) -> Written {
        match self.guess(expr)? {
            Guess::Text | Guess::Nothing | Guess::Kind(Kind::Text | Kind::Opaque(_)) => {
                self.write(expr, &Kind::Text)
            }
            Guess::Kind(Kind::Integer) | Guess::Digits(Kind::Integer) => {
                let number = self.own(expr)?;
                Ok(format!("CAST({number} AS text)"))
            }
            other => Err(Refusal::new(
                expr.at,
                format!("text is wanted here, this is {}", describe(&other)),
            )
            .help("CAST(… AS text) makes text of a number")),
        }
    }

    /// Writes a whole number for a function's argument.
    fn whole(&mut self, expr: &Expr) -> Written {
        if self.number(expr)? != Kind::Integer {
            return Err(Refusal::new(expr.at, "a whole number is wanted here"));
        }
        let number = self.write(expr, &Kind::Integer)?;
        Ok(match self.dialect() {
            Dialect::Postgres => format!("CAST({number} AS integer)"),
            Dialect::Sqlite => number,
        })
    }

    /// Writes an expression so that it can be compared with something of this kind.
    fn write(&mut self, expr: &Expr, want: &Kind) -> Written {
        let at = expr.at;
        let postgres = self.dialect() == Dialect::Postgres;
        Ok(match &expr.node {
            Node::Column { name, exact } => {
                let column = &self.table.columns[self.column(name, *exact, at)?];
                let quoted = quote(&column.name);
                match (&column.kind, want) {
                    (Kind::Opaque(_), Kind::Text) if postgres => format!("CAST({quoted} AS text)"),
                    // The database would cast it itself, and fail for what is beyond a double.
                    (Kind::Decimal, Kind::Number) if postgres => format!(
                        "(CASE WHEN {quoted} > {LARGEST} THEN CAST('Infinity' AS float8) \
                         WHEN {quoted} < -{LARGEST} THEN CAST('-Infinity' AS float8) \
                         WHEN {quoted} < {SMALLEST} AND {quoted} > -{SMALLEST} THEN CAST(0 AS float8) \
                         ELSE CAST({quoted} AS float8) END)"
                    ),
                    // Texts that are not in the order of time are compared as the instants they tell.
                    (Kind::Time(form), Kind::Time(_)) if !super::time::is_in_order(*form) => {
                        super::time::instant(self.binds, &quoted, *form, self.zone, None)
                    }
                    _ => quoted,
                }
            }
            Node::Text(text) => self.literal(text, want, at)?,
            Node::Integer(value) => match (want, value) {
                (Kind::Boolean, 0) => "FALSE".into(),
                (Kind::Boolean, 1) => "TRUE".into(),
                (Kind::Integer | Kind::Decimal | Kind::Number, _) => self.binds.add(Bind::Integer(*value)),
                _ => return Err(mismatch(at, "a number", want)),
            },
            Node::Decimal(digits) => match want {
                Kind::Decimal if postgres => {
                    let marker = self.binds.add(Bind::Text(digits.clone()));
                    format!("CAST({marker} AS numeric)")
                }
                Kind::Integer | Kind::Decimal | Kind::Number => {
                    let value = digits
                        .parse()
                        .map_err(|_| Refusal::new(at, "this is no number"))?;
                    self.binds.add(Bind::Real(value))
                }
                _ => return Err(mismatch(at, "a number", want)),
            },
            Node::Boolean(true) => "TRUE".into(),
            Node::Boolean(false) => "FALSE".into(),
            Node::Null => "NULL".into(),
            Node::Moment(text) => match want {
                Kind::Time(_) => self.literal(text, want, at)?,
                _ => return Err(mismatch(at, "a time", want)),
            },
            Node::Clock {
                today,
                months,
                millis,
            } => match want {
                Kind::Time(form) => {
                    let instant = time::shifted(self.now, *today, *months, *millis, self.zone);
                    super::time::compared(self.binds, instant, *form, self.zone)
                }
                _ => return Err(mismatch(at, "a time", want)),
            },
            Node::Not(inner) => format!("(NOT {})", self.condition(inner)?),
            Node::Negate(inner) => {
                let kind = self.number(inner)?;
                format!("(- {})", self.operand(inner, &kind)?)
            }
            Node::Logic { and, .. } => {
                let mut operands = Vec::new();
                flatten(expr, *and, &mut operands);
                let written = operands
                    .into_iter()
                    .map(|operand| self.condition(operand))
                    .collect::<Result<Vec<_>, _>>()?;
                format!("({})", written.join(if *and { " AND " } else { " OR " }))
            }
            Node::Compare { op, left, right } => {
                let kind = self.unified([left.as_ref(), right.as_ref()])?;
                let (left, right) = (self.write(left, &kind)?, self.write(right, &kind)?);
                let op = match op {
                    Comparison::Equal => "=",
                    Comparison::NotEqual => "<>",
                    Comparison::Less => "<",
                    Comparison::LessOrEqual => "<=",
                    Comparison::Greater => ">",
                    Comparison::GreaterOrEqual => ">=",
                    Comparison::Distinct => "IS DISTINCT FROM",
                    Comparison::NotDistinct => "IS NOT DISTINCT FROM",
                };
                format!("({left} {op} {right})")
            }
            Node::Arithmetic { op, left, right } => {
                let kind = self.arithmetic(*op, left, right)?;
                let (left, right) = (self.operand(left, &kind)?, self.operand(right, &kind)?);
                match op {
                    Arithmetic::Add => format!("({left} + {right})"),
                    Arithmetic::Subtract => format!("({left} - {right})"),
                    Arithmetic::Multiply => format!("({left} * {right})"),
                    // Dividing by zero is an error in one database and NULL in the other.
                    Arithmetic::Divide => format!("({left} / NULLIF({right}, 0))"),
                    Arithmetic::Remainder => format!("({left} % NULLIF({right}, 0))"),
                }
            }
            Node::Concat(left, right) => format!("({} || {})", self.text(left)?, self.text(right)?),
            Node::In { expr, list, negated } => {
                let kind = self.unified(std::iter::once(expr.as_ref()).chain(list))?;
                let expr = self.write(expr, &kind)?;
                let list = list
                    .iter()
                    .map(|item| self.write(item, &kind))
                    .collect::<Result<Vec<_>, _>>()?;
                format!("({expr} {}IN ({}))", not(*negated), list.join(", "))
            }
            Node::Between {
                expr,
                low,
                high,
                negated,
            } => {
                let kind = self.unified([expr.as_ref(), low, high])?;
                let expr = self.write(expr, &kind)?;
                let (low, high) = (self.write(low, &kind)?, self.write(high, &kind)?);
                format!("({expr} {}BETWEEN {low} AND {high})", not(*negated))
            }
            Node::Like {
                expr,
                pattern,
                fold_case,
                negated,
            } => {
                let expr = self.text(expr)?;
                let not = not(*negated);
                match (self.dialect(), fold_case) {
                    (Dialect::Postgres, fold_case) => {
                        let marker = self.binds.add(Bind::Text(like_pattern(pattern)));
                        format!(
                            "({expr} {not}{} {marker})",
                            if *fold_case { "ILIKE" } else { "LIKE" }
                        )
                    }
                    // SQLite's LIKE does not tell ASCII letters' cases apart; its GLOB does.
                    (Dialect::Sqlite, true) => {
                        let marker = self.binds.add(Bind::Text(like_pattern(pattern)));
                        format!("({expr} {not}LIKE {marker} ESCAPE '\\')")
                    }
                    (Dialect::Sqlite, false) => {
                        let marker = self.binds.add(Bind::Text(glob_pattern(pattern)));
                        format!("({expr} {not}GLOB {marker})")
                    }
                }
            }
            Node::IsNull { expr, negated } => format!("({} IS {}NULL)", self.own(expr)?, not(*negated)),
            Node::Is { expr, value, negated } => {
                let value = if *value { "TRUE" } else { "FALSE" };
                format!("({} IS {}{value})", self.condition(expr)?, not(*negated))
            }
            Node::Cast { expr, to } => self.cast(expr, *to)?,
            Node::Call { function, args } => self.call(*function, args)?,
            Node::Case {
                operand,
                branches,
                otherwise,
            } => {
                let operand_kind = match operand {
                    Some(operand) => Some(
                        self.unified(std::iter::once(operand.as_ref()).chain(branches.iter().map(|b| &b.0)))?,
                    ),
                    None => None,
                };
                let mut text = String::from("(CASE");
                if let (Some(operand), Some(kind)) = (operand, &operand_kind) {
                    text.push_str(&format!(" {}", self.write(operand, kind)?));
                }
                for (when, then) in branches {
                    let when = match &operand_kind {
                        Some(kind) => self.write(when, kind)?,
                        None => self.condition(when)?,
                    };
                    text.push_str(&format!(" WHEN {when} THEN {}", self.write(then, want)?));
                }
                if let Some(otherwise) = otherwise {
                    text.push_str(&format!(" ELSE {}", self.write(otherwise, want)?));
                }
                text + " END)"
            }
        })
    }

    /// Writes what is computed with. Whole numbers and those of single precision are computed with in the largest type of their
    /// kind: PostgreSQL fails where the result does not fit into what the columns are.
    fn operand(&mut self, expr: &Expr, kind: &Kind) -> Written {
        let written = self.write(expr, kind)?;
        let is_wide = matches!(
            expr.node,
            Node::Integer(_) | Node::Decimal(_) | Node::Arithmetic { .. } | Node::Negate(_)
        );
        if self.dialect() == Dialect::Sqlite || is_wide {
            return Ok(written);
        }
        Ok(match kind {
            Kind::Integer => format!("CAST({written} AS bigint)"),
            Kind::Number => format!("CAST({written} AS float8)"),
            _ => written,
        })
    }

    /// Binds written text as what it is compared with.
    fn literal(&mut self, text: &str, want: &Kind, at: usize) -> Written {
        let trimmed = text.trim();
        Ok(match want {
            Kind::Text => self.binds.add(Bind::Text(text.to_owned())),
            Kind::Time(form) => {
                let instant = time::parse(text, self.zone).ok_or_else(|| {
                    Refusal::new(at, format!("`{text}` is no time")).help(
                        "write it as '2026-01-31 12:00:00' or '2026-01-31', or use now() - INTERVAL '1 day'",
                    )
                })?;
                super::time::compared(self.binds, instant, *form, self.zone)
            }
            Kind::Integer | Kind::Decimal | Kind::Number => {
                let exact = self.dialect() == Dialect::Postgres && *want == Kind::Decimal;
                if let Ok(value) = trimmed.parse::<i64>() {
                    self.binds.add(Bind::Integer(value))
                } else {
                    match trimmed.parse::<f64>() {
                        Ok(value) if value.is_finite() && exact => {
                            let marker = self.binds.add(Bind::Text(trimmed.to_owned()));
                            format!("CAST({marker} AS numeric)")
                        }
                        Ok(value) if value.is_finite() => self.binds.add(Bind::Real(value)),
                        _ => return Err(mismatch(at, &format!("`{text}`"), want)),
                    }
                }
            }
            Kind::Boolean => match trimmed.to_ascii_lowercase().as_str() {
                "true" | "t" | "yes" | "on" | "1" => "TRUE".into(),
                "false" | "f" | "no" | "off" | "0" => "FALSE".into(),
                _ => return Err(mismatch(at, &format!("`{text}`"), want)),
            },
            Kind::Opaque(name) => {
                let marker = self.binds.add(Bind::Text(text.to_owned()));
                match self.dialect() {
                    // The name comes from `format_type`, which quotes what needs it.
                    Dialect::Postgres => format!("CAST({marker} AS {name})"),
                    Dialect::Sqlite => marker,
                }
            }
        })
    }

    fn cast(&mut self, expr: &Expr, to: CastTo) -> Written {
        let at = expr.at;
        let from = self.unified([expr])?;
        let written = self.write(expr, &from)?;
        let postgres = self.dialect() == Dialect::Postgres;
        let refused = || Refusal::new(at, format!("{} cannot be cast to this", from.describe()));
        Ok(match (to, &from) {
            (CastTo::Integer, Kind::Integer)
            | (CastTo::Number, Kind::Number)
            | (CastTo::Text, Kind::Text) => written,
            (CastTo::Boolean, Kind::Boolean) => written,
            // PostgreSQL would round where SQLite truncates.
            (CastTo::Integer, Kind::Decimal | Kind::Number) if postgres => {
                format!("CAST(trunc({written}) AS bigint)")
            }
            (CastTo::Integer, Kind::Boolean) if postgres => {
                format!("CAST(CAST({written} AS integer) AS bigint)")
            }
            (CastTo::Integer, Kind::Text | Kind::Boolean | Kind::Decimal | Kind::Number) => {
                format!(
                    "CAST({written} AS {})",
                    if postgres { "bigint" } else { "INTEGER" }
                )
            }
            (CastTo::Number, Kind::Boolean) if postgres => {
                format!("CAST(CAST({written} AS integer) AS float8)")
            }
            (CastTo::Number, Kind::Text | Kind::Boolean | Kind::Integer | Kind::Decimal) => {
                format!("CAST({written} AS {})", if postgres { "float8" } else { "REAL" })
            }
            (CastTo::Text, Kind::Opaque(_) | Kind::Integer | Kind::Decimal | Kind::Number) => {
                format!("CAST({written} AS text)")
            }
            (CastTo::Text, Kind::Boolean) => format!("(CASE WHEN {written} THEN 'true' ELSE 'false' END)"),
            (CastTo::Boolean, Kind::Integer) => format!("({written} <> 0)"),
            _ => return Err(refused()),
        })
    }

    fn call(&mut self, function: Function, args: &[Expr]) -> Written {
        let postgres = self.dialect() == Dialect::Postgres;
        Ok(match function {
            Function::Lower | Function::Upper | Function::TrimStart | Function::TrimEnd => {
                format!("{}({})", function.name(), self.text(&args[0])?)
            }
            Function::Trim => format!(
                "{}({})",
                if postgres { "btrim" } else { "trim" },
                self.text(&args[0])?
            ),
            Function::Replace => {
                let args = args
                    .iter()
                    .map(|arg| self.text(arg))
                    .collect::<Result<Vec<_>, _>>()?;
                format!("replace({})", args.join(", "))
            }
            Function::Length => {
                let text = self.text(&args[0])?;
                if postgres {
                    format!("CAST(char_length({text}) AS bigint)")
                } else {
                    format!("length({text})")
                }
            }
            Function::Substring => {
                let mut written = vec![self.text(&args[0])?];
                for arg in &args[1..] {
                    if matches!(arg.node, Node::Integer(value) if value < 0) {
                        return Err(Refusal::new(arg.at, "counting from the end is not possible here"));
                    }
                    written.push(self.whole(arg)?);
                }
                format!("substr({})", written.join(", "))
            }
            Function::Abs => {
                let kind = self.number(&args[0])?;
                format!("abs({})", self.operand(&args[0], &kind)?)
            }
            Function::Round => {
                let kind = self.number(&args[0])?;
                let number = self.write(&args[0], &kind)?;
                // PostgreSQL rounds floats to even and knows no digits for them; numerics go as in SQLite.
                let number = if postgres {
                    format!("CAST({number} AS numeric)")
                } else {
                    number
                };
                match args.get(1) {
                    Some(digits) => format!("round({number}, {})", self.whole(digits)?),
                    None => format!("round({number})"),
                }
            }
            Function::Coalesce | Function::NullIf => {
                let kind = self.unified(args)?;
                let args = args
                    .iter()
                    .map(|arg| self.write(arg, &kind))
                    .collect::<Result<Vec<_>, _>>()?;
                format!("{}({})", function.name(), args.join(", "))
            }
        })
    }
}

/// The operands of a chain of ANDs, or of ORs: written side by side, not nested as deep as the chain is long.
fn flatten<'e>(expr: &'e Expr, chain: bool, into: &mut Vec<&'e Expr>) {
    match &expr.node {
        Node::Logic { and, left, right } if *and == chain => {
            flatten(left, chain, into);
            flatten(right, chain, into);
        }
        _ => into.push(expr),
    }
}

fn not(negated: bool) -> &'static str {
    if negated { "NOT " } else { "" }
}

fn describe(guess: &Guess) -> String {
    match guess {
        Guess::Kind(kind) | Guess::Digits(kind) => kind.describe(),
        Guess::Time => "a time".into(),
        Guess::Text => "text".into(),
        Guess::Nothing => "NULL".into(),
    }
}

fn mismatch(at: usize, this: &str, want: &Kind) -> Refusal {
    let refusal = Refusal::new(
        at,
        format!("{this} cannot stand here: {} is wanted", want.describe()),
    );
    if matches!(want, Kind::Text | Kind::Opaque(_)) {
        refusal.help("write it in single quotes")
    } else {
        refusal
    }
}

fn like_pattern(pieces: &[Piece]) -> String {
    let mut pattern = String::new();
    for piece in pieces {
        match piece {
            Piece::Any => pattern.push('%'),
            Piece::One => pattern.push('_'),
            Piece::Literal(letter) => {
                if matches!(letter, '%' | '_' | '\\') {
                    pattern.push('\\');
                }
                pattern.push(*letter);
            }
        }
    }
    pattern
}

fn glob_pattern(pieces: &[Piece]) -> String {
    let mut pattern = String::new();
    for piece in pieces {
        match piece {
            Piece::Any => pattern.push('*'),
            Piece::One => pattern.push('?'),
            Piece::Literal(letter @ ('*' | '?' | '[')) => pattern.push_str(&format!("[{letter}]")),
            Piece::Literal(letter) => pattern.push(*letter),
        }
    }
    pattern
}
