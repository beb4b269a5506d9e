package retry_test

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/retry"
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
