//! What a reader asks of a panel, and what the pipeline gives back.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use porthole_model::{PanelAnswer, SortKey};
use porthole_presentation::Picture;

/// A stretch of time in milliseconds since the Unix epoch, UTC; `start` is in, `end` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// In.
    pub start: i64,
    /// Out; greater than `start`.
    pub end: i64,
}

/// What the reader asked of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Paging {
    /// From 1; 0 counts as 1.
    pub page: u32,
    /// None: the panel's own.
    pub page_size: Option<u32>,
    /// Column and whether largest come first.
    pub sort: Vec<(String, bool)>,
    /// Column and the text its cells must contain.
    pub filters: Vec<(String, String)>,
}

impl Paging {
    /// The sort keys in the API's form.
    pub fn sort_keys(&self) -> Vec<SortKey> {
        self.sort
            .iter()
            .map(|(column, descending)| SortKey {
                column: column.clone(),
                descending: *descending,
            })
            .collect()
    }
}

/// Where a view will be shown; for panels that draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Surface {
    /// CSS pixels.
    pub width: u32,
    /// CSS pixels.
    pub height: u32,
    /// Whether the reader's theme is dark.
    pub dark: bool,
}

/// One reader's wish for one panel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RenderRequest {
    /// The range looked at.
    pub range: Range,
    /// `disable_aggregation`: raw points.
    pub raw: bool,
    /// `series_filter`: these series only; empty: all.
    pub labels: Vec<String>,
    /// More points than this per series cannot be shown.
    pub max_points: Option<u32>,
    /// Where the view will be shown; none: not said.
    pub surface: Option<Surface>,
    /// For tables.
    pub paging: Paging,
    /// IANA name of the reader's zone.
    pub time_zone: String,
    /// Do not answer from the view cache (a reader pressed refresh).
    pub fresh: bool,
    /// For the log and for errors.
    pub request_id: String,
}

/// A finished answer: the typed form, and the bytes that go over the wire, made once and shared by all readers.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Typed.
    pub answer: Arc<PanelAnswer>,
    /// JSON text of `answer`.
    pub body: Bytes,
    /// Strong validator over the view, without quotes: equal views have equal tags.
    pub etag: Arc<str>,
    /// The picture, where the view is an image.
    pub picture: Option<Arc<Picture>>,
    /// What the plugin said, where a template made markup of it. JSON.
    pub document: Option<Bytes>,
    gzip: Arc<OnceLock<Bytes>>,
}

impl Rendered {
    /// Wraps an answer and its JSON text.
    pub fn new(answer: Arc<PanelAnswer>, body: Bytes, etag: Arc<str>) -> Self {
        Self {
            answer,
            body,
            etag,
            picture: None,
            document: None,
            gzip: Arc::new(OnceLock::new()),
        }
    }

    /// The same with what belongs to the view without standing in it.
    #[must_use]
    pub fn with(mut self, picture: Option<Arc<Picture>>, document: Option<Bytes>) -> Self {
        self.picture = picture;
        self.document = document;
        self
    }

    /// The body compressed with gzip; compressed at the first call, shared afterwards.
    pub fn gzip(&self) -> Bytes {
        self.gzip.get_or_init(|| compress(&self.body)).clone()
    }
}

fn compress(body: &[u8]) -> Bytes {
    use std::io::Write;
    let mut encoder =
        flate2::write::GzEncoder::new(Vec::with_capacity(body.len() / 3), flate2::Compression::new(5));
    // Writing into a Vec cannot fail; should it ever, the uncompressed form would be wrong under this name.
    match encoder.write_all(body).and_then(|()| encoder.finish()) {
        Ok(bytes) => bytes.into(),
        Err(error) => unreachable!("writing into memory failed: {error}"),
    }
}
