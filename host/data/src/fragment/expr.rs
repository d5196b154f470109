//! Everything that a fragment may say.

/// An expression and where it begins in its fragment, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) at: usize,
    pub(crate) node: Node,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// A column of the table; `exact` where it was written in double quotes.
    Column {
        name: String,
        exact: bool,
    },
    Text(String),
    Integer(i64),
    /// Digits, point and exponent as written.
    Decimal(String),
    Boolean(bool),
    Null,
    /// A point in time written as `TIMESTAMP '…'` or `DATE '…'`.
    Moment(String),
    /// The host's clock (or the midnight before it) and calendar arithmetic on it.
    Clock {
        today: bool,
        months: i32,
        millis: i64,
    },
    Not(Box<Expr>),
    Negate(Box<Expr>),
    /// AND or OR.
    Logic {
        and: bool,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Compare {
        op: Comparison,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Arithmetic {
        op: Arithmetic,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Concat(Box<Expr>, Box<Expr>),
    In {
        expr: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
    },
    Between {
        expr: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        negated: bool,
    },
    Like {
        expr: Box<Expr>,
        pattern: Vec<Piece>,
        fold_case: bool,
        negated: bool,
    },
    IsNull {
        expr: Box<Expr>,
        negated: bool,
    },
    /// `IS [NOT] TRUE`, `IS [NOT] FALSE`: never NULL itself.
    Is {
        expr: Box<Expr>,
        value: bool,
        negated: bool,
    },
    Cast {
        expr: Box<Expr>,
        to: CastTo,
    },
    Call {
        function: Function,
        args: Vec<Expr>,
    },
    /// `CASE operand WHEN … THEN … ELSE … END`.
    Case {
        operand: Option<Box<Expr>>,
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `IS DISTINCT FROM`.
    Distinct,
    /// `IS NOT DISTINCT FROM`.
    NotDistinct,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// A piece of a LIKE pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(char),
    /// `_`
    One,
    /// `%`
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CastTo {
    Integer,
    Number,
    Text,
    Boolean,
}

/// Functions that depend on nothing but their arguments and mean the same in every database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Lower,
    Upper,
    Length,
    Abs,
    Round,
    Coalesce,
    NullIf,
    Substring,
    Trim,
    TrimStart,
    TrimEnd,
    Replace,
}

impl Function {
    /// The names they have in a fragment, for messages.
    pub(crate) const NAMES: &str = "lower, upper, length, abs, round, coalesce, nullif, substr, trim, ltrim, rtrim, \
         replace, now, current_timestamp, current_date";

    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "lower" => Self::Lower,
            "upper" => Self::Upper,
            "length" | "char_length" | "character_length" => Self::Length,
            "abs" => Self::Abs,
            "round" => Self::Round,
            "coalesce" | "ifnull" => Self::Coalesce,
            "nullif" => Self::NullIf,
            "substr" | "substring" => Self::Substring,
            "trim" | "btrim" => Self::Trim,
            "ltrim" => Self::TrimStart,
            "rtrim" => Self::TrimEnd,
            "replace" => Self::Replace,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Length => "length",
            Self::Abs => "abs",
            Self::Round => "round",
            Self::Coalesce => "coalesce",
            Self::NullIf => "nullif",
            Self::Substring => "substr",
            Self::Trim => "trim",
            Self::TrimStart => "ltrim",
            Self::TrimEnd => "rtrim",
            Self::Replace => "replace",
        }
    }

    /// The fewest and the most arguments.
    pub(crate) fn arity(self) -> (usize, usize) {
        match self {
            Self::Lower | Self::Upper | Self::Length | Self::Abs => (1, 1),
            Self::Trim | Self::TrimStart | Self::TrimEnd => (1, 1),
            Self::Round => (1, 2),
            Self::NullIf => (2, 2),
            Self::Substring => (2, 3),
            Self::Replace => (3, 3),
            Self::Coalesce => (2, 16),
        }
    }
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OrderKey {
    pub(crate) expr: Expr,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

impl Expr {
    /// Tells of every column that a row must have with one value, or one of at most 16, for this to be true: its name and
    /// whether that was quoted.
    pub(crate) fn each_fixed(&self, tell: &mut impl FnMut(&str, bool)) {
        let column = |expr: &Self| match &expr.node {
            Node::Column { name, exact } => Some((name.clone(), *exact)),
            _ => None,
        };
        let literal = |expr: &Self| {
            matches!(
                expr.node,
                Node::Text(_) | Node::Integer(_) | Node::Decimal(_) | Node::Boolean(_)
            )
        };
        match &self.node {
            Node::Logic {
                and: true,
                left,
                right,
            } => {
                left.each_fixed(tell);
                right.each_fixed(tell);
            }
            Node::Compare {
                op: Comparison::Equal,
                left,
                right,
            } => {
                let named = match (column(left), column(right)) {
                    (Some(named), None) if literal(right) => Some(named),
                    (None, Some(named)) if literal(left) => Some(named),
                    _ => None,
                };
                if let Some((name, exact)) = named {
                    tell(&name, exact);
                }
            }
            Node::In {
                expr,
                list,
                negated: false,
            } if list.len() <= 16 && list.iter().all(literal) => {
                if let Some((name, exact)) = column(expr) {
                    tell(&name, exact);
                }
            }
            _ => {}
        }
    }

    /// Whether the answer depends on when it is asked.
    pub(crate) fn reads_clock(&self) -> bool {
        let mut found = false;
        self.walk(&mut |expr| found |= matches!(expr.node, Node::Clock { .. }));
        found
    }

    /// Calls `visit` for this expression and everything in it.
    pub(crate) fn walk(&self, visit: &mut dyn FnMut(&Self)) {
        visit(self);
        match &self.node {
            Node::Column { .. }
            | Node::Text(_)
            | Node::Integer(_)
            | Node::Decimal(_)
            | Node::Boolean(_)
            | Node::Null
            | Node::Moment(_)
            | Node::Clock { .. } => {}
            Node::Not(expr)
            | Node::Negate(expr)
            | Node::Like { expr, .. }
            | Node::IsNull { expr, .. }
            | Node::Is { expr, .. }
            | Node::Cast { expr, .. } => expr.walk(visit),
            Node::Logic { left, right, .. }
            | Node::Compare { left, right, .. }
            | Node::Arithmetic { left, right, .. }
            | Node::Concat(left, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            Node::In { expr, list, .. } => {
                expr.walk(visit);
                list.iter().for_each(|item| item.walk(visit));
            }
            Node::Between { expr, low, high, .. } => {
                expr.walk(visit);
                low.walk(visit);
                high.walk(visit);
            }
            Node::Call { args, .. } => args.iter().for_each(|arg| arg.walk(visit)),
            Node::Case {
                operand,
                branches,
                otherwise,
            } => {
                if let Some(operand) = operand {
                    operand.walk(visit);
                }
                for (when, then) in branches {
                    when.walk(visit);
                    then.walk(visit);
                }
                if let Some(otherwise) = otherwise {
                    otherwise.walk(visit);
                }
            }
        }
    }
}
