-- Lines of the audit log are never changed. Whole lines are removed by one step only, which says up to which time within its
-- transaction, and by nobody while they are younger than thirty days.
CREATE TABLE audit_retention (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- Lines before this time may be removed; NULL: none, as it is outside that step.
    before TIMESTAMPTZ
);
INSERT INTO audit_retention (id, before) VALUES (1, NULL);

DROP TRIGGER audit_log_keeps_its_lines ON audit_log;
CREATE TRIGGER audit_log_keeps_its_lines BEFORE UPDATE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();
CREATE FUNCTION audit_log_loses_old_lines_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM audit_retention
        WHERE OLD.happened_at < before AND before <= CURRENT_TIMESTAMP - INTERVAL '30 days'
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'lines of the audit log are neither changed nor removed';
END
$$;
CREATE TRIGGER audit_log_loses_no_line BEFORE DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_loses_old_lines_only();
CREATE INDEX idx_audit_log_happened_at ON audit_log(happened_at);
