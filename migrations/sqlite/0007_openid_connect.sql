-- Logging in with an OpenID Connect provider. users.keycloak_id is what the provider calls a user for good: its issuer, `#`,
-- and the user's subject there.

-- Of when the provider's last word about the user's groups is; what it said before that is not believed any more.
-- NULL: it has said nothing.
ALTER TABLE users ADD COLUMN groups_at TIMESTAMP;

-- Whether the user is an administrator by a group of the provider's, and stops being one without it.
ALTER TABLE users ADD COLUMN is_admin_by_group BOOLEAN NOT NULL DEFAULT FALSE;

-- Whether a group of the provider's lets the user in, and they are shut out without it; otherwise a person has let them in.
ALTER TABLE user_tenants ADD COLUMN by_group BOOLEAN NOT NULL DEFAULT FALSE;

-- The keycloak_id that has logged in; NULL: a password has.
ALTER TABLE sessions ADD COLUMN provider_user TEXT;
-- What the provider calls the login; NULL: it does not say.
ALTER TABLE sessions ADD COLUMN provider_session TEXT;
-- The provider's tokens, sealed with a key that is not in this database.
ALTER TABLE sessions ADD COLUMN provider_tokens BLOB;
-- When the provider is to be asked whether the login still holds; NULL: it cannot be asked.
ALTER TABLE sessions ADD COLUMN renew_at TIMESTAMP;
CREATE INDEX idx_sessions_provider_user ON sessions(provider_user);

-- Logins that have begun, until the browser is back from the provider.
CREATE TABLE provider_logins (
    state_hash BLOB PRIMARY KEY NOT NULL,
    -- Of the cookie of the browser that began.
    cookie_hash BLOB NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    -- A path of this host.
    back_to TEXT NOT NULL,
    address TEXT NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX idx_provider_logins_expires_at ON provider_logins(expires_at);

-- Logout tokens of the provider that were obeyed: each is good once.
CREATE TABLE provider_logouts (
    token_hash BLOB PRIMARY KEY NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
