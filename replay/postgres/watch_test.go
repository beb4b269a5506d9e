package postgres_test

import (
	"testing"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/postgres"
)

// A lookup ends with its context, whatever the server does.
func TestALookupEndsWithItsContext(t *testing.T) {
	r, url := through(t, server(t))
	s := open(t, url, "a", postgres.Options{})
	sharedtest.Contexts(t, s, open(t, url, "a", postgres.Options{ReadOnly: true}), r)
}
