package timeout_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestAnAttemptThatTimedOutIsRetryableIfItsMethodIsIdempotent(t *testing.T) {
	for method, want := range map[string]verdict.Verdict{http.MethodGet: verdict.Retryable, http.MethodPost: verdict.Ambiguous} {
		synctest.Test(t, func(t *testing.T) {
			ctx, trace := transport.WithTrace(t.Context())
			_, err := send(t, ctx, rttest.Stack(respondAfter(time.Minute, nil), timeout.PerAttempt(time.Second)), method)
			if got := trace.Calls()[0].Attempt().Verdict(); got != want {
				t.Errorf("%s: %v is %v, want %v", method, err, got, want)
			}
		})
	}
}
