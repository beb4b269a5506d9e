package fault

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestAScriptOfStatusesReplacesTheInnerResponse(t *testing.T) {
	h := Handler(text("inner"), Plan{Scripts: []Script{{Faults: []Fault{
		Pass(), Status(503, "X-Why", "test", "X-Why", "again"), RateLimited(1500 * time.Millisecond), Status(204), Status(304),
	}}}})
	s, c := serve(t, h)
	for i, want := range []struct {
		status      int
		body, retry string
	}{{200, "inner", ""}, {503, "Service Unavailable\n", ""}, {429, "Too Many Requests\n", "2"}, {204, "", ""}, {304, "", ""}, {200, "inner", ""}} {
		resp, body, err := fetch(c, s.URL)
		if err != nil || resp.StatusCode != want.status || body != want.body || resp.Header.Get("Retry-After") != want.retry {
			t.Fatalf("request %d: %v %q %v: want %+v", i+1, resp, body, err, want)
		}
		if want.status == 503 && !slices.Equal(resp.Header.Values("X-Why"), []string{"test", "again"}) {
			t.Errorf("headers: %v", resp.Header)
		}
	}
	if n := h.Counts(); n[KindPass] != 2 || n[KindStatus] != 4 || h.Injected() != 4 {
		t.Errorf("counts: %v, injected %d", n, h.Injected())
	}
}

func TestInformationalResponsesComeBeforeTheFinalOne(t *testing.T) {
	s, c := serve(t, always(Informational(102, 103), text("final")))
	var codes []int
	link := ""
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			codes = append(codes, code)
			link += h.Get("Link")
			return nil
		},
	})
	req, err := http.NewRequestWithContext(ctx, "GET", s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 || string(body) != "final" || resp.Header.Get("Link") != "" {
		t.Errorf("final: %d %q %v %v", resp.StatusCode, body, resp.Header, err)
	}
	if !slices.Equal(codes, []int{102, 103}) || !strings.HasPrefix(link, "</style.css>") {
		t.Errorf("1xx: %v, link %q", codes, link)
	}
}

func TestARedirectLoopsOrLeadsToAnotherOrigin(t *testing.T) {
	other, _ := serve(t, text("elsewhere"))
	var served atomic.Int32
	count := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			served.Add(1)
			next.ServeHTTP(w, r)
		})
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		loop, c := serve(t, count(always(Redirect(status, ""), text(""))))
		served.Store(0)
		if _, _, err := fetch(c, loop.URL+"/a?b=c"); err == nil || !strings.Contains(err.Error(), "stopped after 10 redirects") || served.Load() != 10 {
			t.Errorf("%d loop: %v after %d requests", status, err, served.Load())
		}
		away, c := serve(t, always(Redirect(status, other.URL+"/x"), text("")))
		if resp, body, err := fetch(c, away.URL); err != nil || body != "elsewhere" || resp.Request.URL.String() != other.URL+"/x" {
			t.Errorf("%d away: %v %q %v", status, resp, body, err)
		}
	}
}

func TestSlowWaitsForItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := request(always(Slow(3*time.Second), text("late")), "GET", "/")
		if took := time.Since(start); took != 3*time.Second || w.Body.String() != "late" {
			t.Errorf("%v, %q", took, w.Body)
		}
	})
}

// A response whose client has disconnected is aborted, not completed.
func TestWaitsEndWhenTheClientDisconnects(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		sent  string
	}{{Slow(3 * time.Second), ""}, {Hang(), ""}, {Drip(3 * time.Second), "l"}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start, w := time.Now(), httptest.NewRecorder()
			p := rttest.PanicOf(func() {
				always(c.fault, text("late")).ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/", nil))
			})
			err, _ := p.(error)
			if took := time.Since(start); !errors.Is(err, http.ErrAbortHandler) || took != time.Second || w.Body.String() != c.sent {
				t.Errorf("%v: %v after %v with %q", c.fault, p, took, w.Body)
			}
		})
	}
}

func TestHangEndsWithTheServerOrTheClient(t *testing.T) {
	here := make(chan struct{}, 1)
	plan := Plan{
		Scripts: []Script{{Faults: []Fault{Hang()}, Repeat: true}},
		Key:     func(*http.Request) string { here <- struct{}{}; return "" },
	}

	s, c := serve(t, Handler(text(""), plan))
	failed := make(chan error, 1)
	go func() {
		_, _, err := fetch(c, s.URL)
		failed <- err
	}()
	<-here
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("the server closed, and the client got a response")
	}

	s, c = serve(t, Handler(text(""), plan))
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-here; cancel() }()
	req, err := http.NewRequestWithContext(ctx, "POST", s.URL, strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := c.Do(req); err == nil {
		resp.Body.Close()
		t.Error("the client disconnected, and got a response")
	}
	noHandlers(t)
}

// noHandlers waits until no handler of an Injector is running while the server still is. If one
// never ends, the test times out.
func noHandlers(t *testing.T) {
	t.Helper()
	for slices.ContainsFunc(serverGoroutines(), func(g string) bool { return strings.Contains(g, "fault.(*Injector)") }) {
		runtime.Gosched()
	}
}

func TestAnEndlessBodyEndsWhenItsReaderDisconnects(t *testing.T) {
	s, c := serve(t, always(Endless(), text("")))
	resp, err := c.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.CopyN(io.Discard, resp.Body, 3<<20)
	if err != nil || resp.ContentLength != -1 {
		t.Errorf("%d bytes, length %d, %v", n, resp.ContentLength, err)
	}
	resp.Body.Close()
	noHandlers(t)

	// It also ends when the server closes: cut off, not completed.
	resp, err = c.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err = io.CopyN(io.Discard, resp.Body, 1<<20); err != nil {
		t.Fatal(err)
	}
	go s.Close()
	if _, err = io.Copy(io.Discard, resp.Body); err == nil {
		t.Error("the body ended without an error when the server closed")
	}
}
