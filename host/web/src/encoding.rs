//! Which compressed form a reader takes: `Accept-Encoding`, RFC 9110, section 12.5.3.

/// A form an asset is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// `br`.
    Brotli,
    /// `gzip`.
    Gzip,
    /// As it is.
    Plain,
}

impl Encoding {
    /// The value of `Content-Encoding`; none for the plain form.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Plain => None,
        }
    }
}

/// The forms in the order the reader prefers them; equals go to the smaller form. The plain form is always among
/// them: RFC 9110 allows it to be sent even to a reader who excluded everything.
pub(crate) fn preferences(accept: Option<&str>) -> Vec<Encoding> {
    let accept = accept.unwrap_or("");
    let mut brotli = None;
    let mut gzip = None;
    let mut identity = None;
    let mut any = None;
    for item in accept.split(',') {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or("").to_ascii_lowercase();
        let quality = quality(parts);
        match name.as_str() {
            "br" => brotli = Some(quality),
            "gzip" | "x-gzip" => gzip = Some(quality),
            "identity" => identity = Some(quality),
            "*" => any = Some(quality),
            _ => {}
        }
    }
    let mut found = [
        (Encoding::Brotli, brotli.or(any).unwrap_or(0)),
        (Encoding::Gzip, gzip.or(any).unwrap_or(0)),
        // Not named: acceptable, but after anything that was asked for.
        (Encoding::Plain, identity.unwrap_or(1).max(1)),
    ];
    found.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
    found
        .into_iter()
        .filter(|(_, quality)| *quality > 0)
        .map(|(encoding, _)| encoding)
        .collect()
}

/// The `q` among an item's parameters in thousandths; 1000 without, 0 when it is not a number from 0 to 1.
fn quality<'a>(parameters: impl Iterator<Item = &'a str>) -> u16 {
    for parameter in parameters {
        let Some((name, value)) = parameter.split_once('=') else {
            continue;
        };
        if name.trim().eq_ignore_ascii_case("q") {
            return match value.trim().parse::<f32>() {
                Ok(q) if (0.0..=1.0).contains(&q) => (q * 1000.0).round() as u16,
                _ => 0,
            };
        }
    }
    1000
}

#[cfg(test)]
mod tests {
    use super::{Encoding::*, *};

    #[test]
    fn takes_brotli_from_an_ordinary_browser() {
        assert_eq!(
            preferences(Some("gzip, deflate, br, zstd")),
            [Brotli, Gzip, Plain]
        );
    }

    #[test]
    fn sends_the_plain_form_when_nothing_is_said() {
        assert_eq!(preferences(None), [Plain]);
        assert_eq!(preferences(Some("")), [Plain]);
        assert_eq!(preferences(Some("deflate")), [Plain]);
    }

    #[test]
    fn heeds_quality_values() {
        assert_eq!(preferences(Some("br;q=0.2, gzip;q=0.8")), [Gzip, Brotli, Plain]);
        assert_eq!(preferences(Some("br; q=0, gzip")), [Gzip, Plain]);
        assert_eq!(preferences(Some("identity;q=1, br;q=0.5")), [Plain, Brotli]);
    }

    #[test]
    fn a_star_speaks_for_the_forms_not_named() {
        assert_eq!(preferences(Some("*")), [Brotli, Gzip, Plain]);
        assert_eq!(preferences(Some("br;q=0, *;q=0.5")), [Gzip, Plain]);
    }

    #[test]
    fn nonsense_is_not_wanted_and_not_an_error() {
        assert_eq!(preferences(Some("br;q=much, gzip;q=7,;;,=,q")), [Plain]);
    }

    #[test]
    fn the_plain_form_remains_for_a_reader_who_excludes_everything() {
        assert_eq!(preferences(Some("identity;q=0, *;q=0")), [Plain]);
    }
}
