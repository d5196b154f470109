//! What crosses the rooms.
