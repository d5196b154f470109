//! How good a new password is, while it is typed: by the same rules as the host's.

use crate::prelude::*;
use porthole_passwords::Strength;

use super::Field;
use crate::live::live;

/// Steps of the bar.
const STEPS: usize = 4;

/// The bar and its word below a field for a new password; nothing before anything is typed. `email`: the account's, where it
/// is known; tracked.
pub(crate) fn strength(field: Field, email: impl Fn() -> String + 'static) -> View {
    let content = live(move || {
        let text = field.value.get_clone();
        if text.is_empty() {
            return View::new();
        }
        let (step, word) = match porthole_passwords::strength(&text, &email()) {
            // Nobody types as many by hand.
            Strength::Length if text.chars().count() > 64 => (1, "Too long"),
            strength => said(strength),
        };
        let class = match step {
            ..=1 => "strength bad",
            2 => "strength warn",
            _ => "strength good",
        };
        let bar: Vec<View> = (0..STEPS)
            .map(|at| view! { i(class=if at < step { "on" } else { "" }) })
            .collect();
        view! { div(class=class) { span(class="steps", aria-hidden="true") { (bar) } span { (word) } } }
    });
    view! { div(role="status", data-testid="strength") { (content) } }
}

/// Steps of the bar that are lit, and what is said beside it.
fn said(strength: Strength) -> (usize, &'static str) {
    match strength {
        Strength::Length => (1, "Too short"),
        Strength::Guessable => (1, "Too easy to guess"),
        Strength::Fair => (2, "Fair"),
        Strength::Good => (3, "Good"),
        Strength::Strong => (4, "Strong"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_passwords_light_more_of_the_bar_and_all_of_it_can_be_lit() {
        let steps = [
            Strength::Length,
            Strength::Guessable,
            Strength::Fair,
            Strength::Good,
            Strength::Strong,
        ]
        .map(|strength| said(strength).0);
        assert!(steps.is_sorted());
        assert_eq!(steps.last(), Some(&STEPS));
    }
}
