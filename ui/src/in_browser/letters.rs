//! What the browser writes is what the tests without a browser expect.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::{color, number, text};

#[wasm_bindgen_test]
fn numbers_are_written_as_everywhere() {
    assert_eq!(text::fixed(9310.5, 2), "9310.50");
    assert_eq!(text::shortest(0.1 + 0.2), "0.30000000000000004");
    assert_eq!(text::shortest(1284.0), "1284");
    assert_eq!(
        [1.5e21, 1e-7, -2.5e-9, 0.000_001].map(text::shortest),
        ["1.5e+21", "1e-7", "-2.5e-9", "0.000001"]
    );
    assert_eq!(text::scientific(1.5e-12), "1.50e-12");
    assert_eq!(text::scientific(2e15), "2.00e+15");
}

#[wasm_bindgen_test]
fn readers_see_them_grouped_and_rounded() {
    assert_eq!(number::number(-9_310_000.25, None), "−9,310,000.25");
    assert_eq!(number::number(2.0 / 3.0, None), "0.667");
    assert_eq!(number::number(0.000_421_23, None), "0.000421");
    assert_eq!(number::number(-0.0001, Some(1)), "−0.0001");
    assert_eq!(number::number(-0.0, Some(1)), "0.0");
    assert_eq!(number::number(1.5e18, Some(1)), "1.5e18");
    assert_eq!(number::number(f64::MIN_POSITIVE, None), "2.23e-308");
    assert_eq!(number::exact(12_345.678_912_3), "12,345.6789123");
    assert_eq!(number::exact(1.5e21), "1.5e21");
    assert_eq!(
        number::column_decimals([14.49, 24.236_667, f64::NAN].into_iter()),
        3
    );
}

#[wasm_bindgen_test]
fn letters_change_their_case_whatever_their_alphabet() {
    assert_eq!(text::lower("ÉLAN Straße ΣΊΣΥΦΟΣ"), "élan straße σίσυφος");
    assert_eq!(text::upper("é"), "É");
}

#[wasm_bindgen_test]
fn colours_are_made_legible_as_everywhere() {
    assert_eq!(
        color::legible("#10B981", color::Theme::Light, color::FOR_TEXT).as_deref(),
        Some("#0a7854")
    );
}
