#!/usr/bin/env bash
# Runs every fuzz target of the modules given, one after the other, FUZZTIME each:
# `go test -fuzz` takes one target of one package at a time.
set -euo pipefail

ran=0
failed=()
for module in "$@"; do
	while IFS=: read -r file target; do
		dir=$(dirname "$file")
		# A folder with its own go.mod belongs to that module's turn.
		[ "$(cd "$module/$dir" && "${GO:-go}" env GOMOD)" = "$(cd "$module" && pwd)/go.mod" ] || continue
		echo "-- $module $dir $target"
		ran=$((ran + 1))
		(cd "$module" && "${GO:-go}" test -run NONE -fuzz "^$target\$" -fuzztime "${FUZZTIME:-10s}" "./$dir") </dev/null ||
			failed+=("$module/$dir $target")
	done < <(cd "$module" && grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's/func //' | sort)
done

echo "$ran fuzz targets, ${#failed[@]} failed"
if ((${#failed[@]})); then
	printf 'failed: %s\n' "${failed[@]}" >&2
	exit 1
fi
