-- How often somebody failed to log in to an account lately, and from where it was used before: asked at each login, of an account
-- that is there and of one that is not in the same time.
CREATE INDEX idx_audit_log_target_action ON audit_log(target, action, happened_at);
CREATE INDEX idx_audit_log_actor_action ON audit_log(actor_email, action, address);
