package main

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"testing"
)

// A figure over the pipe would mean nothing if net/http saw another response than over the stub, or
// dialed for each call.
func TestThePipeRespondsAsTheStubDoes(t *testing.T) {
	get := func(base http.RoundTripper) (*http.Response, string) {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, target().String(), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := base.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	want, body := get(newStub(false))
	dials := 0
	piped := newPipeTransport().(*http.Transport) //nolint:forcetypeassert // it is one
	dial := piped.DialTLSContext
	piped.DialTLSContext = func(ctx context.Context, network, addr string) (c net.Conn, err error) {
		dials++
		return dial(ctx, network, addr)
	}
	for range 3 {
		resp, got := get(piped)
		if got != body || resp.StatusCode != want.StatusCode || !maps.EqualFunc(resp.Header, want.Header, slices.Equal) {
			t.Errorf("%d %v %q, want %d %v %q", resp.StatusCode, resp.Header, got, want.StatusCode, want.Header, body)
		}
	}
	if dials != 1 {
		t.Errorf("%d connections for three calls, want 1", dials)
	}
	piped.CloseIdleConnections()
}
