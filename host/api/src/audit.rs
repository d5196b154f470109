//! The audit log: of the host for its administrators, of a tenant for its admins. A page as JSON, or all of it as CSV
//! or as lines of JSON.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use porthole_identity::{AuditEntry, AuditFilter, AuditRecord, Identity, IdentityError};
use porthole_model::{AuditLine, AuditPage};
use uuid::Uuid;

use crate::account::instant;
use crate::caller::{AdministeredTenant, Administrator, actor};
use crate::client_address::ClientAddress;
use crate::paging::{cursor, page};
use crate::parameters::Parameters;
use crate::problem::ApiError;
use crate::state::ApiState;

const USUAL: u32 = 100;
const MOST: u32 = 500;
const KNOWN: &str = "actor, target, tenant, action, from, to, before, limit, format";

/// What happened on this host.
#[utoipa::path(
    get, path = "/admin/audit", tag = "Administration",
    params(
        ("actor" = Option<String>, Query, description = "By this email only, or by `command line (NAME)`.", example = "ada@example.com"),
        ("target" = Option<String>, Query, description = "Done to this only: an email, a tenant, a plugin.", example = "bob@example.com"),
        ("tenant" = Option<String>, Query, description = "In this tenant only.", example = "tenant-alpha"),
        ("action" = Option<String>, Query, description = "Of this action only.", example = "login"),
        ("from" = Option<String>, Query, description = "RFC 3339: from then on.", example = "2026-01-01T00:00:00Z"),
        ("to" = Option<String>, Query, description = "RFC 3339: before then.", example = "2026-01-05T00:00:00Z"),
        ("before" = Option<i64>, Query, description = "Lines older than this one: `next` of the page before."),
        ("limit" = Option<u32>, Query, description = "Lines of a page, 100 without it; with `format` of the file, all without it.", minimum = 1, maximum = 500, example = 100),
        ("format" = Option<String>, Query, description = "`csv` or `ndjson`: a file of lines instead of a page."),
    ),
    responses(
        (status = 200, description = "The newest first.", body = ref("#/components/schemas/AuditPage")),
        (status = 400, description = "`invalid_parameter`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn of_host(
    State(state): State<ApiState>,
    Administrator(who): Administrator,
    ClientAddress(address): ClientAddress,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let wish = Wish::read(query.as_deref(), None)?;
    answer(&state, wish, Reader::Host, actor(&who, address)).await
}

/// What happened in a tenant.
///
/// To the tenant's admins, `address` is that of its members only: where administrators of the host and commands sit is not theirs
/// to know.
#[utoipa::path(
    get, path = "/admin/tenants/{tenant}/audit", tag = "Administration",
    params(
        ("tenant" = String, Path, description = "The tenant's id.", example = "tenant-alpha"),
        ("actor" = Option<String>, Query, description = "By this email only, or by `command line (NAME)`.", example = "ada@example.com"),
        ("target" = Option<String>, Query, description = "Done to this only: an email, a tenant, a plugin.", example = "bob@example.com"),
        ("action" = Option<String>, Query, description = "Of this action only.", example = "grant"),
        ("from" = Option<String>, Query, description = "RFC 3339: from then on.", example = "2026-01-01T00:00:00Z"),
        ("to" = Option<String>, Query, description = "RFC 3339: before then.", example = "2026-01-05T00:00:00Z"),
        ("before" = Option<i64>, Query, description = "Lines older than this one: `next` of the page before."),
        ("limit" = Option<u32>, Query, description = "Lines of a page, 100 without it; with `format` of the file, all without it.", minimum = 1, maximum = 500, example = 100),
        ("format" = Option<String>, Query, description = "`csv` or `ndjson`: a file of lines instead of a page."),
    ),
    responses(
        (status = 200, description = "The newest first.", body = ref("#/components/schemas/AuditPage")),
        (status = 400, description = "`invalid_parameter`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "`not_logged_in`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub(crate) async fn of_tenant(
    State(state): State<ApiState>,
    tenant: AdministeredTenant,
    ClientAddress(address): ClientAddress,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let wish = Wish::read(query.as_deref(), Some(tenant.id()))?;
    let reader = match tenant.is_the_hosts() {
        true => Reader::Host,
        false => {
            let members = state.identity.grants_in(tenant.id()).await?;
            // Where those sit who administer the host is not a tenant's affair, members or not.
            let own = members.into_iter().filter(|grant| !grant.is_admin);
            Reader::Tenant(own.map(|grant| grant.user).collect())
        }
    };
    answer(&state, wish, reader, tenant.actor(address)).await
}

/// Who reads the log.
enum Reader {
    /// Administrators of the host: all of it.
    Host,
    /// Admins of a tenant, which has these members that do not administer the host.
    Tenant(HashSet<Uuid>),
}

impl Reader {
    /// A line, as it is shown to them.
    fn line(&self, record: AuditRecord) -> AuditLine {
        let is_shown = match self {
            Self::Host => true,
            Self::Tenant(members) => record.entry.actor.is_some_and(|actor| members.contains(&actor)),
        };
        let mut line = line(record);
        line.address = line.address.filter(|_| is_shown);
        line
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Page,
    Csv,
    Lines,
}

struct Wish {
    filter: AuditFilter,
    before: Option<i64>,
    limit: Option<u32>,
    format: Format,
}

impl Wish {
    /// `tenant`: the one that the address names, and no other.
    fn read(query: Option<&str>, tenant: Option<&str>) -> Result<Self, ApiError> {
        let mut given = Parameters::parse(query)?;
        let text =
            |given: &mut Parameters<'_>, name| given.one(name).map(|text| text.map(|text| text.into_owned()));
        let tenant = match tenant {
            Some(tenant) => Some(tenant.to_owned()),
            None => text(&mut given, "tenant")?,
        };
        let filter = AuditFilter {
            actor: text(&mut given, "actor")?.map(as_kept),
            target: text(&mut given, "target")?.map(as_kept),
            tenant,
            action: text(&mut given, "action")?,
            from: instant_of(&mut given, "from")?,
            to: instant_of(&mut given, "to")?,
        };
        let format = match given.one("format")?.as_deref() {
            None | Some("json") => Format::Page,
            Some("csv") => Format::Csv,
            Some("ndjson") => Format::Lines,
            Some(_) => {
                return Err(ApiError::parameter(
                    "format",
                    "`format` is `json`, `csv` or `ndjson`.",
                ));
            }
        };
        let wish = Self {
            filter,
            before: cursor(&mut given)?,
            limit: given.number("limit", 1, MOST)?,
            format,
        };
        given.nothing_else(KNOWN)?;
        Ok(wish)
    }
}

/// Emails are kept in lower case, other names as they are.
impl Wish {
    /// What is asked for, for the audit log: `csv; actor ada@example.com; from 2026-01-01T00:00:00+00:00`.
    fn in_words(&self) -> String {
        let format = match self.format {
            Format::Csv => "csv",
            Format::Lines | Format::Page => "ndjson",
        };
        let filter = &self.filter;
        let (from, to) = (
            filter.from.map(|at| at.to_rfc3339()),
            filter.to.map(|at| at.to_rfc3339()),
        );
        let asked = [
            ("actor", filter.actor.as_deref()),
            ("target", filter.target.as_deref()),
            ("action", filter.action.as_deref()),
            ("tenant", filter.tenant.as_deref()),
            ("from", from.as_deref()),
            ("to", to.as_deref()),
        ];
        let asked = asked
            .into_iter()
            .filter_map(|(name, text)| Some(format!("; {name} {}", text?)));
        std::iter::once(format.to_owned()).chain(asked).collect()
    }
}

fn as_kept(name: String) -> String {
    porthole_identity::kept_email(&name).unwrap_or(name)
}

fn instant_of(given: &mut Parameters<'_>, name: &'static str) -> Result<Option<DateTime<Utc>>, ApiError> {
    let Some(text) = given.one(name)? else {
        return Ok(None);
    };
    let read = DateTime::parse_from_rfc3339(&text).ok();
    let read = read.map(|instant| instant.with_timezone(&Utc));
    read.map(Some).ok_or_else(|| {
        ApiError::parameter(
            name,
            format!("`{name}` is an instant with a zone, as 2026-01-01T00:00:00Z."),
        )
    })
}

/// `actor`: who asks. A file of it is a copy that nobody here watches any more, and so leaves a line.
async fn answer(
    state: &ApiState,
    wish: Wish,
    reader: Reader,
    actor: AuditEntry,
) -> Result<Response, ApiError> {
    if wish.format == Format::Page {
        let limit = wish.limit.unwrap_or(USUAL);
        let found = state.identity.audit_lines(&wish.filter, limit + 1, wish.before);
        let (records, is_followed) = page(found.await?, limit);
        let next = records.last().map(|line| line.id).filter(|_| is_followed);
        let lines = records.into_iter().map(|record| reader.line(record)).collect();
        return Ok(Json(AuditPage { lines, next }).into_response());
    }
    let (kind, name) = match wish.format {
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
        _ => ("application/x-ndjson", "attachment; filename=\"audit.ndjson\""),
    };
    let exported = AuditEntry {
        action: "audit_exported".to_owned(),
        // What administrators of the host look for, and of whom, a tenant does not read in its log.
        tenant: match reader {
            Reader::Host => None,
            Reader::Tenant(_) => wish.filter.tenant.clone(),
        },
        detail: Some(wish.in_words()),
        ..actor
    };
    if let Some(who) = exported.actor {
        let now = Utc::now();
        let may = state.identity.may_change(who, now);
        may.map_err(|wait| ApiError::too_many("This account has taken too many files", wait))?;
        state.identity.has_changed(who, now);
    }
    state.identity.audit(exported).await?;
    let export = Export {
        identity: Arc::clone(&state.identity),
        reader,
        filter: wish.filter,
        before: wish.before,
        limit: wish.limit,
        is_csv: wish.format == Format::Csv,
        is_begun: false,
    };
    let body = Body::from_stream(stream::try_unfold(Some(export), Export::next));
    Ok(([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], body).into_response())
}

/// All lines, page by page, so that no log is too long.
struct Export {
    identity: Arc<Identity>,
    reader: Reader,
    filter: AuditFilter,
    before: Option<i64>,
    /// So many lines and no more, which one page has; none: all.
    limit: Option<u32>,
    is_csv: bool,
    is_begun: bool,
}

impl Export {
    async fn next(this: Option<Self>) -> Result<Option<(Bytes, Option<Self>)>, IdentityError> {
        let Some(mut this) = this else {
            return Ok(None);
        };
        let most = this.limit.unwrap_or(MOST);
        let records = this.identity.audit_lines(&this.filter, most, this.before).await?;
        let mut text = String::new();
        if this.is_csv && !this.is_begun {
            text.push_str("id,at,action,actor,target,tenant,address,detail\r\n");
        }
        this.is_begun = true;
        this.before = records.last().map(|line| line.id);
        let is_last = this.limit.is_some() || records.len() < MOST as usize;
        for record in records {
            let line = this.reader.line(record);
            if this.is_csv {
                text.push_str(&csv(&line));
            } else {
                text.push_str(&serde_json::to_string(&line).unwrap_or_default());
                text.push('\n');
            }
        }
        Ok(Some((text.into(), (!is_last).then_some(this))))
    }
}

fn line(record: AuditRecord) -> AuditLine {
    let entry = record.entry;
    AuditLine {
        id: record.id,
        at: instant(record.at),
        action: entry.action,
        actor: entry.actor_email,
        target: entry.target,
        tenant: entry.tenant,
        address: entry.address.map(|address| address.to_string()),
        detail: entry.detail,
    }
}

fn csv(line: &AuditLine) -> String {
    let cells = [
        Some(line.id.to_string()),
        Some(line.at.clone()),
        Some(line.action.clone()),
        line.actor.clone(),
        line.target.clone(),
        line.tenant.clone(),
        line.address.clone(),
        line.detail.clone(),
    ];
    let cells = cells.map(|cell| cell.as_deref().map_or_else(String::new, csv_cell));
    format!("{}\r\n", cells.join(","))
}

/// Quoted; and what a spreadsheet would take for a formula is made a text: anybody can try to log in as `=cmd()`.
fn csv_cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        assert_eq!(csv_cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(csv_cell("=1+1"), "\"'=1+1\"");
        assert_eq!(csv_cell("@x"), "\"'@x\"");
    }
}
