package timeout_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// A response body that receives nothing is closed, but that does not become the cause of its
// request's context: a reader of the cause finds an Error only of the limits before the headers.
func TestTheLimitsThatAreTheCauseOfAContext(t *testing.T) {
	for name, test := range map[string]struct {
		layer transport.Layer
		wait  time.Duration // of the headers
		want  error
		cause bool
	}{
		"total":                  {timeout.New(timeout.Config{Total: s, Idle: s}), time.Minute, timeout.ErrTotal, true},
		"attempt":                {timeout.PerAttempt(s), time.Minute, timeout.ErrAttempt, true},
		"idle":                   {timeout.New(timeout.Config{Total: s, Idle: 2 * s}), 0, timeout.ErrIdle, false},
		"idle, and nothing else": {timeout.New(timeout.Config{Total: timeout.NoTimeout, Idle: 2 * s}), 0, timeout.ErrIdle, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			var inner *http.Request
			base := respondAfter(test.wait, pauses(time.Minute))
			resp, err := send(t, t.Context(), test.layer.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
				inner = req
				return base(req)
			})), http.MethodGet)
			if err == nil {
				_, err = io.ReadAll(resp.Body)
				defer resp.Body.Close()
			}
			if !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want %v", name, err, test.want)
			}
			cause := context.Cause(inner.Context())
			if e, ok := errors.AsType[*timeout.Error](cause); ok != test.cause || ok && (!errors.Is(e, test.want) || e.Err != nil) {
				t.Errorf("%s: the cause of the context is %v", name, cause)
			}
		})
	}
}

func TestAnErrorMatchesItsLimitAndNoOther(t *testing.T) {
	for _, test := range []struct {
		limit error
		text  string
	}{
		{timeout.ErrTotal, "timeout: no response within 3s"},
		{timeout.ErrAttempt, "timeout: no response to the attempt within 3s"},
		{timeout.ErrIdle, "timeout: no data received for 3s"},
	} {
		err := &timeout.Error{Limit: test.limit, After: 3 * time.Second, Err: io.EOF}
		if err.Error() != test.text || !errors.Is(err, test.limit) || !errors.Is(err, io.EOF) || !errors.Is(err, context.DeadlineExceeded) || !err.Timeout() {
			t.Errorf("%v: %v", test.limit, err)
		}
		for _, other := range []error{timeout.ErrTotal, timeout.ErrAttempt, timeout.ErrIdle, context.Canceled} {
			if !errors.Is(other, test.limit) && errors.Is(err, other) {
				t.Errorf("%v matches %v", test.limit, other)
			}
		}
	}
	if err := new(timeout.Error); err.Is(nil) || !errors.Is(err, context.DeadlineExceeded) {
		t.Error("an Error without a limit matches nil, or not the deadline")
	}
}

// An attempt that an inner layer held until its time was over says nothing about the server. One that
// was sent, or is replayed in the time that the server took, does.
func TestAnAttemptThatWasNotSentSaysSo(t *testing.T) {
	waits := func(c *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	sendsAndWaits := func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if _, err := next.RoundTrip(req); err != nil {
			return nil, err
		}
		return waits(c, req, next)
	}
	replays := func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		layer.AttemptFrom(req.Context()).SetReplayed(time.Minute)
		return waits(c, req, next)
	}
	for _, c := range []struct {
		trip layer.Trip
		want string
	}{
		{replays, "timeout: no response to the attempt within 1s"},
		{waits, "timeout: the request was not sent within 1s"},
		{sendsAndWaits, "timeout: no response to the attempt within 1s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			inner := layer.Wrap("inner", nil, rttest.Func(func(req *http.Request) (*http.Response, error) {
				return rttest.Response(req, 200, ""), nil
			}), c.trip)
			_, err := send(t, t.Context(), timeout.PerAttempt(time.Second).Wrap(inner), http.MethodGet)
			if err == nil || err.Error() != c.want || !errors.Is(err, timeout.ErrAttempt) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// An attempt that never got a connection waited for a name, a dial or a handshake, and not for the
// server.
func TestAnAttemptWithoutAConnectionSaysSo(t *testing.T) {
	hangs := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		time.Sleep(time.Minute)
		return nil, errors.New("no route")
	}}
	deaf := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		conn, far := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, far) }()
		return conn, nil
	}}
	knowsNone := rttest.Func(func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	})
	const connected = "timeout: no response to the attempt within 1s"
	for _, c := range []struct {
		base http.RoundTripper
		want string
	}{
		{hangs, "timeout: no connection to the server within 1s"}, {deaf, connected}, {knowsNone, connected},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, err := send(t, t.Context(), timeout.PerAttempt(time.Second).Wrap(c.base), http.MethodGet)
			if err == nil || err.Error() != c.want || !errors.Is(err, timeout.ErrAttempt) {
				t.Errorf("%v, want %s", err, c.want)
			}
			time.Sleep(time.Hour) // net/http dials on
		})
	}
}
