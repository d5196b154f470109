//! `porthole user list | head -2`: who reads what a command prints may go before its end, which is no failure of the command.
//!
//! The signal by which other programs end then is ignored from the start, as a server needs it; so what cannot be printed any
//! more ends this one in its place.

use std::any::Any;
use std::panic::PanicHookInfo;

/// As a shell tells of a program that `SIGPIPE` has ended.
const CODE: i32 = 128 + 13;

/// Ends the process without a word when standard output or standard error has no reader any more.
pub fn end_quietly() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panicked: &PanicHookInfo<'_>| {
        if is_of_a_broken_pipe(panicked.payload()) {
            std::process::exit(CODE);
        }
        usual(panicked);
    }));
}

/// Whether `print!` or `eprint!` has panicked because nobody reads; they have no other way to say so.
fn is_of_a_broken_pipe(payload: &(dyn Any + Send)) -> bool {
    payload
        .downcast_ref::<String>()
        .is_some_and(|said| said.starts_with("failed printing to std") && said.contains("Broken pipe"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_not_be_printed_ends_quietly() {
        let of = |said: &str| is_of_a_broken_pipe(&said.to_owned());
        assert!(of("failed printing to stdout: Broken pipe (os error 32)"));
        assert!(of("failed printing to stderr: Broken pipe (os error 32)"));
        assert!(!of(
            "failed printing to stdout: No space left on device (os error 28)"
        ));
        assert!(!of("Broken pipe"));
    }
}
