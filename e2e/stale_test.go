package e2e

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// If a server closes a kept connection during a request, net/http may send the request once more by
// itself. The ledger, the metrics and the number of attempts do not count that request. There is at
// most one for each kept connection.
func TestARequestThatNetHTTPSendsAgainIsNoAttempt(t *testing.T) {
	pass, empty, down := fault.Pass(), fault.Empty(), fault.Status(503)
	keyed := noDelays()
	keyed.IdempotencyKey = func() string { return "minted" }
	for _, tc := range []struct {
		name    string
		method  string
		policy  retry.Policy
		faults  []fault.Fault // the faults of the second call
		arrived int
		ledger  []int
		failed  bool
	}{
		{"sent again", "GET", noDelays(), []fault.Fault{empty, pass}, 2, []int{200}, false},
		{"sent again, no retry", "GET", retry.Policy{Attempts: 1}, []fault.Fault{empty, pass}, 2, []int{200}, false},
		{"not sent again, but retried", "PUT", noDelays(), []fault.Fault{empty, pass}, 2, []int{0, 200}, false},
		{"sent again, then retried", "GET", noDelays(), []fault.Fault{empty, down, pass}, 3, []int{503, 200}, false},
		{"retried, then sent again", "GET", noDelays(), []fault.Fault{down, empty, pass}, 3, []int{503, 200}, false},
		{"down for good", "GET", noDelays(), []fault.Fault{empty, empty, empty, empty}, 4, []int{0, 0, 0}, true},
		{"not sent again", "POST", noDelays(), []fault.Fault{empty}, 1, []int{0}, true},
		{"sent again with its key", "POST", keyed, []fault.Fault{empty, pass}, 2, []int{200}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			// net/http closes a connection whose writer takes more than 50 ms to report that it is
			// done, which happens on a busy machine. In a bubble that time never passes, because
			// the clock stands still while a goroutine reads a socket.
			synctest.Test(t, func(t *testing.T) {
				w := startFaultServer(t, greeting, script("/", append([]fault.Fault{pass}, tc.faults...)...))
				s := newStack(t, stackConfig{policy: tc.policy, routes: []string{"/"}})
				if got, _ := fetch(t, s.client, w.URL+"/"); got.body != hello { // the connection is kept
					t.Fatalf("%+v", got)
				}
				ctx, trace := transport.WithTrace(t.Context())
				resp, err := s.client.Do(payload(t, ctx, tc.method, w.URL+"/"))
				if (err != nil) != tc.failed {
					t.Error(err)
				}
				if err == nil {
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
				calls := trace.Calls()
				if len(calls) != 1 || !slices.Equal(statuses(calls[0]), tc.ledger) {
					t.Errorf("the ledger has\n%s\nwant the statuses %v", trace, tc.ledger)
				}
				now := s.stats.Snapshot()
				sent := uint64(0)
				for _, r := range now.Rows {
					sent += r.Attempts
				}
				if want := uint64(1 + len(tc.ledger)); sent != want {
					t.Errorf("%d attempts counted, want %d", sent, want)
				}
				seen := w.received()[1:]
				if len(seen) != tc.arrived {
					t.Errorf("%d requests arrived, want %d", len(seen), tc.arrived)
				}
				for _, a := range seen {
					if a.body != seen[0].body || a.header.Get("Idempotency-Key") != seen[0].header.Get("Idempotency-Key") {
						t.Errorf("%q, key %q is not %q, key %q", a.body, a.header["Idempotency-Key"], seen[0].body, seen[0].header["Idempotency-Key"])
					}
				}
			})
		})
	}
}

func payload(t *testing.T, ctx context.Context, method, url string) *http.Request {
	t.Helper()
	var body io.Reader
	if method != http.MethodGet {
		body = strings.NewReader("data")
	}
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// The response to a POST with a generated key is lost on a new connection, where net/http does not
// send the request again. The POST is retried with the same key, and is not ambiguous. The control
// has no key: its POST is ambiguous and not retried.
func TestAPostWithAGeneratedKeyIsRetriedAfterALostResponse(t *testing.T) {
	for _, keyed := range []bool{true, false} {
		w := startFaultServer(t, greeting, script("", fault.Empty()))
		policy := noDelays()
		policy.MarkAmbiguous = true
		want := []int{0}
		if keyed {
			policy.IdempotencyKey, want = retry.NewIdempotencyKey, []int{0, 200}
		}
		s := newStack(t, stackConfig{policy: policy, routes: []string{"/"}})
		ctx, trace := transport.WithTrace(t.Context())
		resp, err := s.client.Do(payload(t, ctx, http.MethodPost, w.URL+"/"))
		if err == nil {
			_ = resp.Body.Close()
		}
		if (err == nil) != keyed || errors.Is(err, retry.ErrAmbiguous) == keyed {
			t.Errorf("with a key %v: %v", keyed, err)
		}
		seen := w.received()
		if len(seen) != len(want) || !slices.Equal(statuses(trace.Calls()[0]), want) {
			t.Errorf("with a key %v: %d requests\n%s", keyed, len(seen), trace)
		}
		key := seen[0].header.Get("Idempotency-Key")
		if (key != "") != keyed {
			t.Errorf("with a key %v: %q", keyed, key)
		}
		for _, a := range seen {
			if a.body != "data" || a.header.Get("Idempotency-Key") != key {
				t.Errorf("%q with the key %q, want %q with %q", a.body, a.header.Get("Idempotency-Key"), "data", key)
			}
		}
		if keyed && strings.Contains(trace.String()+s.lines.String(), key) {
			t.Error("the key is in the ledger or in the log")
		}
	}
}
