package retry_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// mine is an error of a user's type.
type mine struct{ code int }

func (*mine) Error() string { return "mine" }

// OnType finds a type of which no value can be named, even in the error of a check.
func TestErrorsByTypeAreRetried(t *testing.T) {
	checked := func(*http.Response) error { return fmt.Errorf("check: %w", &mine{2}) }
	for _, tt := range []struct {
		name  string
		when  retry.Condition
		step  step
		check func(*http.Response) error
		want  int
	}{
		{"of the type", retry.OnType[*mine](), fails(fmt.Errorf("base: %w", &mine{1})), nil, 3},
		{"of a check", retry.OnType[*mine](), status(200), checked, 3},
		{"of another type", retry.OnType[*net.DNSError](), fails(&mine{1}), nil, 1},
		{"a status", retry.OnType[*mine](), status(503), nil, 1},
		{"or a status", retry.Any(retry.OnType[*mine](), retry.OnStatus(404)), status(404), nil, 3},
		{"always, an error", retry.Always, fails(&mine{1}), nil, 3},
		{"always, a status", retry.Always, status(404), nil, 3},
		{"always, what is accepted", retry.Always, status(200), nil, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{tt.step}}
			ctx := transport.WithExpect(t.Context(), transport.Expect{Check: tt.check})
			resp, _, _ := do(t, retry.Policy{When: tt.when}, base, request(t, ctx, http.MethodGet, nil))
			if resp != nil {
				_ = resp.Body.Close()
			}
			if len(base.sent) != tt.want {
				t.Errorf("%s: sent %d times, want %d", tt.name, len(base.sent), tt.want)
			}
		})
	}
}

// Both checks, by method and status: how often the request is sent.
func TestStatusesAndMethodsThatAreRetried(t *testing.T) {
	idempotent := []string{"", "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"}
	unsafe := []string{"POST", "PATCH", "CONNECT", "MKCOL"}
	for _, test := range []struct {
		status       int
		safe, others int
	}{
		{200, 1, 1},
		{204, 1, 1},
		{301, 1, 1},
		{304, 1, 1},
		{400, 1, 1},
		{401, 1, 1},
		{403, 1, 1},
		{404, 1, 1},
		{409, 1, 1},
		{408, 3, 1},
		{425, 2, 1}, // TestTooEarlyIsRetriedOnce
		{429, 3, 3},
		{500, 3, 1},
		{501, 1, 1},
		{502, 3, 1},
		{503, 3, 1},
		{504, 3, 1},
		{505, 1, 1},
		{529, 3, 1},
		{599, 1, 1},
		{999, 1, 1},
	} {
		for _, m := range append(idempotent, unsafe...) {
			synctest.Test(t, func(t *testing.T) {
				want := test.safe
				for _, u := range unsafe {
					if m == u {
						want = test.others
					}
				}
				base := &script{steps: []step{status(test.status)}}
				req := request(t, t.Context(), http.MethodGet, nil)
				req.Method = m
				resp, _, err := do(t, retry.Policy{}, base, req)
				if err != nil || resp.StatusCode != test.status {
					t.Errorf("%s %d: %v", m, test.status, err)
				}
				if len(base.sent) != want {
					t.Errorf("%s %d: sent %d times, want %d", m, test.status, len(base.sent), want)
				}
				finish(resp)
			})
		}
	}
}

func TestThePolicyDecidesWhetherToRetry(t *testing.T) {
	is := errors.New("mine")
	for name, test := range map[string]struct {
		policy retry.Policy
		step   step
		want   int
	}{
		"Statuses has it":              {retry.Policy{Statuses: []int{404}}, status(404), 3},
		"Statuses has it not":          {retry.Policy{Statuses: []int{404}}, status(503), 1},
		"Statuses, errors stay":        {retry.Policy{Statuses: []int{404}}, fails(rttest.ErrBoom), 3},
		"Statuses empty":               {retry.Policy{Statuses: []int{}}, status(503), 1},
		"Statuses cannot fail a 200":   {retry.Policy{Statuses: []int{200}}, status(200), 1},
		"Errors yes":                   {retry.Policy{Errors: func(err error) bool { return errors.Is(err, is) }}, fails(is), 3},
		"Errors no":                    {retry.Policy{Errors: func(err error) bool { return errors.Is(err, is) }}, fails(rttest.ErrBoom), 1},
		"Errors overrule final ones":   {retry.Policy{Errors: func(error) bool { return true }}, fails(&net.DNSError{IsNotFound: true}), 3},
		"Errors, statuses stay":        {retry.Policy{Errors: func(error) bool { return false }}, status(503), 3},
		"OnStatus":                     {retry.Policy{When: retry.OnStatus(404, 409)}, status(409), 3},
		"OnStatus, another":            {retry.Policy{When: retry.OnStatus(404, 409)}, status(503), 1},
		"OnStatus, error":              {retry.Policy{When: retry.OnStatus(404, 409)}, fails(rttest.ErrBoom), 1},
		"OnError":                      {retry.Policy{When: retry.OnError(is, rttest.ErrBoom)}, fails(rttest.ErrBoom), 3},
		"OnError, another":             {retry.Policy{When: retry.OnError(is)}, fails(rttest.ErrBoom), 1},
		"OnError, any":                 {retry.Policy{When: retry.OnError()}, fails(rttest.ErrBoom), 3},
		"OnError, response":            {retry.Policy{When: retry.OnError()}, status(503), 1},
		"Any with Default":             {retry.Policy{When: retry.Any(retry.DefaultCondition, retry.OnStatus(404))}, status(404), 3},
		"Any with Default, default":    {retry.Policy{When: retry.Any(retry.DefaultCondition, retry.OnStatus(404))}, status(502), 3},
		"Default, final error":         {retry.Policy{When: retry.DefaultCondition}, fails(&net.DNSError{IsNotFound: true}), 1},
		"Default, error":               {retry.Policy{When: retry.DefaultCondition}, fails(rttest.ErrBoom), 3},
		"Any of none":                  {retry.Policy{When: retry.Any()}, status(503), 1},
		"All of none":                  {retry.Policy{When: retry.All()}, status(404), 3},
		"All":                          {retry.Policy{When: retry.All(retry.DefaultCondition, retry.OnMethod("GET"))}, status(503), 3},
		"All, one not":                 {retry.Policy{When: retry.All(retry.DefaultCondition, retry.OnMethod("PUT"))}, status(503), 1},
		"Not":                          {retry.Policy{When: retry.Not(retry.OnStatus(503))}, status(500), 3},
		"Not, no":                      {retry.Policy{When: retry.Not(retry.OnStatus(503))}, status(503), 1},
		"When by number":               {retry.Policy{Attempts: 9, When: func(o retry.Outcome) bool { return o.Number < 2 }}, status(503), 2},
		"When cannot fail a 200":       {retry.Policy{When: retry.All()}, status(200), 1},
		"When cannot retry a canceled": {retry.Policy{When: retry.All()}, fails(context.Canceled), 1},
		"CheckRetry yes":               {retry.Policy{CheckRetry: retryablehttp.DefaultRetryPolicy}, status(599), 3},
		"CheckRetry no":                {retry.Policy{CheckRetry: retryablehttp.DefaultRetryPolicy}, status(408), 1},
		"CheckRetry, url.Error":        {retry.Policy{CheckRetry: retryablehttp.DefaultRetryPolicy}, fails(errors.New("unsupported protocol scheme")), 1},
		"ErrorPropagated as CheckRetr": {retry.Policy{CheckRetry: retryablehttp.ErrorPropagatedRetryPolicy}, status(500), 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{test.step}}
			resp, c, err := do(t, test.policy, base, request(t, t.Context(), http.MethodGet, nil))
			if len(base.sent) != test.want {
				t.Errorf("%s: sent %d times, want %d\n%s", name, len(base.sent), test.want, c)
			}
			if test.step.err == nil && (err != nil || resp.StatusCode != test.step.status) {
				t.Errorf("%s: %v", name, err)
			}
			finish(resp)
		})
	}
}

func TestCheckRetryErrorTakesThePlaceOfTheOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		abort := errors.New("abort")
		n := 0
		p := retry.Policy{CheckRetry: func(context.Context, *http.Response, error) (bool, error) {
			n++
			return n < 2, abort
		}}
		base := &script{steps: []step{status(503)}}
		_, _, err := do(t, p, base, request(t, t.Context(), http.MethodGet, nil))
		e, ok := errors.AsType[*retry.Error](err)
		if !ok || e.Attempts != 2 || !errors.Is(err, abort) || base.open != 0 {
			t.Errorf("%v, %d bodies open", err, base.open)
		}
	})
}

// A condition that is nil panics where it is given, not in a call.
func TestANilConditionPanics(t *testing.T) {
	for want, f := range map[string]func(){
		"retry: Any: condition 2 of 2 is nil": func() { retry.Any(retry.Always, nil) },
		"retry: All: condition 1 of 1 is nil": func() { retry.All(nil) },
		"retry: Not: condition 1 of 1 is nil": func() { retry.Not(nil) },
	} {
		func() {
			defer func() {
				if v := recover(); v != want {
					t.Errorf("recovered %v, want %q", v, want)
				}
			}()
			f()
		}()
	}
}
