-- Components that tenants have published, each kept once under the hash of its bytes.
CREATE TABLE plugin_components (
    -- SHA-256, 64 hexadecimal digits.
    sha256 TEXT PRIMARY KEY NOT NULL,
    bytes BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- Which tenant has published which version of which plugin.
CREATE TABLE plugin_versions (
    tenant_id TEXT NOT NULL REFERENCES tenants(tenant_id) ON DELETE CASCADE,
    -- The type name of the component's descriptor.
    name TEXT NOT NULL,
    -- Its semantic version.
    version TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES plugin_components(sha256),
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    endpoint TEXT,
    -- The text of a minisign signature; NULL: published without one.
    signature TEXT,
    -- The tenant's public key that the signature was checked with.
    signed_by TEXT,
    published_at TIMESTAMP NOT NULL,
    -- Email; NULL: the command line.
    published_by TEXT,
    -- When it last became the one that answers; NULL: never.
    activated_at TIMESTAMP,
    is_active BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (tenant_id, name, version)
);
-- At most one version of a plugin answers.
CREATE UNIQUE INDEX idx_plugin_versions_active ON plugin_versions(tenant_id, name) WHERE is_active;
CREATE INDEX idx_plugin_versions_sha256 ON plugin_versions(sha256);

-- Grows with every change above, so that hosts can ask cheaply whether there is one.
CREATE TABLE plugin_generation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL
);
INSERT INTO plugin_generation (id, generation) VALUES (1, 0);
