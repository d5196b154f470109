//! Types of Porthole's HTTP API (`/api/v1`), shared by the host, which writes them, and the UI, which reads them.
//!
//! No logic and no input or output: a type here is exactly what stands in the JSON; [`read`] reads it in less code than
//! serde, which the UI's weight feels. Instants in series and table columns are milliseconds since the Unix epoch, UTC;
//! instants elsewhere are RFC 3339 texts. A missing value is `null`, never 0.

mod administration;
mod dashboard;
mod identity;
mod panel;
mod plugin;
mod problem;
mod reading;
mod reads;
mod view;

pub use administration::{
    Account, AccountChange, AccountEvent, AccountEvents, Accounts, ApiToken, ApiTokens, AuditLine, AuditPage,
    By, DatabaseState, DormantGrant, Grant, GrantRole, Grants, LinkUse, NewAccount, NewGrant, NewToken,
    OpenSession, OpenSessions, PasswordChange, PasswordLink, TenantDatabase, TenantState, TenantStates,
    TokenMade, TokenScope,
};
pub use dashboard::{
    Dashboard, DashboardSummary, Dashboards, Diagnostic, DrillDown, PanelPlacement, Position,
};
pub use identity::{AuthMethods, Health, LoggedOut, LoginRequest, Me, Role, Session, TenantSummary, Tenants};
pub use panel::{Aggregation, Allowed, CacheOutcome, PanelAnswer, TimeRange, Usage};
pub use plugin::{
    Plugin, PluginFailure, PluginLimit, PluginLog, PluginLogLine, PluginPublished, PluginSource, PluginState,
    PluginTotals, PluginVersion, Plugins,
};
pub use problem::{Problem, code};
pub use reading::{Read, ReadError, read};
pub use view::{
    Axis, Chart, ColumnFormat, Image, Mark, Markup, Metric, Plot, Severity, SortKey, Sparkline, StatusItem,
    StatusStyle, Statuses, Table, TableColumn, Threshold, Trend, View,
};
