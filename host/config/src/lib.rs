//! Settings, and tenant YAML turned into typed, checked values.
