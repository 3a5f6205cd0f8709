#!/bin/sh
# Run once, by the PostgreSQL image, on an empty data folder: a role without rights beyond its own database.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set password="$PGPASSWORD" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
create role crm_mcp login nosuperuser nocreatedb nocreaterole password :'password';
create database crm_mcp owner crm_mcp;
revoke all on database crm_mcp from public;
SQL
