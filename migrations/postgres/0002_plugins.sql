-- Components that tenants have published, each kept once under the hash of its bytes.
CREATE TABLE plugin_components (
    -- SHA-256, 64 hexadecimal digits.
    sha256 CHAR(64) PRIMARY KEY,
    bytes BYTEA NOT NULL,
    size_bytes BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- Which tenant has published which version of which plugin.
CREATE TABLE plugin_versions (
    tenant_id VARCHAR(100) NOT NULL REFERENCES tenants(tenant_id) ON DELETE CASCADE,
    -- The type name of the component's descriptor.
    name VARCHAR(64) NOT NULL,
    -- Its semantic version.
    version VARCHAR(64) NOT NULL,
    sha256 CHAR(64) NOT NULL REFERENCES plugin_components(sha256),
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    endpoint VARCHAR(64),
    -- The text of a minisign signature; NULL: published without one.
    signature TEXT,
    -- The tenant's public key that the signature was checked with.
    signed_by TEXT,
    published_at TIMESTAMPTZ NOT NULL,
    -- Email; NULL: the command line.
    published_by VARCHAR(255),
    -- When it last became the one that answers; NULL: never.
    activated_at TIMESTAMPTZ,
    is_active BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (tenant_id, name, version)
);
-- At most one version of a plugin answers.
CREATE UNIQUE INDEX idx_plugin_versions_active ON plugin_versions(tenant_id, name) WHERE is_active;
CREATE INDEX idx_plugin_versions_sha256 ON plugin_versions(sha256);

-- Grows with every change above, so that hosts can ask cheaply whether there is one.
CREATE TABLE plugin_generation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation BIGINT NOT NULL
);
INSERT INTO plugin_generation (id, generation) VALUES (1, 0);
