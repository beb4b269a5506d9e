package replaytest

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// ErrDenied is the error of a request that would reach the network while a test is replayed. It
// matches verdict.ErrRejected.
var ErrDenied error = deniedError{}

type deniedError struct{}

func (deniedError) Error() string {
	return "replaytest: the network is denied while a test is replayed"
}

// Is reports whether target is verdict.ErrRejected.
func (deniedError) Is(target error) bool { return target == verdict.ErrRejected }

// denied is the network of a replayed test: a layer that passes on only what Options.PassThrough
// names.
type denied struct{ passes match.List }

// deny makes the network of a test. It fails the test for a name that is neither a host nor a
// pattern.
func deny(tb testing.TB, passThrough []string) *denied {
	tb.Helper()
	passes, err := match.Named(passThrough)
	if err != nil {
		tb.Fatalf("replaytest: Options.PassThrough: %v", err)
	}
	return &denied{passes}
}

// wrap puts the network in front of next. If nothing passes, next is not part of the stack.
func (d *denied) wrap(next http.RoundTripper) http.RoundTripper {
	if len(d.passes) == 0 {
		return d
	}
	return layer.Wrap("replaytest", d, next, d.trip)
}

// RoundTrip implements [http.RoundTripper].
func (d *denied) RoundTrip(req *http.Request) (*http.Response, error) {
	return layer.Reject(req, fmt.Errorf("%w: %s %s", ErrDenied, req.Method, req.URL.Host))
}

func (d *denied) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	if d.passes.Match(c, req) {
		return next.RoundTrip(req)
	}
	return d.RoundTrip(req)
}
