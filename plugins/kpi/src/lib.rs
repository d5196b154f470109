//! The built-in panel type kpi.
