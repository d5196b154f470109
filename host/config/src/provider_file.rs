//! Reading `auth.oidc`.

use std::path::Path;
use std::time::Duration;

use porthole_model::{Diagnostic, Role};
use secrecy::SecretString;

use crate::names::{ID_HELP, is_id};
use crate::provider::{GroupTenant, Provider};
use crate::secret::{Origin, secret};
use crate::yaml::{Fields, Node};
use crate::{Environment, Spanned};

/// So many groups are mapped at most.
const MOST_GROUPS: usize = 1000;
const A_DAY: Duration = Duration::from_secs(86_400);
const LONGEST_WITHOUT_LOGIN: Duration = Duration::from_secs(10 * 366 * 86_400);
const LONGEST_SKEW: Duration = Duration::from_secs(600);

/// What a file or the variables say.
#[derive(Default)]
pub(crate) struct ProviderLayer {
    issuer: Option<String>,
    reached_at: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    label: Option<String>,
    scopes: Option<Vec<String>>,
    audience: Option<String>,
    publish_scope: Option<String>,
    clock_skew: Option<Duration>,
    create_users: Option<bool>,
    link_by_email: Option<bool>,
    groups_claim: Option<String>,
    admin_group: Option<String>,
    /// Each with the place of its tenant.
    tenants: Option<Vec<Spanned<GroupTenant>>>,
    tokens_without_login: Option<Option<Duration>>,
    trust_unverified_email: Option<bool>,
    insecure_http: Option<bool>,
    says_something: bool,
}

impl ProviderLayer {
    pub(crate) fn read(
        fields: Fields<'_, '_, '_>,
        folder: &Path,
        environment: &Environment,
        origin: Origin,
    ) -> Self {
        let name = |key| fields.text(key).and_then(|text| read_name(&fields, key, text));
        let layer = Self {
            issuer: fields.text("issuer").and_then(|text| read_issuer(&fields, text)),
            reached_at: fields
                .text("reached_at")
                .and_then(|text| read_issuer(&fields, text)),
            client_id: name("client_id"),
            client_secret: secret(
                &fields,
                ["client_secret", "client_secret_file"],
                folder,
                environment,
                origin,
            ),
            label: name("label"),
            scopes: fields.list("scopes").map(|scopes| read_scopes(&fields, scopes)),
            audience: name("audience"),
            publish_scope: fields
                .text("publish_scope")
                .and_then(|scope| read_scope(&fields, scope)),
            clock_skew: fields.duration("clock_skew", Duration::ZERO..=LONGEST_SKEW),
            create_users: fields.boolean("create_users"),
            link_by_email: fields.boolean("link_by_email"),
            groups_claim: name("groups_claim"),
            admin_group: name("admin_group"),
            tenants: fields.list("tenants").map(|groups| read_groups(&fields, groups)),
            tokens_without_login: match fields.get("tokens_without_login") {
                Some(node) if node.scalar_text() == Some("forever") => Some(None),
                _ => fields
                    .duration("tokens_without_login", A_DAY..=LONGEST_WITHOUT_LOGIN)
                    .map(Some),
            },
            trust_unverified_email: fields.boolean("trust_unverified_email"),
            insecure_http: fields.boolean("insecure_http"),
            says_something: true,
        };
        fields.finish();
        layer
    }

    /// What this says, and where it says nothing what `below` says.
    pub(crate) fn or(self, below: Self) -> Self {
        Self {
            issuer: self.issuer.or(below.issuer),
            reached_at: self.reached_at.or(below.reached_at),
            client_id: self.client_id.or(below.client_id),
            client_secret: self.client_secret.or(below.client_secret),
            label: self.label.or(below.label),
            scopes: self.scopes.or(below.scopes),
            audience: self.audience.or(below.audience),
            publish_scope: self.publish_scope.or(below.publish_scope),
            clock_skew: self.clock_skew.or(below.clock_skew),
            create_users: self.create_users.or(below.create_users),
            link_by_email: self.link_by_email.or(below.link_by_email),
            groups_claim: self.groups_claim.or(below.groups_claim),
            admin_group: self.admin_group.or(below.admin_group),
            tenants: self.tenants.or(below.tenants),
            tokens_without_login: self.tokens_without_login.or(below.tokens_without_login),
            trust_unverified_email: self.trust_unverified_email.or(below.trust_unverified_email),
            insecure_http: self.insecure_http.or(below.insecure_http),
            says_something: self.says_something || below.says_something,
        }
    }

    /// The tenants that groups lead to, each where it is named.
    pub(crate) fn tenants(&self) -> impl Iterator<Item = Spanned<String>> {
        let groups = self.tenants.iter().flatten().cloned();
        groups.map(|group| group.map(|group| group.tenant))
    }

    /// The same, to be placed elsewhere.
    pub(crate) fn tenants_mut(&mut self) -> impl Iterator<Item = &mut Spanned<GroupTenant>> {
        self.tenants.iter_mut().flatten()
    }

    /// The provider, if there is one. `file` is where faults of the whole are placed.
    pub(crate) fn finish(
        self,
        public_url: Option<&str>,
        file: &str,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Provider> {
        if !self.says_something {
            return None;
        }
        let mut fault = |message: &str, help: &str| {
            faults.push(Diagnostic {
                file: file.to_owned(),
                line: 1,
                column: 1,
                message: message.to_owned(),
                help: Some(help.to_owned()),
            });
        };
        if self.issuer.is_none() {
            fault(
                "`auth.oidc` has no `issuer`",
                "write the provider's address, as https://id.example.com/realms/operations",
            );
        }
        if self.client_id.is_none() {
            fault(
                "`auth.oidc` has no `client_id`",
                "write the name that this host has at the provider, as porthole",
            );
        }
        if public_url.is_none() {
            fault(
                "`auth.oidc` needs `public_url`: the provider sends browsers back there",
                "write the address that readers type, as https://porthole.example.com",
            );
        }
        let insecure_http = self.insecure_http.unwrap_or(false);
        let issuer = self.issuer?;
        for (key, address) in [
            ("issuer", Some(&issuer)),
            ("reached_at", self.reached_at.as_ref()),
        ] {
            let is_plain =
                address.is_some_and(|address| address.starts_with("http:") && !is_loopback(address));
            if is_plain && !insecure_http {
                fault(
                    &format!(
                        "`auth.oidc.{key}` is not reached by https: anybody on the way could log in as anybody"
                    ),
                    "use https, or, in a network that nobody else is in, set `insecure_http: true`",
                );
            }
        }
        Some(Provider {
            issuer,
            reached_at: self.reached_at,
            client_id: self.client_id?,
            client_secret: self.client_secret,
            label: self.label.unwrap_or_else(|| "single sign-on".to_owned()),
            scopes: self
                .scopes
                .unwrap_or_else(|| ["openid", "profile", "email"].map(str::to_owned).to_vec()),
            audience: self.audience,
            publish_scope: self.publish_scope,
            clock_skew: self.clock_skew.unwrap_or(Duration::from_secs(30)),
            create_users: self.create_users.unwrap_or(true),
            link_by_email: self.link_by_email.unwrap_or(false),
            groups_claim: self.groups_claim.unwrap_or_else(|| "groups".to_owned()),
            admin_group: self.admin_group,
            tenants: self
                .tenants
                .into_iter()
                .flatten()
                .map(|group| group.value)
                .collect(),
            tokens_without_login: self.tokens_without_login.unwrap_or(Some(30 * A_DAY)),
            trust_unverified_email: self.trust_unverified_email.unwrap_or(false),
            insecure_http,
        })
    }
}

/// Whether an address, which is one, is on this machine.
fn is_loopback(issuer: &str) -> bool {
    let authority = issuer.split("://").nth(1).unwrap_or_default();
    let authority = authority.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// A name on one line, not empty.
fn read_name(fields: &Fields<'_, '_, '_>, key: &str, text: Spanned<String>) -> Option<String> {
    let name = text.value.trim();
    if !name.is_empty() && name.len() <= 255 && !name.contains(char::is_control) {
        return Some(name.to_owned());
    }
    let help = "write 1 to 255 characters on one line".to_owned();
    fields
        .reader
        .extend([text.fault(format!("`{key}` is no name"), Some(help))]);
    None
}

fn read_issuer(fields: &Fields<'_, '_, '_>, text: Spanned<String>) -> Option<String> {
    let rest = text
        .value
        .strip_prefix("https://")
        .or_else(|| text.value.strip_prefix("http://"));
    let plain = |rest: &str| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_:/[]~%".contains(&byte))
    };
    if rest.is_some_and(plain) {
        return Some(text.value);
    }
    let help =
        "write it exactly as the provider does, as https://id.example.com/realms/operations".to_owned();
    fields
        .reader
        .extend([text.fault("this is not the address of a provider", Some(help))]);
    None
}

/// Whether a text is the name of a scope (RFC 6749, 3.3).
fn is_scope(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    !text.is_empty() && text.bytes().all(plain)
}

fn read_scope(fields: &Fields<'_, '_, '_>, text: Spanned<String>) -> Option<String> {
    if is_scope(&text.value) {
        return Some(text.value);
    }
    let help = "write one name, as porthole-publish".to_owned();
    fields
        .reader
        .extend([text.fault("`publish_scope` is no name of a scope", Some(help))]);
    None
}

fn read_scopes(fields: &Fields<'_, '_, '_>, scopes: &[Node]) -> Vec<String> {
    let read = |scope: &Node| {
        let text = scope.scalar_text().filter(|text| is_scope(text));
        if text.is_none() {
            let message = format!(
                "`scopes` holds names of scopes, and this is {}",
                scope.described()
            );
            let help = "write [openid, profile, email]".to_owned();
            fields.reader.fault(scope, message, Some(help));
        }
        text.map(str::to_owned)
    };
    scopes.iter().filter_map(read).collect()
}

fn read_groups(fields: &Fields<'_, '_, '_>, groups: &[Node]) -> Vec<Spanned<GroupTenant>> {
    if groups.len() > MOST_GROUPS {
        let message = format!("`tenants` has {} items, and may have {MOST_GROUPS}", groups.len());
        fields.reader.fault(fields.node, message, None);
        return Vec::new();
    }
    let words: Vec<(&'static str, Role)> = Role::ALL.iter().map(|role| (role.name(), *role)).collect();
    let read = |group: &Node| {
        let item = Fields::of(fields.reader, "tenants", group)?;
        let name = item.required_text("group", "write the group as tokens name it, as /alpha");
        let tenant = item.required_text("tenant", "write the tenant's id, as tenant-alpha");
        let tenant = tenant.filter(|tenant| {
            let good = is_id(&tenant.value);
            if !good {
                let fault = tenant.fault("this cannot be a tenant's id", Some(ID_HELP.to_owned()));
                fields.reader.extend([fault]);
            }
            good
        });
        let role = item.word("role", &words);
        item.finish();
        let group = name?.value;
        Some(tenant?.map(|tenant| GroupTenant {
            group,
            tenant,
            role: role.unwrap_or(Role::Viewer),
        }))
    };
    groups.iter().filter_map(read).collect()
}
