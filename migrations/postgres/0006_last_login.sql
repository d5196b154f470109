-- When somebody last logged in, in whatever way; NULL: never, or before this was written down.
ALTER TABLE users ADD COLUMN last_login_at TIMESTAMPTZ;
