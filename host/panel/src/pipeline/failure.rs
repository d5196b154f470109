//! From a call that failed to what a reader is told.

use porthole_data::TenantData;
use porthole_sandbox::bindings as guest;
use porthole_sandbox::{FaultKind, LimitName, RenderFault};

use crate::error::{PluginFault, RenderError};
use crate::place;
use crate::prepare::{ReadyPanel, placed};
use crate::request::RenderRequest;
use crate::used::Used;

/// What a fault of the sandbox means to a reader; it is logged.
pub(super) fn failed(
    tenant: &str,
    panel: &ReadyPanel,
    request: &RenderRequest,
    fault: RenderFault,
    used: &Used,
) -> RenderError {
    // A guest's own words may hold what it has read, and no data is ever in the log: its reader sees them.
    let reason = match &fault.kind {
        FaultKind::Failure(_) => None,
        _ => Some(fault.message.clone()),
    };
    let (plugin, version) = (fault.plugin.clone(), fault.version.clone());
    let error = meant(tenant, panel, fault, used);
    tracing::warn!(tenant, panel = %panel.config.id, plugin, version, request_id = %request.request_id,
        kind = error.as_str(), reason, "a panel was not rendered");
    error
}

fn meant(tenant: &str, panel: &ReadyPanel, fault: RenderFault, used: &Used) -> RenderError {
    let plugin = |fault: &RenderFault, kind: PluginFault, message: String| RenderError::Plugin {
        plugin: fault.plugin.clone(),
        version: fault.version.clone(),
        fault: kind,
        message,
    };
    match &fault.kind {
        FaultKind::Trap { .. } => plugin(&fault, PluginFault::Trapped, fault.message.clone()),
        // The database was slow, and not the plugin.
        FaultKind::Limit {
            name: LimitName::Waiting,
            value,
        } => {
            let reason = used.slow().unwrap_or_else(|| {
                format!("its questions to the database took longer than {value} together")
            });
            RenderError::TimedOut(slow(tenant, panel, &reason))
        }
        FaultKind::Limit { name, value } => {
            let kind = PluginFault::Limit {
                name: name.as_str(),
                value: value.clone(),
            };
            plugin(&fault, kind, fault.message.clone())
        }
        FaultKind::Resting(resting) => RenderError::Resting {
            plugin: fault.plugin.clone(),
            version: fault.version.clone(),
            message: fault.message.clone(),
            until: resting.until,
        },
        FaultKind::Busy => RenderError::Busy(fault.message),
        FaultKind::Internal => RenderError::Internal(fault.message),
        FaultKind::Failure(guest::Failure::Configuration(message)) => {
            RenderError::Configuration(vec![place::fault(&panel.config, message)])
        }
        FaultKind::Failure(guest::Failure::Other(message)) => {
            plugin(&fault, PluginFault::Failed, message.clone())
        }
        FaultKind::Failure(guest::Failure::Query(error)) => match error {
            guest::QueryError::TimedOut => {
                let reason = used.slow();
                let reason = reason
                    .as_deref()
                    .unwrap_or("the tenant's database did not answer in time");
                RenderError::TimedOut(slow(tenant, panel, reason))
            }
            guest::QueryError::Unavailable(message) if used.is_busy() => RenderError::Busy(message.clone()),
            guest::QueryError::Unavailable(message) => RenderError::DatabaseDown(message.clone()),
            guest::QueryError::TooLarge(message) => RenderError::TooLarge(message.clone()),
            guest::QueryError::Denied(message)
            | guest::QueryError::Invalid(message)
            | guest::QueryError::Other(message) => RenderError::Query(message.clone()),
        },
    }
}

/// What a reader is told of a slow question, and what can be done about it.
fn slow(tenant: &str, panel: &ReadyPanel, reason: &str) -> String {
    format!(
        "Panel `{}`: {reason}. Choose a shorter range. For operators: `porthole doctor --tenant {tenant}` says which index \
         is missing; longer buckets (`aggregation:`) make fewer points, and `statement_timeout` under `database:` and \
         `waiting` under `limits:` allow more time.",
        panel.config.id
    )
}

/// A query that failed because the configuration does not fit the database gets the places of what does not.
pub async fn traced(
    error: RenderError,
    panel: &ReadyPanel,
    data: Option<TenantData>,
    used: &Used,
) -> RenderError {
    let (RenderError::Query(_), Some(data)) = (&error, data) else {
        return error;
    };
    if let Some(fault) = used.fault() {
        return RenderError::Configuration(vec![fault]);
    }
    let mut faults = Vec::new();
    for (name, source) in &panel.sources {
        let found = match used.asked_for_series(name) {
            true => data.check_series(source).await,
            false => data.check(source).await,
        };
        let (Ok(found), Some(config)) = (found, panel.config.sources.get(name)) else {
            continue;
        };
        faults.extend(
            found
                .into_iter()
                .map(|fault| placed(fault, config, &panel.config)),
        );
    }
    if faults.is_empty() {
        error
    } else {
        RenderError::Configuration(faults)
    }
}
