//! All that a panel author depends on.
