//! The built-in panel types, and the examples that the demo shows, embedded as components.
//!
//! Nothing here knows what a component is: the bytes go to the sandbox like anybody's.

/// A component that comes with the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Builtin {
    /// The crate it was built from, with `_`, as `porthole_plugin_kpi`. The panel type's name is in its descriptor.
    pub name: &'static str,
    /// The component.
    pub bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/components.rs"));

/// All of them, by name. Empty when the host was compiled before its panels (`cargo xtask build` builds both).
pub fn components() -> &'static [Builtin] {
    COMPONENTS
}

/// The example plugins, by name. They are no panel types of the host: the demo writes them into its tenants' folders.
pub fn examples() -> &'static [Builtin] {
    EXAMPLES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_embedded_are_components_and_each_once() {
        assert!(
            !components().is_empty(),
            "there are no panels in this build; run `cargo xtask build` first"
        );
        for (index, builtin) in components().iter().enumerate() {
            // Layer 1 in the header tells a component from a core module.
            assert!(
                builtin.bytes.starts_with(b"\0asm\x0d\0\x01\0"),
                "{} is not a component",
                builtin.name
            );
            assert!(builtin.name.starts_with("porthole_plugin_"));
            assert!(
                components()[..index]
                    .iter()
                    .all(|other| other.name < builtin.name)
            );
        }
    }

    #[test]
    fn examples_are_components_and_not_built_in() {
        assert!(
            !examples().is_empty(),
            "there are no examples in this build; run `cargo xtask build` first"
        );
        for example in examples() {
            assert!(
                example.bytes.starts_with(b"\0asm\x0d\0\x01\0"),
                "{} is not a component",
                example.name
            );
            assert!(example.name.starts_with("porthole_example_"));
        }
    }
}
