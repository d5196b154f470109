//! Points in time as PostgreSQL takes them: microseconds since 2000, in eight bytes.

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo};
use sqlx::{Postgres, Type};

/// Milliseconds from the Unix epoch to PostgreSQL's, 2000-01-01.
const POSTGRES_EPOCH: i64 = 946_684_800_000;
/// What PostgreSQL's catalogue calls its types.
const TIMESTAMP: Oid = Oid(1114);
const TIMESTAMPTZ: Oid = Oid(1184);
/// What its timestamps can hold, in microseconds since its epoch: from 4713 BC to the year 294276.
const FIRST: i64 = -211_813_488_000_000_000;
const LAST: i64 = 9_223_371_331_199_999_999;

/// A bound point in time.
pub(crate) struct Moment {
    /// Since the Unix epoch.
    pub(crate) millis: i64,
    /// Whether it is a `timestamptz`; else it is a `timestamp` in UTC.
    pub(crate) zoned: bool,
}

impl Type<Postgres> for Moment {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(TIMESTAMPTZ)
    }
}

impl Encode<'_, Postgres> for Moment {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let micros = self
            .millis
            .saturating_sub(POSTGRES_EPOCH)
            .saturating_mul(1000)
            .clamp(FIRST, LAST);
        buffer.extend_from_slice(&micros.to_be_bytes());
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(if self.zoned {
            TIMESTAMPTZ
        } else {
            TIMESTAMP
        }))
    }
}
