//! Views that are made of text and bytes.

use serde::Serialize;

use crate::{Call, Failure, Image, Surface, View};

impl View {
    /// Data for the `template:` of the panel's YAML: whatever serde can describe. The host renders
    /// the template and escapes every value in it, so nothing has to be escaped here.
    ///
    /// ```
    /// #[derive(serde::Serialize)]
    /// struct Day { date: &'static str, incidents: u32 }
    ///
    /// let view = porthole_sdk::View::document(&Day { date: "2026-01-31", incidents: 3 })?;
    /// # assert_eq!(view, porthole_sdk::View::Document(r#"{"date":"2026-01-31","incidents":3}"#.into()));
    /// # Ok::<(), porthole_sdk::Failure>(())
    /// ```
    ///
    /// # Errors
    /// [`Failure::Other`] for what JSON cannot say: a map whose keys are no texts or numbers.
    pub fn document(data: &impl Serialize) -> Result<Self, Failure> {
        match serde_json::to_string(data) {
            Ok(text) => Ok(Self::Document(text)),
            Err(_) => Err(Failure::Other(
                "the document cannot be written as JSON: keys of maps must be texts or numbers".into(),
            )),
        }
    }

    /// A picture: a whole PNG file, and what it shows in words, for those who cannot see it. The host accepts PNG, JPEG
    /// and WebP, looks at the bytes and encodes them anew; for the others, write [`View::Image`] out.
    pub fn png(bytes: Vec<u8>, alternative: impl Into<String>) -> Self {
        Self::Image(Image {
            media_type: "image/png".into(),
            bytes,
            alternative: alternative.into(),
        })
    }
}

impl Call {
    /// Where the view is shown, or a light surface of this size in CSS pixels where whoever asks did not say.
    pub fn surface_or(&self, width: u32, height: u32) -> Surface {
        self.surface.unwrap_or(Surface {
            width,
            height,
            dark: false,
        })
    }
}

/// Text for [`View::Markup`], so that no character of it is read as HTML; also within quoted attributes. The host keeps
/// only harmless HTML whatever a panel writes, but it cannot know that `a < b` was meant as text.
///
/// ```
/// use porthole_sdk::{View, escaped};
///
/// let name = "R&D <lab>";
/// let view = View::Markup(["<p>", &escaped(name), "</p>"].concat());
/// assert_eq!(view, View::Markup("<p>R&amp;D &lt;lab&gt;</p>".into()));
/// ```
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use super::*;
    use crate::TimeRange;

    #[test]
    fn a_document_that_json_cannot_say_is_a_failure() {
        let map = BTreeMap::from([((1, 2), "x")]);
        assert!(matches!(View::document(&map), Err(Failure::Other(_))));
    }

    #[test]
    fn the_surface_is_the_readers_where_it_is_known() {
        let mut call = Call::new(TimeRange { start: 0, end: 1 });
        assert_eq!(call.surface_or(300, 200).width, 300);
        call.surface = Some(Surface {
            width: 9,
            height: 8,
            dark: true,
        });
        assert!(call.surface_or(300, 200).dark);
    }

    #[test]
    fn nothing_of_a_text_is_read_as_html() {
        assert_eq!(
            escaped(r#"<a href="x">'&"#),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"
        );
    }
}
