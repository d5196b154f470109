//! What a reader may ask of a panel, read from the address.

use chrono::{DateTime, Utc};
use porthole_panel::{ExportFormat, Paging, RenderRequest, Surface};

use crate::instants;
use crate::parameters::Parameters;
use crate::problem::ApiError;
use crate::request_id::RequestId;

/// For the sentence about an unknown parameter.
const KNOWN: &str = "start_date, end_date, disable_aggregation, series_filter, max_points, page, page_size, sort, \
                     order, filter[column], tz, width, height, theme, fresh";

const LARGEST_PAGE: u32 = 500;
/// Keeps `page × page_size` within 32 bits.
const LAST_PAGE: u32 = 1_000_000;
const MOST_POINTS: u32 = 1_000_000;
const MOST_LABELS: usize = 100;
const MOST_SORT_KEYS: usize = 8;
const MOST_FILTERS: usize = 16;
/// Sides of a picture are rounded up to a multiple of this, so that nearly equal screens share an answer.
const SURFACE_STEP: u32 = 32;
const LARGEST_SURFACE: u32 = 4_096;
/// Longest column name or filter text, in characters.
const LONGEST_TEXT: usize = 255;
/// Longest label that there is: what is longer is shown, and asked for, under a shortened name.
const LONGEST_LABEL: usize = 1024;

/// Reads the parameters of `panels/{id}/data` and `reports/{panel_id}`.
pub(crate) fn read(
    query: Option<&str>,
    id: RequestId,
    now: DateTime<Utc>,
) -> Result<RenderRequest, ApiError> {
    let mut given = Parameters::parse(query)?;
    let request = request(&mut given, id, now)?;
    given.nothing_else(KNOWN)?;
    Ok(request)
}

/// The same for the address of a picture, which has the tenant and the picture's version as well.
pub(crate) fn read_address(
    query: Option<&str>,
    id: RequestId,
    now: DateTime<Utc>,
) -> Result<RenderRequest, ApiError> {
    let mut given = Parameters::parse(query)?;
    given.one("tenant")?;
    given.one("v")?;
    let request = request(&mut given, id, now)?;
    given.nothing_else(KNOWN)?;
    Ok(request)
}

/// The same for an export, which has a format and, as a link, the tenant as well.
pub(crate) fn read_export(
    query: Option<&str>,
    id: RequestId,
    now: DateTime<Utc>,
) -> Result<(ExportFormat, RenderRequest), ApiError> {
    let mut given = Parameters::parse(query)?;
    given.one("tenant")?;
    let format = match given.one("format")?.as_deref() {
        None | Some("csv") => ExportFormat::Csv,
        Some("json") => ExportFormat::Json,
        Some(_) => {
            return Err(ApiError::parameter(
                "format",
                "`format` is either `csv` or `json`.",
            ));
        }
    };
    let request = request(&mut given, id, now)?;
    given.nothing_else(&format!("format, tenant, {KNOWN}"))?;
    Ok((format, request))
}

/// The same for a custom endpoint, which is asked for one of the panels that have it.
pub(crate) fn read_custom(
    query: Option<&str>,
    id: RequestId,
    now: DateTime<Utc>,
) -> Result<(Option<String>, RenderRequest), ApiError> {
    let mut given = Parameters::parse(query)?;
    let panel = given.one("panel")?.map(|panel| panel.into_owned());
    let request = request(&mut given, id, now)?;
    given.nothing_else(&format!("panel, {KNOWN}"))?;
    Ok((panel, request))
}

fn request(given: &mut Parameters<'_>, id: RequestId, now: DateTime<Utc>) -> Result<RenderRequest, ApiError> {
    let range = instants::range(
        given.one("start_date")?.as_deref(),
        given.one("end_date")?.as_deref(),
        now,
    )?;
    let request = RenderRequest {
        range,
        raw: given.flag("disable_aggregation")?,
        labels: labels(given)?,
        max_points: given.number("max_points", 1, MOST_POINTS)?,
        paging: Paging {
            page: given.number("page", 1, LAST_PAGE)?.unwrap_or(1),
            page_size: given.number("page_size", 1, LARGEST_PAGE)?,
            sort: sort(given)?,
            filters: filters(given)?,
        },
        surface: surface(given)?,
        time_zone: time_zone(given)?,
        fresh: given.flag("fresh")?,
        request_id: id.as_str().to_owned(),
    };
    Ok(request)
}

/// One label a parameter, because labels may hold commas. Sorted: the order says nothing, and equal wishes should be
/// equal requests.
fn labels(given: &mut Parameters<'_>) -> Result<Vec<String>, ApiError> {
    const NAME: &str = "series_filter";
    let label = |label: std::borrow::Cow<'_, str>| match label.chars().nth(LONGEST_LABEL) {
        None => Ok(label.into_owned()),
        Some(_) => Err(ApiError::parameter(
            NAME,
            format!(
                "`{NAME}` is longer than {LONGEST_LABEL} characters. Give the series' name as the panel shows it."
            ),
        )),
    };
    // An empty one is a label, too: of rows that have none.
    let mut labels: Vec<String> = given.all(NAME).into_iter().map(label).collect::<Result<_, _>>()?;
    labels.sort();
    labels.dedup();
    if labels.len() > MOST_LABELS {
        return Err(ApiError::parameter(
            NAME,
            format!("`{NAME}` names more than {MOST_LABELS} series."),
        ));
    }
    Ok(labels)
}

/// `sort=cpu,-recorded_at`, or `sort=cpu&order=desc`.
fn sort(given: &mut Parameters<'_>) -> Result<Vec<(String, bool)>, ApiError> {
    let columns = given.one("sort")?;
    let order = given.one("order")?;
    let descending = match order.as_deref() {
        None => None,
        Some("asc") => Some(false),
        Some("desc") => Some(true),
        Some(_) => return Err(ApiError::parameter("order", "`order` is either `asc` or `desc`.")),
    };
    let Some(columns) = columns else {
        return match descending {
            None => Ok(Vec::new()),
            Some(_) => Err(ApiError::parameter(
                "order",
                "`order` needs `sort`, which names the column.",
            )),
        };
    };
    let mut keys: Vec<(String, bool)> = Vec::new();
    for column in columns.split(',') {
        let (column, minus) = column
            .strip_prefix('-')
            .map_or((column, false), |column| (column, true));
        if minus && descending.is_some() {
            return Err(ApiError::parameter(
                "order",
                "Give `order`, or a minus before the column; not both.",
            ));
        }
        let column = text("sort", column)?;
        if keys.iter().any(|(known, _)| *known == column) {
            return Err(ApiError::parameter(
                "sort",
                format!("`sort` names `{column}` twice."),
            ));
        }
        keys.push((column, minus || descending == Some(true)));
    }
    if keys.len() > MOST_SORT_KEYS {
        return Err(ApiError::parameter(
            "sort",
            format!("`sort` names more than {MOST_SORT_KEYS} columns."),
        ));
    }
    Ok(keys)
}

/// `filter[column]=text`; an empty text filters nothing.
fn filters(given: &mut Parameters<'_>) -> Result<Vec<(String, String)>, ApiError> {
    let mut filters: Vec<(String, String)> = Vec::new();
    for (column, wanted) in given.keyed("filter") {
        let name = format!("filter[{}]", column.chars().take(100).collect::<String>());
        let column = text(&name, &column)?;
        if filters.iter().any(|(known, _)| *known == column) {
            return Err(ApiError::parameter(
                name.clone(),
                format!("`{name}` is given more than once."),
            ));
        }
        if !wanted.is_empty() {
            filters.push((column, text(&name, &wanted)?));
        }
    }
    if filters.len() > MOST_FILTERS {
        return Err(ApiError::parameter(
            "filter",
            format!("There are more than {MOST_FILTERS} filters."),
        ));
    }
    filters.sort();
    Ok(filters)
}

/// `width`, `height` and `theme`: all or none of them.
fn surface(given: &mut Parameters<'_>) -> Result<Option<Surface>, ApiError> {
    let width = given.number("width", 16, LARGEST_SURFACE)?;
    let height = given.number("height", 16, LARGEST_SURFACE)?;
    let dark = match given.one("theme")?.as_deref() {
        None => None,
        Some("dark") => Some(true),
        Some("light") => Some(false),
        Some(_) => {
            return Err(ApiError::parameter(
                "theme",
                "`theme` is either `dark` or `light`.",
            ));
        }
    };
    match (width, height, dark) {
        (None, None, None) => Ok(None),
        (Some(width), Some(height), dark) => Ok(Some(Surface {
            width: width.next_multiple_of(SURFACE_STEP),
            height: height.next_multiple_of(SURFACE_STEP),
            dark: dark.unwrap_or(true),
        })),
        _ => Err(ApiError::parameter(
            if width.is_none() { "width" } else { "height" },
            "`width` and `height` are given together, in CSS pixels; `theme` only with them.",
        )),
    }
}

/// An IANA name.
fn time_zone(given: &mut Parameters<'_>) -> Result<String, ApiError> {
    let Some(zone) = given.one("tz")? else {
        return Ok("UTC".to_owned());
    };
    // What a browser says that does not know where it is.
    if zone == "Etc/Unknown" {
        return Ok("UTC".to_owned());
    }
    let plausible = zone.starts_with(|first: char| first.is_ascii_alphabetic())
        && zone.len() <= 64
        && zone
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "/_+-".contains(character));
    if plausible && porthole_panel::is_zone(&zone) {
        return Ok(zone.into_owned());
    }
    let message = match plausible {
        true => {
            format!("There is no time zone `{zone}`. Write its IANA name, such as `Europe/Vienna` or `UTC`.")
        }
        false => "`tz` is the name of a time zone, such as `Europe/Vienna` or `UTC`.".to_owned(),
    };
    Err(ApiError::parameter("tz", message))
}

fn text(parameter: &str, value: &str) -> Result<String, ApiError> {
    match value.chars().take(LONGEST_TEXT + 1).count() {
        0 => Err(ApiError::parameter(
            parameter,
            format!("`{parameter}` is empty. Leave it out, or say what is meant."),
        )),
        1..=LONGEST_TEXT => Ok(value.to_owned()),
        _ => Err(ApiError::parameter(
            parameter,
            format!("`{parameter}` is longer than {LONGEST_TEXT} characters."),
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn asked(query: &str) -> RenderRequest {
        read(Some(query), RequestId::next(), Utc::now()).unwrap()
    }

    fn refused(query: &str) -> String {
        let problem = read(Some(query), RequestId::next(), Utc::now())
            .unwrap_err()
            .into_problem("");
        assert_eq!(problem.status, 400);
        assert!(problem.detail.ends_with('.'), "{}", problem.detail);
        problem.parameter.unwrap()
    }

    #[test]
    fn without_parameters_everything_is_the_panels_own() {
        let request = asked("");
        assert_eq!(
            (request.raw, request.fresh, request.max_points),
            (false, false, None)
        );
        assert_eq!(
            request.paging,
            Paging {
                page: 1,
                ..Paging::default()
            }
        );
        assert_eq!(request.time_zone, "UTC");
    }

    #[test]
    fn reads_all_there_is() {
        let request = asked(
            "start_date=2026-01-01T00:00:00Z&end_date=2026-01-02T00:00:00%2B00:00&disable_aggregation=true\
             &series_filter=web,2&series_filter=web%201&series_filter=web,2&max_points=400&page=3&page_size=500\
             &sort=cpu,-recorded_at&filter[name]=a%26b&filter%5Bstate%5D=&tz=America/Argentina/Buenos_Aires&fresh=true",
        );
        assert_eq!(request.range.end - request.range.start, 86_400_000);
        assert_eq!(request.labels, ["web 1", "web,2"]);
        assert_eq!(
            (request.raw, request.fresh, request.max_points),
            (true, true, Some(400))
        );
        assert_eq!((request.paging.page, request.paging.page_size), (3, Some(500)));
        assert_eq!(
            request.paging.sort,
            [("cpu".to_owned(), false), ("recorded_at".to_owned(), true)]
        );
        assert_eq!(request.paging.filters, [("name".to_owned(), "a&b".to_owned())]);
        assert_eq!(request.time_zone, "America/Argentina/Buenos_Aires");
    }

    #[test]
    fn every_label_that_a_panel_shows_can_be_named() {
        let long = "ü".repeat(1024);
        let request = asked(&format!("series_filter=&series_filter={long}"));
        assert_eq!(request.labels, [String::new(), long.clone()]);
        assert_eq!(refused(&format!("series_filter={long}x")), "series_filter");
    }

    #[test]
    fn zones_are_those_that_there_are() {
        for zone in ["UTC", "Europe/Vienna", "Asia/Calcutta", "US/Pacific", "Etc/GMT+5"] {
            let written = zone.replace('+', "%2B");
            assert_eq!(asked(&format!("tz={written}")).time_zone, zone);
        }
        assert_eq!(asked("tz=Etc/Unknown").time_zone, "UTC");
    }

    #[test]
    fn order_speaks_of_the_column_without_a_minus() {
        assert_eq!(
            asked("sort=cpu&order=desc").paging.sort,
            [("cpu".to_owned(), true)]
        );
        assert_eq!(
            asked("sort=cpu&order=asc").paging.sort,
            [("cpu".to_owned(), false)]
        );
        assert_eq!(refused("sort=-cpu&order=asc"), "order");
        assert_eq!(refused("order=asc"), "order");
        assert_eq!(refused("sort=cpu&order=up"), "order");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (query, parameter) in [
            ("page=-1", "page"),
            ("page=0", "page"),
            ("page=+1", "page"),
            ("page=%2B1", "page"),
            ("page=99999999999999999999", "page"),
            ("page=", "page"),
            ("page=1&page=2", "page"),
            ("page_size=501", "page_size"),
            ("page_size=0", "page_size"),
            ("max_points=many", "max_points"),
            ("disable_aggregation=yes", "disable_aggregation"),
            ("fresh", "fresh"),
            ("sort=", "sort"),
            ("sort=a,,b", "sort"),
            ("sort=a,-a", "sort"),
            ("sort=a,b,c,d,e,f,g,h,i", "sort"),
            ("filter[]=x", "filter[]"),
            ("filter[a]=x&filter[a]=y", "filter[a]"),
            ("filter=x", "filter"),
            ("tz=", "tz"),
            ("tz=../../etc/passwd", "tz"),
            ("tz=Europe/Vienna;x", "tz"),
            ("tz=Mars/Olympus", "tz"),
            ("tz=Europe", "tz"),
            ("end_date=0000-12-31T00:00:00Z", "end_date"),
            ("start_date=9999-01-01T00:00:00Z", "start_date"),
            ("start=2026", "start"),
            ("sort=a%00b", "sort"),
            (
                "start_date=2026-01-02T00:00:00Z&end_date=2026-01-01T00:00:00Z",
                "start_date",
            ),
        ] {
            assert_eq!(refused(query), parameter, "{query}");
        }
        assert_eq!(refused(&format!("sort={}", "x".repeat(256))), "sort");
        assert_eq!(refused(&"page=1&".repeat(300)), "query");
        assert_eq!(refused(&"x".repeat(20_000)), "query");
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let mut state = 0x2545_f491_4f6c_dd1du64;
        for length in 0..600 {
            let query: String = (0..length % 60)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    let pieces = [
                        "page=", "&", "%", "+", "filter[", "]", "=", "-", ",", "sort", "9", "ß", "%ff", "T",
                        ":",
                    ];
                    pieces[(state % pieces.len() as u64) as usize]
                })
                .collect();
            let _ = read(Some(&query), RequestId::next(), Utc::now());
        }
    }
}
