package replaytest

import (
	"net/http"
	"testing"
)

// Client returns a client over the tape of a test and [http.DefaultTransport]: see
// [Open]. It has no other layer.
func Client(tb testing.TB) *http.Client {
	tb.Helper()
	return &http.Client{Transport: Open(tb, Config{}).Wrap(nil)}
}
