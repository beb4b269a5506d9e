package retry_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

func TestPrepareRetryEditsEachFurtherAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		p := retry.Policy{PrepareRetry: func(req *http.Request) error {
			n++
			req.Header.Set("Signature", strconv.Itoa(n))
			return nil
		}}
		base := &script{steps: []step{status(503)}}
		req := request(t, t.Context(), http.MethodPut, strings.NewReader("data"))
		resp, _, _ := do(t, p, base, req)
		finish(resp)
		var got []string
		for i, r := range base.sent {
			got = append(got, r.Header.Get("Signature")+" "+base.body[i])
		}
		if want := []string{" data", "1 data", "2 data"}; !slices.Equal(got, want) {
			t.Errorf("sent %q, want %q", got, want)
		}
		if len(req.Header) != 0 {
			t.Errorf("the caller's request has %v", req.Header)
		}
	})
}

func TestAnErrorOfPrepareRetryEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		no := errors.New("no key")
		b := retry.NewBudget(retry.BudgetConfig{})
		p := retry.Policy{Budget: b, PrepareRetry: func(*http.Request) error { return no }}
		base := &script{steps: []step{status(503)}}
		body := &rttest.CountingBody{Reader: strings.NewReader("data")}
		req := request(t, t.Context(), http.MethodPut, body)
		again := &rttest.CountingBody{Reader: strings.NewReader("data")}
		req.GetBody = func() (io.ReadCloser, error) { return again, nil }
		_, c, err := do(t, p, base, req)
		e, ok := errors.AsType[*retry.Error](err)
		if !ok || e.Attempts != 1 || !errors.Is(err, no) || len(base.sent) != 1 || base.open != 0 {
			t.Errorf("%v, sent %d times, %d bodies open", err, len(base.sent), base.open)
		}
		if body.Closed != 1 || again.Closed != 1 {
			t.Errorf("bodies closed %d and %d times", body.Closed, again.Closed)
		}
		if n := b.Remaining("api.test"); n != 10 {
			t.Errorf("%d retries left, want 10", n)
		}
		if c.Attempt().Ended() != true {
			t.Errorf("the row is open\n%s", c)
		}
	})
}

func TestAPanicInPrepareRetrySpendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := retry.NewBudget(retry.BudgetConfig{})
		body := &rttest.CountingBody{Reader: strings.NewReader("again")}
		req := request(t, t.Context(), http.MethodPut, strings.NewReader("first"))
		req.GetBody = func() (io.ReadCloser, error) { return body, nil }
		rt := retry.New(retry.Policy{Budget: b, PrepareRetry: func(*http.Request) error { panic("prepare") }}).Wrap(&script{steps: []step{status(503)}})
		func() {
			defer func() {
				if v := recover(); v != "prepare" {
					t.Errorf("recovered %v", v)
				}
			}()
			_, _ = rt.RoundTrip(req)
		}()
		if body.Closed == 0 || b.Remaining("api.test") != 10 {
			t.Errorf("the body was closed %d times; %d left of the budget, want 10", body.Closed, b.Remaining("api.test"))
		}
	})
}
