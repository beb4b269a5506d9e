#!/usr/bin/env bash
# Runs every fuzz target of the modules given, one after the other, FUZZTIME each:
# `go test -fuzz` takes one target of one package at a time.
#
# An input of some kilobytes that is new is minimized for a minute by default, byte by byte,
# so that a target with whole files as seeds runs five inputs in all. It is given ten tries,
# and a target that has run less than a hundred inputs has failed. Before Go 1.27 a target
# that has found nothing may fail at the end of its time (go.dev/issue/75804): that is none.
set -euo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
ran=0
failed=()
for module in "$@"; do
	while IFS=: read -r file target; do
		dir=$(dirname "$file")
		# A folder with its own go.mod belongs to that module's turn.
		[ "$(cd "$module/$dir" && "${GO:-go}" env GOMOD)" = "$(cd "$module" && pwd)/go.mod" ] || continue
		echo "-- $module $dir $target"
		ran=$((ran + 1))
		if ! (cd "$module" && "${GO:-go}" test -run NONE -fuzz "^$target\$" -fuzztime "${FUZZTIME:-10s}" -fuzzminimizetime 10x "./$dir") </dev/null | tee "$log"; then
			if grep -q 'Failing input' "$log" || ! grep -A1 -- '^--- FAIL' "$log" | grep -qx ' *context deadline exceeded'; then
				failed+=("$module/$dir $target")
				continue
			fi
		fi
		inputs=$(grep -o 'execs: [0-9]*' "$log" | tail -1 | tr -dc 0-9 || true)
		((${inputs:-0} >= 100)) || failed+=("$module/$dir $target: it has run ${inputs:-0} inputs")
	done < <(cd "$module" && grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's/func //' | sort)
done

echo "$ran fuzz targets, ${#failed[@]} failed"
if ((${#failed[@]})); then
	printf 'failed: %s\n' "${failed[@]}" >&2
	exit 1
fi
