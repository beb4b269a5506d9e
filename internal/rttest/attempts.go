package rttest

import (
	"slices"
	"testing"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// WantAttempts fails unless the attempts of a call have these verdicts, and each was sent.
func WantAttempts(tb testing.TB, c *layer.Call, want ...verdict.Verdict) {
	tb.Helper()
	var got []verdict.Verdict
	for a := range c.Attempts() {
		if got = append(got, a.Verdict()); !a.Sent() {
			tb.Errorf("attempt %d was not sent\n%s", a.Number(), c)
		}
	}
	if !slices.Equal(got, want) {
		tb.Errorf("%v, want %v\n%s", got, want, c)
	}
}
