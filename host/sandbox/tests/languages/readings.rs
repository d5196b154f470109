//! Data that is made up, for panels in other languages.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use porthole_sandbox::bindings::{
    ColumnInfo, QueryError, Rows, RowsRequest, Series, SeriesAnswer, SeriesRequest, Span,
};
use porthole_sandbox::{Source, Sources};

/// Two series for the panel's range, one for the time before, and whatever is asked, in order.
#[derive(Clone)]
pub struct Readings {
    now: Vec<Series>,
    before: Vec<Series>,
    refusal: Option<QueryError>,
    asked: Arc<Mutex<Vec<SeriesRequest>>>,
}

impl Readings {
    /// These series, and none before.
    pub fn of(now: Vec<Series>) -> Self {
        Self {
            now,
            before: Vec::new(),
            refusal: None,
            asked: Arc::default(),
        }
    }

    /// These series when a time before the panel's range is asked for.
    pub fn with_before(mut self, before: Vec<Series>) -> Self {
        self.before = before;
        self
    }

    /// A source that answers with this error.
    pub fn refusing(error: QueryError) -> Self {
        Self {
            refusal: Some(error),
            ..Self::of(Vec::new())
        }
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<SeriesRequest> {
        self.asked.lock().clone()
    }
}

impl Sources for Readings {
    fn open(&self, name: &str) -> Result<Arc<dyn Source>, QueryError> {
        assert_eq!(name, "main");
        Ok(Arc::new(self.clone()))
    }
}

#[async_trait]
impl Source for Readings {
    fn columns(&self) -> Vec<ColumnInfo> {
        Vec::new()
    }

    async fn series(&self, request: SeriesRequest) -> Result<SeriesAnswer, QueryError> {
        self.asked.lock().push(request.clone());
        if let Some(error) = &self.refusal {
            return Err(error.clone());
        }
        Ok(SeriesAnswer {
            series: match request.span {
                Span::Between(_) => self.before.clone(),
                Span::Panel | Span::Everything => self.now.clone(),
            },
            bucket_seconds: None,
        })
    }

    async fn rows(&self, _request: RowsRequest) -> Result<Rows, QueryError> {
        Err(QueryError::Invalid("there are only series".to_owned()))
    }
}

/// `count` readings from `start` on, `step` milliseconds apart, that look like measurements; every `hole`th is missing.
pub fn readings(label: &str, start: i64, step: i64, count: usize, hole: usize) -> Series {
    let phase = label.len() as f64;
    Series {
        label: label.to_owned(),
        instants: (0..count as i64).map(|place| start + place * step).collect(),
        values: (0..count)
            .map(|place| match (place + 1) % hole {
                0 => f64::NAN,
                _ => 250.0 + 80.0 * (place as f64 * 0.37 + phase).sin(),
            })
            .collect(),
    }
}
