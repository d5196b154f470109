//! From a reader's wish to the call that a guest gets.

use chrono::{DateTime, Utc};
use porthole_sandbox::bindings as guest;

use crate::prepare::ReadyPanel;
use crate::request::RenderRequest;

/// The call for one panel at this moment.
pub(super) fn call(panel: &ReadyPanel, request: &RenderRequest, now: DateTime<Utc>) -> guest::Call {
    let paging = &request.paging;
    guest::Call {
        panel_id: panel.config.id.clone(),
        display: panel.display.clone(),
        parameters: panel.parameters.clone(),
        range: guest::TimeRange {
            start: request.range.start,
            end: request.range.end,
        },
        now: now.timestamp_millis(),
        time_zone: request.time_zone.clone(),
        raw: request.raw,
        labels: request.labels.clone(),
        max_points: request.max_points,
        surface: request.surface.map(|surface| guest::Surface {
            width: surface.width,
            height: surface.height,
            dark: surface.dark,
        }),
        paging: guest::Paging {
            page: paging.page.max(1),
            page_size: paging.page_size,
            sort: paging
                .sort
                .iter()
                .map(|(column, descending)| guest::SortKey {
                    column: column.clone(),
                    descending: *descending,
                })
                .collect(),
            filters: paging
                .filters
                .iter()
                .map(|(column, contains)| guest::Filter {
                    column: column.clone(),
                    contains: contains.clone(),
                })
                .collect(),
        },
    }
}
