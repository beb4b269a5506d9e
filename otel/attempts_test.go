package otel_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	notrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func statuses(codes ...int) (steps []roundtriptest.Step) {
	for _, s := range codes {
		steps = append(steps, roundtriptest.Step{Status: s})
	}
	return steps
}

func TestEachSendHasAClientSpan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		rt := s.stack(roundtriptest.Script(statuses(503, 503, 200)...))
		if _, err := do(t, rt, request(t.Context(), t, "GET", "https://API.test/pokemon/25?page=2")); err != nil {
			t.Fatal(err)
		}
		same(t, "spans", s.lines("http.request.method", "http.request.resend_count", "http.response.status_code", "error.type",
			"server.address", "server.port", "url.full", "url.template", "network.protocol.version", "gracy.call.attempts", "gracy.call.outcome"), []string{
			"internal GET /pokemon/{id} Unset gracy.call.attempts=3 gracy.call.outcome=ok",
			"client GET /pokemon/{id} Error http.request.method=GET http.response.status_code=503 error.type=503 server.address=api.test server.port=443 url.full=https://API.test/pokemon/25?page=2 url.template=/pokemon/{id} network.protocol.version=1.1",
			"client GET /pokemon/{id} Error http.request.method=GET http.request.resend_count=1 http.response.status_code=503 error.type=503 server.address=api.test server.port=443 url.full=https://API.test/pokemon/25?page=2 url.template=/pokemon/{id} network.protocol.version=1.1",
			"client GET /pokemon/{id} Unset http.request.method=GET http.request.resend_count=2 http.response.status_code=200 server.address=api.test server.port=443 url.full=https://API.test/pokemon/25?page=2 url.template=/pokemon/{id} network.protocol.version=1.1",
		})
		call := s.kind(trace.SpanKindInternal)[0].SpanContext()
		for _, a := range s.kind(trace.SpanKindClient) {
			if a.Parent().SpanID() != call.SpanID() || a.SpanContext().TraceID() != call.TraceID() {
				t.Errorf("span %s has the parent %s, want that of the call, %s", a.Name(), a.Parent().SpanID(), call.SpanID())
			}
		}
	})
}

func TestEachAttemptCarriesItsOwnSpan(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Header.Get("Traceparent"))
		if len(seen) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	s := newSDK()
	tel := otel.New(s.config())
	rt := gracy.Around(http.DefaultTransport, tel, retry.New(retry.Policy{Delay: time.Millisecond}), tel.Attempts())
	req := request(t.Context(), t, "GET", server.URL+"/pokemon/1")
	if status, err := do(t, rt, req); err != nil || status != 200 {
		t.Fatal(status, err)
	}
	var want []string
	for _, span := range s.kind(trace.SpanKindClient) {
		sc := span.SpanContext()
		want = append(want, "00-"+sc.TraceID().String()+"-"+sc.SpanID().String()+"-01")
	}
	same(t, "traceparent", seen, want)
	if len(req.Header) != 0 {
		t.Errorf("the caller's request got headers: %v", req.Header)
	}
}

// Where there are no spans of ours, the caller's context is passed on.
func TestTheContextOfTheCallerIsPropagatedWithoutSpans(t *testing.T) {
	c := off()
	c.Propagator = propagation.TraceContext{}
	base := roundtriptest.Script(roundtriptest.Step{})
	parent := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled})
	ctx := trace.ContextWithSpanContext(t.Context(), parent)
	if _, err := do(t, stack(otel.New(c), base), request(ctx, t, "GET", "http://api.test/")); err != nil {
		t.Fatal(err)
	}
	if got, want := base.Calls()[0].Header.Get("Traceparent"), "00-01000000000000000000000000000000-0200000000000000-01"; got != want {
		t.Errorf("traceparent %q, want %q", got, want)
	}
}

func TestTheDecisionOfTheSamplerIsPassedOn(t *testing.T) {
	s := newSDK(sdktrace.WithSampler(sdktrace.NeverSample()))
	base := roundtriptest.Script(roundtriptest.Step{})
	if _, err := do(t, s.stack(base), request(t.Context(), t, "GET", "http://api.test/")); err != nil {
		t.Fatal(err)
	}
	if got := base.Calls()[0].Header.Get("Traceparent"); !strings.HasSuffix(got, "-00") || len(s.spans.Ended()) != 0 {
		t.Errorf("traceparent %q, %d spans", got, len(s.spans.Ended()))
	}
	if n := s.counted(t); n != 1 {
		t.Errorf("%d durations, want 1: they are not sampled", n)
	}
}

// dropping is a sampler that records nothing and counts the spans that have a parent.
type dropping struct{ inside *atomic.Int64 }

func (d dropping) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if trace.SpanContextFromContext(p.ParentContext).IsValid() {
		d.inside.Add(1)
	}
	return sdktrace.SamplingResult{Decision: sdktrace.Drop}
}

func (dropping) Description() string { return "dropping" }

func TestSpansThatAreNotRecordedAreOneTrace(t *testing.T) {
	for _, instrumented := range []bool{false, true} {
		d := dropping{new(atomic.Int64)}
		c := newSDK(sdktrace.WithSampler(d)).config()
		c.Instrumented = instrumented
		if _, err := do(t, stack(otel.New(c), roundtriptest.Script(roundtriptest.Step{})), request(t.Context(), t, "GET", "http://api.test/")); err != nil {
			t.Fatal(err)
		}
		if n := d.inside.Load(); n != 1 {
			t.Errorf("instrumented %v: %d spans have a parent, want that of the attempt", instrumented, n)
		}
	}
}

func TestErrorsHaveAClass(t *testing.T) {
	for name, test := range map[string]struct {
		step       roundtriptest.Step
		class      string
		call       string
		limit      time.Duration
		canceled   bool
		clientText string
	}{
		"fault":              {step: roundtriptest.Step{Err: rttest.ErrBoom}, class: "_OTHER", call: "_OTHER", clientText: "boom"},
		"404":                {step: roundtriptest.Step{Status: 404}, class: "404", call: "404"},
		"canceled":           {step: roundtriptest.Step{Hang: true}, canceled: true, class: "canceled", call: "canceled", clientText: "context canceled"},
		"timeout of a layer": {step: roundtriptest.Step{Hang: true}, limit: time.Second, class: "timeout", call: "timeout", clientText: "timeout: no response to the attempt within 1s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSDK()
				tel := otel.New(s.config())
				limit := timeout.PerAttempt(timeout.NoTimeout)
				if test.limit > 0 {
					limit = timeout.PerAttempt(test.limit)
				}
				rt := gracy.Around(roundtriptest.Script(test.step), tel, limit, tel.Attempts())
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.canceled {
					time.AfterFunc(time.Second, cancel)
				}
				_, err := do(t, rt, request(ctx, t, "GET", "http://api.test/"))
				client, call := s.kind(trace.SpanKindClient), s.kind(trace.SpanKindInternal)
				if len(client) != 1 || len(call) != 1 {
					t.Fatalf("%d and %d spans after %v", len(client), len(call), err)
				}
				if got := valueOf(client[0], "error.type"); got != test.class {
					t.Errorf("the attempt has error.type %q, want %q (%v)", got, test.class, err)
				}
				if got := valueOf(call[0], "error.type"); got != test.call {
					t.Errorf("the call has error.type %q, want %q (%v)", got, test.call, err)
				}
				if test.clientText != "" && client[0].Status().Description != test.clientText {
					t.Errorf("status %+v, want %q", client[0].Status(), test.clientText)
				}
				if p := s.durations(t); len(p) != 1 || !p[0].Attributes.HasValue("error.type") {
					t.Errorf("durations %+v, want one with error.type", p)
				}
			})
		})
	}
}

// A body that its caller never closes keeps no span open.
func TestSpansEndWithTheHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		rt := s.stack(roundtriptest.Script(roundtriptest.Step{Body: "a stream", Wait: time.Second}))
		resp, err := rt.RoundTrip(request(t.Context(), t, "GET", "http://api.test/"))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		spans := s.ended()
		if len(spans) != 2 {
			t.Fatalf("%d spans ended before the body", len(spans))
		}
		for _, span := range spans {
			if d := span.EndTime().Sub(span.StartTime()); d != time.Second {
				t.Errorf("%s lasts %s, want 1s", span.Name(), d)
			}
		}
		_ = resp.Body.Close()
	})
}

func TestAnInnerResponseIsNoSend(t *testing.T) {
	s := newSDK()
	tel := otel.New(s.config())
	inner := responder{}
	rt := gracy.Around(rttest.Fail(errors.New("sent")), tel, tel.Attempts(), inner)
	if _, err := do(t, rt, request(t.Context(), t, "GET", "http://api.test/")); err != nil {
		t.Fatal(err)
	}
	if n := s.counted(t); n != 0 {
		t.Errorf("%d durations of a request that was not sent", n)
	}
}

func TestAPanicEndsTheSpans(t *testing.T) {
	for _, instrumented := range []bool{false, true} {
		s := newSDK()
		c := s.config()
		c.Instrumented = instrumented
		tel := otel.New(c)
		rt := stack(tel, roundtriptest.Script(roundtriptest.Step{Panic: "base"}))
		req := request(t.Context(), t, "GET", "http://api.test/")
		if v := rttest.PanicOf(func() { _, _ = rt.RoundTrip(req) }); v != "base" {
			t.Errorf("panic %v", v)
		}
		for _, span := range s.ended() {
			if valueOf(span, "error.type") != "panic" {
				t.Errorf("%s has the attributes %v", span.Name(), span.Attributes())
			}
		}
		if n := len(s.ended()); n != 2 || tel.Running() != 0 {
			t.Errorf("%d spans ended, want 2; %d are kept", n, tel.Running())
		}
	}
}

func TestManyCallsAtOnce(t *testing.T) {
	s := newSDK()
	tel := otel.New(s.config())
	var sent atomic.Int64
	flaky := rttest.Func(func(req *http.Request) (*http.Response, error) {
		sent.Add(1)
		if a := req.Header.Get("Traceparent"); a == "" {
			return nil, errors.New("no traceparent")
		}
		n, _ := strconv.Atoi(req.URL.Query().Get("n"))
		if n%2 == 0 && req.Header.Get("Retry-Attempt") == "" {
			return rttest.Response(req, 503, ""), nil
		}
		return rttest.Response(req, 200, ""), nil
	})
	rt := gracy.Around(flaky, tel, retry.New(retry.Policy{Attempts: 2, Delay: time.Microsecond}), tel.Attempts())
	const workers, each = 8, 50
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				req := request(t.Context(), t, "GET", "http://api.test/p/"+strconv.Itoa(w)+"?n="+strconv.Itoa(i))
				if _, err := do(t, rt, req); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	calls, sends := len(s.kind(trace.SpanKindInternal)), len(s.kind(trace.SpanKindClient))
	attempts := 0
	for _, c := range s.kind(trace.SpanKindInternal) {
		n, _ := strconv.Atoi(valueOf(c, "gracy.call.attempts"))
		attempts += n
	}
	if calls != workers*each || sends != attempts || sends != int(sent.Load()) || s.counted(t) != uint64(sends) {
		t.Errorf("%d calls of %d attempts, %d CLIENT spans and %d durations of %d requests", calls, attempts, sends, s.counted(t), sent.Load())
	}
	if n := tel.Running(); n != 0 {
		t.Errorf("the spans of %d calls are kept after their end", n)
	}
	ids := map[trace.SpanID]bool{}
	for _, span := range s.ended() {
		ids[span.SpanContext().SpanID()] = true
	}
	for _, span := range s.kind(trace.SpanKindClient) {
		if !ids[span.Parent().SpanID()] {
			t.Fatal("a CLIENT span without its call")
		}
	}
}

// responder is an inner layer that responds itself.
type responder struct{}

func (responder) Wrap(next http.RoundTripper) http.RoundTripper {
	return wrapResponder(next)
}

func TestSpansOfUnknownProvidersThatRecordNothing(t *testing.T) {
	s := newSDK()
	c := s.config()
	c.TracerProvider = unsampled{notrace.NewTracerProvider()}
	base := roundtriptest.Script(statuses(503, 200)...)
	if _, err := do(t, stack(otel.New(c), base), request(t.Context(), t, "GET", "http://api.test/")); err != nil {
		t.Fatal(err)
	}
	if got := base.Calls(); len(got) != 2 || slices.ContainsFunc(got, func(c roundtriptest.Call) bool { return c.Header.Get("Traceparent") != "" }) {
		t.Errorf("calls %+v", got)
	}
}
