//! The pixels of a panel's image.

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::{DateTime, SecondsFormat, Utc};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use porthole_panel::{ImageAddress, Picture};

use crate::caller::TenantOfAddress;
use crate::panel_query;
use crate::path_name::PathName;
use crate::problem::ApiError;
use crate::request_id::RequestId;
use crate::state::ApiState;

/// The same address has the same pixels for as long as a browser cares to keep them.
const KEPT: HeaderValue = HeaderValue::from_static("private, max-age=86400");
/// Should somebody open the address itself, the picture is all that may happen there.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// The picture of a panel whose view is an image.
///
/// The address stands in the view: it has the parameters of the question that made it. `tenant` takes the place of the
/// header X-Porthole-Tenant, which a browser does not send for a picture.
#[utoipa::path(
    get, path = "/panels/{id}/image", tag = "Panels",
    params(
        ("id" = String, Path, description = "The panel's id.", example = "network_topology"),
        ("tenant" = Option<String>, Query, description = "The tenant; without it, the header's or the session's.", example = "tenant-alpha"),
        ("start_date" = Option<String>, Query, description = "As for /panels/{id}/data, with all its other parameters.", example = "2026-01-01T00:00:00Z"),
        ("end_date" = Option<String>, Query, description = "As for /panels/{id}/data.", example = "2026-01-05T00:00:00Z"),
        ("width" = Option<u32>, Query, description = "CSS pixels the picture is shown in; with `height`.", minimum = 16, maximum = 4096, example = 640),
        ("height" = Option<u32>, Query, description = "See `width`.", minimum = 16, maximum = 4096, example = 320),
        ("theme" = Option<String>, Query, description = "`dark` or `light`; with `width` and `height`.", example = "dark"),
        ("v" = Option<String>, Query, description = "Tells pictures apart for browsers; says nothing to the host."),
    ),
    responses(
        (status = 200, description = "The picture; its type is in Content-Type.", content_type = "image/png"),
        (status = 400, description = "`invalid_parameter`, `no_tenant`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no such panel, no picture, or no grant for its tenant.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 422, description = "`panel_configuration`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 502, description = "As for /panels/{id}/data.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 503, description = "As for /panels/{id}/data.", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn image(
    State(state): State<ApiState>,
    tenant: TenantOfAddress,
    PathName(panel): PathName,
    RawQuery(query): RawQuery,
    Extension(id): Extension<RequestId>,
) -> Result<Response, ApiError> {
    let request = panel_query::read_address(query.as_deref(), id, Utc::now())?;
    let rendered = state.panels.render(tenant.id(), &panel, request).await?;
    let picture = rendered.picture.as_ref().ok_or_else(ApiError::not_found)?;
    Ok(pixels(picture))
}

/// The answer with a picture's bytes.
pub(crate) fn pixels(picture: &Picture) -> Response {
    let mut response = Response::new(Body::from(picture.bytes.clone()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(picture.media_type));
    headers.insert(CACHE_CONTROL, KEPT);
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    response
}

/// Where a picture is: the same question as the one that made its view, so that the host finds it where it keeps views,
/// and any other host can make it anew.
pub fn image_url(address: &ImageAddress<'_>) -> String {
    let request = address.request;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("tenant", address.tenant)
        .append_pair("start_date", &rfc3339(request.range.start))
        .append_pair("end_date", &rfc3339(request.range.end));
    if request.raw {
        query.append_pair("disable_aggregation", "true");
    }
    for label in &request.labels {
        query.append_pair("series_filter", label);
    }
    if let Some(most) = request.max_points {
        query.append_pair("max_points", &most.to_string());
    }
    if request.paging.page > 1 {
        query.append_pair("page", &request.paging.page.to_string());
    }
    if let Some(size) = request.paging.page_size {
        query.append_pair("page_size", &size.to_string());
    }
    let sort: Vec<String> = request
        .paging
        .sort
        .iter()
        .map(|(column, descending)| format!("{}{column}", if *descending { "-" } else { "" }))
        .collect();
    if !sort.is_empty() {
        query.append_pair("sort", &sort.join(","));
    }
    for (column, text) in &request.paging.filters {
        query.append_pair(&format!("filter[{column}]"), text);
    }
    if request.time_zone != "UTC" {
        query.append_pair("tz", &request.time_zone);
    }
    if let Some(surface) = request.surface {
        query
            .append_pair("width", &surface.width.to_string())
            .append_pair("height", &surface.height.to_string())
            .append_pair("theme", if surface.dark { "dark" } else { "light" });
    }
    query.append_pair("v", address.version);
    format!("/api/v1/panels/{}/image?{}", address.panel, query.finish())
}

fn rfc3339(milliseconds: i64) -> String {
    DateTime::from_timestamp_millis(milliseconds).map_or_else(
        || milliseconds.to_string(),
        |instant: DateTime<Utc>| instant.to_rfc3339_opts(SecondsFormat::Millis, true),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use porthole_panel::RenderRequest;

    use super::*;

    #[test]
    fn the_address_of_a_picture_asks_the_question_that_made_it() {
        for question in [
            "start_date=2026-01-01T00:00:00.123Z&end_date=2026-01-02T00:00:00Z",
            "start_date=2026-01-01T00:00:00Z&end_date=2026-01-02T00:00:00Z&disable_aggregation=true&series_filter=a%26b\
             &series_filter=c&max_points=7&page=3&page_size=9&sort=-x,y&filter[a]=b%20c&tz=Europe/Vienna\
             &width=100&height=64&theme=light",
        ] {
            let read = |query: &str| -> RenderRequest {
                let mut request =
                    panel_query::read_address(Some(query), RequestId::next(), Utc::now()).unwrap();
                request.request_id = String::new();
                request
            };
            let request = read(question);
            let url = image_url(&ImageAddress {
                tenant: "tenant-alpha",
                panel: "map",
                request: &request,
                version: "0123",
            });
            let (path, query) = url.split_once('?').unwrap();
            assert_eq!(path, "/api/v1/panels/map/image");
            assert!(
                query.starts_with("tenant=tenant-alpha&") && query.ends_with("&v=0123"),
                "{query}"
            );
            assert_eq!(read(query), request);
        }
    }
}
