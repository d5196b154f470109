//! Tenant databases: SQL fragments, buckets, frames.
