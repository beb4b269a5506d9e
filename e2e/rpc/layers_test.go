package rpc

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// layers returns each layer by its name, and all of them in the documented order.
func layers(url string, tape *replay.Tape) map[string][]transport.Layer {
	tel := otel.New(otel.Config{})
	all := []transport.Layer{
		tel, metrics.New("rpc"), logging.New(logging.Config{Logger: slog.New(slog.DiscardHandler)}),
		hook.New(hook.Hooks{Before: func(context.Context, *http.Request) error { return nil }, After: func(context.Context, hook.Outcome) (*http.Response, error) { return nil, nil }}),
		timeout.New(timeout.Config{}), retry.New(retry.Policy{}), tape, concurrency.New(concurrency.Limit{Max: 1}),
		throttle.New(throttle.Rule{Limit: 1000}), timeout.PerAttempt(0), auth.Bearer(auth.SourceFunc(func(context.Context) (auth.Token, error) { return auth.Token{Value: "token"}, nil }), url), tel.Attempts(),
	}
	each := map[string][]transport.Layer{"all": all}
	for _, l := range all {
		for name := range transport.Layers(l.Wrap(http.DefaultTransport)) {
			each[name] = append(each[name], l)
			break
		}
	}
	return each
}

// No layer changes a call, reads a request body ahead, or keeps back a message or a trailer. What is
// recorded can be replayed, except for a call in both directions.
func TestCallsThroughEachLayer(t *testing.T) {
	for _, secure := range []bool{true, false} {
		for protocol, option := range protocols() {
			for method, want := range outcomes() {
				s := serve(t, secure)
				if got := s.call(t.Context(), s.base, method, option); got != want {
					t.Fatalf("%s over %s without layers:\n%s\nwant:\n%s", method, protocol, got, want)
				}
				path := filepath.Join(t.TempDir(), "tape.json")
				tape := open(t, path, replay.ModeRecord)
				for name, stack := range layers(s.url, tape) {
					if !secure && name != "all" {
						continue // a layer cannot see the difference
					}
					if got := s.call(t.Context(), gracy.Around(s.base, stack...), method, option); got != want {
						t.Errorf("%s over %s, TLS %v, through %s:\n%s\nwant:\n%s", method, protocol, secure, name, got, want)
					}
				}
				if err := tape.Close(); err != nil {
					t.Error(err)
				}
				if method == both {
					continue
				}
				before := s.arrived.Load()
				tape = open(t, path, replay.ModeReplay)
				if got := s.call(t.Context(), gracy.Around(s.base, tape), method, option); got != want || s.arrived.Load() != before {
					t.Errorf("%s over %s, replayed:\n%s\nwant:\n%s", method, protocol, got, want)
				}
				if err := tape.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

func open(t *testing.T, path string, mode replay.Mode, pass ...string) *replay.Tape {
	t.Helper()
	tape, err := replay.Open(path, replay.Options{Mode: mode, PassThrough: pass})
	if err != nil {
		t.Fatal(err)
	}
	return tape
}

// To look a request up, a tape needs all of its body. A client that waits for a response before it
// sends on waits until its context ends. Calls in both directions are for PassThrough.
func TestACallInBothDirectionsIsNotForATape(t *testing.T) {
	s := serve(t, true)
	path := filepath.Join(t.TempDir(), "tape.json")
	recorded := open(t, path, replay.ModeRecord)
	s.call(t.Context(), gracy.Around(s.base, recorded), both)
	if err := recorded.Close(); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []replay.Mode{replay.ModeSmart, replay.ModeReplay} {
		for _, pass := range []bool{false, true} {
			var tape *replay.Tape
			ctx, cancel := context.WithCancel(t.Context())
			want, arrives := outcomes()[both], int64(1)
			if pass {
				tape = open(t, path, mode, "POST "+both)
			} else {
				tape = open(t, path, mode)
				ctx, cancel = context.WithTimeout(ctx, 50*time.Millisecond)
				want, arrives = "ing: deadline_exceeded", 0
			}
			before := s.arrived.Load()
			if got := s.call(ctx, gracy.Around(s.base, tape), both); !strings.Contains(got, want) || s.arrived.Load()-before != arrives {
				t.Errorf("%s, passed through %v: %s, %d arrived", mode, pass, got, s.arrived.Load()-before)
			}
			cancel()
			if err := tape.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
