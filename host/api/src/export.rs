//! A panel's rows as a file.

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use porthole_panel::{Export, ExportFormat, Range};

use crate::caller::TenantOfAddress;
use crate::panel_query;
use crate::path_name::PathName;
use crate::problem::ApiError;
use crate::request_id::RequestId;
use crate::state::ApiState;

const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// All that a panel shows, as rows.
///
/// It has the parameters of `/panels/{id}/data` and exports what that shows with them, every page: a chart has a row for each
/// point, a table its rows. Instants are in UTC. In CSV, texts that a spreadsheet would take for formulas have an apostrophe in
/// front. `tenant` takes the place of the header X-Porthole-Tenant, which a browser does not send for a link. An export that
/// ends early breaks the connection off.
#[utoipa::path(
    get, path = "/panels/{id}/export", tag = "Panels",
    params(
        ("id" = String, Path, description = "The panel's id.", example = "recent_errors"),
        ("format" = Option<String>, Query, description = "`csv` or `json`, a list of objects; without it, `csv`.", example = "csv"),
        ("tenant" = Option<String>, Query, description = "The tenant; without it, the header's or the session's.", example = "tenant-alpha"),
        ("start_date" = Option<String>, Query, description = "As for /panels/{id}/data, with all its other parameters.", example = "2026-01-01T00:00:00Z"),
        ("end_date" = Option<String>, Query, description = "As for /panels/{id}/data.", example = "2026-01-05T00:00:00Z"),
    ),
    responses(
        (status = 200, description = "The rows; `Content-Disposition` has a file's name.", content_type = "text/csv"),
        (status = 400, description = "`invalid_parameter`, also where the panel shows nothing that has rows; `no_tenant`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no such panel, or no grant for its tenant.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 422, description = "`panel_configuration`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 502, description = "As for /panels/{id}/data.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 503, description = "As for /panels/{id}/data; `busy` while the tenant has another export under way.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 504, description = "`query_timed_out`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn export(
    State(state): State<ApiState>,
    tenant: TenantOfAddress,
    PathName(panel): PathName,
    RawQuery(query): RawQuery,
    Extension(id): Extension<RequestId>,
) -> Result<Response, ApiError> {
    let (format, request) = panel_query::read_export(query.as_deref(), id, Utc::now())?;
    let range = request.range;
    let export = state.panels.export(tenant.id(), &panel, request, format).await?;
    let (kind, ending) = match format {
        ExportFormat::Csv => (CSV, "csv"),
        ExportFormat::Json => (JSON, "json"),
    };
    let mut response = Response::new(Body::from_stream(chunks(export)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    let disposition = format!("attachment; filename=\"{}\"", file_name(&panel, range, ending));
    let disposition =
        HeaderValue::try_from(disposition).map_err(|error| ApiError::internal(error.to_string()))?;
    headers.insert(CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// The sheet, and an error that breaks the answer off where the sheet does not come to its end.
fn chunks(export: Export) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> + Send {
    let Export { first, rest } = export;
    let rest = stream::unfold(rest, |mut rest| async move {
        let chunk = rest.recv().await?;
        Some((chunk.map_err(std::io::Error::other), rest))
    });
    stream::once(async move { Ok(first) }).chain(rest)
}

/// `cpu_usage_20260101T0000Z_20260102T0000Z.csv`. A panel's id is letters, digits, `-` and `_`; whatever else stands there
/// is no panel's.
fn file_name(panel: &str, range: Range, ending: &str) -> String {
    let instant = |at| {
        DateTime::from_timestamp_millis(at)
            .map_or_else(String::new, |at| at.format("_%Y%m%dT%H%MZ").to_string())
    };
    let panel: String = panel
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(*letter))
        .collect();
    format!("{panel}{}{}.{ending}", instant(range.start), instant(range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_says_panel_and_range_and_nothing_else() {
        let range = Range {
            start: 1_767_225_600_000,
            end: 1_767_312_000_000,
        };
        assert_eq!(
            file_name("cpu", range, "csv"),
            "cpu_20260101T0000Z_20260102T0000Z.csv"
        );
        assert!(file_name("a\"\r\n/b", range, "csv").starts_with("ab_"));
    }
}
