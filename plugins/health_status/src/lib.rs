//! The built-in panel type health_status.
