//! `porthole doctor`: what a tenant's panels cost its database, and which index they lack.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use porthole_config::relative_range;
use porthole_panel::{Examination, Finding, examine};
use porthole_plugins::Plugins;

use super::or_unusable;
use super::settings::{self, SettingsArgs, tenant_database_url};
use crate::server;

/// Ask a tenant's database what the panels ask, and say what it costs and which index is missing. Ends with 0 when
/// nothing should be done, with 1 when something should, and with 2 when nothing could be asked.
#[derive(clap::Args)]
pub struct Doctor {
    /// The tenant.
    #[arg(long)]
    tenant: String,
    /// The range to look at, as now-24h or now-30d.
    #[arg(long, default_value = "now-24h", value_name = "RANGE")]
    range: String,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Doctor {
    /// Prints a line for each source of each panel, the dearest first.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        Ok(or_unusable(self.examined().await))
    }

    async fn examined(self) -> anyhow::Result<ExitCode> {
        let Some(range) = relative_range(&self.range) else {
            bail!(
                "`{}` is no range: write now- and a length of time, as now-24h or now-30d",
                self.range
            );
        };
        let settings = self.settings.load()?;
        let config = settings::tenants(&settings)?;
        let tenant = settings::tenant(&config, &self.tenant)?;
        let (sandbox, registry) = server::panel_types(None).await?;
        let plugins = Plugins::new(sandbox, Arc::clone(&registry), None, None);
        let own = server::plugin_settings(&config, &settings.limits);
        plugins
            .take_over(
                own.into_iter().filter(|own| own.id == self.tenant).collect(),
                Duration::MAX,
            )
            .await;
        let resolve = move |url: &str| tenant_database_url(url, &settings);
        let examination = match examine(&tenant, &registry, &resolve, range).await {
            Ok(examination) => examination,
            Err(message) => bail!("the database of `{}`: {message}", self.tenant),
        };
        Ok(self.tell(examination))
    }

    fn tell(&self, examination: Examination) -> ExitCode {
        let mut todo = 0;
        let mut findings = examination.findings;
        let cost = |finding: &Finding| finding.advice.as_ref().map_or(f64::MAX, |advice| advice.millis);
        findings.sort_by(|left, right| cost(right).total_cmp(&cost(left)));
        for finding in &findings {
            let name = match finding.source.as_str() {
                "main" => finding.panel.clone(),
                source => format!("{} ({source})", finding.panel),
            };
            match &finding.advice {
                Err(reasons) => {
                    todo += reasons.len();
                    for reason in reasons {
                        let (file, line, column) = (&reason.file, reason.line, reason.column);
                        println!("{file}:{line}:{column}: {name}: {}", reason.message);
                        if let Some(help) = &reason.help {
                            println!("    {help}");
                        }
                    }
                }
                Ok(advice) => {
                    let rows = counted(advice.rows);
                    println!("{}: {name}: {:.1} ms for {rows}", finding.place, advice.millis);
                    if let Some(all) = advice.reads_all_of {
                        todo += 1;
                        println!("    reads all of {}, about {all:.0} rows", finding.table);
                        match &advice.index {
                            Some(Ok(index)) => println!("    {index}"),
                            Some(Err(why)) => println!("    no index can help: {why}"),
                            None => {}
                        }
                    }
                }
            }
        }
        if examination.may_write == Some(true) {
            todo += 1;
            println!(
                "the database's login may change data; Porthole only reads: give it a role with SELECT alone"
            );
        }
        match todo {
            0 => println!(
                "nothing to do in {} for {}",
                counted_sources(findings.len()),
                self.tenant
            ),
            1 => println!("1 thing to do for {}", self.tenant),
            many => println!("{many} things to do for {}", self.tenant),
        }
        if todo == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn counted(rows: u64) -> String {
    match rows {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    }
}

fn counted_sources(count: usize) -> String {
    match count {
        1 => "1 source".to_owned(),
        count => format!("{count} sources"),
    }
}
