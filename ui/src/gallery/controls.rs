//! Buttons, fields, marks and menus; and pages that only say something.

use crate::prelude::*;
use porthole_model::{Problem, Severity};

use super::TENANT;
use crate::{
    api::Failure,
    color::{self, Theme},
    frame::{Menu, menu},
    icon, pages,
    stores::Preferences,
};

pub(super) fn controls() -> View {
    let text = create_signal("now-36h".to_owned());
    let open = menu(
        Menu {
            button: "button",
            list: "",
            label: "Open a menu".to_owned(),
            id: "gallery-menu",
        },
        view! { span { "A menu" } (icon::CHEVRON) },
        |open| {
            view! {
                div(class="menu-head") { "Export" }
                button(r#type="button", class="menu-item", role="menuitem", on:click=handler(move |_| open.set(false))) { (icon::DOWNLOAD) span { "CSV" } }
                button(r#type="button", class="menu-item", role="menuitemradio", aria-checked="true", on:click=handler(move |_| open.set(false))) { "Chosen" }
                button(r#type="button", class="menu-item", role="menuitemradio", aria-checked="false", on:click=handler(move |_| open.set(false))) { "Not chosen" }
            }
        },
    );
    let severities: Vec<View> = [
        (Severity::Good, "Good"),
        (Severity::Warning, "Warning"),
        (Severity::Critical, "Critical"),
        (Severity::Unknown, "Unknown"),
    ]
    .into_iter()
    .map(|(severity, name)| {
        let mark = icon::severity(severity, "currentColor".to_owned());
        view! { span(class="flex items-center gap-2") { (mark) (name) } }
    })
    .collect();
    let preferences = use_context::<Preferences>();
    let palette = crate::live::live_all(move || {
        let theme = preferences.theme();
        (0..12).map(|index| swatch(index, theme)).collect()
    });
    let rows = [
        (
            "Buttons",
            view! {
                button(r#type="button", class="button primary") { "Primary" }
                button(r#type="button", class="button") { "Plain" }
                button(r#type="button", class="button", disabled=true) { "Disabled" }
                button(r#type="button", class="button primary", disabled=true) { "Logging in…" }
                button(r#type="button", class="icon-button", aria-label="Refresh") { (icon::REFRESH) }
                button(r#type="button", class="link") { "A link" }
                button(r#type="button", class="switch", role="switch", aria-checked="true") { i() span { "On" } }
                button(r#type="button", class="switch", role="switch", aria-checked="false") { i() span { "Off" } }
                (open)
            },
        ),
        (
            "Fields",
            view! {
                div {
                    label(class="label", r#for="gallery-field") { "A field" }
                    div(class="field") { input(id="gallery-field", r#type="text", bind:value=text) }
                }
                div {
                    label(class="label", r#for="gallery-wrong") { "With a fault" }
                    div(class="field wrong") { input(id="gallery-wrong", r#type="text", value="yesterdy", aria-invalid="true") }
                    div(class="fault", role="alert") { "This is no moment: write now-6h, or 2026-11-20 14:30." }
                }
            },
        ),
        (
            "Marks",
            view! {
                span(class="badge") { "plain" }
                span(class="badge good") { "active" }
                span(class="badge warn") { "stale, 14 min old" }
                span(class="badge bad") { "2 down" }
                span(class="badge busy") { "compiling" }
                (severities)
            },
        ),
        (
            "Notices",
            view! {
                div(class="notice") { "Email or password is wrong." }
                div(class="notice warn") { "The signature is not checked: the tenant has no keys." }
                div(class="notice well") { b { "Published." } " Panels show it now." }
                div(class="notice calm") { "Nothing has been published yet." }
            },
        ),
        ("Colours of series", palette),
    ];
    let rows: Vec<View> = rows
        .into_iter()
        .map(|(name, content)| view! { div(class="gallery-row") { h3 { (name) } div { (content) } } })
        .collect();
    rows.into()
}

fn swatch(index: usize, theme: Theme) -> View {
    let paint = format!("background: {}", color::of_series(index, theme));
    let name = (index + 1).to_string();
    view! { span(class="flex items-center gap-2") { i(class="swatch", prop:style=paint) (name) } }
}

pub(super) fn pages() -> View {
    let session = use_context();
    let missing = Failure::Problem {
        problem: Box::new(Problem {
            kind: "about:blank".to_owned(),
            title: "Not Found".to_owned(),
            status: 404,
            code: porthole_model::code::NOT_FOUND.to_owned(),
            detail: "There is no such tenant.".to_owned(),
            request_id: "01JD9X5T3M".to_owned(),
            parameter: None,
            plugin: None,
            limit: None,
            retry_at: None,
            diagnostics: Vec::new(),
        }),
        retry_after: None,
    };
    let all = [
        pages::login(),
        pages::lost(&missing, "someone-elses", View::new()),
        pages::lost(&missing, TENANT, View::new()),
        pages::unreachable(session),
        pages::notice(
            "There is no such panel",
            "“System health” has no panel named “cpu”.",
            Some(view! { a(class="button primary", href="/t/gallery") { "To the dashboard" } }),
        ),
    ];
    let all: Vec<View> = all
        .into_iter()
        .map(|page| view! { div(class="gallery-page") { (page) } })
        .collect();
    view! { div(class="gallery-pages") { (all) } }
}
