-- When the password there is was set, so that its owner can tell whether they did it; NULL: there is none, or it was set before this
-- was written down and the audit log does not say when.
ALTER TABLE users ADD COLUMN password_set_at TIMESTAMPTZ;
UPDATE users SET password_set_at = (
    SELECT MAX(audit_log.happened_at) FROM audit_log
    WHERE audit_log.target = users.email AND audit_log.action = 'password_set' AND audit_log.happened_at >= users.created_at)
WHERE password_hash IS NOT NULL;
