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

// refusal is an error of a layer of ours that sent nothing.
type refusal struct{ again bool }

func (r refusal) Error() string   { return "refused" }
func (r refusal) Unwrap() error   { return verdict.ErrRejected }
func (r refusal) Retryable() bool { return r.again }

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		err  error
		want int
	}{{verdict.ErrRejected, 1}, {refusal{false}, 1}, {refusal{true}, 3}, {fmt.Errorf("x: %w", refusal{true}), 3}} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{fails(test.err)}}
			_, _, err := do(t, retry.Policy{When: retry.All()}, base, request(t, t.Context(), http.MethodPost, nil))
			if len(base.sent) != test.want || !errors.Is(err, verdict.ErrRejected) {
				t.Errorf("%v: sent %d times, want %d; %v", test.err, len(base.sent), test.want, err)
			}
		})
	}
}
