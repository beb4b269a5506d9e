#!/usr/bin/env bash
# Installs the rate limiters of testdata into a temporary folder, and runs the stack against them.
# It needs go, node and npm, and a network the first time.
set -euo pipefail
cd "$(dirname "$0")"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo "-- installing the limiters"
mkdir "$dir/node"
cp testdata/node/package.json testdata/node/server.mjs "$dir/node"
npm install --prefix "$dir/node" --no-audit --no-fund --no-package-lock --loglevel=error
(cd testdata/goserver && GOWORK=off "${GO:-go}" build -o "$dir/limiters" .)
echo "-- running"
GRACY_LIMITERS=$dir "${GO:-go}" test -count=1 -timeout 170s -parallel 4 "$@" # without a package name, go test does not hold back its output
