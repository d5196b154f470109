//! The central database: users, tenants, grants, sessions, audit.
