-- REPLACE removes the line that has the same id without asking the trigger that guards against it. A line without an id of its
-- own (then NEW.id is negative here) gets one that no other has had.
CREATE TRIGGER audit_log_replaces_no_line BEFORE INSERT ON audit_log
WHEN NEW.id > 0 AND EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'lines of the audit log are not replaced');
END;
