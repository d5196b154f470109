//! The two sample tenants: which servers and services they have, and how those behave.

use crate::inventory::{self, Component, Network};
use crate::noise::{daylight, measured, smooth, uniform};
use crate::season;

/// A server and its habits.
pub struct Server {
    /// `edge-01`.
    pub name: &'static str,
    /// Percent of CPU when nothing happens.
    idle: f64,
    /// Percent that a full working day adds.
    busy: f64,
    /// Percent of memory.
    memory: f64,
    /// Requests a second at noon.
    requests: f64,
}

/// A service whose health is checked.
pub struct Service {
    /// `payments-api`.
    pub name: &'static str,
    /// How much of the time it is not well, 0..1.
    pub frailty: f64,
}

/// A sample tenant.
pub struct SampleTenant {
    /// `tenant-alpha`.
    pub id: &'static str,
    /// Makes its numbers its own.
    seed: u64,
    /// Its servers.
    pub servers: &'static [Server],
    /// Its services.
    pub services: &'static [Service],
    /// What goes wrong there.
    pub mishaps: &'static [Mishap],
    /// Whether it sells something: then it has orders.
    pub orders: bool,
    /// Its network.
    pub network: &'static Network,
    /// What answers its customers, and what that relies on.
    pub components: &'static [Component],
}

/// A line of the error log.
pub struct Mishap {
    /// Which service says so.
    pub service: &'static str,
    /// What it says; `{n}` is replaced by a number.
    pub message: &'static str,
    /// `CRITICAL`, `ERROR`, `WARNING`.
    pub severity: &'static str,
}

const fn server(name: &'static str, idle: f64, busy: f64, memory: f64, requests: f64) -> Server {
    Server {
        name,
        idle,
        busy,
        memory,
        requests,
    }
}
const fn service(name: &'static str, frailty: f64) -> Service {
    Service { name, frailty }
}
const fn mishap(service: &'static str, severity: &'static str, message: &'static str) -> Mishap {
    Mishap {
        service,
        message,
        severity,
    }
}

/// The tenants of `porthole demo`, under the names their configuration has.
pub const TENANTS: [SampleTenant; 2] = [
    SampleTenant {
        id: "tenant-alpha",
        seed: 0xa1fa,
        servers: &[
            server("edge-01", 28.0, 44.0, 71.0, 420.0),
            server("edge-02", 24.0, 36.0, 66.0, 380.0),
            server("core-01", 18.0, 30.0, 58.0, 260.0),
            server("core-02", 14.0, 26.0, 54.0, 220.0),
            server("batch-01", 8.0, 12.0, 43.0, 18.0),
        ],
        services: &[
            service("payments-api", 0.06),
            service("search-index", 0.40),
            service("checkout", 0.02),
            service("catalog", 0.02),
            service("auth", 0.01),
            service("mailer", 0.12),
        ],
        mishaps: &[
            mishap(
                "payments-api",
                "CRITICAL",
                "connection to the ledger refused (job {n})",
            ),
            mishap(
                "payments-api",
                "ERROR",
                "transaction rolled back after {n} ms: serialization failure",
            ),
            mishap(
                "search-index",
                "ERROR",
                "segment merge took {n} ms, writers throttled",
            ),
            mishap(
                "checkout",
                "ERROR",
                "price service answered 502, used the cached price",
            ),
            mishap("mailer", "ERROR", "{n} messages bounced within 15 min"),
            mishap(
                "catalog",
                "CRITICAL",
                "image worker killed: out of memory at {n} MiB",
            ),
            mishap(
                "auth",
                "WARNING",
                "signing keys could not be refreshed, keeping 2",
            ),
            mishap("catalog", "WARNING", "cache miss rate over {n} per minute"),
        ],
        orders: false,
        network: &inventory::ALPHA_NETWORK,
        components: inventory::ALPHA_COMPONENTS,
    },
    SampleTenant {
        id: "tenant-beta",
        seed: 0xbe7a,
        servers: &[
            server("shop-1", 22.0, 52.0, 63.0, 510.0),
            server("shop-2", 20.0, 48.0, 61.0, 495.0),
            server("stock-1", 12.0, 20.0, 77.0, 90.0),
            server("till-gateway", 9.0, 33.0, 38.0, 140.0),
        ],
        services: &[
            service("storefront", 0.02),
            service("stock-sync", 0.40),
            service("tills", 0.03),
            service("loyalty", 0.05),
            service("delivery-slots", 0.04),
        ],
        mishaps: &[
            mishap("stock-sync", "ERROR", "warehouse feed is {n} s late"),
            mishap("tills", "CRITICAL", "till {n} has not reported for 10 min"),
            mishap("storefront", "ERROR", "page rendered in {n} ms, over its budget"),
            mishap(
                "loyalty",
                "ERROR",
                "points for order {n} booked twice, one reversed",
            ),
            mishap(
                "delivery-slots",
                "WARNING",
                "slots for {n} postcodes recalculated",
            ),
        ],
        orders: true,
        network: &inventory::BETA_NETWORK,
        components: inventory::BETA_COMPONENTS,
    },
];

impl SampleTenant {
    /// A seed of its own for everything that varies.
    pub fn seed_of(&self, what: &str, who: &str) -> u64 {
        let mut seed = self.seed;
        for byte in what.bytes().chain([0]).chain(who.bytes()) {
            seed = seed.rotate_left(7).wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte);
        }
        seed
    }

    /// Whether a server is silent at this instant: the last one sleeps for 50 minutes every night, so that there is
    /// a gap to see.
    pub fn silent(&self, server: usize, seconds: i64) -> bool {
        server + 1 == self.servers.len() && (7_200..10_200).contains(&seconds.rem_euclid(86_400))
    }

    /// Percent, 0..100, two decimals.
    pub fn cpu(&self, server: &Server, seconds: i64) -> f64 {
        let seed = self.seed_of("cpu", server.name);
        let spike = if smooth(seed ^ 0x77, seconds as f64, 1500.0) > 0.93 {
            22.0
        } else {
            0.0
        };
        percent(server.idle + server.busy * daylight(seconds) + 13.0 * measured(seed, seconds) + spike)
    }

    /// Percent, 0..100, two decimals.
    pub fn memory(&self, server: &Server, seconds: i64) -> f64 {
        // Memory climbs and falls back when a process is restarted, twice a day.
        let seed = self.seed_of("memory", server.name);
        let since_restart = (seconds + (seed % 43_200) as i64).rem_euclid(43_200) as f64 / 43_200.0;
        percent(server.memory + 12.0 * since_restart + 2.5 * measured(seed, seconds))
    }

    /// Requests a second.
    pub fn requests(&self, server: &Server, seconds: i64) -> f64 {
        let seed = self.seed_of("requests", server.name);
        let season = season::factor(self.seed, seconds);
        (season
            * server.requests
            * (0.35 + 0.65 * daylight(seconds))
            * (1.0 + 0.16 * measured(seed, seconds)))
        .round()
        .max(0.0)
    }

    /// Percent of all requests.
    pub fn error_rate(&self, seconds: i64) -> f64 {
        let seed = self.seed_of("error_rate", "");
        let burst = (smooth(seed ^ 0x3c, seconds as f64, 5400.0) - 0.75).max(0.0) * 9.0;
        two(0.38 + 0.22 * measured(seed, seconds) + burst)
    }

    /// Jobs waiting.
    pub fn queue_depth(&self, seconds: i64) -> f64 {
        let seed = self.seed_of("queue", "");
        (2600.0 * (0.5 + daylight(seconds)) * (1.0 + 0.55 * measured(seed, seconds)))
            .round()
            .max(0.0)
    }

    /// Milliseconds, 95th percentile, of one front door.
    pub fn response_time(&self, door: &str, seconds: i64) -> f64 {
        let seed = self.seed_of("response", door);
        let base = if door == "api" { 150.0 } else { 96.0 };
        two(base * (0.8 + 0.5 * daylight(seconds)) * (1.0 + 0.30 * measured(seed, seconds)))
    }

    /// 0 healthy, 1 degraded, 2 down, and why.
    pub fn health(&self, service: &Service, seconds: i64) -> (i64, Option<&'static str>) {
        self.condition(service.name, service.frailty, seconds)
    }

    /// The same of anything that has a name; `frailty` is how much of the time it is not well, 0..1.
    pub fn condition(&self, name: &str, frailty: f64, seconds: i64) -> (i64, Option<&'static str>) {
        let seed = self.seed_of("health", name);
        let trouble = (smooth(seed, seconds as f64, 2700.0) + 1.0) / 2.0;
        if trouble > 1.0 - frailty * 0.35 {
            (2, Some("connection refused"))
        } else if trouble > 1.0 - frailty * 2.2 {
            (1, Some("answers slower than 2 s"))
        } else {
            (0, None)
        }
    }

    /// The mishap of this minute, if there is one: about one in seven.
    pub fn mishap(&self, minute: i64) -> Option<(&'static Mishap, String)> {
        let seed = self.seed_of("mishap", "");
        if uniform(seed, minute) > 0.14 {
            return None;
        }
        let pick = (uniform(seed ^ 0x1, minute) * self.mishaps.len() as f64) as usize;
        let mishap = self.mishaps.get(pick)?;
        let number = 3 + (uniform(seed ^ 0x2, minute) * 900.0) as u32;
        Some((mishap, mishap.message.replace("{n}", &number.to_string())))
    }

    /// The order of this minute, if there is one: channel and amount.
    pub fn order(&self, minute: i64) -> Option<(&'static str, f64)> {
        let seed = self.seed_of("order", "");
        if !self.orders || uniform(seed, minute) > 0.15 + 0.75 * daylight(minute * 60) {
            return None;
        }
        let channel =
            ["web", "app", "shop", "phone"][(uniform(seed ^ 0x1, minute).powi(2) * 4.0) as usize % 4];
        Some((channel, two(9.0 + 160.0 * uniform(seed ^ 0x2, minute).powi(3))))
    }
}

fn percent(value: f64) -> f64 {
    two(value).min(100.0)
}

fn two(value: f64) -> f64 {
    ((value * 100.0).round() / 100.0).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_percentages_over_a_whole_month() {
        for tenant in &TENANTS {
            for server in tenant.servers {
                for minute in (0..30 * 1440).step_by(7) {
                    let at = 1_780_000_000 + minute * 60;
                    assert!(
                        (0.0..=100.0).contains(&tenant.cpu(server, at)),
                        "{} {}",
                        server.name,
                        tenant.cpu(server, at)
                    );
                    assert!((0.0..=100.0).contains(&tenant.memory(server, at)));
                }
            }
        }
    }

    #[test]
    fn every_service_is_mostly_well_and_sometimes_not() {
        for tenant in &TENANTS {
            let mut sick = 0;
            let mut all = 0;
            for service in tenant.services {
                for step in 0..4_000 {
                    all += 1;
                    sick += usize::from(tenant.health(service, 1_780_000_000 + step * 600).0 > 0);
                }
            }
            assert!(sick > 0 && sick * 4 < all, "{}: {sick} of {all}", tenant.id);
        }
    }

    #[test]
    fn a_sleeping_server_leaves_a_gap_and_the_others_none() {
        let tenant = &TENANTS[0];
        let last = tenant.servers.len() - 1;
        assert!(tenant.silent(last, 8_000));
        assert!(!tenant.silent(last, 86_400 + 12_000));
        assert!(!tenant.silent(0, 8_000));
    }
}
