#!/usr/bin/env bash
# influxdb-client-go v2.14.0: the WriteAPI with the defaults, which are five retries within three
# minutes, under the clock of testing/synctest.
#
# Behavior: a database responds 503 with Retry-After: 10 for ten seconds. A write that failed is not
# retried when its wait is over, but when the program writes again. If that is a minute later, no
# point is lost. If it is five minutes later, the three minutes are over, and the point is discarded
# after one attempt. A program that calls Flush after each write, so that points do not wait in the
# buffer, gets a second request at once, before the ten seconds, and loses the point with that.
#
# The guess it contradicts: that five retries within three minutes outlast an outage of ten seconds;
# and that Flush only makes sure of what is written.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > finding_test.go <<'GO'
package finding

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/influxdata/influxdb-client-go/v2/log"
)

// A database responds 503 for the first ten seconds.
type database struct {
	begin            time.Time
	requests, stored int
}

func (d *database) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	d.requests++
	if time.Since(d.begin) < 10*time.Second {
		w.Header().Set("Retry-After", "10")
		w.WriteHeader(http.StatusServiceUnavailable)
		return w.Result(), nil
	}
	d.stored += strings.Count(string(body), "\n")
	w.WriteHeader(http.StatusNoContent)
	return w.Result(), nil
}

func TestWrites(t *testing.T) {
	log.Log = nil
	for _, every := range []time.Duration{time.Minute, 5 * time.Minute} {
		for _, flush := range []bool{false, true} {
			synctest.Test(t, func(*testing.T) {
				d := &database{begin: time.Now()}
				client := influxdb2.NewClientWithOptions("http://database.test", "token", influxdb2.DefaultOptions().SetHTTPClient(&http.Client{Transport: d}))
				writer := client.WriteAPI("org", "bucket")
				for n := range 5 {
					writer.WriteRecord(fmt.Sprintf("jobs done=%d", n))
					if flush {
						writer.Flush()
					}
					time.Sleep(every)
				}
				client.Close()
				fmt.Printf("a point every %v, Flush after it: %v: %d of 5 stored by %d requests\n", every, flush, d.stored, d.requests)
			})
		}
	}
}
GO
timeout 180 go get github.com/influxdata/influxdb-client-go/v2@v2.14.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go test -c -o finding . || exit 2
cat > seen <<'SEEN'
a point every 1m0s, Flush after it: false: 5 of 5 stored by 6 requests
a point every 1m0s, Flush after it: true: 4 of 5 stored by 6 requests
a point every 5m0s, Flush after it: false: 4 of 5 stored by 5 requests
a point every 5m0s, Flush after it: true: 4 of 5 stored by 6 requests
PASS
SEEN
timeout 60 ./finding | tee out
diff seen out
