//! Which tenant is looked at.

use crate::prelude::*;

use super::{
    Menu,
    menu::{menu, search},
};
use crate::{
    api, browser, icon,
    query::segment,
    stores::{Location, Session},
};

/// The selector; `current` is the id of the tenant in the address.
pub(crate) fn tenant_menu(current: Option<String>) -> View {
    let session = use_context::<Session>();
    let location = use_context::<Location>();
    let tenants = session.me().map(|me| me.tenants.clone()).unwrap_or_default();
    let name = tenants
        .iter()
        .find(|tenant| Some(&tenant.id) == current.as_ref())
        .map(|tenant| tenant.name.clone())
        .or_else(|| current.clone())
        .unwrap_or_else(|| "Choose a tenant".to_owned());
    let initial = initial(&name);
    let face = view! {
        span(class="tenant-mark", aria-hidden="true") { (initial) }
        b { (name) }
        (icon::CHEVRON)
    };
    let options = Menu {
        button: "pill",
        list: "",
        label: "Tenant".to_owned(),
        id: "tenant-menu",
    };
    menu(options, face, move |open| {
        let items: Vec<View> = tenants
            .iter()
            .map(|tenant| {
                let is_current = (Some(&tenant.id) == current.as_ref()).to_string();
                let (id, name) = (tenant.id.clone(), tenant.name.clone());
                let mark = self::initial(&name);
                let choose = move |_| {
                    open.set(false);
                    // So that the next visit starts here; this page names its tenant by itself.
                    let path = format!("/tenants/{}/select", segment(&id));
                    browser::spawn_local(async move {
                        let _ = api::tell("POST", &path, None).await;
                    });
                    location.go(&location.of_tenant(&id));
                };
                view! {
                    button(r#type="button", class="menu-item", role="menuitem", aria-current=is_current, on:click=handler(choose)) {
                        span(class="tenant-mark", aria-hidden="true") { (mark) }
                        span { (name) }
                    }
                }
            })
            .collect();
        let search = search(items.len(), "Tenant ", open);
        view! { div(class="menu-head") { "Tenants" } (search) (items) }
    })
}

/// The style makes it upper case.
fn initial(name: &str) -> String {
    name.chars().take(1).collect()
}
