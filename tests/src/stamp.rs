//! A panel's component in as many versions, names and endpoints as a test wants, without a compiler: the component of
//! `tests/stamp` holds texts of fixed length for each, and other texts of the same length are written over them.

use crate::places;

/// The component with version `{major}.0.0`, from 1000 to 9999, as `stamp_aaaa` with the endpoint `stamp-endpoint-aaaa`.
pub fn version(major: u32) -> Vec<u8> {
    named("aaaa", major)
}

/// The same as `stamp_{suffix}` with the endpoint `stamp-endpoint-{suffix}`; the suffix has four letters.
///
/// # Panics
/// When version or suffix do not fit in their places.
pub fn named(suffix: &str, major: u32) -> Vec<u8> {
    assert!((1000..=9999).contains(&major) && suffix.len() == 4);
    let mut component = places::component("porthole_stamp");
    write_over(&mut component, "1000.0.0", &format!("{major}.0.0"));
    write_over(&mut component, "stamp_aaaa", &format!("stamp_{suffix}"));
    write_over(
        &mut component,
        "stamp-endpoint-aaaa",
        &format!("stamp-endpoint-{suffix}"),
    );
    component
}

fn write_over(component: &mut [u8], old: &str, new: &str) {
    assert_eq!(old.len(), new.len());
    let places: Vec<usize> = component
        .windows(old.len())
        .enumerate()
        .filter(|(_, window)| *window == old.as_bytes())
        .map(|(place, _)| place)
        .collect();
    assert!(!places.is_empty(), "the component does not hold {old:?}");
    for place in places {
        component[place..place + new.len()].copy_from_slice(new.as_bytes());
    }
}
