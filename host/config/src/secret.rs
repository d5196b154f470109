//! Addresses of databases, with the passwords in them, and other secrets: by reference, and never printed.

use std::io::ErrorKind;
use std::path::Path;

use secrecy::SecretString;

use crate::database_url::{self, holds_password};
use crate::yaml::{Fields, Reader};
use crate::{Environment, Spanned};

/// What a file with a secret may hold.
const SECRET_BYTES: usize = 64 * 1024;

/// Reads `url:` or `url_file:`. `folder` is what a relative `url_file` is relative to.
pub(crate) fn database_url(
    fields: &Fields<'_, '_, '_>,
    folder: &Path,
    environment: &Environment,
    origin: Origin,
) -> Option<SecretString> {
    let (url, file) = (fields.text("url"), fields.text("url_file"));
    let reader = fields.reader;
    let read = match (&url, &file) {
        (Some(url), None) => expand(url, environment),
        (None, Some(file)) => from_file(file, folder, "url_file", "the database's address"),
        (Some(_), Some(file)) => {
            let help = "keep `url` or `url_file`".to_owned();
            reader.extend([file.fault("the database is named twice", Some(help))]);
            return None;
        }
        (None, None) => {
            if fields.get("url").is_none() && fields.get("url_file").is_none() {
                let help = "as url: \"${ALPHA_DATABASE_URL}\", url_file: \"/run/secrets/alpha\" or url: \"sqlite:alpha.sqlite\"";
                reader.fault(
                    fields.node,
                    "the database needs `url` or `url_file`",
                    Some(help.to_owned()),
                );
            }
            return None;
        }
    };
    let at = url.as_ref().or(file.as_ref())?;
    if origin == Origin::File && url.as_ref().is_some_and(|url| holds_password(&url.value)) {
        reader.warn(
            at,
            "`url` holds the database's password itself, in a file that others may read",
            "write url: \"${ALPHA_DATABASE_URL}\" and start the host with ALPHA_DATABASE_URL=…, or name a file with `url_file`",
        );
    }
    if let Some(file) = &file {
        warn_if_exposed(reader, file, folder);
    }
    let checked = read.and_then(|url| {
        if is_database_url(&url) {
            database_url::check(&url).map_err(|(message, help)| Fault::new(message, help))?;
            Ok(url)
        } else {
            Err(not_a_database())
        }
    });
    match checked {
        Ok(url) => Some(SecretString::from(url)),
        Err(fault) if fault.is_absent && environment.lacks_secrets() => {
            Some(SecretString::from(ABSENT_DATABASE))
        }
        Err(Fault { message, help, .. }) => {
            reader.extend([at.fault(message, Some(help))]);
            None
        }
    }
}

/// Stands for the address of a database that is not known; the name is reserved, and nobody's.
const ABSENT_DATABASE: &str = "postgres://absent.invalid/absent";
/// Stands for any other secret that is not known.
const ABSENT: &str = "absent";

/// Why there is no secret.
struct Fault {
    message: String,
    help: String,
    /// It is referred to as it should be, and is not here.
    is_absent: bool,
}

impl Fault {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
            is_absent: false,
        }
    }

    fn absent(self) -> Self {
        Self {
            is_absent: true,
            ..self
        }
    }
}

fn not_a_database() -> Fault {
    // Without the text: it may hold a password.
    Fault::new(
        "this is not the address of a database",
        "write postgres://user:password@host:5432/name or sqlite:path/of/file.sqlite",
    )
}

/// Whether a text is the address of a database this host can talk to.
pub(crate) fn is_database_url(url: &str) -> bool {
    let after = |scheme: &str| url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty());
    (after("postgres://") || after("postgresql://") || after("sqlite:")) && !url.contains(char::is_control)
}

/// Replaces each `${NAME}` by the variable's value.
fn expand(url: &Spanned<String>, environment: &Environment) -> Result<String, Fault> {
    let mut expanded = String::new();
    let mut rest = url.value.as_str();
    while let Some(start) = rest.find("${") {
        expanded.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('}') else {
            return Err(Fault::new("`${` without `}`", "write ${NAME}"));
        };
        let name = &rest[start + 2..start + length];
        if name.is_empty()
            || !name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            return Err(Fault::new("this is not the name of a variable", "write ${NAME}"));
        }
        if name.starts_with("PORTHOLE_") {
            return Err(Fault::new(
                format!("{name} is one of the host's own settings, and not for use here"),
                "give the secret a name of its own, as ${ALPHA_DATABASE_URL}",
            ));
        }
        let Some(value) = environment.get(name) else {
            let fault = Fault::new(
                format!("the variable {name} is not set"),
                format!(
                    "start the host with {name}=…; where files are only checked, and there are no secrets, as on a build server, \
                     `porthole validate --without-secrets` does without"
                ),
            );
            return Err(fault.absent());
        };
        expanded.push_str(value);
        rest = &rest[start + length + 1..];
    }
    expanded.push_str(rest);
    Ok(expanded)
}

/// Where a secret stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In a file that many may read: there it is a reference only.
    File,
    /// In a variable of the host's own.
    Variable,
}

/// Reads a secret from one of two keys: the first holds it, or in a file `${NAME}` for it; the second names a file that
/// holds it and nothing else, relative to `folder`.
pub(crate) fn secret(
    fields: &Fields<'_, '_, '_>,
    [key, file_key]: [&'static str; 2],
    folder: &Path,
    environment: &Environment,
    origin: Origin,
) -> Option<SecretString> {
    let (plain, file) = (fields.text(key), fields.text(file_key));
    let at = plain.as_ref().or(file.as_ref())?;
    if let Some(file) = &file {
        warn_if_exposed(fields.reader, file, folder);
    }
    let read = match (&plain, &file) {
        (Some(_), Some(_)) => Err(Fault::new(
            format!("the secret is given twice, by `{key}` and by `{file_key}`"),
            "keep one of them",
        )),
        (Some(text), None) if origin == Origin::Variable => Ok(text.value.trim().to_owned()),
        (Some(text), None) if text.value.starts_with("${") && text.value.ends_with('}') => {
            expand(text, environment)
        }
        (Some(_), None) => Err(Fault::new(
            format!("`{key}` holds the secret itself, in a file that others may read"),
            format!(
                "write {key}: \"${{NAME}}\" and start the host with NAME=…, or name a file with `{file_key}`"
            ),
        )),
        (None, _) => from_file(at, folder, file_key, "the secret"),
    };
    let checked = read.and_then(|secret| match secret.is_empty() {
        true => Err(Fault::new(
            "the secret is empty",
            "give one, or leave the key out",
        )),
        false => Ok(secret),
    });
    match checked {
        Ok(secret) => Some(secret.into()),
        Err(fault) if fault.is_absent && environment.lacks_secrets() => Some(ABSENT.into()),
        Err(Fault { message, help, .. }) => {
            fields.reader.extend([at.fault(message, Some(help))]);
            None
        }
    }
}

/// Says so where every user of the machine may read a secret: the file, and the folder that it is in.
fn warn_if_exposed(reader: &Reader<'_>, file: &Spanned<String>, folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(&file.value);
    let others_may = |path: &Path, bits: u32| {
        std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & bits != 0)
    };
    let is_reached = path.parent().is_none_or(|parent| others_may(parent, 0o001));
    if is_reached && others_may(&path, 0o004) {
        reader.warn(
            file,
            "every user of this machine may read this file, and a secret is in it",
            "give it to the host's user or its group, and take it from the others with chmod o-rwx",
        );
    }
}

/// Why a file cannot be read, in words that stand by themselves.
pub(crate) fn in_words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::NotADirectory => "a part of its path is no folder".to_owned(),
        ErrorKind::PermissionDenied => "the user of this process may not read it".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        kind => kind.to_string(),
    }
}

/// The content of a file, without the spaces and line ends around it.
fn from_file(file: &Spanned<String>, folder: &Path, key: &str, what: &str) -> Result<String, Fault> {
    let path = folder.join(&file.value);
    let unreadable = |why: &str| {
        Fault::new(
            format!("the file of `{key}` cannot be used: {}: {why}", path.display()),
            format!("name a file that holds {what} and nothing else"),
        )
    };
    let refused = |error: std::io::Error| {
        let fault = unreadable(&in_words(&error));
        match error.kind() {
            // Where there are no secrets, their folder is not there either, or somebody else's.
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied => fault.absent(),
            _ => fault,
        }
    };
    let metadata = std::fs::metadata(&path).map_err(refused)?;
    if !metadata.is_file() || metadata.len() > SECRET_BYTES as u64 {
        return Err(unreadable("it is not a small plain file"));
    }
    let text = std::fs::read_to_string(&path).map_err(refused)?;
    Ok(text.trim().to_owned())
}
