//! Reading `tenant.yaml`.

use std::path::Path;
use std::time::Duration;

use porthole_model::Diagnostic;
use secrecy::SecretString;

use crate::limits::read_limits;
use crate::plugins_file::{PluginRules, read_rules};
use crate::secret::{Origin, database_url};
use crate::stamp::Referred;
use crate::yaml::{Fields, Node, Reader, parse};
use crate::{Environment, Limits, zone};

/// What `tenant.yaml` says.
#[derive(Default)]
pub(crate) struct TenantFile {
    pub name: Option<String>,
    pub database: Option<SecretString>,
    /// Line and column of its address, or of the name of the file that holds it.
    pub database_place: Option<(u32, u32)>,
    pub statement_timeout: Option<Duration>,
    pub max_connections: Option<u32>,
    pub limits: Limits,
    pub plugins: PluginRules,
    pub time_zone: Option<String>,
}

/// Reads `tenant.yaml`. Any fault is an error: half of a tenant's database or limits is worse than none. Files that it refers
/// to are added to `referred`, what is no fault and should be otherwise to `warnings`.
pub(crate) fn read_tenant_file(
    file: &str,
    text: &str,
    folder: &Path,
    environment: &Environment,
    referred: &mut Vec<Referred>,
    warnings: &mut Vec<Diagnostic>,
) -> Result<TenantFile, Vec<Diagnostic>> {
    let reader = Reader::new(file, text);
    let tenant = parse(&reader).and_then(|root| read(&reader, &root, folder, environment, referred));
    warnings.extend(reader.take_warnings());
    match tenant {
        Some(tenant) if reader.is_sound() => Ok(tenant),
        _ => Err(reader.into_faults()),
    }
}

fn read(
    reader: &Reader<'_>,
    root: &Node,
    folder: &Path,
    environment: &Environment,
    referred: &mut Vec<Referred>,
) -> Option<TenantFile> {
    let file = Fields::of(reader, "the file", root)?;
    let node = file.required(
        "tenant",
        "the file begins with `tenant:`, the rest is indented below it",
    );
    file.finish();
    let fields = Fields::of(reader, "tenant", node?)?;
    let mut tenant = TenantFile {
        name: fields
            .required_text("name", "the name that readers see, as name: \"Alpha Logistics\"")
            .map(|name| name.value),
        ..TenantFile::default()
    };
    if let Some(database) = fields.mapping("database") {
        // Looked at before it is read, and also where it cannot be: it may come later, or be written anew.
        if let Some(file) = database.text("url_file") {
            referred.push(Referred::look(folder.join(&file.value)));
        }
        let named = database.get("url").or_else(|| database.get("url_file"));
        tenant.database_place = named.map(|node| (node.line, node.column));
        tenant.database = database_url(&database, folder, environment, Origin::File);
        tenant.statement_timeout = database.duration(
            "statement_timeout",
            Duration::from_millis(10)..=Duration::from_secs(3600),
        );
        tenant.max_connections = database
            .integer("max_connections", 1..=1000)
            .and_then(|most| u32::try_from(most).ok());
        database.finish();
    }
    if let Some(limits) = fields.mapping("limits") {
        tenant.limits = read_limits(limits);
    }
    if let Some(plugins) = fields.mapping("plugins") {
        tenant.plugins = read_rules(plugins);
    }
    if let Some(zone) = fields.text("time_zone") {
        zone::check(reader, &zone);
        tenant.time_zone = Some(zone.value);
    }
    fields.finish();
    Some(tenant)
}
