//! From a view to the bytes of an answer: serialised once for all readers.

use std::sync::Arc;

use bytes::Bytes;
use porthole_model::{CacheOutcome, PanelAnswer};
use porthole_presentation::Picture;
use sha2::{Digest, Sha256};

use crate::error::RenderError;
use crate::request::Rendered;

const MISS: &[u8] = br#""cache":"miss""#;
const PARTIAL: &[u8] = br#""cache":"partial""#;
const HIT: &[u8] = br#""cache":"hit""#;

/// One answer in two forms: for the reader whose question made it, and for all who ask the same afterwards.
pub struct Finished {
    /// `cache: miss` or `cache: partial`
    pub first: Rendered,
    /// `cache: hit`
    pub again: Rendered,
}

/// Serialises an answer that was made now: its `cache` is [`CacheOutcome::Miss`] or [`CacheOutcome::Partial`].
pub fn finish(
    answer: PanelAnswer,
    picture: Option<Arc<Picture>>,
    document: Option<Bytes>,
) -> Result<Finished, RenderError> {
    let failed =
        |error: serde_json::Error| RenderError::Internal(format!("the answer cannot be written: {error}"));
    let body = serde_json::to_vec(&answer).map_err(failed)?;
    // What the tag stands for is the view: when and how fast it was made does not make it another.
    let mut digest = Sha256::new();
    digest.update(answer.title.as_bytes());
    digest.update(answer.range.start.as_bytes());
    digest.update(answer.range.end.as_bytes());
    serde_json::to_writer(Sink(&mut digest), &answer.notes).map_err(failed)?;
    serde_json::to_writer(Sink(&mut digest), &answer.view).map_err(failed)?;
    let etag: Arc<str> = hex::encode(&digest.finalize()[..16]).into();

    // Within a JSON text a quotation mark is escaped, so these bytes can stand only where the field does.
    let said = if answer.cache == CacheOutcome::Partial {
        PARTIAL
    } else {
        MISS
    };
    let at = body.windows(said.len()).position(|window| window == said);
    let at =
        at.ok_or_else(|| RenderError::Internal("the answer does not say where it came from".to_owned()))?;
    let mut hit = Vec::with_capacity(body.len());
    hit.extend_from_slice(&body[..at]);
    hit.extend_from_slice(HIT);
    hit.extend_from_slice(&body[at + said.len()..]);

    let answer = Arc::new(answer);
    let again = Arc::new(PanelAnswer {
        cache: CacheOutcome::Hit,
        ..PanelAnswer::clone(&answer)
    });
    Ok(Finished {
        first: Rendered::new(answer, Bytes::from(body), Arc::clone(&etag))
            .with(picture.clone(), document.clone()),
        again: Rendered::new(again, Bytes::from(hit), etag).with(picture, document),
    })
}

/// A view that was made before, said to be too old. Its tag is another, so that nobody takes it for what it was.
pub fn stale(view: &Rendered) -> Result<Rendered, RenderError> {
    let answer = PanelAnswer {
        cache: CacheOutcome::Stale,
        ..PanelAnswer::clone(&view.answer)
    };
    let body = serde_json::to_vec(&answer)
        .map_err(|error| RenderError::Internal(format!("the answer cannot be written: {error}")))?;
    let etag = format!("{}-stale", view.etag).into();
    Ok(Rendered::new(Arc::new(answer), Bytes::from(body), etag)
        .with(view.picture.clone(), view.document.clone()))
}

struct Sink<'a>(&'a mut Sha256);

impl std::io::Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use porthole_model::{Metric, TimeRange, Usage, View};

    use super::*;

    fn answer(title: &str, value: f64) -> PanelAnswer {
        PanelAnswer {
            panel: "p".into(),
            type_name: "kpi".into(),
            title: title.into(),
            range: TimeRange {
                start: "a".into(),
                end: "b".into(),
            },
            aggregation: None,
            generated_at: "now".into(),
            cache: CacheOutcome::Miss,
            refresh_interval: 60,
            notes: Vec::new(),
            view: View::Metric(Metric {
                value: Some(value),
                ..Metric::default()
            }),
            usage: Usage {
                wall_us: value as u64,
                ..Usage::default()
            },
        }
    }

    #[test]
    fn both_forms_are_the_same_answer_but_for_where_it_came_from() {
        // A title that tries to look like the field.
        for cache in [CacheOutcome::Miss, CacheOutcome::Partial] {
            let made = PanelAnswer {
                cache,
                ..answer(r#""cache":"miss""#, 1.0)
            };
            let finished = finish(made, None, None).unwrap();
            let first: PanelAnswer = serde_json::from_slice(&finished.first.body).unwrap();
            let again: PanelAnswer = serde_json::from_slice(&finished.again.body).unwrap();
            assert_eq!(first, *finished.first.answer);
            assert_eq!(again, *finished.again.answer);
            assert_eq!(
                again,
                PanelAnswer {
                    cache: CacheOutcome::Hit,
                    ..first
                }
            );
            assert_eq!(finished.first.etag, finished.again.etag);
        }
    }

    #[test]
    fn the_tag_follows_the_view_and_not_what_it_cost() {
        let one = finish(answer("t", 1.0), None, None).unwrap().first.etag;
        let mut dearer = answer("t", 1.0);
        dearer.usage.wall_us = 77;
        dearer.generated_at = "later".into();
        assert_eq!(finish(dearer, None, None).unwrap().first.etag, one);
        assert_ne!(finish(answer("t", 2.0), None, None).unwrap().first.etag, one);
    }
}
