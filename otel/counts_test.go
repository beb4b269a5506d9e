package otel_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/retry"
)

// What the server has counted is what the spans, the durations and package metrics say, by status; 0 is a
// connection that broke.
func TestAllCountTheSame(t *testing.T) {
	var mu sync.Mutex
	server := map[int]uint64{}
	n := 0
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		status := []int{200, 503, 200, 404, 0, 200, 500}[n%7]
		n++
		server[status]++
		mu.Unlock()
		if status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(status)
	}))
	defer backend.Close()
	s := newSDK()
	tel, stats := otel.New(s.config()), metrics.New("api")
	base := &http.Transport{DisableKeepAlives: true} // net/http itself sends nothing again
	rt := gracy.Around(base, tel, stats, retry.New(retry.Policy{Delay: time.Microsecond}), concurrency.New(concurrency.Limit{Max: 3}), tel.Attempts())
	const workers, each = 4, 50
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range each {
				_, _ = do(t, rt, request(t.Context(), t, "GET", backend.URL+"/pokemon/"+strconv.Itoa(i)))
			}
		})
	}
	wg.Wait()
	backend.Close() // a connection that the server cuts orders no memory: its handlers end here

	spans, durations := map[int]uint64{}, map[int]uint64{}
	for _, span := range s.kind(trace.SpanKindClient) {
		status, _ := strconv.Atoi(valueOf(span, "http.response.status_code"))
		spans[status]++
	}
	for _, p := range s.durations(t) {
		status, _ := p.Attributes.Value("http.response.status_code")
		durations[int(status.AsInt64())] += p.Count
	}
	row := stats.Snapshot().Rows[0]
	var sent uint64
	for status, want := range server {
		sent += want
		if spans[status] != want || durations[status] != want {
			t.Errorf("%d: the server counted %d, there are %d spans and %d durations", status, want, spans[status], durations[status])
		}
	}
	calls := uint64(len(s.kind(trace.SpanKindInternal)))
	if row.Attempts != sent || row.Calls != calls || calls != workers*each || row.Aborts != server[0] || row.Status5xx != server[503]+server[500] {
		t.Errorf("the server counted %v; metrics %d calls, %d attempts, %d aborts, %d of 5xx; %d spans of calls",
			server, row.Calls, row.Attempts, row.Aborts, row.Status5xx, calls)
	}
	t.Logf("%d calls, %d requests: %v", calls, sent, server)
}
