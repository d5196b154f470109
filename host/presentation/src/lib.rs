//! Presentation: what a guest returned as image, markup or document becomes something that can be shown.
//!
//! Three pure functions, none of which believes the guest:
//!
//! - [`picture`] decodes a PNG, JPEG or WebP and writes its pixels anew, so that nothing but pixels survives.
//! - [`markup`] keeps of a piece of HTML what is harmless, and makes the CSS rules for the utility classes in it.
//! - [`document`] renders a guest's JSON through the template of the panel's YAML, and then does what [`markup`] does.
//!   [`check_template`] tells before, when configuration is read, what is wrong with a template.
//!
//! Nothing here reads, waits or remembers, but decoding a large picture takes hundreds of milliseconds: call
//! [`picture`] where blocking is allowed. What is refused is refused with a sentence for the plugin's author
//! ([`Refusal`]) or for the template's ([`TemplateFault`]). This room knows no HTTP, no SQL, no wasm, no YAML.
//!
//! ```
//! use porthole_presentation::{DocumentLimits, MarkupLimits, document, markup};
//!
//! let shown = markup(r#"<p class="p-4" onclick="x()">Up</p><script>x()</script>"#, &MarkupLimits::default())?;
//! assert_eq!(shown.html, r#"<p class="p-4">Up</p>"#);
//! assert!(shown.css.contains("padding: 1rem"));
//!
//! let shown = document("<b>{{ name }}</b>", r#"{"name": "a < b"}"#, &DocumentLimits::default())?;
//! assert_eq!(shown.html, "<b>a &lt; b</b>");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod document;
mod markup;
mod picture;
mod refusal;
#[cfg(test)]
mod stopwatch;
mod style;

pub use document::{DocumentError, DocumentLimits, TemplateFault, check_template, document};
pub use markup::{Markup, MarkupLimits, markup};
pub use picture::{Picture, PictureLimits, picture};
pub use refusal::Refusal;
pub use style::BASE_CSS;
