#!/usr/bin/env bash
# Runs every finding, and fails at the end if one has changed or could not be installed.
set -euo pipefail
cd "$(dirname "$0")"
failed=
for f in *.sh; do
	[ "$f" = run.sh ] && continue
	echo "-- $f"
	bash "$f" || failed="$failed $f ($?)"
done
if [ -n "$failed" ]; then
	echo "changed, or not installed (2):$failed" >&2
	exit 1
fi
