//! Migrations are embedded when the crate is built: a new file must build it anew.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
