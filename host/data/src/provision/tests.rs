//! What can be refused without a server.
#![allow(clippy::unwrap_used)]

use super::*;

fn server(url: &str) -> SecretString {
    url.to_owned().into()
}

#[test]
fn names_that_could_mean_anything_else_are_refused() {
    let server = server("postgres://root@localhost/postgres");
    for name in [
        "",
        "Alpha",
        "1alpha",
        "_alpha",
        "pg_alpha",
        "al pha",
        "alpha\"; DROP DATABASE postgres; --",
        "alpha'",
        "älpha",
        "al/pha",
        "al\0pha",
        &"a".repeat(57),
    ] {
        assert!(NewDatabase::new(&server, name).is_err(), "{name:?}");
    }
    for name in ["alpha", "tenant-alpha", "a_1", &"a".repeat(56)] {
        assert!(NewDatabase::new(&server, name).is_ok(), "{name:?}");
    }
}

#[test]
fn the_new_roles_urls_keep_what_the_servers_says_of_encryption_and_nothing_of_the_administrator() {
    let server = server(
        "postgresql://root:hunter22@db.example.org:6543/postgres?sslmode=verify-full&user=boss&password=other&options=-cx%3D1",
    );
    let new = NewDatabase::new(&server, "alpha").unwrap();
    let url = new.url_of("alpha_reader", "f00").unwrap();
    assert_eq!(
        url.expose_secret(),
        "postgresql://alpha_reader:f00@db.example.org:6543/alpha?sslmode=verify-full"
    );
}

#[test]
fn errors_and_debug_output_do_not_repeat_the_password() {
    let wrong = server("mysql://root:hunter22@localhost/x");
    let error = NewDatabase::new(&wrong, "alpha").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter22"));
    let new = NewDatabase::new(&server("postgres://root:hunter22@localhost/x"), "alpha").unwrap();
    assert!(!format!("{new:?}").contains("hunter22"));
}
