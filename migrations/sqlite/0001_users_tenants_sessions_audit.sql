-- Users: made here, or the first time somebody comes from the identity provider.
CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    -- The provider's subject; NULL for a user who only has a password here.
    keycloak_id TEXT UNIQUE,
    -- Always in lower case.
    email TEXT UNIQUE NOT NULL,
    full_name TEXT,
    is_admin BOOLEAN NOT NULL DEFAULT FALSE,
    -- argon2id, as a PHC string; NULL: no password.
    password_hash TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- Tenants: a copy of what the configuration folder says, without secrets, so that grants have something to point at.
CREATE TABLE tenants (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT UNIQUE NOT NULL,
    name TEXT NOT NULL,
    database_name TEXT NOT NULL,
    database_host TEXT NOT NULL,
    database_port INTEGER,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE user_tenants (
    user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL REFERENCES tenants(id) ON DELETE CASCADE,
    granted_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, tenant_id)
);
CREATE INDEX idx_user_tenants_user ON user_tenants(user_id);
CREATE INDEX idx_user_tenants_tenant ON user_tenants(tenant_id);

-- Sessions: only the hash of the token, so that a stolen copy of this table opens nothing.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    token_hash BLOB UNIQUE NOT NULL,
    user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    -- The tenant this session selected.
    tenant_id TEXT REFERENCES tenants(id) ON DELETE SET NULL,
    address TEXT,
    created_at TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX idx_sessions_user ON sessions(user_id);
CREATE INDEX idx_sessions_expires_at ON sessions(expires_at);

-- What happened. Lines are only ever added; they outlive the user they name.
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    happened_at TIMESTAMP NOT NULL,
    action TEXT NOT NULL,
    actor_id TEXT,
    actor_email TEXT,
    target TEXT,
    tenant TEXT,
    address TEXT,
    detail TEXT
);
CREATE TRIGGER audit_log_keeps_its_lines BEFORE UPDATE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'lines of the audit log are not changed');
END;
CREATE TRIGGER audit_log_loses_no_line BEFORE DELETE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'lines of the audit log are not removed');
END;
