package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-github/v88/github"

	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// Twelve issues are created at once at a server that accepts five in 250 ms, counted over a window
// of arrivals. Under the same rule go-github gets no 429. The control has no rule, and gets one.
func TestAThrottledSDKStaysWithinTheQuotaOfTheServer(t *testing.T) {
	const n, limit, per = 12, 5, 250 * time.Millisecond
	route := "POST " + issuesRoute
	for _, tc := range []struct {
		name      string
		throttled bool
	}{{"throttled", true}, {"not throttled", false}} {
		t.Run(tc.name, func(t *testing.T) {
			quota := fault.NewQuota(fault.Limit{N: limit, Per: per})
			g := newFakeGitHub(0)
			// The server responds once all others wait, so that they wait for a whole window, however busy the
			// machine is.
			all := make(chan struct{})
			w := startFaultServer(t, quota.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				<-all
				g.ServeHTTP(w, r)
			})), fault.Plan{}, route)
			s := newStack(t, stackConfig{policy: noDelays(), routes: []string{route}})
			ctx := transport.With(t.Context(), throttle.Off, retry.Off)
			if tc.throttled {
				ctx = transport.With(t.Context(), throttle.New(throttle.Rule{Route: route, Limit: limit, Per: per, Mode: throttle.UntilResponse}), retry.Off)
			}
			client := githubClient(t, s, w.URL)
			errs := make([]error, n)
			var wg sync.WaitGroup
			for i := range n {
				wg.Go(func() {
					_, _, errs[i] = client.Issues.Create(ctx, "octo", "hello", &github.IssueRequest{Title: new(fmt.Sprintf("title %02d", i))})
				})
			}
			for end := time.Now().Add(time.Minute); tc.throttled && s.stats.Snapshot().Waiting.Quota < n-limit; time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					t.Errorf("only %d wait for the quota", s.stats.Snapshot().Waiting.Quota)
					break
				}
			}
			close(all)
			wg.Wait()
			counts := quota.Counts()
			if counts.Arrivals != n || w.log.Total() != n || counts.Admitted != len(g.all()) {
				t.Errorf("%+v of %d requests, %d issues", counts, w.log.Total(), len(g.all()))
			}
			row := s.row(t, http.MethodPost, issuesRoute)
			if !tc.throttled {
				if counts.Violations == 0 {
					t.Error("the control run got no 429: the quota proves nothing")
				}
				return
			}
			if counts.Violations != 0 {
				t.Errorf("%d violations, want none", counts.Violations)
			}
			for _, err := range errs {
				if err != nil {
					t.Error(err)
				}
			}
			titles := g.all()
			slices.Sort(titles)
			if len(slices.Compact(titles)) != n {
				t.Errorf("issues %q, want %d", titles, n)
			}
			// The first five did not wait, the next five waited for a window, and the last two for
			// two windows.
			if row.Throttled < n-limit || row.Waits.Quota < 5*per+2*2*per {
				t.Errorf("%d calls waited %v for the quota", row.Throttled, row.Waits.Quota)
			}
		})
	}
}
