#!/usr/bin/env bash
# Starts a server for MongoDB's protocol on loopback, runs a command with the server's URL in
# GRACY_MONGODB, and stops the server: .ci/mongodb.sh make ci. The server is FerretDB, which this
# script builds from replay/mongodb/internal/ferretdb.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
(
	cd "$root/replay/mongodb/internal/ferretdb"
	# The PostgreSQL backend is large, and is not used.
	GOWORK=off go build -tags ferretdb_no_postgresql -o "$root/.bin/ferretdb" .
)
exec "$root/.bin/ferretdb" "$@"
