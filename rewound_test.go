package gracy_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
)

// oneBody is the body of an SDK that rewinds it for each attempt: closing it does nothing.
type oneBody struct{ io.ReadSeeker }

func (oneBody) Close() error { return nil }

// upload returns a PUT of data in the form of azcore: the body is a wrapper of what GetBody
// rewinds and returns.
func upload(t *testing.T, url string, data []byte) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	body := &oneBody{bytes.NewReader(data)}
	req.Body, req.ContentLength = &struct{ oneBody }{*body}, int64(len(data))
	req.GetBody = func() (io.ReadCloser, error) {
		_, err := body.Seek(0, io.SeekStart)
		return body, err
	}
	return req
}

// uploads is a server whose first response for each path comes before it has read the
// body, and counts what arrived.
type uploads struct {
	first int
	want  []byte

	mu    sync.Mutex
	times map[string]int
	whole map[string]bool
	empty int // requests after the first of which nothing arrived
	part  int // and less than the whole
}

func (u *uploads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	u.times[r.URL.Path]++
	n := u.times[r.URL.Path]
	u.mu.Unlock()
	if n == 1 {
		w.WriteHeader(u.first)
		return
	}
	got, _ := io.ReadAll(r.Body)
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case bytes.Equal(got, u.want):
		u.whole[r.URL.Path] = true
	case len(got) == 0:
		u.empty++
	default:
		u.part++
	}
	w.WriteHeader(http.StatusCreated)
}

// spoiled sends n uploads of size bytes through what wrap makes of a base, and returns
// how many of them were not right at the second attempt.
func spoiled(t *testing.T, n, size, first int, wrap func(http.RoundTripper) http.RoundTripper) int {
	t.Helper()
	u := &uploads{first: first, want: bytes.Repeat([]byte("0123456789abcdef"), size/16), times: map[string]int{}, whole: map[string]bool{}}
	server := httptest.NewServer(u)
	defer server.Close()
	base := &http.Transport{MaxIdleConnsPerHost: 8}
	defer base.CloseIdleConnections()
	client := &http.Client{Transport: wrap(base)}
	bad, said := 0, ""
	for i := range n {
		path := "/" + strconv.Itoa(i)
		resp, err := client.Do(upload(t, server.URL+path, u.want))
		if err != nil {
			bad, said = bad+1, err.Error()
			continue
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		u.mu.Lock()
		if resp.StatusCode != http.StatusCreated || !u.whole[path] || u.times[path] != 2 {
			bad, said = bad+1, resp.Status
		}
		u.mu.Unlock()
	}
	t.Logf("%d uploads of %d bytes: %d spoiled; %d came empty, %d in part; the last error: %s", n, size, bad, u.empty, u.part, said)
	return bad
}

// oldOrder sends again as retry once did: the body is rewound the moment the response is
// there.
func oldOrder(next http.RoundTripper) http.RoundTripper {
	return rttest.Func(func(req *http.Request) (*http.Response, error) {
		for {
			resp, err := next.RoundTrip(req)
			if err != nil || resp.StatusCode < 400 {
				return resp, err
			}
			body, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			bodies.Drain(resp)
			req = req.WithContext(req.Context())
			req.Body = body
		}
	})
}

func TestABodyThatIsRewoundIsSentAgainWhole(t *testing.T) {
	n := many()
	again := retry.New(retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget()})
	if bad := spoiled(t, n, 1<<20, 503, again.Wrap); bad > 0 {
		t.Errorf("%d of %d uploads were spoiled", bad, n)
	}
	if race.Enabled {
		return // the control is a data race: that is the bug
	}
	// The control.
	bad := 0
	for range 80 {
		if bad += spoiled(t, 25, 1<<20, 503, oldOrder); bad > 0 {
			return
		}
	}
	t.Error("no upload of 2000 was spoiled by rewinding at once: the test cannot fail")
}

// many returns how many uploads a test makes.
func many() int {
	switch {
	case testing.Short(), race.Enabled:
		return 50
	case long.Wanted():
		return 1000
	}
	return 60
}

// Layers that read a body ahead, to compare, record or sign it, leave it to be sent.
func TestABodyThatIsReadAheadIsSentWhole(t *testing.T) {
	n := many()
	tape := func(mode replay.Mode) *replay.Tape {
		tape, err := replay.Open(filepath.Join(t.TempDir(), mode.String()+".tape"), replay.Options{Mode: mode})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = tape.Close() })
		return tape
	}
	reads := hook.New(hook.Hooks{Before: func(_ context.Context, req *http.Request) error {
		body, err := req.GetBody()
		if err != nil {
			return err
		}
		defer body.Close()
		_, err = io.Copy(io.Discard, body)
		return err
	}})
	again := retry.New(retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget()})
	for name, layers := range map[string][]gracy.Layer{
		"record":               {again, tape(replay.ModeRecord)},
		"smart":                {again, tape(replay.ModeSmart)},
		"record outside retry": {tape(replay.ModeRecord), again},
		"a hook":               {again, reads},
		"a hook outside retry": {reads, again},
	} {
		if bad := spoiled(t, n, 4<<10, 503, func(base http.RoundTripper) http.RoundTripper { return gracy.Around(base, layers...) }); bad > 0 {
			t.Errorf("%s: %d of %d uploads were spoiled", name, bad, n)
		}
	}
	// The control: a layer that reads the body of GetBody and sends its own.
	if bad := spoiled(t, n, 4<<10, 200, func(base http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			body, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			_, _ = io.Copy(io.Discard, body)
			return base.RoundTrip(req)
		})
	}); bad != n {
		t.Errorf("%d of %d uploads were spoiled by reading ahead: the test cannot fail", bad, n)
	}
}

// A hook may replace a body and leave the GetBody of the old one. Retry then keeps the new one itself.
func TestABodyOfAHookIsSentAgainByRetry(t *testing.T) {
	var sent []string
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		b, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		sent = append(sent, string(b))
		return rttest.Respond(map[bool]int{false: 200, true: 503}[len(sent) == 1], "")(req)
	})
	sign := hook.New(hook.Hooks{Before: func(_ context.Context, req *http.Request) error {
		defer req.Body.Close()
		b, err := io.ReadAll(req.Body)
		b = append(b, ", signed"...)
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
		return err
	}})
	again := retry.New(retry.Policy{Delay: 1})
	for name, rt := range map[string]http.RoundTripper{"outside retry": gracy.Around(base, sign, again), "inside retry": gracy.Around(base, again, sign)} {
		sent = nil
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, rttest.URL, bytes.NewReader([]byte("text")))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		rttest.Read(t, resp)
		if len(sent) != 2 || sent[0] != "text, signed" || sent[1] != sent[0] {
			t.Errorf("%s: sent %q", name, sent)
		}
	}
}
