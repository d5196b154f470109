//! The part of an address behind the `?`: each parameter known, given once, readable; or a sentence that names it.

use std::borrow::Cow;
use std::str::FromStr;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use crate::problem::ApiError;

/// Longest part behind the `?`, bytes.
const LONGEST: usize = 16 * 1024;
/// Most parameters.
const MOST: usize = 256;

/// The parameters nobody has asked for yet.
pub(crate) struct Parameters<'q> {
    pairs: Vec<(Cow<'q, str>, Cow<'q, str>)>,
}

impl<'q> Parameters<'q> {
    pub(crate) fn parse(query: Option<&'q str>) -> Result<Self, ApiError> {
        let query = query.unwrap_or_default();
        if query.len() > LONGEST {
            return Err(ApiError::parameter(
                "query",
                format!("The parameters are longer than {LONGEST} bytes."),
            ));
        }
        let mut pairs = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if pairs.len() == MOST {
                return Err(ApiError::parameter(
                    "query",
                    format!("There are more than {MOST} parameters."),
                ));
            }
            if name.contains('\0') || value.contains('\0') {
                return Err(ApiError::parameter(
                    name.replace('\0', ""),
                    "A parameter holds a NUL character.",
                ));
            }
            pairs.push((name, value));
        }
        Ok(Self { pairs })
    }

    /// The one value of `name`.
    pub(crate) fn one(&mut self, name: &str) -> Result<Option<Cow<'q, str>>, ApiError> {
        let mut values = self.all(name);
        match (values.pop(), values.is_empty()) {
            (value, true) => Ok(value),
            (_, false) => Err(ApiError::parameter(
                name,
                format!("`{name}` is given more than once."),
            )),
        }
    }

    /// All values of `name`, in order.
    pub(crate) fn all(&mut self, name: &str) -> Vec<Cow<'q, str>> {
        self.pairs
            .extract_if(.., |(given, _)| given == name)
            .map(|(_, value)| value)
            .collect()
    }

    /// `name[key]=value`: keys and values, in order.
    pub(crate) fn keyed(&mut self, name: &str) -> Vec<(String, String)> {
        let key = |given: &str| -> Option<String> {
            Some(
                given
                    .strip_prefix(name)?
                    .strip_prefix('[')?
                    .strip_suffix(']')?
                    .to_owned(),
            )
        };
        self.pairs
            .extract_if(.., |(given, _)| key(given).is_some())
            .filter_map(|(given, value)| Some((key(&given)?, value.into_owned())))
            .collect()
    }

    /// `true` or `false`; false where there is none.
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, ApiError> {
        self.flag_or(name, false)
    }

    /// `true` or `false`; `usual` where there is none.
    pub(crate) fn flag_or(&mut self, name: &str, usual: bool) -> Result<bool, ApiError> {
        match self.one(name)?.as_deref() {
            None => Ok(usual),
            Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(ApiError::parameter(
                name,
                format!("`{name}` is either `true` or `false`."),
            )),
        }
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn number<N: FromStr + PartialOrd + std::fmt::Display>(
        &mut self,
        name: &str,
        least: N,
        most: N,
    ) -> Result<Option<N>, ApiError> {
        let Some(text) = self.one(name)? else {
            return Ok(None);
        };
        match text.parse::<N>() {
            // `+5` is a number to Rust; nobody writes it here.
            Ok(number) if number >= least && number <= most && !text.starts_with('+') => Ok(Some(number)),
            _ => Err(ApiError::parameter(
                name,
                format!("`{name}` is a whole number from {least} to {most}."),
            )),
        }
    }

    /// To be called when everything known has been asked for.
    pub(crate) fn nothing_else(self, known: &str) -> Result<(), ApiError> {
        match self.pairs.first() {
            None => Ok(()),
            Some((name, _)) => {
                let name: String = name.chars().take(100).collect();
                let detail = match known {
                    "" => format!("There is no parameter `{name}`: this address takes none."),
                    known => format!("There is no parameter `{name}`. There are: {known}."),
                };
                Err(ApiError::parameter(name, detail))
            }
        }
    }
}

/// For operations without parameters: whoever sends one believes that it is heeded.
pub(crate) async fn none(request: Request, next: Next) -> Result<Response, ApiError> {
    Parameters::parse(request.uri().query())?.nothing_else("")?;
    Ok(next.run(request).await)
}
