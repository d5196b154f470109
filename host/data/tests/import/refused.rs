//! Files that are refused: what is wrong, at which line, and that nothing of them is loaded.

use porthole_data::import::{CsvImport, ImportError, csv, parse_column};
use porthole_data::load::{Kind, LoadError};

use super::support::Database;
use super::{count, import, options};

#[tokio::test(flavor = "multi_thread")]
async fn a_ragged_row_is_named_by_its_line_and_nothing_is_loaded() {
    for database in Database::both().await {
        let kind = database.kind;
        let mut text = String::from("timestamp,value\n");
        for minute in 0..50 {
            text.push_str(&format!("2014-02-14 14:{minute:02}:00,{minute}.5\n"));
        }
        let good = text.clone();
        text.push_str(
            "2014-02-14 15:00:00\n2014-02-14 15:01:00,1,2\n\n2014-02-14 15:02:00,many\nyesterday,1\n",
        );
        match import(&database, &text, &options(&[])).await {
            Err(ImportError::Rows { faults, total }) => {
                let lines: Vec<_> = faults.iter().map(|fault| fault.line).collect();
                assert_eq!(lines, [52, 53, 55, 56], "{kind}: {faults:?}");
                assert_eq!(total, 4);
                assert!(
                    faults[2].message.contains("`many`") && faults[2].message.contains("value"),
                    "{:?}",
                    faults[2]
                );
            }
            other => panic!("{kind}: {other:?}"),
        }
        assert_eq!(count(&database).await, 0, "{kind}");
        assert_eq!(import(&database, &good, &options(&[])).await.unwrap().rows, 50);
        assert!(import(&database, &text, &options(&[])).await.is_err());
        assert_eq!(count(&database).await, 50, "{kind}");
        // A reading without a time is none.
        let error = import(&database, "timestamp,value\n,1\n", &options(&[]))
            .await
            .unwrap_err();
        assert!(
            matches!(&error, ImportError::Rows { faults, .. } if faults[0].line == 2),
            "{kind}: {error:?}"
        );
        // Text that is not UTF-8.
        let error = import(
            &database,
            b"timestamp,value\n2014-02-14 14:00:00,\xff\n",
            &options(&[]),
        )
        .await
        .unwrap_err();
        assert!(
            matches!(&error, ImportError::Rows { faults, .. } if faults[0].line == 2),
            "{kind}: {error:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_twenty_bad_rows_are_listed_and_all_are_counted() {
    let database = Database::sqlite().await;
    let text = String::from("timestamp,value\n") + &"2014-02-14 14:00:00\n".repeat(100);
    match import(&database, text, &options(&[])).await {
        Err(ImportError::Rows { faults, total }) => assert_eq!((faults.len(), total), (20, 100)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_with_several_bad_cells_is_one_bad_row() {
    for database in Database::both().await {
        let kind = database.kind;
        let mut text = String::from("timestamp,value,count,note\n");
        for minute in 0..60 {
            text.push_str(&format!(
                "2014-02-14 14:{minute:02}:00,{minute}.5,{minute},fine\n"
            ));
        }
        text.push_str("yesterday,many,few,fine\n2014-02-14 15:00:00,1.5,few,fine\n");
        text.push_str("2014-02-14 15:01:00,many,few,fine\n2014-02-14 15:02:00,1.5,1,n\0l\n");
        let error = import(&database, &text, &options(&[])).await.unwrap_err();
        assert!(
            error.to_string().starts_with("4 rows cannot be imported"),
            "{kind}: {error}"
        );
        let ImportError::Rows { faults, total } = error else {
            panic!("{kind}: {error:?}");
        };
        assert_eq!(total, 4, "{kind}");
        let lines: Vec<_> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [62, 63, 64, 65], "{kind}: {faults:?}");
        let messages: Vec<_> = faults.iter().map(|fault| fault.message.as_str()).collect();
        let three = "; 2 more cells of this row do not fit";
        assert!(
            messages[0].contains("`yesterday`") && messages[0].ends_with(three),
            "{messages:?}"
        );
        assert!(
            messages[1].contains("`few`") && !messages[1].contains("more"),
            "{messages:?}"
        );
        let two = "; one more cell of this row does not fit";
        assert!(
            messages[2].contains("`many`") && messages[2].ends_with(two),
            "{messages:?}"
        );
        assert_eq!(messages[3], "the column `note` has a NUL character", "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_differs_is_not_touched_and_the_difference_is_told() {
    for database in Database::both().await {
        let kind = database.kind;
        import(
            &database,
            "timestamp,value\n2014-02-14 14:30:00,0.5\n",
            &options(&[("series", "a")]),
        )
        .await
        .unwrap();
        let imported = import(
            &database,
            "timestamp,value\n2014-02-14 14:30:00,7\n",
            &options(&[("series", "b")]),
        )
        .await
        .unwrap();
        assert!(!imported.created, "{kind}");
        let error = import(
            &database,
            "timestamp,watts\n2014-02-14 14:30:00,7\n",
            &options(&[]),
        )
        .await
        .unwrap_err();
        match &error {
            ImportError::Load(LoadError::Differs { differences, .. }) => {
                assert!(
                    differences[0].contains("no column `watts`"),
                    "{kind}: {differences:?}"
                );
            }
            other => panic!("{kind}: {other:?}"),
        }
        let typed = CsvImport {
            columns: vec![parse_column("value:text").unwrap()],
            ..options(&[])
        };
        let error = import(&database, "timestamp,value\n2014-02-14 14:30:00,7\n", &typed)
            .await
            .unwrap_err();
        assert!(
            matches!(error, ImportError::Load(LoadError::Differs { .. })),
            "{kind}: {error:?}"
        );
        assert_eq!(count(&database).await, 2, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_cannot_be_are_refused() {
    let database = Database::sqlite().await;
    for text in ["", "\n", "a,a\n1,2\n", "a,\n1,2\n", "a,series\n1,2\n", "value\n"] {
        let error = import(&database, text, &options(&[("series", "x")]))
            .await
            .unwrap_err();
        assert!(matches!(error, ImportError::Header(_)), "{text:?}: {error:?}");
    }
    let typed = CsvImport {
        columns: vec![("nope".into(), Kind::Text)],
        ..options(&[])
    };
    assert!(matches!(
        import(&database, "a\n1\n", &typed).await,
        Err(ImportError::Header(_))
    ));
    for table in ["", "a;b", "x(y)", "a.b.c"] {
        let options = CsvImport {
            table: table.into(),
            ..options(&[])
        };
        assert!(import(&database, "a\n1\n", &options).await.is_err(), "{table}");
    }
    assert!(
        csv(
            &database.url,
            std::path::Path::new("/nonexistent"),
            &options(&[]),
            &mut |_| {}
        )
        .await
        .is_err()
    );
    assert!(
        parse_column("value").is_err() && parse_column(":text").is_err() && parse_column("a:blob").is_err()
    );
    assert_eq!(parse_column("a:b:real"), Ok(("a:b".into(), Kind::Real)));
}

async fn refusal(database: &Database, text: impl AsRef<[u8]>, options: &CsvImport) -> String {
    match import(database, text, options).await {
        Err(ImportError::Header(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_separated_by_something_else_than_commas_is_refused() {
    let database = Database::sqlite().await;
    for (separator, name, told) in [
        (";", "timestamp;value", "`;`"),
        ("\t", "timestamp\\tvalue", "tabs"),
    ] {
        let text = format!("timestamp{separator}value\n2014-01-01 00:00:00{separator}1\n");
        assert_eq!(
            refusal(&database, text, &options(&[])).await,
            format!(
                "the header has one column `{name}`: the file seems to be separated by {told}; commas are needed"
            )
        );
    }
    let imported = import(&database, "value\n1\n", &options(&[])).await.unwrap();
    assert_eq!(imported.rows, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_are_too_long_are_refused_in_few_words() {
    let database = Database::sqlite().await;
    let long = "n".repeat(5000);
    let names = |count: usize| -> String {
        let names: Vec<_> = (0..count).map(|index| format!("c{index}")).collect();
        names.join(",")
    };
    let missing = CsvImport {
        columns: vec![(long.clone(), Kind::Text)],
        ..options(&[])
    };
    for (header, options, told) in [
        ("x".repeat(5_000_000), options(&[]), "longer than 64 KiB"),
        (
            format!("\"{}", "x,1\n".repeat(50_000)),
            options(&[]),
            "longer than 64 KiB: a quotation mark",
        ),
        ("x".repeat(64 * 1024), options(&[]), "cannot be the name"),
        ("x".repeat(64 * 1024 + 1), options(&[]), "longer than 64 KiB"),
        (format!("a,{long}"), options(&[]), "cannot be the name"),
        (format!("a;{long}"), options(&[]), "separated by `;`"),
        (names(1001), options(&[]), "columns"),
        (names(400), missing, "c19 and 380 more"),
        ("a,\"b\n1,2".into(), options(&[]), "never closed"),
    ] {
        let message = refusal(&database, format!("{header}\n1\n"), &options).await;
        assert!(message.contains(told) && message.len() < 300, "{told}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_utf8_is_told_how_to_become_it() {
    let database = Database::sqlite().await;
    let text = "timestamp,value\n2014-01-01 00:00:00,1\n";
    let mut little = vec![0xff, 0xfe];
    little.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let mut big = vec![0xfe, 0xff];
    big.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    for text in [
        little,
        big,
        b"timestamp,gr\xf6\xdfe\n2014-01-01 00:00:00,1\n".to_vec(),
    ] {
        assert_eq!(
            refusal(&database, text, &options(&[])).await,
            "the file is not UTF-8 text; save it as UTF-8"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quotation_mark_that_is_never_closed_is_a_bad_row_at_its_line() {
    let database = Database::sqlite().await;
    let head = "timestamp,note\n2014-01-01 00:00:00,\"one\ntwo\"\n";
    for rest in [
        "2014-01-01 00:05:00,\"1\n2014-01-01 00:10:00,2\n",
        "\n2014-01-01 00:05:00,\"1\n2014-01-01 00:10:00,2",
        "2014-01-01 00:05:00,\"",
        "2014-01-01 00:05:00,\"1\"\"\n",
        "2014-01-01 00:05:00,\"1\n2014-01-01 00:10:00,2,3\n",
    ] {
        match import(&database, format!("{head}{rest}"), &options(&[])).await {
            Err(ImportError::Rows { faults, total }) => {
                let line = if rest.starts_with('\n') { 5 } else { 4 };
                assert_eq!((faults[0].line, total), (line, 1), "{rest:?}: {faults:?}");
                assert_eq!(faults[0].message, "a quotation mark opened here is never closed");
            }
            other => panic!("{rest:?}: {other:?}"),
        }
    }
    // Quotations that are closed by the last byte, and marks that open none.
    for rest in [
        "",
        "2014-01-01 00:05:00,\"1\"",
        "2014-01-01 00:05:00,\"1\n\"\r\n\n",
        "2014-01-01 00:05:00,5\" pipe",
        "2014-01-01 00:05:00,5\" pipe\n",
        "2014-01-01 00:05:00,\r",
    ] {
        let imported = import(&database, format!("{head}{rest}"), &options(&[])).await;
        assert_eq!(
            imported.unwrap().rows,
            1 + u64::from(!rest.is_empty()),
            "{rest:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_name_that_postgresql_would_cut_is_refused() {
    let text = "timestamp,value\n2014-01-01 00:00:00,1\n";
    let named = |table: String| CsvImport {
        table,
        ..options(&[("series", "x")])
    };
    let database = Database::postgres().await;
    for table in ["t".repeat(64), "ä".repeat(32), format!("{}.t", "s".repeat(64))] {
        match import(&database, text, &named(table)).await {
            Err(ImportError::Load(LoadError::Refused(message))) => assert!(
                message.contains("is too long: PostgreSQL takes 63 bytes, and this has 64"),
                "{message}"
            ),
            other => panic!("{other:?}"),
        }
    }
    // The longest there can be, and its indexes; the first has the name that an index might be cut to.
    for table in ["t".repeat(60), "t".repeat(63)] {
        let imported = import(&database, text, &named(table)).await.unwrap();
        assert!(imported.created);
    }
    let database = Database::sqlite().await;
    for table in ["t".repeat(63), "t".repeat(64)] {
        assert!(import(&database, text, &named(table)).await.unwrap().created);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_would_become_another_is_refused_by_its_line() {
    for database in Database::both().await {
        let kind = database.kind;
        let mut text = String::from("value,count\n");
        (0..60).for_each(|row| text.push_str(&format!("{row}.5,{row}\n")));
        for (row, part) in [
            (
                "12345678901234567890,1\n",
                "would become another one; --column value:text keeps",
            ),
            ("9007199254740993,1\n", "would become another one"),
            ("1e-400,1\n", "would become another one"),
            ("1e400,1\n", "would become another one"),
            (
                "1,9223372036854775809\n",
                "64 bits goes to 9223372036854775807; --column count:text",
            ),
        ] {
            let error = import(&database, text.clone() + row, &options(&[]))
                .await
                .unwrap_err();
            let ImportError::Rows { faults, total } = error else {
                panic!("{kind} {row}: {error:?}");
            };
            assert_eq!((faults[0].line, total), (62, 1), "{kind} {row}");
            assert!(faults[0].message.contains(part), "{kind}: {:?}", faults[0]);
        }
        assert_eq!(count(&database).await, 0, "{kind}");
        // Where all of a column are such, they are names, and kept as they are.
        let ids = "value,note\n12345678901234567890,a\n12345678901234567891,b\n";
        let imported = import(&database, ids, &options(&[])).await.unwrap();
        assert_eq!(imported.columns[0].1, Kind::Text, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fractions_with_more_digits_than_a_double_are_counted() {
    for database in Database::both().await {
        let kind = database.kind;
        let text = "value,other\n33.3333333333333333,1.5\n66.6666666666666667,2.5\n0.1,3.5\n";
        let imported = import(&database, text, &options(&[])).await.unwrap();
        assert_eq!(imported.rounded, [("value".to_owned(), 2)], "{kind}");
    }
}
