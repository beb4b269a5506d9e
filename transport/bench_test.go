package transport_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

// The full cost table is in module bench; this one is for looking while working.
func BenchmarkStack(b *testing.B) {
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/things", nil)
	header := http.Header{}
	bare := base(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: header, Body: http.NoBody, Request: r}, nil
	})
	for name, layers := range map[string][]transport.Layer{
		"bare":  nil,
		"one":   {pass("a")},
		"seven": {pass("a"), pass("b"), pass("c"), pass("d"), pass("e"), pass("f"), pass("g")},
	} {
		rt := stack(bare, layers...)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				resp, err := rt.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}
