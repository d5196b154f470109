//! The network as the tenant's tables have it.

use std::collections::BTreeMap;

use porthole_sdk::{Failure, Frame, RowsRequest, Source, Span, log};

use crate::parameters::Parameters;
use crate::state::State;

/// More than this is no longer a picture.
const MOST_NODES: usize = 400;
const MOST_LINKS: u32 = 2_000;

/// What is drawn.
#[derive(Debug, Default)]
pub struct Network {
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
    /// Offline nodes that the YAML does not want drawn.
    pub hidden: usize,
}

#[derive(Debug)]
pub struct Node {
    pub name: String,
    pub state: State,
    /// Empty without the column.
    pub group: String,
    /// East and north; none without the columns.
    pub place: Option<(f64, f64)>,
}

/// A line between two nodes, by their numbers.
#[derive(Debug)]
pub struct Link {
    pub ends: [usize; 2],
    /// Percent; none where nobody measures.
    pub load: Option<f64>,
}

impl Network {
    /// Reads nodes and lines. Lines to what is not drawn are left out.
    ///
    /// # Errors
    /// When a source does not answer, or a column that is needed is not mapped.
    pub fn read(
        nodes: &dyn Source,
        links: Option<&dyn Source>,
        parameters: &Parameters,
    ) -> Result<Self, Failure> {
        let request = RowsRequest {
            // How a node is does not depend on the stretch of time that is looked at.
            span: Span::Everything,
            latest_per: nodes.has("timestamp").then(|| "name".into()),
            limit: MOST_NODES as u32,
            ..RowsRequest::default()
        };
        let mut network = Self::of_nodes(&nodes.rows(request)?.frame)?;
        if network.nodes.len() >= MOST_NODES {
            log::warn("only the first 400 nodes are drawn; narrow the source with `where:`");
        }
        if !parameters.include_offline {
            let all = network.nodes.len();
            network.nodes.retain(|node| node.state != State::Offline);
            network.hidden = all - network.nodes.len();
        }
        if let Some(links) = links {
            let request = RowsRequest {
                span: Span::Everything,
                limit: MOST_LINKS,
                ..RowsRequest::default()
            };
            network.links = network.links_of(&links.rows(request)?.frame)?;
        }
        Ok(network)
    }

    fn of_nodes(frame: &Frame) -> Result<Self, Failure> {
        let names = required(frame, "data_source.columns", "name")?;
        let states = required(frame, "data_source.columns", "status")?;
        let number = |column: &str, row| {
            let number = frame.column(column)?.number(row)?;
            number.is_finite().then_some(number)
        };
        let nodes = (0..frame.height()).map(|row| Node {
            name: names.text(row).unwrap_or_default(),
            state: State::of(&states.text(row).unwrap_or_default()),
            group: frame
                .column("group")
                .and_then(|column| column.text(row))
                .unwrap_or_default(),
            place: number("x", row).zip(number("y", row)),
        });
        Ok(Self {
            nodes: nodes.collect(),
            ..Self::default()
        })
    }

    fn links_of(&self, frame: &Frame) -> Result<Vec<Link>, Failure> {
        let from = required(frame, "data_sources.links.columns", "from")?;
        let to = required(frame, "data_sources.links.columns", "to")?;
        let known: BTreeMap<&str, usize> = self
            .nodes
            .iter()
            .enumerate()
            .map(|(place, node)| (node.name.as_str(), place))
            .collect();
        let links = (0..frame.height()).filter_map(|row| {
            let ends = [from, to].map(|column| {
                let name = column.text(row)?;
                known.get(name.as_str()).copied()
            });
            let [Some(one), Some(other)] = ends else {
                return None;
            };
            let load = frame.column("load").and_then(|column| column.number(row));
            (one != other).then(|| Link {
                ends: [one, other],
                load: load.map(|load| load.clamp(0.0, 100.0)),
            })
        });
        Ok(links.collect())
    }

    /// How many nodes are in a state.
    pub fn count(&self, state: State) -> usize {
        self.nodes.iter().filter(|node| node.state == state).count()
    }

    /// The worse of the states at the two ends.
    pub fn worst_end(&self, link: &Link) -> State {
        link.ends
            .iter()
            .filter_map(|end| self.nodes.get(*end))
            .map(|node| node.state)
            .max()
            .unwrap_or(State::Unknown)
    }

    /// The picture in words: `Network of 12 nodes: 10 online, 2 offline (core-3, edge-01).`
    pub fn in_words(&self) -> String {
        let parts: Vec<String> = State::ALL
            .into_iter()
            .filter(|state| self.count(*state) > 0)
            .map(|state| {
                let count = format!("{} {}", self.count(state), state.word());
                if state == State::Online {
                    return count;
                }
                let all = self.nodes.iter().filter(|node| node.state == state);
                let names: Vec<&str> = all.take(10).map(|node| node.name.as_str()).collect();
                let more = if self.count(state) > 10 { ", …" } else { "" };
                format!("{count} ({}{more})", names.join(", "))
            })
            .collect();
        let hidden = match self.hidden {
            0 => String::new(),
            hidden => format!(" {hidden} offline not shown."),
        };
        match parts.is_empty() {
            true => format!("Network without nodes.{hidden}"),
            false => {
                let nodes = if self.nodes.len() == 1 { "node" } else { "nodes" };
                format!(
                    "Network of {} {nodes}: {}.{hidden}",
                    self.nodes.len(),
                    parts.join(", ")
                )
            }
        }
    }
}

fn required<'a>(frame: &'a Frame, place: &str, role: &str) -> Result<&'a porthole_sdk::ColumnData, Failure> {
    frame.column(role).ok_or_else(|| {
        Failure::configuration(place, &["this panel needs the column role `", role, "`"].concat())
    })
}
