//! What is asked of tables, in the address of the page they are on: `sort.errors=-time&page.errors=2&filter.errors.service=pay`.

use crate::{
    query::Query,
    sorting::{TableQuery, keys, parameter},
};

impl TableQuery {
    /// What the address of a page says of the table of panel `id`. What it says wrongly is left out. `is_large`: the panel
    /// is shown alone, where a page has other rows than on the dashboard.
    pub fn of_address(address: &Query, id: &str, is_large: bool) -> Self {
        let filter = format!("filter.{id}.");
        let sort = address.get(&format!("sort.{id}")).map(keys);
        let mut this = Self {
            page: address
                .get(&page_name(id, is_large))
                .and_then(|page| page.parse().ok())
                .filter(|page| *page > 1),
            page_size: None,
            sort: sort.filter(|keys| !keys.is_empty()),
            filters: Vec::new(),
        };
        for (name, text) in address.pairs() {
            if let Some(column) = name.strip_prefix(&filter)
                && this.filter_of(column).is_empty()
                && !text.trim().is_empty()
            {
                this.filters.push((column.to_owned(), text.trim().to_owned()));
            }
        }
        this
    }

    /// Writes into the address of a page what is asked of the table of panel `id`: `sort.id=-time&page.id=2&filter.id.x=y`,
    /// and nothing of what is as the panel says.
    pub fn write_to_address(&self, address: &mut Query, id: &str, is_large: bool) {
        let sort = self
            .sort
            .as_deref()
            .filter(|sort| !sort.is_empty())
            .map(parameter);
        let page = self.page.filter(|page| *page > 1).map(|page| page.to_string());
        if page.is_none() {
            // In another order, the page on the dashboard holds other rows, too.
            address.set(&page_name(id, false), None);
        }
        address
            .set(&format!("sort.{id}"), sort.as_deref())
            .set(&page_name(id, is_large), page.as_deref())
            .remove_below(&format!("filter.{id}."));
        for (column, text) in &self.filters {
            address.push(format!("filter.{id}.{column}"), text);
        }
    }

    /// Whether this differs from what was asked before only in what a filter says that was there already: somebody goes on
    /// typing, which is no step to come back to.
    pub fn goes_on_from(&self, before: &Self) -> bool {
        let is_there = |(column, _): &(String, String)| !before.filter_of(column).is_empty();
        self.sort == before.sort
            && self.filters != before.filters
            && self.filters.len() == before.filters.len()
            && self.filters.iter().all(is_there)
    }
}

/// What the page of a table is called in the address of the page it is on.
fn page_name(id: &str, is_large: bool) -> String {
    if is_large {
        "page".to_owned()
    } else {
        format!("page.{id}")
    }
}

/// Whether a name in the address of a dashboard says how one of its panels is shown: a table, or a chart.
pub fn is_of_dashboard(name: &str) -> bool {
    ["sort.", "page.", "filter.", "show.", "hide.", "as."]
        .iter()
        .any(|kind| name.starts_with(kind))
}

/// Whether a name in the address of a dashboard says what panel `id` holds, on whatever page.
pub fn is_of_panel(name: &str, id: &str) -> bool {
    ["sort.", "filter.", "show.", "hide."].iter().any(|kind| {
        name.strip_prefix(kind)
            .and_then(|rest| rest.strip_prefix(id))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Takes the pages of all tables out of an address: of another range, they hold other rows.
pub fn to_first_pages(address: &mut Query) {
    address.set("page", None).remove_below("page.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_what_is_asked_of_each_table_and_no_more() {
        let wish = TableQuery {
            page: Some(3),
            page_size: Some(100),
            sort: Some(keys("-time,service")),
            filters: vec![("ser.vice".to_owned(), "pay & co".to_owned())],
        };
        let mut address = Query::parse("?from=now-1h&page.other=2");
        wish.write_to_address(&mut address, "errors", false);
        assert_eq!(
            address.to_text(),
            "?from=now-1h&page.other=2&sort.errors=-time,service&page.errors=3&filter.errors.ser.vice=pay%20%26%20co"
        );
        let read = TableQuery::of_address(&Query::parse(&address.to_text()), "errors", false);
        assert_eq!(
            read,
            TableQuery {
                page_size: None,
                ..wish
            }
        );
        let of_panel = |id| address.pairs().filter(|(name, _)| is_of_panel(name, id)).count();
        assert_eq!(
            (of_panel("errors"), of_panel("error"), of_panel("other")),
            (2, 0, 0)
        );
        TableQuery::default().write_to_address(&mut address, "errors", false);
        assert_eq!(address.to_text(), "?from=now-1h&page.other=2");
        assert!(
            address
                .pairs()
                .all(|(name, _)| is_of_dashboard(name) == (name != "from"))
        );
        to_first_pages(&mut address);
        assert_eq!(address.to_text(), "?from=now-1h");
    }

    #[test]
    fn a_table_shown_alone_has_pages_of_its_own_in_the_same_order() {
        let mut address = Query::parse("?sort.a=-time&page.a=4");
        let large = TableQuery::of_address(&address, "a", true);
        assert_eq!((large.page, large.sort.as_deref()), (None, Some(&*keys("-time"))));
        TableQuery {
            page: Some(2),
            ..large.clone()
        }
        .write_to_address(&mut address, "a", true);
        assert_eq!(address.to_text(), "?page.a=4&sort.a=-time&page=2");
        TableQuery {
            sort: Some(keys("service")),
            ..large
        }
        .write_to_address(&mut address, "a", true);
        assert_eq!(address.to_text(), "?sort.a=service");
    }

    #[test]
    fn what_an_address_says_wrongly_of_a_table_is_as_if_it_were_not_there() {
        for text in [
            "",
            "?page.a=0&sort.a=",
            "?page.a=banana&sort.a=-,",
            "?page.a=1&filter.a.x=%20",
            "?page.ab=2",
        ] {
            let read = TableQuery::of_address(&Query::parse(text), "a", false);
            assert_eq!(read, TableQuery::default(), "{text}");
        }
    }

    #[test]
    fn who_goes_on_typing_makes_no_steps() {
        let filtered = |text: &str| TableQuery {
            filters: vec![("service".to_owned(), text.to_owned())],
            ..Default::default()
        };
        assert!(filtered("pay").goes_on_from(&filtered("p")));
        assert!(!filtered("p").goes_on_from(&TableQuery::default()));
        assert!(!TableQuery::default().goes_on_from(&filtered("p")));
        let sorted = TableQuery {
            sort: Some(keys("time")),
            ..filtered("pay")
        };
        assert!(!sorted.goes_on_from(&filtered("p")));
    }
}
