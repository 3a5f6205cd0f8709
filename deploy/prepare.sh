#!/bin/sh
# Writes deploy/env/: passwords and a token, made at random, for this machine's user alone. What exists stays as it is.
# `--fake` writes the logins of the bundled fake too, to try all of it without a CRM.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p env

random() { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; }

write() {
    if [ -e "env/$1" ]; then
        echo "deploy/env/$1 is there already, and stays as it is."
        cat >/dev/null
    else
        cat >"env/$1"
        echo "deploy/env/$1 was written."
    fi
}

write postgres.env <<END
POSTGRES_PASSWORD=$(random)
END
write database.env <<END
PGPASSWORD=$(random)
END
{
    cat <<END
# Settings of both servers: docs/reference/settings.md. In single quotes a value is taken as it stands: '...'.
CRM_MCP_HTTP_TOKEN=$(random)
# The name by which clients know the proxy.
CRM_MCP_ALLOWED_HOSTS=localhost
END
    if [ "${1:-}" = --fake ]; then
        cat <<END
CRM_MCP_CA_FILE=/ca/ca.pem
IVINEX_URL=https://fake:8080
IVINEX_USERNAME=demo
IVINEX_PASSWORD=demo-password
IVINEX_MODULES=contact=1001,note=1002
MINICRM_URL=https://fake:8080
MINICRM_SYSTEM_ID=10001
MINICRM_API_KEY=demo-api-key
END
    else
        cat <<END
#IVINEX_URL=https://demo.ivinex.com
#IVINEX_USERNAME=
#IVINEX_PASSWORD=
#IVINEX_MODULES=contact=1001,note=1002
#MINICRM_SYSTEM_ID=
#MINICRM_API_KEY=
END
    fi
} | write server.env
