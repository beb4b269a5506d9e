package bases

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// run is a round tripper of others inside or outside the layers.
type run struct {
	name, path string
	other      gracy.Func
	inside     bool
	base       http.RoundTripper
}

func (r run) around(layers ...transport.Layer) http.RoundTripper {
	if r.inside {
		return gracy.Around(r.other(r.base), layers...)
	}
	return r.other(gracy.Around(r.base, layers...))
}

// runs calls f for each round tripper of others, inside and outside, over HTTP/1 and HTTP/2.
func runs(t *testing.T, f func(t *testing.T, r run, s *server, url string)) {
	t.Helper()
	for name, other := range others() {
		for _, secure := range []bool{false, true} {
			for _, inside := range []bool{true, false} {
				if name == ntlm && (secure || !inside) {
					continue // HTTP/2 has no NTLM; see TestNTLMOutside
				}
				where := map[bool]string{true: "inside", false: "outside"}[inside] + map[bool]string{true: ", HTTP/2"}[secure]
				t.Run(name+" "+where, func(t *testing.T) {
					s, base, url := serve(t, secure)
					r := run{name: name, path: "/", other: other, inside: inside, base: base}
					if name == ntlm {
						r.path = "/ntlm/"
					}
					f(t, r, s, url)
				})
			}
		}
	}
}

// send sends a request with a body that cannot be rewound, and reads the response.
func send(t *testing.T, rt http.RoundTripper, method, url, body string) (int, string) {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = io.MultiReader(strings.NewReader(body))
	}
	req, err := http.NewRequestWithContext(transport.With(t.Context(), transport.Safe("POST /")), method, url, reader)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(url, "/ntlm/") {
		req.SetBasicAuth("user", "password")
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Errorf("%s: %v", method, err)
		return 0, ""
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("%s: %v", method, err)
	}
	return resp.StatusCode, string(b)
}

// A call that is served at its second attempt is one call of two attempts, with its whole body both
// times. Its one slot is free when its body has ended, and it can be replayed.
func TestOthersInsideAndOutside(t *testing.T) {
	runs(t, func(t *testing.T, r run, s *server, url string) {
		t.Helper()
		slots, stats := concurrency.New(concurrency.Limit{Max: 1}), metrics.New("bases")
		path := filepath.Join(t.TempDir(), "tape.json")
		tape := open(t, path, replay.ModeRecord)
		rt := r.around(stats, timeout.New(timeout.Config{}), retry.New(retry.Policy{Delay: retry.NoDelay}), tape, slots, timeout.PerAttempt(0))
		calls := func(rt http.RoundTripper, how string) {
			for method, body := range map[string]string{http.MethodGet: "", http.MethodPost: "body"} {
				status, got := send(t, rt, method, url+r.path+method, body)
				if status != http.StatusOK || got != page {
					t.Errorf("%s %s: %d %q", how, method, status, got)
				}
			}
		}
		calls(rt, "sent")
		s.mu.Lock()
		for method, want := range map[string]string{http.MethodGet: "<><>", http.MethodPost: "<body><body>"} {
			if got := s.bodies[r.path+method]; got != want {
				t.Errorf("%s: the server got %s, want %s", method, got, want)
			}
			s.bodies[r.path+method] = ""
		}
		s.mu.Unlock()
		if total := stats.Snapshot().Total; total.Calls != 2 || total.Attempts != 4 || slots.InFlight() != 0 {
			t.Errorf("%d calls of %d attempts, want 2 of 4; %d slots are taken", total.Calls, total.Attempts, slots.InFlight())
		}
		if err := tape.Close(); err != nil {
			t.Fatal(err)
		}
		tape = open(t, path, replay.ModeReplay)
		calls(r.around(retry.New(retry.Policy{}), tape), "replayed")
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.bodies[r.path+http.MethodGet]+s.bodies[r.path+http.MethodPost] != "" {
			t.Error("a request was sent in ModeReplay")
		}
		if err := tape.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func open(t *testing.T, path string, mode replay.Mode) *replay.Tape {
	t.Helper()
	tape, err := replay.Open(path, replay.Options{Mode: mode})
	if err != nil {
		t.Fatal(err)
	}
	return tape
}

// Where nobody listens, nothing was sent, whoever says so in what words. A POST is sent again.
func TestWhatNobodyReceivesIsUnsent(t *testing.T) {
	runs(t, func(t *testing.T, r run, _ *server, url string) {
		t.Helper()
		scheme, _, _ := strings.Cut(url, "://")
		ctx, trace := transport.WithTrace(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, scheme+"://127.0.0.1:1"+r.path, io.MultiReader(strings.NewReader("body")))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("user", "password")
		resp, err := r.around(retry.New(retry.Policy{Delay: retry.NoDelay}), timeout.PerAttempt(0)).RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if call := trace.Calls()[0]; err == nil || call.Count() != 3 {
			t.Errorf("%v, want three attempts\n%s", err, call)
		}
	})
}

// go-ntlmssp keeps the response to its first request while it sends two more. Outside a limit it
// needs a second slot, so it belongs inside.
func TestNTLMOutside(t *testing.T) {
	for most, want := range map[int]int{1: http.StatusUnauthorized, 2: http.StatusOK} {
		_, base, url := serve(t, false)
		slots := concurrency.New(concurrency.Limit{Max: most, MaxWait: 1})
		rt := run{path: "/ntlm/", other: others()[ntlm], base: base}.around(retry.New(retry.Policy{Delay: retry.NoDelay}), slots)
		if status, body := send(t, rt, http.MethodPost, url+"/ntlm/", "body"); status != want || want == http.StatusOK && body != page {
			t.Errorf("with %d slots: %d %q, want %d", most, status, body, want)
		}
		if slots.InFlight() != 0 {
			t.Errorf("%d slots are taken", slots.InFlight())
		}
	}
}

// A cancel in the body frees the slot.
func TestACancelFreesTheSlot(t *testing.T) {
	runs(t, func(t *testing.T, r run, _ *server, url string) {
		t.Helper()
		slots := concurrency.New(concurrency.Limit{Max: 1})
		rt := r.around(timeout.New(timeout.Config{}), retry.New(retry.Policy{Delay: retry.NoDelay}), slots)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+r.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("user", "password")
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		_, err = io.Copy(io.Discard, resp.Body)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		_ = resp.Body.Close()
		if slots.InFlight() != 0 {
			t.Errorf("%d slots are taken", slots.InFlight())
		}
	})
}
