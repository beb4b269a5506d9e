package replaytest

import (
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// ErrDenied is what a request fails with that would reach the network while a test is
// replayed. It matches [verdict.ErrRejected].
var ErrDenied error = deniedError{}

type deniedError struct{}

func (deniedError) Error() string {
	return "replaytest: the network is denied while a test is replayed"
}

// Is reports whether target is verdict.ErrRejected.
func (deniedError) Is(target error) bool { return target == verdict.ErrRejected }

// denied is the network of a test that is replayed.
type denied struct{}

func (denied) RoundTrip(req *http.Request) (*http.Response, error) {
	return layer.Reject(req, fmt.Errorf("%w: %s %s", ErrDenied, req.Method, req.URL.Host))
}
