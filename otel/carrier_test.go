package otel

import (
	"net/http"
	"slices"
	"testing"
)

func TestACarrierCopiesBeforeItSets(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/plain")
	c := &carrier{req: req}
	if c.Get("Accept") != "text/plain" || c.req != req {
		t.Error("reading has copied the request, or found nothing")
	}
	c.Set("Traceparent", "1")
	c.Set("Tracestate", "2")
	keys := c.Keys()
	slices.Sort(keys)
	if !slices.Equal(keys, []string{"Accept", "Traceparent", "Tracestate"}) || len(req.Header) != 1 {
		t.Errorf("the copy has %v, the request %v", keys, req.Header)
	}
}
