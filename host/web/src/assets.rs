//! The embedded files.

/// One file of the built UI.
#[derive(Debug)]
pub(crate) struct Asset {
    /// Below the UI's root, with forward slashes: `assets/app-1a2b3c.js`.
    pub path: &'static str,
    /// Of the plain content; hexadecimal.
    pub hash: &'static str,
    /// As it is.
    pub plain: &'static [u8],
    /// Compressed, where that made it smaller.
    pub brotli: Option<&'static [u8]>,
    /// Compressed, where that made it smaller.
    pub gzip: Option<&'static [u8]>,
}

/// Sorted by path.
static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The file at exactly this path.
pub(crate) fn find(path: &str) -> Option<&'static Asset> {
    ASSETS
        .binary_search_by(|asset| asset.path.cmp(path))
        .ok()
        .map(|index| &ASSETS[index])
}

/// Every file.
#[cfg(test)]
pub(crate) fn all() -> &'static [Asset] {
    ASSETS
}

/// The `Content-Type` for a path, by its ending.
pub(crate) fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_sorted_so_that_each_is_found() {
        for asset in all() {
            assert!(
                find(asset.path).is_some_and(|found| found.path == asset.path),
                "{}",
                asset.path
            );
        }
    }

    #[test]
    fn a_path_above_the_root_is_no_file() {
        for path in ["", "..", "../Cargo.toml", "assets/../index.html", "/index.html"] {
            assert!(find(path).is_none(), "{path}");
        }
    }

    #[test]
    fn wasm_has_the_type_that_streaming_compilation_asks_for() {
        assert_eq!(content_type("assets/app-1.wasm"), "application/wasm");
        assert_eq!(content_type("LICENSE"), "application/octet-stream");
    }
}
