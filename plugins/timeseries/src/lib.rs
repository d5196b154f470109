//! The built-in panel type timeseries.
