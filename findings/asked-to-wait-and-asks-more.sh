#!/usr/bin/env bash
# go.opentelemetry.io/otel v1.47.0: the exporter otlptracehttp and the batch span processor with
# their defaults, under the clock of testing/synctest.
#
# Behavior: a collector responds 429 for ten minutes. If its Retry-After says for how much longer,
# it gets some 110 requests in that time, one every five seconds. Without a Retry-After it gets some
# 80, and with one of 20 s some 40. A batch waits for a Retry-After that ends within a minute of its
# first request, but not longer than 30 s. With a longer one it is dropped at once. The next batch
# knows nothing of it, and is sent as soon as it is due. Only a batch that waits holds back the next
# one, so a Retry-After that is too long to wait for lets more of them through than none.
#
# The guess it contradicts: that the longer a server asks a client to stay away, the fewer requests
# it gets; and that a Retry-After holds for an exporter and not only for the batch that got it.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > finding_test.go <<'GO'
package finding

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/trace"
)

const limited = 10 * time.Minute

// A collector responds 429 until its limit has ended.
type collector struct {
	begin    time.Time
	after    func(left time.Duration) string // Retry-After
	requests int                             // while it is limited
}

func (c *collector) RoundTrip(*http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if left := limited - time.Since(c.begin); left > 0 {
		c.requests++
		if after := c.after(left); after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(http.StatusTooManyRequests)
	}
	return w.Result(), nil
}

func TestLimit(t *testing.T) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {})) // each batch that is lost
	for _, server := range []struct {
		what        string
		after       func(left time.Duration) string
		least, most int // the backoff is random
	}{
		{"no Retry-After", func(time.Duration) string { return "" }, 60, 95},
		{"Retry-After: 20", func(time.Duration) string { return "20" }, 30, 50},
		{"a Retry-After of what is left", func(left time.Duration) string { return fmt.Sprint(math.Ceil(left.Seconds())) }, 105, 115},
	} {
		synctest.Test(t, func(*testing.T) {
			c := &collector{begin: time.Now(), after: server.after}
			ctx := context.Background()
			exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL("http://collector.test"), otlptracehttp.WithHTTPClient(&http.Client{Transport: c}))
			check(err)
			provider := trace.NewTracerProvider(trace.WithBatcher(exporter))
			tracer := provider.Tracer("finding")
			for time.Since(c.begin) < 2*limited {
				_, span := tracer.Start(ctx, "span")
				span.End()
				time.Sleep(100 * time.Millisecond)
			}
			check(provider.Shutdown(ctx))
			seen := fmt.Sprintf("%d to %d", server.least, server.most)
			if c.requests < server.least || c.requests > server.most {
				seen = fmt.Sprint(c.requests)
			}
			fmt.Printf("429 for %v, %s: %s requests meanwhile\n", limited, server.what, seen)
		})
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get go.opentelemetry.io/otel@v1.47.0 go.opentelemetry.io/otel/sdk@v1.47.0 go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp@v1.47.0 \
	2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go test -c -o finding . || exit 2
cat > seen <<'SEEN'
429 for 10m0s, no Retry-After: 60 to 95 requests meanwhile
429 for 10m0s, Retry-After: 20: 30 to 50 requests meanwhile
429 for 10m0s, a Retry-After of what is left: 105 to 115 requests meanwhile
PASS
SEEN
timeout 60 ./finding | tee out
diff seen out
