//! Golden views: what a panel showed when somebody last looked and was content.

use std::{fs, io, path::Path};

use serde::Serialize;
use serde_json::{Value, json};

use super::text;

/// With this variable set, [`golden`] writes instead of comparing.
pub const UPDATE: &str = "UPDATE_GOLDEN";

/// More differences than this are counted, not listed.
const MOST_DIFFERENCES: usize = 20;

/// Numbers may differ by this share: a sine computed here and one computed in the sandbox differ in the last digit.
const TOLERANCE: f64 = 1e-9;

/// Compares a view (or a `Result` of one) with the golden file at `path`, which counts from the crate's folder. With
/// `UPDATE_GOLDEN=1` the file is written instead; look at what was written before you commit it.
///
/// ```
/// # std::env::set_current_dir(std::env::temp_dir()).unwrap();
/// # let _ = std::fs::remove_file("golden-of-the-documentation.json");
/// # let panel = || Ok::<_, porthole_sdk::Failure>(porthole_sdk::View::Markup("<p>hello</p>".into()));
/// # porthole_sdk::testing::check_golden(&panel(), "golden-of-the-documentation.json".as_ref(), true).unwrap();
/// let view = panel();
/// porthole_sdk::testing::golden(&view, "golden-of-the-documentation.json");
/// # std::fs::remove_file("golden-of-the-documentation.json").unwrap();
/// ```
///
/// # Panics
/// When the view differs: which values, and how. When there is no such file: how to write it.
#[track_caller]
#[allow(clippy::panic, reason = "an assertion of tests")]
pub fn golden(view: &impl Serialize, path: impl AsRef<Path>) {
    let update = std::env::var_os(UPDATE).is_some_and(|value| !value.is_empty() && value != "0");
    if let Err(difference) = check_golden(view, path.as_ref(), update) {
        panic!("{difference}");
    }
}

/// As [`golden`], with the difference as a value. True when the file was written.
///
/// # Errors
/// What differs, in one text; or why the file cannot be read or written.
pub fn check_golden(view: &impl Serialize, path: &Path, update: bool) -> Result<bool, String> {
    let file = path.display();
    let mut now =
        serde_json::to_value(view).map_err(|error| format!("the view cannot be written: {error}"))?;
    let picture = tidy(&mut now);
    let written = match fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(format!("{file} cannot be read: {error}")),
    };
    if update {
        return write(path, written.as_deref(), &now, picture)
            .map_err(|error| format!("{file} cannot be written: {error}"));
    }
    let Some(written) = written else {
        return Err(format!(
            "{file} is not there yet: write it with `{UPDATE}=1 cargo test` or `porthole plugin test --update`, and look \
             at it before you commit it"
        ));
    };
    let golden: Value = serde_json::from_str(&written).map_err(|error| {
        format!(
            "{file}:{}:{}: not a golden view: {error}",
            error.line(),
            error.column()
        )
    })?;
    let mut differences = Vec::new();
    compare("", &golden, &now, &mut differences);
    if differences.is_empty() {
        return Ok(false);
    }
    let count = differences.len();
    let mut said = format!("the view is not as in {file}:\n");
    for difference in differences.iter().take(MOST_DIFFERENCES) {
        said.push_str(&format!("  {difference}\n"));
    }
    if count > MOST_DIFFERENCES {
        said.push_str(&format!("  and {} more\n", count - MOST_DIFFERENCES));
    }
    said.push_str(&format!(
        "If this is as it should be now, write it with `{UPDATE}=1 cargo test` or `porthole plugin test --update`"
    ));
    Err(said)
}

fn write(path: &Path, written: Option<&str>, now: &Value, picture: Option<Picture>) -> io::Result<bool> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if let Some(Picture { bytes, ending }) = picture {
        fs::write(path.with_extension(ending), bytes)?;
    }
    let text = text::of(now);
    if written == Some(&text) {
        return Ok(false);
    }
    fs::write(path, text)?;
    Ok(true)
}

/// A picture in a view, which is written beside the file to be looked at.
struct Picture {
    bytes: Vec<u8>,
    ending: &'static str,
}

/// Makes the form of the file out of what serde makes of a view: `{"chart": …}`, `{"failure": …}`. The bytes of a
/// picture become their number and a hash, a document's text becomes what it says.
fn tidy(view: &mut Value) -> Option<Picture> {
    if let Some(ok) = view.get_mut("Ok") {
        *view = ok.take();
    }
    if let Some(failure) = view.get_mut("Err") {
        *view = json!({ "failure": failure.take() });
        return None;
    }
    let object = view.as_object_mut()?;
    if object.len() != 1 {
        return None;
    }
    let kind = object.keys().next()?.clone();
    let mut content = object.remove(&kind)?;
    let picture = match kind.as_str() {
        "Image" => picture(&mut content),
        "Document" => {
            if let Some(said) = content.as_str().and_then(|text| serde_json::from_str(text).ok()) {
                content = said;
            }
            None
        }
        _ => None,
    };
    object.insert(kind.to_ascii_lowercase(), content);
    picture
}

fn picture(image: &mut Value) -> Option<Picture> {
    let bytes: Vec<u8> = image
        .get("bytes")?
        .as_array()?
        .iter()
        .filter_map(|byte| byte.as_u64().and_then(|byte| u8::try_from(byte).ok()))
        .collect();
    let ending = match image.get("media_type").and_then(Value::as_str) {
        Some("image/png") => "png",
        Some("image/jpeg") => "jpg",
        Some("image/webp") => "webp",
        _ => "bin",
    };
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    *image.get_mut("bytes")? = json!({ "length": bytes.len(), "fnv1a": format!("{hash:016x}") });
    Some(Picture { bytes, ending })
}

fn compare(place: &str, golden: &Value, now: &Value, differences: &mut Vec<String>) {
    match (golden, now) {
        (Value::Object(golden), Value::Object(now)) => {
            let within = |name: &String| match place {
                "" => name.clone(),
                place => format!("{place}.{name}"),
            };
            for (name, value) in golden {
                match now.get(name) {
                    Some(other) => compare(&within(name), value, other, differences),
                    None => differences.push(format!("{}: was {}, is gone", within(name), short(value))),
                }
            }
            for (name, value) in now.iter().filter(|(name, _)| !golden.contains_key(*name)) {
                differences.push(format!("{}: is new: {}", within(name), short(value)));
            }
        }
        (Value::Array(golden), Value::Array(now)) => {
            if golden.len() != now.len() {
                differences.push(format!(
                    "{place}: had {} entries, has {}",
                    golden.len(),
                    now.len()
                ));
            }
            for (index, (value, other)) in golden.iter().zip(now).enumerate() {
                compare(&format!("{place}[{index}]"), value, other, differences);
            }
        }
        (golden, now) if is_same(golden, now) => {}
        (golden, now) => differences.push(format!("{place}: was {}, is {}", short(golden), short(now))),
    }
}

fn is_same(golden: &Value, now: &Value) -> bool {
    match (golden.as_f64(), now.as_f64()) {
        // Whole numbers are instants and counts: exact.
        (Some(_), Some(_)) if golden.is_i64() && now.is_i64() => golden == now,
        (Some(one), Some(other)) => (one - other).abs() <= TOLERANCE * one.abs().max(other.abs()),
        _ => golden == now,
    }
}

fn short(value: &Value) -> String {
    const SHOWN: usize = 80;
    let text = value.to_string();
    if text.chars().count() <= SHOWN {
        return text;
    }
    let cut: String = text.chars().take(SHOWN).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests;
