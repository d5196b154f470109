//! The one pipeline from a tenant's panel to a checked view: cache → sandbox → view → checked answer.
//!
//! Knows the rooms below it (configuration, sandbox, data) and never an HTTP type or the text of a query. Every
//! output — dashboard, report, export, custom endpoint, command line — is a function of what [`Pipeline::render`]
//! returns.

mod answer;
mod check;
mod connected;
mod error;
mod examination;
mod notes;
mod pipeline;
mod place;
mod prepare;
mod present;
mod pruned;
mod recording;
mod refused;
mod rehearsal;
mod request;
mod sheet;
mod snapshot;
mod source;
mod used;
mod warm;

pub use connected::{Held, check_databases};
pub use error::{PluginFault, RenderError};
pub use examination::{Examination, Finding, examine};
pub use pipeline::{Export, ImageAddress, Outdated, Pipeline, PipelineOptions};
pub use porthole_data::is_zone;
pub use porthole_presentation::Picture;
pub use present::acceptable;
pub use recording::{Recorded, Recording, record};
pub use refused::refused_by_reload;
pub use rehearsal::check_config;
pub use request::{Paging, Range, RenderRequest, Rendered, Surface};
pub use sheet::ExportFormat;
pub use snapshot::{Resolve, limits_of};
