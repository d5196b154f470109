//! Where a panel's view will be shown, told to the panels that draw for it.

use crate::query::Query;

/// Pixels. Sizes are told in these steps, so that readers with nearly the same screen share an answer, and a window
/// that is dragged larger does not ask for every pixel on its way.
const STEP: u32 = 16;
/// Pixels; larger is told as this.
const LARGEST: u32 = 4_096;

/// Panel types that come with the host and never draw a picture themselves.
const NEVER_DRAW: [&str; 5] = ["timeseries", "kpi", "health_status", "table", "custom_template"];

/// The place of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surface {
    /// CSS pixels, in whole steps.
    pub width: u32,
    /// CSS pixels, in whole steps.
    pub height: u32,
    /// Whether the page is dark.
    pub is_dark: bool,
}

impl Surface {
    /// For a body of this many CSS pixels; none for one that is too small to draw on, or not laid out.
    pub fn new(width: f64, height: f64, is_dark: bool) -> Option<Self> {
        let stepped = |length: f64| {
            let whole = (length.clamp(0.0, f64::from(LARGEST)) as u32) / STEP * STEP;
            (whole > 0).then_some(whole)
        };
        Some(Self {
            width: stepped(width)?,
            height: stepped(height)?,
            is_dark,
        })
    }

    /// Adds the parameters that `/panels/{id}/data` takes.
    pub fn write(self, query: &mut Query) {
        query
            .push("width", self.width.to_string())
            .push("height", self.height.to_string())
            .push("theme", if self.is_dark { "dark" } else { "light" });
    }
}

/// Whether panels of this type may draw, and so want to know their surface.
pub fn draws(type_name: &str) -> bool {
    !NEVER_DRAW.contains(&type_name)
}

/// Whether views of panels of this type may have times written in them; all others are written by the page.
pub fn writes_times(type_name: &str) -> bool {
    draws(type_name) || type_name == "custom_template"
}

/// Whether a picture's address is one that the host gives: a panel's picture, on this origin and nowhere else.
pub fn is_picture_address(url: &str) -> bool {
    url.strip_prefix("/api/v1/panels/").is_some_and(|rest| {
        let path = rest.split(['?', '#']).next().unwrap_or("");
        let Some(panel) = path.strip_suffix("/image") else {
            return false;
        };
        !panel.is_empty() && !panel.contains(['/', '\\', '%']) && !panel.contains("..")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_few_pixels_more_are_the_same_surface() {
        let one = Surface::new(400.0, 240.0, true).unwrap();
        assert_eq!(Surface::new(415.9, 255.0, true), Some(one));
        assert_ne!(Surface::new(416.0, 240.0, true), Some(one));
        assert_ne!(Surface::new(400.0, 240.0, false), Some(one));
    }

    #[test]
    fn a_surface_never_exceeds_its_panel_nor_reason() {
        let small = Surface::new(399.4, 241.7, false).unwrap();
        assert_eq!((small.width, small.height), (384, 240));
        assert_eq!(Surface::new(f64::INFINITY, 1e9, true).unwrap().width, LARGEST);
    }

    #[test]
    fn nothing_is_told_of_a_panel_without_a_size() {
        for length in [0.0, 15.0, -1.0, f64::NAN] {
            assert_eq!(Surface::new(length, 100.0, true), None, "{length}");
            assert_eq!(Surface::new(100.0, length, true), None, "{length}");
        }
    }

    #[test]
    fn is_written_for_the_host() {
        let mut query = Query::default();
        Surface::new(640.0, 320.0, false).unwrap().write(&mut query);
        assert_eq!(query.to_text(), "?width=640&height=320&theme=light");
    }

    #[test]
    fn only_types_that_may_draw_are_told() {
        assert!(draws("custom_image") && draws("fleet-map"));
        assert!(!draws("timeseries") && !draws("custom_template"));
        assert!(writes_times("custom_template") && writes_times("fleet-map") && !writes_times("table"));
    }

    #[test]
    fn pictures_come_from_the_hosts_own_address_only() {
        assert!(is_picture_address(
            "/api/v1/panels/topology/image?tenant=a&width=640"
        ));
        for url in [
            "https://elsewhere.example/api/v1/panels/a/image",
            "//elsewhere.example/api/v1/panels/a/image",
            "/api/v1/panels/../auth/logout",
            "/api/v1/panels/../../x/image",
            "/api/v1/panels/%2e%2e/x/image",
            "/api/v1/panels//image",
            "/api/v1/panels/a/data",
            "/api/v1/panels/a?x=/image",
            "data:image/svg+xml,<svg/>",
            "",
        ] {
            assert!(!is_picture_address(url), "{url}");
        }
    }
}
