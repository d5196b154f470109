-- Lines of the audit log are never changed. Whole lines are removed by one step only, which says up to which time within its
-- transaction, and by nobody while they are younger than thirty days.
CREATE TABLE audit_retention (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- Lines before this time may be removed; NULL: none, as it is outside that step.
    before TIMESTAMP
);
INSERT INTO audit_retention (id, before) VALUES (1, NULL);

DROP TRIGGER audit_log_loses_no_line;
CREATE TRIGGER audit_log_loses_no_line BEFORE DELETE ON audit_log
WHEN NOT EXISTS (
    SELECT 1 FROM audit_retention
    WHERE OLD.happened_at < before AND before <= strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '-30 days')
)
BEGIN
    SELECT RAISE(ABORT, 'lines of the audit log are not removed');
END;
CREATE INDEX idx_audit_log_happened_at ON audit_log(happened_at);
