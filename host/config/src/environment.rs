//! The process' variables, as a value that can be made up in tests.

use std::collections::BTreeMap;
use std::fmt;

/// Names and values of variables. Values may be secrets: `Debug` shows names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    lacks_secrets: bool,
}

impl Environment {
    /// The variables of this process; those that are not UTF-8 are left out.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The same variables in a place where there are no secrets, as a build server's: a variable that is not set and a file that
    /// is not there, where the configuration refers to one for a secret, are no faults, and stand for a secret that nothing can
    /// be opened with. For checking files, and not for serving.
    pub fn without_secrets(self) -> Self {
        Self {
            lacks_secrets: true,
            ..self
        }
    }

    /// Whether secrets that are referred to may be missing.
    pub(crate) fn lacks_secrets(&self) -> bool {
        self.lacks_secrets
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// All names, ascending.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self {
            variables: variables.into_iter().collect(),
            lacks_secrets: false,
        }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.names()).finish()
    }
}
