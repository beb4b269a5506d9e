#!/usr/bin/env bash
# github.com/elastic/go-elasticsearch/v9 v9.5.2: a client that elasticsearch.New returns.
#
# Behavior: a 503 that asks for a pause with Retry-After is retried three times at once: all four
# requests arrive within a fraction of the first second. There is no backoff unless one is given,
# and that one does not see the response, because it is a function of the number of the attempt
# alone. A 429 with the same header is not retried at all, and is the outcome.
#
# The guess it contradicts: that a client that retries by default waits between attempts, as long as
# the server asks (RFC 9110, section 10.2.3); and that of the two it is the 429 that is retried.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'MOD'
module finding
go 1.26
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/elastic/go-elasticsearch/v9"
)

func main() {
	for _, status := range []int{503, 429} {
		var at []time.Time
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			at = append(at, time.Now())
			w.Header().Set("X-Elastic-Product", "Elasticsearch")
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(status)
			fmt.Fprint(w, `{"error":{"type":"busy"}}`)
		}))
		es, err := elasticsearch.New(elasticsearch.WithAddresses(server.URL))
		if err != nil {
			panic(err)
		}
		resp, err := es.Get("index", "1")
		outcome := fmt.Sprint(err)
		if err == nil {
			outcome = fmt.Sprint(resp.StatusCode)
			resp.Body.Close()
		}
		fmt.Printf("%d with Retry-After: 30: %d requests, all within a second: %v, outcome %s\n",
			status, len(at), at[len(at)-1].Sub(at[0]) < time.Second, outcome)
		server.Close()
	}
}
GO
timeout 300 go get github.com/elastic/go-elasticsearch/v9@v9.5.2 >/dev/null 2>&1 || exit 2
cat > seen <<'SEEN'
503 with Retry-After: 30: 4 requests, all within a second: true, outcome 503
429 with Retry-After: 30: 1 requests, all within a second: true, outcome 429
SEEN
timeout 300 go run . | tee out
diff seen out
