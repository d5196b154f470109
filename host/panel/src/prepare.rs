//! From a panel as the configuration writes it to one that can be rendered, or to the reasons why not.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use porthole_config::{AggregateFunction, Diagnostic, GapFill, Panel, SourceConfig, Spanned};
use porthole_data::{
    Aggregate, ColumnSpec, Fault, Fill, Keep, Ladder, Part, Rung, Source, SourceSpec, TimeColumn,
};
use porthole_presentation::check_template;
use porthole_sandbox::{Absent, Descriptor, Plugin, Registry};

use crate::place;

/// A panel whose parts all fit together.
#[derive(Debug)]
pub struct ReadyPanel {
    /// As the configuration writes it.
    pub config: Arc<Panel>,
    /// By name; `main` is the one under `data_source:`.
    pub sources: BTreeMap<String, Source>,
    /// JSON text of `display:`.
    pub display: String,
    /// JSON text of `parameters:`.
    pub parameters: String,
    /// Changes with anything that the view depends on.
    pub fingerprint: u64,
}

/// Custom panels of the specification: their type names a kind of view, their `endpoint:` the component.
const CUSTOM_TYPES: [&str; 2] = ["custom_image", "custom_template"];

/// Why a panel cannot be put together.
#[derive(Debug)]
pub enum Unready {
    /// It has faults.
    Faulty(Vec<Diagnostic>),
    /// Its plugin may be one of those that are being compiled.
    Compiling,
}

/// The plugin that renders a panel: the one with the panel's endpoint where the type only names a kind of view, else the
/// one that is the type.
pub fn plugin(tenant: &str, panel: &Panel, registry: &Registry) -> Option<Arc<Plugin>> {
    if is_custom(panel) {
        registry.by_endpoint(tenant, panel.endpoint_name()?)
    } else {
        registry.get(tenant, &panel.type_name.value)
    }
}

fn is_custom(panel: &Panel) -> bool {
    CUSTOM_TYPES.contains(&panel.type_name.value.as_str())
}

/// What a panel is put together of, as far as it is sound.
pub struct Parts {
    /// By name.
    pub sources: BTreeMap<String, Source>,
    /// What is wrong with the others.
    pub faults: Vec<Diagnostic>,
    /// The plugin may be one of those that are being compiled.
    pub is_awaited: bool,
}

/// Puts a panel together. `zone` is the tenant's time zone; `salt` stands for what else the view depends on.
pub fn panel(
    tenant: &str,
    panel: &Arc<Panel>,
    registry: &Registry,
    zone: Option<&str>,
    salt: &str,
) -> Result<ReadyPanel, Unready> {
    let Parts {
        sources,
        faults,
        is_awaited,
    } = parts(tenant, panel, registry, zone);
    if !faults.is_empty() {
        return Err(Unready::Faulty(faults));
    }
    if is_awaited {
        return Err(Unready::Compiling);
    }
    Ok(ReadyPanel {
        sources,
        display: panel.display.to_string(),
        parameters: panel.parameters.to_string(),
        fingerprint: fingerprint(panel, zone, salt),
        config: Arc::clone(panel),
    })
}

/// Looks at each part of a panel. What its file has and could not be read there is not said to be missing.
pub fn parts(tenant: &str, panel: &Panel, registry: &Registry, zone: Option<&str>) -> Parts {
    let mut faults = Vec::new();
    let mut is_awaited = false;
    match plugin(tenant, panel, registry) {
        Some(plugin) => roles(plugin.descriptor(), panel, &mut faults),
        None if panel.endpoint.is_none() && panel.is_unread("/endpoint") => {}
        None if is_custom(panel) && panel.endpoint_name().is_none_or(str::is_empty) => {
            faults.push(no_endpoint(panel));
        }
        None => {
            let absent = registry.absent(tenant);
            is_awaited = absent.compiling;
            if !is_awaited {
                faults.push(match &panel.endpoint {
                    Some(endpoint) if is_custom(panel) => {
                        unknown_endpoint(endpoint, panel, &registry.endpoints(tenant), &absent)
                    }
                    _ => unknown_type(&panel.type_name, &registry.type_names(tenant), &absent),
                });
            }
        }
    }
    template(panel, &mut faults);
    let ladder = ladder(panel, &mut faults);
    let mut sources = BTreeMap::new();
    for (name, source) in &panel.sources {
        match Source::parse(&specification(source, panel, zone, ladder.as_ref())) {
            Ok(parsed) => {
                sources.insert(name.clone(), parsed);
            }
            Err(wrong) => faults.extend(wrong.into_iter().map(|fault| placed(fault, source, panel))),
        }
    }
    Parts {
        sources,
        faults,
        is_awaited,
    }
}

/// The database's catalogue may disagree later; where it does, the fault gets its place here as well.
pub fn placed(fault: Fault, source: &SourceConfig, panel: &Panel) -> Diagnostic {
    let Fault {
        part,
        offset,
        message,
        help,
    } = fault;
    let in_text = |text: Option<&Spanned<String>>| {
        text.map(|text| text.fault_at(offset, message.clone(), help.clone()))
    };
    let found = match &part {
        Part::Table => in_text(Some(&source.table)),
        Part::Column(name) => in_text(source.column(name).map(|column| &column.column)),
        Part::Where => in_text(source.filter.as_ref()),
        Part::OrderBy => in_text(source.order_by.as_ref()),
        Part::Query => in_text(source.combined.as_ref()),
        Part::TimeColumn => in_text(source.time_column.as_ref()),
        Part::TimeZone => in_text(source.time_zone.as_ref()),
        Part::Limit => source
            .limit
            .as_ref()
            .map(|limit| limit.fault(message.clone(), help.clone())),
        Part::Ladder => Some(panel.fault("/aggregation/ladder", message.clone(), help.clone())),
    };
    found.unwrap_or_else(|| source.table.fault(format!("{part}: {message}"), help))
}

fn unknown_type(type_name: &Spanned<String>, known: &[String], absent: &Absent) -> Diagnostic {
    let nearest = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(name, &type_name.value), name))
        .filter(|(distance, _)| *distance <= 3)
        .min();
    let help = match nearest {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None if !absent.refused.is_empty() => refusals(absent),
        None => format!(
            "the types of this host are {}, {}",
            known.join(", "),
            CUSTOM_TYPES.join(", ")
        ),
    };
    type_name.fault(
        format!("there is no panel type `{}`", type_name.value),
        Some(help),
    )
}

fn no_endpoint(panel: &Panel) -> Diagnostic {
    panel.type_name.fault(
        format!("a panel of type `{}` needs an `endpoint:`", panel.type_name.value),
        Some(
            "write `endpoint: /api/v1/custom/NAME`, with the endpoint's name of one of the tenant's plugins"
                .into(),
        ),
    )
}

fn unknown_endpoint(
    endpoint: &Spanned<String>,
    panel: &Panel,
    known: &[String],
    absent: &Absent,
) -> Diagnostic {
    let name = panel.endpoint_name().unwrap_or_default();
    let help = if !absent.refused.is_empty() {
        refusals(absent)
    } else if known.is_empty() {
        "put a plugin with this endpoint into the tenant's folder `plugins/`, or publish one with `porthole plugin publish`"
            .to_owned()
    } else {
        format!("the endpoints of the tenant's plugins are {}", known.join(", "))
    };
    endpoint.fault(
        format!("no plugin of this tenant has the endpoint `{name}`"),
        Some(help),
    )
}

/// The tenant's plugins that are not there because they could not be loaded.
fn refusals(absent: &Absent) -> String {
    const SHOWN: usize = 3;
    let mut shown: Vec<_> = absent.refused.iter().take(SHOWN).cloned().collect();
    if absent.refused.len() > SHOWN {
        shown.push(format!("and {} more", absent.refused.len() - SHOWN));
    }
    format!(
        "some of the tenant's plugins could not be loaded: {}",
        shown.join("; ")
    )
}

/// A template is looked at before there is a document for it.
fn template(panel: &Panel, faults: &mut Vec<Diagnostic>) {
    match &panel.template {
        Some(template) => {
            if let Err(fault) = check_template(&template.value) {
                faults.push(place::template(template, &fault));
            }
        }
        None if panel.type_name.value == "custom_template" && !panel.is_unread("/template") => {
            faults.push(panel.type_name.fault(
                "a panel of type `custom_template` needs a `template:`",
                Some("write HTML, with `{{ name }}` where the values of the plugin's document go".into()),
            ))
        }
        None => {}
    }
}

/// Every source and column that the panel type cannot do without has to be mapped.
fn roles(descriptor: &Descriptor, panel: &Panel, faults: &mut Vec<Diagnostic>) {
    for wanted in &descriptor.sources {
        let Some(source) = panel.sources.get(&wanted.name) else {
            let key = match wanted.name.as_str() {
                "main" => "data_source".to_owned(),
                name => format!("data_sources.{name}"),
            };
            if wanted.required && !panel.is_unread(&format!("/{}", key.replace('.', "/"))) {
                let message = format!("a panel of type `{}` needs `{key}:`", panel.type_name.value);
                faults.push(
                    panel
                        .type_name
                        .fault(message, Some("add it, with `table:` and `columns:`".into())),
                );
            }
            continue;
        };
        for role in wanted.roles.iter().filter(|role| role.required) {
            let place = match wanted.name.as_str() {
                "main" => format!("/data_source/columns/{}", role.name),
                name => format!("/data_sources/{name}/columns/{}", role.name),
            };
            if source.column(&role.name).is_none() && !panel.is_unread(&place) {
                faults.push(source.table.fault(
                    format!(
                        "a panel of type `{}` needs the column `{}`",
                        panel.type_name.value, role.name
                    ),
                    Some(format!(
                        "add `{}: <column of the table>` under `columns:` ({})",
                        role.name, role.description
                    )),
                ));
            }
        }
        if wanted.free_columns {
            continue;
        }
        for column in &source.columns {
            if !wanted.roles.iter().any(|role| role.name == column.name) {
                let known: Vec<_> = wanted.roles.iter().map(|role| role.name.as_str()).collect();
                faults.push(column.column.fault(
                    format!(
                        "a panel of type `{}` has no use for the column `{}`",
                        panel.type_name.value, column.name
                    ),
                    Some(format!("its columns are {}", known.join(", "))),
                ));
            }
        }
    }
}

/// The panel's own bucket ladder.
pub fn ladder(panel: &Panel, faults: &mut Vec<Diagnostic>) -> Option<Ladder> {
    let rungs = panel.aggregation.as_ref()?.ladder.as_ref()?;
    let rungs = rungs
        .iter()
        .map(|rung| Rung {
            up_to_seconds: rung.up_to,
            bucket_seconds: rung.bucket,
        })
        .collect();
    Ladder::new(rungs)
        .map_err(|error| faults.push(panel.fault("/aggregation/ladder", error.to_string(), None)))
        .ok()
}

/// A source as the data room wants it.
pub fn specification(
    source: &SourceConfig,
    panel: &Panel,
    zone: Option<&str>,
    ladder: Option<&Ladder>,
) -> SourceSpec {
    let text = |value: &Option<Spanned<String>>| value.as_ref().map(|value| value.value.clone());
    SourceSpec {
        table: source.table.value.clone(),
        columns: source
            .columns
            .iter()
            .map(|column| ColumnSpec {
                name: column.name.clone(),
                column: column.column.value.clone(),
                title: column.title.clone(),
                format: column.format.clone(),
            })
            .collect(),
        filter: text(&source.filter),
        order_by: text(&source.order_by),
        limit: source.limit.as_ref().map(|limit| limit.value),
        combined: text(&source.combined),
        time_column: match &source.time_column {
            None => TimeColumn::Default,
            Some(column) if column.value == "none" => TimeColumn::None,
            Some(column) => TimeColumn::Named(column.value.clone()),
        },
        time_zone: text(&source.time_zone).or_else(|| zone.map(str::to_owned)),
        aggregate: panel
            .aggregation
            .as_ref()
            .and_then(|aggregation| aggregation.function)
            .map(function),
        ladder: ladder.cloned(),
        fill: panel
            .aggregation
            .as_ref()
            .and_then(|aggregation| aggregation.fill)
            .map(fill),
        keep: keep(panel),
    }
}

fn fill(fill: GapFill) -> Fill {
    match fill {
        GapFill::Previous => Fill::Previous,
        GapFill::Linear => Fill::Linear,
        GapFill::Zero => Fill::Zero,
    }
}

/// What may be kept of a panel's buckets.
fn keep(panel: &Panel) -> Keep {
    match &panel.aggregation {
        None => Keep::default(),
        Some(aggregation) if aggregation.keep == Some(false) => Keep::Nothing,
        Some(aggregation) => Keep::Buckets {
            settle: aggregation.settle,
            reread: aggregation.reread,
        },
    }
}

fn function(function: AggregateFunction) -> Aggregate {
    match function {
        AggregateFunction::Average => Aggregate::Average,
        AggregateFunction::Minimum => Aggregate::Minimum,
        AggregateFunction::Maximum => Aggregate::Maximum,
        AggregateFunction::Sum => Aggregate::Sum,
        AggregateFunction::Count => Aggregate::Count,
        AggregateFunction::Last => Aggregate::Last,
    }
}

/// Only compared within this process, so a hash that differs between builds will do.
fn fingerprint(panel: &Panel, zone: Option<&str>, salt: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    zone.hash(&mut hasher);
    salt.hash(&mut hasher);
    format!("{panel:?}").hash(&mut hasher);
    hasher.finish()
}
