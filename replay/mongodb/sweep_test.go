package mongodb_test

import (
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/mongodb"
)

// Wherever a connection breaks, nothing is lost and nothing is there twice.
func TestEachPlaceWhereAConnectionBreaks(t *testing.T) {
	base := server(t)
	r, uri := through(t, base)
	sharedtest.Sweep(t, open(t, uri, "a", mongodb.Options{Timeout: 30 * time.Second}), open(t, base, "a", mongodb.Options{}), r)
}

// Nor is it where a connection goes silent.
func TestEachPlaceWhereAConnectionGoesSilent(t *testing.T) {
	sharedtest.Within(t, time.Second, func(tb testing.TB, timeout time.Duration) {
		tb.Helper()
		base := server(tb)
		r, uri := through(tb, base)
		sharedtest.Stalls(tb, open(tb, uri, "a", mongodb.Options{Timeout: timeout}), open(tb, base, "a", mongodb.Options{}), r, timeout)
	})
}
