package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-github/v88/github"

	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

func githubClient(t *testing.T, s *stack, target string) *github.Client {
	t.Helper()
	c, err := github.NewClient(github.WithHTTPClient(s.client), github.WithURLs(new(target+"/"), nil), github.WithAuthToken(githubToken))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// listTitles returns what the SDK's iterator yields before its first error.
func listTitles(ctx context.Context, c *github.Client) (titles []string, err error) {
	opts := &github.IssueListByRepoOptions{State: "all", ListOptions: github.ListOptions{PerPage: 10}}
	for issue, err := range c.Issues.ListByRepoIter(ctx, "octo", "hello", opts) {
		if err != nil {
			return titles, err
		}
		titles = append(titles, issue.GetTitle())
	}
	return titles, nil
}

// pages returns the page numbers of the requests, in the order of arrival.
func (w *faultServer) pages(t *testing.T) (numbers []string) {
	t.Helper()
	for _, a := range w.received() {
		u, err := url.Parse(a.target)
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, u.Query().Get("page"))
	}
	return numbers
}

// isJSON is a check that a response has JSON.
func isJSON(resp *http.Response) error {
	b, err := io.ReadAll(resp.Body)
	if err == nil && !json.Valid(b) {
		err = errors.New("not JSON")
	}
	return err
}

// The issues have five pages, and the request for the third meets a fault.
func TestGoGitHubReadsEachPageOnce(t *testing.T) {
	const pages, items = 5, 47
	const hint = 20 * time.Millisecond
	again := []string{"", "2", "3", "3", "4", "5"}
	pass := fault.Pass()
	for _, tc := range []struct {
		name    string
		third   fault.Fault
		off     bool // whether our retry layer is off
		fresh   bool // whether each request has a connection of its own
		checked bool // whether the caller checks for JSON
		pages   []string
		calls   [][]int
		ledger  []string // the ledger of the third call
		items   int
		dials   int64
		logged  bool // whether the log has the retry
		waits   bool // whether the retry waits
	}{{
		name: "no fault", pages: []string{"", "2", "3", "4", "5"}, calls: [][]int{{200}, {200}, {200}, {200}, {200}}, items: items, dials: 1,
		ledger: []string{"GET /repos/{owner}/{repo}/issues: 200 in", "1 200 ok headers body B"},
	}, {
		name: "a 502", third: fault.Status(502), pages: again, calls: [][]int{{200}, {200}, {502, 200}, {200}, {200}}, items: items, dials: 1, logged: true,
		ledger: []string{"GET /repos/{owner}/{repo}/issues: 200 after 2 attempts in", "1 502 retryable headers body 12 B", "2 200 ok headers body B (retry)"},
	}, {
		name: "a 503 with a hint", third: fault.Status(503, "Retry-After-Ms", strconv.FormatInt(hint.Milliseconds(), 10)), pages: again, items: items, dials: 1, logged: true, waits: true,
		calls:  [][]int{{200}, {200}, {503, 200}, {200}, {200}},
		ledger: []string{"GET /repos/{owner}/{repo}/issues: 200 after 2 attempts in", "1 503", "2 200 ok (retry)"},
	}, {
		name: "a secondary rate limit", third: fault.Status(429, "Retry-After", "0"), pages: again, items: items, dials: 1, logged: true,
		calls:  [][]int{{200}, {200}, {429, 200}, {200}, {200}},
		ledger: []string{"GET /repos/{owner}/{repo}/issues: 200 after 2 attempts in", "1 429 throttled", "2 200 ok (retry)"},
	}, {
		name: "a reset", third: fault.Reset(), fresh: true, pages: again, items: items, dials: 6, logged: true,
		calls:  [][]int{{200}, {200}, {0, 200}, {200}, {200}},
		ledger: []string{"GET /repos/{owner}/{repo}/issues: 200 after 2 attempts in", "1 error retryable reset by peer", "2 200 ok (retry)"},
	}, {
		// On a kept connection net/http itself sends a GET again, and does not report it. The
		// server sees six requests, and the ledger five.
		name: "a reset of a kept connection", third: fault.Reset(), pages: again, items: items, dials: 2,
		calls:  [][]int{{200}, {200}, {200}, {200}, {200}},
		ledger: []string{"GET /repos/{owner}/{repo}/issues: 200 in", "1 200 ok"},
	}, {
		name: "a page cut off, checked", third: fault.Truncate(100), checked: true, pages: again, items: items, dials: 2, logged: true,
		calls:  [][]int{{200}, {200}, {200, 200}, {200}, {200}},
		ledger: []string{"GET /repos/{owner}/{repo}/issues: 200 after 2 attempts in", "1 200 retryable 100 B unexpected EOF", "2 200 ok (retry)"},
	}, {
		name: "a page cut off, unchecked", third: fault.Truncate(100), pages: []string{"", "2", "3"}, items: 20, dials: 1,
		calls:  [][]int{{200}, {200}, {200}},
		ledger: []string{"GET /repos/{owner}/{repo}/issues: 200 in", "1 200 ok headers body 100 B"},
	}, {
		name: "a 502 without our retry", third: fault.Status(502), off: true, pages: []string{"", "2", "3"}, items: 20, dials: 1,
		calls:  [][]int{{200}, {200}, {502}},
		ledger: []string{"GET /repos/{owner}/{repo}/issues: 502 in", "1 502 retryable"},
	}} {
		once := func(t *testing.T) (dials int64) {
			t.Helper()
			g := newFakeGitHub(items)
			w := startFaultServer(t, g, script("GET "+issuesRoute, pass, pass, tc.third), "GET "+issuesRoute)
			s := newStack(t, stackConfig{policy: noDelays(), base: &http.Transport{DisableKeepAlives: tc.fresh}, routes: []string{"GET " + issuesRoute}})
			ctx, trace := transport.WithTrace(t.Context())
			if tc.off {
				ctx = transport.With(ctx, retry.Off)
			}
			if tc.checked {
				ctx = transport.With(ctx, transport.Expect{Check: isJSON})
			}

			titles, err := listTitles(ctx, githubClient(t, s, w.URL))
			if (err == nil) != (tc.items == items) {
				t.Errorf("error %v after %d items", err, len(titles))
			}
			if want := g.all()[:tc.items]; !slices.Equal(titles, want) {
				t.Errorf("%d items %q, want each of %d once and in order", len(titles), titles, tc.items)
			}
			if got := w.pages(t); !slices.Equal(got, tc.pages) {
				t.Errorf("the server got requests for the pages %q, want %q", got, tc.pages)
			}
			if got := w.log.Total(); got != len(tc.pages) {
				t.Errorf("%d page requests, want %d of %d pages", got, len(tc.pages), pages)
			}
			if got := ledgers(trace); fmt.Sprint(got) != fmt.Sprint(tc.calls) {
				t.Errorf("calls of attempts %v, want %v", got, tc.calls)
			}
			if calls := trace.Calls(); len(calls) > 2 {
				checkLedger(t, calls[2].String(), tc.ledger...)
				if a := slices.Collect(calls[2].Attempts()); tc.waits && (len(a) != 2 || a[1].Start().Add(a[1].Elapsed()).Sub(a[0].Start()) < hint) {
					t.Errorf("the retry ended sooner than after %v:\n%s", hint, calls[2])
				}
			}
			attempts := 0
			for _, c := range tc.calls {
				attempts += len(c)
			}
			row := s.row(t, "GET", issuesRoute)
			if row.Calls != uint64(len(tc.calls)) || row.Attempts != uint64(attempts) || row.Retries != uint64(attempts-len(tc.calls)) {
				t.Errorf("metrics: %d calls, %d attempts, %d retries; want %v", row.Calls, row.Attempts, row.Retries, tc.calls)
			}
			log := s.lines.String()
			if strings.Contains(log, "will be retried") != tc.logged {
				t.Errorf("retry in the log: want %t\n%s", tc.logged, log)
			}
			if strings.Contains(log+trace.String(), githubToken) {
				t.Error("the token is in the log or the ledger")
			}
			return s.dialer.dialed.Load()
		}
		t.Run(tc.name, func(t *testing.T) {
			dials := int64(-1)
			// net/http closes a connection whose writer takes more than 50 ms to report that it is
			// done, which happens on a busy machine. In a bubble that time never passes, because
			// the clock stands still while a goroutine reads a socket.
			if tc.waits { // in a bubble the wait would never end, so it is enough if one of several runs passes
				for n := 0; n < 10 && dials != tc.dials; n++ {
					dials = once(t)
				}
			} else {
				synctest.Test(t, func(t *testing.T) { dials = once(t) })
			}
			// One connection for all pages shows that the failed response was drained.
			if dials != tc.dials {
				t.Errorf("%d connections, want %d", dials, tc.dials)
			}
		})
	}
}

// A POST is sent again only if the response says that nothing was done.
func TestGoGitHubCreatesOneIssue(t *testing.T) {
	route := "POST " + issuesRoute
	for _, tc := range []struct {
		name   string
		plan   fault.Plan
		policy retry.Policy
		sends  int
		made   int // the issues at the server
		ok     bool
		ledger []string
	}{{
		name: "no fault", sends: 1, made: 1, ok: true,
		ledger: []string{"POST /repos/{owner}/{repo}/issues: 201 in", "1 201 ok"},
	}, {
		name: "a 429 says that nothing was done", plan: script(route, fault.RateLimited(0)), sends: 2, made: 1, ok: true,
		ledger: []string{"POST /repos/{owner}/{repo}/issues: 201 after 2 attempts in", "1 429 throttled", "2 201 ok (retry)"},
	}, {
		name: "a 503 does not", plan: script(route, fault.Status(503)), sends: 1,
		ledger: []string{"POST /repos/{owner}/{repo}/issues: 503 in", "1 503 retryable", "stopped: not idempotent"},
	}, {
		name: "nor does a reset", plan: script(route, fault.Reset()), sends: 1,
		ledger: []string{"POST /repos/{owner}/{repo}/issues: error in", "1 error ambiguous reset by peer", "stopped: ambiguous: not idempotent"},
	}, {
		name: "a response cut off after the issue was created", plan: script(route, fault.Truncate(5)), sends: 1, made: 1,
		ledger: []string{"POST /repos/{owner}/{repo}/issues: 201 in", "1 201 ok headers body 5 B"},
	}, {
		// The control of the rows above: without the default a second issue is created.
		name: "a response that fails a check, with an unsafe policy", policy: retry.Policy{Unsafe: true}, sends: 2, made: 2, ok: true,
		ledger: []string{"POST /repos/{owner}/{repo}/issues: 201 after 2 attempts in", "1 201 retryable the first response", "2 201 ok (retry)"},
	}} {
		t.Run(tc.name, func(t *testing.T) {
			g := newFakeGitHub(0)
			w := startFaultServer(t, g, tc.plan, route)
			tc.policy.Delay = retry.NoDelay
			s := newStack(t, stackConfig{policy: tc.policy, routes: []string{route}})
			ctx, trace := transport.WithTrace(t.Context())
			if tc.policy.Unsafe {
				checks := 0
				ctx = transport.With(ctx, transport.Expect{Check: func(*http.Response) error {
					if checks++; checks == 1 {
						return errors.New("the first response")
					}
					return nil
				}})
			}
			issue, resp, err := githubClient(t, s, w.URL).Issues.Create(ctx, "octo", "hello", &github.IssueRequest{Title: new("a title")})
			if (err == nil) != tc.ok {
				t.Errorf("error %v", err)
			}
			if tc.ok {
				if issue.GetNumber() != tc.made || issue.GetTitle() != "a title" || resp.Rate.Remaining != 5000-tc.made {
					t.Errorf("issue %v, %d left of the quota", issue, resp.Rate.Remaining)
				}
				if c := transport.CallOf(resp.Response); c == nil || c != trace.Calls()[0] {
					t.Error("the response of the SDK does not lead to the ledger")
				}
			}
			if got := len(g.all()); got != tc.made || w.log.Total() != tc.sends {
				t.Errorf("%d issues made by %d requests, want %d by %d", got, w.log.Total(), tc.made, tc.sends)
			}
			for _, a := range w.received() {
				if !strings.Contains(a.body, `"title":"a title"`) {
					t.Errorf("%s sent %q", a.method, a.body)
				}
			}
			checkLedger(t, trace.String(), tc.ledger...)
		})
	}
}
