//! The specification's YAML loads unchanged.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;

use std::sync::Arc;

use folder::{Folder, lines, tenant};
use porthole_config::{DrillDown, GridWish, Panel, Position};
use serde_json::json;

/// A folder with the specification's dashboard and all six panels, and a second dashboard for those that the first
/// does not show.
fn specification() -> Folder {
    let folder = Folder::new();
    std::fs::remove_dir_all(folder.tenant_path()).unwrap();
    for name in [
        "dashboards/default.yaml",
        "panels/cpu_usage.yaml",
        "panels/memory_kpi.yaml",
        "panels/health_status.yaml",
        "panels/error_log.yaml",
        "panels/custom_chart.yaml",
        "panels/custom_summary.yaml",
    ] {
        let path = format!("{}/tests/spec/{name}", env!("CARGO_MANIFEST_DIR"));
        folder.write(name, std::fs::read_to_string(path).unwrap());
    }
    // Where a tenant's database is named, the specification leaves open.
    folder.write("tenant.yaml", "tenant: {name: one}\n");
    folder
}

fn panel(id: &str) -> Arc<Panel> {
    let config = specification().load();
    Arc::clone(tenant(&config).panels[id].panel().expect("the panel is sound"))
}

#[test]
fn all_examples_load_without_a_fault() {
    let config = specification().load();
    assert_eq!(lines(&config.diagnostics), [""; 0]);
    let ids: Vec<&str> = tenant(&config).panels.keys().map(String::as_str).collect();
    // `system_health` is the dashboard's name for panels/health_status.yaml.
    assert_eq!(
        ids,
        [
            "cpu_usage",
            "custom_chart",
            "custom_summary",
            "error_log",
            "memory_kpi",
            "system_health"
        ]
    );
}

#[test]
fn the_dashboard_has_its_panels_in_their_places() {
    let config = specification().load();
    let dashboard = &tenant(&config).dashboards["default"];
    assert_eq!(dashboard.title, "System Health Dashboard");
    assert_eq!(
        dashboard.description.as_deref(),
        Some("Main operational dashboard")
    );
    assert_eq!((dashboard.refresh_interval, dashboard.columns), (21_600, 12));
    let full = |row, col, width, height| GridWish {
        row: Some(row),
        col: Some(col),
        width: Some(width),
        height: Some(height),
    };
    let places: Vec<_> = dashboard
        .panels
        .iter()
        .map(|panel| (panel.id.as_str(), panel.position))
        .collect();
    assert_eq!(
        places,
        [
            ("cpu_usage", full(1, 1, 8, 2)),
            ("memory_kpi", full(1, 9, 4, 1)),
            ("system_health", full(2, 9, 4, 1))
        ]
    );
    assert_eq!(dashboard.panels[2].file, "tenants/one/panels/health_status.yaml");
    assert_eq!(dashboard.panels[2].id.line, 26);
    let arranged = dashboard.arrange(|_| (1, 1));
    assert_eq!(
        arranged[2].1,
        Position {
            row: 2,
            col: 9,
            width: 4,
            height: 1
        }
    );
}

#[test]
fn the_time_series_panel_has_its_query_beside_its_source() {
    let panel = panel("cpu_usage");
    assert_eq!(
        (panel.type_name.as_str(), panel.title.as_str()),
        ("timeseries", "CPU Usage Over Time")
    );
    let source = &panel.sources["main"];
    assert_eq!(source.table.value, "metrics");
    let columns: Vec<_> = source
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.column.as_str()))
        .collect();
    assert_eq!(
        columns,
        [
            ("timestamp", "recorded_at"),
            ("value", "cpu_percent"),
            ("series_label", "server_name")
        ]
    );
    assert_eq!(source.filter.as_ref().unwrap().value, "metric_type = 'cpu'");
    assert_eq!(source.order_by.as_ref().unwrap().value, "recorded_at DESC");
    assert_eq!(
        panel.display,
        json!({"y_axis_label": "CPU %", "y_axis_range": [0, 100], "line_color": "#3B82F6", "fill_area": true})
    );
    assert_eq!(panel.refresh_interval, Some(300));
    assert_eq!(
        panel.drill_down,
        DrillDown {
            enabled: true,
            show_table: true,
            disable_aggregation: true
        }
    );
}

#[test]
fn the_kpi_panel_has_its_query_as_one_text_inside_its_source() {
    let panel = panel("memory_kpi");
    let source = &panel.sources["main"];
    let query = source.combined.as_ref().unwrap();
    assert_eq!(
        query.value,
        "metric_type = 'memory' ORDER BY recorded_at DESC LIMIT 1"
    );
    let file = std::fs::read_to_string(format!(
        "{}/tests/spec/panels/memory_kpi.yaml",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    let line = file.lines().position(|line| line.contains("query:")).unwrap();
    let column = file.lines().nth(line).unwrap().find("LIMIT").unwrap();
    let offset = query.value.find("LIMIT").unwrap();
    assert_eq!(
        query.place_of(offset),
        (
            u32::try_from(line + 1).unwrap(),
            u32::try_from(column + 1).unwrap()
        )
    );
    assert_eq!(
        panel.display["thresholds"][1],
        json!({"value": 70, "color": "#F59E0B", "label": "warning"})
    );
}

#[test]
fn numbers_as_keys_of_the_status_mapping_become_texts() {
    let panel = panel("system_health");
    assert_eq!(panel.id, "system_health");
    assert_eq!(
        panel.display["status_mapping"]["2"],
        json!({"color": "#EF4444", "label": "Down"})
    );
    let fault = panel.fault("/display/status_mapping/1/color", "no such colour", None);
    assert_eq!((fault.line, fault.column), (18, 16));
    let nearest = panel.fault("/display/status_mapping/7/color", "no such colour", None);
    assert_eq!(nearest.line, 14);
}

#[test]
fn the_table_panel_has_a_list_of_columns_and_its_query_inside_its_source() {
    let panel = panel("error_log");
    let source = &panel.sources["main"];
    let columns: Vec<_> = source
        .columns
        .iter()
        .map(|column| {
            (
                column.name.as_str(),
                column.title.as_deref(),
                column.format.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        columns,
        [
            ("timestamp", Some("Time"), Some("datetime")),
            ("service", Some("Service"), None),
            ("error_message", Some("Error"), None),
            ("severity", Some("Severity"), None)
        ]
    );
    assert_eq!(source.limit.as_ref().unwrap().value, 50);
    assert_eq!(
        source.filter.as_ref().unwrap().value,
        "severity IN ('ERROR', 'CRITICAL')"
    );
    assert_eq!(panel.display["pagination"], json!(25));
}

#[test]
fn the_custom_panels_have_endpoint_parameters_and_template() {
    let image = panel("custom_chart");
    assert_eq!(image.endpoint_name(), Some("network-topology"));
    assert_eq!(image.parameters, json!({"include_offline": false}));
    let summary = panel("custom_summary");
    assert_eq!(summary.endpoint_name(), Some("daily-summary"));
    let template = summary.template.as_ref().unwrap();
    assert!(template.value.starts_with("<div class=\"p-4\">\n") && template.value.ends_with("</div>\n"));
    assert!(summary.sources.is_empty());
}

#[test]
fn the_tree_means_what_an_independent_reader_reads() {
    for name in [
        "cpu_usage",
        "memory_kpi",
        "health_status",
        "error_log",
        "custom_chart",
        "custom_summary",
    ] {
        let text = std::fs::read_to_string(format!(
            "{}/tests/spec/panels/{name}.yaml",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap();
        let independent: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        let id = if name == "health_status" {
            "system_health"
        } else {
            name
        };
        let panel = panel(id);
        let given = |key: &str| {
            independent["panel"]
                .get(key)
                .cloned()
                .unwrap_or_else(|| json!({}))
        };
        assert_eq!(panel.display, given("display"), "{name}");
        assert_eq!(panel.parameters, given("parameters"), "{name}");
        assert_eq!(json!(panel.title), independent["panel"]["title"], "{name}");
        if let Some(template) = &panel.template {
            assert_eq!(json!(template.value), independent["panel"]["template"]);
        }
    }
}
