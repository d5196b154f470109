//! Rows from memory, as a database would answer.

use std::{cmp::Ordering, collections::BTreeMap};

use super::FakeSource;
use crate::{Column, ColumnData, Frame, QueryError, Rows, RowsRequest, SortKey, TimeRange};

pub(super) fn answer(
    source: &FakeSource,
    range: Option<TimeRange>,
    request: &RowsRequest,
) -> Result<Rows, QueryError> {
    let frame = &source.frame;
    let mut order = source.within(range);
    if let Some(name) = &request.latest_per {
        order = latest(
            frame,
            &order,
            column(frame, name)?,
            column(frame, &source.time_column)?,
        );
    }
    for filter in &request.filters {
        let data = column(frame, &filter.column)?;
        let wanted = filter.contains.to_lowercase();
        order.retain(|row| {
            data.text(*row)
                .is_some_and(|text| text.to_lowercase().contains(&wanted))
        });
    }
    sort(frame, &mut order, &request.sort)?;
    let total = request.count.then_some(order.len() as u64);
    let page: Vec<usize> = order
        .into_iter()
        .skip(request.offset as usize)
        .take(request.limit as usize)
        .collect();
    Ok(Rows {
        frame: select(frame, &page),
        total,
    })
}

fn column<'a>(frame: &'a Frame, name: &str) -> Result<&'a ColumnData, QueryError> {
    frame
        .column(name)
        .ok_or_else(|| QueryError::Invalid(format!("the source has no column `{name}`")))
}

/// The newest row of each value of a column, in the order of the rows.
fn latest(frame: &Frame, order: &[usize], per: &ColumnData, time: &ColumnData) -> Vec<usize> {
    debug_assert_eq!(per.len(), frame.height());
    let mut newest: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for row in order {
        let best = newest.entry(per.text(*row)).or_insert(*row);
        if time.instant(*row) > time.instant(*best) {
            *best = *row;
        }
    }
    let mut rows: Vec<usize> = newest.into_values().collect();
    rows.sort_by_key(|row| order.iter().position(|known| known == row));
    rows
}

/// Sorts rows by keys; missing values come last, equal rows stay as they were.
pub(super) fn sort(frame: &Frame, order: &mut [usize], keys: &[SortKey]) -> Result<(), QueryError> {
    let keys: Vec<(&ColumnData, bool)> = keys
        .iter()
        .map(|key| Ok((column(frame, &key.column)?, key.descending)))
        .collect::<Result<_, QueryError>>()?;
    order.sort_by(|a, b| {
        keys.iter()
            .map(|(data, descending)| compare(data, *a, *b, *descending))
            .find(|it| it.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    Ok(())
}

fn compare(data: &ColumnData, a: usize, b: usize, descending: bool) -> Ordering {
    let missing = |row| match data {
        ColumnData::Instants(_) => data.instant(row).is_none(),
        _ => data.text(row).is_none(),
    };
    let ordering = match data {
        ColumnData::Texts(values) => values.get(a).cmp(&values.get(b)),
        ColumnData::Instants(_) => data.instant(a).cmp(&data.instant(b)),
        _ => data
            .number(a)
            .partial_cmp(&data.number(b))
            .unwrap_or(Ordering::Equal),
    };
    let ordering = if descending { ordering.reverse() } else { ordering };
    missing(a).cmp(&missing(b)).then(ordering)
}

/// These rows of a frame, in this order.
pub(super) fn select(frame: &Frame, order: &[usize]) -> Frame {
    fn pick<T: Clone>(values: &[T], order: &[usize]) -> Vec<T> {
        order.iter().filter_map(|row| values.get(*row).cloned()).collect()
    }
    let columns = frame.columns.iter().map(|column| {
        let data = match &column.data {
            ColumnData::Numbers(values) => ColumnData::Numbers(pick(values, order)),
            ColumnData::Integers(values) => ColumnData::Integers(pick(values, order)),
            ColumnData::Texts(values) => ColumnData::Texts(pick(values, order)),
            ColumnData::Booleans(values) => ColumnData::Booleans(pick(values, order)),
            ColumnData::Instants(values) => ColumnData::Instants(pick(values, order)),
        };
        Column::new(&column.name, data)
    });
    Frame {
        columns: columns.collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Filter, Sources, Span, testing};

    fn checks() -> testing::FakeSources {
        let frame = testing::frame([
            ("timestamp", testing::instants(&[10, 20, 30, 40])),
            ("service", testing::texts(&["api", "web", "api", "Mail"])),
            ("took", testing::numbers(&[3.0, f64::NAN, 1.0, 2.0])),
        ]);
        testing::FakeSources::new(0, 40).with("main", FakeSource::new(frame))
    }

    fn services(request: RowsRequest) -> Vec<String> {
        let rows = checks().open("main").unwrap().rows(request).unwrap();
        let data = rows.frame.column("service").unwrap();
        (0..data.len()).map(|row| data.text(row).unwrap()).collect()
    }

    #[test]
    fn the_range_is_half_open() {
        assert_eq!(services(RowsRequest::default()), ["api", "web", "api"]);
        assert_eq!(
            services(RowsRequest {
                span: Span::Everything,
                ..RowsRequest::default()
            })
            .len(),
            4
        );
    }

    #[test]
    fn the_newest_row_of_each_value_is_kept() {
        let rows = checks()
            .open("main")
            .unwrap()
            .rows(RowsRequest {
                latest_per: Some("service".into()),
                count: true,
                ..RowsRequest::default()
            })
            .unwrap();
        assert_eq!(rows.total, Some(2));
        assert_eq!(
            rows.frame.column("timestamp"),
            Some(&testing::instants(&[20, 30]))
        );
    }

    #[test]
    fn missing_values_are_last_in_both_directions() {
        for (descending, first) in [(false, "api"), (true, "api")] {
            let sort = vec![SortKey {
                column: "took".into(),
                descending,
            }];
            let found = services(RowsRequest {
                sort,
                ..RowsRequest::default()
            });
            assert_eq!((found[0].as_str(), found[2].as_str()), (first, "web"));
        }
    }

    #[test]
    fn filters_do_not_regard_case_and_pages_are_cut_after_them() {
        let filters = vec![Filter {
            column: "service".into(),
            contains: "A".into(),
        }];
        let request = RowsRequest {
            span: Span::Everything,
            filters,
            offset: 1,
            limit: 5,
            count: true,
            ..RowsRequest::default()
        };
        assert_eq!(services(request.clone()), ["api", "Mail"]);
        assert_eq!(
            checks().open("main").unwrap().rows(request).unwrap().total,
            Some(3)
        );
    }

    #[test]
    fn an_unknown_column_is_invalid() {
        let source = checks().open("main").unwrap();
        let sort = vec![SortKey {
            column: "nope".into(),
            descending: false,
        }];
        assert!(matches!(
            source.rows(RowsRequest {
                sort,
                ..RowsRequest::default()
            }),
            Err(QueryError::Invalid(_))
        ));
    }
}
