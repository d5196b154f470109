-- Grows with everything that changes who may do what, so that hosts, which remember whose session is whose, can ask cheaply
-- whether what they remember still holds. Triggers let it grow, so that no statement can forget to.
CREATE TABLE access_generation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL
);
INSERT INTO access_generation (id, generation) VALUES (1, 0);

CREATE TRIGGER users_change_access AFTER UPDATE OF email, full_name, is_admin, disabled_at ON users
WHEN OLD.email IS NOT NEW.email
    OR OLD.full_name IS NOT NEW.full_name
    OR OLD.is_admin IS NOT NEW.is_admin
    OR OLD.disabled_at IS NOT NEW.disabled_at
BEGIN
    INSERT INTO access_generation (id, generation) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET generation = generation + 1;
END;

CREATE TRIGGER tenants_change_access AFTER UPDATE OF name, is_active, disabled_at ON tenants
WHEN OLD.name IS NOT NEW.name
    OR OLD.is_active IS NOT NEW.is_active
    OR OLD.disabled_at IS NOT NEW.disabled_at
BEGIN
    INSERT INTO access_generation (id, generation) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET generation = generation + 1;
END;

CREATE TRIGGER new_grants_change_access AFTER INSERT ON user_tenants
BEGIN
    INSERT INTO access_generation (id, generation) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET generation = generation + 1;
END;
CREATE TRIGGER other_roles_change_access AFTER UPDATE OF role ON user_tenants
BEGIN
    INSERT INTO access_generation (id, generation) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET generation = generation + 1;
END;
CREATE TRIGGER taken_grants_change_access AFTER DELETE ON user_tenants
BEGIN
    INSERT INTO access_generation (id, generation) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET generation = generation + 1;
END;

CREATE TRIGGER ended_sessions_change_access AFTER DELETE ON sessions
BEGIN
    INSERT INTO access_generation (id, generation) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET generation = generation + 1;
END;
CREATE TRIGGER selected_tenants_change_access AFTER UPDATE OF tenant_id ON sessions
BEGIN
    INSERT INTO access_generation (id, generation) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET generation = generation + 1;
END;

CREATE TRIGGER revoked_tokens_change_access AFTER UPDATE OF revoked_at ON api_tokens
BEGIN
    INSERT INTO access_generation (id, generation) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET generation = generation + 1;
END;
CREATE TRIGGER removed_tokens_change_access AFTER DELETE ON api_tokens
BEGIN
    INSERT INTO access_generation (id, generation) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET generation = generation + 1;
END;
