//! Which tokens are believed, and as what.
//!
//! A provider signs several kinds of token with the same keys. Each is taken for one thing only: an ID token says who has
//! just logged in, an access token shows who asks, a logout token ends a login. What is not known to be an access token
//! is none: it says so in its header (`at+jwt`, RFC 9068) or, as Keycloak's do, in its claim `typ`.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header};
use serde_json::Value;

use crate::claims::{self, AccessClaims, Everything, IdClaims, LogoutClaims, text};
use crate::keys::{KeySet, is_taken};
use crate::{Options, TokenFault, crypto};

/// No token that is taken is longer, bytes.
const LONGEST: usize = 16 * 1024;
/// A logout token is refused when it is older.
const LOGOUT_AGE: Duration = Duration::from_secs(300);
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The header of a token, before anything of it is believed.
pub(crate) fn header(token: &str) -> Result<Header, TokenFault> {
    if token.len() > LONGEST {
        return Err(TokenFault::NoToken);
    }
    let header = decode_header(token).map_err(|_| match names_another_algorithm(token) {
        true => TokenFault::Algorithm,
        false => TokenFault::NoToken,
    })?;
    if !is_taken(header.alg) {
        return Err(TokenFault::Algorithm);
    }
    // Extensions that must be understood; there is none that is.
    if header.crit.is_some() {
        return Err(TokenFault::Kind);
    }
    Ok(header)
}

/// Whether a header that cannot be read is one because of its algorithm: `none` has no name in this house.
fn names_another_algorithm(token: &str) -> bool {
    let first = token.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(first).ok();
    let header = header.and_then(|header| serde_json::from_slice::<Value>(&header).ok());
    let algorithm = header.as_ref().and_then(|header| header["alg"].as_str());
    algorithm.is_some_and(|name| name.parse::<Algorithm>().is_err())
}

/// An ID token of a login with this nonce, or, without a nonce, of a renewal.
pub(crate) fn id_token(
    token: &str,
    keys: &KeySet,
    nonce: Option<&str>,
    options: &Options,
) -> Result<IdClaims, TokenFault> {
    let (header, claims) = checked(token, keys, &options.client_id, true, options)?;
    let is_another_kind = [Kind::Access, Kind::Logout].contains(&Kind::of(&header))
        || text(&claims, "typ").is_some_and(|kind| kind != "ID")
        || claims.contains_key("events");
    if is_another_kind {
        return Err(TokenFault::Kind);
    }
    match claims::name(&claims, "azp")? {
        Some(party) if party != options.client_id => return Err(TokenFault::Party),
        None if claims::has_several_audiences(&claims) => return Err(TokenFault::Party),
        _ => {}
    }
    if let Some(nonce) = nonce
        && text(&claims, "nonce") != Some(nonce)
    {
        return Err(TokenFault::Nonce);
    }
    read(&claims, options)
}

/// An access token that somebody shows.
pub(crate) fn access_token(
    token: &str,
    keys: &KeySet,
    options: &Options,
) -> Result<AccessClaims, TokenFault> {
    // Without an audience of its own this host takes nobody's access token.
    let audience = options.audience.as_deref().ok_or(TokenFault::Audience)?;
    let (header, claims) = checked(token, keys, audience, true, options)?;
    let says_so = matches!(
        (Kind::of(&header), text(&claims, "typ")),
        (Kind::Access, None | Some("Bearer")) | (Kind::Plain, Some("Bearer"))
    );
    // What only other kinds of token have.
    let belongs_elsewhere = ["at_hash", "c_hash", "events"]
        .iter()
        .any(|claim| claims.contains_key(*claim));
    // A token that is bound to a key is worth something only with a proof of that key, which is not asked for here.
    if !says_so || belongs_elsewhere || claims.contains_key("cnf") {
        return Err(TokenFault::Kind);
    }
    Ok(AccessClaims {
        who: read(&claims, options)?,
        expires_at: claims::instant(&claims, "exp")?,
        scopes: claims::scopes(&claims),
    })
}

/// A logout token, as the provider sends it over the back channel.
pub(crate) fn logout_token(
    token: &str,
    keys: &KeySet,
    options: &Options,
) -> Result<LogoutClaims, TokenFault> {
    let (header, claims) = checked(token, keys, &options.client_id, false, options)?;
    let is_one = claims
        .get("events")
        .and_then(|events| events.get(LOGOUT_EVENT))
        .is_some_and(Value::is_object);
    // A nonce would make it an ID token.
    if Kind::of(&header) == Kind::Access || !is_one || claims.contains_key("nonce") {
        return Err(TokenFault::Kind);
    }
    let issued_at = claims::instant(&claims, "iat")?;
    let forgotten_at = issued_at + LOGOUT_AGE + options.clock_skew;
    if SystemTime::now() > forgotten_at {
        return Err(TokenFault::Expired);
    }
    not_from_the_future(issued_at, options)?;
    let (subject, session) = (claims::name(&claims, "sub")?, claims::name(&claims, "sid")?);
    if subject.is_none() && session.is_none() {
        return Err(TokenFault::Claim("sid"));
    }
    Ok(LogoutClaims {
        subject,
        session,
        id: claims::name(&claims, "jti")?.ok_or(TokenFault::Claim("jti"))?,
        forgotten_at,
    })
}

fn read(claims: &Everything, options: &Options) -> Result<IdClaims, TokenFault> {
    let claims = IdClaims::read(claims, &options.groups_claim)?;
    not_from_the_future(claims.issued_at, options)?;
    Ok(claims)
}

fn not_from_the_future(issued_at: SystemTime, options: &Options) -> Result<(), TokenFault> {
    match issued_at > SystemTime::now() + options.clock_skew {
        true => Err(TokenFault::Early),
        false => Ok(()),
    }
}

/// What a header says that the token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It does not say.
    Plain,
    Access,
    Logout,
    Other,
}

impl Kind {
    fn of(header: &Header) -> Self {
        let Some(kind) = &header.typ else {
            return Self::Plain;
        };
        let kind = kind.to_ascii_lowercase();
        match kind.strip_prefix("application/").unwrap_or(&kind) {
            "jwt" => Self::Plain,
            "at+jwt" => Self::Access,
            "logout+jwt" => Self::Logout,
            _ => Self::Other,
        }
    }
}

/// Signature, issuer, audience and times. `must_end`: whether it must say when it ends; if it says so, it holds anyhow.
fn checked(
    token: &str,
    keys: &KeySet,
    audience: &str,
    must_end: bool,
    options: &Options,
) -> Result<(Header, Everything), TokenFault> {
    crypto::install();
    let header = header(token)?;
    if Kind::of(&header) == Kind::Other {
        return Err(TokenFault::Kind);
    }
    let key = keys.find(header.kid.as_deref(), header.alg)?;
    let mut validation = Validation::new(header.alg);
    validation.leeway = options.clock_skew.as_secs();
    validation.validate_nbf = true;
    validation.set_audience(&[audience]);
    validation.set_issuer(&[&options.issuer]);
    let required = ["iss", "aud", "exp"];
    let required = &required[..if must_end { 3 } else { 2 }];
    validation.required_spec_claims = required
        .iter()
        .map(|claim| (*claim).to_owned())
        .collect::<HashSet<_>>();
    let decoded = decode::<Everything>(token, &key.key, &validation).map_err(|error| fault(&error))?;
    // It is one issuer's, and not one of several.
    if text(&decoded.claims, "iss") != Some(&options.issuer) {
        return Err(TokenFault::Issuer);
    }
    Ok((decoded.header, decoded.claims))
}

fn fault(error: &Error) -> TokenFault {
    match error.kind() {
        ErrorKind::InvalidSignature | ErrorKind::Base64(_) => TokenFault::Signature,
        ErrorKind::InvalidAlgorithm => TokenFault::Algorithm,
        ErrorKind::InvalidIssuer => TokenFault::Issuer,
        ErrorKind::InvalidAudience => TokenFault::Audience,
        ErrorKind::ExpiredSignature => TokenFault::Expired,
        ErrorKind::ImmatureSignature => TokenFault::Early,
        ErrorKind::MissingRequiredClaim(claim) | ErrorKind::InvalidClaimFormat(claim) => match claim.as_str()
        {
            "iss" => TokenFault::Issuer,
            "aud" => TokenFault::Audience,
            "nbf" => TokenFault::Claim("nbf"),
            _ => TokenFault::Claim("exp"),
        },
        _ => TokenFault::NoToken,
    }
}
