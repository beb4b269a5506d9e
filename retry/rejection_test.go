package retry_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport/verdict"
)

// rejection is the error of a layer that rejected a request.
type rejection struct{ again bool }

func (r rejection) Error() string   { return "rejected" }
func (r rejection) Unwrap() error   { return verdict.ErrRejected }
func (r rejection) Retryable() bool { return r.again }

// A rejection is final unless it says that it is retryable.
func TestARejectionIsFinalUnlessItIsRetryable(t *testing.T) {
	for _, test := range []struct {
		err  error
		want int
	}{{verdict.ErrRejected, 1}, {rejection{false}, 1}, {rejection{true}, 3}, {fmt.Errorf("x: %w", rejection{true}), 3}} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{fails(test.err)}}
			_, _, err := do(t, retry.Policy{When: retry.All()}, base, request(t, t.Context(), http.MethodPost, nil))
			if len(base.sent) != test.want || !errors.Is(err, verdict.ErrRejected) {
				t.Errorf("%v: sent %d times, want %d; %v", test.err, len(base.sent), test.want, err)
			}
		})
	}
}
