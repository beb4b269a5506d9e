package layer_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

// The full cost table is in module bench; this one is for looking while working.
func BenchmarkStack(b *testing.B) {
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/things", nil)
	header := http.Header{}
	bare := rttest.Func(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: header, Body: http.NoBody, Request: r}, nil
	})
	for name, layers := range map[string][]transport.Layer{
		"bare":  nil,
		"one":   {rttest.Pass("a")},
		"seven": {rttest.Pass("a"), rttest.Pass("b"), rttest.Pass("c"), rttest.Pass("d"), rttest.Pass("e"), rttest.Pass("f"), rttest.Pass("g")},
	} {
		rt := rttest.Stack(bare, layers...)
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
