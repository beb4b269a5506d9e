package e2e

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v85"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

const (
	customers = "POST /v1/customers"
	stripeKey = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
)

// stripeClient returns stripe-go over the stack, with its own number of retries.
func stripeClient(t *testing.T, s *stack, target string, own int64) *stripe.Client {
	t.Helper()
	backends := stripe.NewBackendsWithConfig(&stripe.BackendConfig{
		HTTPClient:        s.client,
		URL:               stripe.String(target),
		MaxNetworkRetries: new(own),
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull},
	})
	api, ok := backends.API.(*stripe.BackendImplementation)
	if !ok {
		t.Fatalf("the backend is a %T", backends.API)
	}
	api.SetNetworkRetriesSleep(false) // its waits are not under test
	return stripe.NewClient(stripeKey, stripe.WithBackends(backends))
}

func customerAda(email string) *stripe.CustomerCreateParams {
	return &stripe.CustomerCreateParams{Email: stripe.String(email), Name: stripe.String("Ada & Söhne")}
}

// isStatus reports whether an error of stripe-go has a status. The proxy's 503 is not JSON, so
// stripe-go gives its status only in the text.
func isStatus(err error, status int) bool {
	if e, ok := errors.AsType[*stripe.Error](err); ok {
		return e.HTTPStatusCode == status
	}
	return err != nil && strings.Contains(err.Error(), fmt.Sprintf("response status: %d", status))
}

func TestStripeGoCreatesOneCustomer(t *testing.T) {
	mock := stripeMock(t)
	unavailable := fault.Status(503)
	for _, tc := range []struct {
		name   string
		plan   fault.Plan
		own    int64 // the retries of stripe-go
		policy retry.Policy
		off    bool     // whether our retry layer is off
		wrong  bool     // whether there is an unknown parameter
		sends  int      // the requests at the proxy
		passed int      // the requests passed on to stripe-mock
		calls  [][]int  // the statuses of each call's attempts, 0 without a response
		ledger []string // the ledger by lines
		status int      // the status of the error, 0 for success
		broken bool     // whether the error has no status
		waited time.Duration
	}{{
		name: "no fault", own: 0, sends: 1, passed: 1, calls: [][]int{{200}},
		ledger: []string{"POST /v1/customers: 200 in", "1 200 ok headers body B"},
	}, {
		name: "one 503, ours alone", plan: script(customers, unavailable), own: 0, sends: 2, passed: 1, calls: [][]int{{503, 200}},
		ledger: []string{"POST /v1/customers: 200 after 2 attempts in", "1 503 retryable headers body 20 B", "2 200 ok headers body B (retry)"},
	}, {
		name: "one 503, stripe-go alone", plan: script(customers, unavailable), own: 2, off: true, sends: 2, passed: 1, calls: [][]int{{503}, {200}},
		ledger: []string{"POST /v1/customers: 503 in", "1 503 retryable", "POST /v1/customers: 200 in", "1 200 ok"},
	}, {
		// Our retry layer is inside, so stripe-go does not see the 503.
		name: "one 503, both", plan: script(customers, unavailable), own: 2, sends: 2, passed: 1, calls: [][]int{{503, 200}},
		ledger: []string{"POST /v1/customers: 200 after 2 attempts in", "1 503 retryable", "2 200 ok (retry)"},
	}, {
		name: "one 503, neither", plan: script(customers, unavailable), own: 0, off: true, sends: 1, calls: [][]int{{503}}, status: 503,
		ledger: []string{"POST /v1/customers: 503 in", "1 503 retryable"},
	}, {
		name: "three 503, both", plan: script(customers, unavailable, unavailable, unavailable), own: 2, sends: 4, passed: 1,
		calls: [][]int{{503, 503, 503}, {200}},
		ledger: []string{
			"POST /v1/customers: 503 after 3 attempts in", "1 503 retryable", "2 503 retryable (retry)", "3 503 retryable (retry)",
			"stopped: attempts used up: 3 of 3", "POST /v1/customers: 200 in", "1 200 ok",
		},
	}, {
		name: "an outage, ours alone", plan: always(customers, unavailable), own: 0, sends: 3, calls: [][]int{{503, 503, 503}}, status: 503,
		ledger: []string{
			"POST /v1/customers: 503 after 3 attempts in", "1 503 retryable", "2 503 retryable (retry)", "3 503 retryable (retry)",
			"stopped: attempts used up: 3 of 3",
		},
	}, {
		// Retry recognizes what stripe-go sends again as repeats, so that attempts add up.
		name: "an outage, both", plan: always(customers, unavailable), own: 2, sends: 5, status: 503,
		calls: [][]int{{503, 503, 503}, {503}, {503}},
	}, {
		// The control: if repeats are ignored, attempts multiply.
		name: "an outage, both, repeats ignored", plan: always(customers, unavailable), own: 2, sends: 9, status: 503,
		policy: retry.Policy{Repeats: retry.IgnoreRepeats},
		calls:  [][]int{{503, 503, 503}, {503, 503, 503}, {503, 503, 503}},
	}, {
		name: "an outage, both under a budget of one", plan: always(customers, unavailable), own: 2, sends: 4, status: 503,
		policy: retry.Policy{Repeats: retry.IgnoreRepeats, Budget: retry.NewBudget(retry.BudgetConfig{Ratio: 1e-9, Reserve: 1})},
		calls:  [][]int{{503, 503}, {503}, {503}},
		ledger: []string{
			"POST /v1/customers: 503 after 2 attempts in", "1 503 retryable", "2 503 retryable (retry)", "stopped: budget empty",
			"POST /v1/customers: 503 in", "1 503 retryable", "stopped: budget empty",
			"POST /v1/customers: 503 in", "1 503 retryable", "stopped: budget empty",
		},
	}, {
		name: "a 429 that asks for 30 ms", plan: script(customers, fault.Status(429, "Retry-After-Ms", "30")), own: 0, sends: 2, passed: 1,
		calls: [][]int{{429, 200}}, waited: 30 * time.Millisecond,
		ledger: []string{"POST /v1/customers: 200 after 2 attempts in", "1 429 throttled", "2 200 ok (retry)"},
	}, {
		name: "a reset before the response", plan: script(customers, fault.Reset()), own: 0, sends: 2, passed: 1, calls: [][]int{{0, 200}},
		ledger: []string{"POST /v1/customers: 200 after 2 attempts in", "1 error retryable reset by peer", "2 200 ok (retry)"},
	}, {
		name: "a connection closed before the response", plan: script(customers, fault.Empty()), own: 0, sends: 2, passed: 1, calls: [][]int{{0, 200}},
		ledger: []string{"POST /v1/customers: 200 after 2 attempts in", "1 error retryable EOF", "2 200 ok (retry)"},
	}, {
		// The headers have arrived, so the caller gets the response and reads the error from its
		// body.
		name: "a response cut off, ours alone", plan: script(customers, fault.Truncate(10)), own: 0, sends: 1, calls: [][]int{{200}}, broken: true,
		ledger: []string{"POST /v1/customers: 200 in", "1 200 ok headers body 10 B"},
	}, {
		name: "a response cut off, both", plan: script(customers, fault.Truncate(10)), own: 2, sends: 2, passed: 1, calls: [][]int{{200}, {200}},
		ledger: []string{"POST /v1/customers: 200 in", "1 200 ok headers body 10 B", "POST /v1/customers: 200 in", "1 200 ok headers body B"},
	}, {
		name: "a parameter that stripe does not accept, both", wrong: true, own: 2, sends: 1, passed: 1, calls: [][]int{{400}}, status: 400,
		ledger: []string{"POST /v1/customers: 400 in", "1 400 permanent"},
	}} {
		t.Run(tc.name, func(t *testing.T) {
			w := startFaultServer(t, proxyTo(t, mock), tc.plan, customers)
			tc.policy.Delay = retry.NoDelay
			s := newStack(t, stackConfig{policy: tc.policy, routes: []string{customers}})
			client := stripeClient(t, s, w.URL, tc.own)
			ctx, trace := transport.WithTrace(t.Context())
			if tc.off {
				ctx = transport.With(ctx, retry.Off)
			}

			params := customerAda("ada@example.com")
			if tc.wrong {
				params.AddExtra("nonsense", "1")
			}
			customer, err := client.V1Customers.Create(ctx, params)
			switch {
			case tc.broken:
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("error %v, want that of a body cut off", err)
				}
			case tc.status != 0:
				if !isStatus(err, tc.status) {
					t.Errorf("error %v, want a %d", err, tc.status)
				}
			case err != nil:
				t.Fatal(err)
			case !strings.HasPrefix(customer.ID, "cus_"):
				t.Errorf("customer %q", customer.ID)
			}

			if got := w.log.Total(); got != tc.sends || w.passedOn() != tc.passed {
				t.Errorf("%d requests at the proxy, %d passed on; want %d and %d", got, w.passedOn(), tc.sends, tc.passed)
			}
			checkSameRequest(t, w.received())
			if got := ledgers(trace); fmt.Sprint(got) != fmt.Sprint(tc.calls) {
				t.Errorf("calls of attempts %v, want %v", got, tc.calls)
			}
			if tc.ledger != nil {
				checkLedger(t, trace.String(), tc.ledger...)
			}
			if tc.waited > 0 {
				// The arrivals are compared, because the ledger counts from the second attempt on,
				// when a part of the pause is over.
				if seen := w.received(); len(seen) > 1 && seen[1].at.Sub(seen[0].at) < tc.waited {
					t.Errorf("sent again after %v, the server asked for %v", seen[1].at.Sub(seen[0].at), tc.waited)
				}
				// On a busy machine the pause may be over by then.
				if a := slices.Collect(trace.Calls()[0].Attempts()); a[1].Start().Sub(a[0].Start()) < tc.waited &&
					total(trace, transport.Backoff)+total(trace, transport.Pause) == 0 {
					t.Error("no wait in the ledger")
				}
			}
			row := s.row(t, "POST", "/v1/customers")
			if row.Calls != uint64(len(tc.calls)) || row.Attempts != uint64(tc.sends) || row.Retries != uint64(tc.sends-len(tc.calls)) {
				t.Errorf("metrics: %d calls, %d attempts, %d retries; the proxy saw %d", row.Calls, row.Attempts, row.Retries, tc.sends)
			}
			if plan := gracy.Explain(s.client); tc.sends > plan.Sends*int(tc.own+1) {
				t.Errorf("%d sends, but Explain says at most %d for each of %d calls", tc.sends, plan.Sends, tc.own+1)
			}
			for _, text := range []string{trace.String(), s.lines.String()} {
				if strings.Contains(text, stripeKey) || text == "" {
					t.Errorf("the secret key, or no text, in:\n%s", text)
				}
			}
		})
	}
}

// checkSameRequest checks that all requests are equal, including their key.
func checkSameRequest(t *testing.T, seen []arrival) {
	t.Helper()
	for i, a := range seen {
		form, err := url.ParseQuery(a.body)
		if err != nil || form.Get("email") != "ada@example.com" || form.Get("name") != "Ada & Söhne" {
			t.Errorf("send %d had the body %q (%v)", i+1, a.body, err)
		}
		if got := a.header.Get("Authorization"); got != "Bearer "+stripeKey {
			t.Errorf("send %d had the Authorization %q", i+1, got)
		}
		key, first := a.header.Get("Idempotency-Key"), seen[0]
		if len(key) < 16 || key != first.header.Get("Idempotency-Key") || len(a.header.Values("Idempotency-Key")) != 1 {
			t.Errorf("send %d has the key %q, the first %q", i+1, key, first.header.Get("Idempotency-Key"))
		}
		if a.method != first.method || a.target != first.target || a.body != first.body {
			t.Errorf("send %d differs from the first", i+1)
		}
	}
}

// ledgers returns the statuses of the attempts of each call.
func ledgers(trace *transport.Trace) (all [][]int) {
	for _, c := range trace.Calls() {
		all = append(all, statuses(c))
	}
	return all
}

// Each of twenty concurrent creations gets one 503. The proxy distinguishes them by their keys, and
// the second request with a key must equal the first.
func TestConcurrentCreationsOfStripeGoKeepTheirKeys(t *testing.T) {
	const n = 20
	mock := stripeMock(t)
	for _, tc := range []struct {
		name    string
		budget  *retry.Budget
		retries int // the most retries
	}{
		{"without a budget", retry.NoBudget(), n},
		{"a fixed budget", retry.NewBudget(retry.BudgetConfig{}), 10 + n/10},
	} {
		t.Run(tc.name, func(t *testing.T) {
			plan := fault.Plan{
				Scripts: []fault.Script{{Route: customers, Faults: []fault.Fault{fault.Status(503)}, Each: true}},
				Key:     func(r *http.Request) string { return r.Header.Get("Idempotency-Key") },
			}
			w := startFaultServer(t, proxyTo(t, mock), plan, customers)
			s := newStack(t, stackConfig{policy: retry.Policy{Delay: retry.NoDelay, Budget: tc.budget}, routes: []string{customers}})
			client := stripeClient(t, s, w.URL, 0)
			var wg sync.WaitGroup
			errs := make([]error, n)
			for i := range n {
				wg.Go(func() {
					_, errs[i] = client.V1Customers.Create(t.Context(), customerAda(fmt.Sprintf("ada+%d@example.com", i)))
				})
			}
			wg.Wait()
			created := 0
			for _, err := range errs {
				if err == nil {
					created++
				} else if !isStatus(err, 503) {
					t.Errorf("%v, want the 503", err)
				}
			}
			sends := map[string][]string{}
			for _, a := range w.received() {
				key := a.header.Get("Idempotency-Key")
				sends[key] = append(sends[key], a.body)
			}
			for key, bodies := range sends {
				if len(bodies) > 2 || len(slices.Compact(bodies)) != 1 {
					t.Errorf("the requests with the key %s had %q", key, bodies)
				}
			}
			if len(sends) != n || created != w.passedOn() || w.log.Total() != n+created || created > tc.retries {
				t.Errorf("%d keys, %d created, %d passed on, %d requests; want %d, at most %d", len(sends), created, w.passedOn(), w.log.Total(), n, tc.retries)
			}
			if created < tc.retries-1 {
				t.Errorf("%d created: the budget allows %d", created, tc.retries)
			}
			if got := w.peakInFlight(); got > slots {
				t.Errorf("%d requests at once, want at most %d", got, slots)
			}
			row := s.row(t, "POST", "/v1/customers")
			if row.Calls != n || row.Successes != uint64(created) || row.Attempts != uint64(w.log.Total()) || row.Retries != uint64(created) {
				t.Errorf("metrics: %d calls, %d successes, %d attempts, %d retries", row.Calls, row.Successes, row.Attempts, row.Retries)
			}
		})
	}
}
