//! Where points in time come from: from the tenant's database, or from the store of settled buckets.
//!
//! A bucket is settled when it ended longer ago than its source says (`settle`). Settled buckets are read from the
//! database once, kept as sums and counts, and read again after a while (`reread`), which finds rows that came late. A
//! question is split: the part of a bucket at the start of its range and everything that is not settled are asked of the
//! database each time; only what lies between is kept. So the answer is the one that plain SQL gives, but for rows that
//! were written into settled buckets since those were read.

mod chunk;
mod disk;
mod fresh;
mod gather;
mod generations;
mod key;
mod settled;
mod shelves;
mod store;
mod written;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::cells::Cells;
use crate::connection::Connections;
use crate::error::DataError;
use crate::label;
use crate::query::{BucketUse, Range, SeriesAnswer, SeriesQuery};
use crate::source::Keep;
use crate::sql::{self, Odd, Resolved, Statement};
use crate::time;

pub(crate) use chunk::Measure;
use gather::Gathered;
use key::SourceKey;
use settled::{Ask, Filled};
pub use store::{BucketOptions, BucketStore};

/// At most so many statements of a question at the same time: the others of the tenant want to be answered too.
const PIECES: usize = 4;
/// A question for more buckets than this is not split.
const MOST: i64 = 100_000;

/// Whose data is asked for, and where it is kept.
pub(crate) struct Asker<'a> {
    pub(crate) connections: &'a Connections,
    pub(crate) tenant: &'a Arc<str>,
    pub(crate) store: &'a BucketStore,
    /// Of this question's statements so many run at the same time.
    pub(crate) side_by_side: Semaphore,
    /// Nobody waits for the answer: what would soon be read again is read now, and no reader has to wait for it then.
    pub(crate) is_ahead: bool,
}

impl Asker<'_> {
    /// Runs a statement when it is its turn among those of this question.
    async fn each<F>(&self, statement: Statement, each: F) -> Result<(), DataError>
    where
        F: FnMut(&dyn Cells) -> Result<(), DataError> + Send,
    {
        // It is never closed.
        let _turn = self.side_by_side.acquire().await;
        self.connections.each(statement, each).await
    }
}

/// How many statements of one question may run at the same time where a database has `most` connections: one is left for
/// the other panels, or a chart that is dear would keep all of them waiting.
pub(crate) fn side_by_side(most: u32) -> usize {
    (most.saturating_sub(1) as usize).clamp(1, PIECES)
}

/// Why a question is not split, in a word for the figures.
const WHOLE: [&str; 7] = ["raw", "no-range", "off", "limit", "clock", "short", "too-many"];

/// Makes the figures of buckets exist, as 0: who gathers rates sees the first event then, too.
pub fn expect_figures() {
    for outcome in ["hit", "partial", "miss"] {
        metrics::counter!("porthole_buckets_requests_total", "outcome" => outcome).increment(0);
    }
    for reason in WHOLE {
        metrics::counter!("porthole_buckets_skipped_total", "reason" => reason).increment(0);
    }
    metrics::counter!("porthole_buckets_computed_total").increment(0);
    metrics::counter!("porthole_buckets_kept_total").increment(0);
    metrics::gauge!("porthole_buckets_bytes").set(0.0);
}

/// Answers a question for points in time.
pub(crate) async fn fetch(
    asker: &Asker<'_>,
    source: &Resolved<'_>,
    query: &SeriesQuery,
) -> Result<SeriesAnswer, DataError> {
    let now = time::now();
    match split(asker, source, query, now) {
        Ok(split) => by_parts(asker, source, query, now, split).await,
        Err(reason) => {
            debug_assert!(WHOLE.contains(&reason), "{reason}");
            metrics::counter!("porthole_buckets_skipped_total", "reason" => reason).increment(1);
            let gathered = read(asker, source, query, now).await?;
            Ok(SeriesAnswer {
                asked_anew: touched(query.range, query.bucket_seconds),
                ..gathered.answer()
            })
        }
    }
}

/// A question in its parts.
struct Split {
    /// Before the first whole bucket.
    head: Option<Range>,
    /// Whole and settled: numbers of buckets since the Unix epoch.
    settled: std::ops::Range<i64>,
    /// What is not settled, and the part of a bucket at the end.
    tail: Option<Range>,
    width: u32,
    not_before: i64,
    /// After how long a bucket is settled, milliseconds.
    settle: i64,
}

/// How old a bucket may be that is asked for ahead of its time, milliseconds: whoever asks has a quarter of an hour, and with
/// long times a tenth of them, to come before the readers.
fn ahead(reread: i64) -> i64 {
    const SOON: i64 = 15 * 60 * 1000;
    reread - (reread / 10).max(SOON).min(reread / 2)
}

/// Takes a question apart; or says, in a word for the figures, why it is asked as it is.
fn split(
    asker: &Asker<'_>,
    source: &Resolved<'_>,
    query: &SeriesQuery,
    now: i64,
) -> Result<Split, &'static str> {
    let options = asker.store.options();
    let keep = source.source.keep();
    let (Some(width), Some(range)) = (query.bucket_seconds, query.range) else {
        return Err(if query.bucket_seconds.is_none() {
            "raw"
        } else {
            "no-range"
        });
    };
    if options.memory_bytes == 0 || *keep == Keep::Nothing {
        return Err("off");
    }
    if let Some(reason) = source.source.impure() {
        return Err(reason);
    }
    let Keep::Buckets { settle, reread } = keep else {
        return Err("off");
    };
    let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    let settle = millis(settle.unwrap_or(options.settle));
    let reread = millis(reread.unwrap_or(options.reread));
    let believed = if asker.is_ahead { ahead(reread) } else { reread };
    let size = i64::from(width) * 1000;
    let first = range
        .start
        .checked_add(size - 1)
        .ok_or("too-many")?
        .div_euclid(size);
    let settled = now.saturating_sub(settle).min(range.end).div_euclid(size);
    if first >= settled {
        return Err("short");
    }
    if settled - first > MOST {
        return Err("too-many");
    }
    let part = |start: i64, end: i64| (start < end).then_some(Range { start, end });
    Ok(Split {
        head: part(range.start, first * size),
        settled: first..settled,
        tail: part(settled * size, range.end),
        width,
        not_before: now.saturating_sub(believed),
        settle,
    })
}

async fn by_parts(
    asker: &Asker<'_>,
    source: &Resolved<'_>,
    query: &SeriesQuery,
    now: i64,
    split: Split,
) -> Result<SeriesAnswer, DataError> {
    let part = async |range: Option<Range>| {
        if range.is_none() {
            return Ok(Gathered::default());
        }
        let query = SeriesQuery {
            range,
            ..query.clone()
        };
        read(asker, source, &query, now).await
    };
    let (head, filled, tail) = futures_util::try_join!(
        part(split.head),
        settled(asker, source, query, now, &split),
        part(split.tail)
    )?;
    let unlabelled = unlabelled(source);
    let mut gathered = head;
    let size = i64::from(split.width) * 1000;
    for chunk in &filled.chunks {
        let begin = chunk.number * chunk::CHUNK;
        let mask = chunk::mask(split.settled.start - begin, split.settled.end - begin);
        for line in &chunk.chunk.lines {
            if !query.labels.is_empty() && !query.labels.iter().any(|label| **label == *line.label) {
                continue;
            }
            let label = if source.configured("series_label").is_none() {
                &unlabelled
            } else {
                &*line.label
            };
            for (slot, part) in line.parts(mask) {
                gathered.add(
                    label,
                    (begin + i64::from(slot)) * size,
                    part.answer(query.aggregate),
                );
            }
            gathered.within(query)?;
        }
    }
    gathered.append(tail);
    gathered.within(query)?;
    let wanted = (split.settled.end - split.settled.start) as u64;
    let computed = filled.computed.min(wanted);
    let outcome = match computed {
        0 => "hit",
        computed if computed == wanted => "miss",
        _ => "partial",
    };
    metrics::counter!("porthole_buckets_requests_total", "outcome" => outcome).increment(1);
    metrics::counter!("porthole_buckets_computed_total").increment(computed);
    metrics::counter!("porthole_buckets_kept_total").increment(wanted - computed);
    metrics::gauge!("porthole_buckets_bytes").set(asker.store.bytes() as f64);
    Ok(SeriesAnswer {
        buckets: Some(BucketUse {
            kept: wanted - computed,
            computed,
        }),
        asked_anew: touched(split.head, query.bucket_seconds) + touched(split.tail, query.bucket_seconds),
        ..gathered.answer()
    })
}

/// How many buckets a range touches; 0 where there are none or where they cannot be counted.
fn touched(range: Option<Range>, seconds: Option<u32>) -> u64 {
    let (Some(range), Some(seconds)) = (range, seconds) else {
        return 0;
    };
    let size = i64::from(seconds) * 1000;
    let last = range.end.saturating_sub(1).div_euclid(size);
    (last - range.start.div_euclid(size) + 1).unsigned_abs()
}

/// A chunk and its number.
struct Numbered {
    number: i64,
    chunk: Arc<chunk::Chunk>,
}

struct Settled {
    chunks: Vec<Numbered>,
    computed: u64,
}

async fn settled(
    asker: &Asker<'_>,
    source: &Resolved<'_>,
    query: &SeriesQuery,
    now: i64,
    split: &Split,
) -> Result<Settled, DataError> {
    let measure = Measure::of(query.aggregate);
    let mut finer: Vec<u32> = source
        .source
        .ladder()
        .rungs()
        .iter()
        .filter_map(|rung| rung.bucket_seconds)
        .filter(|seconds| *seconds < split.width && split.width.is_multiple_of(*seconds))
        .collect();
    finer.sort_unstable_by(|left, right| right.cmp(left));
    finer.dedup();
    let ask = |labels, key| Ask {
        store: asker.store,
        tenant: asker.tenant,
        asker,
        source,
        labels,
        measure,
        key,
        width: split.width,
        finer: finer.clone(),
        wanted: split.settled.clone(),
        most: (query.max_rows, query.max_bytes),
        now,
        not_before: split.not_before,
    };
    let numbered = |filled: Filled| {
        let first = split.settled.start.div_euclid(chunk::CHUNK);
        Settled {
            chunks: filled
                .chunks
                .into_iter()
                .enumerate()
                .map(|(index, chunk)| Numbered {
                    number: first + index as i64,
                    chunk,
                })
                .collect(),
            computed: filled.computed,
        }
    };
    let key = key(asker, source, split.settle)?;
    let all = ask(&[], key.of(measure, &[]));
    if query.labels.is_empty() {
        return Ok(numbered(all.fill().await?));
    }
    // Where all series are known, so are these.
    if let Some(chunks) = all.kept().await {
        return Ok(numbered(Filled { chunks, computed: 0 }));
    }
    let mut labels = query.labels.clone();
    labels.sort_unstable();
    labels.dedup();
    let some = ask(&labels, key.of(measure, &labels));
    Ok(numbered(some.fill().await?))
}

fn key(asker: &Asker<'_>, source: &Resolved<'_>, settle: i64) -> Result<SourceKey, DataError> {
    let canonical = sql::canonical(source).map_err(DataError::Query)?;
    let database = &asker.connections.identity();
    let generations = asker.store.generations(asker.tenant, &source.source.table_name());
    Ok(SourceKey::new(
        asker.tenant,
        database,
        &canonical,
        generations,
        settle,
    ))
}

/// What the only series of a source without labels is called, or series without a label.
fn unlabelled(source: &Resolved<'_>) -> String {
    match source.configured("series_label") {
        Some(_) => String::new(),
        None => source.value_name(),
    }
}

/// Asks the database.
async fn read(
    asker: &Asker<'_>,
    source: &Resolved<'_>,
    query: &SeriesQuery,
    now: i64,
) -> Result<Gathered, DataError> {
    let (gathered, is_odd) = read_as(asker, source, query, now, Odd::Along).await?;
    match is_odd && query.bucket_seconds.is_some() {
        // In such a bucket the others count.
        true => Ok(read_as(asker, source, query, now, Odd::LeftOut).await?.0),
        false => Ok(gathered),
    }
}

/// The points, and whether there is a number among them that is none.
async fn read_as(
    asker: &Asker<'_>,
    source: &Resolved<'_>,
    query: &SeriesQuery,
    now: i64,
    odd: Odd,
) -> Result<(Gathered, bool), DataError> {
    let mut gathered = Gathered::default();
    let mut is_odd = false;
    let statement = sql::series(source, query, odd, now).map_err(DataError::Query)?;
    let is_loose = query.labels.iter().any(|label| label::beginning(label).is_some());
    let unlabelled = unlabelled(source);
    // Of shortened labels, the database gives all that begin alike.
    let is_wanted = |name: &str| !is_loose || query.labels.iter().any(|label| label == name);
    asker
        .each(statement, |row| {
            // A row without a time is no point.
            let Some(instant) = row.instant(0) else {
                return Ok(());
            };
            let label = row.text(1);
            let label = label::shown(label.as_deref().unwrap_or(&unlabelled));
            if is_wanted(&label) {
                let value = row.raw(2);
                is_odd |= value.is_some_and(|value| !value.is_finite());
                let value = value.filter(|value| value.is_finite()).unwrap_or(f64::NAN);
                gathered.add(&label, instant, value);
            }
            gathered.within(query)
        })
        .await?;
    Ok((gathered, is_odd))
}

#[cfg(test)]
mod tests {
    use super::{ahead, side_by_side};

    #[test]
    fn whoever_warms_comes_well_before_the_readers_and_not_all_the_time() {
        let minute = 60_000;
        let early = |reread| (reread - ahead(reread)) / minute;
        assert_eq!(
            [1440, 240, 60, 20, 2].map(|minutes| early(minutes * minute)),
            [144, 24, 15, 10, 1]
        );
        assert_eq!(ahead(0), 0);
    }

    #[test]
    fn a_question_leaves_a_connection_to_the_others_where_there_is_more_than_one() {
        assert_eq!([1, 2, 3, 4, 5, 100].map(side_by_side), [1, 1, 2, 3, 4, 4]);
    }
}
