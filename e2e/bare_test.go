package e2e

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/replay"
)

// scenario is a thing that net/http does. It is played on the bare transport and
// in full dress, and what both sides of the wire see must be the same.
type scenario struct {
	name  string
	h2    bool
	serve func(p *play, w http.ResponseWriter, r *http.Request)
	act   func(p *play)
	want  []string // what the bare run must have seen, so that nothing is not equal to nothing
	// words: a race of net/http with itself decides on the words of the error, and
	// on nothing else, so they are not compared. http.Client.Timeout, for one, is
	// a deadline of the context and, around any decorator, a timer besides.
	words bool
	// timed: the scenario needs a moment, play.soon, to be longer than what comes
	// before it. On a busy machine it is played again with a longer one.
	timed bool
}

// play is one run of a scenario.
type play struct {
	t      *testing.T
	ctx    context.Context // ends after a while, so that a run that hangs is one that differs
	client *http.Client
	url    string
	signal chan struct{} // from one side to the other
	left   chan struct{} // from serve: the client has gone
	blur   bool
	soon   time.Duration

	mu    sync.Mutex
	here  []string // what the client saw
	there []string // what the server saw
}

func scenarios() []scenario {
	return slices.Concat(plainScenarios(), bodyScenarios(), redirectScenarios(), endScenarios(), protocolScenarios(), h2Scenarios())
}

// bareOr is a variant: what is built around the base; nil is the bare base.
type bareOr func(t *testing.T, base *http.Transport) *http.Client

func inDress(t *testing.T, base *http.Transport) *http.Client {
	t.Helper()
	return newStack(t, dress{base: base}).client
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
	return newStack(t, dress{base: base, tape: tape}).client
}

// decorated is the least that a decorator can do.
func decorated(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) { return next.RoundTrip(req) })
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func around(layer gracy.Func) bareOr {
	return func(_ *testing.T, base *http.Transport) *http.Client {
		return &http.Client{Transport: gracy.Around(base, layer)}
	}
}

// run plays the scenario and returns what was seen.
func (s scenario) run(t *testing.T, build bareOr, soon time.Duration) string {
	t.Helper()
	p := &play{t: t, soon: soon, signal: make(chan struct{}, 16), left: make(chan struct{}, 16), blur: s.words}
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
			t.Fatal("the test server's transport is another one")
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
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	p.ctx = ctx
	s.act(p)
	cancel()
	p.client.CloseIdleConnections()
	server.Close()
	busy.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return "client:\n" + strings.Join(p.here, "\n") + "\nserver:\n" + strings.Join(p.there, "\n")
}

func TestAsBare(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			wrong := s.compare(t, moments[0])
			for _, soon := range moments[1:] {
				if wrong != nil && s.timed {
					wrong = s.compare(t, soon)
				}
			}
			for _, w := range wrong {
				t.Error(w)
			}
		})
	}
}

// moments are how long "soon" is, in the first run and in those after it.
var moments = []time.Duration{30 * time.Millisecond, 300 * time.Millisecond, 2 * time.Second}

// compare plays the scenario bare and in all variants, and says what is wrong.
func (s scenario) compare(t *testing.T, soon time.Duration) (wrong []string) {
	t.Helper()
	bare := s.run(t, nil, soon)
	for _, want := range s.want {
		if !strings.Contains(bare, want) {
			wrong = append(wrong, fmt.Sprintf("the bare run did not see %q:\n%s", want, bare))
		}
	}
	for _, v := range []struct {
		name  string
		build bareOr
	}{{"decorated", around(decorated)}, {"in full dress", inDress}, {"recording", recording}} {
		if got := s.run(t, v.build, soon); got != bare {
			wrong = append(wrong, v.name+":\n"+difference(bare, got))
		}
	}
	return wrong
}

// difference shows the lines that only one of the runs has.
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

func (p *play) saw(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.here = append(p.here, "  "+p.same(fmt.Sprintf(format, args...)))
}

func (p *play) met(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.there = append(p.there, "  "+p.same(fmt.Sprintf(format, args...)))
}

// same leaves out what differs by chance: ports.
func (p *play) same(s string) string {
	s = strings.ReplaceAll(s, strings.TrimPrefix(strings.TrimPrefix(p.url, "http://"), "https://"), "SERVER")
	return regexp.MustCompile(`(127\.0\.0\.1|localhost):\d+`).ReplaceAllString(s, "PEER")
}

func headers(h http.Header, without ...string) string {
	var parts []string
	for name, values := range h {
		if !slices.Contains(without, name) {
			parts = append(parts, fmt.Sprintf("%s=%q", name, values))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// request notes what arrived, to the last byte, and returns the body.
func (p *play) request(r *http.Request) string {
	b, err := io.ReadAll(r.Body)
	p.met("%s %s %s host %s, length %d %v, headers %s", r.Method, r.URL.RequestURI(), r.Proto, r.Host, r.ContentLength, r.TransferEncoding, headers(r.Header))
	p.met("  body %s, error %v, trailers %s", brief(string(b)), err, headers(r.Trailer))
	return string(b)
}

// response notes an answer, to the last byte, or the error in its place.
func (p *play) response(resp *http.Response, err error) {
	if err != nil {
		p.fault(err)
		return
	}
	p.head(resp)
	b, err := io.ReadAll(resp.Body)
	closed := resp.Body.Close()
	if p.blur {
		closed = nil
	}
	p.saw("  body %s, trailers %s, close %v", brief(string(b)), headers(resp.Trailer), closed)
	if err != nil {
		p.fault(err)
	}
}

func (p *play) head(resp *http.Response) {
	p.saw("%s %s to %s %s, length %d %v, uncompressed %t, close %t, tls %t, headers %s", resp.Proto, resp.Status, resp.Request.Method, resp.Request.URL,
		resp.ContentLength, resp.TransferEncoding, resp.Uncompressed, resp.Close, resp.TLS != nil, headers(resp.Header, "Date"))
}

func (p *play) fault(err error) {
	var timeout interface{ Timeout() bool }
	text := err.Error()
	if p.blur {
		text = "blurred"
	}
	p.saw("  error %s, timeout %t, canceled %t, deadline %t, reset or EOF %t", text, errors.As(err, &timeout) && timeout.Timeout(),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isReset(err))
}

func isReset(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && strings.Contains(e.Error(), "reset by peer")
}

// brief keeps long bodies out of the notes, but not their differences.
func brief(s string) string {
	if len(s) <= 100 {
		return fmt.Sprintf("%q", s)
	}
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return fmt.Sprintf("%d bytes %x", len(s), h)
}

// new makes a request; a method may stand before the path.
func (p *play) new(target string, body io.Reader) *http.Request {
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

// gone waits until the server has noticed that the client went.
func (p *play) gone() {
	select {
	case <-p.left:
	case <-p.ctx.Done():
	}
}

// wait is for a signal of the other side, or the end of ctx.
func (p *play) wait(ctx context.Context) {
	select {
	case <-p.signal:
	case <-ctx.Done():
	}
}
