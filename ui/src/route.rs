//! The pages and their addresses.

use crate::query::decode;

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Page {
    /// `/`: the reader's tenant, or the first.
    Home,
    /// `/login`: logging in.
    Login,
    /// `/t/<tenant>`: a tenant's usual dashboard.
    Tenant {
        /// The tenant's id.
        tenant: String,
    },
    /// `/t/<tenant>/d/<dashboard>`: a dashboard.
    Dashboard {
        /// The tenant's id.
        tenant: String,
        /// The dashboard's name.
        dashboard: String,
    },
    /// `/t/<tenant>/d/<dashboard>/p/<panel>`: one of a dashboard's panels, large.
    Panel {
        /// The tenant's id.
        tenant: String,
        /// The dashboard's name.
        dashboard: String,
        /// The panel's id.
        panel: String,
    },
    /// `/t/<tenant>/r/<panel>`: one panel, to be printed or passed on.
    Report {
        /// The tenant's id.
        tenant: String,
        /// The panel's id.
        panel: String,
    },
    /// `/t/<tenant>/plugins`: a tenant's own plugins.
    Plugins {
        /// The tenant's id.
        tenant: String,
    },
    /// `/t/<tenant>/plugins/<plugin>`: one of them.
    Plugin {
        /// The tenant's id.
        tenant: String,
        /// The plugin's name.
        plugin: String,
    },
    /// `/t/<tenant>/members`: who may do what in a tenant, for its admins.
    Members {
        /// The tenant's id.
        tenant: String,
    },
    /// `/t/<tenant>/audit`: what happened in a tenant, for its admins.
    TenantAudit {
        /// The tenant's id.
        tenant: String,
    },
    /// `/admin`: the host's administration.
    Admin,
    /// `/admin/users`: all accounts.
    Users,
    /// `/admin/users/<user>`: one of them.
    User {
        /// The account's id.
        user: String,
    },
    /// `/admin/tenants`: all tenants.
    Tenants,
    /// `/admin/tenants/<tenant>`: one of them.
    TenantAdmin {
        /// The tenant's id.
        tenant: String,
    },
    /// `/admin/sessions`: who is logged in.
    Sessions,
    /// `/admin/audit`: the audit log.
    Audit,
    /// `/account`: one's own account.
    Account,
    /// `/password`: where a one-time link leads.
    Password,
    /// Anything else.
    NotFound,
}

/// Whether this build has the pages of dashboards, and those of the desk.
const PARTS: (bool, bool) = (cfg!(feature = "board"), cfg!(feature = "desk"));

impl Page {
    /// The tenant whose page it is.
    pub fn tenant(self) -> Option<String> {
        match self {
            Self::Tenant { tenant }
            | Self::Dashboard { tenant, .. }
            | Self::Panel { tenant, .. }
            | Self::Report { tenant, .. }
            | Self::Plugins { tenant }
            | Self::Plugin { tenant, .. }
            | Self::Members { tenant }
            | Self::TenantAudit { tenant } => Some(tenant),
            _ => None,
        }
    }

    /// Whether the page is one of those that are loaded apart from dashboards; `js/start.js` says the same.
    pub fn is_desk(&self) -> bool {
        matches!(
            self,
            Self::Plugins { .. }
                | Self::Plugin { .. }
                | Self::Members { .. }
                | Self::TenantAudit { .. }
                | Self::Admin
                | Self::Users
                | Self::User { .. }
                | Self::Tenants
                | Self::TenantAdmin { .. }
                | Self::Sessions
                | Self::Audit
                | Self::Account
                | Self::Password
        )
    }

    /// Whether the page is for those who are not logged in, too.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Login | Self::Password)
    }

    /// Whether this part of the application can draw the page; else the browser has to load the other part.
    pub fn is_here(&self) -> bool {
        match PARTS {
            (true, true) => true,
            (_, has_desk) => self.is_desk() == has_desk,
        }
    }

    /// The page at a path.
    pub fn at(path: &str) -> Self {
        let segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(decode)
            .collect();
        let name = |at: usize| segments.get(at).cloned().unwrap_or_default();
        let names: Vec<&str> = segments.iter().map(String::as_str).collect();
        match names[..] {
            [] => Self::Home,
            ["login"] => Self::Login,
            ["account"] => Self::Account,
            ["password"] => Self::Password,
            ["admin"] => Self::Admin,
            ["admin", "users"] => Self::Users,
            ["admin", "users", _] => Self::User { user: name(2) },
            ["admin", "tenants"] => Self::Tenants,
            ["admin", "tenants", _] => Self::TenantAdmin { tenant: name(2) },
            ["admin", "sessions"] => Self::Sessions,
            ["admin", "audit"] => Self::Audit,
            ["t", _] => Self::Tenant { tenant: name(1) },
            ["t", _, "plugins"] => Self::Plugins { tenant: name(1) },
            ["t", _, "members"] => Self::Members { tenant: name(1) },
            ["t", _, "audit"] => Self::TenantAudit { tenant: name(1) },
            ["t", _, "plugins", _] => Self::Plugin {
                tenant: name(1),
                plugin: name(3),
            },
            ["t", _, "r", _] => Self::Report {
                tenant: name(1),
                panel: name(3),
            },
            ["t", _, "d", _] => Self::Dashboard {
                tenant: name(1),
                dashboard: name(3),
            },
            ["t", _, "d", _, "p", _] => Self::Panel {
                tenant: name(1),
                dashboard: name(3),
                panel: name(5),
            },
            _ => Self::NotFound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_their_pages() {
        assert_eq!(Page::at("/"), Page::Home);
        assert_eq!(Page::at("/login"), Page::Login);
        assert_eq!(
            Page::at("/t/a%20b"),
            Page::Tenant {
                tenant: "a b".to_owned()
            }
        );
        let dashboard = Page::Dashboard {
            tenant: "alpha".to_owned(),
            dashboard: "default".to_owned(),
        };
        assert_eq!(Page::at("/t/alpha/d/default"), dashboard);
        assert_eq!(Page::at("/t/alpha/d/default/"), dashboard);
        assert_eq!(
            Page::at("/t/alpha/d/default/p/cpu%20use"),
            Page::Panel {
                tenant: "alpha".to_owned(),
                dashboard: "default".to_owned(),
                panel: "cpu use".to_owned()
            }
        );
        assert_eq!(
            Page::at("/t/alpha/r/cpu"),
            Page::Report {
                tenant: "alpha".to_owned(),
                panel: "cpu".to_owned()
            }
        );
        assert_eq!(Page::at("/t/alpha/x/default"), Page::NotFound);
        assert_eq!(
            Page::at("/t/alpha/plugins"),
            Page::Plugins {
                tenant: "alpha".to_owned()
            }
        );
        assert_eq!(
            Page::at("/t/alpha/plugins/fleet%20map"),
            Page::Plugin {
                tenant: "alpha".to_owned(),
                plugin: "fleet map".to_owned()
            }
        );
    }

    #[test]
    fn the_page_starts_the_part_that_the_address_belongs_to() {
        // The same rule, in the other language.
        let rule = r"/^\/(t\/[^/]+\/(plugins|members|audit)|admin|account|password)(\/|$)/";
        assert!(include_str!("../js/start.js").contains(rule));
        for (address, is_desk) in [
            ("/t/alpha/plugins", true),
            ("/t/alpha/plugins/map", true),
            ("/t/alpha/d/plugins", false),
            ("/t/alpha/members", true),
            ("/t/alpha/audit", true),
            ("/admin", true),
            ("/admin/users", true),
            ("/admin/users/019a1b2c", true),
            ("/admin/tenants/alpha", true),
            ("/admin/sessions", true),
            ("/admin/audit", true),
            ("/account", true),
            ("/password", true),
            ("/t/alpha", false),
            ("/login", false),
        ] {
            assert_eq!(Page::at(address).is_desk(), is_desk, "{address}");
        }
    }
}
