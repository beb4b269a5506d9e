package e2e

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/replay"
)

// A scenario is one use of net/http. It runs over the bare transport and with the
// stack, and client and server must see the same in both runs.
type scenario struct {
	name  string
	h2    bool // whether the server speaks HTTP/2
	serve func(p *comparisonRun, w http.ResponseWriter, r *http.Request)
	do    func(p *comparisonRun) // the client's part
	want  []string               // texts in the notes of the bare run, so that two empty runs are not equal
	// anyErrorText says that the texts of errors are not compared, because they depend on a race in
	// net/http. One such case is http.Client.Timeout. It sets a deadline of the context and, if its
	// Transport is not an *http.Transport, a timer too.
	anyErrorText bool
	// timed says that comparisonRun.shortTime must be longer than what happens before it ends. On a
	// busy machine the scenario runs again with a longer one.
	timed bool
	// reuses says that connections are reused. net/http closes a connection whose writer takes more
	// than 50 ms to report that it is done, which happens on a busy machine. The scenario runs in a
	// bubble, where that time never passes, because the clock stands still while a goroutine reads
	// a socket.
	reuses bool
	// gateway says that a bare client sends to a reverse proxy, and that the transport of the
	// proxy is compared.
	gateway bool
}

// A comparisonRun is one run of a scenario.
type comparisonRun struct {
	t      *testing.T
	ctx    context.Context // it ends after ten seconds, so that a run that hangs differs
	client *http.Client
	url    string
	signal chan struct{} // a signal from one side to the other
	left   chan struct{} // a signal from the server that the client has gone

	anyErrorText bool          // as in the scenario
	shortTime    time.Duration // the timeout of a timed scenario

	mu          sync.Mutex // mu guards both notes.
	clientNotes []string   // what the client saw
	serverNotes []string   // what the server saw
}

func scenarios() []scenario {
	return slices.Concat(plainScenarios(), bodyScenarios(), redirectScenarios(), endScenarios(), protocolScenarios(), h2Scenarios())
}

// A variant builds the client of a run around a base. A nil variant is a client of the
// bare base.
type variant func(t *testing.T, base *http.Transport) *http.Client

func withStack(t *testing.T, base *http.Transport) *http.Client {
	t.Helper()
	return newStack(t, stackConfig{base: base}).client
}

func recording(t *testing.T, base *http.Transport) *http.Client {
	t.Helper()
	tape, err := replay.Open(filepath.Join(t.TempDir(), "bare.tape"), replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tape.Close(); err != nil {
			t.Error(err)
		}
	})
	return newStack(t, stackConfig{base: base, tape: tape}).client
}

// decorated is a decorator that only calls the next round tripper.
func decorated(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) { return next.RoundTrip(req) })
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func around(layer gracy.Func) variant {
	return func(_ *testing.T, base *http.Transport) *http.Client {
		return &http.Client{Transport: gracy.Around(base, layer)}
	}
}

// run runs the scenario and returns the notes of both sides.
func (s scenario) run(t *testing.T, build variant, shortTime time.Duration) string {
	t.Helper()
	p := &comparisonRun{t: t, shortTime: shortTime, signal: make(chan struct{}, 16), left: make(chan struct{}, 16), anyErrorText: s.anyErrorText}
	var busy sync.WaitGroup // with HTTP/2 the server's Close does not wait for its handlers
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		busy.Add(1)
		defer busy.Done()
		s.serve(p, w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	base := new(http.Transport)
	if s.h2 {
		server.EnableHTTP2 = true
		server.StartTLS()
		tr, ok := server.Client().Transport.(*http.Transport)
		if !ok {
			t.Fatal("the transport of the test server is not an *http.Transport")
		}
		base = tr
	} else {
		server.Start()
	}
	p.url = server.URL
	base.ExpectContinueTimeout = 5 * time.Second
	if p.client = (&http.Client{Transport: base}); build != nil {
		p.client = build(t, base)
	}
	stop := func() { p.client.CloseIdleConnections() }
	if s.gateway {
		stop = p.behind(t)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	p.ctx = ctx
	s.do(p)
	cancel()
	stop()
	server.Close()
	busy.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return "client:\n" + strings.Join(p.clientNotes, "\n") + "\nserver:\n" + strings.Join(p.serverNotes, "\n")
}

func TestTheStackBehavesAsNetHTTPAlone(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			s.same(t, shortTimes[0], shortTimes[1:]...)
		})
	}
}

// same fails the test if the scenario differs in any variant. A timed scenario that differs runs
// again with the further times.
func (s scenario) same(t *testing.T, shortTime time.Duration, further ...time.Duration) {
	t.Helper()
	var wrong []string
	if s.reuses {
		synctest.Test(t, func(t *testing.T) { wrong = s.compare(t, shortTime) })
	} else {
		wrong = s.compare(t, shortTime)
	}
	for _, longer := range further {
		if wrong != nil && s.timed {
			wrong = s.compare(t, longer)
		}
	}
	for _, w := range wrong {
		t.Error(w)
	}
}

// shortTimes are the lengths of comparisonRun.shortTime in the first run and in further ones.
var shortTimes = []time.Duration{30 * time.Millisecond, 300 * time.Millisecond, 2 * time.Second}

// compare runs the scenario bare and in all variants, and returns the differences.
func (s scenario) compare(t *testing.T, shortTime time.Duration) (wrong []string) {
	t.Helper()
	bare := s.run(t, nil, shortTime)
	for _, want := range s.want {
		if !strings.Contains(bare, want) {
			wrong = append(wrong, fmt.Sprintf("the notes of the bare run do not have %q:\n%s", want, bare))
		}
	}
	for _, v := range []struct {
		name  string
		build variant
	}{{"decorated", around(decorated)}, {"with the stack", withStack}, {"recording", recording}} {
		if got := s.run(t, v.build, shortTime); got != bare {
			wrong = append(wrong, v.name+":\n"+difference(bare, got))
		}
	}
	return wrong
}

// difference returns the lines that only one of the runs has.
func difference(bare, got string) string {
	a, b := strings.Split(bare, "\n"), strings.Split(got, "\n")
	var out strings.Builder
	for _, l := range a {
		if !slices.Contains(b, l) {
			fmt.Fprintf(&out, "- bare: %s\n", l)
		}
	}
	for _, l := range b {
		if !slices.Contains(a, l) {
			fmt.Fprintf(&out, "+ got:  %s\n", l)
		}
	}
	if out.Len() == 0 {
		fmt.Fprintf(&out, "the same lines in another order:\n%s\n--\n%s", bare, got)
	}
	return out.String()
}

// newRequest makes a request. The target is a path, or a method and a path.
func (p *comparisonRun) newRequest(target string, body io.Reader) *http.Request {
	method, path, ok := strings.Cut(target, " ")
	if !ok {
		method, path = http.MethodGet, target
	}
	req, err := http.NewRequestWithContext(p.ctx, method, cmp.Or(p.url, "http://none.invalid")+path, body)
	if err != nil {
		p.t.Fatal(err)
	}
	return req
}

// waitForServer waits until the server has noticed that the client has gone.
func (p *comparisonRun) waitForServer() {
	select {
	case <-p.left:
	case <-p.ctx.Done():
	}
}

// wait waits for a signal of the other side, or the end of ctx.
func (p *comparisonRun) wait(ctx context.Context) {
	select {
	case <-p.signal:
	case <-ctx.Done():
	}
}
