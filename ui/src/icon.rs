//! The icons, drawn here. Those that are always the same are constants, so that what shows them need not follow a call.

use porthole_model::Severity;

use crate::prelude::*;

/// An icon in the colour of the text.
#[derive(Clone, Copy)]
pub(crate) enum Icon {
    /// Lines on a 16-unit square.
    Lines(&'static str),
    Dots,
    Chevron,
    Mark,
}

/// Opens a panel's menu.
pub(crate) const MORE: Icon = Icon::Dots;
/// Opens a menu.
pub(crate) const CHEVRON: Icon = Icon::Chevron;
/// The product's mark.
pub(crate) const MARK: Icon = Icon::Mark;
pub(crate) const CLOCK: Icon =
    Icon::Lines("M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 1 0 0-12.5M8 4.5V8l2.4 1.4");
pub(crate) const REFRESH: Icon = Icon::Lines("M13.5 8a5.5 5.5 0 1 1-1.7-4M13.6 1.8v2.6H11");
pub(crate) const ZOOM_OUT: Icon = Icon::Lines("M7 2a5 5 0 1 0 0 10a5 5 0 1 0 0-10M10.7 10.7 14 14M5 7h4");
pub(crate) const SEARCH: Icon = Icon::Lines("M7 2a5 5 0 1 0 0 10a5 5 0 1 0 0-10M10.7 10.7 14 14");
pub(crate) const KEYBOARD: Icon =
    Icon::Lines("M1.5 4h13v8h-13zM4 6.6h.1M6.7 6.6h.1M9.3 6.6h.1M12 6.6h.1M5 9.4h6");
pub(crate) const INFO: Icon =
    Icon::Lines("M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 1 0 0-12.5M8 7.4v3.6M8 5v.1");
pub(crate) const ALERT: Icon = Icon::Lines("M8 1.8l6.6 12H1.4zM8 6v3.6M8 11.6v.2");
pub(crate) const CALENDAR: Icon = Icon::Lines(
    "M2.5 4a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v8.5a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1zM2.5 6.5h11M5.5 1.5V4M10.5 1.5V4",
);
pub(crate) const CHECK: Icon = Icon::Lines("M3.5 8.5 6.5 11.5 12.5 4.5");
pub(crate) const TABLE: Icon = Icon::Lines("M2 3.5h12v9H2zM2 6.5h12M6.5 6.5v6");
pub(crate) const CHART: Icon = Icon::Lines("M2 2v12h12M4.5 10.5l3-4 2.5 2 3.5-5");
pub(crate) const FILTER: Icon = Icon::Lines("M2 3.5h12L9.5 9v4.5l-3-1.5V9z");
pub(crate) const PLUGIN: Icon = Icon::Lines("M5.5 1.5v3M10.5 1.5v3M3.5 4.5h9v3a4.5 4.5 0 0 1-9 0zM8 12v2.5");
pub(crate) const UPLOAD: Icon = Icon::Lines("M8 10.5v-8M5 5.5l3-3 3 3M2.5 10.5v3h11v-3");
pub(crate) const DOWNLOAD: Icon = Icon::Lines("M8 2v8M5 7l3 3 3-3M2.5 10.5v3h11v-3");
pub(crate) const ENLARGE: Icon = Icon::Lines("M9.5 2H14v4.5M14 2 9 7M6.5 14H2V9.5M2 14l5-5");
pub(crate) const REPORT: Icon = Icon::Lines("M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3M6 8h4M6 11h4");
pub(crate) const BACK: Icon = Icon::Lines("M7 3 2.5 8 7 13M2.5 8h11");
pub(crate) const PERSON: Icon =
    Icon::Lines("M8 2a3 3 0 1 0 0 6a3 3 0 1 0 0-6M2.5 14c.6-2.6 2.7-4 5.5-4s4.9 1.4 5.5 4");
pub(crate) const PEOPLE: Icon = Icon::Lines(
    "M6 3a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5M1.5 13.5c.4-2.2 2.1-3.5 4.5-3.5s4.1 1.3 4.5 3.5M10.5 3.2a2.4 2.4 0 0 1 0 4.6M12 10.3c1.4.5 2.2 1.6 2.5 3.2",
);
pub(crate) const KEY: Icon =
    Icon::Lines("M5 7.5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M7.1 8.4 13.5 2M11 4.5l2 2M9 6.5l1.5 1.5");
pub(crate) const LEAVE: Icon = Icon::Lines("M6 2H3v12h3M10.5 11l3-3-3-3M13.5 8H6.5");
pub(crate) const LINK: Icon = Icon::Lines(
    "M6.5 9.5l3-3M7.5 4.5l1.6-1.6a2.8 2.8 0 0 1 4 4L11.5 8.5M8.5 11.5l-1.6 1.6a2.8 2.8 0 0 1-4-4L4.5 7.5",
);

impl From<Icon> for View {
    fn from(icon: Icon) -> Self {
        match icon {
            Icon::Lines(d) => view! {
                svg("viewBox"="0 0 16 16", "fill"="none", "stroke"="currentColor", "stroke-width"="1.5", "stroke-linecap"="round", "stroke-linejoin"="round", "aria-hidden"="true") {
                    path("d"=d)
                }
            },
            Icon::Dots => view! {
                svg("viewBox"="0 0 16 16", "fill"="currentColor", "aria-hidden"="true") {
                    circle("cx"="8", "cy"="3.2", "r"="1.3")
                    circle("cx"="8", "cy"="8", "r"="1.3")
                    circle("cx"="8", "cy"="12.8", "r"="1.3")
                }
            },
            Icon::Chevron => view! {
                svg("class"="chevron", "viewBox"="0 0 10 10", "fill"="none", "stroke"="currentColor", "stroke-width"="1.6", "stroke-linecap"="round", "stroke-linejoin"="round", "aria-hidden"="true") {
                    path("d"="M2 3.5 5 6.5 8 3.5")
                }
            },
            Icon::Mark => view! {
                svg("class"="mark", "viewBox"="0 0 24 24", "fill"="none", "aria-hidden"="true") {
                    circle("cx"="12", "cy"="12", "r"="10", "stroke"="currentColor", "stroke-width"="2.4")
                    circle("cx"="12", "cy"="12", "r"="5.6", "fill"="currentColor", "opacity"=".25")
                    path("d"="M6.7 13.2c1.8-1.7 3.5-1.7 5.3 0s3.5 1.7 5.3 0", "stroke"="currentColor", "stroke-width"="1.8", "stroke-linecap"="round")
                }
            },
        }
    }
}

/// Up or down, for sorted columns.
pub(crate) fn arrow(descending: bool) -> View {
    let d = if descending {
        "M5 1.5v7M2 5.7l3 3 3-3"
    } else {
        "M5 8.5v-7M2 4.3l3-3 3 3"
    };
    view! {
        svg("viewBox"="0 0 10 10", "fill"="none", "stroke"="currentColor", "stroke-width"="1.5", "stroke-linecap"="round", "stroke-linejoin"="round", "aria-hidden"="true") {
            path("d"=d)
        }
    }
}

/// One shape for each severity, so that colour is never alone.
pub(crate) fn severity(severity: Severity, color: String) -> View {
    let (behind, line) = match severity {
        Severity::Good => ("M8 1a7 7 0 1 0 0 14a7 7 0 1 0 0-14", "M4.8 8.2l2.2 2.2 4.2-4.6"),
        Severity::Warning => ("M8 1.8l6.6 12H1.4z", "M8 6v3.6M8 11.6v.2"),
        Severity::Critical => (
            "M4.5 1.5h7a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3h-7a3 3 0 0 1-3-3v-7a3 3 0 0 1 3-3",
            "M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6",
        ),
        Severity::Unknown => (
            "M8 1a7 7 0 1 0 0 14a7 7 0 1 0 0-14",
            "M6.2 6.2a1.9 1.9 0 1 1 2.6 1.8c-.6.3-.8.6-.8 1.2M8 11.5v.1",
        ),
    };
    let stroke = color.clone();
    view! {
        svg("viewBox"="0 0 16 16", "fill"="none", "aria-hidden"="true") {
            path("d"=behind, "fill"=color, "opacity"=".2")
            path("d"=line, "stroke"=stroke, "stroke-width"="1.8", "stroke-linecap"="round", "stroke-linejoin"="round")
        }
    }
}
