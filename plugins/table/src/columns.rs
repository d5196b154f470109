//! How each column is headed and written.

use porthole_sdk::{
    Column, ColumnData, ColumnFormat, ColumnInfo, Failure, Frame, StatusStyle, TableColumn, log,
};

use crate::display::{Display, Format};

/// One description per column of the frame, in the same order.
///
/// # Errors
/// When the source's configuration names a format that is none.
pub fn describe(frame: &Frame, infos: &[ColumnInfo], display: &Display) -> Result<Vec<TableColumn>, Failure> {
    let formats = frame
        .columns
        .iter()
        .enumerate()
        .map(|(place, column)| declared(column, info(infos, column), place, display))
        .collect::<Result<Vec<_>, _>>()?;
    let has_status = formats.contains(&Some(Format::Status));
    let columns = frame.columns.iter().zip(formats).map(|(column, declared)| {
        // Colours without a column to paint are meant for the one that sounds like it.
        let implied = !has_status && !display.status_colors.is_empty() && sounds_like_status(&column.name);
        let format = declared.or(implied.then_some(Format::Status));
        TableColumn {
            name: column.name.clone(),
            title: title(column, info(infos, column), format),
            format: written(column, format, display),
            sortable: display.sortable,
            filterable: display.filterable,
        }
    });
    Ok(columns.collect())
}

fn info<'a>(infos: &'a [ColumnInfo], column: &Column) -> Option<&'a ColumnInfo> {
    infos.iter().find(|info| info.name == column.name)
}

/// The format that the YAML declares: in `display.formats`, else with the column.
fn declared(
    column: &Column,
    info: Option<&ColumnInfo>,
    place: usize,
    display: &Display,
) -> Result<Option<Format>, Failure> {
    if let Some(format) = display.formats.get(&column.name) {
        return Ok(Some(*format));
    }
    let Some(word) = info.and_then(|info| info.format.as_deref()) else {
        return Ok(None);
    };
    Format::parse(word).map(Some).ok_or_else(|| {
        let place = ["data_source.columns[", &place.to_string(), "].format"].concat();
        let fault = [
            "`",
            word,
            "` is no format; write text, number, integer, percent, datetime, boolean or status",
        ];
        Failure::configuration(&place, &fault.concat())
    })
}

fn sounds_like_status(name: &str) -> bool {
    ["status", "severity", "level", "state"].contains(&name.to_ascii_lowercase().as_str())
}

/// The configured title, else the name in words.
fn title(column: &Column, info: Option<&ColumnInfo>, format: Option<Format>) -> String {
    let configured = info
        .and_then(|info| info.title.as_deref())
        .filter(|title| !title.trim().is_empty());
    let title = configured.map_or_else(|| in_words(&column.name), ToOwned::to_owned);
    match format {
        Some(Format::Percent) if !title.contains('%') => title + " (%)",
        _ => title,
    }
}

/// `error_message` as `Error message`.
fn in_words(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut characters = words.trim().chars();
    characters.next().map_or_else(
        || name.to_owned(),
        |first| first.to_uppercase().chain(characters).collect(),
    )
}

/// The declared format where the column's values can be written so, else the one their kind suggests.
fn written(column: &Column, declared: Option<Format>, display: &Display) -> ColumnFormat {
    use ColumnData::{Booleans, Instants, Integers, Numbers, Texts};
    match (declared, &column.data) {
        (Some(Format::Status), _) => ColumnFormat::Status(styles(display)),
        (Some(Format::Text), _) => ColumnFormat::Text,
        (Some(Format::Number | Format::Percent), Numbers(_)) | (None, Numbers(_)) => {
            ColumnFormat::Number(None)
        }
        (Some(Format::Integer), Numbers(_) | Integers(_)) => ColumnFormat::Number(Some(0)),
        (Some(Format::Number | Format::Percent), Integers(_)) | (None, Integers(_)) => {
            ColumnFormat::Number(Some(0))
        }
        (Some(Format::Datetime) | None, Instants(_)) => ColumnFormat::Datetime,
        (Some(Format::Boolean) | None, Booleans(_)) => ColumnFormat::Boolean,
        (None, Texts(_)) => ColumnFormat::Text,
        // A column without any value has no kind to speak of.
        (Some(_), data) if is_blank(data) => written(column, None, display),
        (Some(_), _) => {
            log::warn(
                &[
                    "the values of column `",
                    &column.name,
                    "` cannot be written in its format; it is shown as it is",
                ]
                .concat(),
            );
            written(column, None, display)
        }
    }
}

fn is_blank(data: &ColumnData) -> bool {
    matches!(data, ColumnData::Texts(texts) if texts.iter().all(Option::is_none))
}

fn styles(display: &Display) -> Vec<StatusStyle> {
    let style = |(value, color): (&String, &porthole_sdk::Color)| StatusStyle {
        value: value.clone(),
        color: color.as_str().to_owned(),
        label: None,
    };
    display.status_colors.iter().map(style).collect()
}
