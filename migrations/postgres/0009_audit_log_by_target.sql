-- What was done to an account is shown to its owner: found without reading the whole log.
CREATE INDEX idx_audit_log_target ON audit_log(target, id);
