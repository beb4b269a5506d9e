package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

const hello = "hello, hostile world"

var greeting = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, hello) })

// fetched is the outcome of one GET for its caller.
type fetched struct {
	status int
	body   string
	err    error // the error of the client
	end    error // the error of the body
}

func fetch(t *testing.T, client *http.Client, url string) (f fetched, trace *transport.Trace) {
	t.Helper()
	ctx, trace := transport.WithTrace(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return fetched{err: err}, trace
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return fetched{status: resp.StatusCode, body: string(b), end: err}, trace
}

// No server should send these responses. If net/http can parse one, there is one attempt, and the
// caller sees the same as with net/http alone. If it cannot, that is a transport error, and there
// are up to three attempts.
func TestAResponseThatBreaksHTTPIsRetriedIfItDoesNotParse(t *testing.T) {
	raw := func(lines ...string) fault.Fault { return fault.Raw(strings.Join(lines, "\r\n")) }
	for _, tc := range []struct {
		name  string
		fault fault.Fault
		heads bool // whether net/http makes it a response
	}{
		{"no byte", fault.Empty(), false},
		{"reset", fault.Reset(), false},
		{"not HTTP", fault.Garbage(), false},
		{"half a status line", raw("HTTP/1.1 20"), false},
		{"half a header", raw("HTTP/1.1 200 OK", "Content-Le"), false},
		{"a header without colon", raw("HTTP/1.1 200 OK", "nonsense", "", ""), false},
		{"a control character", raw("HTTP/1.1 200 OK", "Set-Cookie: \x01", "", ""), false},
		{"two lengths", raw("HTTP/1.1 200 OK", "Content-Length: 2", "Content-Length: 3", "", "abc"), false},
		{"a negative length", raw("HTTP/1.1 200 OK", "Content-Length: -2", "", "ok"), false},
		{"an endless header", raw("HTTP/1.1 200 OK", "X-Long: "+strings.Repeat("x", 64<<10), "", ""), false},
		{"too many headers", raw("HTTP/1.1 200 OK", strings.Repeat("X-Again: yes\r\n", 4<<10), "", ""), false},
		{"an unknown transfer encoding", raw("HTTP/1.1 200 OK", "Transfer-Encoding: rot13", "", "uryyb"), false},

		{"a short body", fault.Truncate(5), true},
		{"a body cut by a reset", fault.ResetAfter(5), true},
		{"a length that is too long", fault.Lie(7), true},
		{"a length that is too short", fault.Lie(-7), true},
		{"many headers", raw("HTTP/1.1 200 OK", "Content-Length: 2", "Content Length: 3", "ETag: \"", "retry-after: \xff", strings.Repeat("X-Again: yes\r\n", 20), "ok"), true},
		{"a folded header", raw("HTTP/1.1 200 OK", "X-Fold: a", " b", "Content-Length: 2", "", "ok"), true},
		{"not gzip", raw("HTTP/1.1 200 OK", "Content-Encoding: gzip", "Content-Length: 5", "", "plain"), true},
		{"half of gzip", raw("HTTP/1.1 200 OK", "Content-Encoding: gzip", "", "\x1f\x8b\x08\x00"), true},
		{"an unknown content encoding", raw("HTTP/1.1 200 OK", "Content-Encoding: rot13", "Content-Length: 5", "", "uryyb"), true},
		{"a bad chunk", raw("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "3", "abc", "zz", "no"), true},
		{"a chunk that never ends", raw("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "ff", "abc"), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			const route = "GET /hostile"
			w := startFaultServer(t, greeting, always(route, tc.fault), route, "GET /once")
			s := newStack(t, stackConfig{policy: noDelays(), base: &http.Transport{MaxResponseHeaderBytes: 4 << 10}, routes: []string{"/hostile"}})
			got, trace := fetch(t, s.client, w.URL+"/hostile")
			sent := w.log.Total()

			control := &http.Transport{MaxResponseHeaderBytes: 4 << 10}
			defer control.CloseIdleConnections()
			bare, _ := fetch(t, &http.Client{Transport: control}, w.URL+"/hostile")
			if bare.heads() != tc.heads {
				t.Fatalf("net/http alone: %+v", bare)
			}
			want := 1
			if !tc.heads {
				want = 3
			}
			call := trace.Calls()[0]
			if n := len(statuses(call)); n != want || sent != want || s.row(t, "GET", "/hostile").Attempts != uint64(want) {
				t.Errorf("%d requests arrived, %d in the ledger, want %d of both\n%s", sent, n, want, call)
			}
			if tc.heads {
				if got.status != bare.status || got.body != bare.body || wording(got.end) != wording(bare.end) {
					t.Errorf("the stack shows %+v, net/http alone %+v", got, bare)
				}
				return
			}
			e, ok := errors.AsType[*retry.Error](got.err)
			if !ok || e.Attempts != 3 {
				t.Errorf("%v, want the error of three attempts", got.err)
			}
		})
	}
}

func (f fetched) heads() bool { return f.err == nil }

// wording returns the text of an error without the ports of its connection.
func wording(err error) string {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Op + ": " + e.Err.Error()
	}
	return fmt.Sprint(err)
}

// The first response does not parse, the second one does.
func TestAfterOneResponseThatDoesNotParseTheCallSucceeds(t *testing.T) {
	for _, f := range []fault.Fault{fault.Empty(), fault.Reset(), fault.Garbage(), fault.Raw("HTTP/1.1 200 OK\r\nbroken\r\n\r\n")} {
		w := startFaultServer(t, greeting, script("GET /once", f), "GET /once")
		s := newStack(t, stackConfig{policy: noDelays(), routes: []string{"/once"}})
		got, trace := fetch(t, s.client, w.URL+"/once")
		if got != (fetched{status: 200, body: hello}) || w.log.Total() != 2 || len(statuses(trace.Calls()[0])) != 2 {
			t.Errorf("%v: %+v after %d requests\n%s", f, got, w.log.Total(), trace)
		}
	}
}

// A caller may read as much of an endless body as it likes. The retry layer reads no more of a
// discarded body than the bound of a drain.
func TestAnEndlessBodyIsReadWithinABound(t *testing.T) {
	endless := fault.Handler(greeting, always("/", fault.Endless()))
	w := startFaultServer(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/failing" {
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
		endless.ServeHTTP(rw, r)
	}), fault.Plan{})
	s := newStack(t, stackConfig{policy: noDelays(), routes: []string{"/fine", "/failing"}})

	if got, _ := fetch(t, s.client, w.URL+"/fine"); got.status != 200 || len(got.body) != 1<<20 || got.end != nil {
		t.Errorf("%d bytes of a %d, %v, %v", len(got.body), got.status, got.err, got.end)
	}
	_, err := parse.Get[[]byte](t.Context(), s.client, w.URL+"/fine", parse.MaxBytes(1<<16))
	if e, ok := errors.AsType[*parse.TooLargeError](err); !ok {
		t.Errorf("%v, want %T", err, e)
	}
	if n := w.log.Total(); n != 2 {
		t.Errorf("%d requests for two calls", n)
	}

	got, trace := fetch(t, s.client, w.URL+"/failing")
	if got.status != 503 || len(got.body) != 1<<20 {
		t.Errorf("the last 503 has %d bytes and status %d, %v", len(got.body), got.status, got.err)
	}
	attempts := 0
	for a := range trace.Calls()[0].Attempts() {
		if attempts++; attempts < 3 && a.Bytes() > 64<<10 {
			t.Errorf("%d bytes of a discarded body were read", a.Bytes())
		}
	}
	if attempts != 3 || w.log.Total() != 2+3 {
		t.Errorf("%d attempts, %d requests", attempts, w.log.Total()-2)
	}
}

func TestADecodeErrorIsNotRetried(t *testing.T) {
	w := startFaultServer(t, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write(bytes.Repeat([]byte("{"), 100))
	}), fault.Plan{})
	s := newStack(t, stackConfig{policy: noDelays()})
	_, err := parse.Get[map[string]int](t.Context(), s.client, w.URL)
	if e, ok := errors.AsType[*parse.DecodeError](err); !ok || w.log.Total() != 1 {
		t.Errorf("%v after %d requests, want %T after one", err, w.log.Total(), e)
	}
	// The control: a response that fails a check is retried.
	failed := errors.New("failed the check")
	_, err = parse.Get[string](t.Context(), s.client, w.URL, parse.Check(func(*string) error { return failed }))
	if !errors.Is(err, failed) || w.log.Total() != 1+3 {
		t.Errorf("%v after %d requests, want three more", err, w.log.Total())
	}
}

// A hint above MaxHint ends the call, which returns the 429 at once, with its body.
func TestAResponseWithALongHintIsReturnedAtOnce(t *testing.T) {
	w := startFaultServer(t, greeting, always("GET /", fault.Status(429, "Retry-After", "484289")))
	s := newStack(t, stackConfig{policy: noDelays(), routes: []string{"/"}})
	got, trace := fetch(t, s.client, w.URL+"/")
	if got.status != 429 || got.body != "Too Many Requests\n" || got.end != nil || w.log.Total() != 1 {
		t.Errorf("%+v after %d requests\n%s", got, w.log.Total(), trace)
	}
	if why := trace.Calls()[0].StopReason(); !strings.Contains(why, "is above MaxHint 1m30s") {
		t.Errorf("stopped because %q", why)
	}
}
