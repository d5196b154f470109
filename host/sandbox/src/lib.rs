//! wasmtime: engine, component registry, limits, bindings.
