#!/bin/sh
# Run once by the image of PostgreSQL, when it has made a tenant's database: the role that Porthole reads with. It sees whatever
# the database's owner makes, and changes nothing.
set -eu
# The password goes through psql's own quoting.
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
    --set=database="$POSTGRES_DB" --set=owner="$POSTGRES_USER" --set=password="$READER_PASSWORD" <<'SQL'
CREATE ROLE reader LOGIN PASSWORD :'password';
ALTER ROLE reader SET default_transaction_read_only = on;
REVOKE CONNECT, TEMPORARY ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT ON TABLES TO reader;
SQL
