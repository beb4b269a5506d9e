package retry_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// Of 2000 POSTs, 5 % of the responses are lost after the work was done.
func TestLostResponses(t *testing.T) {
	const n = 2000
	for name, c := range map[string]struct {
		policy           retry.Policy
		duplicates, lost bool
	}{
		"the default":        {retry.Policy{}, false, true},
		"Unsafe":             {retry.Policy{Unsafe: true}, true, false},
		"an idempotency key": {retry.Policy{IdempotencyKey: retry.NewIdempotencyKey}, false, false},
		"with Reconcile": {retry.Policy{Reconcile: func(*http.Request, *retry.AmbiguousError) (*http.Response, error) {
			return &http.Response{StatusCode: 201}, nil
		}}, false, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			draw := rand.New(rand.NewPCG(17, 18))
			done, byKey, lost := 0, map[string]bool{}, 0
			c.policy.Budget, c.policy.Attempts = retry.NoBudget(), 6
			rt := retry.New(c.policy).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
				if k := req.Header.Get("Idempotency-Key"); k == "" || !byKey[k] {
					byKey[k] = true
					done++
				}
				if draw.Float64() < 0.05 {
					return nil, io.ErrUnexpectedEOF
				}
				return rttest.Response(req, 201, ""), nil
			}))
			for range n {
				resp, err := rt.RoundTrip(request(t, t.Context(), http.MethodPost, nil))
				if err != nil {
					lost++
				}
				finish(resp)
			}
			t.Logf("%s: %d of %d done twice, %d lost", name, done-n, n, lost)
			if (done > n) != c.duplicates || (lost > 0) != c.lost {
				t.Errorf("%s: %d done twice, %d lost", name, done-n, lost)
			}
		})
	}
}
