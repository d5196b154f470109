//! CSS for the utility classes of a piece of cleaned HTML, meant for a shadow root around it.
//!
//! Three parts: [`class`] says what may be a class at all, so that nothing in one can end a rule or load anything;
//! `encre-css` makes rules of those that are utility classes; [`rule`] reads the rules and drops each that holds
//! something not on its list.

mod base;
mod class;
mod rule;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use encre_css::config::DarkMode;
use encre_css::scanner::Scanner;
use encre_css::{Config, Preflight};

use crate::markup::tag;
use crate::{MarkupLimits, Refusal};

pub use base::BASE_CSS;
pub(crate) use class::is_class;

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let mut config = Config::default();
    config.preflight = Preflight::None;
    config.theme.dark_mode = DarkMode::new_class(":host([data-theme=dark])");
    // A class comes as a class; there is no text to look for it in.
    config.scanner = Scanner::from_fn(|class| BTreeSet::from([class]));
    config
});

/// The CSS for `html`: the base, and rules for the classes that are in it.
///
/// # Errors
///
/// More classes or CSS than the limits allow.
pub(crate) fn sheet(html: &str, limits: &MarkupLimits) -> Result<String, Refusal> {
    let classes = classes(html, limits.classes)?;
    if classes.is_empty() {
        return Ok(BASE_CSS.to_owned());
    }
    // Rules come in an order of their own, so that a later one of equal weight wins as authors expect.
    let written = catch_unwind(AssertUnwindSafe(|| encre_css::generate(classes, &CONFIG)))
        .map_err(|_| Refusal::Unfit("no CSS can be made of the HTML's classes".to_owned()))?;
    let rules = rule::harmless(&written);
    let mut sheet = BASE_CSS.to_owned();
    base::defaults(&rules, &mut sheet);
    sheet.push_str(&rules);
    Refusal::unless(
        "the CSS for the HTML's classes",
        sheet.len(),
        limits.css_bytes,
        "bytes",
    )?;
    Ok(sheet)
}

/// The classes in cleaned HTML.
fn classes(html: &str, limit: usize) -> Result<BTreeSet<&str>, Refusal> {
    let mut found = BTreeSet::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let Some((tag, behind)) = tag::read(&rest[at..]) else {
            break;
        };
        rest = behind;
        for (name, value) in tag.attributes {
            if name == "class" {
                found.extend(value.split_ascii_whitespace().filter(|class| is_class(class)));
            }
        }
        Refusal::unless("the HTML", found.len(), limit, "different classes")?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
