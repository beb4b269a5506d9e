package throttle

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/throttle/internal/admission"
)

// What an on-call engineer greps for at night: the package, what happened, and the numbers.
func TestErrorTexts(t *testing.T) {
	const rule = "10 requests per second"
	for want, r := range map[string]admission.Rejection{
		"throttle: the queue is full: 10 requests per second: 10000 waiting": {
			Reason: admission.QueueFull, Rule: rule, Queue: 10_000, Wait: time.Second,
		},
		"throttle: the queue is full: 10 requests per second and key (#5f3c91d2): 3 waiting": {
			Reason: admission.QueueFull, Rule: rule + " and key", Key: "#5f3c91d2", Queue: 3,
		},
		"throttle: the queue is full: pause of api.test: 2 waiting": {
			Reason: admission.QueueFull, Rule: "pause of api.test", Queue: 2,
		},
		"throttle: the wait would end past the deadline (58s left): 10 requests per second: at least 59s behind 3 waiting": {
			Reason: admission.TooLate, Rule: rule, Queue: 3, Wait: 59 * time.Second, Left: 58 * time.Second,
		},
		"throttle: the wait would exceed MaxWait 25s: 10 requests per second: at least 30s": {
			Reason: admission.TooLong, Rule: rule, Wait: 30 * time.Second, MaxWait: 25 * time.Second,
		},
		"throttle: the cost is above the limit (cost 11): 10 requests per second": {
			Reason: admission.TooHeavy, Rule: rule, Cost: 11,
		},
		"throttle: the limiter is closed": {Reason: admission.Closed},
		"throttle: the store failed: no route to host: 10 requests per second": {
			Reason: admission.StoreFailed, Rule: rule, Err: errors.New("no route to host"),
		},
	} {
		if got := rejected(&r).Error(); got != want {
			t.Errorf("text is\n%s\nwant\n%s", got, want)
		}
	}
}

// The error of a wait that the context ends has the cause of the context.
func TestTheCauseOfACanceledWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 1, Per: time.Hour})
		rt := l.Wrap(&server{})
		flood(t, rt, "/", 1)
		ctx, cancel := context.WithCancelCause(t.Context())
		own := errors.New("shutting down")
		time.AfterFunc(time.Second, func() { cancel(own) })
		_, err := get(ctx, rt, "/")
		if !errors.Is(err, own) || !errors.Is(err, context.Canceled) || err.Error() != ctxerr.Of(ctx).Error() {
			t.Errorf("error %v", err)
		}
		quiet(t, l)
	})
}
