//! Word of data that has changed, on SQLite and on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

use porthole_identity::DataChange;
use support::{Database, options};

on_both! {
    async fn each_change_has_a_number_and_every_host_hears_of_the_last(database: &Database) {
        let (here, there) = (database.connect(options()).await, database.connect(options()).await);
        assert!(there.data_changes().await.unwrap().is_empty());
        assert_eq!(here.data_changed("alpha", "metrics").await.unwrap(), 1);
        assert_eq!(there.data_changed("alpha", "metrics").await.unwrap(), 2);
        assert_eq!(here.data_changed("alpha", "").await.unwrap(), 1);
        let change = |table: &str, generation| DataChange {
            tenant: "alpha".to_owned(),
            table: table.to_owned(),
            generation,
        };
        assert_eq!(there.data_changes().await.unwrap(), [change("", 1), change("metrics", 2)]);
    }
}
