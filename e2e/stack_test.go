package e2e

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// slots is how many requests of a stack may be in flight at once.
const slots = 8

// A stack is a client with every layer, in the documented order.
type stack struct {
	client *http.Client
	stats  *metrics.Recorder
	dialer *dialer
	lines  *lines
}

// A stackConfig has the settings that differ between stacks.
type stackConfig struct {
	policy retry.Policy
	base   *http.Transport // nil means a new one
	tape   *replay.Tape    // nil means no tape
	routes []string
}

// newStack builds a stack, and checks after the test that no connection is left open.
func newStack(t *testing.T, d stackConfig) *stack {
	t.Helper()
	base := d.base
	if base == nil {
		base = new(http.Transport)
	}
	base.MaxIdleConnsPerHost = slots
	s := &stack{stats: metrics.New(t.Name()), dialer: new(dialer), lines: new(lines)}
	base.DialContext = s.dialer.dial
	s.client = &http.Client{Transport: gracy.Around(base, s.layers(d)...)}
	t.Cleanup(func() {
		s.client.CloseIdleConnections() // through all layers, to the base
		if n := s.dialer.left(); n != 0 {
			t.Errorf("%d of %d connections are left open", n, s.dialer.dialed.Load())
		}
		if now := s.stats.Snapshot(); now.InFlight != 0 || now.Waiting != (metrics.Waiting{}) {
			t.Errorf("after the test: %d in flight, waiting %+v", now.InFlight, now.Waiting)
		}
	})
	return s
}

func (s *stack) layers(d stackConfig) []gracy.Layer {
	level := logging.At(slog.LevelInfo)
	layers := []gracy.Layer{
		transport.Routes(d.routes...),
		s.stats,
		logging.New(logging.Config{
			Logger:  slog.New(slog.NewTextHandler(s.lines, nil)),
			Request: level, Response: level, Retry: level, Retried: level, Exhausted: level, Throttled: level, Released: level,
			Queued: level, Freed: level, Paused: level, Recorded: level, Replayed: level,
		}),
		timeout.New(timeout.Config{}),
		retry.New(d.policy),
	}
	if d.tape != nil {
		layers = append(layers, d.tape)
	}
	return append(
		layers,
		concurrency.New(concurrency.Limit{Max: slots}),
		throttle.New(throttle.Rule{Limit: 1000, Per: time.Second}),
		timeout.PerAttempt(0),
	)
}

// noDelays returns the default policy without backoff.
func noDelays() retry.Policy { return retry.Policy{Delay: retry.NoDelay} }

// row returns the figures of the recorder for a route.
func (s *stack) row(t *testing.T, method, route string) metrics.Row {
	t.Helper()
	rows := s.stats.Snapshot().Rows
	i := slices.IndexFunc(rows, func(r metrics.Row) bool { return r.Method == method && r.Route == route })
	if i < 0 {
		t.Fatalf("no row for %s %s in %+v", method, route, rows)
	}
	return rows[i]
}

// A dialer counts connections.
type dialer struct {
	net.Dialer
	dialed, closed atomic.Int64
}

func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	d.dialed.Add(1)
	return &counted{Conn: c, closed: sync.OnceFunc(func() { d.closed.Add(1) })}, nil
}

// left returns the number of open connections. It waits for those that net/http is closing. After
// an HTTP/2 reset net/http closes a connection only once the server has.
func (d *dialer) left() int64 {
	limit := time.NewTimer(10 * time.Second)
	defer limit.Stop()
	for d.dialed.Load() != d.closed.Load() {
		select {
		case <-limit.C:
			return d.dialed.Load() - d.closed.Load()
		default:
			runtime.Gosched()
		}
	}
	return 0
}

// counted is a connection that reports that it was closed.
type counted struct {
	net.Conn
	closed func()
}

// Close implements net.Conn.
func (c *counted) Close() error {
	c.closed()
	return c.Conn.Close()
}

// lines collects the log.
type lines struct {
	mu  sync.Mutex // mu guards buf.
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String returns the log so far.
func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// statuses returns the status of each attempt of a call, 0 for one without a response.
func statuses(c *transport.Call) (got []int) {
	for a := range c.Attempts() {
		got = append(got, a.Status())
	}
	return got
}

// checkLedger compares the text of a call or trace line by line: each line must
// contain the words of its want, in their order.
func checkLedger(t *testing.T, text string, want ...string) {
	t.Helper()
	got := strings.Split(text, "\n")
	ok := len(got) == len(want)
	for i := range min(len(got), len(want)) {
		at := 0
		for word := range strings.FieldsSeq(want[i]) {
			n := strings.Index(got[i][at:], word)
			if n < 0 {
				ok = false
				break
			}
			at += n + len(word)
		}
	}
	if !ok {
		t.Errorf("ledger:\n%s\nwant in its lines:\n%s", text, strings.Join(want, "\n"))
	}
}

// total returns how long all attempts of a trace waited in one way.
func total(tr *transport.Trace, w transport.Wait) (d time.Duration) {
	for _, c := range tr.Calls() {
		d += c.Wait(w)
	}
	return d
}
