//! The pages and their addresses.

use sycamore_router::Route;

use crate::query::decode;

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Route)]
pub(crate) enum Page {
    /// The reader's tenant, or the first.
    #[to("/")]
    Home,
    /// Logging in.
    #[to("/login")]
    Login,
    /// A tenant's usual dashboard.
    #[to("/t/<tenant>")]
    Tenant {
        /// The tenant's id.
        tenant: String,
    },
    /// A dashboard.
    #[to("/t/<tenant>/d/<dashboard>")]
    Dashboard {
        /// The tenant's id.
        tenant: String,
        /// The dashboard's name.
        dashboard: String,
    },
    /// One of a dashboard's panels, large.
    #[to("/t/<tenant>/d/<dashboard>/p/<panel>")]
    Panel {
        /// The tenant's id.
        tenant: String,
        /// The dashboard's name.
        dashboard: String,
        /// The panel's id.
        panel: String,
    },
    /// One panel, to be printed or passed on.
    #[to("/t/<tenant>/r/<panel>")]
    Report {
        /// The tenant's id.
        tenant: String,
        /// The panel's id.
        panel: String,
    },
    /// A tenant's own plugins.
    #[to("/t/<tenant>/plugins")]
    Plugins {
        /// The tenant's id.
        tenant: String,
    },
    /// One of them.
    #[to("/t/<tenant>/plugins/<plugin>")]
    Plugin {
        /// The tenant's id.
        tenant: String,
        /// The plugin's name.
        plugin: String,
    },
    /// Who may do what in a tenant, for its admins.
    #[to("/t/<tenant>/members")]
    Members {
        /// The tenant's id.
        tenant: String,
    },
    /// What happened in a tenant, for its admins.
    #[to("/t/<tenant>/audit")]
    TenantAudit {
        /// The tenant's id.
        tenant: String,
    },
    /// The host's administration.
    #[to("/admin")]
    Admin,
    /// All accounts.
    #[to("/admin/users")]
    Users,
    /// One of them.
    #[to("/admin/users/<user>")]
    User {
        /// The account's id.
        user: String,
    },
    /// All tenants.
    #[to("/admin/tenants")]
    Tenants,
    /// One of them.
    #[to("/admin/tenants/<tenant>")]
    TenantAdmin {
        /// The tenant's id.
        tenant: String,
    },
    /// The audit log.
    #[to("/admin/audit")]
    Audit,
    /// One's own account.
    #[to("/account")]
    Account,
    /// Where a one-time link leads.
    #[to("/password")]
    Password,
    /// Anything else.
    #[not_found]
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
        match Self::default().match_path(path) {
            Self::Tenant { tenant } => Self::Tenant {
                tenant: decode(&tenant),
            },
            Self::Dashboard { tenant, dashboard } => Self::Dashboard {
                tenant: decode(&tenant),
                dashboard: decode(&dashboard),
            },
            Self::Panel {
                tenant,
                dashboard,
                panel,
            } => Self::Panel {
                tenant: decode(&tenant),
                dashboard: decode(&dashboard),
                panel: decode(&panel),
            },
            Self::Report { tenant, panel } => Self::Report {
                tenant: decode(&tenant),
                panel: decode(&panel),
            },
            Self::Plugins { tenant } => Self::Plugins {
                tenant: decode(&tenant),
            },
            Self::Plugin { tenant, plugin } => Self::Plugin {
                tenant: decode(&tenant),
                plugin: decode(&plugin),
            },
            Self::Members { tenant } => Self::Members {
                tenant: decode(&tenant),
            },
            Self::TenantAudit { tenant } => Self::TenantAudit {
                tenant: decode(&tenant),
            },
            Self::User { user } => Self::User { user: decode(&user) },
            Self::TenantAdmin { tenant } => Self::TenantAdmin {
                tenant: decode(&tenant),
            },
            other => other,
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
