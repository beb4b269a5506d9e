#!/usr/bin/env bash
# Runs a command with a server of MongoDB's protocol of its own, on loopback, and GRACY_MONGODB
# naming it: .ci/mongodb.sh make ci. The server is FerretDB, which this builds; see replay/mongodb/internal/ferretdb.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
(
	cd "$root/replay/mongodb/internal/ferretdb"
	# Its PostgreSQL backend is not used, and large.
	GOWORK=off go build -tags ferretdb_no_postgresql -o "$root/.bin/ferretdb" .
)
exec "$root/.bin/ferretdb" "$@"
