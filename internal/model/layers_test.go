package model_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
)

// nowhere is a store of tapes that nobody plays.
type nowhere struct{}

func (nowhere) Append([]store.Entry) error { return nil }
func (nowhere) Scan(store.ID) iter.Seq2[*store.Exchange, error] {
	return maps.All(map[*store.Exchange]error(nil))
}
func (nowhere) Close() error { return nil }

var (
	errVeto  = errors.New("model: veto")
	errAfter = errors.New("model: after")
	errToken = errors.New("model: no token today")
)

// lineHandler keeps the lines of a logging layer.
type lineHandler struct{ w *world }

func (h lineHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h lineHandler) Handle(_ context.Context, r slog.Record) error {
	h.w.mu.Lock()
	defer h.w.mu.Unlock()
	h.w.lines = append(h.w.lines, r)
	return nil
}
func (h lineHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h lineHandler) WithGroup(string) slog.Handler      { return h }

// layer makes a layer of the stack.
func (w *world) layer(l layerSpec) gracy.Layer {
	l = w.faulty(l)
	switch l.kind {
	case "metrics":
		m := metrics.New("m")
		if w.stats == nil {
			w.stats = m
		}
		return m
	case "logging":
		on := logging.At(slog.LevelInfo)
		return logging.New(logging.Config{
			Logger: slog.New(lineHandler{w}), Request: on, Response: on, Retry: on, Throttled: on, Released: on, Queued: on, Acquired: on,
		})
	case "hook":
		h := hook.Hooks{FailOnError: l.strict}
		if l.d > 0 || l.n > 0 {
			h.Before = func(ctx context.Context, req *http.Request) error {
				if ec := edgeOf(ctx); l.n > 0 && ec.spec.id%l.n == l.n-1 {
					return errVeto
				}
				return server{w}.wait(ctx, l.d)
			}
		}
		h.After = func(ctx context.Context, o hook.Outcome) (*http.Response, error) {
			if l.flag {
				return nil, errAfter
			}
			return nil, nil
		}
		return hook.New(h)
	case "timeout":
		return timeout.New(l.cfg)
	case "perattempt":
		return timeout.PerAttempt(l.d)
	case "retry":
		p := l.policy
		r := rand.New(rand.NewPCG(w.p.seed, 7))
		var mu sync.Mutex
		p.Rand = func() float64 { mu.Lock(); defer mu.Unlock(); return r.Float64() }
		x := retry.New(p)
		w.retries = append(w.retries, x)
		return x
	case "throttle":
		x := throttle.NewLimiter(throttle.Config{Rules: l.rules, Pause: l.pause})
		w.throts = append(w.throts, x)
		return x
	case "concurrency":
		x := concurrency.New(l.limits...)
		w.limiters = append(w.limiters, x)
		return x
	case "auth":
		return auth.Header("X-Api-Key", "k", "http://a.test")
	case "bearer":
		return auth.Bearer(auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
			w.mu.Lock()
			w.fetches++
			n := w.fetches
			w.mu.Unlock()
			if err := (server{w}).wait(ctx, l.d); err != nil {
				return auth.Token{}, err
			}
			if l.n > 0 && n%l.n == 0 {
				return auth.Token{}, errToken
			}
			tok := auth.Token{Value: fmt.Sprint("t", n)}
			if l.flag {
				tok.Expiry = time.Now().Add(20 * time.Second)
			}
			return tok, nil
		}), "http://a.test", "http://b.test")
	case "replay":
		tape, err := replay.New(nowhere{}, replay.Options{Mode: replay.ModeRecord, MaxBody: 1 << 20})
		if err != nil {
			panic(err)
		}
		w.closers = append(w.closers, tape.Close)
		return tape
	}
	return gracy.Func(func(next http.RoundTripper) http.RoundTripper { return w.foreign(l, next) })
}
