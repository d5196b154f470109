-- What somebody may do in a tenant they were let into.
ALTER TABLE user_tenants ADD COLUMN role VARCHAR(16) NOT NULL DEFAULT 'viewer'
    CHECK (role IN ('viewer', 'editor', 'admin'));

-- A user who is switched off has no session, logs in nowhere, and keeps their grants; NULL: not switched off.
ALTER TABLE users ADD COLUMN disabled_at TIMESTAMPTZ;

-- A tenant that an administrator switched off, whatever the configuration says; NULL: not switched off.
ALTER TABLE tenants ADD COLUMN disabled_at TIMESTAMPTZ;

-- Tokens for programs: a user in one tenant, and no more of it than the scope says. Only the hash is kept.
CREATE TABLE api_tokens (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    token_hash BYTEA UNIQUE NOT NULL,
    user_id UUID NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    tenant_id UUID NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
    -- For people.
    name VARCHAR(100) NOT NULL,
    scope VARCHAR(16) NOT NULL CHECK (scope IN ('read', 'publish')),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    -- NULL: never.
    last_used_at TIMESTAMPTZ,
    -- NULL: not revoked.
    revoked_at TIMESTAMPTZ
);
CREATE INDEX idx_api_tokens_user ON api_tokens(user_id);
CREATE INDEX idx_api_tokens_tenant ON api_tokens(tenant_id);

-- Links with which somebody chooses a password, once. At most one for each user; only the hash is kept.
CREATE TABLE password_links (
    user_id UUID PRIMARY KEY REFERENCES users(id) ON DELETE CASCADE,
    token_hash BYTEA UNIQUE NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX idx_audit_log_tenant ON audit_log(tenant, id);
CREATE INDEX idx_audit_log_actor ON audit_log(actor_email, id);
CREATE INDEX idx_audit_log_action ON audit_log(action, id);
