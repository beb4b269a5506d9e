package retry_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// denied is a final fault.
type denied struct{}

func (denied) Error() string { return "denied" }

// A fault that the caller declares final ends the series where it occurs, however deeply it is
// wrapped, and is returned.
func TestAFaultThatThePolicyCallsFinalEndsTheSeries(t *testing.T) {
	final := func(err error) bool {
		_, ok := errors.AsType[denied](err)
		return ok
	}
	for name, p := range map[string]retry.Policy{
		"Errors": {Attempts: 9, Errors: func(err error) bool { return !final(err) }},
		"When":   {Attempts: 9, When: retry.All(retry.DefaultCondition, retry.Not(func(o retry.Outcome) bool { return final(o.Err) }))},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{fails(rttest.ErrBoom), status(503), fails(fmt.Errorf("gateway: %w", denied{})), status(200)}}
			p.Budget = retry.NewBudget(retry.BudgetConfig{})
			_, _, err := do(t, p, base, request(t, t.Context(), http.MethodGet, nil))
			e, ok := errors.AsType[*retry.Error](err)
			if len(base.sent) != 3 || !ok || e.Attempts != 3 || !final(err) || base.open != 0 {
				t.Errorf("%s: sent %d times, %v, %d bodies open", name, len(base.sent), err, base.open)
			}
			if left := p.Budget.Remaining("api.test"); left != 8 {
				t.Errorf("%s: %d left of the budget, want 8", name, left)
			}
		})
	}
}

// A hint above MaxHint also ends the series, and spends nothing. The response that contains it is
// returned, readable.
func TestALongHintEndsTheSeries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		later := status(429, "Retry-After", "484289")
		later.body = "quota"
		base := &script{steps: []step{status(429, "Retry-After", "1"), later, status(200)}}
		b := retry.NewBudget(retry.BudgetConfig{})
		resp, c, err := do(t, retry.Policy{Attempts: 9, Budget: b}, base, request(t, t.Context(), http.MethodPost, nil))
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != 429 || rttest.Read(t, resp) != "quota" || resp.Header.Get("Retry-After") != "484289" || len(base.sent) != 2 {
			t.Errorf("%d after %d requests\n%s", resp.StatusCode, len(base.sent), c)
		}
		if left := b.Remaining("api.test"); left != 9 || base.open != 0 {
			t.Errorf("%d left of the budget, want 9; %d bodies open", left, base.open)
		}
	})
}
