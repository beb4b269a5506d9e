package collector

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	wiremetrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	wiretrace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// arrived is what a collector has exported.
type arrived struct {
	traces  []*wiretrace.ResourceSpans
	metrics []*wiremetrics.ResourceMetrics
	exports int
	raw     []byte // all messages, without their compression
}

// A behind is the server that a collector exports to.
type behind struct {
	*httptest.Server

	mu     sync.Mutex // mu guards the fields below
	got    arrived
	faults []error
}

func newBehind(t *testing.T) *behind {
	t.Helper()
	b := &behind{}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

// ServeHTTP receives one export.
func (b *behind) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	err := b.takeLocked(r)
	if err != nil {
		b.faults = append(b.faults, err)
	}
	b.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-protobuf")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
	}
}

func (b *behind) takeLocked(r *http.Request) error {
	message, err := readMessage(r)
	if err != nil {
		return err
	}
	b.got.exports++
	b.got.raw = append(b.got.raw, message...)
	switch r.URL.Path {
	case "/v1/traces":
		var export collectortrace.ExportTraceServiceRequest
		if err := proto.Unmarshal(message, &export); err != nil {
			return err
		}
		b.got.traces = append(b.got.traces, export.GetResourceSpans()...)
	case "/v1/metrics":
		var export collectormetrics.ExportMetricsServiceRequest
		if err := proto.Unmarshal(message, &export); err != nil {
			return err
		}
		b.got.metrics = append(b.got.metrics, export.GetResourceMetrics()...)
	default:
		return fmt.Errorf("an export to %s", r.URL.Path)
	}
	return nil
}

func readMessage(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get("Content-Encoding") != "gzip" {
		return body, err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(unzipped)
}

// all returns what has arrived. The collector must have ended.
func (b *behind) all(t *testing.T) arrived {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, err := range b.faults {
		t.Errorf("an export cannot be read: %v", err)
	}
	return b.got
}
