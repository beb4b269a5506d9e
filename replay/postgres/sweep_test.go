package postgres_test

import (
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/postgres"
)

// Wherever a connection breaks, nothing is lost and nothing is there twice.
func TestEachPlaceWhereAConnectionBreaks(t *testing.T) {
	base := server(t)
	r, url := through(t, base)
	sharedtest.Sweep(t, open(t, url, "a", postgres.Options{Timeout: 30 * time.Second}), open(t, base, "a", postgres.Options{}), r)
}

// Nor is it where a connection goes silent.
func TestEachPlaceWhereAConnectionGoesSilent(t *testing.T) {
	sharedtest.Within(t, time.Second, func(tb testing.TB, timeout time.Duration) {
		tb.Helper()
		base := server(tb)
		r, url := through(tb, base)
		sharedtest.Stalls(tb, open(tb, url, "a", postgres.Options{Timeout: timeout}), open(tb, base, "a", postgres.Options{}), r, timeout)
	})
}
