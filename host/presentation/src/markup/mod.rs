//! Markup: what is harmless in a piece of HTML, and the CSS for its utility classes.
//!
//! Two passes that know nothing of each other. The first ([`balance`](mod@balance)) reads text and writes a tree of allowed
//! elements, every one closed, none deeper than allowed; it runs in one step over the text, so that nothing after it can
//! be made to work long or to nest deep. The second ([`sanitise`]) parses that as browsers do and keeps what is on the
//! list: it is the promise.

mod balance;
mod elements;
mod sanitise;
pub(crate) mod tag;

use crate::{Refusal, style};

/// What markup may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkupLimits {
    /// Of the HTML as it comes, bytes.
    pub bytes_in: usize,
    /// Of the HTML as it is shown, bytes.
    pub bytes_out: usize,
    /// Elements, those that are dropped not counted.
    pub elements: usize,
    /// How deep elements may be in each other.
    pub depth: usize,
    /// Different classes.
    pub classes: usize,
    /// Of the CSS, bytes.
    pub css_bytes: usize,
    /// Hosts that links may lead to over https, as in `wiki.example.com`. Links into the dashboard are always allowed.
    pub link_hosts: Vec<String>,
}

impl Default for MarkupLimits {
    /// 1 MiB in and out, 20,000 elements 100 deep, 2,000 classes, 256 KiB of CSS, no foreign links.
    fn default() -> Self {
        Self {
            bytes_in: 1 << 20,
            bytes_out: 1 << 20,
            elements: 20_000,
            depth: 100,
            classes: 2000,
            css_bytes: 256 << 10,
            link_hosts: Vec::new(),
        }
    }
}

/// Markup that can be shown, in a shadow root of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Markup {
    /// No scripts, no styles, no forms, no pictures, no foreign addresses but those of allowed links.
    pub html: String,
    /// [`BASE_CSS`](crate::BASE_CSS) and rules for the utility classes in `html`. It loads nothing. `dark:` applies where
    /// the shadow root's host has `data-theme="dark"`.
    pub css: String,
}

/// Keeps of `html` what is harmless, and makes the CSS for its utility classes.
///
/// Kept are structure, text, lists and tables with `class`, `title`, `role`, `aria-*`, `lang`, `dir` and what tables
/// need. Gone are scripts, styles, forms, frames, pictures, SVG, MathML, ids, names and event handlers; of an element that
/// is not known the text stays.
///
/// Links lead to paths of the dashboard itself (`/dashboards/…`, not `/api/…`), and over https to
/// [`MarkupLimits::link_hosts`]: a link to anywhere would be a way out for data, one click long, for code that otherwise
/// has none.
///
/// # Errors
///
/// More bytes, elements, depth, classes or CSS than the limits allow.
///
/// ```
/// use porthole_presentation::{MarkupLimits, markup};
///
/// let shown = markup(r#"<a href="javascript:alert(1)">a</a><a href="/dashboards/b">b</a>"#, &MarkupLimits::default())?;
/// assert_eq!(
///     shown.html,
///     r#"<a rel="noopener noreferrer nofollow">a</a><a href="/dashboards/b" rel="noopener noreferrer nofollow">b</a>"#
/// );
/// # Ok::<(), porthole_presentation::Refusal>(())
/// ```
pub fn markup(html: &str, limits: &MarkupLimits) -> Result<Markup, Refusal> {
    Refusal::unless("the HTML", html.len(), limits.bytes_in, "bytes")?;
    let balanced = balance::balance(html, limits)?;
    let html = sanitise::sanitise(&balanced, &limits.link_hosts);
    Refusal::unless("the HTML as it is shown", html.len(), limits.bytes_out, "bytes")?;
    let css = style::sheet(&html, limits)?;
    Ok(Markup { html, css })
}

#[cfg(test)]
mod tests;
