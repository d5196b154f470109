//! What the sample tenants run: the nodes of their networks, and the components that answer their customers.

/// The machines of a network and the lines between them.
pub struct Network {
    /// In the order of their zones.
    pub nodes: &'static [Node],
    /// Pairs of names.
    pub links: &'static [(&'static str, &'static str)],
}

/// A machine or a device.
pub struct Node {
    /// `edge-01`.
    pub name: &'static str,
    /// Where it stands.
    pub zone: &'static str,
    /// On the tenant's map: east and north, kilometres.
    pub place: (f64, f64),
    /// How much of the time it is not well, 0..1.
    pub frailty: f64,
    /// Switched off on purpose: it never answers.
    pub off: bool,
}

/// Something that answers requests, and what it needs for it.
pub struct Component {
    /// `payments-api`.
    pub name: &'static str,
    /// `app`, `service`, `store`.
    pub kind: &'static str,
    /// How much of the time it is not well, 0..1.
    pub frailty: f64,
    /// The names of others, with the share of its requests that goes on to them, percent.
    pub needs: &'static [(&'static str, f64)],
}

const fn node(name: &'static str, zone: &'static str, place: (f64, f64), frailty: f64) -> Node {
    Node {
        name,
        zone,
        place,
        frailty,
        off: false,
    }
}

const fn off(name: &'static str, zone: &'static str, place: (f64, f64)) -> Node {
    Node {
        name,
        zone,
        place,
        frailty: 0.0,
        off: true,
    }
}

const fn part(
    name: &'static str,
    kind: &'static str,
    frailty: f64,
    needs: &'static [(&'static str, f64)],
) -> Component {
    Component {
        name,
        kind,
        frailty,
        needs,
    }
}

/// Alpha Logistics: from the internet through the edge to the core, the data and the depots.
pub const ALPHA_NETWORK: Network = Network {
    nodes: &[
        node("uplink-west", "Internet", (0.0, 1.0), 0.03),
        node("uplink-east", "Internet", (0.0, 0.0), 0.30),
        node("fw-01", "Edge", (1.0, 1.5), 0.02),
        node("edge-01", "Edge", (1.0, 1.0), 0.05),
        node("edge-02", "Edge", (1.0, 0.0), 0.04),
        node("core-sw-01", "Core", (2.0, 1.0), 0.02),
        node("core-sw-02", "Core", (2.0, 0.0), 0.02),
        node("core-01", "Servers", (3.0, 2.0), 0.03),
        node("core-02", "Servers", (3.0, 1.0), 0.03),
        node("batch-01", "Servers", (3.0, 0.0), 0.28),
        node("db-01", "Data", (4.0, 2.0), 0.02),
        node("db-02", "Data", (4.0, 1.0), 0.02),
        off("db-spare", "Data", (4.0, 0.0)),
        node("depot-hamburg", "Depots", (5.0, 3.0), 0.04),
        node("depot-porto", "Depots", (5.0, 2.0), 0.36),
        node("depot-gdansk", "Depots", (5.0, 1.0), 0.05),
        off("depot-lyon", "Depots", (5.0, 0.0)),
    ],
    links: &[
        ("uplink-west", "fw-01"),
        ("uplink-west", "edge-01"),
        ("uplink-east", "edge-02"),
        ("uplink-east", "fw-01"),
        ("fw-01", "core-sw-01"),
        ("edge-01", "core-sw-01"),
        ("edge-01", "core-sw-02"),
        ("edge-02", "core-sw-02"),
        ("core-sw-01", "core-01"),
        ("core-sw-01", "core-02"),
        ("core-sw-02", "core-02"),
        ("core-sw-02", "batch-01"),
        ("core-01", "db-01"),
        ("core-02", "db-01"),
        ("core-02", "db-02"),
        ("batch-01", "db-02"),
        ("batch-01", "db-spare"),
        ("db-01", "depot-hamburg"),
        ("db-01", "depot-porto"),
        ("db-02", "depot-gdansk"),
        ("db-02", "depot-lyon"),
    ],
};

/// Beta Retail: a warehouse in the middle, its shops around it.
pub const BETA_NETWORK: Network = Network {
    nodes: &[
        node("warehouse", "Hub", (0.0, 0.0), 0.01),
        node("head-office", "Hub", (-7.0, 9.0), 0.02),
        node("shop-harbour", "Shop", (-46.0, 13.0), 0.03),
        node("shop-market", "Shop", (-27.0, -13.0), 0.30),
        node("shop-station", "Shop", (24.0, 14.0), 0.02),
        node("shop-university", "Shop", (47.0, 6.0), 0.04),
        node("shop-riverside", "Shop", (33.0, -15.0), 0.03),
        off("shop-airport", "Shop", (56.0, -12.0)),
        node("shop-old-town", "Shop", (-25.0, 3.0), 0.02),
        node("shop-hillside", "Shop", (-53.0, -11.0), 0.34),
    ],
    links: &[
        ("warehouse", "head-office"),
        ("warehouse", "shop-old-town"),
        ("warehouse", "shop-market"),
        ("warehouse", "shop-station"),
        ("warehouse", "shop-riverside"),
        ("shop-old-town", "shop-harbour"),
        ("shop-market", "shop-hillside"),
        ("shop-station", "shop-university"),
        ("shop-riverside", "shop-airport"),
    ],
};

/// Alpha Logistics: portal and driver app in front, stores at the back.
pub const ALPHA_COMPONENTS: &[Component] = &[
    part("tracking-portal", "app", 0.02, &[("api-gateway", 100.0)]),
    part("driver-app", "app", 0.02, &[("api-gateway", 100.0)]),
    part(
        "api-gateway",
        "service",
        0.02,
        &[("auth", 34.0), ("checkout", 9.0), ("catalog", 41.0)],
    ),
    part("auth", "service", 0.01, &[("accounts-db", 62.0)]),
    part(
        "checkout",
        "service",
        0.02,
        &[("payments-api", 48.0), ("mailer", 21.0), ("orders-db", 93.0)],
    ),
    part(
        "catalog",
        "service",
        0.02,
        &[("search-index", 57.0), ("orders-db", 12.0)],
    ),
    part("payments-api", "service", 0.06, &[("ledger-db", 88.0)]),
    part("search-index", "service", 0.40, &[]),
    part("mailer", "service", 0.12, &[]),
    part("accounts-db", "store", 0.01, &[]),
    part("orders-db", "store", 0.02, &[]),
    part("ledger-db", "store", 0.02, &[]),
];

/// Beta Retail: the web shop and the tills.
pub const BETA_COMPONENTS: &[Component] = &[
    part(
        "web-shop",
        "app",
        0.02,
        &[("storefront", 100.0), ("delivery-slots", 6.0)],
    ),
    part("tills", "app", 0.03, &[("loyalty", 38.0), ("stock-sync", 71.0)]),
    part(
        "storefront",
        "service",
        0.02,
        &[("loyalty", 11.0), ("stock-sync", 44.0)],
    ),
    part("delivery-slots", "service", 0.04, &[("orders-db", 80.0)]),
    part("loyalty", "service", 0.05, &[("orders-db", 95.0)]),
    part("stock-sync", "service", 0.40, &[("warehouse-feed", 30.0)]),
    part("orders-db", "store", 0.02, &[]),
    part("warehouse-feed", "store", 0.18, &[]),
];

#[cfg(test)]
mod tests {
    use crate::tenant::TENANTS;

    #[test]
    fn lines_and_needs_speak_of_things_that_there_are() {
        for tenant in &TENANTS {
            let nodes: Vec<&str> = tenant.network.nodes.iter().map(|node| node.name).collect();
            for (from, to) in tenant.network.links {
                assert!(nodes.contains(from) && nodes.contains(to), "{from} {to}");
            }
            let parts: Vec<&str> = tenant.components.iter().map(|part| part.name).collect();
            for part in tenant.components {
                for (name, _) in part.needs {
                    assert!(parts.contains(name), "{} needs {name}", part.name);
                }
            }
        }
    }

    #[test]
    fn components_have_the_frailty_of_the_service_of_the_same_name() {
        for tenant in &TENANTS {
            for part in tenant.components {
                if let Some(service) = tenant.services.iter().find(|service| service.name == part.name) {
                    assert_eq!(service.frailty, part.frailty, "{}", part.name);
                }
            }
        }
    }
}
