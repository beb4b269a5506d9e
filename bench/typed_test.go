package main

import (
	"net/http"
	"testing"
)

func TestTypedCallsReturnWhatTheBodySays(t *testing.T) {
	for _, name := range []string{"typed", "typed by hand"} {
		if err := find(t, name).bench(1).run[0](); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := newCaller(nil, &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		return respond(req, http.StatusNotFound, http.Header{"Content-Type": {"application/json"}}), nil
	})}, nothing)
	for name, call := range map[string]way{"typed": typed, "typed by hand": typedByHand} {
		c.ask = nil
		if call(c) == nil {
			t.Errorf("%s: a 404 is no error", name)
		}
	}
}
