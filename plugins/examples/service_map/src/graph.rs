//! The services and their calls as the tenant's tables have them.

use std::collections::BTreeMap;

use porthole_sdk::{ColumnData, Failure, Frame, RowsRequest, Source, Span, log};

use crate::paint::State;

/// More than this is no longer a map.
const MOST_SERVICES: u32 = 80;
const MOST_CALLS: u32 = 400;

/// What is shown.
#[derive(Debug, Default)]
pub struct Graph {
    pub services: Vec<Service>,
    pub calls: Vec<Edge>,
}

#[derive(Debug)]
pub struct Service {
    pub name: String,
    pub state: State,
    pub message: Option<String>,
    /// Requests per second.
    pub rate: Option<f64>,
}

/// Who calls whom, by number; never itself, and each pair once.
#[derive(Debug)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    /// Requests per second.
    pub rate: Option<f64>,
    /// Percent.
    pub errors: Option<f64>,
}

impl Graph {
    /// Reads services and calls. A service that only the calls know is shown as unknown: a map that hides what something
    /// relies on would be wrong.
    ///
    /// # Errors
    /// When a source does not answer, or a column that is needed is not mapped.
    pub fn read(services: &dyn Source, calls: Option<&dyn Source>) -> Result<Self, Failure> {
        let request = RowsRequest {
            // How a service is does not depend on the stretch of time that is looked at.
            span: Span::Everything,
            latest_per: services.has("timestamp").then(|| "name".into()),
            limit: MOST_SERVICES,
            ..RowsRequest::default()
        };
        let mut graph = Self::default();
        graph.add_services(&services.rows(request)?.frame)?;
        if let Some(calls) = calls {
            let request = RowsRequest {
                span: Span::Everything,
                limit: MOST_CALLS,
                ..RowsRequest::default()
            };
            graph.add_calls(&calls.rows(request)?.frame)?;
        }
        if graph.services.len() >= MOST_SERVICES as usize {
            log::warn("only 80 services are shown; narrow the sources with `where:`");
        }
        Ok(graph)
    }

    fn add_services(&mut self, frame: &Frame) -> Result<(), Failure> {
        let names = required(frame, "data_source.columns", "name")?;
        let states = required(frame, "data_source.columns", "status")?;
        for row in 0..frame.height() {
            self.services.push(Service {
                name: names.text(row).unwrap_or_default(),
                state: State::of(&states.text(row).unwrap_or_default()),
                message: frame
                    .column("message")
                    .and_then(|column| column.text(row))
                    .filter(|message| !message.trim().is_empty()),
                rate: number(frame, "rate", row),
            });
        }
        Ok(())
    }

    fn add_calls(&mut self, frame: &Frame) -> Result<(), Failure> {
        let from = required(frame, "data_sources.calls.columns", "from")?;
        let to = required(frame, "data_sources.calls.columns", "to")?;
        let mut known: BTreeMap<String, usize> = self
            .services
            .iter()
            .enumerate()
            .map(|(place, service)| (service.name.clone(), place))
            .collect();
        let mut pairs = BTreeMap::new();
        for row in 0..frame.height() {
            let ends = [from, to].map(|column| {
                let name = column.text(row)?;
                if let Some(place) = known.get(&name) {
                    return Some(*place);
                }
                if self.services.len() >= MOST_SERVICES as usize {
                    return None;
                }
                self.services.push(Service {
                    name: name.clone(),
                    state: State::Unknown,
                    message: None,
                    rate: None,
                });
                known.insert(name, self.services.len() - 1);
                Some(self.services.len() - 1)
            });
            let [Some(from), Some(to)] = ends else { continue };
            if from != to && pairs.insert((from, to), ()).is_none() {
                self.calls.push(Edge {
                    from,
                    to,
                    rate: number(frame, "rate", row),
                    errors: number(frame, "errors", row),
                });
            }
        }
        Ok(())
    }

    /// The pairs only.
    pub fn pairs(&self) -> Vec<(usize, usize)> {
        self.calls.iter().map(|call| (call.from, call.to)).collect()
    }

    /// The name of a service; empty for a number that there is not.
    pub fn name(&self, service: usize) -> &str {
        self.services
            .get(service)
            .map_or("", |service| service.name.as_str())
    }
}

fn number(frame: &Frame, column: &str, row: usize) -> Option<f64> {
    frame
        .column(column)?
        .number(row)
        .filter(|number| number.is_finite() && *number >= 0.0)
}

fn required<'a>(frame: &'a Frame, place: &str, role: &str) -> Result<&'a ColumnData, Failure> {
    frame.column(role).ok_or_else(|| {
        Failure::configuration(place, &["this panel needs the column role `", role, "`"].concat())
    })
}
