-- How often a tenant's data was said to have changed where it was thought to change no more: all of it (table_name ''), or
-- one table, as the configuration names it. What was made of the data before the number grew is not shown again.
CREATE TABLE data_changes (
    tenant_id TEXT NOT NULL,
    table_name TEXT NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, table_name)
);
