//! The Sycamore application.
