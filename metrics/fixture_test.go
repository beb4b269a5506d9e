package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// testLayer returns a layer between the recorder and the base.
func testLayer(trip layer.Trip) *rttest.Layer { return &rttest.Layer{Name: "test", Trip: trip} }

// send makes one call and reads the response to its end.
func send(ctx context.Context, tb testing.TB, rt http.RoundTripper, method, path string) error {
	tb.Helper()
	req, err := http.NewRequestWithContext(transport.WithRoute(ctx, "/r"), method, "http://api.test"+path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return readAll(rt.RoundTrip(req))
}

func readAll(resp *http.Response, err error) error {
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

// retrying returns a layer that makes up to n attempts, also of throttled ones, with a backoff before
// each further one.
func retrying(n int, backoff time.Duration) *rttest.Layer {
	return testLayer(func(c *layer.Call, req *http.Request, inner http.RoundTripper) (*http.Response, error) {
		for {
			resp, err := inner.RoundTrip(req)
			a := c.Attempt()
			v := a.End(resp, err)
			if v != verdict.Retryable && v != verdict.Throttled {
				return resp, err
			}
			if c.Count() == n {
				c.Emit(layer.Event{Kind: layer.Exhausted, Attempt: a})
				return resp, err
			}
			if resp != nil {
				bodies.Drain(resp)
			}
			next := c.NextAttempt(layer.Retry)
			time.Sleep(backoff)
			next.AddWait(layer.Backoff, backoff)
		}
	})
}

// differ returns how the counters of two rows differ. It leaves out names and times.
func differ(got, want Row) string {
	var b strings.Builder
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range g.NumField() {
		switch g.Field(i).Interface().(type) {
		case uint64, Waits:
		case int64:
		default:
			continue
		}
		if !g.Field(i).Equal(w.Field(i)) {
			fmt.Fprintf(&b, "%s = %v, want %v\n", g.Type().Field(i).Name, g.Field(i), w.Field(i))
		}
	}
	return b.String()
}
