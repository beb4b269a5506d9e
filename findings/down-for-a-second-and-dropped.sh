#!/usr/bin/env bash
# OpenTelemetry for Go, otlptracehttp and otlptracegrpc v1.47.0, with the defaults, which are retries
# for up to a minute.
#
# Behavior: a batch that meets a 503 is sent again after some seconds. A batch whose connection is
# refused, or is closed without a response, is dropped at once by the exporter for HTTP, though the
# collector is back a second later, as after any restart. The exporter for gRPC sends it again in
# all three cases.
#
# The guess it contradicts: that an exporter with retries bridges the restart of a collector,
# whichever protocol it speaks, as the specification of OTLP asks of a client over HTTP as well.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// What meets the first attempt to send the batch.
const (
	unavailable = "unavailable"
	refused     = "connection refused"
	closed      = "connection closed"
)

// A server is a collector for either protocol.
type server struct {
	collector.UnimplementedTraceServiceServer
	first    string
	attempts atomic.Int64 // that arrived
	spans    atomic.Int64
}

func (s *server) Export(context.Context, *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	if s.attempts.Add(1) == 1 && s.first == unavailable {
		return nil, status.Error(codes.Unavailable, "not yet")
	}
	s.spans.Add(1)
	return &collector.ExportTraceServiceResponse{}, nil
}

func (s *server) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if s.attempts.Add(1) == 1 && s.first == unavailable {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	s.spans.Add(1)
}

// A closer closes its first connection.
type closer struct {
	net.Listener
	once sync.Once
}

func (l *closer) Accept() (net.Conn, error) {
	l.once.Do(func() {
		c, err := l.Listener.Accept()
		check(err)
		check(c.Close())
	})
	return l.Listener.Accept()
}

// listen returns a listener and its address. If the first connection is to be refused, nobody
// listens there before a second has passed.
func listen(first string, serve func(net.Listener)) (address string) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	check(err)
	check(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := syscall.Getsockname(fd)
	check(err)
	open := func() {
		check(syscall.Listen(fd, 16))
		file := os.NewFile(uintptr(fd), "listener")
		l, err := net.FileListener(file)
		check(err)
		check(file.Close())
		if first == closed {
			l = &closer{Listener: l}
		}
		go serve(l)
	}
	if first == refused {
		time.AfterFunc(time.Second, open)
	} else {
		open()
	}
	return fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
}

func main() {
	ctx := context.Background()
	batch := tracetest.SpanStubs{{Name: "span"}}.Snapshots()
	exporters := []struct {
		name string
		make func(*server) (sdktrace.SpanExporter, error)
	}{
		{"otlptracehttp", func(s *server) (sdktrace.SpanExporter, error) {
			address := listen(s.first, func(l net.Listener) { http.Serve(l, s) })
			return otlptrace.New(ctx, otlptracehttp.NewClient(otlptracehttp.WithEndpoint(address), otlptracehttp.WithInsecure()))
		}},
		{"otlptracegrpc", func(s *server) (sdktrace.SpanExporter, error) {
			address := listen(s.first, func(l net.Listener) {
				g := grpc.NewServer()
				collector.RegisterTraceServiceServer(g, s)
				g.Serve(l)
			})
			return otlptrace.New(ctx, otlptracegrpc.NewClient(otlptracegrpc.WithEndpoint(address), otlptracegrpc.WithInsecure()))
		}},
	}
	var group sync.WaitGroup
	var lines []*string
	for _, exporter := range exporters {
		for _, first := range []string{unavailable, refused, closed} {
			line := new(string)
			lines = append(lines, line)
			group.Go(func() {
				s := &server{first: first}
				e, err := exporter.make(s)
				check(err)
				err = e.ExportSpans(ctx, batch)
				time.Sleep(2 * time.Second) // the collector is back for longer than that
				*line = fmt.Sprintf("%s, %s: an error: %v, batches that arrived: %d", exporter.name, first, err != nil, s.spans.Load())
			})
		}
	}
	group.Wait()
	for _, line := range lines {
		fmt.Println(*line)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 300 go get go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp@v1.47.0 go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc@v1.47.0 \
	2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
otlptracehttp, unavailable: an error: false, batches that arrived: 1
otlptracehttp, connection refused: an error: true, batches that arrived: 0
otlptracehttp, connection closed: an error: true, batches that arrived: 0
otlptracegrpc, unavailable: an error: false, batches that arrived: 1
otlptracegrpc, connection refused: an error: false, batches that arrived: 1
otlptracegrpc, connection closed: an error: false, batches that arrived: 1
SEEN
timeout 90 ./finding | tee out
diff seen out
