package otel_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// events describes the events of a span, with the time after its start.
func events(span sdktrace.ReadOnlySpan) (lines []string) {
	for _, e := range span.Events() {
		line := e.Time.Sub(span.StartTime()).String() + " " + e.Name
		for _, a := range e.Attributes {
			line += " " + strings.TrimPrefix(string(a.Key), "gracy.") + "=" + a.Value.String()
		}
		lines = append(lines, line)
	}
	return lines
}

func TestWaitsAreEventsOfTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		slow := roundtriptest.Step{Wait: 10 * time.Second}
		rt := s.stack(roundtriptest.Script(slow, slow), concurrency.New(concurrency.Limit{Max: 1}))
		go func() { _, _ = do(t, rt, request(t.Context(), t, "GET", "http://api.test/first")) }()
		synctest.Wait()
		time.Sleep(time.Second)
		if _, err := do(t, rt, request(t.Context(), t, "GET", "http://api.test/second")); err != nil {
			t.Fatal(err)
		}
		second := s.kind(trace.SpanKindInternal)[1]
		same(t, "events", events(second), []string{"0s gracy.wait attempt=1 wait.kind=queue wait.duration=9 wait.rule=" + ruleOf(second)})
		if sent := s.kind(trace.SpanKindClient)[1]; sent.EndTime().Sub(sent.StartTime()) != 10*time.Second {
			t.Errorf("the CLIENT span lasts %s, want 10s: the wait is none of it", sent.EndTime().Sub(sent.StartTime()))
		}
	})
}

func TestTheSecondsOfAWaitHaveTheDigitsOfTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const wait = 1003691 * time.Microsecond
		s := newSDK()
		slow := roundtriptest.Step{Wait: 10 * time.Second}
		rt := s.stack(roundtriptest.Script(slow, slow), concurrency.New(concurrency.Limit{Max: 1}))
		go func() { _, _ = do(t, rt, request(t.Context(), t, "GET", "http://api.test/first")) }()
		synctest.Wait()
		time.Sleep(10*time.Second - wait)
		if _, err := do(t, rt, request(t.Context(), t, "GET", "http://api.test/second")); err != nil {
			t.Fatal(err)
		}
		second := s.kind(trace.SpanKindInternal)[1]
		same(t, "events", events(second), []string{"0s gracy.wait attempt=1 wait.kind=queue wait.duration=1.003691 wait.rule=" + ruleOf(second)})
	})
}

// ruleOf returns how the limit names itself.
func ruleOf(span sdktrace.ReadOnlySpan) string {
	for _, a := range span.Events()[0].Attributes {
		if a.Key == "gracy.wait.rule" {
			return a.Value.AsString()
		}
	}
	return ""
}

func TestQuotaPauseAndBackoffAreEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		tel := otel.New(s.config())
		base := roundtriptest.Script(
			roundtriptest.Step{},
			roundtriptest.Step{Status: 429, Header: http.Header{"Retry-After": {"30"}}},
			roundtriptest.Step{Err: errors.New("lost")},
			roundtriptest.Step{})
		rt := gracy.Around(base, tel, retry.New(retry.Policy{Delay: 100 * time.Millisecond}),
			throttle.New(throttle.Rule{Limit: 1, Per: time.Second, Margin: throttle.NoMargin}), tel.Attempts())
		for range 2 {
			if _, err := do(t, rt, request(t.Context(), t, "GET", "http://api.test/")); err != nil {
				t.Fatal(err)
			}
		}
		second := s.kind(trace.SpanKindInternal)[1]
		kinds := map[string]string{}
		for _, e := range second.Events() {
			if e.Name != "gracy.wait" {
				continue
			}
			var kind, took string
			for _, a := range e.Attributes {
				switch a.Key {
				case "gracy.wait.kind":
					kind = a.Value.String()
				case "gracy.wait.duration":
					took = a.Value.String()
				}
			}
			kinds[kind] = took
		}
		t.Log(events(second))
		if kinds["pause"] != "30" || kinds["quota"] == "" || kinds["backoff"] == "" {
			t.Errorf("waits %v, want quota, a pause of 30 s, and backoff", kinds)
		}
	})
}

func TestAWaitInVainSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		rt := s.stack(roundtriptest.Script(roundtriptest.Step{Hang: true}), concurrency.New(concurrency.Limit{Max: 1}))
		go func() { _, _ = do(t, rt, request(t.Context(), t, "GET", "http://api.test/first")) }()
		synctest.Wait()
		ctx, cancel := contextWithTimeout(t, 5*time.Second)
		defer cancel()
		_, err := do(t, rt, request(ctx, t, "GET", "http://api.test/second"))
		if err == nil {
			t.Fatal("a response")
		}
		call := s.kind(trace.SpanKindInternal)[0]
		if got := strings.Join(events(call), "\n"); !strings.Contains(got, "wait.in_vain=true") || !strings.Contains(got, "wait.duration=5") {
			t.Errorf("events %s", got)
		}
		if n := len(s.kind(trace.SpanKindClient)); n != 0 {
			t.Errorf("%d CLIENT spans of a request that was never sent", n)
		}
	})
}

func TestTheEndOfRetriesIsAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		_, _ = do(t, s.stack(roundtriptest.Script(statuses(503, 503, 503)...)), request(t.Context(), t, "GET", "http://api.test/"))
		got := events(s.kind(trace.SpanKindInternal)[0])
		if len(got) != 3 || !strings.Contains(got[2], "gracy.retries_exhausted attempt=3") {
			t.Errorf("events\n  %s", strings.Join(got, "\n  "))
		}
	})
}

func TestAReplayedResponseHasNoClientSpan(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.json")
	base := roundtriptest.Script(roundtriptest.Step{Body: "pika"})
	for _, replayed := range []bool{false, true} {
		tape, err := replay.Open(path, replay.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := newSDK()
		rt := s.stack(base, tape)
		if _, err := do(t, rt, request(t.Context(), t, "GET", "http://api.test/pokemon/1")); err != nil {
			t.Fatal(err)
		}
		if err := tape.Close(); err != nil {
			t.Fatal(err)
		}
		calls, sends := s.kind(trace.SpanKindInternal), s.kind(trace.SpanKindClient)
		want := 1
		if replayed {
			want = 0
		}
		if len(calls) != 1 || len(sends) != want || s.counted(t) != uint64(want) {
			t.Errorf("replayed %v: %d calls, %d sends, %d durations", replayed, len(calls), len(sends), s.counted(t))
		}
		if got := valueOf(calls[0], "gracy.call.replayed"); (got == "true") != replayed {
			t.Errorf("replayed %v: gracy.call.replayed is %q", replayed, got)
		}
		if got := strings.Join(events(calls[0]), "\n"); strings.Contains(got, "gracy.replayed attempt=1") != replayed {
			t.Errorf("replayed %v: events %s", replayed, got)
		}
	}
	if n := len(base.Calls()); n != 1 {
		t.Errorf("%d requests were sent, want 1", n)
	}
}
