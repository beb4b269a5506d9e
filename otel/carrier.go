package otel

import (
	"net/http"

	"go.opentelemetry.io/otel/propagation"

	"github.com/gracy-go/gracy/layer"
)

// A carrier gives the headers of a request to a propagator, and copies the request before
// the first is set.
type carrier struct {
	req    *http.Request
	copied bool
}

var _ propagation.TextMapCarrier = (*carrier)(nil)

// Get returns a header.
func (c *carrier) Get(key string) string { return c.req.Header.Get(key) }

// Set sets a header of the copy.
func (c *carrier) Set(key, value string) {
	if !c.copied {
		c.req, c.copied = layer.Edit(c.req), true
	}
	c.req.Header.Set(key, value)
}

// Keys returns the names of the headers.
func (c *carrier) Keys() []string {
	keys := make([]string, 0, len(c.req.Header))
	for k := range c.req.Header {
		keys = append(keys, k)
	}
	return keys
}
