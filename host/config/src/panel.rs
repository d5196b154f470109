//! One panel: what it shows, of which data, how.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use porthole_model::{Diagnostic, DrillDown};
use serde_json::Value;

use crate::{SourceConfig, Spanned};

/// A panel, or what is known of one whose file has faults.
#[derive(Debug, Clone)]
pub enum PanelEntry {
    /// Sound, as far as this room can tell.
    Ok(Arc<Panel>),
    /// Asking for it answers with its faults.
    Faulty(Arc<FaultyPanel>),
}

impl PanelEntry {
    /// The panel, if it is sound.
    pub fn panel(&self) -> Option<&Arc<Panel>> {
        match self {
            PanelEntry::Ok(panel) => Some(panel),
            PanelEntry::Faulty(_) => None,
        }
    }

    /// What could be read of the panel: all of a sound one, of a faulty one what is not faulty, if that is a panel. To find
    /// what else is wrong with it, and not to be shown.
    pub fn read(&self) -> Option<&Arc<Panel>> {
        match self {
            PanelEntry::Ok(panel) => Some(panel),
            PanelEntry::Faulty(faulty) => faulty.read.as_ref(),
        }
    }

    /// Its file, relative to the configuration folder.
    pub fn file(&self) -> &str {
        match self {
            PanelEntry::Ok(panel) => &panel.file,
            PanelEntry::Faulty(faulty) => &faulty.file,
        }
    }

    /// The faults; empty for a sound panel.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            PanelEntry::Ok(_) => &[],
            PanelEntry::Faulty(faulty) => &faulty.diagnostics,
        }
    }
}

/// What could be read of a panel whose file has faults.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultyPanel {
    /// Unique in the tenant.
    pub id: String,
    /// The heading, if it could be read.
    pub title: Option<String>,
    /// The type, if it could be read.
    pub type_name: Option<String>,
    /// Relative to the configuration folder.
    pub file: String,
    /// At least one.
    pub diagnostics: Vec<Diagnostic>,
    /// What is not faulty, where that is a panel of some type; see [`PanelEntry::read`].
    pub(crate) read: Option<Arc<Panel>>,
}

/// A panel whose file is sound. Whether its type exists, and takes this `display:`, is for the panel type to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Unique in the tenant: the dashboard's `id:`, or the file's name without its ending.
    pub id: String,
    /// `timeseries`, `kpi`, …
    pub type_name: Spanned<String>,
    /// The heading.
    pub title: String,
    /// For the info mark.
    pub description: Option<String>,
    /// By name; `main` is the one under `data_source:`, the others are those under `data_sources:`.
    pub sources: BTreeMap<String, SourceConfig>,
    /// A JSON object; `{}` where the YAML has none. Keys are texts: `0:` becomes `"0"`.
    pub display: Value,
    /// A JSON object; `{}` where the YAML has none.
    pub parameters: Value,
    /// Line and column by JSON pointer into this panel, e.g. `/display/thresholds/0/color`; `""` is the panel itself.
    pub places: BTreeMap<String, (u32, u32)>,
    /// As written: `/api/v1/custom/network-topology` or `network-topology`; [`Panel::endpoint_name`] is its last part.
    pub endpoint: Option<Spanned<String>>,
    /// The template's text.
    pub template: Option<Spanned<String>>,
    /// Seconds, from 1; none: the dashboard's.
    pub refresh_interval: Option<u32>,
    /// What a click opens.
    pub drill_down: DrillDown,
    /// None: the host's function and ladder.
    pub aggregation: Option<AggregationConfig>,
    /// Relative to the configuration folder.
    pub file: String,
    /// Whether the file has more than could be read of it; see [`PanelEntry::read`].
    pub(crate) is_partial: bool,
}

impl Panel {
    /// Whether the file has something at a JSON pointer into this panel that may have been unreadable.
    pub fn is_unread(&self, pointer: &str) -> bool {
        self.is_partial && self.places.contains_key(pointer)
    }

    /// The last part of `endpoint:`, as in `/api/v1/custom/{endpoint}`.
    pub fn endpoint_name(&self) -> Option<&str> {
        self.endpoint
            .as_ref()
            .map(|endpoint| endpoint.value.rsplit('/').next().unwrap_or_default())
    }

    /// A fault at a JSON pointer into this panel, as `/display/unit`: at the nearest place the file has for it.
    pub fn fault(&self, pointer: &str, message: impl Into<String>, help: Option<String>) -> Diagnostic {
        let mut pointer = pointer;
        let (line, column) = loop {
            match (self.places.get(pointer), pointer.rfind('/')) {
                (Some(place), _) => break *place,
                (None, Some(cut)) => pointer = &pointer[..cut],
                (None, None) => break (1, 1),
            }
        };
        Diagnostic {
            file: self.file.clone(),
            line,
            column,
            message: message.into(),
            help,
        }
    }
}

/// `aggregation:`: how points are made of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AggregationConfig {
    /// None: the average.
    pub function: Option<AggregateFunction>,
    /// Ascending by `up_to`, not empty; none: the host's ladder. Ranges longer than the last rung take the last rung.
    pub ladder: Option<Vec<Rung>>,
    /// `fill:`: what buckets without rows show; none: nothing.
    pub fill: Option<GapFill>,
    /// `keep: false`: rows are changed at any time, and nothing that was made of them is kept.
    pub keep: Option<bool>,
    /// `settle:`: rows that are older than this come no more; none: the host's usual time.
    pub settle: Option<Duration>,
    /// `reread:`: after this time all is read again, so that rows that came late are found; none: the host's usual time.
    pub reread: Option<Duration>,
}

/// What a bucket without rows shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GapFill {
    /// `previous`
    Previous,
    /// `linear`
    Linear,
    /// `zero`
    Zero,
}

impl GapFill {
    /// The words of the configuration.
    pub(crate) const ALL: [(&'static str, Self); 3] = [
        ("previous", Self::Previous),
        ("linear", Self::Linear),
        ("zero", Self::Zero),
    ];
}

/// One rung of the bucket ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// For ranges up to this many seconds; none: for all longer ones.
    pub up_to: Option<u64>,
    /// Seconds, from 1; none: every point.
    pub bucket: Option<u32>,
}

/// How the values of a bucket become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateFunction {
    /// `avg`
    Average,
    /// `min`
    Minimum,
    /// `max`
    Maximum,
    /// `sum`
    Sum,
    /// `count`
    Count,
    /// `last`
    Last,
}

impl AggregateFunction {
    /// All, with their names in the YAML and in the API.
    pub const ALL: [(&'static str, AggregateFunction); 6] = [
        ("avg", AggregateFunction::Average),
        ("min", AggregateFunction::Minimum),
        ("max", AggregateFunction::Maximum),
        ("sum", AggregateFunction::Sum),
        ("count", AggregateFunction::Count),
        ("last", AggregateFunction::Last),
    ];

    /// As in the YAML and in the API: `avg`, `min`, `max`, `sum`, `count`, `last`.
    pub fn name(self) -> &'static str {
        match self {
            AggregateFunction::Average => "avg",
            AggregateFunction::Minimum => "min",
            AggregateFunction::Maximum => "max",
            AggregateFunction::Sum => "sum",
            AggregateFunction::Count => "count",
            AggregateFunction::Last => "last",
        }
    }
}
