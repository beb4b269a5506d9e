package retry_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/retry"
)

func TestAPolicyThatMakesNoSensePanics(t *testing.T) {
	yes := func(error) bool { return true }
	for name, p := range map[string]retry.Policy{
		"attempts":           {Attempts: -1},
		"delay":              {Delay: -2},
		"multiplier":         {Multiplier: 0.5},
		"negative":           {Multiplier: -2},
		"no number":          {Multiplier: math.NaN()},
		"infinite":           {Multiplier: math.Inf(1)},
		"max delay":          {MaxDelay: -1},
		"max below delay":    {Delay: time.Second, MaxDelay: time.Millisecond},
		"jitter":             {Jitter: 3},
		"max hint":           {MaxHint: -1},
		"buffer":             {BufferLimit: -2},
		"status":             {Statuses: []int{42}},
		"status of a delay":  {Delays: map[int]time.Duration{1000: 1}},
		"delay of a status":  {Delays: map[int]time.Duration{503: -1}},
		"When, Statuses":     {When: retry.DefaultCondition, Statuses: []int{500}},
		"When, Errors":       {When: retry.DefaultCondition, Errors: yes},
		"When, CheckRetry":   {When: retry.DefaultCondition, CheckRetry: retryablehttp.DefaultRetryPolicy},
		"CheckRetry, Errors": {CheckRetry: retryablehttp.DefaultRetryPolicy, Errors: yes},
	} {
		for what, f := range map[string]func(){
			"New":    func() { retry.New(p) },
			"Attach": func() { p.Attach(t.Context()) },
		} {
			func() {
				defer func() {
					if v := recover(); v == nil || !strings.HasPrefix(fmt.Sprint(v), "retry: ") {
						t.Errorf("%s, %s: recovered %v", name, what, v)
					}
				}()
				f()
			}()
		}
	}
}

// A policy is read once: changing its slices later changes nothing.
func TestPolicyIsCopied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := retry.Policy{Statuses: []int{404}, Delays: map[int]time.Duration{404: time.Second}}
		r := retry.New(p)
		p.Statuses[0] = 200
		p.Delays[404] = time.Hour
		base := &script{steps: []step{status(404)}}
		resp, _ := r.Wrap(base).RoundTrip(request(t, t.Context(), http.MethodGet, nil))
		finish(resp)
		if got := base.waits(); len(got) != 2 || got[0] != time.Second {
			t.Errorf("waited %v", got)
		}
	})
}
