//! What a reader asks of a table: sort keys, filters, the page.

use porthole_model::SortKey;

use crate::query::Query;

/// Rows on a page at first; the host's own default for tables.
pub const PAGE_SIZE: u32 = 50;

/// The reader's wishes for one table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableQuery {
    /// From 1; none: the first.
    pub page: Option<u32>,
    /// Rows on a page; none: as the panel says.
    pub page_size: Option<u32>,
    /// None: as the panel says.
    pub sort: Option<Vec<SortKey>>,
    /// Columns and what their cells must contain; none is empty.
    pub filters: Vec<(String, String)>,
}

impl TableQuery {
    /// Adds the parameters that `/panels/{id}/data` takes.
    pub fn write(&self, query: &mut Query) {
        if let Some(page) = self.page {
            query.push("page", page.to_string());
        }
        if let Some(size) = self.page_size {
            query.push("page_size", size.to_string());
        }
        if let Some(sort) = self.sort.as_ref().filter(|sort| !sort.is_empty()) {
            query.push("sort", parameter(sort));
        }
        for (column, text) in &self.filters {
            query.push(format!("filter[{column}]"), text);
        }
    }

    /// Sorts by a column, and shows the first page again.
    pub fn sort_by(&mut self, column: &str, current: &[SortKey], keep_others: bool) {
        self.sort = Some(toggled(current, column, keep_others));
        self.page = None;
    }

    /// Sets or clears the filter of a column, and shows the first page again.
    pub fn filter_by(&mut self, column: &str, text: &str) {
        self.filters.retain(|(c, _)| c != column);
        if !text.trim().is_empty() {
            self.filters.push((column.to_owned(), text.trim().to_owned()));
        }
        self.page = None;
    }

    /// What a column is filtered by.
    pub fn filter_of(&self, column: &str) -> &str {
        self.filters
            .iter()
            .find(|(c, _)| c == column)
            .map_or("", |(_, text)| text.as_str())
    }
}

/// `-time,service`.
pub fn parameter(sort: &[SortKey]) -> String {
    sort.iter()
        .map(|key| format!("{}{}", if key.descending { "-" } else { "" }, key.column))
        .collect::<Vec<_>>()
        .join(",")
}

/// The other way round; what names no column is left out.
pub fn keys(text: &str) -> Vec<SortKey> {
    text.split(',')
        .map(|part| match part.strip_prefix('-') {
            Some(column) => (column, true),
            None => (part, false),
        })
        .filter(|(column, _)| !column.is_empty())
        .map(|(column, descending)| SortKey {
            column: column.to_owned(),
            descending,
        })
        .collect()
}

/// A click: ascending, then descending, then ascending again, by this column alone. With shift the other keys stay and
/// a third click takes this one away.
pub fn toggled(current: &[SortKey], column: &str, keep_others: bool) -> Vec<SortKey> {
    let key = |descending| SortKey {
        column: column.to_owned(),
        descending,
    };
    let place = current.iter().position(|key| key.column == column);
    if !keep_others {
        let was_ascending = current
            .first()
            .is_some_and(|key| key.column == column && !key.descending);
        return vec![key(was_ascending)];
    }
    let mut keys = current.to_vec();
    match place {
        None => keys.push(key(false)),
        Some(at) if !keys[at].descending => keys[at].descending = true,
        Some(at) if keys.len() > 1 => {
            keys.remove(at);
        }
        Some(at) => keys[at].descending = false,
    }
    keys
}

/// The page numbers to offer; none stands for those left out.
pub fn pages(page: u32, count: u32) -> Vec<Option<u32>> {
    let mut shown: Vec<u32> = [1, count, page.saturating_sub(1), page, page.saturating_add(1)]
        .into_iter()
        .filter(|p| (1..=count).contains(p))
        .collect();
    shown.sort_unstable();
    shown.dedup();
    let mut out = Vec::new();
    for p in shown {
        match out.last().copied().flatten() {
            Some(before) if p == before + 2 => out.push(Some(p - 1)),
            Some(before) if p > before + 2 => out.push(None),
            _ => {}
        }
        out.push(Some(p));
    }
    out
}

/// How many pages there are; at least one.
pub fn page_count(total: u64, page_size: u32) -> u32 {
    u32::try_from(total.div_ceil(u64::from(page_size.max(1))))
        .unwrap_or(u32::MAX)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clicks_go_up_then_down_then_up() {
        assert_eq!(parameter(&toggled(&keys("-time"), "service", false)), "service");
        assert_eq!(
            parameter(&toggled(&keys("service"), "service", false)),
            "-service"
        );
        assert_eq!(
            parameter(&toggled(&keys("-service,time"), "service", false)),
            "service"
        );
    }

    #[test]
    fn shift_clicks_add_turn_and_take_away() {
        assert_eq!(
            parameter(&toggled(&keys("-time"), "service", true)),
            "-time,service"
        );
        assert_eq!(
            parameter(&toggled(&keys("-time,service"), "service", true)),
            "-time,-service"
        );
        assert_eq!(
            parameter(&toggled(&keys("-time,-service"), "service", true)),
            "-time"
        );
        assert_eq!(parameter(&toggled(&keys("-time"), "time", true)), "time");
    }

    #[test]
    fn a_new_order_or_filter_starts_at_the_first_page() {
        let mut wish = TableQuery {
            page: Some(7),
            ..Default::default()
        };
        wish.filter_by("service", " pay ");
        assert_eq!(wish.page, None);
        assert_eq!(wish.filter_of("service"), "pay");
        wish.page = Some(3);
        wish.sort_by("time", &[], false);
        assert_eq!(wish.page, None);
        wish.filter_by("service", " ");
        assert!(wish.filters.is_empty());
    }

    #[test]
    fn writes_what_the_api_takes() {
        let mut query = Query::default();
        TableQuery {
            page: Some(2),
            page_size: Some(25),
            sort: Some(keys("-time,service")),
            filters: vec![("service".to_owned(), "pay".to_owned())],
        }
        .write(&mut query);
        assert_eq!(
            query.to_text(),
            "?page=2&page_size=25&sort=-time,service&filter%5Bservice%5D=pay"
        );
    }

    #[test]
    fn offers_the_ends_and_the_neighbours() {
        let text = |page, count| {
            pages(page, count)
                .into_iter()
                .map(|p| p.map_or("…".to_owned(), |p| p.to_string()))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(text(1, 1), "1");
        assert_eq!(text(1, 3), "1 2 3");
        assert_eq!(text(5, 9), "1 … 4 5 6 … 9");
        assert_eq!(text(3, 5), "1 2 3 4 5");
        assert_eq!(text(u32::MAX, 4), "1 … 4");
    }

    #[test]
    fn an_empty_table_has_one_page() {
        assert_eq!(page_count(0, 50), 1);
        assert_eq!(page_count(51, 50), 2);
        assert_eq!(page_count(u64::MAX, 0), u32::MAX);
    }
}
