//! The document that templates see.

use porthole_sdk::{Failure, View};
use serde::Serialize;

use crate::day;
use crate::number::{change, grouped, rounded};
use crate::traffic::Traffic;

/// What a template may name.
#[derive(Debug, Serialize)]
pub struct Document {
    /// `24 November 2026`.
    date: String,
    /// `Tuesday`.
    weekday: &'static str,
    /// For reading: `83,912,345`.
    total_requests: String,
    /// The same as a number.
    requests: u64,
    /// Percent; 0 without requests.
    error_rate: f64,
    /// Milliseconds; 0 without requests.
    avg_response_time: u64,
    /// For reading: `352,431`.
    failed_requests: String,
    /// By how many percent there were more requests than the day before; null from nothing.
    requests_change: Option<f64>,
    /// Percentage points.
    error_rate_change: Option<f64>,
    /// `14:00`; null without requests.
    busiest_hour: Option<String>,
    /// Most requests first; empty without the source `servers`.
    pub servers: Vec<Server>,
    /// Most errors first; empty without the source `errors`.
    pub errors: Vec<Failing>,
}

/// A server and what it answered.
#[derive(Debug, PartialEq, Serialize)]
pub struct Server {
    pub name: String,
    /// Mean of the day.
    pub requests_per_second: f64,
    /// Percent of all servers' requests.
    pub share: f64,
}

/// A service and its lines in the error log.
#[derive(Debug, PartialEq, Serialize)]
pub struct Failing {
    pub service: String,
    pub count: u32,
}

impl Document {
    /// Of a day since the epoch and the one before it.
    pub fn new(day: i64, traffic: &Traffic, before: &Traffic) -> Self {
        let change_of_errors = traffic
            .error_rate()
            .zip(before.error_rate())
            .map(|(now, then)| rounded(now - then, 2));
        Self {
            date: day::date(day),
            weekday: day::weekday(day),
            total_requests: grouped(traffic.requests as u64),
            requests: traffic.requests as u64,
            error_rate: rounded(traffic.error_rate().unwrap_or(0.0), 2),
            avg_response_time: traffic.response_ms.unwrap_or(0.0).round() as u64,
            failed_requests: grouped(traffic.failed as u64),
            requests_change: change(before.requests, traffic.requests),
            error_rate_change: change_of_errors,
            busiest_hour: traffic.busiest.map(|(hour, _)| format!("{hour:02}:00")),
            servers: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// As JSON text.
    ///
    /// # Errors
    /// Never in practice: all of it can be written as JSON.
    pub fn into_view(self) -> Result<View, Failure> {
        serde_json::to_string(&self)
            .map(View::Document)
            .map_err(|error| Failure::Other(error.to_string()))
    }
}
