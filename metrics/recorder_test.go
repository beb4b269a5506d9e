package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// layer is a layer of the test's own between the recorder and the base.
type testLayer layer.Trip

func (l *testLayer) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("test", l, next, layer.Trip(*l))
}

func answer(status int, body string) trip {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Header: http.Header{}, Request: req,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}
}

// send makes one call and reads the answer to its end.
func send(ctx context.Context, tb testing.TB, rt http.RoundTripper, method, path string) error {
	tb.Helper()
	req, err := http.NewRequestWithContext(transport.WithRoute(ctx, "/r"), method, "http://api.test"+path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return drain(rt.RoundTrip(req))
}

func drain(resp *http.Response, err error) error {
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

// retrying makes up to n attempts with a backoff before each further one.
func retrying(n int, backoff time.Duration) *testLayer {
	l := testLayer(func(c *layer.Call, req *http.Request, below http.RoundTripper) (*http.Response, error) {
		for {
			resp, err := below.RoundTrip(req)
			a := c.Attempt()
			v := a.End(resp, err)
			if v != verdict.Retryable && v != verdict.Throttled {
				return resp, err
			}
			if c.Count() == n {
				c.Emit(layer.Event{Kind: layer.Exhausted, Attempt: a})
				return resp, err
			}
			if resp != nil {
				bodies.Drain(resp)
			}
			next := c.NextAttempt(layer.Retry)
			time.Sleep(backoff)
			next.AddWait(layer.Backoff, backoff)
		}
	})
	return &l
}

// sequence answers with each of the trips in turn, the last for ever.
func sequence(trips ...trip) trip {
	var mu sync.Mutex
	n := 0
	return func(req *http.Request) (*http.Response, error) {
		mu.Lock()
		t := trips[min(n, len(trips)-1)]
		n++
		mu.Unlock()
		return t(req)
	}
}

type timeoutError struct{}

func (timeoutError) Error() string { return "too slow" }
func (timeoutError) Timeout() bool { return true }

func TestOutcomes(t *testing.T) {
	canceledContext, cancel := context.WithCancel(t.Context())
	cancel()
	fails := func(err error) trip { return func(*http.Request) (*http.Response, error) { return nil, err } }
	failed := errors.New("bad body")
	for _, tt := range []struct {
		name    string
		ctx     context.Context
		base    trip
		want    Row
		outcome outcome
		code    string
	}{
		{"ok", t.Context(), answer(200, "hello"), Row{Successes: 1, Attempts: 1, Status2xx: 1, BytesIn: 5}, accepted, "200"},
		{"unexpected 404", t.Context(), answer(404, ""), Row{Failures: 1, Attempts: 1, Status4xx: 1}, status, "404"},
		{"expected 404", transport.WithExpect(t.Context(), transport.Expect{Status: []int{404}}), answer(404, ""), Row{Successes: 1, Attempts: 1, Status4xx: 1}, accepted, "404"},
		{"only 201", transport.WithExpect(t.Context(), transport.Expect{Status: []int{201}, Only: true}), answer(200, ""), Row{Failures: 1, Attempts: 1, Status2xx: 1}, status, "200"},
		{"throttled", t.Context(), answer(429, ""), Row{Failures: 1, Attempts: 1, Status4xx: 1}, throttled, "429"},
		{"odd status", t.Context(), answer(999, ""), Row{Failures: 1, Attempts: 1}, status, "other"},
		{"failed check", transport.WithExpect(t.Context(), transport.Expect{Check: func(*http.Response) error { return failed }}), answer(200, "hello"), Row{Failures: 1, Attempts: 1, Status2xx: 1, BytesIn: 5}, check, "200"},
		{"abort", t.Context(), fails(io.ErrUnexpectedEOF), Row{Failures: 1, Attempts: 1, Aborts: 1}, broken, "none"},
		{"timeout", t.Context(), fails(timeoutError{}), Row{Failures: 1, Attempts: 1, Aborts: 1}, timeout, "none"},
		{"deadline", t.Context(), fails(context.DeadlineExceeded), Row{Failures: 1, Attempts: 1, Aborts: 1}, timeout, "none"},
		{"canceled", canceledContext, fails(context.Canceled), Row{Canceled: 1, Attempts: 1}, canceled, "none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := New("test")
			_ = send(tt.ctx, t, r.Wrap(tt.base), "GET", "/r")
			got := r.Snapshot().Total
			tt.want.Calls = 1
			if diff := differ(got, tt.want); diff != "" {
				t.Error(diff)
			}
			s, _ := r.store.Load().find("GET", "/r")
			var code string
			s.calls[tt.outcome].each(func(c string, _ uint64) { code = c })
			if code != tt.code {
				t.Errorf("booked under code %q of outcome %v, want %q", code, tt.outcome, tt.code)
			}
			wantOK, wantFailed := tt.want.Successes, tt.want.Failures
			if got.Latency.Count != wantOK || got.FailureLatency.Count != wantFailed {
				t.Errorf("%d latencies of successes, %d of failures; want %d, %d", got.Latency.Count, got.FailureLatency.Count, wantOK, wantFailed)
			}
		})
	}
}

// differ compares all counters of two rows, but neither names nor times.
func differ(got, want Row) string {
	var b strings.Builder
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range g.NumField() {
		switch g.Field(i).Interface().(type) {
		case uint64, Waits:
		case int64:
		default:
			continue
		}
		if !g.Field(i).Equal(w.Field(i)) {
			fmt.Fprintf(&b, "%s = %v, want %v\n", g.Type().Field(i).Name, g.Field(i), w.Field(i))
		}
	}
	return b.String()
}

func TestRefused(t *testing.T) {
	r := New("test")
	refuse := testLayer(func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return layer.Reject(req, fmt.Errorf("test: %w", verdict.ErrRejected))
	})
	req, err := http.NewRequestWithContext(t.Context(), "PUT", "http://api.test/r", strings.NewReader("abc"))
	if err != nil {
		t.Fatal(err)
	}
	if err := drain(r.Wrap(refuse.Wrap(answer(200, ""))).RoundTrip(req)); !errors.Is(err, verdict.ErrRejected) {
		t.Fatalf("error %v", err)
	}
	got := r.Snapshot().Total
	if diff := differ(got, Row{Calls: 1, Failures: 1, Refused: 1}); diff != "" {
		t.Error(diff)
	}
	if got.FailureLatency.Count != 0 {
		t.Error("a refusal counts in the latency of failures")
	}
}

func TestCallsAndAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		slow := func(inner trip) trip {
			return func(req *http.Request) (*http.Response, error) { time.Sleep(time.Second); return inner(req) }
		}
		rt := r.Wrap(retrying(4, 3*time.Second).Wrap(sequence(
			slow(answer(503, "")), slow(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }),
			slow(answer(429, "")), slow(answer(200, "done")))))
		if err := send(t.Context(), t, rt, "GET", "/r"); err != nil {
			t.Fatal(err)
		}
		got := r.Snapshot().Total
		want := Row{
			Calls: 1, Successes: 1, Attempts: 4, Status5xx: 1, Status4xx: 1, Status2xx: 1, Aborts: 1,
			Retries: 3, Waits: Waits{Backoff: 9 * time.Second}, BytesIn: 4,
		}
		if diff := differ(got, want); diff != "" {
			t.Error(diff)
		}
		if want := 13 * time.Second; got.Latency.Count != 1 || got.Latency.Max != want || got.Latency.P50 != want {
			t.Errorf("latency %+v, want one of %v", got.Latency, want)
		}
		if got.Last.Sub(got.First) != 13*time.Second || got.Rate != 1.0/13 {
			t.Errorf("from %v to %v, %v calls/s", got.First, got.Last, got.Rate)
		}
		s, _ := r.store.Load().find("GET", "/r")
		for why, want := range map[reason]uint64{afterStatus: 1, afterError: 1, afterThrottled: 1} {
			if n := s.retries[why].Load(); n != want {
				t.Errorf("%d retries after %v, want %d", n, why, want)
			}
		}
		// The rows of waits and attempts must not be mixed: each attempt took one second.
		if l := s.attempt.latency(); l.Count != 4 || l.Min != time.Second || l.Max != time.Second {
			t.Errorf("attempts %+v", l)
		}
	})
}

func TestExhausted(t *testing.T) {
	r := New("test")
	if err := send(t.Context(), t, r.Wrap(retrying(3, 0).Wrap(answer(500, ""))), "GET", "/r"); err != nil {
		t.Fatal(err)
	}
	want := Row{Calls: 1, Failures: 1, Attempts: 3, Status5xx: 3, Retries: 2, Exhausted: 1}
	if diff := differ(r.Snapshot().Total, want); diff != "" {
		t.Error(diff)
	}
}

// Below a retry layer each attempt is a call of its own, and is counted once.
func TestInsideRetry(t *testing.T) {
	r := New("test")
	if err := send(t.Context(), t, retrying(3, 0).Wrap(r.Wrap(sequence(answer(503, ""), answer(503, ""), answer(200, "done")))), "GET", "/r"); err != nil {
		t.Fatal(err)
	}
	want := Row{Calls: 3, Successes: 1, Failures: 2, Attempts: 3, Status5xx: 2, Status2xx: 1, Retries: 2, BytesIn: 4}
	if diff := differ(r.Snapshot().Total, want); diff != "" {
		t.Error(diff)
	}
}

// A call that its caller gives up while it waits for another attempt was canceled, whatever its last
// attempt had brought.
func TestCanceledBetweenAttempts(t *testing.T) {
	r := New("test")
	ctx, cancel := context.WithCancel(t.Context())
	giveUp := testLayer(func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		c.Attempt().End(resp, err)
		bodies.Drain(resp)
		cancel()
		return nil, ctx.Err()
	})
	if err := send(ctx, t, r.Wrap(giveUp.Wrap(answer(503, ""))), "GET", "/r"); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	want := Row{Calls: 1, Canceled: 1, Attempts: 1, Status5xx: 1}
	if diff := differ(r.Snapshot().Total, want); diff != "" {
		t.Error(diff)
	}
}

func TestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		release := make(chan struct{})
		wait := testLayer(func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			a := c.Attempt()
			c.Emit(layer.Event{Kind: layer.WaitBegin, Attempt: a, How: layer.Quota})
			<-release
			time.Sleep(2 * time.Second)
			a.AddWait(layer.Quota, 2*time.Second)
			c.Emit(layer.Event{Kind: layer.WaitEnd, Attempt: a, How: layer.Quota})
			return next.RoundTrip(req)
		})
		rt := r.Wrap(wait.Wrap(answer(200, "")))
		done := make(chan error)
		go func() { done <- send(t.Context(), t, rt, "GET", "/r") }()
		synctest.Wait()
		if s := r.Snapshot(); s.InFlight != 1 || s.Waiting != (Waiting{Quota: 1}) || s.Total.Calls != 0 {
			t.Errorf("meanwhile: %d in flight, waiting %+v, %d calls", s.InFlight, s.Waiting, s.Total.Calls)
		}
		close(release)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		s := r.Snapshot()
		if s.InFlight != 0 || s.Waiting != (Waiting{}) {
			t.Errorf("afterwards: %d in flight, waiting %+v", s.InFlight, s.Waiting)
		}
		want := Row{Calls: 1, Successes: 1, Attempts: 1, Status2xx: 1, Throttled: 1, Waits: Waits{Quota: 2 * time.Second}}
		if diff := differ(s.Total, want); diff != "" {
			t.Error(diff)
		}
		if s.Total.Latency.Max != 2*time.Second {
			t.Errorf("the call took %v, its wait included", s.Total.Latency.Max)
		}
	})
}

// A taped answer takes no time, and must not improve what the network takes.
func TestReplayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		taped := false
		tape := testLayer(func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if taped {
				c.Attempt().SetReplayed()
				return answer(200, "tape")(req)
			}
			resp, err := next.RoundTrip(req)
			c.Emit(layer.Event{Kind: layer.Recorded})
			return resp, err
		})
		rt := r.Wrap(tape.Wrap(trip(func(req *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return answer(200, "wire")(req)
		})))
		for _, taped = range []bool{false, true, true, true} {
			if err := send(t.Context(), t, rt, "GET", "/r"); err != nil {
				t.Fatal(err)
			}
		}
		got := r.Snapshot().Total
		want := Row{Calls: 4, Successes: 4, Attempts: 1, Status2xx: 4, Replayed: 3, Recorded: 1, BytesIn: 16}
		if diff := differ(got, want); diff != "" {
			t.Error(diff)
		}
		if got.Latency.Count != 1 || got.Latency.P50 != time.Second || got.Latency.Min != time.Second {
			t.Errorf("replays in the latency: %+v", got.Latency)
		}
	})
}

func TestBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		rt := r.Wrap(retrying(2, 0).Wrap(sequence(answer(503, ""), answer(200, "0123456789"))))
		req, err := http.NewRequestWithContext(t.Context(), "PUT", "http://api.test/r", strings.NewReader("abc"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Snapshot().Total; got.BytesIn != 0 || got.BodyTime != 0 {
			t.Errorf("before the body has ended: %d bytes, %v", got.BytesIn, got.BodyTime)
		}
		time.Sleep(5 * time.Second)
		if err := drain(resp, nil); err != nil {
			t.Fatal(err)
		}
		got := r.Snapshot().Total
		if got.BytesIn != 10 || got.BytesOut != 6 || got.BodyTime != 5*time.Second || got.Latency.Max != 0 {
			t.Errorf("%d bytes in, %d out, body %v, headers %v", got.BytesIn, got.BytesOut, got.BodyTime, got.Latency.Max)
		}
	})
}

func TestPanicBelow(t *testing.T) {
	r := New("test")
	rt := r.Wrap(trip(func(*http.Request) (*http.Response, error) { panic("below") }))
	func() {
		defer func() {
			if recover() != "below" {
				t.Error("the panic was swallowed")
			}
		}()
		_ = send(t.Context(), t, rt, "GET", "/r")
	}()
	if got := r.Snapshot().InFlight; got != 0 {
		t.Errorf("%d in flight after a panic", got)
	}
}

func TestReset(t *testing.T) {
	r := New("test")
	rt := r.Wrap(answer(200, ""))
	for range 3 {
		if err := send(t.Context(), t, rt, "GET", "/r"); err != nil {
			t.Fatal(err)
		}
	}
	before := r.Snapshot()
	r.Reset()
	after := r.Snapshot()
	if before.Total.Calls != 3 || after.Total.Calls != 0 || len(after.Rows) != 0 {
		t.Errorf("%d calls before, %d after, %d rows", before.Total.Calls, after.Total.Calls, len(after.Rows))
	}
	if err := send(t.Context(), t, rt, "GET", "/r"); err != nil {
		t.Fatal(err)
	}
	if got := r.Snapshot().Total.Calls; got != 1 {
		t.Errorf("%d calls since the reset", got)
	}
}

func TestConcurrentCalls(t *testing.T) {
	const workers, each = 8, 300
	r := New("test")
	rt := r.Wrap(answer(200, "x"))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				req, _ := http.NewRequestWithContext(transport.WithRoute(t.Context(), fmt.Sprintf("/r%d", (w+i)%10)), "GET", "http://api.test/", nil)
				if err := drain(rt.RoundTrip(req)); err != nil {
					t.Error(err)
				}
				if i%50 == 0 {
					r.Snapshot()
				}
			}
		})
	}
	wg.Wait()
	s := r.Snapshot()
	if s.Total.Calls != workers*each || s.Total.BytesIn != workers*each || s.InFlight != 0 || len(s.Rows) != 10 {
		t.Errorf("%d calls, %d bytes, %d in flight, %d rows", s.Total.Calls, s.Total.BytesIn, s.InFlight, len(s.Rows))
	}
}

func TestFind(t *testing.T) {
	r := New("test")
	if got, ok := transport.Find[*Recorder](r.Wrap(answer(200, ""))); !ok || got != r {
		t.Errorf("Find returned %v, %v", got, ok)
	}
}
