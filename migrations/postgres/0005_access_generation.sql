-- Grows with everything that changes who may do what, so that hosts, which remember whose session is whose, can ask cheaply
-- whether what they remember still holds. Triggers let it grow, so that no statement can forget to.
CREATE TABLE access_generation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation BIGINT NOT NULL
);
INSERT INTO access_generation (id, generation) VALUES (1, 0);

CREATE FUNCTION access_has_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO access_generation (id, generation) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET generation = access_generation.generation + 1;
    RETURN NULL;
END
$$;

-- At the end of the transaction: whoever holds the one row then waits for no other, so that no two can wait for each other.
CREATE CONSTRAINT TRIGGER users_change_access AFTER UPDATE OF email, full_name, is_admin, disabled_at ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (ROW(OLD.email, OLD.full_name, OLD.is_admin, OLD.disabled_at)
          IS DISTINCT FROM ROW(NEW.email, NEW.full_name, NEW.is_admin, NEW.disabled_at))
    EXECUTE FUNCTION access_has_changed();
CREATE CONSTRAINT TRIGGER tenants_change_access AFTER UPDATE OF name, is_active, disabled_at ON tenants
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (ROW(OLD.name, OLD.is_active, OLD.disabled_at) IS DISTINCT FROM ROW(NEW.name, NEW.is_active, NEW.disabled_at))
    EXECUTE FUNCTION access_has_changed();
CREATE CONSTRAINT TRIGGER grants_change_access AFTER INSERT OR DELETE OR UPDATE OF role ON user_tenants
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_has_changed();
CREATE CONSTRAINT TRIGGER sessions_change_access AFTER DELETE OR UPDATE OF tenant_id ON sessions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_has_changed();
CREATE CONSTRAINT TRIGGER api_tokens_change_access AFTER DELETE OR UPDATE OF revoked_at ON api_tokens
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_has_changed();
