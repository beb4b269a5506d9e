package retry_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// fine responds with 200 and allocates nothing except the response.
type fine struct{}

func (fine) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

// The first attempt costs nothing in the layer.
func TestTheFirstAttemptAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	get, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
	put, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", strings.NewReader("data"))
	plain := rttest.Pass("through").Wrap(fine{})
	tried := retry.New(retry.Policy{}).Wrap(fine{})
	allocations := func(rt http.RoundTripper, req *http.Request) float64 {
		return testing.AllocsPerRun(200, func() {
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		})
	}
	for name, req := range map[string]*http.Request{"GET": get, "PUT with GetBody": put} {
		if a, b := allocations(plain, req), allocations(tried, req); b > a {
			t.Errorf("%s: %v allocations, %v in a layer that does nothing", name, b, a)
		}
	}
	// A request that may be sent again only if nothing was sent is traced.
	post, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://api.test/", strings.NewReader("data"))
	if a, b := allocations(plain, post), allocations(tried, post); b > a+6 {
		t.Errorf("POST: %v allocations, %v in a layer that does nothing", b, a)
	}
	// The control: a further attempt does allocate.
	base := &script{steps: []step{status(503)}}
	if n := testing.AllocsPerRun(1, func() {
		resp, _ := retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(base).RoundTrip(get)
		_ = resp.Body.Close()
	}); n < 5 {
		t.Errorf("three attempts took %v allocations: the count misses allocations", n)
	}
}

// Of two retry layers in one call the outer one acts.
func TestOfTwoRetryLayersTheOuterOneActs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503)}}
		r := retry.New(retry.Policy{})
		for name, rt := range map[string]http.RoundTripper{
			"two layers":     retry.New(retry.Policy{}).Wrap(rttest.Pass("through").Wrap(retry.New(retry.Policy{Attempts: 5}).Wrap(base))),
			"the same twice": r.Wrap(r.Wrap(base)),
		} {
			base.sent = nil
			resp, err := rt.RoundTrip(request(t, t.Context(), http.MethodGet, nil))
			if err != nil || len(base.sent) != 3 {
				t.Errorf("%s: sent %d times, %v", name, len(base.sent), err)
			}
			if c := layer.CallOf(resp); !strings.Contains(c.String(), "the inner of two retry layers does not retry") {
				t.Errorf("%s: the ledger says\n%s", name, c)
			}
			finish(resp)
		}
	})
}

// The claim to retry is released, even on a panic.
func TestClaimIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, boom := range []bool{false, true} {
			ctx, trace := transport.WithTrace(t.Context())
			rt := retry.New(retry.Policy{}).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
				if boom {
					panic("boom")
				}
				return fine{}.RoundTrip(req)
			}))
			func() {
				defer func() {
					if v := recover(); (v != nil) != boom {
						t.Errorf("recovered %v", v)
					}
				}()
				resp, _ := rt.RoundTrip(request(t, ctx, http.MethodGet, nil))
				finish(resp)
			}()
			if !(*layer.Call)(trace.Calls()[0]).ClaimRetry(2) {
				t.Errorf("panic %v: the claim was kept", boom)
			}
		}
	})
}

// Each redirect hop is a call of its own, with attempts of its own.
func TestEachRedirectHopHasAttemptsOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			n++
			body, err := io.ReadAll(req.Body)
			if err != nil || string(body) != "data" {
				t.Errorf("request %d carried %q: %v", n, body, err)
			}
			resp := rttest.Response(req, 503, "")
			switch n {
			case 2:
				resp.StatusCode = 307
				resp.Header.Set("Location", "/elsewhere")
			case 4:
				resp.StatusCode = 200
			}
			return resp, nil
		})
		ctx, trace := transport.WithTrace(t.Context())
		req := request(t, ctx, http.MethodPut, strings.NewReader("data"))
		resp, err := (&http.Client{Transport: retry.New(retry.Policy{}).Wrap(base)}).Do(req)
		if err != nil || resp.StatusCode != 200 || n != 4 {
			t.Fatalf("%v, %d requests", err, n)
		}
		finish(resp)
		if cs := trace.Calls(); len(cs) != 2 || cs[0].Count() != 2 || cs[1].Count() != 2 {
			t.Errorf("the ledgers say\n%s", trace)
		}
	})
}

func TestConcurrentCallsKeepTheirBodiesApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex // mu guards seen
		seen := map[string]int{}
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			b, err := io.ReadAll(req.Body)
			if err != nil {
				return nil, err
			}
			mu.Lock()
			seen[string(b)]++
			n := seen[string(b)]
			mu.Unlock()
			code := 503
			if n == 3 {
				code = 200
			}
			return rttest.Response(req, code, string(b)), nil
		})
		rt := retry.New(retry.Policy{Budget: retry.NoBudget()}).Wrap(base)
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				want := strings.Repeat("x", i+1)
				resp, err := rt.RoundTrip(request(t, t.Context(), http.MethodPut, stream(want)))
				if err != nil || resp.StatusCode != 200 || rttest.Read(t, resp) != want {
					t.Errorf("%d: %v", i, err)
				}
			})
		}
		wg.Wait()
	})
}

// The ledger explains a call from end to end.
func TestTheLedgerExplainsACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{{status: 503, takes: 5 * time.Millisecond}, fails(rttest.ErrBoom), status(429, "Retry-After", "120")}}
		resp, c, _ := do(t, retry.Policy{Attempts: 4, Rand: half}, base, request(t, t.Context(), http.MethodGet, nil))
		finish(resp)
		got := c.String()
		for _, want := range []string{"429 after 3 attempts", "1  503", "backoff 50ms", "2  error", "backoff 100ms", "boom", "(retry)", "throttled", "stopped: hint 2m0s is above MaxHint 1m30s"} {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in\n%s", want, got)
			}
		}
		if strings.Contains(got, "hunter2") {
			t.Errorf("a secret in\n%s", got)
		}
	})
}

func BenchmarkFirstAttempt(b *testing.B) {
	req, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://api.test/", nil)
	for name, rt := range map[string]http.RoundTripper{
		"through":   rttest.Pass("through").Wrap(fine{}),
		"retry":     retry.New(retry.Policy{}).Wrap(fine{}),
		"no budget": retry.New(retry.Policy{Budget: retry.NoBudget()}).Wrap(fine{}),
		"off":       retry.New(retry.Policy{Attempts: 1}).Wrap(fine{}),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				resp, err := rt.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}
