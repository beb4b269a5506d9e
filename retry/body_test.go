package retry_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

func TestEveryAttemptHasTheWholeBody(t *testing.T) {
	for name, test := range map[string]struct {
		body   io.Reader
		policy retry.Policy
		want   []string
	}{
		"none":           {nil, retry.Policy{}, []string{"", "", ""}},
		"NoBody":         {http.NoBody, retry.Policy{}, []string{"", "", ""}},
		"GetBody":        {strings.NewReader("data"), retry.Policy{}, []string{"data", "data", "data"}},
		"stream":         {stream("data"), retry.Policy{}, []string{"data", "data", "data"}},
		"stream, at cap": {stream("data"), retry.Policy{BufferLimit: 4}, []string{"data", "data", "data"}},
		"over the cap":   {stream("data!"), retry.Policy{BufferLimit: 4}, []string{"data!"}},
		"no buffer":      {stream("data"), retry.Policy{BufferLimit: retry.NoBuffer}, []string{"data"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{{status: 503, body: "later"}}}
			req := request(t, t.Context(), http.MethodPut, test.body)
			length := req.ContentLength
			resp, c, err := do(t, test.policy, base, req)
			if err != nil {
				t.Fatal(err)
			}
			if got := rttest.Read(t, resp); got != "later" || !slices.Equal(base.body, test.want) {
				t.Errorf("%s: sent %q, want %q; the response has %q", name, base.body, test.want, got)
			}
			for i, r := range base.sent {
				if r.ContentLength != length || (r.Body == nil) != (test.body == nil) {
					t.Errorf("%s: attempt %d has length %d, want %d; body %v", name, i+1, r.ContentLength, length, r.Body)
				}
			}
			if len(test.want) == 1 && (c.StopReason() != "the body cannot be sent again" || c.Attempt().Notes() == "") {
				t.Errorf("%s: the ledger says\n%s", name, c)
			}
		})
	}
}

// After any outcome that allows a POST to be sent again, its body is available: whether it is kept
// does not depend on the method.
func TestTheBodyOfAPostIsKeptForWhatMayFollow(t *testing.T) {
	failed := &net.OpError{Op: "dial", Err: errors.New("no route")}
	for name, test := range map[string]struct {
		policy retry.Policy
		step   step
		want   []string
	}{
		"429":                  {retry.Policy{}, status(429), []string{"data", "data", "data"}},
		"no connection":        {retry.Policy{}, fails(failed), []string{"data", "data", "data"}},
		"503":                  {retry.Policy{}, status(503), []string{"data"}},
		"lost":                 {retry.Policy{}, fails(io.EOF), []string{"data"}},
		"429, over the cap":    {retry.Policy{BufferLimit: 3}, status(429), []string{"data"}},
		"429, but one attempt": {retry.Policy{Attempts: 1}, status(429), []string{"data"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{test.step}}
			resp, c, _ := do(t, test.policy, base, request(t, t.Context(), http.MethodPost, stream("data")))
			finish(resp)
			if !slices.Equal(base.body, test.want) {
				t.Errorf("%s: sent %q, want %q\n%s", name, base.body, test.want, c)
			}
		})
	}
}

// If no policy sends again, a body is not kept.
func TestABodyThatIsSentOnceIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, edit := range map[string]func(*http.Request){
			"an SDK sends it again": func(r *http.Request) { r.Header.Set("X-Stainless-Retry-Count", "1") },
			"an upgrade":            func(r *http.Request) { r.Header.Set("Upgrade", "websocket") },
			"trailers":              func(r *http.Request) { r.Trailer = http.Header{"X": nil} },
		} {
			base := &script{steps: []step{status(200)}}
			req := request(t, t.Context(), http.MethodPost, stream("data"))
			edit(req)
			resp, _, _ := do(t, retry.Policy{}, base, req)
			finish(resp)
			if base.sent[0].GetBody != nil {
				t.Errorf("%s: the body became %T", name, base.sent[0].Body)
			}
		}
	})
}

func TestAFileIsSentFromWhereItWas(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, []byte("header, then data"), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Seek(6, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		base := &script{steps: []step{status(503), fails(rttest.ErrBoom), status(200)}}
		resp, _, err := do(t, retry.Policy{BufferLimit: retry.NoBuffer}, base, request(t, t.Context(), http.MethodPut, f))
		if err != nil || !slices.Equal(base.body, slices.Repeat([]string{", then data"}, 3)) {
			t.Errorf("%v, sent %q", err, base.body)
		}
		finish(resp)
		if err := f.Close(); !errors.Is(err, os.ErrClosed) {
			t.Errorf("the file was left open: %v", err)
		}
	})
}

func TestTheOutcomeStandsWhereGetBodyFails(t *testing.T) {
	gone := errors.New("file is gone")
	for name, test := range map[string]struct {
		step   step
		status int
		is     []error
	}{
		"response": {step{status: 503, body: "later"}, 503, nil},
		"error":    {fails(rttest.ErrBoom), 0, []error{rttest.ErrBoom, gone}},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{test.step}}
			b := retry.NewBudget(retry.BudgetConfig{})
			req := request(t, t.Context(), http.MethodPut, strings.NewReader("data"))
			req.GetBody = func() (io.ReadCloser, error) { return nil, gone }
			resp, c, err := do(t, retry.Policy{Budget: b}, base, req)
			if test.status != 0 && (err != nil || rttest.Read(t, resp) != "later") {
				t.Errorf("%s: %v", name, err)
			}
			for _, is := range test.is {
				if !errors.Is(err, is) {
					t.Errorf("%s: %v does not match %v", name, err, is)
				}
			}
			if len(base.sent) != 1 || base.open != 0 || b.Remaining("api.test") != 10 {
				t.Errorf("%s: sent %d times, %d bodies open, %d retries left", name, len(base.sent), base.open, b.Remaining("api.test"))
			}
			if !strings.Contains(c.Attempt().Notes(), "file is gone") {
				t.Errorf("%s: the ledger says\n%s", name, c)
			}
		})
	}
}

func TestBrokenBodyIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("the caller's disk")
		base := &script{steps: []step{status(200)}}
		_, c, err := do(t, retry.Policy{}, base, request(t, t.Context(), http.MethodPut, io.MultiReader(strings.NewReader("da"), iotest.ErrReader(broken))))
		if !errors.Is(err, broken) || c.Count() != 1 || c.StopReason() != "the body cannot be sent again" {
			t.Errorf("%v\n%s", err, c)
		}
	})
}

// A large body that is replayable is never held in memory.
func TestLargeBodyIsNotBuffered(t *testing.T) {
	const size = 64 << 20
	var got atomic.Int64
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		n, err := io.Copy(io.Discard, req.Body)
		if err != nil {
			return nil, err
		}
		_ = req.Body.Close()
		got.Add(n)
		return rttest.Response(req, 503, ""), nil
	})
	req := request(t, t.Context(), http.MethodPut, nil)
	req.ContentLength = size
	zeros := func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zero{}, size)), nil }
	req.Body, _ = zeros()
	req.GetBody = zeros
	rt := retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(base)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	resp, err := rt.RoundTrip(req)
	runtime.ReadMemStats(&after)
	if err != nil || got.Load() != 3*size {
		t.Fatalf("%v, sent %d bytes", err, got.Load())
	}
	finish(resp)
	if d := after.TotalAlloc - before.TotalAlloc; d > 1<<20 {
		t.Errorf("%d bytes allocated for a body of %d", d, size)
	}
}

type zero struct{}

func (zero) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A body that waits for 100 Continue is sent when the server wants it, in the attempt in which the
// server wants it.
func TestABodyThatWaitsFor100ContinueIsSentOnce(t *testing.T) {
	var bodies []string
	var wanted []bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wanted = append(wanted, r.Header.Get("Expect") == "100-continue"); len(wanted) == 1 {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		b, _ := io.ReadAll(bufio.NewReader(r.Body))
		bodies = append(bodies, string(b))
	}))
	defer server.Close()
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.ExpectContinueTimeout = 1 << 40
	client := &http.Client{Transport: retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(base)}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL, strings.NewReader("large"))
	req.Header.Set("Expect", "100-continue")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	finish(resp)
	if len(wanted) != 2 || !wanted[0] || !wanted[1] || len(bodies) != 1 || bodies[0] != "large" {
		t.Errorf("Expect %v, bodies %q", wanted, bodies)
	}
	base.CloseIdleConnections()
}

// A 307 keeps the body, and each hop has attempts of its own.
func TestRedirectKeepsTheBody(t *testing.T) {
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = append(got, r.URL.Path+" "+string(b))
		switch len(got) {
		case 1, 3:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			http.Redirect(w, r, "/b", http.StatusTemporaryRedirect)
		}
	}))
	defer server.Close()
	client := &http.Client{Transport: retry.New(retry.Policy{Delay: retry.NoDelay, Attempts: 2}).Wrap(nil)}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+"/a", strings.NewReader("data"))
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	finish(resp)
	if want := "/a data,/a data,/b data,/b data"; strings.Join(got, ",") != want {
		t.Errorf("the server got %q, want %q", got, want)
	}
}
