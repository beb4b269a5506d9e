package retry_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

func TestCallsThatAreNotIdempotentGetAKey(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		header http.Header
		key    func() string
		want   string // the key of every attempt
		sent   int
	}{
		"POST":                     {"POST", nil, func() string { return "new" }, "new", 3},
		"PATCH":                    {"PATCH", nil, func() string { return "new" }, "new", 3},
		"no IdempotencyKey":        {"POST", nil, nil, "", 1},
		"an empty key":             {"POST", nil, func() string { return "" }, "", 1},
		"idempotent":               {"PUT", nil, func() string { return "new" }, "", 3},
		"CONNECT":                  {"CONNECT", nil, func() string { return "new" }, "", 1},
		"the caller's key":         {"POST", http.Header{"Idempotency-Key": {"mine"}}, func() string { return "new" }, "mine", 3},
		"the caller's, other form": {"POST", http.Header{"X-Idempotency-Key": {"mine"}}, func() string { return "new" }, "", 3},
	} {
		for what, s := range map[string]step{"503": status(503), "no response": fails(io.ErrUnexpectedEOF)} {
			synctest.Test(t, func(t *testing.T) {
				base := &script{steps: []step{s}}
				req := request(t, t.Context(), c.method, strings.NewReader("pay"))
				maps.Copy(req.Header, c.header)
				before := req.Header.Clone()
				resp, _, err := do(t, retry.Policy{IdempotencyKey: c.key, MarkAmbiguous: true}, base, req)
				finish(resp)
				if len(base.sent) != c.sent {
					t.Errorf("%s, %s: sent %d times, want %d", name, what, len(base.sent), c.sent)
				}
				for i, r := range base.sent {
					if got := r.Header.Get("Idempotency-Key"); got != c.want || base.body[i] != "pay" {
						t.Errorf("%s, %s: attempt %d has the key %q, want %q", name, what, i+1, got, c.want)
					}
				}
				if len(req.Header) != len(before) {
					t.Errorf("%s, %s: the caller's request became %v", name, what, req.Header)
				}
				if c.want != "" && errors.Is(err, retry.ErrAmbiguous) {
					t.Errorf("%s, %s: %v, with a key", name, what, err)
				}
			})
		}
	}
	if a, b := retry.NewIdempotencyKey(), retry.NewIdempotencyKey(); a == b || len(a) != 26 {
		t.Errorf("keys %q and %q", a, b)
	}
}

// The key of the policy and the number of the attempt stay within the origin.
func TestKeyAndAttemptNumberStayWithinTheOrigin(t *testing.T) {
	type seen struct{ key, number string }
	got := map[string][]seen{}
	record := func(r *http.Request) {
		got[r.URL.Path] = append(got[r.URL.Path], seen{r.Header.Get("Idempotency-Key"), r.Header.Get("X-Attempt")})
	}
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		record(r)
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "/further", http.StatusPermanentRedirect)
		}
	}))
	defer away.Close()
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		record(r)
		switch {
		case r.URL.Path == "/a" && len(got["/a"]) == 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.URL.Path == "/a":
			http.Redirect(w, r, "/b", http.StatusTemporaryRedirect)
		default:
			http.Redirect(w, r, away.URL+"/away", http.StatusPermanentRedirect)
		}
	}))
	defer home.Close()
	keys := 0
	client := &http.Client{Transport: retry.New(retry.Policy{Delay: retry.NoDelay, AttemptHeader: "X-Attempt", IdempotencyKey: func() string {
		keys++
		return "k1"
	}}).Wrap(nil)}
	resp, err := client.Post(home.URL+"/a", "text/plain", strings.NewReader("pay"))
	if err != nil {
		t.Fatal(err)
	}
	finish(resp)
	want := map[string][]seen{
		"/a": {{"k1", ""}, {"k1", "2"}}, "/b": {{"k1", ""}}, "/away": {{"", ""}}, "/further": {{"", ""}},
	}
	for path, hops := range want {
		if len(got[path]) != len(hops) {
			t.Errorf("%s: %v, want %v", path, got[path], hops)
			continue
		}
		for i := range hops {
			if got[path][i] != hops[i] {
				t.Errorf("%s: %v, want %v", path, got[path], hops)
			}
		}
	}
	if keys != 1 {
		t.Errorf("%d keys were made, want 1", keys)
	}
}

// A server knows one header for keys, and does the work of each request without it. With our key in
// another header it would do the work once per attempt.
func TestTheKeyGoesIntoTheHeaderThatTheServerKnows(t *testing.T) {
	type header = *transport.Declaration
	for name, tc := range map[string]struct {
		url     string
		layers  []header
		with    []header
		header  string // in which the key is
		without string // which is not there
	}{
		"nothing declared":       {"http://a.test/orders", nil, nil, "Idempotency-Key", "X-Request-Id"},
		"declared":               {"http://a.test/orders", []header{transport.KeyHeader("x-request-id", "POST /orders")}, nil, "X-Request-Id", "Idempotency-Key"},
		"declared for another":   {"http://a.test/orders", []header{transport.KeyHeader("x-request-id", "POST /payments")}, nil, "Idempotency-Key", "X-Request-Id"},
		"two, the outermost":     {"http://a.test/orders", []header{transport.KeyHeader("X-One", "/"), transport.KeyHeader("X-Two", "/")}, nil, "X-One", "X-Two"},
		"by an override":         {"http://a.test/orders", []header{transport.KeyHeader("X-One", "/")}, []header{transport.KeyHeader("X-Two", "/")}, "X-Two", "X-One"},
		"taken back":             {"http://a.test/orders", []header{transport.KeyHeader("X-One", "/")}, []header{transport.KeyHeader("X-One")}, "Idempotency-Key", "X-One"},
		"a vendor":               {"https://api-m.paypal.com/v2/checkout/orders", nil, nil, "PayPal-Request-Id", "Idempotency-Key"},
		"a vendor, declared":     {"https://api-m.paypal.com/v2/checkout/orders", []header{transport.KeyHeader("X-One", "/")}, nil, "X-One", "PayPal-Request-Id"},
		"a vendor that signs it": {"https://s3.eu-west-1.amazonaws.com/b", nil, nil, "Idempotency-Key", "X-Amz-Client-Token"},
	} {
		synctest.Test(t, func(t *testing.T) {
			work := map[string]int{} // by the key in the header that the server knows
			base := rttest.Func(func(req *http.Request) (*http.Response, error) {
				if req.Header.Get(tc.without) != "" {
					t.Errorf("%s: %s is there", name, tc.without)
				}
				work[req.Header.Get(tc.header)]++
				return nil, io.ErrUnexpectedEOF // the response is lost
			})
			made := 0
			layers := []transport.Layer{retry.New(retry.Policy{IdempotencyKey: func() string { made++; return "ours" }})}
			for _, d := range tc.layers {
				layers = append(layers, d)
			}
			var with []transport.Override
			for _, d := range tc.with {
				with = append(with, d)
			}
			req, _ := http.NewRequestWithContext(transport.With(t.Context(), with...), http.MethodPost, tc.url, strings.NewReader("{}"))
			if resp, err := rttest.Stack(base, layers...).RoundTrip(req); err == nil {
				finish(resp)
			}
			if len(work) != 1 || work["ours"] != 3 || made != 1 {
				t.Errorf("%s: %v, with %d keys made; want 3 sends with one key", name, work, made)
			}
		})
	}
}

// A redirect within the origin carries the key of the previous hop, in the header that is declared
// for it.
func TestARedirectCarriesTheKeyInItsOwnHeader(t *testing.T) {
	type seen struct{ one, two, standard string }
	got := map[string][]seen{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got[r.URL.Path] = append(got[r.URL.Path], seen{r.Header.Get("X-One"), r.Header.Get("X-Two"), r.Header.Get("Idempotency-Key")})
		switch {
		case len(got[r.URL.Path]) == 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.URL.Path == "/a":
			http.Redirect(w, r, "/b", http.StatusTemporaryRedirect)
		case r.URL.Path == "/b":
			http.Redirect(w, r, "/c", http.StatusTemporaryRedirect)
		}
	}))
	defer server.Close()
	client := &http.Client{Transport: rttest.Stack(http.DefaultTransport,
		transport.KeyHeader("X-One", "/a"), transport.KeyHeader("X-Two", "/b"),
		retry.New(retry.Policy{Delay: retry.NoDelay, IdempotencyKey: retry.NewIdempotencyKey}))}
	resp, err := client.Post(server.URL+"/a", "text/plain", strings.NewReader("pay"))
	if err != nil {
		t.Fatal(err)
	}
	finish(resp)
	if len(got["/a"]) == 0 || len(got["/a"][0].one) != 26 {
		t.Fatalf("/a: %v", got["/a"])
	}
	key := got["/a"][0].one
	for path, want := range map[string]seen{"/a": {one: key}, "/b": {two: key}, "/c": {standard: key}} {
		if len(got[path]) != 2 || got[path][0] != want || got[path][1] != want {
			t.Errorf("%s: %v, want %v twice", path, got[path], want)
		}
	}
}

// A third-party retry or hedge around the layer sends the request of a call again. To the server it
// is still the same work.
func TestTheRequestsOfACallHaveOneKey(t *testing.T) {
	again := transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req.Clone(req.Context()))
			if err == nil {
				finish(resp)
			}
			return next.RoundTrip(req.Clone(req.Context()))
		})
	})
	synctest.Test(t, func(t *testing.T) {
		for name, outer := range map[string]transport.Layer{"retry": again, "hedge": rttest.Hedge(time.Second)} {
			ctx, cancel := context.WithCancel(t.Context())
			keys := make(chan string, 9)
			base := rttest.Func(func(req *http.Request) (*http.Response, error) {
				keys <- req.Header.Get("Idempotency-Key")
				if name == "hedge" {
					select {
					case <-time.After(10 * time.Second):
					case <-req.Context().Done():
						return nil, req.Context().Err()
					}
				}
				return rttest.Response(req, 200, ""), nil
			})
			rt := rttest.Stack(base, rttest.Pass("outer"), outer, retry.New(retry.Policy{IdempotencyKey: retry.NewIdempotencyKey}))
			for range 2 {
				resp, err := rt.RoundTrip(request(t, ctx, http.MethodPost, nil))
				if err != nil {
					t.Fatal(err)
				}
				finish(resp)
			}
			cancel()
			synctest.Wait()
			if len(keys) != 4 {
				t.Fatalf("%s: %d requests, want 4", name, len(keys))
			}
			if a, b, c, d := <-keys, <-keys, <-keys, <-keys; a != b || c != d || a == c {
				t.Errorf("%s: keys %q and %q of one call, %q and %q of the other", name, a, b, c, d)
			}
		}
	})
}
