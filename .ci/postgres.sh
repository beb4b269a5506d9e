#!/usr/bin/env bash
# Starts a PostgreSQL server on a port of loopback, runs a command with the server's URL in
# GRACY_POSTGRES, and stops the server: .ci/postgres.sh make ci. However the command ends, the
# server and its data are removed.
set -euo pipefail

bin=
for dir in "$(command -v pg_ctl 2>/dev/null | xargs -r dirname)" /usr/lib/postgresql/*/bin; do
	if [[ -n $dir && -x $dir/initdb && -x $dir/postgres && -x $dir/pg_ctl ]]; then bin=$dir; fi
done
if [[ -z $bin ]]; then
	echo "no PostgreSQL server is installed: apt-get install postgresql" >&2
	exit 1
fi

# PostgreSQL does not run as root.
as=()
if ((EUID == 0)); then
	id postgres >/dev/null 2>&1 || useradd --system --no-create-home postgres
	as=(setpriv --reuid postgres --regid postgres --clear-groups)
fi

dir=$(mktemp -d)
stop() {
	(cd / && "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1) || true
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM
chmod 700 "$dir"
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" >"$dir/password"
((EUID != 0)) || chown -R postgres "$dir"

start() {
	"${as[@]}" "$bin/pg_ctl" -D "$dir/data" -w -t 30 -l "$dir/log" \
		-o "-p $1 -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=100" start >/dev/null
}

cd /
"${as[@]}" "$bin/initdb" -D "$dir/data" -U gracy -A scram-sha-256 --pwfile="$dir/password" -E UTF8 --locale=C --no-sync >/dev/null
for try in 1 2 3 4 5; do
	port=$((20000 + RANDOM % 20000))
	if start "$port"; then break; fi
	if ((try == 5)); then
		cat "$dir/log" >&2
		exit 1
	fi
done
cd - >/dev/null

export GRACY_POSTGRES="postgres://gracy:$password@127.0.0.1:$port/postgres"
# The command by which a test restarts the server.
export GRACY_POSTGRES_RESTART="cd / && ${as[*]} $bin/pg_ctl -D $dir/data -m immediate -w -l $dir/log -o '-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=100' restart >/dev/null"
status=0
"$@" || status=$?
exit "$status"
