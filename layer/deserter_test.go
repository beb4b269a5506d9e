package layer_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

// A foreign layer may return before what it has sent. The row is that of what it has returned.
func TestAForeignLayerThatDoesNotWaitForWhatItHasSent(t *testing.T) {
	d := &deserter{arrived: make(chan struct{}, 1), ended: make(chan struct{})}
	d.next = rttest.Pass("inner").Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp, err := rttest.Respond(http.StatusTeapot, "").RoundTrip(req)
		resp.Request = req.WithContext(slowValues{req.Context(), d})
		return resp, err
	}))
	ctx, trace := transport.WithTrace(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, rttest.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rttest.Pass("outer").Wrap(d).RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	close(d.ended)
	d.late.Wait()
	if a := trace.Calls()[0].Attempt(); !errors.Is(err, rttest.ErrBoom) || a.Status() != 0 || !errors.Is(a.Err(), rttest.ErrBoom) {
		t.Errorf("%v, status %d, %v", err, a.Status(), a.Err())
	}
}

// deserter is a foreign layer that returns while the response to what it has sent is on its way back.
type deserter struct {
	next    http.RoundTripper
	arrived chan struct{} // the response is there
	ended   chan struct{} // the call has ended
	late    sync.WaitGroup
}

func (d *deserter) RoundTrip(req *http.Request) (*http.Response, error) {
	d.late.Go(func() {
		if resp, err := d.next.RoundTrip(req.Clone(req.Context())); err == nil {
			_ = resp.Body.Close()
		}
	})
	<-d.arrived
	return nil, rttest.ErrBoom
}

func (d *deserter) Unwrap() http.RoundTripper { return d.next }

// slowValues is the context of a response that is looked at while the call ends.
type slowValues struct {
	context.Context
	*deserter
}

func (s slowValues) Value(key any) any {
	select {
	case s.arrived <- struct{}{}:
	default:
	}
	<-s.ended
	return s.Context.Value(key)
}
