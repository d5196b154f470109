//! Settings, and tenant YAML turned into typed, checked values.
//!
//! [`Settings::load`] reads `porthole.yaml` and the `PORTHOLE_*` variables; [`Config::load`] reads
//! `tenants/<tenant>/{tenant.yaml,dashboards/,panels/}`, and looks for plugins in `plugins/`. Every fault of every file is reported at once, each with file,
//! line and column and a hint at what to do; what is sound is loaded all the same, so that one bad panel does not take
//! its dashboard down and one bad tenant does not take its neighbours down.
//!
//! This room knows no databases, no WebAssembly and no HTTP: a table name, a `where:` fragment or a `display:` block is
//! carried with its place in the file, for those who understand it.
//!
//! Who writes what: `porthole.yaml` and `tenant.yaml` are written by whoever runs the host, and may refer to secrets.
//! Dashboards and panels may be written by the tenant: nothing in them can name a file outside the tenant's folder, a
//! variable or a secret, and their size, depth and number are bounded.

mod config;
mod dashboard;
mod dashboard_file;
mod database_url;
mod environment;
mod folder;
mod fragment;
mod kept;
mod layout;
mod limits;
mod names;
mod panel;
mod panel_file;
mod plugins;
mod plugins_file;
mod plugins_folder;
mod provider;
mod provider_file;
mod quantity;
pub mod schema;
mod secret;
mod settings;
mod settings_file;
mod settings_variables;
mod source;
mod source_file;
mod spanned;
mod stamp;
mod store;
mod suggestion;
mod tenant;
mod tenant_file;
mod tenant_folder;
pub mod walk;
mod yaml;
mod zone;

pub use config::{Config, text_of};
pub use dashboard::{Dashboard, GridWish, Placement};
pub use environment::Environment;
pub use limits::Limits;
pub use names::{is_id, relative_range};
pub use panel::{AggregateFunction, AggregationConfig, FaultyPanel, GapFill, Panel, PanelEntry, Rung};
pub use plugins::{Lock, Pin, PluginFile, TenantPlugins};
pub use porthole_model::{Diagnostic, DrillDown, Position};
pub use provider::{GroupTenant, Provider};
pub use schema::{PanelRole, PanelSource, PanelType};
pub use settings::{Auth, CookieSecure, Log, LogFormat, ReadSettings, Session, Settings, Traces};
pub use source::{ColumnConfig, SourceConfig};
pub use spanned::Spanned;
pub use store::{ConfigStore, Watch};
pub use tenant::Tenant;
