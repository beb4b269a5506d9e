#!/usr/bin/env bash
# OpenTelemetry for Go: otlptracegrpc v1.47.0 (grpc-go v1.85.0) with a batch span processor, both with
# the defaults, under the clock of testing/synctest. otlptracehttp is for comparison.
#
# Behavior: a collector is down for 20 minutes and then up again. The exporter for gRPC does not try
# to connect for another minute and a half or more, and drops the batches of that time with
# "connection refused", though nobody has been asked: the error is that of the last attempt, and
# before the next one a channel of gRPC waits for about two minutes. WithReconnectionPeriod(5 s),
# whose comment calls it the time between two attempts to connect, changes nothing, because it is
# used as the time that one attempt may take. The exporter for HTTP sends its next batch within 5 s.
#
# The guess it contradicts: that an outage of a collector ends when the collector is back, for the
# batch after it at the latest; that an error says what has just happened; and that a period of five
# seconds is one.
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
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"
)

// A server is a collector that goes down when it is told to, and is up again one second after the
// first connection attempt that comes 20 minutes later.
type server struct {
	collector.UnimplementedTraceServiceServer
	listener *bufconn.Listener
	conns    []net.Conn
	down, up time.Time
	dials    int           // between up and first
	first    time.Duration // from up to the first batch after it
	before   int           // batches before down
}

func (s *server) dial(ctx context.Context) (net.Conn, error) {
	now := time.Now()
	if !s.down.IsZero() && s.up.IsZero() && now.Sub(s.down) > 20*time.Minute {
		s.up = now.Add(time.Second)
	}
	if !s.down.IsZero() && (s.up.IsZero() || now.Before(s.up)) {
		return nil, syscall.ECONNREFUSED
	}
	if s.first == 0 {
		s.dials++
	}
	conn, err := s.listener.DialContext(ctx)
	s.conns = append(s.conns, conn)
	return conn, err
}

func (s *server) goDown() {
	s.down, s.dials = time.Now(), 0
	for _, conn := range s.conns {
		conn.Close()
	}
}

func (s *server) batch() {
	switch {
	case s.down.IsZero():
		s.before++
	case !s.up.IsZero() && s.first == 0:
		s.first = time.Since(s.up)
	}
}

func (s *server) Export(context.Context, *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	s.batch()
	return &collector.ExportTraceServiceResponse{}, nil
}

func (s *server) ServeHTTP(http.ResponseWriter, *http.Request) { s.batch() }

func TestFinding(t *testing.T) {
	overGRPC := func(options ...otlptracegrpc.Option) func(*server) (sdk.SpanExporter, func()) {
		return func(s *server) (sdk.SpanExporter, func()) {
			g := grpc.NewServer()
			collector.RegisterTraceServiceServer(g, s)
			go g.Serve(s.listener)
			dial := grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return s.dial(ctx) })
			e, err := otlptracegrpc.New(context.Background(), append(options, otlptracegrpc.WithEndpoint("passthrough:///collector"),
				otlptracegrpc.WithInsecure(), otlptracegrpc.WithDialOption(dial))...)
			check(err)
			return e, g.Stop
		}
	}
	show(t, "gRPC", overGRPC())
	show(t, "gRPC, WithReconnectionPeriod(5 s)", overGRPC(otlptracegrpc.WithReconnectionPeriod(5*time.Second)))
	show(t, "HTTP", func(s *server) (sdk.SpanExporter, func()) {
		h := &http.Server{Handler: s}
		go h.Serve(s.listener)
		transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return s.dial(ctx) }}
		e, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL("http://collector/v1/traces"),
			otlptracehttp.WithHTTPClient(&http.Client{Transport: transport}))
		check(err)
		return e, func() {
			transport.CloseIdleConnections()
			h.Close()
		}
	})
}

func show(t *testing.T, name string, start func(*server) (sdk.SpanExporter, func())) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{listener: bufconn.Listen(1 << 20)}
		exporter, stop := start(s)
		var failed []error // while the collector is up again
		otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
			if !s.up.IsZero() && time.Now().After(s.up) {
				failed = append(failed, err)
			}
		}))
		provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter))
		span := func() {
			_, span := provider.Tracer("finding").Start(context.Background(), "span")
			span.End()
			time.Sleep(time.Second)
		}
		for range 62 {
			span()
		}
		time.Sleep(time.Second / 2) // so that no batch is on its way: one is sent every 5 s
		s.goDown()
		for s.first == 0 {
			span()
		}
		next := "within 5 s"
		if s.first > 5*time.Second {
			next = s.first.String()
		}
		if s.first > 90*time.Second && s.first < 150*time.Second {
			next = "after more than 90 s"
		}
		lost := "no batch failed"
		if len(failed) > 5 {
			lost = "more than 5 batches failed"
		} else if len(failed) > 0 {
			lost = fmt.Sprint(failed)
		}
		fmt.Printf("%s: batches before: %v; up again: the first one %s, %s, connections made: %d\n", name, s.before > 5, next, lost, s.dials)
		if len(failed) > 0 {
			fmt.Println("an error of that time:", failed[len(failed)-1])
		}
		check(provider.Shutdown(context.Background()))
		stop()
	})
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc@v1.47.0 go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp@v1.47.0 \
	google.golang.org/grpc@v1.85.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go test -c -o finding . 2>install.log || { cat install.log >&2; exit 2; }
cat > seen <<'SEEN'
gRPC: batches before: true; up again: the first one after more than 90 s, more than 5 batches failed, connections made: 1
an error of that time: traces export: exporter export timeout: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: connection refused"
gRPC, WithReconnectionPeriod(5 s): batches before: true; up again: the first one after more than 90 s, more than 5 batches failed, connections made: 1
an error of that time: traces export: exporter export timeout: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: connection refused"
HTTP: batches before: true; up again: the first one within 5 s, no batch failed, connections made: 1
PASS
SEEN
timeout 60 ./finding | tee out
diff seen out
