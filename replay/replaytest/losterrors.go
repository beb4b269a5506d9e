package replaytest

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// lostErrors are requests that failed while a test was recorded and whose error is not on the
// tape. A replay has nothing for them.
type lostErrors struct {
	recorded bool // whether errors of the transport are on the tape

	// mu guards the requests.
	mu       sync.Mutex
	requests requests
}

// add records an error. An error that the caller caused, or a rejection by a layer, is on no tape.
func (l *lostErrors) add(c *layer.Call, req *http.Request, err error) {
	if l.recorded && !ctxerr.CallerGone(req) && !errors.Is(err, verdict.ErrRejected) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests.add(c.Request().Method + " " + c.Route())
}

// show fails a test that recorded nothing because all its requests failed. Such a test could not be
// replayed. In any other test a further attempt may have made up for an error.
func (l *lostErrors) show(tb testing.TB, recorded bool) {
	tb.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.requests.count == 0 {
		return
	}
	slices.Sort(l.requests.first)
	say := tb.Logf
	if !recorded {
		say = tb.Errorf
	}
	say("replaytest: %s failed with an error that is not on the tape: Config.Options.Errors records errors of the transport; "+
		"what the test itself cancels or times out cannot be recorded%s", brief.Count(l.requests.count, "request"), l.requests)
}
